package web_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func TestDiscussion_showsTheTree(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	g := h.group("water", amina)
	p := h.start(g, amina, "Which lids stay on?")
	first := h.answer(p, carla, "Chains do.")
	h.answer(p, carla, "So do ropes.")
	h.answer(first, amina, "How long are the chains?")

	page := h.visitor().get(fmt.Sprintf("/d/%d", p.ID)).want(http.StatusOK).
		shows("Which lids stay on?", "Chains do.", "So do ropes.", "How long are the chains?", "3 replies", "The water", "Sign in to reply")
	if strings.Index(page.body, "How long are the chains?") > strings.Index(page.body, "So do ropes.") {
		t.Error("an answer does not stand below what it answers")
	}
	page.hides("Your reply", "Report", "/edit")
	if !strings.Contains(page.body, `rel="canonical" href="https://copse.test/d/`) || !strings.Contains(page.body, p.URI) {
		t.Error("machines are not told what the page is about")
	}
}

func TestDiscussion_pagesAfterFifty(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	p := h.start(h.group("water", amina), amina, "A long one")
	var last *db.Post
	for i := range 60 {
		last = h.answer(p, amina, fmt.Sprintf("number %02d.", i))
	}
	below := h.answer(h.replies(p)[3], h.person("carla"), "An answer to number 03.")
	_ = below

	b := h.visitor()
	first := b.get(fmt.Sprintf("/d/%d", p.ID)).want(http.StatusOK).shows("number 00.", "number 48.", "More replies").hides("number 52.")
	next := first.body[strings.Index(first.body, `/d/`+fmt.Sprint(p.ID)+`?after=`):]
	next, _, _ = strings.Cut(next, `"`)
	b.get(next).want(http.StatusOK).shows("number 50.", "number 59.", "Earlier replies").hides("number 48.", "More replies")

	b.follow(b.get(fmt.Sprintf("/p/%d", last.ID))).shows("number 59.")
	b.get(fmt.Sprintf("/p/%d", h.replies(p)[2].ID)).leads(fmt.Sprintf("/d/%d#p%d", p.ID, h.replies(p)[2].ID))
}

func TestDiscussion_earlierIsThePageBefore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, ben := h.person("amina"), h.person("ben")
	p := h.start(h.group("water", amina), amina, "Long")
	for i := range 130 {
		h.answer(p, ben, fmt.Sprintf("This is number %03d.", i))
	}
	b := h.visitor()
	first := fmt.Sprintf("/d/%d", p.ID)
	second := linkOf(b.get(first), "next")
	third := linkOf(b.get(second), "next")
	b.get(third).shows("number 100.", "number 129.")
	back := linkOf(b.get(third), "prev")
	b.get(back).want(http.StatusOK).shows("number 050.", "number 099.").hides("number 049.", "number 100.")
	if again := linkOf(b.get(back), "prev"); again != first {
		t.Errorf("before the second page comes %s; want %s", again, first)
	}
	b.get(first).hides("Earlier replies")
}

// linkOf is where a page leads: next or prev.
func linkOf(page *answer, rel string) string {
	page.t.Helper()
	before, _, ok := strings.Cut(page.body, `" rel="`+rel+`"`)
	if !ok {
		page.t.Fatalf("%s: no link to what is %s", page.what, rel)
	}
	return html.UnescapeString(before[strings.LastIndex(before, `"`)+1:])
}

func TestDiscussion_saysWhatIsNew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	p := h.start(h.group("water", amina), amina, "Which lids stay on?")
	h.answer(p, carla, "Chains do.")
	b := h.as(amina)
	path := fmt.Sprintf("/d/%d", p.ID)
	b.get(path).want(http.StatusOK).hides("1 new")
	h.answer(p, carla, "So do ropes.")
	b.get(path).shows("1 new", `id="new"`)
	b.get(path).hides("1 new")
}

// T45: what waits, was refused, removed or was said in private is nobody else's.
func TestT45_hiddenPostsStayHidden(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla, ben := h.person("amina"), h.person("carla"), h.person("ben")
	g := h.group("water", amina, func(n *community.NewGroup) { n.HoldPolicy = db.HoldFirst })
	p := h.start(g, amina, "Open to all")
	h.as(amina).get(fmt.Sprintf("/d/%d", p.ID)) // has read it until here
	held := h.answer(p, carla, "Secret held words.")
	started := h.start(g, carla, "Secret held title")
	private := h.as(ben).post(fmt.Sprintf("/d/%d/replies", p.ID), form("text", "Secret private words.", "audience", "facilitators"))
	privatePath := private.header.Get("Location")
	private.leads(privatePath)

	secrets := []string{"Secret held words.", "Secret held title", "Secret private words."}
	places := []string{
		"/", "/c/water", fmt.Sprintf("/d/%d", p.ID), fmt.Sprintf("/d/%d", started.ID), fmt.Sprintf("/p/%d", held.ID),
		fmt.Sprintf("/p/%d", started.ID), fmt.Sprintf("/p/%d/reply", held.ID), fmt.Sprintf("/p/%d/edit", held.ID),
		fmt.Sprintf("/p/%d/remove", held.ID), fmt.Sprintf("/d/%d", idOf(privatePath)), privatePath, "/c/water/feed.atom", "/communities",
	}
	other := h.person("dora")
	for _, b := range []*browser{h.visitor(), h.as(other)} {
		for _, path := range places {
			page := b.get(path)
			page.hides(secrets...)
		}
		b.get(privatePath).want(http.StatusNotFound)
		b.get(fmt.Sprintf("/p/%d", held.ID)).want(http.StatusNotFound)
	}
	h.as(carla).get(fmt.Sprintf("/d/%d", p.ID)).shows("Secret held words.", "Waits for a facilitator").hides("Secret private words.")
	h.as(amina).get(fmt.Sprintf("/d/%d", p.ID)).shows("Secret held words.", "Waits for you").hides("0 new")
	h.as(ben).get(privatePath).want(http.StatusOK).shows("Secret private words.")
	h.as(amina).get(privatePath).want(http.StatusOK).shows("Secret private words.")
}

func idOf(path string) int64 {
	var id int64
	_, _ = fmt.Sscanf(path, "/p/%d", &id)
	return id
}

// T45: answering something hidden by its number shows nothing of it.
func TestT45_noAnswerToWhatIsHidden(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla, ben := h.person("amina"), h.person("carla"), h.person("ben")
	g := h.group("water", amina)
	p := h.start(g, amina, "Open to all")
	sent := h.as(carla).post(fmt.Sprintf("/d/%d/replies", p.ID), form("text", "Between us.", "audience", "facilitators"))
	private := idOf(sent.header.Get("Location"))
	b := h.as(ben)
	b.post(fmt.Sprintf("/d/%d/replies", p.ID), form("text", "Aha.", "to", fmt.Sprint(private))).want(http.StatusNotFound)
	b.post(fmt.Sprintf("/d/%d/replies", private), form("text", "Aha.")).want(http.StatusNotFound)
	b.post(fmt.Sprintf("/p/%d/like", private), form("on", "1")).want(http.StatusNotFound)
	if n := len(h.replies(p)); n != 0 {
		t.Errorf("%d replies, want none", n)
	}
}

func TestDiscussion_closedGroupLooksMissing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("inner", amina, func(n *community.NewGroup) { n.Openness = db.OpennessConfidential })
	p := h.start(g, amina, "Among us")
	for _, b := range []*browser{h.visitor(), h.as(h.person("carla"))} {
		there := b.get(fmt.Sprintf("/d/%d", p.ID)).want(http.StatusNotFound).hides("Among us")
		nowhere := b.get("/d/12345").want(http.StatusNotFound)
		if strings.ReplaceAll(there.body, fmt.Sprint(p.ID), "12345") != nowhere.body {
			t.Error("a hidden discussion and one that is not there answer differently")
		}
		b.get("/c/inner").want(http.StatusNotFound)
		b.get("/communities").hides("The inner")
	}
	h.as(amina).get(fmt.Sprintf("/d/%d", p.ID)).want(http.StatusOK).shows("Among us")
}

func TestDiscussion_refusedSaysWhy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	there := h.stranger("cholera", "health.test", db.ActorGroup)
	g, err := h.store.GroupByID(h.ctx, there.ID)
	h.ok(err)
	p := h.start(g, amina, "May I?")
	b := h.as(amina)
	b.get(fmt.Sprintf("/d/%d", p.ID)).want(http.StatusOK).shows("On its way to the community")
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.SetPostState(ctx, h.post(p.ID), db.PostRefused, "members-only-start", g.ActorID)
	})
	b.get(fmt.Sprintf("/d/%d", p.ID)).shows("Only members start discussions here.")
	h.visitor().get(fmt.Sprintf("/d/%d", p.ID)).want(http.StatusNotFound)
}

func TestDiscussion_saysWhichServersWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	far := h.stranger("zoe", "far.test", db.ActorPerson)
	h.do(func(ctx context.Context, tx *db.Store) error {
		f := &db.Follow{FollowerID: far.ID, FolloweeID: g.ActorID, State: db.FollowAccepted}
		if err := tx.PutFollow(ctx, f, far); err != nil {
			return err
		}
		return tx.SaveHostHealth(ctx, []*db.Host{{Name: "far.test", State: db.BreakerOpen, Streak: 4, FailingSince: tx.Now()}})
	})
	p := h.start(g, amina, "Which lids stay on?")
	h.as(amina).get(fmt.Sprintf("/d/%d", p.ID)).shows("Nothing has reached <bdi>far.test</bdi>", "1 member there sees the last replies later")
}
