package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
)

func TestSearch_findsWordsGroupsAndPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	g := h.group("water", ana)
	start := h.start(g, ana, "Chlorine in rooftop tanks")
	h.answer(start, ben, "Iron takes the chlorine first.")
	v := h.visitor()

	v.get("/search").want(http.StatusOK).shows("Look for words")
	v.get("/search?q=chlorine").want(http.StatusOK).shows("Chlorine in rooftop tanks", "Iron takes the chlorine first.")
	v.get("/search?q=chlor").shows("Chlorine in rooftop tanks")
	v.get("/search?q=xylophone").shows("Nothing found that you can read.")
	v.get("/search?q=wat&kind=communities").shows("The water", "/c/water")
	v.get("/search?q=be&kind=people").shows("Ben", "/u/ben").hides("/u/ana")
	v.get("/search?q=" + url.QueryEscape(`"; DROP TABLE posts; --`)).want(http.StatusOK)
	v.get("/search?q=" + url.QueryEscape(`%_\`) + "&kind=people").want(http.StatusOK).hides("/u/ana")
}

func TestSearch_inOneCommunity(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	water, soil := h.group("water", ana), h.group("soil", ana)
	h.start(water, ana, "Pumps for water")
	h.start(soil, ana, "Pumps for soil")
	b := h.as(ana)
	b.get("/search?q=pumps").shows("Pumps for water", "Pumps for soil", `<option value="`+fmt.Sprint(water.ActorID))
	b.get("/search?q=pumps&in=" + fmt.Sprint(water.ActorID)).shows("Pumps for water").hides("Pumps for soil")
}

func TestSearch_pages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	g := h.group("water", ana)
	for i := range 25 {
		h.start(g, ana, fmt.Sprintf("Valve number %d", i))
	}
	first := h.visitor().get("/search?q=valve")
	first.shows("from=20").hides(`rel="prev"`)
	if n := strings.Count(first.body, `class="title"`); n != 20 {
		t.Errorf("%d results on the first page", n)
	}
	second := h.visitor().get("/search?q=valve&from=20").shows(`rel="prev"`).hides(`rel="next"`)
	if n := strings.Count(second.body, `class="title"`); n != 5 {
		t.Errorf("%d results on the second page", n)
	}
	h.visitor().get("/search?q=valve&from=-7").want(http.StatusOK)
}

// Words of closed communities, held and private words, and confidential communities are found by
// nobody outside (T45).
func TestT45_searchFindsOnlyWhatIsRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	h.start(h.group("inner", ana, closed), ana, "Cholera names")
	h.start(h.group("hidden", ana, confidential), ana, "Cholera secrets")
	open := h.group("open", ana)
	post := h.start(open, ben, "Cholera removed")
	h.as(ana).post(fmt.Sprintf("/p/%d/remove", post.ID), form("reason", "x")).want(http.StatusSeeOther)
	h.as(ben).post("/c/open/new", form("title", "Cholera for facilitators", "text", "Private.", "audience", "facilitators")).want(http.StatusSeeOther)

	for _, b := range []*browser{h.visitor(), h.as(ben)} {
		b.get("/search?q=cholera").want(http.StatusOK).hides("Cholera names", "Cholera secrets", "Cholera removed", "Cholera for")
		b.get("/search?q=hidden&kind=communities").hides("/c/hidden")
		b.get("/search?q=inner&kind=communities").shows("/c/inner")
	}
	h.as(ana).get("/search?q=cholera").shows("Cholera names", "Cholera secrets").hides("Cholera for")
	h.as(ana).get("/search?q=hidden&kind=communities").shows("/c/hidden")
}

func TestSearch_wholeAddresses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	far := h.stranger("pumps", "far.test", db.ActorGroup)
	h.elsewhere["pumps@far.test"], h.elsewhere["https://far.test/users/pumps"] = far, far
	b := h.as(ana)
	b.get("/search?q=" + url.QueryEscape("@pumps@far.test")).shows(`href="/c/pumps@far.test"`)
	b.get("/search?q=" + url.QueryEscape("https://far.test/users/pumps")).shows(`href="/c/pumps@far.test"`)
	b.get("/search?q=" + url.QueryEscape("@nobody@far.test")).shows("Nobody answers to")
	h.visitor().get("/search?q=" + url.QueryEscape("@pumps@far.test")).want(http.StatusOK).hides("That is the address of")
}
