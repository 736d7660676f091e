package web_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// join makes somebody a member or, in a closed group, somebody who asked.
func (h *house) join(g *db.Group, who ...*db.Actor) {
	h.t.Helper()
	for _, a := range who {
		h.do(func(ctx context.Context, tx *db.Store) error { return h.com.Join(ctx, tx, a, g, community.Entry{}) })
	}
}

func (h *house) standing(g *db.Group, who *db.Actor) community.Standing {
	h.t.Helper()
	st, err := h.com.Standing(h.ctx, h.store, g, who)
	h.ok(err)
	return st
}

func TestPeople_list(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	g := h.group("water", ana)
	h.join(g, ben)
	h.do(func(ctx context.Context, tx *db.Store) error {
		_, err := h.com.Follow(ctx, tx, cleo, g.Actor)
		return err
	})

	h.visitor().get("/c/water/people?q=ben").leads("/c/water/members?q=ben")
	h.visitor().get("/c/water/people?show=followers").leads("/c/water/members?show=followers").hides("Cleo")
	h.visitor().get("/c/water/members").want(http.StatusOK).shows("Ana", "Facilitator", "2 members", "3 followers", "Nobody has chosen to be listed yet.").
		hides("Cleo", "Ben", "Manage", "Followers and bans", "/c/water/log")
	h.visitor().get("/c/nobody/people").want(http.StatusNotFound)
	h.visitor().get("/c/ana/people").want(http.StatusNotFound)

	b := h.as(ana)
	b.get("/c/water/people").shows("/c/water/people/ben", "Manage", "/c/water/log", "/c/water/settings")
	b.get("/c/water/people?show=followers").shows("Cleo", `formaction="/c/water/people/cleo/member"`)
	b.get("/c/water/members").shows("Ben", "Newcomer", "/c/water/people/ben", "Manage", "Followers and bans", `aria-current="page"`)
	h.as(ben).get("/c/water/people").leads("/c/water/members")
	h.as(ben).get("/c/water/members").shows("/c/water/log", "Ana", "Ben").hides("Manage", "/c/water/settings")
}

// In a community that isn't open only members see who is in it (T45).
func TestT45_closedGroupHidesItsPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	inner, hidden := h.group("inner", ana, closed), h.group("hidden", ana, confidential)
	h.join(inner, ben)
	h.join(hidden, ben)
	for _, b := range []*browser{h.visitor(), h.as(cleo)} {
		b.get("/c/inner/people").leads("/c/inner/members").hides("Ben")
		b.get("/c/inner/members").want(http.StatusOK).shows("Only members see who is here.").hides("Ben")
		b.get("/c/hidden/people").want(http.StatusNotFound)
	}
	h.as(ana).get("/c/hidden/people").want(http.StatusOK).shows("Ben", "Ask to be let in")
}

func TestPeople_requests(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	g := h.group("inner", ana, closed)
	h.join(g, ben)
	h.do(func(ctx context.Context, tx *db.Store) error {
		_, err := h.com.Follow(ctx, tx, cleo, g.Actor)
		return err
	})
	b := h.as(ana)
	b.get("/c/inner/people").shows("Ask to be let in", "wants to be a member", "wants to follow", `formaction="/c/inner/people/ben/member"`)
	b.get("/c/inner/people/ben").shows("Asks to be let in")

	b.post("/c/inner/people/ben/member", form("back", "/c/inner/people")).leads("/c/inner/people")
	b.get("/c/inner/people").shows("Ben is a member now.")
	if st := h.standing(g, ben); !st.Belongs || !st.Follows {
		t.Errorf("ben stands %+v", st)
	}
	b.post("/c/inner/people/cleo/refuse", nil).leads("/c/inner/people/cleo")
	if st := h.standing(g, cleo); st.Belongs || st.Follows {
		t.Errorf("cleo stands %+v", st)
	}
	b.get("/c/inner/people").hides("Ask to be let in")
	h.as(cleo).get("/notifications").shows("The inner did not let you follow")
}

func TestPeople_membersFromElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	g := h.group("water", ana)
	kai := h.stranger("kai", "far.test", db.ActorPerson)
	b := h.as(ana)
	b.get("/c/water/people/kai@far.test").want(http.StatusOK).shows("Make a member", "People on other servers cannot ask themselves.")
	b.post("/c/water/people/kai@far.test/member", nil).leads("/c/water/people/kai@far.test")
	if !h.standing(g, kai).Belongs {
		t.Error("kai does not belong")
	}
	b.post("/c/water/people/none@far.test/member", nil).want(http.StatusNotFound)
	b.post("/c/water/people/kai@far.test/crown", nil).want(http.StatusNotFound)
}

func TestPeople_roles(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	g := h.group("water", ana)
	b := h.as(ana)
	b.post("/c/water/people/ben/moderator", nil).leads("/c/water/people/ben")
	b.get("/c/water/people/ben").shows("Ben has the role now.", "/c/water/people/ben/withdraw-moderator")
	if role := h.standing(g, ben).Role; role != db.RoleModerator {
		t.Errorf("ben is %s", role)
	}
	// A moderator sees people, but gives no roles.
	m := h.as(ben)
	m.get("/c/water/people/ana").want(http.StatusOK).hides("Give the role")
	m.post("/c/water/people/ben/facilitator", nil).want(http.StatusUnprocessableEntity).shows("Only facilitators of this community can do this.")

	b.post("/c/water/people/ana/withdraw-facilitator", nil).want(http.StatusUnprocessableEntity).shows("A community needs a facilitator.")
	b.post("/c/water/people/ben/facilitator", nil).want(http.StatusSeeOther)
	b.post("/c/water/people/ana/withdraw-facilitator", nil).want(http.StatusSeeOther)
	roles, err := h.store.RolesOf(h.ctx, g.ActorID, ben.ID)
	if err != nil || !slices.Contains(roles, db.RoleFacilitator) {
		t.Errorf("ben holds %q, %v", roles, err)
	}
	b.get("/c/water/people/ben").want(http.StatusForbidden)
}

func TestPeople_ban(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	g := h.group("water", ana)
	h.join(g, ben)
	b := h.as(ana)
	b.post("/c/water/people/ben/ban", form("reason", "four tenders in a week", "days", "7")).leads("/c/water/people/ben")
	st := h.standing(g, ben)
	if st.Banned == nil || st.Belongs || st.Banned.Until.Sub(h.now()).Hours() < 6.9*24 {
		t.Fatalf("ben stands %+v, banned %+v", st, st.Banned)
	}
	b.get("/c/water/people/ben").shows("Closed to them until", "four tenders in a week").hides("Make a member")
	b.get("/c/water/people?show=banned").shows("Ben", "four tenders in a week")
	h.as(ben).get("/notifications").shows("closed this community to you")
	b.post("/c/water/people/ben/unban", nil).want(http.StatusSeeOther)
	if st := h.standing(g, ben); st.Banned != nil {
		t.Errorf("ban is %+v", st.Banned)
	}
	b.post("/c/water/people/ben/ban", form("reason", "x", "days", "0")).want(http.StatusSeeOther)
	if st := h.standing(g, ben); st.Banned == nil || !st.Banned.Until.IsZero() {
		t.Errorf("ban is %+v", st.Banned)
	}
	b.post("/c/water/people/ana/ban", form("reason", "keep this")).want(http.StatusUnprocessableEntity).shows("You cannot ban yourself.")
}

// What stewards do is done by stewards alone, whoever sends the form (T47).
func TestT47_onlyStewardsActOnPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	g := h.group("water", ana)
	h.group("soil", cleo)
	h.join(g, ben)
	for _, act := range []string{"member", "refuse", "moderator", "facilitator", "withdraw-facilitator", "ban", "unban"} {
		h.visitor().post("/c/water/people/ana/"+act, nil).want(http.StatusSeeOther)
		h.as(ben).post("/c/water/people/ben/"+act, nil).want(http.StatusForbidden)
		h.as(cleo).post("/c/water/people/ana/"+act, nil).want(http.StatusForbidden)
	}
	h.as(ben).get("/c/water/people/ana").want(http.StatusForbidden)
	if st := h.standing(g, ana); st.Role != db.RoleFacilitator || st.Banned != nil {
		t.Errorf("ana stands %+v", st)
	}
}

func TestPeople_communityElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	far := h.stranger("pumps", "far.test", db.ActorGroup)
	kai := h.stranger("kai", "far.test", db.ActorPerson)
	for _, a := range []*db.Actor{ana, kai} {
		f := &db.Follow{URI: "https://x.test/" + a.Handle, FollowerID: a.ID, FolloweeID: far.ID, State: db.FollowAccepted}
		h.ok(h.store.PutFollow(h.ctx, f, a))
	}
	h.visitor().get("/c/pumps@far.test/people").leads("/c/pumps@far.test/members").hides("Ana")
	h.visitor().get("/c/pumps@far.test/members").want(http.StatusOK).shows("Its own server knows everybody else.").hides("Ana", "kai of")
	h.as(ana).post("/c/pumps@far.test/people/ana/moderator", nil).want(http.StatusForbidden)
}

func TestGroupSettings_save(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	h.group("water", ana)
	b := h.as(ana)
	b.get("/c/water/settings").want(http.StatusOK).shows(`value="The water"`, "1 follower is told")
	good := func(pairs ...string) map[string][]string {
		return form(append([]string{
			"name", "Safe water", "tagline", "From the source to the bedside", "about", "For **you**.", "languages", "en, fr",
			"starts", "members", "holds", "first", "announces", "1",
		}, pairs...)...)
	}
	b.follow(b.post("/c/water/settings", good())).shows("Saved.", `value="Safe water"`, `value="en fr"`)
	g, err := h.store.GroupByHandle(h.ctx, "water", "copse.test")
	h.ok(err)
	if g.PostPolicy != db.PostMembers || g.HoldPolicy != db.HoldFirst || !g.AnnouncesComment || g.HidesCounts || g.Tagline != "From the source to the bedside" {
		t.Errorf("group is %+v", g)
	}
	b.post("/c/water/settings", good("name", "")).want(http.StatusUnprocessableEntity).shows("Give it a name.", "From the source to the bedside")
	b.post("/c/water/settings", good("languages", "english!")).want(http.StatusUnprocessableEntity).shows("Write codes of two or three letters", `value="english!"`)
	b.post("/c/water/settings", good("starts", "ajar")).want(http.StatusUnprocessableEntity).shows("Choose one of the possibilities.")
	h.as(ben).get("/c/water/settings").want(http.StatusForbidden)
	h.as(ben).post("/c/water/settings", good("name", "Mine")).want(http.StatusForbidden)
	h.visitor().get("/c/water/settings").leads("/sign-in?back=%2Fc%2Fwater%2Fsettings")
	h.stranger("pumps", "far.test", db.ActorGroup)
	b.get("/c/pumps@far.test/settings").want(http.StatusNotFound)
}

func TestReceipts_forAuthorAndStewards(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	g := h.group("water", ana)
	kai := h.stranger("kai", "far.test", db.ActorPerson)
	h.ok(h.store.PutFollow(h.ctx, &db.Follow{URI: "https://far.test/f", FollowerID: kai.ID, FolloweeID: g.ActorID, State: db.FollowAccepted}, kai))
	post := h.start(g, ben, "Lids")
	path := fmt.Sprintf("/p/%d/receipts", post.ID)
	h.as(ben).get(path).want(http.StatusOK).shows("It went to no other server")

	sent := func(inbox, host string, state int16, problem string) {
		act := &db.Activity{URI: "https://copse.test/act/" + host + inbox, Type: "Announce", ActorID: g.ActorID, PostID: post.ID, ObjectURI: post.URI, Body: []byte("{}")}
		h.ok(h.store.CreateActivity(h.ctx, act))
		row := &db.Delivery{ActivityID: act.ID, Host: host, Inbox: "https://" + host + inbox}
		h.ok(h.store.CreateDeliveries(h.ctx, []*db.Delivery{row}))
		if state != db.DeliveryPending || problem != "" {
			h.ok(h.store.EndDeliveries(h.ctx, []int64{row.ID}, db.DeliveryEnd{State: state, Error: problem, Tries: 1}))
		}
	}
	h.ok(h.store.EnsureHost(h.ctx, "far.test"))
	sent("/a", "far.test", db.DeliveryDone, "")
	sent("/a", "slow.test", db.DeliveryPending, "503 maintenance")
	sent("/a", "rude.test", db.DeliveryRefused, "400 bad")
	sent("/a", "closed.test", db.DeliveryCancelled, "host blocked")
	sent("/a", "dead.test", db.DeliveryExpired, "no answer")
	page := h.as(ben).get(path).want(http.StatusOK)
	page.shows("far.test", "Has it", "with 1 follower", "slow.test", "On its way", "503 maintenance", "rude.test", "Did not take it", "Not sent, on purpose", "Given up", "Renew this page").
		hides("/admin/federation/", "Next page")
	if page.header.Get("Refresh") != "" {
		t.Error("the page renews itself unasked")
	}
	if live := h.as(ben).get(path + "?live=1").shows("Stop renewing"); live.header.Get("Refresh") != "10" {
		t.Errorf("Refresh: %q", live.header.Get("Refresh"))
	}
	h.as(ana).get(path).want(http.StatusOK)
	h.as(h.person("theo", admin)).get(path).shows("/admin/federation/slow.test")
	h.as(cleo).get(path).want(http.StatusNotFound)
	h.visitor().get(path).want(http.StatusSeeOther)
}

// A post with thousands of servers is read page by page, trouble first.
func TestReceipts_longListsArePaged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ben := h.person("ben")
	g := h.group("water", ben)
	post := h.start(g, ben, "Lids")
	act := &db.Activity{URI: "https://copse.test/act", Type: "Announce", ActorID: g.ActorID, PostID: post.ID, Body: []byte("{}")}
	h.ok(h.store.CreateActivity(h.ctx, act))
	var list []*db.Delivery
	var ids []int64
	for i := range 150 {
		list = append(list, &db.Delivery{ActivityID: act.ID, Host: fmt.Sprintf("h%03d.test", i), Inbox: fmt.Sprintf("https://h%03d.test/inbox", i)})
	}
	h.ok(h.store.CreateDeliveries(h.ctx, list))
	for _, d := range list[:149] {
		ids = append(ids, d.ID)
	}
	h.ok(h.store.EndDeliveries(h.ctx, ids, db.DeliveryEnd{State: db.DeliveryDone}))
	b := h.as(ben)
	path := fmt.Sprintf("/p/%d/receipts", post.ID)
	b.get(path).want(http.StatusOK).shows("h149.test", "h000.test", "h098.test", "149 servers", "1 server", "Next page", "?after=5.h098.test").hides("h099.test", "First page")
	b.get(path+"?after=5.h098.test").want(http.StatusOK).shows("h099.test", "h148.test", "First page").hides("<bdi>h098.test", "h149.test", "Next page")
	b.get(path + "?after=nonsense").want(http.StatusOK).shows("h000.test")
}

// Of a post that waits for a community elsewhere its author sees at once where it has got to.
func TestReceipts_ofAPostOnItsWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ben, cleo := h.person("ben"), h.person("cleo")
	g, err := h.store.GroupByID(h.ctx, h.stranger("pumps", "far.test", db.ActorGroup).ID)
	h.ok(err)
	post := h.start(g, ben, "Lids")
	if post.State != db.PostWaiting {
		t.Fatalf("state %q", post.State)
	}
	path := fmt.Sprintf("/p/%d/receipts", post.ID)
	h.as(ben).get(fmt.Sprintf("/d/%d", post.ID)).want(http.StatusOK).shows(path)
	h.as(ben).get(path).want(http.StatusOK).shows("<bdi>pumps of far.test</bdi> has to take it and pass it on.")
	h.as(cleo).get(path).want(http.StatusNotFound)
}
