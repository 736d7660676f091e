package web_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// Kin is said by who may change the community, confirmed by the other side, and taken back; anybody
// else reads which rule says no and who can change that.
func TestKin_saidAndTakenBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	g, other := h.group("water", ana), h.group("milk", ben)
	h.join(g, ben)
	b := h.as(ana)
	b.post("/c/water/life/kin", form("uri", other.Actor.URI, "relation", db.KinSisterOf)).leads("/c/water/life#relations")
	b.get("/c/water/life").want(http.StatusOK).shows("Sister of", "/c/milk")
	h.as(ben).get("/c/milk/life").want(http.StatusOK).shows("/c/water")
	h.as(ben).post("/c/milk/life/kin", form("uri", g.Actor.URI, "relation", db.KinSisterOf)).leads("/c/milk/life#relations")
	b.post("/c/water/life/kin", form("kin", "@nobody@nowhere.test", "relation", db.KinSisterOf)).want(http.StatusUnprocessableEntity)
	b.post("/c/water/life/kin", form("drop", other.Actor.URI)).leads("/c/water/life#relations")
	if left, err := h.store.KinSaidBy(h.ctx, g.ActorID); err != nil || len(left) != 0 {
		t.Errorf("it still says %v, %v", left, err)
	}
	h.as(ben).post("/c/water/life/kin", form("uri", other.Actor.URI, "relation", db.KinSisterOf)).want(http.StatusForbidden)
}

// What was thought up on founding is for who founded; others find nothing there.
func TestLaunch_isForTheFounder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	h.group("water", ana) // not made by the wizard: nothing was thought up
	h.as(ana).get("/c/water/launch").want(http.StatusNotFound)
	h.as(h.person("ben")).post("/c/water/launch", form("item", "query")).want(http.StatusNotFound)
	h.as(ana).get("/c/water/charter/1/print").want(http.StatusNotFound)
}

// A page that refuses says which rule it is, whom it lets, and who can change that.
func TestRefused_saysTheRule(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	g := h.group("water", ana, func(n *community.NewGroup) { n.PostPolicy = db.PostModerators })
	h.join(g, ben)
	b := h.as(ben)
	b.get("/c/water/new").shows("Only facilitators start discussions here.", "The rule here: “Start a discussion”", "Facilitators change it in the settings.")
	b.get("/c/water/requests").want(http.StatusForbidden).shows("The rule here:")
	b.get("/c/water/settings").want(http.StatusForbidden).shows("“Change the settings”", "ask one of them")
}

// What a member said of themselves is linked from their membership, and not posted where they asked
// for that.
func TestJoin_introduction(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.group("water", h.person("ana"))
	wish := form("link", "I look after pumps in the north.", "introduction", "Hello from the north.", "commit", "on")
	ben, cleo := h.as(h.person("ben")), h.as(h.person("cleo"))
	ben.get("/c/water/join").shows("Do not post my introduction", "Posted as your first words")
	ben.post("/c/water/join", wish).want(http.StatusSeeOther)
	ben.get("/c/water/join").shows("Read it with the answers")
	wish.Set("quiet", "on")
	cleo.post("/c/water/join", wish).want(http.StatusSeeOther)
	cleo.get("/c/water/join").hides("Read it with the answers")
	list, err := h.store.StartersIn(context.Background(), g.ActorID, 0, 10)
	if err != nil || len(list) != 1 || list[0].Title != "Hello from the north." {
		t.Errorf("posted: %v, %v", list, err)
	}
}

// The flyer comes as PDF with all that it shows; where the press does not work, the reader is led to
// the page itself and told.
func TestFlyer_asPDF(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.group("water", h.person("ana"))
	v := h.visitor()
	v.get("/c/water/flyer").want(http.StatusOK).shows("/c/water/flyer.pdf", "/c/water/flyer.svg")
	r := v.get("/c/water/flyer.pdf").want(http.StatusOK)
	r.shows("%PDF-1.7", "The water", "@water@copse.test", "data:image/png;base64,", ".paper", "default-src").hides("flyer.svg", "<script", "<form", "Preview of the printed page")
	if got := r.header.Get("Content-Type") + " " + r.header.Get("Content-Disposition"); got != `application/pdf inline; filename="water-flyer.pdf"` {
		t.Errorf("answered as %s", got)
	}
	h.pressBroken = true
	v.get("/c/water/flyer.pdf").want(http.StatusOK) // printed before
	h.group("milk", h.person("ben"))
	v.follow(v.get("/c/milk/flyer.pdf")).shows("The PDF could not be made just now", "@milk@copse.test")
	v.get("/c/water/charter/1/pdf").want(http.StatusNotFound)
	v.get("/c/water/charter/1/markdown").want(http.StatusNotFound)
}
