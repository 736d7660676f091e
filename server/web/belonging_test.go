package web_test

import (
	"net/http"
	"testing"
)

// What somebody knows stands where they want it to stand, and nowhere else (T45).
func TestT45_knowledgeIsReadByWhoIsMeant(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	g := h.group("water", ana)
	h.join(g, ben)
	save := func(shown string) {
		h.as(ben).post("/settings/knowledge", form("topics", "float valves", "places", "Kessan", "team", "Field team", "speaks", "en fr", "shown", shown)).
			leads("/settings/knowledge")
	}
	for _, c := range []struct {
		shown                                      string
		visitor, stranger, fellow, self, directory bool
	}{
		{"members", false, false, true, true, true},
		{"nobody", false, false, false, true, false},
		{"public", true, true, true, true, true},
	} {
		save(c.shown)
		for who, sees := range map[*browser]bool{h.visitor(): c.visitor, h.as(cleo): c.stranger, h.as(ana): c.fellow, h.as(ben): c.self} {
			a := who.get("/u/ben").want(http.StatusOK)
			if sees {
				a.shows("float valves", "Kessan", "Field team", "English, Français")
			} else {
				a.hides("float valves", "Kessan", "Field team", "English, Français")
			}
		}
		for _, path := range []string{"/c/water/members", "/c/water/members?q=valves", "/c/water/members?topic=float+valves"} {
			a := h.as(ana).get(path).want(http.StatusOK)
			if c.directory {
				a.shows("/u/ben", "float valves")
			} else {
				a.hides(">float valves<")
			}
			h.visitor().get(path).hides("/u/ben") // the membership itself is for members
		}
	}
	if a := h.as(ana).get("/c/water/members?q=valves"); a != nil {
		save("nobody")
		h.as(ana).get("/c/water/members?q=valves").hides("/u/ben")
	}
	h.as(ben).post("/settings/knowledge", form("shown", "everywhere")).want(http.StatusUnprocessableEntity)
}

func TestPerson_vouch(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	h.join(h.group("water", ana), ben)
	h.as(ben).get("/u/ben").shows("Knows about", "Say what one may ask you about").hides("/u/ben/endorse")
	h.as(ben).post("/settings/knowledge", form("topics", "Float valves", "shown", "public"))
	h.as(cleo).get("/u/ben").shows("Float valves", "by their own word").hides("/u/ben/endorse")
	b := h.as(ana)
	b.get("/u/ben").shows(`action="/u/ben/endorse"`, "Vouch for something")
	b.post("/u/ben/endorse", form("topic", "Float valves")).leads("/u/ben")
	b.get("/u/ben").shows("vouched for by Ana", "Take it back")
	h.visitor().get("/u/ben").shows("vouched for by Ana").hides("Take it back")
	b.post("/u/ben/endorse", form("topic", "Float valves", "on", "0")).leads("/u/ben")
	b.get("/u/ben").hides("vouched for by Ana")
	c := h.as(cleo)
	c.follow(c.post("/u/ben/endorse", form("topic", "pumps"))).shows("You can vouch for people with whom you share a community.")
}

// All roles of a community are given and taken on one page, by who may; the others read why not.
func TestRoles_givenAndTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cem := h.person("ana"), h.person("ben"), h.person("cem")
	g := h.group("water", ana)
	h.join(g, ben)
	h.join(g, cem)
	b := h.as(ana)
	b.get("/c/water/people/ben").shows("Core group", "Subject expert", "Steward", "Sponsor", "/c/water/people/ben/core").hides("/c/water/people/ben/sponsor")
	for _, role := range []string{"core", "expert", "steward", "moderator"} {
		b.post("/c/water/people/ben/"+role, nil).leads("/c/water/people/ben")
	}
	b.post("/c/water/people/ben/sponsor", nil).want(http.StatusUnprocessableEntity)
	b.get("/c/water/members").shows("Core group", "Subject expert", "Steward")
	h.as(ben).get("/c/water/people/cem").shows("/c/water/people/cem/expert", "Only facilitators").hides("/c/water/people/cem/facilitator")
	h.as(ben).post("/c/water/people/cem/core", nil).want(http.StatusUnprocessableEntity)
	b.post("/c/water/people/ben/withdraw-core", nil).leads("/c/water/people/ben")
	roles, err := h.store.RolesOf(h.ctx, g.ActorID, ben.ID)
	if err != nil || len(roles) != 3 {
		t.Errorf("ben holds %q, %v", roles, err)
	}
	h.as(cem).get("/c/water/people/ben").want(http.StatusForbidden)
}
