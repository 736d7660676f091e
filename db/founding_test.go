package db_test

import (
	"errors"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestFounding_onlyItsOwnerComesBack(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	ann, bo := login(t, s, "ann"), login(t, s, "bo")
	f := &db.Founding{AccountID: ann.ID, Step: "domain", Answers: `{"name":"Cold chain"}`}
	ok(t, s.CreateFounding(ctx, f))
	f.Step = "community"
	ok(t, s.SaveFounding(ctx, f))
	if got, err := s.FoundingByID(ctx, ann.ID, f.ID); err != nil || got.Step != "community" || got.Answers != f.Answers {
		t.Errorf("ann finds %v, %v", got, err)
	}
	if _, err := s.FoundingByID(ctx, bo.ID, f.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("bo finds it: %v", err)
	}
	ok(t, s.DropFounding(ctx, bo.ID, f.ID))
	if list, err := s.FoundingsOf(ctx, ann.ID); err != nil || len(list) != 1 {
		t.Errorf("begun by ann: %v, %v", list, err)
	}
	ok(t, s.DropFounding(ctx, ann.ID, f.ID))
	if list, err := s.FoundingsOf(ctx, ann.ID); err != nil || len(list) != 0 {
		t.Errorf("after it was dropped: %v, %v", list, err)
	}
}

func TestFounders_namedOnceAndAskedAgain(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	g := group(t, s, "water")
	f := &db.Founder{GroupID: g.ID, Address: "bo@peer.test", State: db.FounderAbsent, AskedAt: s.Now()}
	for i, want := range []bool{true, false} {
		f.ID = 0
		if is, err := s.PutFounder(ctx, f); err != nil || is != want {
			t.Errorf("naming %d is new: %v, %v", i+1, is, err)
		}
	}
	c.pass(time.Hour)
	again, err := s.FoundersToAsk(ctx, s.Now(), 10)
	if err != nil || len(again) != 1 {
		t.Fatalf("to ask again: %v, %v", again, err)
	}
	again[0].State, again[0].NoticeURI = db.FounderAsked, "https://copse.test/ap/objects/9"
	ok(t, s.SaveFounder(ctx, again[0]))
	if got, err := s.FounderByNotice(ctx, "https://copse.test/ap/objects/9"); err != nil || got.Address != "bo@peer.test" {
		t.Errorf("by its Note: %v, %v", got, err)
	}
	if _, err := s.FounderByNotice(ctx, ""); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("no Note finds somebody: %v", err)
	}
	if list, err := s.FoundersOf(ctx, g.ID); err != nil || len(list) != 1 {
		t.Errorf("founders %v, %v", list, err)
	}
}

func TestLife_coalescingUntilItSaysOtherwise(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g := group(t, s, "water")
	l, err := s.LifeOf(ctx, g.ID)
	if err != nil || l.Stage != db.StageCoalescing {
		t.Fatalf("from before charters: %v, %v", l, err)
	}
	l.Stage, l.Recognition, l.RecognisedBy = db.StageMaturing, db.RecognitionRecognised, "Health agency"
	ok(t, s.PutLife(ctx, l))
	ok(t, s.PutLife(ctx, l))
	if got, err := s.LifeOf(ctx, g.ID); err != nil || *got != *l {
		t.Errorf("got %+v, %v; want %+v", got, err, l)
	}
}

func TestKinOf_byAnyWordAndNeverConfidential(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	group(t, s, "water_safety")
	group(t, s, "soil")
	secret := group(t, s, "water_secret")
	setOpenness(t, s, secret, db.OpennessConfidential)
	remote(t, s, "water", "peer.test")
	list, err := s.KinOf(ctx, []string{"water", "fridge"}, 10)
	ok(t, err)
	if len(list) != 2 {
		t.Errorf("found %d, want the open one here and the one elsewhere", len(list))
	}
	if list, err := s.KinOf(ctx, nil, 10); err != nil || len(list) != 0 {
		t.Errorf("no words find %v, %v", list, err)
	}
}
