package membership_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/membership"
)

// direct is a private message to a group, with the kind that another Copse gives it.
func direct(id string, from *db.Actor, g *db.Group, more string) string {
	return fmt.Sprintf(`{"id":"https://%s/%s","type":"Note","attributedTo":%q,"to":[%q],"content":"<p>Yes</p>"%s}`, from.Host, id, from.URI, g.Actor.URI, more)
}

// Members on other servers offer to facilitate a community that looks for somebody, and agree to who
// does: with what their Copse sends, and in words from Mastodon.
func TestTend_membersElsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", db.OpennessOpen, nil)
	var people []*db.Actor
	for i := range 6 {
		software := "copse"
		if i == 5 {
			software = "mastodon"
		}
		a := h.remote(db.ActorPerson, fmt.Sprintf("p%d", i), fmt.Sprintf("s%d.example", i), software)
		h.ok(h.s.PutMembership(h.ctx, &db.Membership{GroupID: g.ActorID, ActorID: a.ID, Status: db.MemberFull, JoinedAt: h.s.Now()}))
		people = append(people, a)
	}
	h.pass(membership.TellAll + 1)
	h.tends()
	if n := h.told("join-open"); n != 6 || h.step(g) != db.StepOpen {
		t.Fatalf("%d are told, step %d", n, h.step(g))
	}
	if !h.note(people[0], direct("offer", people[0], g, `,"copse:kind":"join-offers"`)) {
		t.Fatal("the offer was not heard")
	}
	if n := h.told("join-offered"); n != 5 {
		t.Errorf("%d hear who offers", n)
	}
	about := `,"copse:kind":"join-consents","copse:about":"` + people[0].URI + `"`
	for _, a := range people[:5] { // the one who offers agrees in vain
		h.note(a, direct("agree", a, g, about))
	}
	if roles, _ := h.s.RolesOf(h.ctx, g.ActorID, people[0].ID); len(roles) != 0 {
		t.Errorf("four made a facilitator: %v", roles)
	}
	notice := h.notice(people[5], "join-offered")
	reply := fmt.Sprintf(`{"id":"https://s5.example/1","type":"Note","attributedTo":%q,"to":[%q],"inReplyTo":%q,"content":"<p>@water I agree, she is good</p>"}`, people[5].URI, g.Actor.URI, notice)
	if !h.note(people[5], reply) {
		t.Error("words from Mastodon were not heard")
	}
	if roles, err := h.s.RolesOf(h.ctx, g.ActorID, people[0].ID); err != nil || len(roles) != 1 || h.step(g) != db.StepNone {
		t.Errorf("roles %v, %v, step %d", roles, err, h.step(g))
	}
}

// told counts the people to whom a group sent a notice of a kind.
func (h *home) told(kind string) int {
	h.t.Helper()
	n := 0
	for _, d := range h.outbox("Create") {
		if note, _ := d["object"].(map[string]any); note["copse:kind"] == kind {
			n++
		}
	}
	return n
}

// notice is the id of the notice of a kind that somebody got.
func (h *home) notice(who *db.Actor, kind string) string {
	h.t.Helper()
	for _, d := range h.outbox("Create") {
		note, _ := d["object"].(map[string]any)
		if to, _ := note["to"].([]any); note["copse:kind"] == kind && len(to) == 1 && to[0] == who.URI {
			id, _ := note["id"].(string)
			return id
		}
	}
	h.t.Fatalf("%s was told nothing of %s", who.URI, kind)
	return ""
}

// A group elsewhere says that it looks for somebody; our pages offer what its own do, and send it there.
func TestTend_groupElsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, ana := h.remoteGroup("water", "b.example"), h.person("ana")
	carla := h.remote(db.ActorPerson, "carla", "c.example", "copse")
	h.ok(h.s.PutMembership(h.ctx, &db.Membership{GroupID: g.ActorID, ActorID: ana.ID, Status: db.MemberFull, JoinedAt: h.s.Now()}))
	offer := func(ctx context.Context, tx *db.Store) error { return h.r.Offer(ctx, tx, ana, g) }
	h.refused("facilitated", offer)
	told := func(id, kind, about string) {
		h.note(g.Actor, fmt.Sprintf(`{"id":"https://b.example/%s","type":"Note","attributedTo":%q,"to":[%q],"content":"<p>Look</p>","copse:kind":%q,"copse:about":%q}`,
			id, g.Actor.URI, ana.URI, kind, about))
	}
	told("1", "join-open", "")
	told("2", "join-offered", carla.URI)
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Consent(ctx, tx, ana, g, carla) })
	h.do(offer)
	var kinds []any
	for _, d := range h.outbox("Create") {
		note, _ := d["object"].(map[string]any)
		kinds = append(kinds, note["copse:kind"], note["copse:about"])
	}
	if got := fmt.Sprint(kinds); got != fmt.Sprint([]any{"join-consents", carla.URI, "join-offers", nil}) {
		t.Errorf("sent %s", got)
	}
	roles, err := h.s.RolesOf(h.ctx, g.ActorID, carla.ID)
	if err != nil || len(roles) != 0 {
		t.Errorf("here she holds %v before its own server says so, %v", roles, err)
	}
}
