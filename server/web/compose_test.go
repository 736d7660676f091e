package web_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func TestStart_opensADiscussion(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina, func(n *community.NewGroup) { n.Languages = "fr en" })
	b := h.as(amina)
	b.get("/c/water/new").want(http.StatusOK).shows("Start a discussion", "Français", "Everyone", "Only the facilitators", "The water")
	sent := b.post("/c/water/new", form("title", "Which lids stay on?", "text", "Ours fly away.", "language", "en", "audience", "everyone"))
	list, err := h.store.StartersIn(h.ctx, g.ActorID, 0, 10)
	h.ok(err)
	if len(list) != 1 || list[0].Lang != "en" || list[0].Visibility != db.VisibilityPublic {
		t.Fatalf("discussions: %+v", list)
	}
	sent.leads(fmt.Sprintf("/d/%d", list[0].ID))
	b.follow(sent).shows("Which lids stay on?", "Ours fly away.", "Sent.")
}

func TestStart_failedSendKeepsTheText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	h.group("water", amina)
	b := h.as(amina)
	b.post("/c/water/new", form("title", "W", "text", "Ours fly away.", "audience", "facilitators")).
		want(http.StatusUnprocessableEntity).
		shows("at least three letters", "Ours fly away.", `href="#title"`, `value="facilitators" checked`)
	b.get("/c/water/new").shows("Ours fly away.", "Restored what you wrote")
	b.post("/c/water/new", form("discard", "1")).leads("/c/water/new")
	b.get("/c/water/new").hides("Ours fly away.")
}

func TestStart_previewAsInMastodon(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	h.group("water", amina)
	b := h.as(amina)
	b.post("/c/water/new?preview=1", form("title", "Which lids?", "text", "| a | b |\n|---|---|\n| 1 | 2 |")).want(http.StatusOK).
		shows("<strong>Which lids?</strong>", "1 | 2", "@water@copse.test", "boosted", "<table>")
	b.post("/c/water/new?preview=1", form("title", "Which lids?", "text", "Quiet.", "audience", "facilitators")).want(http.StatusOK).
		shows("Quiet.").hides("In Mastodon", "boosted")
}

func TestStart_savesADraft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	h.group("water", amina)
	b := h.as(amina)
	b.follow(b.post("/c/water/new?save=1", form("title", "Which lids", "text", "Ours"))).shows("Draft kept.", "Ours")
	b.get("/").shows("Which lids", "/c/water/new")
}

func TestStart_refusals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	carla := h.person("carla")
	h.group("members", amina, func(n *community.NewGroup) { n.PostPolicy = db.PostMembers })
	h.group("stewards", amina, func(n *community.NewGroup) { n.PostPolicy = db.PostModerators })
	b := h.as(carla)
	for handle, say := range map[string]string{"members": "Only members start", "stewards": "Only facilitators start"} {
		b.get("/c/" + handle + "/new").want(http.StatusOK).shows(say).hides("<textarea")
		b.post("/c/"+handle+"/new", form("title", "Let me in", "text", "Kept words.")).want(http.StatusUnprocessableEntity).
			shows(say, "Kept words.")
	}
	b.get("/c/nowhere/new").want(http.StatusNotFound)
}

func TestStart_elsewhereWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	h.stranger("cholera", "health.test", db.ActorGroup)
	b := h.as(amina)
	b.get("/c/cholera@health.test/new").want(http.StatusOK).shows("health.test takes it first")
	sent := b.post("/c/cholera@health.test/new", form("title", "May I ask?", "text", "Something."))
	b.follow(sent).shows("On its way to the community", "May I ask?")
	b.get("/c/cholera@health.test").shows("May I ask?", "on its way")
	h.visitor().get("/c/cholera@health.test").hides("May I ask?")
}

func TestDrafts_areKeptPerAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	g := h.group("water", amina)
	key := func(id int64) string { return fmt.Sprintf("discussion:%d:%d", g.ActorID, id) }
	b := h.as(amina)
	b.post("/drafts", form("key", key(accountOf(h, amina).ID), "title", "Lids", "text", "fly")).want(http.StatusNoContent)
	b.get("/c/water/new").shows("Lids", "fly", "data-draft=\""+key(accountOf(h, amina).ID))
	b.post("/drafts", form("key", key(accountOf(h, carla).ID), "text", "of Carla")).want(http.StatusForbidden)
	b.post("/drafts", form("key", "mail:1:"+fmt.Sprint(accountOf(h, amina).ID), "text", "x")).want(http.StatusUnprocessableEntity)
	b.post("/drafts", form("key", "reply:x:"+fmt.Sprint(accountOf(h, amina).ID), "text", "x")).want(http.StatusUnprocessableEntity)
	h.as(carla).get("/c/water/new").hides("Lids", "fly")
	b.post("/drafts", form("key", key(accountOf(h, amina).ID), "text", "")).want(http.StatusNoContent)
	b.get("/c/water/new").hides("Lids")
}

func TestMentions_linkPeopleWeKnow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	far := h.stranger("zoe", "far.test", db.ActorPerson)
	h.elsewhere["new@far.test"] = h.stranger("new", "far.test", db.ActorPerson)
	h.group("water", amina)
	b := h.as(amina)
	b.post("/c/water/new", form("title", "Whom to ask", "text", "Ask @carla, @zoe@far.test, @new@far.test and @nobody@gone.test.")).want(http.StatusSeeOther)
	list, err := h.store.PostsBy(h.ctx, amina.ID, 0, 1)
	h.ok(err)
	named, err := h.store.MentionsOf(h.ctx, list[0].ID)
	h.ok(err)
	want := map[int64]bool{carla.ID: true, far.ID: true, h.elsewhere["new@far.test"].ID: true}
	for _, a := range named {
		if !want[a.ID] {
			t.Errorf("names %s", a.Acct())
		}
		delete(want, a.ID)
	}
	if len(want) > 0 {
		t.Errorf("%d people are not named", len(want))
	}
}
