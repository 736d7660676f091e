package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/moderation"
)

func holding(n *community.NewGroup) { n.HoldPolicy = db.HoldFirst }

var reportLink = regexp.MustCompile(`/reports/\d+`)

func TestReports_fromFormToDecision(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	g := h.group("water", ana)
	post := h.start(g, ben, "Buy tablets")
	path := fmt.Sprintf("/p/%d/report", post.ID)
	c := h.as(cleo)
	h.visitor().get(path).leads("/sign-in?back=" + url.QueryEscape(path))
	c.get(path).want(http.StatusOK).shows("Report this text", "Buy tablets", "The water")
	c.post(path, form("words", " ")).want(http.StatusUnprocessableEntity).shows("Say in a few words what is wrong.")
	c.follow(c.post(path, form("words", "Advertising."))).shows("Sent. What is decided stands under Reports.")
	c.get("/reports").shows("Reported by you", "About Buy tablets.", "Waits for a look").hides("Held until someone looks")

	a := h.as(ana)
	a.get("/notifications").shows("Cleo reports something in The water")
	queue := a.get("/reports").want(http.StatusOK).shows("About Buy tablets.", "Advertising.", "Cleo", "@ben@copse.test")
	report := reportLink.FindString(queue.body)
	a.get(report).want(http.StatusOK).shows("Remove the text and close", "/c/water/people/ben", "Where it stands")
	a.post(report, form("act", "remove", "note", "")).want(http.StatusUnprocessableEntity).shows("Say what was decided")
	a.post(report, form("act", "remove", "note", "advertising, clause 4")).leads("/reports")
	if p := h.post(post.ID); p.State != db.PostRemoved || p.StateReason != "advertising, clause 4" {
		t.Errorf("post is %s: %s", p.State, p.StateReason)
	}
	a.get("/reports").shows("No report waits.", "Decided lately", "advertising, clause 4")
	a.get(report).shows("advertising, clause 4").hides("Close the report")
	a.post(report, form("act", "resolve", "note", "again")).want(http.StatusUnprocessableEntity).shows("Somebody has already decided about this report.")
	c.get("/reports").shows("Decided", "advertising, clause 4")
	a.get("/c/water/log").want(http.StatusOK).shows("Removed", "Decided about a report", "advertising, clause 4", "@ben@copse.test").hides("cleo")
}

func TestReports_ofAPersonGoToAdmins(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, theo := h.person("ana"), h.person("ben"), h.person("theo", admin)
	b := h.as(ana)
	b.get("/u/ben/report").want(http.StatusOK).shows("Report this person", "admins of this server")
	b.post("/u/ben/report", form("words", "Not who he says.")).leads("/u/ben")
	queue := h.as(theo).get("/reports").shows("Not who he says.", "Ben")
	h.as(theo).post(reportLink.FindString(queue.body), form("act", "resolve", "note", "spoken with")).leads("/reports")
	h.as(ben).get("/reports").want(http.StatusOK).hides("Not who he says.")
}

// A report, the text held beside it, and who reported are for those who look after that community
// alone, by every address (T47).
func TestT47_reportsAreForTheirStewards(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	g := h.group("water", ana, holding)
	h.group("soil", cleo)
	held := h.start(g, ben, "Held thing")
	h.do(func(ctx context.Context, tx *db.Store) error {
		_, err := h.mod.Report(ctx, tx, ana, moderation.ReportOf{Post: held, Content: "Odd."})
		return err
	})
	report := reportLink.FindString(h.as(ana).get("/reports").body)
	holds := fmt.Sprintf("/held/%d", held.ID)
	for _, b := range []*browser{h.as(ben), h.as(cleo)} {
		b.get(report).want(http.StatusNotFound)
		b.post(report, form("act", "resolve", "note", "x")).want(http.StatusNotFound)
		b.get(holds).want(http.StatusNotFound)
		b.post(holds, form("act", "approve")).want(http.StatusNotFound)
		b.get("/reports").want(http.StatusOK).hides("Held thing", "Odd.")
	}
	h.visitor().get(report).want(http.StatusSeeOther)
	h.visitor().post(holds, form("act", "approve")).want(http.StatusSeeOther)
	if p := h.post(held.ID); p.State != db.PostHeld {
		t.Errorf("held post is %s", p.State)
	}
}

func TestHeld_letThroughOrRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	g := h.group("water", ana, holding)
	good, bad := h.start(g, ben, "Which strainer?"), h.start(g, cleo, "Cheap discs")
	a := h.as(ana)
	a.get("/reports").shows("Held until someone looks", "Which strainer?", "Cheap discs")
	a.get(fmt.Sprintf("/held/%d", good.ID)).want(http.StatusOK).shows("About Which strainer?.", "Let it through", "Refuse it")
	a.post(fmt.Sprintf("/held/%d?act=approve", good.ID), form("back", "/reports")).leads("/reports")
	a.post(fmt.Sprintf("/held/%d", bad.ID), form("act", "refuse", "note", "a shop")).leads("/reports")
	if p := h.post(good.ID); p.State != db.PostPublished {
		t.Errorf("let through, it is %s", p.State)
	}
	if p := h.post(bad.ID); p.State != db.PostRefused || p.StateReason != "a shop" {
		t.Errorf("refused, it is %s: %s", p.State, p.StateReason)
	}
	a.post(fmt.Sprintf("/held/%d", bad.ID), form("act", "approve")).want(http.StatusUnprocessableEntity).shows("Somebody has already decided about this.")
	a.get(fmt.Sprintf("/held/%d", good.ID)).leads(fmt.Sprintf("/d/%d", good.ID))
	a.get("/c/water/log").shows("Let through", "Refused", "a shop").hides("Cheap discs")
	a.get("/held/1").want(http.StatusNotFound)
}

// Admins see what waits in a community that has nobody else.
func TestReports_adminsLookAfterTheForsaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	theo, ben := h.person("theo", admin), h.person("ben")
	g := h.group("alone", nil, holding)
	h.start(g, ben, "Anybody here?")
	h.as(theo).get("/reports").shows("Anybody here?")
}

// The log names nobody who reported and is for members (T45).
func TestT45_logIsForMembers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	g := h.group("water", ana)
	h.join(g, ben)
	h.as(ana).post("/c/water/people/ben/moderator", nil)
	h.as(ben).get("/c/water/log").want(http.StatusOK).shows("Gave a role", "Moderator", "@ben@copse.test")
	h.as(cleo).get("/c/water/log").want(http.StatusNotFound)
	h.visitor().get("/c/water/log").want(http.StatusSeeOther)
	for i := range 60 {
		h.ok(h.store.LogModeration(h.ctx, &db.ModerationEntry{GroupID: g.ActorID, ActorID: ana.ID, Act: "pin", Reason: fmt.Sprintf("no %d.", i)}))
	}
	older := regexp.MustCompile(`/c/water/log\?before=\d+`).FindString(h.as(ben).get("/c/water/log").shows("no 59.").hides("no 3.").body)
	h.as(ben).get(older).shows("no 3.", "Gave a role")
}
