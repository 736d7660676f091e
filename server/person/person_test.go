package person_test

import (
	"context"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/server/person"
)

// place is a database with a group of ours and people on other servers.
type place struct {
	t     *testing.T
	s     *db.Store
	group *db.Actor
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, s: dbtest.New(t)}
	p.group = &db.Actor{Type: db.ActorGroup, Handle: "water", Host: "a.example", URI: "https://a.example/water", Local: true}
	p.ok(p.s.CreateActor(t.Context(), p.group))
	p.ok(p.s.EnsureGroup(t.Context(), &db.Group{ActorID: p.group.ID, Openness: db.OpennessOpen, PostPolicy: db.PostAnyone}))
	return p
}

func (p *place) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// somebody elsewhere gives some addresses as their own.
func (p *place) somebody(uri, aliases string) *db.Actor {
	p.t.Helper()
	a := &db.Actor{Type: db.ActorPerson, Handle: "x", Host: uri[len("https://") : len(uri)-2], URI: uri, Inbox: uri + "/inbox", AlsoKnownAs: aliases}
	p.ok(p.s.UpsertRemoteActor(p.t.Context(), a))
	return a
}

func (p *place) joins(a *db.Actor) {
	p.t.Helper()
	p.ok(p.s.PutMembership(p.t.Context(), &db.Membership{URI: a.URI + "#join", GroupID: p.group.ID, ActorID: a.ID, Status: db.MemberFull, JoinedAt: p.s.Now()}))
}

func (p *place) members() int64 {
	p.t.Helper()
	g, err := p.s.GroupByID(p.t.Context(), p.group.ID)
	p.ok(err)
	return g.MembersCount
}

func (p *place) recognises(a *db.Actor) {
	p.t.Helper()
	p.ok(p.s.InTx(p.t.Context(), func(ctx context.Context, tx *db.Store) error { return person.Recognise(ctx, tx, a) }))
}

func (p *place) one(a, b *db.Actor) bool {
	p.t.Helper()
	x, err := p.s.PersonBehind(p.t.Context(), a.ID)
	p.ok(err)
	y, err := p.s.PersonBehind(p.t.Context(), b.ID)
	p.ok(err)
	return x == y
}

func TestRecognise_bothNameEachOther(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	a, b := p.somebody("https://b.example/x", "https://d.example/x"), p.somebody("https://d.example/x", "https://b.example/x")
	p.joins(a)
	p.joins(b)
	p.ok(p.s.GrantRole(t.Context(), &db.RoleGrant{GroupID: p.group.ID, ActorID: b.ID, Role: db.RoleExpert}))
	p.recognises(b)
	if !p.one(a, b) || p.members() != 1 {
		t.Fatalf("one person: %v, %d members", p.one(a, b), p.members())
	}
	for _, who := range []*db.Actor{a, b} {
		m, err := p.s.MembershipOf(t.Context(), p.group.ID, who.ID)
		st, err2 := p.s.StandingOf(t.Context(), p.group.ID, who.ID)
		if err != nil || err2 != nil || !m.Belongs() || !st.Belongs() || !st.Holds(db.RoleExpert) {
			t.Errorf("by %s: %+v, %+v, %v, %v", who.URI, m, st, err, err2)
		}
	}
	p.ok(p.s.PutBan(t.Context(), &db.Ban{GroupID: p.group.ID, ActorID: b.ID, URI: "https://a.example/ban"}))
	if st, err := p.s.StandingOf(t.Context(), p.group.ID, a.ID); err != nil || !st.Banned {
		t.Errorf("a ban of one account leaves the other %+v, %v", st, err)
	}
}

// A link from one side alone proves nothing: anybody can name a moderator.
func TestRecognise_oneSideIsNobody(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	victim := p.somebody("https://b.example/x", "")
	liar := p.somebody("https://d.example/x", "https://b.example/x https://nowhere.example/x")
	p.joins(victim)
	p.recognises(liar)
	if p.one(victim, liar) {
		t.Error("a claim was taken for a proof")
	}
	if st, err := p.s.StandingOf(t.Context(), p.group.ID, liar.ID); err != nil || st.Belongs() {
		t.Errorf("the liar stands as %+v, %v", st, err)
	}
}

// Where one side takes its word back they are two again, and what came by both stays with the person.
func TestRecognise_isTakenBack(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	a, b := p.somebody("https://b.example/x", "https://d.example/x"), p.somebody("https://d.example/x", "https://b.example/x")
	p.joins(a)
	p.recognises(b)
	b.AlsoKnownAs = ""
	p.recognises(b)
	if p.one(a, b) || p.members() != 1 {
		t.Errorf("still one: %v, %d members", p.one(a, b), p.members())
	}
	n, err := p.s.DistinctPeople(t.Context(), []int64{a.ID, b.ID})
	if err != nil || n != 2 {
		t.Errorf("%d people, %v", n, err)
	}
}

// A third account joins the same person; a door of somebody else is left alone.
func TestRecognise_thirdAccount(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	a, b := p.somebody("https://b.example/x", "https://d.example/x https://e.example/x"), p.somebody("https://d.example/x", "https://b.example/x")
	c := p.somebody("https://e.example/x", "https://b.example/x")
	p.recognises(a)
	p.recognises(c)
	n, err := p.s.DistinctPeople(t.Context(), []int64{a.ID, b.ID, c.ID})
	if err != nil || n != 1 {
		t.Errorf("%d people, %v", n, err)
	}
	other := p.somebody("https://f.example/x", "https://e.example/x")
	c.AlsoKnownAs += " https://f.example/x"
	p.recognises(other)
	if p.one(other, c) {
		t.Error("a door was given to a second person")
	}
}
