package web_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// TestAppeal_fromBanToDecision: the banned person asks once, somebody else than who banned answers.
func TestAppeal_fromBanToDecision(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	g := h.group("water", ana)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.com.GrantRole(ctx, tx, ana, g, community.RoleOf{Who: cleo, Role: db.RoleModerator})
	})
	b := h.as(ben)
	b.get("/c/water/appeal").want(http.StatusNotFound)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.com.Ban(ctx, tx, ana, g, community.BanOf{Who: ben, Reason: "fourth tender in a week"})
	})
	b.get("/c/water/appeal").want(http.StatusOK).shows("fourth tender in a week", "without an end")
	b.post("/c/water/appeal", form("words", " ")).want(http.StatusUnprocessableEntity).shows("Write why the ban should end.")
	b.follow(b.post("/c/water/appeal", form("words", "It was a price list."))).shows("Reported by you")
	b.get("/c/water/appeal").shows("You have appealed.")
	b.post("/c/water/appeal", form("words", "Again.")).want(http.StatusUnprocessableEntity).shows("You have appealed.").hides("Send the appeal")

	h.as(cleo).get("/notifications").shows("An appeal against a ban in The water waits for you")
	report := reportLink.FindString(h.as(ana).get("/reports").shows("Appeals", "It was a price list.").body)
	h.as(ana).post(report, form("act", "lift", "note", "mine")).want(http.StatusUnprocessableEntity).shows("Somebody else has to look at this")
	c := h.as(cleo)
	c.get(report).want(http.StatusOK).shows("The ban", "fourth tender in a week", "Open the community to them").hides("Remove the text")
	c.post(report, form("act", "lift", "note", "it was a list of a ministry")).leads("/reports")
	b.get("/reports").shows("it was a list of a ministry")
	b.get("/notifications").shows("What you reported in The water is decided")
	b.get("/c/water/appeal").want(http.StatusNotFound)
}

// TestReports_removedAndBannedInOneAct: from the page of the report.
func TestReports_removedAndBannedInOneAct(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	g := h.group("water", ana)
	post := h.start(g, ben, "Buy tablets")
	h.as(cleo).post(fmt.Sprintf("/p/%d/report", post.ID), form("words", "Advertising.")).want(http.StatusSeeOther)
	a := h.as(ana)
	report := reportLink.FindString(a.get("/reports").body)
	a.post(report, form("act", "ban", "days", "7", "note", "advertising")).leads("/reports")
	ban, err := h.store.BanOf(h.ctx, g.ActorID, ben.ID)
	h.ok(err)
	if ban.Until.IsZero() || h.post(post.ID).State != db.PostRemoved {
		t.Errorf("ban until %v, post %s", ban.Until, h.post(post.ID).State)
	}
}
