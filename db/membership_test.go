package db_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// join makes people members of a group.
func join(t *testing.T, s *db.Store, g *db.Actor, people ...*db.Actor) {
	t.Helper()
	for _, a := range people {
		ok(t, s.PutMembership(t.Context(), &db.Membership{URI: a.URI + "#join", GroupID: g.ID, ActorID: a.ID, Status: db.MemberFull}))
	}
}

func TestPutMembership_countsWhoBelongs(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	for _, step := range []struct {
		status string
		left   bool
		want   int64
	}{
		{db.MemberPending, false, 0},
		{db.MemberNewcomer, false, 1},
		{db.MemberFull, false, 1},
		{db.MemberDormant, false, 1},
		{db.MemberAlumni, true, 0},
		{db.MemberRemoved, true, 0},
		{db.MemberFull, false, 1},
	} {
		m := &db.Membership{URI: "https://copse.test/join/1", GroupID: g.ID, ActorID: ann.ID, Status: step.status}
		if step.left {
			m.LeftAt = s.Now()
		}
		ok(t, s.PutMembership(ctx, m))
		row, err := s.GroupByID(ctx, g.ID)
		ok(t, err)
		st, err := s.StandingOf(ctx, g.ID, ann.ID)
		ok(t, err)
		if row.MembersCount != step.want || st.Belongs() != (step.want == 1) {
			t.Errorf("%s: %d members, belongs %v; want %d", step.status, row.MembersCount, st.Belongs(), step.want)
		}
	}
	if m, err := s.MembershipByURI(ctx, g.ID, "https://copse.test/join/1"); err != nil || m.ActorID != ann.ID {
		t.Errorf("by its Join: %v, %v", m, err)
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, other := group(t, s, "water"), group(t, s, "soil")
	ann, bo, cy := person(t, s, "ann", "copse.test"), person(t, s, "bo", "peer.test"), person(t, s, "cy", "peer.test")
	bo.Name = "Bo 100% Ngata"
	ok(t, s.SaveActor(ctx, bo))
	join(t, s, g, ann, bo, cy)
	join(t, s, other, ann)
	ok(t, s.PutMembership(ctx, &db.Membership{GroupID: g.ID, ActorID: person(t, s, "ex", "copse.test").ID, Status: db.MemberAlumni, LeftAt: s.Now()}))

	page, next, err := s.FindMembers(ctx, db.MemberQuery{GroupID: g.ID, Limit: 2})
	ok(t, err)
	rest, end, err := s.FindMembers(ctx, db.MemberQuery{GroupID: g.ID, Before: next, Limit: 2})
	ok(t, err)
	if len(page) != 2 || page[0].Actor.Handle != "cy" || len(rest) != 1 || rest[0].Actor.Handle != "ann" || end != 0 {
		t.Errorf("newest first: %v, then %v, then from %d", page, rest, end)
	}
	for words, want := range map[string]int{"": 3, "ngata": 1, "PEER.test": 2, "100%": 1, "bo 7": 0} {
		if found, _, err := s.FindMembers(ctx, db.MemberQuery{GroupID: g.ID, Words: words, Limit: 10}); err != nil || len(found) != want {
			t.Errorf("%q finds %d, %v; want %d", words, len(found), err, want)
		}
	}
	orgs, err := s.MemberOrganisations(ctx, g.ID, 10)
	ok(t, err)
	if diff := cmp.Diff([]db.HostCount{{Host: "peer.test", Posts: 2}, {Host: "copse.test", Posts: 1}}, orgs); diff != "" {
		t.Errorf("hosts (-want +got)\n%s", diff)
	}
	counts, err := s.CountOrganisations(ctx, []int64{g.ID, other.ID})
	if diff := cmp.Diff(map[int64]int{g.ID: 2, other.ID: 1}, counts); diff != "" || err != nil {
		t.Errorf("hosts of groups, %v (-want +got)\n%s", err, diff)
	}
	among, err := s.BelongAmong(ctx, g.ID, []int64{ann.ID, cy.ID, 99})
	if diff := cmp.Diff(map[int64]bool{ann.ID: true, cy.ID: true}, among); diff != "" || err != nil {
		t.Errorf("belong, %v (-want +got)\n%s", err, diff)
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, alone := group(t, s, "water"), group(t, s, "soil")
	ann, bo := person(t, s, "ann", "copse.test"), person(t, s, "bo", "peer.test")
	for _, r := range []db.RoleGrant{
		{GroupID: g.ID, ActorID: ann.ID, Role: db.RoleFacilitator},
		{GroupID: g.ID, ActorID: bo.ID, Role: db.RoleModerator},
		{GroupID: g.ID, ActorID: ann.ID, Role: db.RoleFacilitator}, // held already
	} {
		ok(t, s.GrantRole(ctx, &r))
	}
	list, err := s.Stewards(ctx, g.ID)
	if err != nil || len(list) != 2 || list[0].Actor.Handle != "ann" {
		t.Errorf("stewards %v, %v; want ann, then bo", list, err)
	}
	if ids, err := s.GroupsModeratedBy(ctx, bo.ID); err != nil || len(ids) != 1 || ids[0] != g.ID {
		t.Errorf("bo moderates %v, %v", ids, err)
	}
	if ids, err := s.GroupsWithoutStewards(ctx, 10); err != nil || len(ids) != 1 || ids[0] != alone.ID {
		t.Errorf("without stewards: %v, %v", ids, err)
	}
	ok(t, s.WithdrawRole(ctx, g.ID, bo.ID, db.RoleModerator))
	if st, err := s.StandingOf(ctx, g.ID, bo.ID); err != nil || st.Moderator {
		t.Errorf("%+v, %v after it was withdrawn", st, err)
	}
	if st, err := s.StandingOf(ctx, g.ID, ann.ID); err != nil || !st.Facilitator {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestBans_endByThemselves(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	g, eve, bo := group(t, s, "water"), person(t, s, "eve", "peer.test"), person(t, s, "bo", "peer.test")
	ok(t, s.PutBan(ctx, &db.Ban{GroupID: g.ID, ActorID: eve.ID, Reason: "spam", Until: db.At(c.at.Add(time.Hour))}))
	ok(t, s.PutBan(ctx, &db.Ban{GroupID: g.ID, ActorID: bo.ID}))
	if b, err := s.BanOf(ctx, g.ID, eve.ID); err != nil || b.Reason != "spam" {
		t.Errorf("eve: %+v, %v", b, err)
	}
	if list, err := s.BansIn(ctx, g.ID, 10); err != nil || len(list) != 2 || list[0].Actor == nil {
		t.Errorf("in force: %v, %v; want both with their people", list, err)
	}
	c.pass(2 * time.Hour)
	if _, err := s.BanOf(ctx, g.ID, eve.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a ban past its end: %v", err)
	}
	if st, err := s.StandingOf(ctx, g.ID, bo.ID); err != nil || !st.Banned {
		t.Errorf("bo: %+v, %v; want banned without end", st, err)
	}
	for _, who := range []struct {
		id   int64
		want int
	}{{eve.ID, 0}, {bo.ID, 1}} {
		if list, err := s.BansOf(ctx, who.id); err != nil || len(list) != who.want {
			t.Errorf("bans of %d: %v, %v", who.id, list, err)
		}
	}
	ok(t, s.LiftBan(ctx, g.ID, bo.ID))
	if list, err := s.BansIn(ctx, g.ID, 10); err != nil || len(list) != 0 {
		t.Errorf("after it was lifted: %v, %v", list, err)
	}
}

func TestActorBlock_holdsBothWays(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	ann, eve, bo := person(t, s, "ann", "copse.test"), person(t, s, "eve", "peer.test"), person(t, s, "bo", "peer.test")
	for range 2 {
		ok(t, s.PutActorBlock(ctx, &db.ActorBlock{ActorID: ann.ID, TargetID: eve.ID}))
	}
	for _, c := range []struct {
		a, b int64
		want bool
	}{{ann.ID, eve.ID, true}, {eve.ID, ann.ID, true}, {ann.ID, bo.ID, false}} {
		if is, err := s.Blocked(ctx, c.a, c.b); err != nil || is != c.want {
			t.Errorf("%d and %d: %v, %v", c.a, c.b, is, err)
		}
	}
	ok(t, s.DeleteActorBlock(ctx, ann.ID, eve.ID))
	if is, err := s.Blocked(ctx, eve.ID, ann.ID); err != nil || is {
		t.Errorf("lifted: %v, %v", is, err)
	}
}
