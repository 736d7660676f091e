package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/query"
)

const aDay = 24 * time.Hour

// looksAfter gives somebody a role in a community, as one of its members.
func (h *house) looksAfter(g *db.Group, who *db.Actor, role string) {
	h.t.Helper()
	h.do(func(ctx context.Context, tx *db.Store) error {
		if err := tx.PutMembership(ctx, &db.Membership{GroupID: g.ActorID, ActorID: who.ID, Status: db.MemberFull, JoinedAt: tx.Now()}); err != nil {
			return err
		}
		return tx.GrantRole(ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: who.ID, Role: role})
	})
}

// isNew makes somebody a newcomer who joined a while ago.
func (h *house) isNew(g *db.Group, who *db.Actor, joined time.Time) {
	h.t.Helper()
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.PutMembership(ctx, &db.Membership{GroupID: g.ActorID, ActorID: who.ID, Status: db.MemberNewcomer, JoinedAt: db.At(joined)})
	})
}

func (h *house) query(g *db.Group, who *db.Actor, title string) *db.Post {
	h.t.Helper()
	var p *db.Post
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		p, err = h.asks.Ask(ctx, tx, query.Question{Asker: who, Group: g, Kind: db.AsksExperience, Title: title, Seen: "In Karu.", Tried: "Shade.", Door: "web"})
		return err
	})
	return p
}

// respond answers a query by a door; kind is "" where that door knows none.
func (h *house) respond(q *db.Post, who *db.Actor, door, kind string) *db.Post {
	h.t.Helper()
	draft := &exchange.Draft{Author: who, Parent: h.post(q.ID), Source: "Same with us, valves first.", Door: door}
	if kind != "" {
		draft.Kept = query.Typed(kind)
	}
	var p *db.Post
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		p, err = h.ex.Reply(ctx, tx, draft)
		return err
	})
	return p
}

// later lets time pass for queries too.
func (h *house) later(d time.Duration) {
	h.t.Helper()
	h.pass(d)
	due, err := h.store.QueriesDue(h.ctx, 0, 50)
	h.ok(err)
	for _, q := range due {
		h.do(func(ctx context.Context, tx *db.Store) error { return h.asks.Tick(ctx, tx, q.PostID) })
	}
}

var (
	sectionIn = regexp.MustCompile(`<section aria-labelledby="(\w+)">`)
	rowIn     = regexp.MustCompile(`<li class="duty" id="d-([\w-]+)">`)
)

// found lists what an expression finds on a page.
func (a *answer) found(what *regexp.Regexp) []string {
	var out []string
	for _, m := range what.FindAllStringSubmatch(a.body, -1) {
		out = append(out, m[1])
	}
	return out
}

func (a *answer) lists(what *regexp.Regexp, want ...string) *answer {
	a.t.Helper()
	if diff := cmp.Diff(want, a.found(what)); diff != "" {
		a.t.Errorf("%s (-want +got)\n%s", a.what, diff)
	}
	return a
}

func TestCockpit_whoSees(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo, dan := h.person("ana"), h.person("ben"), h.person("cleo"), h.person("dan")
	g := h.group("water", ana)
	hidden := h.group("quiet", ana, func(n *community.NewGroup) { n.Openness = db.OpennessConfidential })
	h.looksAfter(g, dan, db.RoleCore)
	h.isNew(g, ben, h.now())
	q := h.query(g, ana, "Which valves hold?")
	asked, joined := "/c/water/cockpit/answer/"+itoa(q.ID), "/c/water/cockpit/welcome/"+itoa(ben.ID)
	for _, c := range []struct {
		who                       string
		by                        *browser
		one, closed, post, person int
		shows                     []string
		hides                     []string
	}{
		{"facilitator", h.as(ana), http.StatusOK, http.StatusOK, http.StatusSeeOther, http.StatusSeeOther, []string{"Which valves hold?", "Ben"}, nil},
		{"core group", h.as(dan), http.StatusOK, http.StatusNotFound, http.StatusForbidden, http.StatusSeeOther, []string{"Ben"}, []string{"Which valves hold?", "Pulse</h2>"}},
		{"member", h.as(ben), http.StatusForbidden, http.StatusNotFound, http.StatusForbidden, http.StatusForbidden, []string{"Only facilitators of this community can do this."}, []string{"Which valves hold?"}},
		{"stranger", h.as(cleo), http.StatusForbidden, http.StatusNotFound, http.StatusForbidden, http.StatusForbidden, []string{"Only facilitators of this community can do this."}, []string{"Which valves hold?"}},
		{"signed out", h.visitor(), http.StatusSeeOther, http.StatusNotFound, http.StatusSeeOther, http.StatusSeeOther, nil, []string{"Which valves hold?"}},
	} {
		t.Log(c.who)
		c.by.get("/c/water/cockpit").want(c.one).shows(c.shows...).hides(c.hides...)
		c.by.get("/c/quiet/cockpit").want(c.closed)
		c.by.post(asked, form("days", "1")).want(c.post)
		c.by.post(joined, form("days", "0")).want(c.person)
	}
	h.visitor().get("/c/water/cockpit").leads("/sign-in?back=" + url.QueryEscape("/c/water/cockpit"))
	h.visitor().get("/cockpit").leads("/sign-in?back=%2Fcockpit")
	h.as(dan).get("/cockpit").want(http.StatusOK).lists(sectionIn, "welcome")
	h.as(cleo).get("/cockpit").want(http.StatusOK).shows("Nothing waits.").lists(sectionIn)
	h.as(ana).get("/c/nosuch/cockpit").want(http.StatusNotFound)
	h.as(ana).get("/c/ben/cockpit").want(http.StatusNotFound)
	if marks := h.as(ana).get("/c/quiet/cockpit?off=1").found(rowIn); len(marks) != 0 {
		t.Errorf("%s shows %v of another community", hidden.Actor.Handle, marks)
	}
}

// Nothing waits, nothing was put off, and no figure is made of nothing.
func TestCockpit_empty(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	h.group("water", ana)
	b := h.as(ana)
	for _, path := range []string{"/cockpit", "/c/water/cockpit", "/c/water/cockpit?kind=answer", "/c/water/cockpit?kind=nosuch", "/c/water/cockpit?after=x-y&kind=close"} {
		b.get(path).want(http.StatusOK).shows("Nothing waits. Every query has an answer", "0 duties").hides("<dt>Answered in 72 h", `rel="next"`).lists(sectionIn)
	}
	b.get("/c/water/cockpit?off=1").shows("Nothing was put off.", `href="/c/water/cockpit"`)
}

// kinds is a community in which one duty of each kind waits, for ten days.
func (h *house) kinds() (ana *db.Actor, ids map[string]string) {
	h.t.Helper()
	ana = h.person("ana")
	ben, cleo := h.person("ben"), h.person("cleo")
	g := h.group("water", ana)
	h.looksAfter(g, ben, db.RoleFacilitator)
	old := &db.Artifact{
		GroupID: g.ActorID, AuthorID: ben.ID, StewardID: ben.ID, Kind: "story", URI: "https://copse.test/ap/old", Title: "How we flush pipes",
		ReviewBy: db.At(h.now().Add(-90 * aDay)), Version: 1, Stage: db.StagePublished,
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return tx.CreateArtifact(ctx, old) })
	alone, answered := h.query(g, ben, "Who sells comparator discs?"), h.query(g, ben, "Which fridge holds at 43 degrees?")
	h.respond(answered, ana, "web", db.Advice)
	h.later(4 * aDay)
	h.isNew(g, cleo, h.now())
	h.later(4*aDay + time.Hour)
	return ana, map[string]string{
		"review": "review-" + itoa(old.ID), "answer": "answer-" + itoa(alone.ID), "welcome": "welcome-" + itoa(cleo.ID), "close": "close-" + itoa(answered.ID),
	}
}

// What is furthest past its time, by the measure of its kind, comes first.
func TestCockpit_fourKinds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ids := h.kinds()
	b := h.as(ana)
	for _, path := range []string{"/cockpit", "/c/water/cockpit"} {
		b.get(path).want(http.StatusOK).
			lists(sectionIn, "review", "answer", "welcome", "close").
			lists(rowIn, ids["review"], ids["answer"], ids["welcome"], ids["close"]).
			shows("4 duties", "How we flush pipes", "Who sells comparator discs?", "Cleo", "Which fridge holds at 43 degrees?",
				"steward: Ben", "Review by", "0 useful responses", "Closes ", "1 response", "3 mo", "overdue", "Last 90 days", "<dt>Answered in 72 h</dt>")
	}
	b.get("/cockpit").shows("The water", "All communities you look after.")
	b.get("/c/water/cockpit").shows("On duty", "Ana", "Ben")
	for kind, id := range ids {
		b.get("/c/water/cockpit?kind="+kind).lists(sectionIn, kind).lists(rowIn, id).shows("All that waits", "4 duties")
	}
	// one press closes what is near its end
	kind, object, _ := strings.Cut(ids["close"], "-")
	path := "/c/water/cockpit/" + kind + "/" + object
	b.follow(b.post(path, form("do", "extend"))).shows("Done.")
	b.follow(b.post(path, form("do", "nosuch"))).shows("Choose one of the possibilities.")
}

func TestCockpit_pages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	g := h.group("water", ana)
	at := h.now()
	var want []string
	for i := range 27 { // all at one moment
		who := h.stranger(fmt.Sprintf("new%02d", i), "beta.test", db.ActorPerson)
		h.isNew(g, who, at)
		want = append(want, "welcome-"+itoa(who.ID))
	}
	slices.SortFunc(want, func(a, b string) int { return strings.Compare(fmt.Sprintf("%40s", a), fmt.Sprintf("%40s", b)) })
	b := h.as(ana)
	b.get("/c/water/cockpit").lists(rowIn, want[:8]...).shows(`href="/c/water/cockpit?kind=welcome"`, `<span class="count">27</span>`).hides(`rel="next"`)
	b.get("/cockpit").shows(`href="/cockpit?kind=welcome"`)
	first := b.get("/c/water/cockpit?kind=welcome").lists(rowIn, want[:25]...)
	next := first.found(regexp.MustCompile(`href="([^"]*)" rel="next"`))
	if len(next) != 1 {
		t.Fatalf("leads on to %v", next)
	}
	b.get(strings.ReplaceAll(next[0], "&amp;", "&")).lists(rowIn, want[25:]...).hides(`rel="next"`)
	for _, id := range want {
		_, object, _ := strings.Cut(id, "-")
		b.post("/c/water/cockpit/welcome/"+object, form("days", "7")).want(http.StatusSeeOther)
	}
	b.get("/c/water/cockpit").shows("Nothing waits.").lists(rowIn)
	off := b.get("/c/water/cockpit?off=1").lists(rowIn, want[:8]...).shows("What was put off.", "put off until", "?kind=welcome&amp;off=1")
	off.hides(`<span class="count">27</span>`)
	next = b.get("/c/water/cockpit?kind=welcome&off=1").lists(rowIn, want[:25]...).found(regexp.MustCompile(`href="([^"]*)" rel="next"`))
	if len(next) != 1 {
		t.Fatalf("what was put off leads on to %v", next)
	}
	b.get(strings.ReplaceAll(next[0], "&amp;", "&")).lists(rowIn, want[25:]...)
}

// A welcome that cannot be sent comes back as it was typed; one that can is sent once.
func TestCockpit_welcome(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	g := h.group("water", ana)
	h.isNew(g, ben, h.now())
	path, b := "/c/water/cockpit/welcome/"+itoa(ben.ID), h.as(ana)
	b.get("/c/water/cockpit").shows("Welcome to The water, Ben. I am glad that you are here.", "Nothing is sent that you do not send.").hides("<details class=\"mt1\" open")
	b.post(path, form("do", "welcome", "text", "  ")).want(http.StatusUnprocessableEntity).
		shows("There is no text yet.", `<details class="mt1" open`).hides("I am glad that you are here.").lists(rowIn, "welcome-"+itoa(ben.ID))
	long := "Dear Ben, " + strings.Repeat("valves and dosers ", 200)
	b.post(path, form("do", "welcome", "text", long)).want(http.StatusUnprocessableEntity).shows(strings.TrimSpace(long), "The text is too long.")
	if said := h.said(g, ben); len(said) != 0 {
		t.Errorf("what came back was sent: %+v", said)
	}
	words := "Welcome Ben, ask me about dosers."
	b.header.Set("Referer", "https://copse.test/cockpit")
	b.follow(b.post(path, form("do", "welcome", "text", words)).leads("/cockpit")).shows("Ben is welcomed.", "Nothing waits.").lists(rowIn)
	b.follow(b.post(path, form("do", "welcome", "text", words))).shows("Somebody has done this meanwhile, so it is off the list.")
	said := h.said(g, ben)
	if len(said) != 1 || said[0].Text != words || said[0].ByID != ana.ID {
		t.Errorf("%d words were said to ben: %+v", len(said), said)
	}
	b.get("/c/water/cockpit").shows("<dt>Time to welcome</dt>", "1 of 1 welcomed")
}

// said is what was said of somebody's wish to belong, or to welcome them.
func (h *house) said(g *db.Group, who *db.Actor) []*db.JoinWord {
	h.t.Helper()
	list, err := h.store.JoinWordsAmong(h.ctx, []int64{g.ActorID}, []int64{who.ID})
	h.ok(err)
	return list
}

func TestCockpit_snoozeAndAssign(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	g := h.group("water", ana)
	h.looksAfter(g, ben, db.RoleFacilitator)
	q := h.query(g, ana, "Which valves hold?")
	path, row := "/c/water/cockpit/answer/"+itoa(q.ID), "answer-"+itoa(q.ID)
	b := h.as(ana)
	b.get("/c/water/cockpit").shows(`name="to" value="ben"`, `name="to" value="ana"`, "Snooze: Which valves hold?").hides(`value="cleo"`)
	b.follow(b.post(path, form("to", "ben")).leads("/c/water/cockpit")).shows("Given to Ben.", "taken on by Ben")
	h.as(ben).get("/c/water/cockpit").shows("taken on by Ben").lists(rowIn, row)
	b.follow(b.post(path, form("to", ""))).shows("nobody&#39;s in particular now.").hides("taken on by")
	b.follow(b.post(path, form("to", cleo.Handle))).shows("Only facilitators of this community can do this.").hides("taken on by")
	b.follow(b.post(path, form("to", "nosuch"))).shows("Choose one of the possibilities.").hides("taken on by")

	b.follow(b.post(path, form("days", "3"))).shows("Put off until", "Nothing waits.").lists(rowIn)
	b.get("/c/water/cockpit?off=1").lists(rowIn, row).shows("put off until", "Take it up again")
	b.follow(b.post(path, form("days", "0"))).shows("It is on the list again.").lists(rowIn, row)
	b.follow(b.post(path, form("days", "90"))).shows("A duty can be put off for a month at most.").lists(rowIn, row)
	b.follow(b.post(path, form("days", "soon"))).shows("Choose one of the possibilities.").lists(rowIn, row)
	b.follow(b.post(path, form("days", "1")))
	h.pass(2 * aDay)
	b.get("/c/water/cockpit").lists(rowIn, row)
	b.get("/c/water/cockpit?off=1").lists(rowIn)
	b.post("/c/water/cockpit/answer/x", form("days", "1")).want(http.StatusNotFound)
	b.post("/c/water/cockpit/nosuch/"+itoa(q.ID), form("days", "1")).want(http.StatusNotFound)
	b.follow(b.post("/c/water/cockpit/answer/77", form("days", "1"))).shows("Somebody has done this meanwhile")
}

// A "me too" from software that knows no kinds is said to be one in one press, and the query waits on.
func TestCockpit_meToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	g := h.group("water", ana)
	h.looksAfter(g, ben, db.RoleFacilitator)
	q, other := h.query(g, ana, "Which valves hold?"), h.query(g, ana, "Who sells discs?")
	r := h.respond(q, ben, "client", "")
	path, b := "/c/water/cockpit/answer/"+itoa(q.ID), h.as(ana)
	b.get("/c/water/cockpit").shows("Do these answer it?", "Same with us, valves first.", `name="post" value="`+itoa(r.ID)+`"`, `name="kind" value="me-too"`)
	for _, post := range []string{"x", "77", itoa(q.ID)} {
		b.follow(b.post(path, form("post", post, "kind", "me-too"))).shows("Do these answer it?").hides(">Done.<")
	}
	b.follow(b.post("/c/water/cockpit/answer/"+itoa(other.ID), form("post", itoa(r.ID), "kind", "me-too"))).shows("Do these answer it?")
	b.follow(b.post(path, form("post", itoa(r.ID), "kind", "me-too"))).shows("Done.", "1 “me too”, which is not an answer").hides("Do these answer it?").
		lists(rowIn, "answer-"+itoa(q.ID), "answer-"+itoa(other.ID))
	h.respond(q, ben, "web", db.Experience)
	b.get("/c/water/cockpit").lists(rowIn, "answer-"+itoa(other.ID))
}

var guestLink = regexp.MustCompile(`https://copse\.test(/guest/\w+)`)

// link is the last way in that was sent, and how many were.
func (h *house) link() (path string, sent int) {
	h.t.Helper()
	rows, err := h.store.PendingOutbox(h.ctx, 1000)
	h.ok(err)
	seen := map[string]bool{}
	for _, row := range rows {
		act, err := h.store.ActivityByID(h.ctx, row.ActivityID)
		h.ok(err)
		if m := guestLink.FindStringSubmatch(string(act.Body)); m != nil {
			path, seen[m[1]] = m[1], true
		}
	}
	return path, len(seen)
}

// guest signs somebody from elsewhere in.
func (h *house) guest(who *db.Actor) *browser {
	h.t.Helper()
	h.pass(2 * time.Minute)
	b := h.visitor()
	b.post("/guest", form("who", "@"+who.Acct())).want(http.StatusOK)
	path, _ := h.link()
	b.post(path, nil).leads("/cockpit")
	return b
}

// Whoever asks for a link reads the same (T48); a link goes to who looks after something alone.
func TestT48_guestsAreAnsweredAlike(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	g := h.group("water", ana)
	binh := h.stranger("binh", "beta.test", db.ActorPerson)
	h.stranger("cleo", "beta.test", db.ActorPerson)
	h.looksAfter(g, binh, db.RoleFacilitator)
	h.visitor().get("/guest").want(http.StatusOK).shows("Send me the link", `action="/guest"`, "noindex")
	var first string
	for i, who := range []string{"cleo@beta.test", "nobody@beta.test", "ana@copse.test", "water@copse.test", "@binh@beta.test"} {
		a := h.visitor().post("/guest", form("who", who)).want(http.StatusOK).shows("If this account looks after a community here").hides("binh", "cleo", "nobody")
		if i == 0 {
			first = a.body
		}
		if diff := cmp.Diff(first, a.body); diff != "" {
			t.Errorf("%s is answered otherwise (-first +this)\n%s", who, diff)
		}
		if _, n := h.link(); n != 0 && who != "@binh@beta.test" {
			t.Errorf("%s is sent a link", who)
		}
	}
	if path, n := h.link(); n != 1 || path == "" {
		t.Errorf("%d links were sent", n)
	}
	for _, who := range []string{"", "binh", strings.Repeat("x", 300) + "@beta.test"} {
		h.visitor().post("/guest", form("who", who)).want(http.StatusUnprocessableEntity).shows("Write it with the name of your server")
	}
}

// A link works once, in the browser that asked for it; looking at it changes nothing.
func TestGuest_linkIsUsedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.group("water", h.person("ana"))
	binh := h.stranger("binh", "beta.test", db.ActorPerson)
	h.looksAfter(g, binh, db.RoleFacilitator)
	b := h.visitor()
	b.post("/guest", form("who", "binh@beta.test")).want(http.StatusOK)
	path, _ := h.link()
	for _, other := range []*browser{h.visitor(), h.as(h.person("cleo"))} {
		other.get(path).want(http.StatusForbidden).shows("only in the browser in which it was asked for").hides("Come in")
		other.post(path, nil).want(http.StatusForbidden)
	}
	for range 2 {
		a := b.get(path).want(http.StatusOK).shows("Come in", "@binh@beta.test", `action="`+path+`"`)
		if got := a.header.Get("Referrer-Policy"); got != "no-referrer" {
			t.Errorf("the link is passed on by %q", got)
		}
		b.get("/cockpit").want(http.StatusSeeOther)
	}
	b.post(path, nil).leads("/cockpit")
	b.get("/cockpit").want(http.StatusOK).shows("You are signed in as", "@binh@beta.test")
	b.get("/guest").leads("/cockpit")
	b.post(path, nil).want(http.StatusForbidden).shows("This link was used")
	b.get(path).want(http.StatusForbidden).shows("This link was used").hides("Come in")
	b.get("/guest/NOSUCH").want(http.StatusForbidden).shows("This link was used")

	h.pass(2 * time.Minute)
	late := h.visitor()
	late.post("/guest", form("who", "binh@beta.test"))
	path, _ = h.link()
	h.pass(16 * time.Minute)
	late.get(path).want(http.StatusForbidden)
	late.post(path, nil).want(http.StatusForbidden)
	late.get("/cockpit").want(http.StatusSeeOther)
}

// A pass opens the cockpit and nothing else; it ends when its holder leaves, or looks after nothing.
func TestGuest_seesTheCockpitAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	g := h.group("water", ana)
	h.group("soil", ana)
	binh := h.stranger("binh", "beta.test", db.ActorPerson)
	h.looksAfter(g, binh, db.RoleFacilitator)
	h.isNew(g, ben, h.now())
	q := h.query(g, ana, "Which valves hold?")
	b := h.guest(binh)
	b.get("/c/water/cockpit").want(http.StatusOK).lists(sectionIn, "welcome", "answer").
		shows("Which valves hold?", "https://beta.test/authorize_interaction?uri=", "Answer at home", "The community passes your words on").hides(`class="btn small" href="/d/`)
	b.get("/c/soil/cockpit").want(http.StatusForbidden)
	for _, path := range []string{"/settings", "/c/water/new", "/inbox", "/c/water/requests"} {
		if a := b.get(path); a.status == http.StatusOK {
			t.Errorf("a guest reads %s", path)
		}
	}
	b.post("/d/"+itoa(q.ID)+"/replies", form("text", "Mine")).want(http.StatusSeeOther)
	if got := h.replies(q); len(got) != 0 {
		t.Errorf("a guest wrote: %d answers", len(got))
	}
	b.follow(b.post("/c/water/cockpit/answer/"+itoa(q.ID), form("to", binh.Acct()))).shows("taken on by")
	b.follow(b.post("/c/water/cockpit/welcome/"+itoa(ben.ID), form("do", "welcome", "text", "Welcome Ben."))).shows("Ben is welcomed.")

	second := h.guest(binh)
	second.get("/cockpit").shows("Signed in in 2 browsers.", "Sign out everywhere")
	third := h.guest(binh)
	third.post("/guest/leave", nil).leads("/guest")
	third.get("/cockpit").want(http.StatusSeeOther)
	second.get("/cockpit").want(http.StatusOK)
	second.post("/guest/leave", form("everywhere", "1")).leads("/guest")
	b.get("/cockpit").want(http.StatusSeeOther)

	b = h.guest(binh)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.WithdrawRole(ctx, g.ActorID, binh.ID, db.RoleFacilitator)
	})
	b.get("/c/water/cockpit").want(http.StatusForbidden).hides("Which valves hold?")
	b.post("/c/water/cockpit/answer/"+itoa(q.ID), form("days", "1")).want(http.StatusForbidden)
	b.get("/cockpit").hides("Which valves hold?").lists(rowIn)
	h.ok(h.store.SetHostPolicy(h.ctx, "beta.test", db.HostBlocked, "spam"))
	b.get("/cockpit").want(http.StatusSeeOther)
}
