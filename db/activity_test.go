package db_test

import (
	"errors"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// act stores an activity of ours.
func act(t *testing.T, s *db.Store, a *db.Activity) *db.Activity {
	t.Helper()
	a.Local, a.Public, a.Body = true, true, []byte(`{"id":"`+a.URI+`"}`)
	ok(t, s.CreateActivity(t.Context(), a))
	return a
}

func TestKeepActivity_once(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	bo := person(t, s, "bo", "peer.test")
	first := &db.Activity{URI: "https://peer.test/1", ActorID: bo.ID, Type: "Create", Body: []byte(`{ "as": "it came" }`)}
	again := &db.Activity{URI: "https://peer.test/1", ActorID: bo.ID, Type: "Create", Body: []byte(`{}`)}
	ok(t, s.KeepActivity(ctx, first))
	ok(t, s.KeepActivity(ctx, again))
	got, err := s.ActivityByID(ctx, again.ID)
	if err != nil || again.ID != first.ID || string(got.Body) != `{ "as": "it came" }` {
		t.Errorf("%+v, %v; want the first bytes under one id", got, err)
	}
	if err := s.CreateActivity(ctx, &db.Activity{URI: "https://peer.test/1", Body: []byte("{}")}); !errors.Is(err, db.ErrConflict) {
		t.Errorf("a known address: %v", err)
	}
}

func TestActivities_aboutAnObject(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	ann, bo := person(t, s, "ann", "copse.test"), person(t, s, "bo", "copse.test")
	create := act(t, s, &db.Activity{URI: "a", ActorID: ann.ID, Type: "Create", ObjectURI: "o"})
	update := act(t, s, &db.Activity{URI: "b", ActorID: ann.ID, Type: "Update", ObjectURI: "o"})
	newer := act(t, s, &db.Activity{URI: "c", ActorID: ann.ID, Type: "Update", ObjectURI: "o"})
	act(t, s, &db.Activity{URI: "d", ActorID: bo.ID, Type: "Update", ObjectURI: "o"})
	act(t, s, &db.Activity{URI: "e", ActorID: ann.ID, Type: "Create", ObjectURI: "other"})
	list, err := s.ActivitiesAbout(ctx, "o", []string{"Create", "Update"}, 3)
	if err != nil || len(list) != 3 || list[2].ID != update.ID {
		t.Errorf("newest first: %v, %v", list, err)
	}
	if last, err := s.LastActivity(ctx, ann.ID, "Update", "o"); err != nil || last.ID != newer.ID {
		t.Errorf("ann's last: %v, %v", last, err)
	}
	if got, err := s.ActivityByURI(ctx, "a"); err != nil || got.ID != create.ID {
		t.Errorf("by address: %v, %v", got, err)
	}
}

// What opens a post, and what a group passes on of it, name their object in short; rows of older
// versions in full, and all of them are found.
func TestActivities_aboutInShort(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	ann, water := person(t, s, "ann", "peer.test"), person(t, s, "water", "copse.test")
	const note = "https://peer.test/users/ann/notes/113"
	for round, older := range []bool{false, true} {
		create := act(t, s, &db.Activity{URI: note + "/create" + string(rune('a'+round)), ActorID: ann.ID, Type: "Create", ObjectURI: note})
		pass := act(t, s, &db.Activity{URI: create.URI + "/pass", ActorID: water.ID, Type: "Announce", ObjectURI: create.URI, Within: create})
		if older {
			ok(t, s.Lengthen(ctx, create))
			ok(t, s.Lengthen(ctx, pass))
		}
		for _, a := range []*db.Activity{create, pass} {
			if n, err := s.AboutBytes(ctx, a.ID); err != nil || (n == 12) == older {
				t.Errorf("%s takes %d bytes for what it is about, %v", a.Type, n, err)
			}
		}
		list, err := s.ActivitiesAbout(ctx, note, []string{"Create", "Update"}, 9)
		if err != nil || len(list) != round+1 || list[0].ID != create.ID {
			t.Errorf("about the post: %v, %v", list, err)
		}
		last, err := s.LastActivity(ctx, water.ID, "Announce", create.URI)
		if err != nil || last.ID != pass.ID {
			t.Errorf("passed on: %v, %v", last, err)
		}
		if got, err := s.ActivityByURI(ctx, pass.URI); err != nil || string(got.Body) != string(pass.Body) {
			t.Errorf("%v, %v", got, err)
		}
	}
	if list, err := s.ActivitiesAbout(ctx, note+"4", []string{"Create"}, 9); err != nil || len(list) != 0 {
		t.Errorf("about another: %v, %v", list, err)
	}
	for _, body := range []string{`{"object":"` + note + `"}`, `{"object":{"id":"` + note + `"}}`, `{"object":["` + note + `"]}`, `{}`, `no JSON`} {
		a := &db.Activity{URI: note + "#" + body, ActorID: ann.ID, Type: "Create", ObjectURI: note, Body: []byte(body)}
		ok(t, s.KeepActivity(ctx, a))
		got, err := s.ActivityByID(ctx, a.ID)
		if plain := body[len(body)-2:] == `"}` || body[len(body)-2:] == `}}`; err != nil || (got.ObjectURI == note) != plain {
			t.Errorf("%s is about %q, %v", body, got.ObjectURI, err)
		}
	}
	like := act(t, s, &db.Activity{URI: note + "/like", ActorID: ann.ID, Type: "Like", ObjectURI: note})
	if got, err := s.ActivityByID(ctx, like.ID); err != nil || got.ObjectURI != note {
		t.Errorf("what may be undone names %q, %v", got.ObjectURI, err)
	}
}

func TestPublicCreates_onlyWhatEverybodyReads(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	ann := person(t, s, "ann", "copse.test")
	open, inner := group(t, s, "open"), group(t, s, "inner")
	setOpenness(t, s, inner, db.OpennessRestricted)
	seen, removed, inside := say(t, s, open, ann, nil), say(t, s, open, ann, nil), say(t, s, inner, ann, nil)
	ok(t, s.SetPostState(ctx, removed, db.PostRemoved, "", 0))
	for _, p := range []*db.Post{seen, removed, inside} {
		act(t, s, &db.Activity{URI: p.URI + "#create", ActorID: ann.ID, Type: "Create", ObjectURI: p.URI, PostID: p.ID})
	}
	list, err := s.PublicCreates(ctx, ann.ID, 0, 10)
	if err != nil || len(list) != 1 || list[0].PostID != seen.ID {
		t.Fatalf("%v, %v; want the one in the open group", list, err)
	}
	if list, err = s.PublicCreates(ctx, ann.ID, list[0].ID, 10); err != nil || len(list) != 0 {
		t.Errorf("before it: %v, %v", list, err)
	}
}

func TestTombstones(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	for range 2 {
		ok(t, s.Bury(ctx, "https://peer.test/1", "bo"))
	}
	for uri, want := range map[string]bool{"https://peer.test/1": true, "https://peer.test/2": false} {
		if is, err := s.Buried(ctx, uri, "bo"); err != nil || is != want {
			t.Errorf("%s: %v, %v", uri, is, err)
		}
	}
	if was, err := s.Exhume(ctx, "https://peer.test/1", "eve"); err != nil || was {
		t.Errorf("for another: %v, %v", was, err)
	}
	for _, want := range []bool{true, false} {
		if was, err := s.Exhume(ctx, "https://peer.test/1", "bo"); err != nil || was != want {
			t.Errorf("exhumed: %v, %v; want %v", was, err, want)
		}
	}
	if is, err := s.Buried(ctx, "https://peer.test/1", "bo"); err != nil || is {
		t.Errorf("forgotten: %v, %v", is, err)
	}
}

func TestReleaseActivity_letsAnIDCountAgain(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	like := func(signature string) bool {
		t.Helper()
		fresh, err := s.AddReceipt(ctx, &db.Receipt{
			Hash: db.HashOf([]byte("like/1"), []byte("{}")), Signature: db.HashOf([]byte(signature)), ActivityURI: "like/1",
			Type: "Like", ActorURI: "https://peer.test/bo", Host: "peer.test", Body: []byte("{}"),
		})
		ok(t, err)
		return fresh
	}
	if !like("one") || like("two") {
		t.Fatal("an activity counts once, whatever signature it comes under")
	}
	list, err := s.PendingReceipts(ctx, 0, 10)
	ok(t, err)
	ok(t, s.EndReceipt(ctx, list[0].ID, db.ReceiptDone, ""))
	ok(t, s.ReleaseActivity(ctx, "like/1", "https://peer.test/eve"))
	if like("two") {
		t.Error("another released it")
	}
	ok(t, s.ReleaseActivity(ctx, "like/1", "https://peer.test/bo"))
	if like("one") {
		t.Error("the signature it came under the first time is taken again")
	}
	if !like("three") {
		t.Error("after it was undone the same id does not count")
	}
	if r, err := s.ReceiptByURI(ctx, "like/1", "https://peer.test/bo"); err != nil || r.State != db.ReceiptPending {
		t.Errorf("newest receipt: %+v, %v", r, err)
	}
}
