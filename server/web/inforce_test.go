package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Those who look after a community see what holds in it now, until when, and end it from there.
func TestReports_whatIsInForce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, binh, carla := h.person("amina"), h.person("binh"), h.person("carla")
	water := h.group("water", amina)
	h.group("pumps", carla)
	slow, hidden := h.start(water, binh, "Who failed the tender?"), h.start(water, binh, "A quarrel")
	b := h.as(amina)
	b.get("/reports").shows("Nothing is slowed down, hidden or closed to anybody.")
	b.post("/c/water/slow", form("wait", "600", "for", "86400")).want(http.StatusSeeOther)
	b.post(fmt.Sprintf("/p/%d/slow", slow.ID), form("wait", "3600", "for", "172800")).want(http.StatusSeeOther)
	b.post(fmt.Sprintf("/p/%d/hide", hidden.ID), form("reason", "let us calm down")).want(http.StatusSeeOther)
	b.post("/c/water/people/binh/ban", form("reason", "four tenders", "days", "0")).want(http.StatusSeeOther)

	page := b.get("/reports").shows("Slow mode: 10 minutes between two posts", "Slow mode: 1 hour between two posts", "Who failed the tender?",
		"Hidden for a day", "let us calm down", "Closed to Binh", "four tenders", "until somebody ends it", "by <bdi")
	h.as(carla).get("/reports").hides("Slow mode", "Hidden for a day", "Closed to Binh")
	for _, end := range []string{"/c/water/slow?wait=0", fmt.Sprintf("/p/%d/slow?wait=0", slow.ID), fmt.Sprintf("/p/%d/restore", hidden.ID), "/c/water/people/binh/unban"} {
		if !strings.Contains(page.body, `formaction="`+end+`"`) {
			t.Errorf("no button for %s", end)
		}
		if no := h.as(carla).post(end, nil); no.status != http.StatusForbidden && no.status != http.StatusNotFound {
			t.Errorf("%s: carla gets %d", end, no.status)
		}
		b.post(end, nil).want(http.StatusSeeOther)
	}
	b.get("/reports").shows("Nothing is slowed down, hidden or closed to anybody.")
}
