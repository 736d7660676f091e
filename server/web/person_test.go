package web_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func closed(n *community.NewGroup) { n.Openness = db.OpennessRestricted }

func confidential(n *community.NewGroup) { n.Openness = db.OpennessConfidential }

func TestPerson_showsWhatTheySaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	g := h.group("water", ana)
	start := h.start(g, ana, "Lids before the rains")
	h.answer(start, ben, "We chain ours.")

	h.visitor().get("/u/ben").want(http.StatusOK).shows("Ben", "@ben@copse.test", "Lids before the rains", "We chain ours.", "/follow/u/ben")
	h.visitor().get("/u/ana@copse.test").want(http.StatusOK).shows("/c/water", "Takes part in")
	h.as(ana).get("/u/ana").shows(`href="/settings"`).hides("/u/ana/follow")
	h.visitor().get("/u/nobody").want(http.StatusNotFound)
	h.visitor().get("/u/water").leads("/c/water")
}

func TestPerson_fromElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	far := h.stranger("kai", "far.test", db.ActorPerson)
	h.elsewhere["mia@far.test"] = h.stranger("mia", "far.test", db.ActorPerson)

	h.visitor().get("/u/kai@far.test").want(http.StatusOK).shows("kai of far.test", far.URL, "noindex")
	// Strangers don't send us around the net, not even to whom a test could find.
	delete(h.elsewhere, "mia@far.test")
	h.visitor().get("/u/zoe@far.test").want(http.StatusNotFound)
	h.elsewhere["zoe@far.test"] = far
	h.visitor().get("/u/zoe@far.test").want(http.StatusNotFound)
	h.as(ana).get("/u/zoe@far.test").want(http.StatusOK)
	h.as(ana).get("/u/none@far.test").want(http.StatusNotFound)
}

// What somebody says in a closed community stands on their page for its members alone (T45).
func TestT45_personPageHidesClosedGroups(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	g := h.group("inner", ana, closed)
	h.start(g, ana, "Names of patients")

	h.visitor().get("/u/ana").want(http.StatusOK).hides("Names of patients", "/c/inner")
	h.as(ben).get("/u/ana").want(http.StatusOK).hides("Names of patients")
	h.as(ana).get("/u/ana").shows("Names of patients")
	h.as(ana).post("/c/inner/people/cleo/member", nil).want(http.StatusSeeOther)
	h.as(cleo).get("/u/ana").shows("Names of patients")
}

func TestPerson_followAndUnfollow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	b := h.as(ana)
	h.visitor().post("/u/ben/follow", nil).leads("/sign-in?back=%2F")

	b.get("/u/ben").shows(`formaction="/u/ben/follow"`)
	b.post("/u/ben/follow", nil).leads("/u/ben")
	b.get("/u/ben").shows(`formaction="/u/ben/unfollow"`)
	if f, err := h.store.FollowBetween(h.ctx, ana.ID, ben.ID); err != nil || f.State != db.FollowAccepted {
		t.Errorf("follow is %+v, %v", f, err)
	}
	b.post("/u/ben/unfollow", nil).leads("/u/ben")
	b.get("/u/ben").shows(`formaction="/u/ben/follow"`)
	b.follow(b.post("/u/ana/follow", nil)).shows("You cannot follow yourself.")

	far := h.stranger("kai", "far.test", db.ActorPerson)
	b.post("/u/kai@far.test/follow", nil).leads("/u/" + far.Acct())
	b.get("/u/kai@far.test").shows("Asked to follow")
}

func TestPerson_suspendedIsGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	ana.SuspendedAt = db.At(h.now())
	h.ok(h.store.SaveActor(h.ctx, ana))
	h.visitor().get("/u/ana").want(http.StatusNotFound)
}

func TestHistory_showsOldTexts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	g := h.group("water", ana)
	post := h.start(g, ben, "Lids")
	h.as(ben).post("/p/"+fmt.Sprint(post.ID)+"/edit", form("text", "Second text.", "title", "Lids and chains")).want(http.StatusSeeOther)

	page := h.visitor().get("/p/" + fmt.Sprint(post.ID) + "/history").want(http.StatusOK)
	page.shows("Second text.", "About Lids.", "Version 2, as it stands now", "Version 1")

	h.as(ana).post("/p/"+fmt.Sprint(post.ID)+"/remove", form("reason", "advertising")).want(http.StatusSeeOther)
	h.visitor().get("/p/" + fmt.Sprint(post.ID) + "/history").want(http.StatusNotFound)
}
