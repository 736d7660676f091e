package db_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// Lists of duties begin at the rows of their communities: no table that grows with the instance is
// read whole.
func TestDuties_plan(t *testing.T) {
	t.Parallel()
	s, ctx := dbtest.New(t), context.Background()
	if s.Engine() == "postgres" {
		return // plans of empty tables say nothing there; the indexes are the same
	}
	for _, kind := range db.DutyKinds() {
		plan, err := s.PlanOfDuties(ctx, kind)
		ok(t, err)
		for line := range strings.Lines(plan) {
			for _, table := range []string{"query", "post", "m", "f", "a", "c", "r", "rp", "w", "p", "pa"} {
				if strings.HasPrefix(line, "SCAN "+table+" ") || strings.TrimSpace(line) == "SCAN "+table {
					t.Errorf("%s reads all of %s:\n%s", kind, table, plan)
				}
			}
		}
	}
}

// Pages of duties follow each other without a gap, those put off apart, and counts stop where asked.
func TestDuties_pages(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	s, ctx := dbtest.At(t, func() time.Time { return at }), context.Background()
	group := remote(t, s, "water", "copse.test")
	ok(t, s.EnsureGroup(ctx, &db.Group{ActorID: group.ID, Openness: db.OpennessOpen, PostPolicy: db.PostAnyone}))
	want := map[int64]bool{}
	for i := range 7 {
		a := &db.Artifact{
			URI: "https://copse.test/a" + string(rune('0'+i)), GroupID: group.ID, Kind: "story", Stage: db.StagePublished, Version: 1,
			ReviewBy: db.At(at.Add(-time.Duration(i/2) * time.Hour)), // two are due at each moment
		}
		ok(t, s.CreateArtifact(ctx, a))
		want[a.ID] = true
	}
	scope := db.DutyScope{db.DutyReview: {group.ID}}
	search := db.DutySearch{GroupIDs: scope[db.DutyReview], Kind: db.DutyReview, Limit: 2}
	var last *db.Duty
	for range 4 {
		search.After = last
		list, err := s.Duties(ctx, search)
		ok(t, err)
		for _, d := range list {
			if !want[d.ObjectID] || last != nil && d.Due.Before(last.Due.Time) {
				t.Errorf("%d comes twice, or out of order", d.ObjectID)
			}
			delete(want, d.ObjectID)
			last = d
		}
	}
	if len(want) != 0 {
		t.Errorf("never shown: %v", want)
	}
	ok(t, s.PutDutyMark(ctx, &db.DutyMark{GroupID: group.ID, Duty: db.DutyReview, ObjectID: last.ObjectID, Until: db.At(at.Add(time.Hour)), ByID: 3}))
	counts, err := s.CountDuties(ctx, scope, 5)
	if err != nil || counts[db.DutyReview] != 5 {
		t.Errorf("%v, %v", counts, err)
	}
	if counts, err = s.CountDuties(ctx, scope, 50); err != nil || counts[db.DutyReview] != 6 {
		t.Errorf("%v, %v, one is put off", counts, err)
	}
	off, err := s.Duties(ctx, db.DutySearch{GroupIDs: scope[db.DutyReview], Kind: db.DutyReview, Off: true, Limit: 10})
	if err != nil || len(off) != 1 || off[0].ObjectID != last.ObjectID {
		t.Errorf("put off: %+v, %v", off, err)
	}
	if none, err := s.CountDuties(ctx, nil, 5); err != nil || len(none) != 0 {
		t.Errorf("of no community: %v, %v", none, err)
	}
}
