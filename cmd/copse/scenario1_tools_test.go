package main

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/cmd/copse/chores"
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/membership"
)

// begun is the setting of scenario 1 at its start: the three instances and the Mastodon server, and
// no community yet.
type begun struct {
	*sarela
	group   *db.Group
	charter *db.Charter
}

func newBegun(t *testing.T) *begun {
	t.Helper()
	c := newClock()
	net := &fedtest.Network{Now: c.now}
	s := &sarela{
		clock: c, t: t,
		rco: newLab(t, net, "rco.example"), health: newLab(t, net, "health.example"), agri: newLab(t, net, "agri.example"),
		social: fedtest.New(t, net, "social.example", fedtest.Mastodon()),
	}
	s.rco.people("amina", "theo")
	s.health.people("binh", "carla")
	s.agri.people("david", "esi")
	s.farid, s.hugo = s.social.Person("farid"), s.social.Person("hugo")
	return &begun{sarela: s}
}

// fields are what scenario 1 says in step 1.3.
func fields() db.CharterFields {
	return db.CharterFields{
		Purpose: "Storing and transporting vaccines from port to post, in clinics that lose power.",
		Inside:  []string{"Storage", "Transport"}, Outside: []string{"Procurement"},
		Why: "We discard doses.", Join: "To lose fewer.", Who: "Whoever opens a fridge.", Behaviours: "Say what failed.",
		Knowledge: "How fridges survive the heat.", Rule: charter.RuleConsent, Days: 7, ReviewIn: 12,
	}
}

// founds is steps 1.1 to 1.4: Amina founds coldchain and asks the others, one of them by mail.
func (b *begun) founds(change ...func(*charter.Founding)) *begun {
	b.t.Helper()
	actor, err := b.rco.community.PrepareActor(b.rco.store, db.ActorGroup)
	b.rco.ok(err)
	f := charter.Founding{
		Group: community.NewGroup{
			Handle: "coldchain", Name: "Vaccine Cold Chain Sarela", Openness: db.OpennessOpen, PostPolicy: db.PostMembers, Languages: "en",
			Facilitator: b.rco.actor("amina"), Actor: actor,
		},
		Fields: fields(), Founders: []charter.Invited{{Address: "grace@mail.example", Mail: true}},
	}
	for _, at := range []string{"binh@health.example", "david@agri.example", "farid@social.example"} {
		who, err := charter.NewReader(b.rco.charter, b.rco.store, b.rco.resolver).Meet(b.rco.ctx, at) // as the page does
		b.rco.ok(err)
		f.Founders = append(f.Founders, charter.Invited{Address: at, Actor: who})
	}
	for _, do := range change {
		do(&f)
	}
	b.rco.tx(func(ctx context.Context, tx *db.Store) error {
		b.group, b.charter, err = b.rco.charter.Found(ctx, tx, f)
		return err
	})
	b.settle()
	return b
}

// version is a version as it is now.
func (b *begun) version(number int64) *db.Charter {
	b.t.Helper()
	list, err := b.rco.store.ChartersOf(b.rco.ctx, b.group.ActorID)
	b.rco.ok(err)
	i := slices.IndexFunc(list, func(c *db.Charter) bool { return c.Version == number })
	if i < 0 {
		b.t.Fatalf("there is no version %d", number)
	}
	return list[i]
}

// copyOf is what an instance has of a version of a charter elsewhere; nil without one.
func copyOf(l *lab, uri string) *db.Charter {
	l.t.Helper()
	c, err := l.store.CharterByURI(l.ctx, uri)
	if err != nil {
		return nil
	}
	return c
}

// says lets one of ours elsewhere answer the charter from the page of their own instance.
func (b *begun) says(l *lab, who, text string) {
	b.t.Helper()
	g := l.groupNamed("coldchain@rco.example")
	c := copyOf(l, b.charter.URI)
	if c == nil {
		b.t.Fatalf("%s has no copy of the charter", l.iris.Host())
	}
	l.tx(func(ctx context.Context, tx *db.Store) error {
		return l.charter.Answer(ctx, tx, g, c, charter.Word{By: l.actor(who), Text: text, Door: charter.DoorWeb})
	})
	b.settle()
}

// asked is the direct Note that asked somebody on the Mastodon server.
func (b *begun) asked(who *fedtest.Actor) fedtest.Doc {
	b.t.Helper()
	for _, a := range b.social.Received("Create") {
		note, _ := a["object"].(fedtest.Doc)
		to, _ := note["to"].([]any)
		if len(to) == 1 && to[0] == who.ID {
			return note
		}
	}
	b.t.Fatalf("nobody asked %s", who.Name)
	return nil
}

// answersTo has somebody on Mastodon answer a direct Note as their app does: to its author alone.
func (b *begun) answersTo(who *fedtest.Actor, note fedtest.Doc, text string) fedtest.Doc {
	b.t.Helper()
	reply := who.Answer(note, text, fedtest.Doc{"to": []any{b.group.Actor.URI}, "cc": []any{}})
	activity := who.Create(reply, fedtest.Doc{"to": []any{b.group.Actor.URI}, "cc": []any{}})
	if r := b.social.Post(who, b.rco.iris.SharedInbox(), activity); r.Status != http.StatusAccepted {
		b.t.Fatalf("the answer of %s is answered %d", who.Name, r.Status)
	}
	b.settle()
	return activity
}

// signed lists who signed the version, each with the door, in order.
func (b *begun) signed() []string {
	b.t.Helper()
	list, err := b.rco.store.SignaturesOf(b.rco.ctx, b.charter.ID)
	b.rco.ok(err)
	var out []string
	for _, s := range list {
		out = append(out, s.Actor.Acct()+" "+s.Door)
	}
	return out
}

// membership of somebody in the community; nil where there never was one.
func (b *begun) membership(who string) *db.Membership {
	b.t.Helper()
	m, err := b.rco.store.MembershipOf(b.rco.ctx, b.group.ActorID, b.rco.actor(who).ID)
	if err != nil {
		return nil
	}
	return m
}

// belongs wants somebody to be a member, and to stand so on their own instance as well.
func (b *begun) belongs(l *lab, who string) {
	b.t.Helper()
	if m := b.membership(who + "@" + l.iris.Host()); m == nil || !m.Belongs() {
		b.t.Errorf("on rco %s is %v, want a member", who, m)
	}
	m, err := l.store.MembershipOf(l.ctx, l.groupNamed("coldchain@rco.example").ActorID, l.actor(who).ID)
	if err != nil || !m.Belongs() {
		b.t.Errorf("on %s %s is %v, %v; want a member", l.iris.Host(), who, m, err)
	}
}

// asks lets one of ours elsewhere ask to belong; it answers the refusal.
func (b *begun) asksToJoin(l *lab, who, group string, w membership.Wish) error {
	b.t.Helper()
	_, err := charter.NewReader(l.charter, l.store, l.resolver).Meet(l.ctx, group) // what the page does first
	l.ok(err)
	g := l.groupNamed(group)
	if c, err := l.store.AdoptedCharter(l.ctx, g.ActorID); err == nil {
		w.Version = c.Version
	}
	w.Door = "web"
	err = l.store.InTx(l.ctx, func(ctx context.Context, tx *db.Store) error {
		return l.membership.Ask(ctx, tx, l.actor(who), g, w)
	})
	b.settle()
	return err
}

// adopted is the scenario after step 1.8.
func (b *begun) adopted() *begun {
	b.t.Helper()
	b.says(b.health, "binh", "I sign")
	b.weekPasses()
	if c := b.version(1); c.State != db.CharterAdopted {
		b.t.Fatalf("the charter is %s", c.State)
	}
	return b
}

// weekPasses is seven days in which nobody says a word, and what the instance does then by itself.
func (b *begun) weekPasses() {
	b.t.Helper()
	b.pass(7*24*time.Hour + time.Minute)
	i := b.rco.instance
	b.rco.ok(chores.New(chores.Options{
		Store: i.store, Charter: i.charter, Membership: i.membership, Exchange: i.exchange, Query: i.query, Artifact: i.artifact, Trust: i.trust, Resolve: i.resolver.Handle, Now: i.now, Log: i.log,
	}).Round(b.rco.ctx))
	b.settle()
}

// named says whether text of a document names something.
func named(d fedtest.Doc, member, part string) bool {
	text, _ := d[member].(string)
	return strings.Contains(text, part)
}

// carlasWish is how Carla asks to belong.
func carlasWish() membership.Wish {
	return membership.Wish{Commits: true, Link: "I look after the fridges of Belo district.", Introduction: "I am Carla from Belo; ask me about solar."}
}

func (b *begun) ok(err error) {
	b.t.Helper()
	b.rco.ok(err)
}

// membersCount is how many belong, as the community counts.
func (b *begun) membersCount() int64 {
	b.t.Helper()
	g, err := b.rco.store.GroupByID(b.rco.ctx, b.group.ActorID)
	b.rco.ok(err)
	return g.MembersCount
}

// asRefusal is the no of a rule in an error.
func asRefusal(err error) (*community.Refusal, bool) {
	return errors.AsType[*community.Refusal](err)
}

// count is how many activities of a type came.
func (t *tap) count(kind string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, doc := range t.got {
		if doc["type"] == kind {
			n++
		}
	}
	return n
}

// introductionIn are the introductions that an instance has of a community.
func introductionIn(l *lab, handle string) []*db.Post {
	l.t.Helper()
	list, err := l.store.StartersIn(l.ctx, l.groupNamed(handle).ActorID, 0, 50)
	l.ok(err)
	return slices.DeleteFunc(list, func(p *db.Post) bool { return p.Kind != db.KindIntroduction || p.State != db.PostPublished })
}
