package db_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// note is what a microblog sends when somebody answers.
func note(i int) []byte {
	return fmt.Appendf(nil, `{"@context":"https://www.w3.org/ns/activitystreams","id":"https://peer.test/act/%d","type":"Create","actor":"https://peer.test/users/bo",`+
		`"to":["https://www.w3.org/ns/activitystreams#Public"],"object":{"id":"https://peer.test/notes/%d","type":"Note","attributedTo":"https://peer.test/users/bo",`+
		`"content":"<p>secret words number %d</p>","published":"2026-11-02T09:00:00Z"}}`, i, i, i)
}

func kept(t *testing.T, s *db.Store, body []byte, i int) *db.Activity {
	t.Helper()
	a := &db.Activity{URI: fmt.Sprintf("https://peer.test/act/%d", i), Type: "Create", ObjectURI: fmt.Sprintf("https://peer.test/notes/%d", i), Body: body}
	ok(t, s.KeepActivity(context.Background(), a))
	return a
}

// announced is how a group passes an activity on.
func announced(t *testing.T, s *db.Store, a *db.Activity) *db.Activity {
	t.Helper()
	body := fmt.Appendf(nil, `{"type":"Announce","id":"%s/pass","object":%s,"proof":{"proofValue":"z4567"}}`, a.URI, a.Body)
	out := &db.Activity{URI: a.URI + "/pass", Type: "Announce", Local: true, ObjectURI: a.URI, Body: body, Within: a}
	ok(t, s.CreateActivity(context.Background(), out))
	return out
}

func opened(t *testing.T, opt db.Options) *db.Store {
	t.Helper()
	s, err := db.Open(context.Background(), opt)
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	return s
}

// rowBytes is how much of a body lies in its row.
func rowBytes(t *testing.T, s *db.Store, id int64) int {
	t.Helper()
	n, err := s.BodyBytes(context.Background(), id)
	ok(t, err)
	return n
}

func TestActivities_bodiesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	for i, body := range [][]byte{
		note(1), []byte("{}"), []byte(" {\"a\" : \"\\u00e9\"}\n"), []byte(""), bytes.Repeat([]byte("x"), 3<<20), []byte("\x01no JSON"), []byte("\x02"),
	} {
		a := kept(t, s, body, i)
		back, err := s.ActivityByID(ctx, a.ID)
		if err != nil || !bytes.Equal(back.Body, body) {
			t.Errorf("body %d: %d bytes came back of %d, %v", i, len(back.Body), len(body), err)
		}
	}
	a := kept(t, s, note(50), 50)
	if n := rowBytes(t, s, a.ID); n > len(a.Body)/2 {
		t.Errorf("%d of %d bytes lie in the row", n, len(a.Body))
	}
}

func TestActivities_whatIsPassedOnIsKeptOnce(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	a := kept(t, s, note(1), 1)
	pass := announced(t, s, a)
	back, err := s.ActivityByURI(ctx, pass.URI)
	if err != nil || !bytes.Equal(back.Body, pass.Body) {
		t.Fatalf("passed on as %s, %v", back.Body, err)
	}
	if n := rowBytes(t, s, pass.ID); n > 150 {
		t.Errorf("%d of %d bytes lie in the row", n, len(pass.Body))
	}
	list, err := s.ActivitiesAbout(ctx, a.URI, []string{"Announce"}, 10)
	if err != nil || len(list) != 1 || !bytes.Equal(list[0].Body, pass.Body) {
		t.Errorf("in a list: %v, %v", list, err)
	}
}

// Somebody may use an id twice, for two acts. The bytes of the one that is passed on count.
func TestActivities_passedOnUnderAnIdOfAnother(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	first := kept(t, s, note(1), 1)
	second := kept(t, s, bytes.ReplaceAll(note(1), []byte("secret"), []byte("edited")), 1)
	if first.ID != second.ID {
		t.Fatal("two rows under one id")
	}
	pass := announced(t, s, second)
	back, err := s.ActivityByID(ctx, pass.ID)
	if err != nil || !bytes.Equal(back.Body, pass.Body) {
		t.Errorf("passed on as %s, %v", back.Body, err)
	}
}

func TestPruneActivities_keepsWhatStandsInAnother(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	a := &db.Activity{URI: "https://peer.test/up/1", Type: "Update", ObjectURI: "https://peer.test/notes/1", Body: note(1)}
	ok(t, s.KeepActivity(ctx, a))
	pass := announced(t, s, a)
	w := db.Window{Before: s.Now().Add(1e15), Limit: 10}
	for round, want := range []int64{1, 1, 0} { // first what is passed on, then what stood in it
		_, gone, err := s.PruneActivities(ctx, w)
		if err != nil || gone != want {
			t.Errorf("round %d: %d gone, %v; want %d", round, gone, err, want)
		}
		if _, err := s.ActivityByID(ctx, pass.ID); round == 0 && err == nil {
			t.Error("the one that stood in the other went first")
		}
	}
}

func TestActivities_learnsFromItsHosts(t *testing.T) {
	t.Parallel()
	ctx, opt := context.Background(), dbtest.Options(t)
	s := opened(t, opt)
	for n := range 30 { // a batch each, as the inbox does
		ok(t, s.InTx(ctx, func(_ context.Context, tx *db.Store) error {
			for i := range 10 {
				kept(t, tx, note(10*n+i), 10*n+i)
			}
			return nil
		}))
	}
	before, err := s.ActivityByURI(ctx, "https://peer.test/act/0")
	ok(t, err)
	after, err := s.ActivityByURI(ctx, "https://peer.test/act/299")
	ok(t, err)
	if !bytes.Equal(before.Body, note(0)) || !bytes.Equal(after.Body, note(299)) {
		t.Errorf("%s\n%s", before.Body, after.Body)
	}
	if was, is := rowBytes(t, s, before.ID), rowBytes(t, s, after.ID); is > was*2/3 {
		t.Errorf("%d bytes before, %d after it has learned", was, is)
	}
	learned, err := s.Learned(ctx)
	if err != nil || len(learned) != 1 || strings.Contains(learned[0], "words number") || !strings.Contains(learned[0], "https://peer.test/users/bo") {
		t.Errorf("learned %d, %v; want addresses and nobody's words", len(learned), err)
	}
	if back, err := opened(t, opt).ActivityByID(ctx, after.ID); err != nil || !bytes.Equal(back.Body, note(299)) {
		t.Errorf("after a restart: %v", err)
	}
}

// What a transaction that failed has learned counts for nothing.
func TestActivities_unlearnsWithItsTransaction(t *testing.T) {
	t.Parallel()
	ctx, opt := context.Background(), dbtest.Options(t)
	s := opened(t, opt)
	for i := range 255 {
		kept(t, s, note(i), i)
	}
	failed := fmt.Errorf("taken back")
	err := s.InTx(ctx, func(_ context.Context, tx *db.Store) error {
		kept(t, tx, note(255), 255)
		return failed
	})
	if err == nil {
		t.Fatal("no error")
	}
	a := kept(t, s, note(256), 256)
	back, err := opened(t, opt).ActivityByID(ctx, a.ID)
	if err != nil || !bytes.Equal(back.Body, note(256)) {
		t.Errorf("after a restart: %v", err)
	}
}

func TestPackOld(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	var list []*db.Activity
	for i := range 5 {
		a := kept(t, s, note(i), i)
		list = append(list, a, announced(t, s, a))
	}
	for _, a := range list {
		ok(t, s.Unpack(ctx, a))
	}
	check := func(when string) {
		t.Helper()
		for _, a := range list {
			if back, err := s.ActivityByID(ctx, a.ID); err != nil || !bytes.Equal(back.Body, a.Body) {
				t.Errorf("%s: %s came back as %s, %v", when, a.URI, back.Body, err)
			}
		}
	}
	check("before")
	for range 4 {
		done, err := s.PackOld(ctx, 3)
		if err != nil || done {
			t.Errorf("on the way: %v, %v", done, err)
		}
		check("on the way")
	}
	if done, err := s.PackOld(ctx, 3); err != nil || !done {
		t.Errorf("at the end: %v, %v", done, err)
	}
	if done, err := s.PackOld(ctx, 3); err != nil || !done {
		t.Errorf("after the end: %v, %v", done, err)
	}
	for _, a := range list {
		if n := rowBytes(t, s, a.ID); n > len(a.Body)/2 {
			t.Errorf("%s: %d of %d bytes lie in the row", a.Type, n, len(a.Body))
		}
	}
}

func FuzzPack(f *testing.F) {
	f.Add([]byte("{}"), 0, 1)
	f.Add(note(1), 10, 100)
	f.Add([]byte("\x02"), 0, 0)
	f.Fuzz(func(t *testing.T, body []byte, from, to int) {
		if from < 0 || to < from || to > len(body) {
			return
		}
		if err := db.Repacked(body, body[from:to]); err != nil {
			t.Error(err)
		}
	})
}
