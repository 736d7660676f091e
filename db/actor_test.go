package db_test

import (
	"errors"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestUpsertRemoteActor_keepsWhatIsOurs(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	bo := person(t, s, "bo", "peer.test")
	bo.SuspendedAt = s.Now()
	ok(t, s.SaveActor(ctx, bo))
	fresh := &db.Actor{URI: bo.URI, Type: db.ActorPerson, Handle: "bo", Host: "peer.test", Name: "Bo the second", Inbox: bo.Inbox, PublicKeyID: bo.URI + "#k"}
	ok(t, s.UpsertRemoteActor(ctx, fresh))
	if fresh.ID != bo.ID || fresh.SuspendedAt.IsZero() || fresh.Active() {
		t.Errorf("id %d, suspended %v; want %d, still suspended", fresh.ID, fresh.SuspendedAt, bo.ID)
	}
	got, err := s.ActorByURI(ctx, bo.URI)
	if err != nil || got.Label() != "Bo the second" || got.Acct() != "bo@peer.test" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err = s.ActorByKeyID(ctx, bo.URI+"#k"); err != nil || got.ID != bo.ID {
		t.Errorf("by its key: %v, %v", got, err)
	}
	stranger := &db.Actor{URI: "https://peer.test/ap/cy", Type: db.ActorPerson, Handle: "cy", Host: "peer.test", Inbox: "https://peer.test/i"}
	ok(t, s.UpsertRemoteActor(ctx, stranger))
	if stranger.ID == 0 || stranger.ID == bo.ID || stranger.Label() != "cy" {
		t.Errorf("somebody new: %+v", stranger)
	}
}

func TestTombstoneActor(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	ann := person(t, s, "ann", "copse.test")
	ann.Name, ann.PrivateKey = "Ann", []byte("sealed")
	ok(t, s.SaveActor(ctx, ann))
	ok(t, s.TombstoneActor(ctx, ann.ID))
	got, err := s.ActorByID(ctx, ann.ID)
	if err != nil || got.Active() || got.Name != "" || got.PrivateKey != nil || got.URI != ann.URI {
		t.Errorf("%+v, %v; want an empty row with the address", got, err)
	}
	if _, err := s.ActorByHandle(ctx, "ann", "copse.test"); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("somebody gone is found by handle: %v", err)
	}
	if err := s.CreateActor(ctx, &db.Actor{URI: "https://copse.test/ap/other", Type: db.ActorPerson, Local: true, Handle: "ann", Host: "copse.test"}); !errors.Is(err, db.ErrConflict) {
		t.Errorf("the handle of somebody gone is given to another: %v", err)
	}
}

func TestActors_byHandleAndIDs(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	ann, far := person(t, s, "ann", "copse.test"), person(t, s, "ann", "peer.test")
	if got, err := s.LocalActor(ctx, "ANN"); err != nil || got.ID != ann.ID {
		t.Errorf("ours by handle: %v, %v", got, err)
	}
	if got, err := s.ActorByHandle(ctx, "ann", "Peer.Test"); err != nil || got.ID != far.ID {
		t.Errorf("theirs by handle: %v, %v", got, err)
	}
	got, err := s.ActorsByID(ctx, []int64{ann.ID, far.ID, 99})
	if err != nil || len(got) != 2 || got[far.ID].Host != "peer.test" {
		t.Errorf("by ids: %v, %v", got, err)
	}
	if got, err := s.ActorsByID(ctx, nil); err != nil || len(got) != 0 {
		t.Errorf("by none: %v, %v", got, err)
	}
}

func TestSearchActors(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	far := person(t, s, "ann", "peer.test")
	near := person(t, s, "annika", "copse.test")
	near.Name = "Nika Ångström_Lee"
	ok(t, s.SaveActor(ctx, near))
	gone := person(t, s, "anna", "peer.test")
	ok(t, s.TombstoneActor(ctx, gone.ID))
	for prefix, want := range map[string][]int64{
		"ann": {near.ID, far.ID}, "@ANN": {near.ID, far.ID}, "nik": {near.ID}, "a%": nil, "_": nil, "lee": nil,
	} {
		list, err := s.SearchActors(ctx, prefix, []string{db.ActorPerson}, 10)
		ok(t, err)
		var got []int64
		for _, a := range list {
			got = append(got, a.ID)
		}
		if len(got) != len(want) || len(got) > 0 && got[0] != want[0] {
			t.Errorf("%q finds %v, want %v", prefix, got, want)
		}
	}
}
