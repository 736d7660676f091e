package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web"
)

func TestHome_landingForStrangers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	h.start(h.group("water", amina), amina, "Which lids stay on?")
	inner := h.group("inner", amina, func(n *community.NewGroup) { n.Openness = db.OpennessPrivate })
	h.start(inner, amina, "Among us")
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.SetSetting(ctx, db.SettingAbout, "Three communities *of ours*.")
	})
	h.visitor().get("/").want(http.StatusOK).
		shows("Which lids stay on?", "The water", "The inner", "Three communities of ours.", "Find your community").hides("Among us")
}

func TestHome_showsWhatIsNew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	g := h.group("water", amina)
	other := h.group("other", amina)
	p := h.start(g, amina, "Which lids stay on?")
	h.start(other, amina, "Not followed")
	b := h.as(carla)
	b.get("/").want(http.StatusOK).shows("You are in no community yet.", "Communities you could look at", "The water").hides("Which lids")
	b.post("/c/water/follow", nil).want(http.StatusSeeOther)
	b.get("/").shows("Which lids stay on?", "Mark all as read", "1 thing is new").hides("Not followed")
	b.get(fmt.Sprintf("/d/%d", p.ID)).want(http.StatusOK)
	b.get("/").hides("Which lids stay on?").shows("You have read everything.")
	h.answer(p, amina, "Chains do.")
	b.get("/").shows("Which lids stay on?", "1 new")
	b.follow(b.post("/read", nil)).shows("Marked as read.").hides("Which lids stay on?")
}

func TestRail_numbersWhatIsNew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	g := h.group("water", amina)
	p := h.start(g, amina, "Which lids stay on?")
	h.start(g, amina, "Which taps last?")
	b := h.as(carla)
	b.post("/c/water/follow", nil).want(http.StatusSeeOther)
	count := `class="count">2 <span class="sr">unread`
	if got := b.get("/communities").want(http.StatusOK).body; !strings.Contains(got, count) {
		t.Errorf("two discussions never opened, and no 2 in the rail: %s", got)
	}
	b.get(fmt.Sprintf("/d/%d", p.ID)).want(http.StatusOK)
	if got := b.get("/communities").body; strings.Contains(got, count) || !strings.Contains(got, strings.Replace(count, "2", "1", 1)) {
		t.Errorf("one of them read: %s", got)
	}
}

func TestHome_oldThingsAreNoNews(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	g := h.group("water", amina)
	h.pass(-40 * 24 * time.Hour)
	h.start(g, amina, "Which lids stay on?")
	h.pass(40 * 24 * time.Hour)
	b := h.as(carla)
	b.post("/c/water/follow", nil).want(http.StatusSeeOther)
	b.get("/").want(http.StatusOK).shows("You have read everything.").hides("Which lids stay on?")
}

func TestHome_waitingForModerators(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	g := h.group("water", amina, func(n *community.NewGroup) { n.HoldPolicy = db.HoldFirst })
	h.start(g, carla, "Held for now")
	h.as(amina).get("/").shows("Waiting for you", "Carla waits to be let through")
	h.as(carla).get("/").hides("Waiting for you", "waits to be let through")
}

func TestUnsettled_everyPageLeadsToTheLink(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.SetSetting(ctx, db.SettingSetupToken, web.SetupHash("once"))
	})
	b := h.visitor()
	for _, path := range []string{"/", "/communities", "/sign-in", "/c/water"} {
		b.get(path).want(http.StatusOK).shows("This server is not set up yet", "noindex").hides(`href="/sign-in`)
	}
	b.get("/setup?token=once").want(http.StatusOK).shows("Set up this server").hides("This server is not set up yet")
	b.get("/setup?token=twice").want(http.StatusNotFound)
	h.person("theo", admin)
	b.get("/").want(http.StatusOK).hides("not set up yet")
}
