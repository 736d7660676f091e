package db_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestReports(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann, eve := group(t, s, "water"), person(t, s, "ann", "copse.test"), person(t, s, "eve", "peer.test")
	top := say(t, s, g, eve, nil)
	var all []*db.Report
	for i, groupID := range []int64{g.ID, 0, g.ID} {
		r := &db.Report{URI: "https://copse.test/flag/" + string(rune('a'+i)), GroupID: groupID, ReporterID: ann.ID, TargetID: eve.ID, PostID: top.ID}
		ok(t, s.CreateReport(ctx, r))
		all = append(all, r)
	}
	if err := s.CreateReport(ctx, &db.Report{URI: all[0].URI}); !errors.Is(err, db.ErrConflict) {
		t.Errorf("the same Flag again: %v", err)
	}
	got, err := s.ReportByID(ctx, all[0].ID)
	if err != nil || got.Reporter.Handle != "ann" || got.Target.Handle != "eve" || got.Post.ID != top.ID || got.State != db.ReportOpen {
		t.Fatalf("%+v, %v", got, err)
	}
	if n, err := s.OpenDuties(ctx, []int64{g.ID, 0}); err != nil || n != 3 {
		t.Errorf("%d duties, %v; want 3", n, err)
	}
	got.Resolution, got.ResolvedBy = "removed", ann.ID
	ok(t, s.ResolveReport(ctx, got))
	all[2].Resolution = "kept"
	ok(t, s.ResolveReport(ctx, all[2]))
	for _, c := range []struct {
		name string
		q    db.ReportQuery
		want []int64
	}{
		{"open, of the group and the instance", db.ReportQuery{GroupIDs: []int64{g.ID, 0}, State: db.ReportOpen}, []int64{all[1].ID}},
		{"resolved, newest first", db.ReportQuery{GroupIDs: []int64{g.ID}, State: db.ReportResolved}, []int64{all[2].ID, all[0].ID}},
		{"resolved, before one", db.ReportQuery{GroupIDs: []int64{g.ID}, State: db.ReportResolved, Before: all[2].ID}, []int64{all[0].ID}},
		{"open, after one", db.ReportQuery{GroupIDs: []int64{0}, State: db.ReportOpen, After: all[1].ID}, nil},
		{"of nowhere", db.ReportQuery{State: db.ReportOpen}, nil},
	} {
		c.q.Limit = 10
		list, err := s.FindReports(ctx, c.q)
		ok(t, err)
		var ids []int64
		for _, r := range list {
			ids = append(ids, r.ID)
		}
		if !cmp.Equal(c.want, ids) {
			t.Errorf("%s: %v, want %v", c.name, ids, c.want)
		}
	}
	if list, err := s.ReportsBy(ctx, ann.ID, 2); err != nil || len(list) != 2 || list[0].ID != all[2].ID {
		t.Errorf("by ann: %v, %v; want her newest two", list, err)
	}
}

func TestModerationLog(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	a, b := say(t, s, g, ann, nil), say(t, s, g, ann, nil)
	for _, e := range []db.ModerationEntry{
		{Act: "lock", PostID: a.ID, Reason: "first"}, {Act: "lock", PostID: b.ID}, {Act: "unlock", PostID: a.ID}, {Act: "lock", PostID: a.ID, Reason: "again"},
	} {
		e.GroupID, e.ActorID = g.ID, ann.ID
		ok(t, s.LogModeration(ctx, &e))
	}
	log, err := s.ModerationLog(ctx, g.ID, 0, 2)
	ok(t, err)
	older, err := s.ModerationLog(ctx, g.ID, log[1].ID, 10)
	if err != nil || log[0].Reason != "again" || log[0].Actor.Handle != "ann" || len(older) != 2 || older[1].Reason != "first" {
		t.Errorf("newest first: %v, then %v (%v)", log, older, err)
	}
	last, err := s.LastActs(ctx, g.ID, "lock", []int64{a.ID, b.ID, 9})
	if err != nil || len(last) != 2 || last[a.ID].Reason != "again" {
		t.Errorf("last locks %v, %v", last, err)
	}
}

func TestOpenDuties_countsHeldPosts(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	p := say(t, s, g, ann, nil)
	ok(t, s.SetPostState(ctx, p, db.PostHeld, "", 0))
	if n, err := s.OpenDuties(ctx, []int64{g.ID}); err != nil || n != 1 {
		t.Errorf("%d duties, %v; want 1", n, err)
	}
	held, err := s.HeldIn(ctx, []int64{g.ID}, 0, 10)
	if err != nil || len(held) != 1 || held[0].ID != p.ID {
		t.Errorf("held %v, %v", held, err)
	}
	if held, err = s.HeldIn(ctx, []int64{g.ID}, p.ID, 10); err != nil || len(held) != 0 {
		t.Errorf("after it: %v, %v", held, err)
	}
}
