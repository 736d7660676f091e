package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func TestReply_isPostedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	p := h.start(h.group("water", amina), amina, "Which lids stay on?")
	b := h.as(carla)
	path := fmt.Sprintf("/d/%d/replies", p.ID)
	sent := b.post(path, form("text", "Chains **do**.", "audience", "everyone"))
	reply := h.replies(p)[0]
	sent.leads(fmt.Sprintf("/p/%d", reply.ID))
	b.follow(b.follow(sent)).want(http.StatusOK).
		shows("Chains <strong>do</strong>.", "Sent.", fmt.Sprintf(`data-forget="reply:%d:%d"`, p.ID, accountOf(h, carla).ID))
	b.get(fmt.Sprintf("/d/%d", p.ID)).hides("data-forget")
	if reply.AuthorID != carla.ID || reply.Door != "web" {
		t.Errorf("reply by %d through %q", reply.AuthorID, reply.Door)
	}
	if n, err := h.store.DraftsOf(h.ctx, accountOf(h, carla).ID); err != nil || len(n) != 0 {
		t.Errorf("%d drafts are left (%v)", len(n), err)
	}
}

func accountOf(h *house, a *db.Actor) *db.Account {
	h.t.Helper()
	account, err := h.store.AccountOf(h.ctx, a.ID)
	h.ok(err)
	return account
}

func TestReply_answersThePostNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	g := h.group("water", amina)
	p := h.start(g, amina, "Which lids stay on?")
	first := h.answer(p, carla, "Chains do.")
	elsewhere := h.start(g, amina, "Another one")
	b := h.as(amina)
	b.get(fmt.Sprintf("/p/%d/reply", first.ID)).leads(fmt.Sprintf("/d/%d?to=%d#write", p.ID, first.ID))
	b.get(fmt.Sprintf("/d/%d?to=%d", p.ID, first.ID)).shows("Reply to Carla", fmt.Sprintf(`name="to" value="%d"`, first.ID))
	b.post(fmt.Sprintf("/d/%d/replies", p.ID), form("text", "How long?", "to", fmt.Sprint(first.ID))).want(http.StatusSeeOther)
	if got := h.replies(p)[1].ReplyToID; got != first.ID {
		t.Errorf("answers %d, want %d", got, first.ID)
	}
	b.post(fmt.Sprintf("/d/%d/replies", p.ID), form("text", "Lost.", "to", fmt.Sprint(elsewhere.ID))).want(http.StatusNotFound)
}

func TestReply_failedSendKeepsTheText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	p := h.start(h.group("water", amina), amina, "Which lids stay on?")
	b := h.as(carla)
	path := fmt.Sprintf("/d/%d", p.ID)
	b.post(path+"/replies", form("text", "   ")).want(http.StatusUnprocessableEntity).shows("There is no text yet.", `aria-invalid="true"`)
	b.get(path).hides("data-forget")

	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.ex.Lock(ctx, tx, amina, h.post(p.ID), "all said")
	})
	b.post(path+"/replies", form("text", "One more thing.")).want(http.StatusUnprocessableEntity).
		shows("One more thing.", "Locked by Amina", "all said")
	h.as(amina).get(path).shows("Unlock")
	b.get(path).shows("One more thing.", "What you wrote is kept")
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Unlock(ctx, tx, amina, h.post(p.ID)) })
	b.get(path).shows("One more thing.", "Restored what you wrote")
	b.get("/").shows("Reply in “Which lids stay on?”")
	b.post(path+"/replies", form("discard", "1")).leads(path + "#write")
	b.get(path).hides("One more thing.").shows("data-forget")
}

func TestReply_previewPostsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	p := h.start(h.group("water", amina), amina, "Which lids stay on?")
	h.as(amina).post(fmt.Sprintf("/d/%d/replies?preview=1", p.ID), form("text", "**Bold** <script>alert(1)</script>", "audience", "facilitators")).
		want(http.StatusOK).shows("<strong>Bold</strong>", "**Bold**").hides("<script>alert")
	if n := len(h.replies(p)); n != 0 {
		t.Errorf("%d replies, want none", n)
	}
}

func TestReply_signedOutGoesToSignIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	p := h.start(h.group("water", amina), amina, "Which lids stay on?")
	b := h.visitor()
	for _, path := range []string{
		fmt.Sprintf("/p/%d/edit", p.ID), fmt.Sprintf("/p/%d/delete", p.ID), fmt.Sprintf("/p/%d/pin", p.ID),
		fmt.Sprintf("/p/%d/lock", p.ID), fmt.Sprintf("/p/%d/remove", p.ID), fmt.Sprintf("/p/%d/restore", p.ID), "/c/water/new",
	} {
		b.get(path).leads("/sign-in?back=%2F" + escaped(path[1:]))
	}
	for _, path := range []string{
		fmt.Sprintf("/d/%d/replies", p.ID), fmt.Sprintf("/p/%d/like", p.ID), fmt.Sprintf("/p/%d/delete", p.ID), "/c/water/new",
		"/c/water/follow", "/c/water/join", "/drafts", "/read",
	} {
		b.post(path, form("text", "x")).leads("/sign-in?back=%2F")
	}
}

func escaped(path string) string {
	var out strings.Builder
	for _, r := range path {
		if r == '/' {
			out.WriteString("%2F")
			continue
		}
		out.WriteString(string(r))
	}
	return out.String()
}

func TestLike_onAndOff(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	p := h.start(h.group("water", amina), amina, "Which lids stay on?")
	b := h.as(carla)
	path := fmt.Sprintf("/d/%d", p.ID)
	b.post(fmt.Sprintf("/p/%d/like", p.ID), form("on", "1", "back", path)).leads(fmt.Sprintf("%s#p%d", path, p.ID))
	b.get(path).shows(`aria-pressed="true"`)
	if h.post(p.ID).LikesCount != 1 {
		t.Error("the mark is not counted")
	}
	b.post(fmt.Sprintf("/p/%d/like", p.ID), form("on", "0", "back", "https://evil.test/")).leads(fmt.Sprintf("%s#p%d", path, p.ID))
	if h.post(p.ID).LikesCount != 0 {
		t.Error("the mark is still counted")
	}
}

func TestEdit_ownPost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	p := h.start(h.group("water", amina), amina, "Which lids stay on?")
	path := fmt.Sprintf("/p/%d/edit", p.ID)
	b := h.as(amina)
	b.get(path).want(http.StatusOK).shows("Which lids stay on?", "About Which lids stay on?.")
	b.post(path, form("title", "W", "text", "New words.")).want(http.StatusUnprocessableEntity).
		shows("at least three letters", "New words.")
	b.post(path+"?preview=1", form("title", "Which lids?", "text", "# Big")).want(http.StatusOK).
		shows("<strong>Which lids?</strong>", "In Mastodon", "@water@copse.test")
	b.post(path, form("title", "Which lids stay?", "text", "New words.")).leads(fmt.Sprintf("/p/%d", p.ID))
	b.get(fmt.Sprintf("/d/%d", p.ID)).shows("Which lids stay?", "New words.", "edited").hides("About Which lids")

	other := h.as(carla)
	other.get(path).want(http.StatusForbidden)
	other.post(path, form("title", "Mine now", "text", "Ha.")).want(http.StatusForbidden)
	if h.post(p.ID).Title != "Which lids stay?" {
		t.Error("somebody else changed it")
	}
}

func TestDelete_leavesALine(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	p := h.start(h.group("water", amina), amina, "Which lids stay on?")
	r := h.answer(p, carla, "Chains do.")
	path := fmt.Sprintf("/p/%d/delete", r.ID)
	h.as(amina).get(path).want(http.StatusForbidden)
	b := h.as(carla)
	b.get(path).want(http.StatusOK).shows("Delete what you wrote?", "Chains do.", "cannot be undone")
	b.post(path, nil).leads(fmt.Sprintf("/p/%d", r.ID))
	b.get(fmt.Sprintf("/d/%d", p.ID)).shows("Removed by its author").hides("Chains do.")

	own := h.as(amina)
	own.post(fmt.Sprintf("/p/%d/delete", p.ID), nil).want(http.StatusSeeOther)
	own.get(fmt.Sprintf("/d/%d", p.ID)).want(http.StatusNotFound)
}

func TestDelete_startWithRepliesKeepsThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	p := h.start(h.group("water", amina), amina, "Which lids stay on?")
	h.answer(p, carla, "Chains do.")
	b := h.as(amina)
	b.get(fmt.Sprintf("/p/%d/delete", p.ID)).shows("The 1 reply stays.")
	b.post(fmt.Sprintf("/p/%d/delete", p.ID), nil).want(http.StatusSeeOther)
	h.visitor().get(fmt.Sprintf("/d/%d", p.ID)).want(http.StatusOK).shows("Removed by its author", "Chains do.").hides("Which lids")
	b.get("/c/water").hides("Which lids")
}

func TestSteward_pinLockRemoveRestore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	g := h.group("water", amina)
	p := h.start(g, carla, "Which lids stay on?")
	r := h.answer(p, carla, "Buy our filters.")
	h.start(g, carla, "A newer one")
	b := h.as(amina)
	disc := fmt.Sprintf("/d/%d", p.ID)

	b.get(fmt.Sprintf("/p/%d/pin", p.ID)).want(http.StatusOK).shows("Pin this discussion?")
	b.follow(b.follow(b.post(fmt.Sprintf("/p/%d/pin?on=1", p.ID), nil))).shows("Pinned.", "Undo", fmt.Sprintf("/p/%d/pin?on=0", p.ID))
	b.post(fmt.Sprintf("/p/%d/pin?on=1", p.ID), nil).want(http.StatusSeeOther)
	if h.post(p.ID).PinnedAt.IsZero() {
		t.Error("pinning twice unpins")
	}
	b.get(fmt.Sprintf("/p/%d/pin", p.ID)).shows("Unpin this discussion?")

	b.get(fmt.Sprintf("/p/%d/lock", r.ID)).want(http.StatusOK).shows("Lock this branch?", "Reason")
	b.post(fmt.Sprintf("/p/%d/lock?on=1", r.ID), form("reason", "goes on elsewhere")).want(http.StatusSeeOther)
	b.get(disc).shows("This branch was locked by Amina", "goes on elsewhere")
	b.post(fmt.Sprintf("/p/%d/lock?on=0", r.ID), nil).want(http.StatusSeeOther)
	b.get(disc).hides("This branch was locked")

	b.get(fmt.Sprintf("/p/%d/remove", r.ID)).want(http.StatusOK).shows("Remove this reply", "Buy our filters.")
	b.post(fmt.Sprintf("/p/%d/remove", r.ID), form("reason", "advertising")).want(http.StatusSeeOther)
	h.visitor().get(disc).shows("Removed by Amina", "advertising").hides("Buy our filters.", "Put it back")
	b.get(disc).shows("Put it back")
	b.get(fmt.Sprintf("/p/%d/restore", r.ID)).want(http.StatusOK).shows("Put this back?")
	b.post(fmt.Sprintf("/p/%d/restore", r.ID), nil).want(http.StatusSeeOther)
	h.visitor().get(disc).shows("Buy our filters.")

	b.post(fmt.Sprintf("/p/%d/remove", p.ID), form("reason", "off topic")).leads(fmt.Sprintf("/p/%d", p.ID))
	h.visitor().get(disc).want(http.StatusNotFound)
	b.get(disc).want(http.StatusOK).shows("Removed by Amina", "Put it back")
}

// T47: what belongs to moderators is refused to everybody else, by page and by form.
func TestT47_actsOfModerators(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	p := h.start(h.group("water", amina), amina, "Which lids stay on?")
	b := h.as(carla)
	for _, act := range []string{"pin", "lock", "remove", "restore"} {
		b.get(fmt.Sprintf("/p/%d/%s", p.ID, act)).want(http.StatusForbidden)
		b.post(fmt.Sprintf("/p/%d/%s", p.ID, act), form("reason", "because")).want(http.StatusForbidden).
			shows("Only facilitators and moderators")
	}
	again := h.post(p.ID)
	if again.State != db.PostPublished || !again.PinnedAt.IsZero() || !again.LockedAt.IsZero() {
		t.Errorf("the post is %s, pinned %v, locked %v", again.State, again.PinnedAt, again.LockedAt)
	}
}

func TestMessage_facilitatorsOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	h.group("water", amina, func(n *community.NewGroup) { n.PostPolicy = db.PostMembers })
	b := h.as(carla)
	b.get("/c/water/new").want(http.StatusOK).shows("Only members start discussions here.")
	sent := b.post("/c/water/new", form("title", "A word to you", "text", "Somebody sells filters.", "audience", "facilitators"))
	b.follow(sent).want(http.StatusOK).shows("Somebody sells filters.", "Sent to the facilitators.")
	h.as(amina).get(sent.header.Get("Location")).want(http.StatusOK).shows("Only its author and the facilitators see this")
	h.visitor().get("/c/water").hides("A word to you")

	first := idOf(sent.header.Get("Location"))
	path := fmt.Sprintf("/d/%d/replies", first)
	steward := h.as(amina)
	steward.post(path, form("text", " ")).want(http.StatusUnprocessableEntity).shows("There is no text yet.", "Somebody sells filters.")
	steward.post(path+"?preview=1", form("text", "I *look*.")).want(http.StatusOK).shows("<em>look</em>")
	back := steward.post(path, form("text", "I look at it."))
	steward.follow(back).shows("I look at it.", "Nobody else sees it.")
	b.get(back.header.Get("Location")).want(http.StatusOK).shows("I look at it.", "A word to you")
	other := h.as(h.person("ben"))
	other.get(back.header.Get("Location")).want(http.StatusNotFound)
	other.post(path, form("text", "Let me see.")).want(http.StatusNotFound)
}

// T47: to run a server isn't to read what members write to their facilitators. Where a community
// has nobody, its admins stand in, and the composer says so.
func TestT47_wordsToFacilitatorsAreNotForAdmins(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	g := h.group("water", amina)
	boss := h.as(h.person("theo", admin))
	b := h.as(carla)
	words := func() string {
		return b.post("/c/water/new", form("title", "A word to you", "text", "Somebody sells filters.", "audience", "facilitators")).want(http.StatusSeeOther).header.Get("Location")
	}
	path := words()
	h.as(amina).get(path).want(http.StatusOK)
	boss.get(path).want(http.StatusNotFound)
	boss.post(fmt.Sprintf("/d/%d/replies", idOf(path)), form("text", "I saw it.")).want(http.StatusNotFound)
	boss.get(fmt.Sprintf("/p/%d/receipts", idOf(path))).want(http.StatusNotFound)
	b.get("/c/water/new").shows("Goes nowhere else.").hides("the admins of this server read it")

	h.ok(h.store.WithdrawRole(h.ctx, g.ActorID, amina.ID, db.RoleFacilitator))
	b.get("/c/water/new").shows("Nobody looks after this community now: the admins of this server read it.")
	boss.get(words()).want(http.StatusOK).shows("Somebody sells filters.")
}
