package db_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// charter stores a version of a group in a state.
func charter(t *testing.T, s *db.Store, g *db.Actor, version int64, state string) *db.Charter {
	t.Helper()
	id := s.NewID()
	c := &db.Charter{
		ID: id, GroupID: g.ID, Version: version, State: state, URI: g.URI + "/v" + string(rune('0'+version)),
		Fields: db.CharterFields{Purpose: "Keeping vaccines cold", Inside: []string{"fridges"}, Days: 14},
	}
	ok(t, s.CreateCharter(t.Context(), c))
	return c
}

func TestCharter_keepsAnswersAndFindsWhatIsInForce(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g := group(t, s, "water")
	charter(t, s, g, 1, db.CharterSuperseded)
	two, three := charter(t, s, g, 2, db.CharterAdopted), charter(t, s, g, 3, db.CharterProposed)
	got, err := s.AdoptedCharter(ctx, g.ID)
	ok(t, err)
	if diff := cmp.Diff(two.Fields, got.Fields); diff != "" || got.ID != two.ID {
		t.Errorf("in force: version %d (-want +got)\n%s", got.Version, diff)
	}
	if got, err := s.ProposedCharter(ctx, g.ID); err != nil || got.ID != three.ID {
		t.Errorf("proposed: %v, %v", got, err)
	}
	if got, err := s.CharterByURI(ctx, two.URI); err != nil || got.ID != two.ID {
		t.Errorf("by address: %v, %v", got, err)
	}
	all, err := s.ChartersOf(ctx, g.ID)
	if err != nil || len(all) != 3 || all[0].Version != 3 {
		t.Errorf("versions %v, %v; want 3, newest first", all, err)
	}
}

func TestMoveCharter_oneOfTwo(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	c := charter(t, s, group(t, s, "water"), 1, db.CharterProposed)
	c.State = db.CharterAdopted
	for i, want := range []bool{true, false} {
		if moved, err := s.MoveCharter(ctx, c, db.CharterProposed); err != nil || moved != want {
			t.Errorf("decision %d: moved %v, %v; want %v", i+1, moved, err, want)
		}
	}
}

func TestChartersDue_onlyWhoseTimeHasCome(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	due, early := charter(t, s, group(t, s, "water"), 1, db.CharterProposed), charter(t, s, group(t, s, "soil"), 1, db.CharterProposed)
	charter(t, s, group(t, s, "seed"), 1, db.CharterProposed) // never by silence
	due.DecideAt, early.DecideAt = db.At(s.Now().Add(time.Hour)), db.At(s.Now().Add(3*time.Hour))
	ok(t, s.SaveCharter(ctx, due))
	ok(t, s.SaveCharter(ctx, early))
	c.pass(2 * time.Hour)
	list, err := s.ChartersDue(ctx, 10)
	if err != nil || len(list) != 1 || list[0].ID != due.ID {
		t.Errorf("due: %v, %v", list, err)
	}
}

func TestSignCharter_firstStands(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	c, ann := charter(t, s, group(t, s, "water"), 1, db.CharterProposed), person(t, s, "ann", "copse.test")
	for i, want := range []bool{true, false} {
		is, err := s.SignCharter(ctx, &db.CharterSignature{CharterID: c.ID, ActorID: ann.ID, Text: []string{"I sign", "again"}[i], Door: "web"})
		if err != nil || is != want {
			t.Errorf("signature %d is new: %v, %v", i+1, is, err)
		}
	}
	list, err := s.SignaturesOf(ctx, c.ID)
	if err != nil || len(list) != 1 || list[0].Text != "I sign" || list[0].Actor.Handle != "ann" {
		t.Errorf("signatures %v, %v", list, err)
	}
}

func TestRemarks_openConcerns(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	c, ann := charter(t, s, group(t, s, "water"), 1, db.CharterProposed), person(t, s, "ann", "copse.test")
	concern := &db.CharterRemark{CharterID: c.ID, ActorID: ann.ID, Kind: db.RemarkConcern, Text: "too long", URI: "https://copse.test/1"}
	for _, r := range []*db.CharterRemark{concern, {CharterID: c.ID, ActorID: ann.ID, Kind: db.RemarkComment, Text: "good", URI: "https://copse.test/2"}} {
		if is, err := s.PutRemark(ctx, r); err != nil || !is {
			t.Fatalf("remark %q is new: %v, %v", r.Text, is, err)
		}
	}
	if is, err := s.PutRemark(ctx, &db.CharterRemark{CharterID: c.ID, ActorID: ann.ID, Kind: db.RemarkComment, URI: "https://copse.test/2"}); err != nil || is {
		t.Errorf("the same Note twice is new: %v, %v", is, err)
	}
	if n, err := s.OpenConcerns(ctx, c.ID); err != nil || n != 1 {
		t.Errorf("%d open, %v; want 1", n, err)
	}
	if done, err := s.SettleRemark(ctx, c.ID, concern.ID); err != nil || !done {
		t.Errorf("settled: %v, %v", done, err)
	}
	if n, err := s.OpenConcerns(ctx, c.ID); err != nil || n != 0 {
		t.Errorf("%d open after the answer, %v", n, err)
	}
	if list, err := s.RemarksOn(ctx, c.ID); err != nil || len(list) != 2 || list[0].Actor.Handle != "ann" {
		t.Errorf("remarks %v, %v", list, err)
	}
}
