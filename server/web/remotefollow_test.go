package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
)

func TestRemoteFollow_showsTheWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	g := h.group("water", ana)
	start := h.start(g, ana, "Lids before the rains")
	h.homes["social.test"] = "https://social.test/authorize_interaction?uri={uri}"
	v := h.visitor()

	v.get("/follow/water").want(http.StatusOK).shows("Follow from your own server", "@water@copse.test", "Each new discussion as one post")
	found := v.post("/follow/water", form("account", " @mia@social.test ")).want(http.StatusOK)
	found.shows("Go to social.test and follow", `href="https://social.test/authorize_interaction?uri=https%3A%2F%2Fcopse.test`)
	if k := v.cookies["copse_home"]; k == nil || k.Value != "mia@social.test" || !k.HttpOnly {
		t.Errorf("home is remembered as %v", k)
	}
	v.get("/follow/u/ana").want(http.StatusOK).shows(`value="mia@social.test"`).hides("Each new discussion")
	v.post(fmt.Sprintf("/follow/d/%d", start.ID), form("account", "mia@social.test")).want(http.StatusOK).shows("Go to social.test and answer")
	v.get("/follow/c/water").want(http.StatusOK)
	v.get("/follow/nobody").want(http.StatusNotFound)
	v.get("/follow/d/1").want(http.StatusNotFound)
}

func TestInteract_leadsToTheCopyHere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	start := h.start(h.group("water", ana), ana, "Lids before the rains")
	path := "/authorize_interaction?uri=" + url.QueryEscape(start.URI)
	h.visitor().get(path).leads("/sign-in?back=" + url.QueryEscape(path))
	b := h.as(ana)
	b.get(path).leads(fmt.Sprintf("/p/%d", start.ID))
	h.elsewhere["well@wash.test"] = h.stranger("well", "wash.test", db.ActorGroup)
	b.get("/authorize_interaction?uri=acct:well@wash.test").leads("/c/well@wash.test")
	b.get("/authorize_interaction?uri=https://nowhere.test/x").want(http.StatusUnprocessableEntity).shows("Nothing was found there.")
}

func TestRemoteFollow_saysWhatToMend(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.group("water", h.person("ana"))
	h.homes["plain.test"] = ""
	v := h.visitor()
	for account, words := range map[string]string{
		"":                  "Write it as name and server",
		"mia":               "Write it as name and server",
		"mia@social.test/x": "Write it as name and server",
		"mia@a@b":           "Write it as name and server",
		"mia@copse.test":    "That is an account here.",
		"@mia@silent.test":  "silent.test did not answer.",
		"@mia@plain.test":   "plain.test has no page for this.",
		"mia@x\r\nSet: y":   "Write it as name and server",
		"@" + strings.Repeat("a", 400) + "@social.test": "Write it as name and server",
	} {
		v.post("/follow/water", form("account", account)).want(http.StatusUnprocessableEntity).shows(words, "@water@copse.test")
	}
}

// Where the way leads is another server's word: only pages of the net are linked, and never
// followed by us (T42).
func TestT42_remoteFollowLinksOnlyThePagesOfTheNet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.group("water", h.person("ana"))
	for i, page := range []string{
		"javascript:alert(1)", "data:text/html,x", "http://plain.test/x", "//evil.test/x", "/admin", "https://user:pass@evil.test/", "https:evil.test", "\x00",
	} {
		host := fmt.Sprintf("h%d.test", i)
		h.homes[host] = page
		a := h.visitor().post("/follow/water", form("account", "mia@"+host)).want(http.StatusUnprocessableEntity)
		if a.hides("Go to "); a.header.Get("Location") != "" {
			t.Errorf("%q redirects to %s", page, a.header.Get("Location"))
		}
	}
}

func TestRemoteFollow_hidesConfidentialCommunities(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	g := h.group("hidden", ana, confidential)
	start := h.start(g, ana, "Secrets")
	h.visitor().get("/follow/hidden").want(http.StatusNotFound)
	h.visitor().get(fmt.Sprintf("/follow/d/%d", start.ID)).want(http.StatusNotFound)
}
