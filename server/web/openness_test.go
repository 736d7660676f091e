package web_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/copse-social/copse/db"
)

// closes gives a community another openness.
func (h *house) closes(g *db.Group, by *db.Actor, to string) {
	h.t.Helper()
	h.ok(h.store.InTx(h.ctx, func(ctx context.Context, tx *db.Store) error { return h.trust.ChangeLevel(ctx, tx, by, g, to) }))
}

// A facilitator asks, the author agrees, everybody reads that text and nothing around it; taken
// back, it is as if it never was.
func TestRelease_page(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla, out := h.person("amina"), h.person("carla"), h.person("out")
	g := h.group("water", amina)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.PutMembership(ctx, &db.Membership{GroupID: g.ActorID, ActorID: carla.ID, Status: db.MemberFull, JoinedAt: tx.Now()})
	})
	h.closes(g, amina, db.OpennessRestricted)
	p := h.start(g, amina, "Behind the door")
	answer := h.answer(p, carla, "Open the vents.")
	h.answer(answer, amina, "Well said.")
	page, form := fmt.Sprintf("/p/%d", answer.ID), fmt.Sprintf("/p/%d/release", answer.ID)

	h.visitor().get(page).want(http.StatusNotFound)
	h.as(out).get(form).want(http.StatusNotFound)
	h.as(carla).get(form).want(http.StatusNotFound) // nobody has asked
	h.as(amina).get(fmt.Sprintf("/d/%d", p.ID)).want(http.StatusOK).shows(form, "Open to everybody")
	b := h.as(amina)
	b.get(form).want(http.StatusOK).shows("Open this to everybody?", "Ask its author", "copies that others made by then remain")
	b.post(form, map[string][]string{"answer": {"open"}}).leads(page)
	h.visitor().get(page).want(http.StatusNotFound)
	h.as(carla).get("/notifications").want(http.StatusOK).shows("would like to open a text of yours")
	c := h.as(carla)
	c.get(form).want(http.StatusOK).shows("May everybody read this?", "I agree")
	c.post(form, map[string][]string{"answer": {"yes"}}).leads(page)

	h.visitor().get(page).want(http.StatusOK).shows("Open the vents.", "Carla", "one answer out of a discussion for members", "/c/water/join").
		hides("Behind the door", "Well said.", fmt.Sprintf("/d/%d", p.ID))
	h.visitor().get(fmt.Sprintf("/d/%d", p.ID)).want(http.StatusNotFound)
	h.as(amina).get("/c/water/openness").want(http.StatusOK).shows("Open the vents.", form)
	h.as(amina).get("/c/water/readers").want(http.StatusOK).shows("Members, on any server", "Open the vents.", form)
	h.as(carla).get("/c/water/readers").want(http.StatusOK).shows("Open the vents.", form)
	h.as(out).get("/c/water/readers").want(http.StatusOK).shows("Who reads what", "Open the vents.", page).hides(form, "Behind the door")
	h.as(amina).get("/c/water/log").want(http.StatusOK).shows("Opened to everybody", "Asked to open it")

	c.get(form).want(http.StatusOK).shows("Take it back from everybody?", "out of reach")
	c.post(form, map[string][]string{"answer": {"back"}}).leads(page)
	h.visitor().get(page).want(http.StatusNotFound)
}

// The list of organisations, what a change would do, and the change.
func TestOpenness_settings(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, fan := h.person("amina"), h.person("fan")
	g := h.group("water", amina)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.PutFollow(ctx, &db.Follow{URI: fan.URI + "#follow", FollowerID: fan.ID, FolloweeID: g.ActorID, State: db.FollowAccepted}, fan)
	})
	h.elsewhere["far.test@far.test"] = h.stranger("far.test", "far.test", db.ActorApplication)
	b := h.as(amina)
	b.get("/c/water/settings").want(http.StatusOK).shows("/c/water/openness")
	b.get("/c/water/openness").want(http.StatusOK).shows("Everybody, on any server").hides("Organisations it trusts")
	b.get("/c/water/openness/change?level=private").want(http.StatusOK).
		shows("those copies remain", "1 follower gets a message", "Fan", "Follows, and is no member", "Change it")
	b.follow(b.post("/c/water/openness/change", map[string][]string{"level": {"private"}})).shows("Changed.", "Organisations it trusts", "The list is empty")
	if g, err := h.store.GroupByHandle(h.ctx, "water", "copse.test"); err != nil || g.Openness != db.OpennessPrivate || !g.Actor.Locked {
		t.Errorf("group %+v, %v", g, err)
	}
	b.post("/c/water/openness/trust", map[string][]string{"host": {"nowhere.test"}}).want(http.StatusUnprocessableEntity).shows("No server of this name answers", `value="nowhere.test"`)
	b.follow(b.post("/c/water/openness/trust", map[string][]string{"host": {"https://Far.test/"}})).shows("far.test is asked to agree", "has not agreed yet")
	b.get("/c/water/openness/end?host=far.test").want(http.StatusOK).shows("Trust far.test no more?", "nobody can make sure of other software")
	b.follow(b.post("/c/water/openness/end?host=far.test", nil)).shows("has no access any more", "Ended")
	b.follow(b.post("/c/water/openness/copies", map[string][]string{"copies": {"yes"}})).shows("Saved.")
	if said, err := h.store.SaidCopies(h.ctx, g.ActorID); err != nil || said != "yes" {
		t.Errorf("copies %q, %v", said, err)
	}
	b.get("/c/water/openness").want(http.StatusOK).hides("Held back")
	b.follow(b.get("/c/water/openness/without?host=far.test")).shows("Nothing is held back there")
	eve := h.stranger("eve", "far.test", db.ActorPerson)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.PutFollowEnd(ctx, &db.FollowEnd{GroupID: g.ActorID, ActorID: eve.ID, Host: "far.test", FollowURI: eve.URI + "#f", ActivityID: 1})
	})
	b.get("/c/water/openness").want(http.StatusOK).shows("Held back", "eve@far.test", "Told 1 time.", "0 posts wait.", "Go on without")
	b.get("/c/water/openness/without?host=far.test").want(http.StatusOK).shows("it may show them everything", "Nobody here can see whether it does")
	h.as(fan).post("/c/water/openness/without?host=far.test", nil).want(http.StatusForbidden)
	b.follow(b.post("/c/water/openness/without?host=far.test", nil)).shows("What waited for members at far.test is sent").hides("Held back")
	b.get("/c/water/readers").want(http.StatusOK).shows("everybody sees name and contact", "Mastodon and its kin")
	h.visitor().get("/c/water/readers").want(http.StatusNotFound)
	b.get("/c/water/openness/change?level=open").want(http.StatusOK).shows("readable by everybody", "have not been asked")
	h.as(fan).get("/c/water/openness").want(http.StatusForbidden)
	h.as(fan).post("/c/water/openness/change", map[string][]string{"level": {"open"}}).want(http.StatusForbidden)
}

// Admins answer communities elsewhere that want to trust this server.
func TestTrustAsks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	root, ana := h.person("theo", admin), h.person("ana")
	far := h.stranger("cold", "far.test", db.ActorGroup)
	h.ok(h.store.InTx(h.ctx, func(ctx context.Context, tx *db.Store) error {
		if _, err := h.com.EnsureInstance(ctx, tx); err != nil {
			return err
		}
		if err := tx.EnsureGroup(ctx, &db.Group{ActorID: far.ID, Openness: db.OpennessPrivate, Actor: far}); err != nil {
			return err
		}
		return tx.PutTrust(ctx, &db.Trust{GroupID: far.ID, Host: "copse.test", State: db.TrustInvited, URI: "https://far.test/i"})
	}))
	h.as(ana).get("/admin/trust").want(http.StatusForbidden)
	path := fmt.Sprintf("/admin/trust/%d", far.ID)
	h.as(ana).post(path, map[string][]string{"answer": {"yes"}}).want(http.StatusForbidden)
	b := h.as(root)
	b.get("/admin/trust").want(http.StatusOK).shows("cold", "Agree", "Asks since")
	b.follow(b.post(path, map[string][]string{"answer": {"yes"}})).shows("Agreed.", "Both agree", "End it", "thrown away")
	b.follow(b.post(path, map[string][]string{"answer": {"no"}})).shows("Said no", "cold")
}
