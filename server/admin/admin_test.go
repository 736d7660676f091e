package admin_test

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
)

// Every address of the room is closed to whoever isn't an admin (T47).
func TestT47_onlyAdminsComeIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("theo", db.RoleAdmin)
	ana := h.person("ana", db.RoleUser)
	h.ok(h.store.EnsureHost(h.ctx, "far.test"))
	gets := []string{"/admin/federation", "/admin/federation/far.test", "/admin/federation/far.test/export", "/admin/people", "/admin/settings", "/admin/log", fmt.Sprintf("/admin/persons/%d", ana.ActorID)}
	posts := []string{
		"/admin/federation", "/admin/federation/far.test/policy", "/admin/federation/far.test/drop?sure=1", "/admin/federation/far.test/retry", "/admin/federation/far.test/drop-dead?sure=1", "/admin/federation/far.test/dead/1/drop",
		fmt.Sprintf("/admin/people/%d/promote", ana.ID), "/admin/settings",
		fmt.Sprintf("/admin/persons/%d/suspend", ana.ActorID),
	}
	form := []string{"host", "far.test", "policy", "blocked", "reason", "x", "name", "Mine", "mark", "M"}
	for _, path := range gets {
		h.as("").get(path).leads("/sign-in?back=" + regexp.MustCompile("/").ReplaceAllString(path, "%2F"))
		h.as("ana").get(path).want(http.StatusForbidden)
		h.as("theo").get(path).want(http.StatusOK)
	}
	for _, path := range posts {
		h.as("").post(path, form).leads("/sign-in")
		h.as("ana").post(path, form).want(http.StatusForbidden)
	}
	if far, err := h.store.HostByName(h.ctx, "far.test"); err != nil || far.Policy != "" || len(h.verbs) > 0 {
		t.Errorf("host is %+v, %v; verbs %q", far, err, h.verbs)
	}
}

func TestHosts_listAndFilter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("theo", db.RoleAdmin)
	b := h.as("theo")
	b.get("/admin/federation").shows("No server fits.")
	for i := range 55 {
		h.ok(h.store.EnsureHost(h.ctx, fmt.Sprintf("h%02d.test", i)))
	}
	h.ok(h.store.SetHostProfile(h.ctx, &db.Host{Name: "forum.test", Software: "nodebb", Version: "4.5"}))
	h.ok(h.store.SetHostPolicy(h.ctx, "bad.test", db.HostBlocked, "spam"))
	first := b.get("/admin/federation").shows("copse.test has met 57 other servers.", "nodebb 4.5", "bad.test", "spam", "after=h47.test").hides("h48.test<")
	b.get(regexp.MustCompile(`/admin/federation\?after=[^"]+`).FindString(first.body)).shows("h54.test").hides("h10.test")
	b.get("/admin/federation?q=nodebb").shows("forum.test").hides("h10.test")
	b.get("/admin/federation?show=blocked").shows("bad.test").hides("forum.test")
	b.get("/admin/federation?show=waiting").shows("No server fits.")
}

func TestHosts_decide(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("theo", db.RoleAdmin)
	b := h.as("theo")
	for typed, words := range map[string]string{
		"":              "This is not the name of a server.",
		"not a host":    "This is not the name of a server.",
		"localhost%00":  "This is not the name of a server.",
		"copse.test":    "That is this server itself.",
		"@x@COPSE.test": "That is this server itself.",
	} {
		b.post("/admin/federation", []string{"host", typed, "policy", "blocked", "reason", "spam"}).want(http.StatusUnprocessableEntity).shows(words, `value="spam"`)
	}
	b.post("/admin/federation", []string{"host", "bad.test", "policy", "blocked"}).want(http.StatusUnprocessableEntity).shows("Say why", `value="bad.test"`)
	b.post("/admin/federation", []string{"host", "bad.test", "policy", "adored", "reason", "x"}).want(http.StatusUnprocessableEntity)
	b.post("/admin/federation", []string{"host", "https://Bücher.Test/about", "policy", "blocked", "reason", "spam"}).leads("/admin/federation/xn--bcher-kva.test")
	far, err := h.store.HostByName(h.ctx, "xn--bcher-kva.test")
	if err != nil || far.Policy != db.HostBlocked || far.PolicyReason != "spam" {
		t.Errorf("host is %+v, %v", far, err)
	}
	if !slices.Equal(h.verbs, []string{"drop xn--bcher-kva.test"}) {
		t.Errorf("verbs %q: what waits for a blocked host is dropped", h.verbs)
	}
	b.get("/admin/federation/xn--bcher-kva.test").shows("Saved.", "Blocked")
	b.post("/admin/federation/xn--bcher-kva.test/policy", []string{"policy", "", "reason", ""}).want(http.StatusUnprocessableEntity).shows("Say why")
	b.post("/admin/federation/xn--bcher-kva.test/policy", []string{"policy", "", "reason", "sorry"}).want(http.StatusSeeOther)
	b.get("/admin/log").shows("Blocked a server", "xn--bcher-kva.test: spam", "Took a decision about a server back", "sorry", "theo")
}

// queue puts an activity about a post on its way to a host.
func (h *house) queue(host, problem string, state int16, visibility string) *db.Post {
	h.t.Helper()
	ana, err := h.store.LocalActor(h.ctx, "theo")
	h.ok(err)
	p := &db.Post{AuthorID: ana.ID, Title: "Title " + visibility, Kind: db.KindDiscussion, State: db.PostPublished, Visibility: visibility, Local: true}
	p.ID = h.store.NewID()
	p.URI = fmt.Sprintf("https://copse.test/ap/%d", p.ID)
	h.ok(h.store.CreatePost(h.ctx, p, nil))
	act := &db.Activity{URI: p.URI + "/a", Type: "Create", ActorID: ana.ID, PostID: p.ID, ObjectURI: p.URI, Body: []byte("{}")}
	h.ok(h.store.CreateActivity(h.ctx, act))
	d := &db.Delivery{ActivityID: act.ID, Host: host, Inbox: "https://" + host + "/inbox"}
	h.ok(h.store.CreateDeliveries(h.ctx, []*db.Delivery{d}))
	h.ok(h.store.EndDeliveries(h.ctx, []int64{d.ID}, db.DeliveryEnd{State: state, Error: problem, Tries: 1}))
	return p
}

// ends has communities of ours send somebody at a host away, who does not confirm it.
func (h *house) ends(host string, openness ...string) {
	h.t.Helper()
	for _, level := range openness {
		g := &db.Actor{Type: db.ActorGroup, Handle: level, Name: strings.ToTitle(level[:1]) + level[1:] + "!", Host: "copse.test", Local: true, URI: "https://copse.test/" + level}
		who := &db.Actor{Type: db.ActorPerson, Handle: level, Host: host, URI: "https://" + host + "/" + level}
		h.ok(errors.Join(h.store.CreateActor(h.ctx, g), h.store.CreateActor(h.ctx, who)))
		h.ok(h.store.EnsureGroup(h.ctx, &db.Group{ActorID: g.ID, Openness: level, Actor: g}))
		h.ok(h.store.PutFollowEnd(h.ctx, &db.FollowEnd{GroupID: g.ID, ActorID: who.ID, Host: host, ActivityID: 1}))
	}
}

func TestHost_page(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("theo", db.RoleAdmin)
	now := db.At(h.now())
	h.ok(h.store.SaveHostHealth(h.ctx, []*db.Host{{Name: "far.test", State: db.BreakerOpen, Streak: 4, FailingSince: now, LastError: "503 maintenance", SendWindow: 1}}))
	h.queue("far.test", "503 maintenance", db.DeliveryPending, db.VisibilityPublic)
	h.queue("far.test", "400 bad", db.DeliveryRefused, db.VisibilityUnlisted)
	h.queue("far.test", "", db.DeliveryPending, db.VisibilityDirect)
	b := h.as("theo")
	h.ends("far.test", db.OpennessRestricted, db.OpennessConfidential)
	page := b.get("/admin/federation/far.test").want(http.StatusOK)
	page.shows("is held back", `href="/c/restricted/openness"`, "A confidential community").hides("Confidential!")
	page.shows("Taking nothing since", "503 maintenance", "New text by Theo", "Title public", "Given up", "400 bad", "Title unlisted", "Drop…")
	// To run a server isn't to read what people write to one another (T47).
	page.hides("Title direct")
	b.get("/admin/federation").shows("far.test", "has taken nothing since", "2 deliveries wait")
	b.get("/admin/federation/far.test?ask=queue").shows("Throw away what waits? 2 deliveries never reach far.test.")
	b.get("/admin/federation/unmet.test").want(http.StatusNotFound)
	b.get("/admin/federation/..%2f..").want(http.StatusNotFound)
}

func TestHost_acts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("theo", db.RoleAdmin)
	h.ok(h.store.EnsureHost(h.ctx, "far.test"))
	b := h.as("theo")
	for _, act := range []string{"retry", "pause", "resume", "drop?sure=1"} {
		b.post("/admin/federation/far.test/"+act, nil).leads("/admin/federation/far.test")
	}
	// What is thrown away is asked about first.
	b.post("/admin/federation/far.test/drop", nil).leads("/admin/federation/far.test?ask=queue")
	b.post("/admin/federation/far.test/drop-dead", nil).leads("/admin/federation/far.test?ask=dead")
	b.post("/admin/federation/far.test/explode", nil).want(http.StatusNotFound)
	b.post("/admin/federation/unmet.test/retry", nil).want(http.StatusNotFound)
	if want := []string{"retry far.test", "pause far.test", "resume far.test", "drop far.test"}; !slices.Equal(h.verbs, want) {
		t.Errorf("verbs %q, want %q", h.verbs, want)
	}
	b.get("/admin/log").shows("Had deliveries tried again", "Paused deliveries", "Resumed deliveries", "Threw away what waited for a server")
}

func TestHost_deadLetters(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("theo", db.RoleAdmin)
	h.ok(h.store.EnsureHost(h.ctx, "far.test"))
	for range 22 {
		h.queue("far.test", "400 bad", db.DeliveryRefused, db.VisibilityPublic)
	}
	h.queue("far.test", "timed out", db.DeliveryExpired, db.VisibilityDirect)
	h.queue("far.test", "", db.DeliveryDone, db.VisibilityPublic)
	list, err := h.store.DeadLetters(h.ctx, "far.test", 0, 50)
	h.ok(err)
	b := h.as("theo")
	const path = "/admin/federation/far.test"
	b.get("/admin/federation?show=dead").shows("far.test", ">23<")
	page := b.get(path).want(http.StatusOK).shows("400 bad", "Next page", path+"/export", "1 taken", "23 not taken", fmt.Sprintf("%s/dead/%d/retry", path, list[0].ID)).hides("timed out")
	b.get(regexp.MustCompile(path+`\?after=\d+`).FindString(page.body)).shows("timed out", "First page").hides("Title direct")

	b.post(fmt.Sprintf("%s/dead/%d/retry", path, list[0].ID), nil).leads(path)
	b.post(fmt.Sprintf("%s/dead/%d/drop", path, list[1].ID), nil).leads(path)
	b.post(fmt.Sprintf("%s/dead/%d/drop", path, list[1].ID), nil).leads(path)
	b.get(path).shows("It was dealt with already.")
	b.post(fmt.Sprintf("%s/dead/%d/explode", path, list[2].ID), nil).want(http.StatusNotFound)
	b.post(path+"/dead/x/drop", nil).want(http.StatusNotFound)
	if n, err := h.store.DeadAt(h.ctx, "far.test"); err != nil || n.Refused != 20 || n.Expired != 1 {
		t.Errorf("%+v, %v are left", n, err)
	}
	export := b.get(path+"/export").want(http.StatusOK).shows(`"host":"far.test"`, `"state":"expired"`, `"private":true`)
	if n := strings.Count(export.body, "\n"); n != 21 {
		t.Errorf("%d lines, want 21\n%s", n, export.body)
	}
	b.get(path + "?ask=dead").shows("Throw away what was given up? 21 deliveries never reach far.test.")
	b.post(path+"/drop-dead?sure=1", nil).leads(path)
	b.get(path).hides(path + "/export")
	b.get("/admin/log").shows("Had one delivery tried again", "Threw away one delivery", "Threw away what was given up for a server", "Took a copy of what was given up")
}

func TestHost_chartIsCompleteOrSaysSo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("theo", db.RoleAdmin)
	h.ok(h.store.EnsureHost(h.ctx, "far.test"))
	b := h.as("theo")
	b.get("/admin/federation/far.test").hides("Deliveries of the last")
	h.queue("far.test", "", db.DeliveryDone, db.VisibilityPublic)
	h.mu.Lock()
	h.clock = h.clock.AddDate(0, 0, 3)
	h.mu.Unlock()
	h.queue("far.test", "400 bad", db.DeliveryRefused, db.VisibilityPublic)
	b = h.as("theo")
	b.get("/admin/federation/far.test").shows("Deliveries of the last 14 days", "1 taken", "1 not taken", "Figures").hides("Counted since")
}

// Whoever loses an account or a right is signed out of it at once (T40).
func TestT40_closedAccountsAreSignedOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	theo, ana := h.person("theo", db.RoleAdmin), h.person("ana", db.RoleUser)
	b, a := h.as("theo"), h.as("ana")
	path := fmt.Sprintf("/admin/people/%d/", ana.ID)

	b.get("/admin/people").shows("2 accounts", "Ana", "ana@copse.test", path+"promote").hides(fmt.Sprintf("/admin/people/%d/", theo.ID))
	b.post(path+"promote", nil).leads("/admin/people")
	a.get("/admin/people").want(http.StatusOK)
	b.post(path+"demote", nil).leads("/admin/people")
	a.get("/settings").want(http.StatusSeeOther)

	a = h.as("ana")
	a.get("/settings").want(http.StatusOK)
	b.post(path+"disable", nil).leads("/admin/people")
	a.get("/settings").want(http.StatusSeeOther)
	h.as("ana").get("/settings").want(http.StatusSeeOther)
	b.get("/admin/people?q=ana").shows("Closed since", path+"enable").hides("theo@copse.test")
	b.post(path+"enable", nil).leads("/admin/people")
	h.as("ana").get("/settings").want(http.StatusOK)
	b.get("/admin/log").shows("Made an admin", "Took the admin role away", "Closed an account", "Opened an account again", "ana")

	b.post(path+"crown", nil).want(http.StatusNotFound)
	b.post("/admin/people/1/disable", nil).want(http.StatusNotFound)
	b.post("/admin/people/x/disable", nil).want(http.StatusNotFound)
}

// The last admin can't lock the door from outside.
func TestAccounts_notOnesOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	theo := h.person("theo", db.RoleAdmin)
	for _, act := range []string{"disable", "demote"} {
		h.as("theo").post(fmt.Sprintf("/admin/people/%d/%s", theo.ID, act), nil).want(http.StatusUnprocessableEntity).shows("Another admin has to change your own account.")
	}
	h.as("theo").get("/admin/people").want(http.StatusOK)
}

func TestSettings_save(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("theo", db.RoleAdmin)
	b := h.as("theo")
	b.get("/admin/settings").want(http.StatusOK)
	b.post("/admin/settings", []string{"name", "", "mark", "ABC", "contact", "no address", "about", "Kept."}).want(http.StatusUnprocessableEntity).
		shows("Say which organisation", "Use one or two letters.", "This is not a mail address.", "Kept.")
	b.post("/admin/settings", []string{"name", "WASH Alliance", "mark", "WA", "hue", "3", "contact", "admin@copse.test", "about", "Three communities."}).leads("/admin/settings")
	b.get("/admin/settings").shows("Saved.", `value="WASH Alliance"`, "Three communities.", `value="3" checked`)
	b.post("/admin/settings", []string{"name", "WASH Alliance", "mark", "WA", "hue", "red"}).leads("/admin/settings")
	all, err := h.store.Settings(h.ctx)
	if err != nil || all[db.SettingMarkHue] != "" || all[db.SettingContact] != "" || all[db.SettingMark] != "WA" {
		t.Errorf("settings %q, %v", all, err)
	}
	b.get("/admin/log").shows("Changed what the server says of itself")
}

func TestPersons_silencedSuspendedPurged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("theo", db.RoleAdmin)
	ana := h.person("ana", db.RoleUser)
	b, path := h.as("theo"), fmt.Sprintf("/admin/persons/%d", ana.ActorID)
	b.get("/admin/people").shows(path)
	b.get("/admin/persons?handle=@ana@copse.test").leads(path)
	b.get("/admin/persons?handle=nobody@far.test").want(http.StatusNotFound).shows("Nobody of that address is known here.")
	b.post(path+"/suspend", []string{"reason", "spam"}).leads(path)
	b.get(path).shows("Ana is suspended.", "Suspended since", "Give everything back")
	b.post(path+"/reinstate", nil).leads(path)
	b.post(path+"/silence", nil).leads(path)
	b.get(path).shows("Silenced since")
	b.post(path+"/purge", []string{"handle", "@bo@copse.test"}).want(http.StatusUnprocessableEntity).shows("Nothing was removed.")
	b.post(path+"/purge", []string{"handle", "@Ana@copse.test"}).leads("/admin/people")
	b.get(path).want(http.StatusNotFound)
	b.get("/admin/log").shows("Suspended somebody", "spam", "Silenced somebody", "Gave somebody everything back", "Removed everything of somebody")
	theo, err := h.store.AccountByLogin(h.ctx, "theo")
	h.ok(err)
	b.post(fmt.Sprintf("/admin/persons/%d/suspend", theo.ActorID), nil).want(http.StatusUnprocessableEntity).shows("This is an admin.")
}
