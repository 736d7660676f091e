package web_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func TestGroup_pinnedFirstAndPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	old := h.start(g, amina, "The pinned one")
	for i := range 30 {
		h.start(g, amina, fmt.Sprintf("Talk %02d", i))
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Pin(ctx, tx, amina, h.post(old.ID)) })
	b := h.visitor()
	first := b.get("/c/water").want(http.StatusOK).shows("The pinned one", "Talk 29", "Talk 05", "Older").hides("Talk 04")
	if strings.Index(first.body, "The pinned one") > strings.Index(first.body, "Talk 29") {
		t.Error("the pinned discussion does not stand first")
	}
	_, next, _ := strings.Cut(first.body, `href="/c/water?before=`)
	next, _, _ = strings.Cut(next, `"`)
	b.get("/c/water?before="+next).want(http.StatusOK).shows("Talk 04", "Talk 00", "Newer").hides("The pinned one", "Talk 05")
	b.get("/c/water?before=nonsense").want(http.StatusOK).shows("Talk 29")
}

func TestGroup_showsFactsAndUnread(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	g := h.group("water", amina, func(n *community.NewGroup) { n.Summary, n.Languages = "Keeping water **safe**.", "en fr" })
	far := h.stranger("zoe", "far.test", db.ActorPerson)
	h.do(func(ctx context.Context, tx *db.Store) error {
		m := &db.Membership{GroupID: g.ActorID, ActorID: far.ID, Status: db.MemberFull, JoinedAt: tx.Now()}
		return tx.PutMembership(ctx, m)
	})
	p := h.start(g, amina, "Which lids stay on?")
	b := h.as(carla)
	b.get("/c/water").want(http.StatusOK).
		shows("Keeping water safe.", "2 members from 2 organisations", "Facilitator", "Amina", "Français", "far.test", "@water@copse.test", "Join", "Follow")
	b.get(fmt.Sprintf("/d/%d", p.ID)).want(http.StatusOK)
	h.answer(p, amina, "Chains do.")
	b.get("/c/water").shows("1 new", fmt.Sprintf("/d/%d#new", p.ID))
	h.visitor().get("/c/water").shows("Follow from your own server").hides("/c/water/join", "1 new")
}

func TestGroup_showsItsWordsAsWritten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	h.group("water", amina, func(n *community.NewGroup) { n.Summary = "From the source **to the bedside**.\n\n* pumps" })
	h.group("wells", amina, func(n *community.NewGroup) { n.Summary = strings.Repeat("Deep **wells** everywhere. ", 200) })
	h.group("taps", amina, func(n *community.NewGroup) { n.Tagline = "Taps & <valves>" })
	h.visitor().get("/c/water").shows("<strong>to the bedside</strong>", "<li>pumps</li>", `content="From the source to the bedside`)
	h.visitor().get("/c/wells").shows("Deep wells everywhere.").hides("<strong>wells</strong>")
	h.visitor().get("/c/taps").shows("Taps &amp; &lt;valves&gt;").hides("<valves>")
}

// wish is how somebody's work touches a domain, long enough to be taken.
const wish = "I look after pumps in the north."

func TestGroup_followJoinLeave(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	h.group("water", amina)
	b := h.as(carla)
	b.follow(b.post("/c/water/follow", nil)).shows("You follow it.", "Stop following", "/c/water/join")
	b.get("/c/water/join").shows("How does your work touch this?", "I commit to this domain")
	b.post("/c/water/join", form("link", "pumps", "commit", "1")).want(http.StatusUnprocessableEntity).shows("Write at least 20 letters", "pumps")
	b.post("/c/water/join", form("link", wish)).want(http.StatusUnprocessableEntity).shows("Membership is a commitment", wish)
	b.follow(b.post("/c/water/join", form("link", wish, "commit", "1"))).shows("You are a member.", "Leave the community", "Start a discussion").hides("/c/water/follow")
	b.get("/c/water/join").shows("What you committed to", wish, "Who sees that you are a member?")
	b.follow(b.post("/c/water/leave", nil)).shows("You have left.", "Stop following")
	b.follow(b.post("/c/water/unfollow", nil)).shows("You no longer follow it.", "/c/water/follow")

	last := h.as(amina)
	last.post("/c/water/leave", nil).want(http.StatusUnprocessableEntity).shows("Name another one first", "The water")
}

func TestGroup_closedAsks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	g := h.group("inner", amina, func(n *community.NewGroup) { n.Openness = db.OpennessRestricted })
	h.start(g, amina, "Among us")
	h.visitor().get("/c/inner").want(http.StatusOK).shows("The inner", "for members").hides("Among us")
	b := h.as(carla)
	b.get("/c/inner").shows("Ask to join").hides("Among us")
	b.follow(b.post("/c/inner/join", form("link", wish, "commit", "1"))).shows("Waits for a facilitator", "Withdraw the request").hides("Among us")
	b.get("/c/inner").shows("Membership asked", "See where it stands").hides("Among us")
	b.get("/").hides("Among us")
	b.follow(b.post("/c/inner/join/withdraw", nil)).shows("Ask to join")
}

func TestGroup_elsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	there := h.stranger("cholera", "health.test", db.ActorGroup)
	there.FollowersCount = 203
	h.do(func(ctx context.Context, tx *db.Store) error {
		if _, err := h.com.Follow(ctx, tx, amina, there); err != nil {
			return err
		}
		return tx.SetHostProfile(ctx, &db.Host{Name: "health.test", Software: "lemmy", Family: db.FamilyForum})
	})
	page := h.as(amina).get("/c/cholera@health.test").want(http.StatusOK).
		shows("This community lives at", "health.test", "What is kept on", "Follow asked", "Waits for an answer from health.test", "noindex")
	page.hides("/c/cholera@health.test/join", "/c/cholera@health.test/feed.atom")
	h.visitor().get("/c/cholera@health.test").want(http.StatusOK).shows("cholera of health.test")
	h.visitor().get("/c/cholera@health.test/feed.atom").want(http.StatusNotFound)
}

// What a server calls itself stands beside its name, never in its place, and nobody takes our name.
func TestGroup_elsewhereByItsTitle(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	h.group("water", amina)
	for host, title := range map[string]string{"health.test": "Health Corps", "moh.test": "وزارة الصحة", "evil.test": "COPSE.test"} {
		h.stranger("cholera", host, db.ActorGroup)
		h.ok(h.store.SetHostTitle(h.ctx, host, title))
	}
	b := h.as(amina)
	b.get("/c/cholera@health.test").want(http.StatusOK).shows("<bdi>Health Corps (health.test)</bdi>", ">HC</span>")
	b.get("/c/cholera@moh.test").shows("<bdi>\u2068وزارة الصحة\u2069 (moh.test)</bdi>")
	b.get("/c/cholera@evil.test").shows("<bdi>evil.test</bdi>").hides("COPSE.test")
}

func TestGroup_elsewhereNotMetYet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	met := h.stranger("cholera", "health.test", db.ActorGroup)
	met.Handle = "Cholera" // what is asked for is not what is stored
	h.elsewhere["kolera@health.test"] = met
	h.elsewhere["zoe@far.test"] = h.stranger("zoe", "far.test", db.ActorPerson)
	h.visitor().get("/c/kolera@health.test").want(http.StatusNotFound)
	b := h.as(amina)
	b.get("/c/kolera@health.test").want(http.StatusOK).shows("cholera of health.test")
	b.get("/c/zoe@far.test").want(http.StatusNotFound)
	b.get("/c/nobody@far.test").want(http.StatusNotFound)
	b.get("/c/nobody").want(http.StatusNotFound)
}

func TestCommunities_listAndOpen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	h.group("water", amina)
	h.group("inner", amina, func(n *community.NewGroup) { n.Openness = db.OpennessConfidential })
	there := h.stranger("cholera", "health.test", db.ActorGroup)
	bad := h.stranger("spam", "evil.test", db.ActorGroup)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.SetHostPolicy(ctx, bad.Host, db.HostBlocked, "spam")
	})
	h.elsewhere["cholera@health.test"] = there
	h.elsewhere["zoe@far.test"] = h.stranger("zoe", "far.test", db.ActorPerson)

	h.visitor().get("/communities").want(http.StatusOK).shows("The water", "cholera of health.test").
		hides("The inner", "spam of evil.test", `name="open"`)
	b := h.as(amina)
	b.get("/communities").shows("The inner", `name="open"`)
	b.get("/communities?open=%40cholera%40health.test").leads("/c/cholera@health.test")
	b.get("/communities?open=%21cholera%40health.test").leads("/c/cholera@health.test")
	b.get("/communities?open=zoe%40far.test").leads("/u/zoe@far.test")
	b.get("/communities?open=nobody%40far.test").want(http.StatusUnprocessableEntity).shows("Nothing was found there", `value="nobody@far.test"`)
	h.visitor().get("/communities?open=zoe%40far.test").want(http.StatusOK)
}

func TestFeed_holdsDiscussions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	p := h.start(g, amina, "Which lids & ropes?")
	b := h.visitor()
	got := b.get("/c/water/feed.atom").want(http.StatusOK)
	var feed struct {
		ID      string `xml:"id"`
		Entries []struct {
			ID    string `xml:"id"`
			Title string `xml:"title"`
			Text  string `xml:"content"`
			Link  struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	h.ok(xml.Unmarshal([]byte(got.body), &feed))
	if feed.ID != g.Actor.URI || len(feed.Entries) != 1 {
		t.Fatalf("feed: %+v", feed)
	}
	e := feed.Entries[0]
	if e.ID != p.URI || e.Title != "Which lids & ropes?" || e.Link.Href != fmt.Sprintf("https://copse.test/d/%d", p.ID) || !strings.Contains(e.Text, "<p>About") {
		t.Errorf("entry: %+v", e)
	}
	b.header.Set("If-None-Match", got.header.Get("ETag"))
	b.get("/c/water/feed.atom").want(http.StatusNotModified)

	h.group("inner", amina, func(n *community.NewGroup) { n.Openness = db.OpennessRestricted })
	h.as(amina).get("/c/inner/feed.atom").want(http.StatusNotFound)
}
