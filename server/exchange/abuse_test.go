package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// An old act of a moderator must not be done again because some group elsewhere passes it on.
func TestT21_moderationPassedOnByAStrangeGroup(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	p := h.start(g, amina, "Title", "words")
	evil := h.stranger("evil", "evil.test", db.ActorGroup)
	for _, c := range []struct {
		name string
		do   taker
		act  map[string]any
	}{
		{"Delete", h.ex.TakeDelete, map[string]any{"summary": "old", "object": p.URI}},
		{"Lock", h.ex.TakeLock, map[string]any{"object": p.URI}},
		{"Add", h.ex.TakeFeatured, map[string]any{"object": p.URI, "target": g.Actor.FeaturedURI}},
	} {
		act := activity(c.name, amina, p.URI)
		maps.Copy(act, c.act)
		in := incoming(t, amina, act)
		in.Via = evil
		if out := h.take(c.do, in); out.State != db.ReceiptRefused {
			t.Errorf("%s: %+v, want it refused", c.name, out)
		}
	}
	if now := h.post(p.ID); now.State != db.PostPublished || !now.LockedAt.IsZero() || !now.PinnedAt.IsZero() {
		t.Errorf("state %s, locked %v, pinned %v", now.State, now.LockedAt, now.PinnedAt)
	}
}

// Deleting in advance what somebody else is going to write must not keep it away.
func TestT22_deleteOfAnotherHostsPostInAdvance(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	evil := h.stranger("evil", "evil.test", db.ActorPerson)
	first := note(mo, "<p>First words</p>", "", g.Actor)
	second := note(mo, "<p>Second words</p>", "", g.Actor)
	p := h.start(g, amina, "Title", "words")

	h.take(h.ex.TakeDelete, incoming(t, evil, activity("Delete", evil, first["id"])))
	like := activity("Like", evil, p.URI)
	like["id"] = second["id"]
	h.take(h.ex.TakeUndoLike, incoming(t, evil, activity("Undo", evil, like)))
	boost := activity("Announce", evil, p.URI)
	boost["id"] = second["id"]
	h.take(h.ex.TakeUndoAnnounce, incoming(t, evil, activity("Undo", evil, boost)))

	for _, n := range []map[string]any{first, second} {
		if out := h.take(h.ex.TakeCreate, incoming(t, mo, activity("Create", mo, n))); out.State != db.ReceiptDone {
			t.Errorf("%v: %+v", n["content"], out)
		}
	}
}

// Whoever answers a private message in public does not make it a matter of the community.
func TestT45_publicReplyToAPrivateMessage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	private := note(mo, "<p>Between us</p>", "", g.Actor)
	private["to"], private["cc"] = []any{g.Actor.URI}, nil
	h.take(h.ex.TakeCreate, incoming(t, mo, activity("Create", mo, private)))
	p := h.byURI(private["id"].(string))
	if p == nil || p.Visibility != db.VisibilityDirect {
		t.Fatalf("message %+v", p)
	}
	h.outbox()
	in, _ := h.replyFrom(mo, p, "<p>In public now</p>", g.Actor)
	if answer := h.byURI(in.Object.Doc.ID); answer != nil && answer.Visibility != db.VisibilityDirect {
		t.Errorf("answer is %s and %s", answer.State, answer.Visibility)
	}
	for _, s := range h.outbox() {
		if s.Type == "Announce" {
			t.Errorf("announced: %v", s.Body["object"])
		}
	}
}

// What answers a held post can't be shown before it.
func TestTakeCreate_replyToAHeldPost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina, func(n *community.NewGroup) { n.HoldPolicy = db.HoldLinks })
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	held := note(mo, `<p>Buy <a href="https://spam.test/">this</a></p>`, "", g.Actor)
	h.take(h.ex.TakeCreate, incoming(t, mo, activity("Create", mo, held)))
	p := h.byURI(held["id"].(string))
	if p == nil || p.State != db.PostHeld {
		t.Fatalf("post %+v", p)
	}
	h.outbox()
	in, out := h.replyFrom(mo, p, "<p>It is really good</p>", g.Actor)
	if answer := h.byURI(in.Object.Doc.ID); answer != nil && answer.State == db.PostPublished {
		t.Errorf("answer published below a held post: %+v", out)
	}
	for _, s := range h.outbox() {
		if s.Type == "Announce" {
			t.Errorf("announced: %v", s.Body["object"])
		}
	}
}

func TestTakeMarks_banned(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	p := h.start(g, amina, "Title", "words")
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.com.Ban(ctx, tx, amina, g, community.BanOf{Who: mo})
	})
	for kind, do := range map[string]taker{"Like": h.ex.TakeLike, "Announce": h.ex.TakeAnnounce} {
		in := incoming(t, mo, activity(kind, mo, p.URI))
		err := h.try(func(ctx context.Context, tx *db.Store) error {
			_, err := do(ctx, tx, in)
			return err
		})
		if no, is := errors.AsType[*community.Refusal](err); !is || no.Code != "banned" {
			t.Errorf("%s: error %v, want the refusal that a banned person of ours meets", kind, err)
		}
	}
	if now := h.post(p.ID); now.LikesCount != 0 || now.SharesCount != 0 {
		t.Errorf("counted: %d likes, %d shares", now.LikesCount, now.SharesCount)
	}
}

// A like nobody proved raises the count and puts no name into an inbox (wire.md 1).
func TestTakeLike_hintNamesNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	there := h.stranger("there", "lemmy.test", db.ActorGroup)
	g, err := h.store.GroupByID(context.Background(), there.ID)
	if err != nil {
		t.Fatal(err)
	}
	p := h.start(g, amina, "Title", "words")
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.SetPostState(ctx, p, db.PostPublished, "", there.ID)
	})
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	in := incoming(t, mo, activity("Like", mo, p.URI))
	in.Via, in.Vouched = there, false
	if out := h.take(h.ex.TakeLike, in); out.State != db.ReceiptDone || h.post(p.ID).LikesCount != 1 {
		t.Errorf("%+v, %d likes", out, h.post(p.ID).LikesCount)
	}
	if slices.Contains(h.inbox(amina), db.NotifyLike) {
		t.Error("its author is told that mo likes it, for which nobody vouches")
	}
}

// What a group tells of others' likes is hearsay: it raises the count, and neither stands for what
// they say themselves, nor takes that back, nor keeps it away.
func TestT21_likesByHearsay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	there := h.stranger("there", "lemmy.test", db.ActorGroup)
	p := h.start(h.group("water", amina), amina, "Title", "words")
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.SetPostState(ctx, p, db.PostPublished, "", there.ID)
	})
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	like, later := activity("Like", mo, p.URI), activity("Like", mo, p.URI)
	step := func(what string, do taker, act map[string]any, vouched bool, want int64) {
		t.Helper()
		in := incoming(t, mo, act)
		if in.Vouched = vouched; !vouched {
			in.Via = there
		}
		h.take(do, in)
		if n := h.post(p.ID).LikesCount; n != want {
			t.Errorf("%s: %d likes, want %d", what, n, want)
		}
	}
	told := func(want bool) {
		t.Helper()
		if got := slices.Contains(h.inbox(amina), db.NotifyLike); got != want {
			t.Errorf("the author is told: %v, want %v", got, want)
		}
	}
	step("hearsay", h.ex.TakeLike, like, false, 1)
	step("again", h.ex.TakeLike, like, false, 1)
	step("under another id", h.ex.TakeLike, later, false, 1)
	told(false)
	step("hearsay taken back", h.ex.TakeUndoLike, activity("Undo", mo, like), false, 0)
	step("and told again", h.ex.TakeLike, like, false, 1)
	step("proved", h.ex.TakeLike, like, true, 1)
	told(true)
	step("taken back by hearsay", h.ex.TakeUndoLike, activity("Undo", mo, like), false, 1)
	step("taken back", h.ex.TakeUndoLike, activity("Undo", mo, like), true, 0)
	step("taken back in advance by hearsay", h.ex.TakeUndoLike, activity("Undo", mo, later), false, 0)
	step("proved all the same", h.ex.TakeLike, later, true, 1)
	step("taken back for good", h.ex.TakeUndoLike, activity("Undo", mo, later), true, 0)
	last := activity("Like", mo, p.URI)
	step("taken back before it came", h.ex.TakeUndoLike, activity("Undo", mo, last), true, 0)
	step("hearsay of what was taken back", h.ex.TakeLike, last, false, 0)
	step("which forgets nothing", h.ex.TakeLike, last, true, 0)
}

// A group can't draw a post of another group into its own copy here.
func TestT21_groupPassesOnAPostOfAnotherGroup(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	good := h.stranger("good", "lemmy.test", db.ActorGroup)
	evil := h.stranger("evil", "evil.test", db.ActorGroup)
	n := note(mo, "<p>For the good group</p>", "", good)
	n["audience"] = good.URI
	for _, via := range []*db.Actor{evil, good} {
		in := incoming(t, mo, activity("Create", mo, n))
		in.Via = via
		h.take(h.ex.TakeCreate, in)
	}
	p := h.byURI(n["id"].(string))
	if p == nil || p.GroupID != good.ID || p.State != db.PostPublished {
		t.Errorf("post %+v, want it in the group it was written for", p)
	}
}

// An edit that takes the last picture, hashtag and name away takes them away here too.
func TestTakeUpdate_withoutWhatWentWithIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	n := note(mo, "<p>See the picture</p>", "", g.Actor, amina)
	n["tag"] = append(n["tag"].([]any), map[string]any{"type": "Hashtag", "name": "#wrong"})
	n["attachment"] = []any{map[string]any{"type": "Image", "url": "https://masto.test/passport.jpg"}}
	h.take(h.ex.TakeCreate, incoming(t, mo, activity("Create", mo, n)))
	n["updated"] = "2026-11-21T13:00:00Z"
	delete(n, "attachment")
	delete(n, "tag")
	if out := h.take(h.ex.TakeUpdate, incoming(t, mo, activity("Update", mo, n))); out.State != db.ReceiptDone {
		t.Fatalf("%+v", out)
	}
	ctx, p := context.Background(), h.byURI(n["id"].(string))
	files, err := h.store.AttachmentsOf(ctx, []int64{p.ID})
	if err != nil || len(files[p.ID]) != 0 {
		t.Errorf("still %d files, %v", len(files[p.ID]), err)
	}
	tags, err := h.store.TagsOf(ctx, p.ID)
	if err != nil || len(tags) != 0 {
		t.Errorf("still tags %v, %v", tags, err)
	}
	named, err := h.store.MentionsOf(ctx, p.ID)
	if err != nil || len(named) != 0 {
		t.Errorf("still names %v, %v", named, err)
	}
}

// T51: those who look after a group are written to as often as anybody can read, and by the banned
// no more often than an appeal takes.
func TestT51_messagesToFacilitatorsAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	g := h.group("water", amina)
	mo, eve := h.stranger("mo", "masto.test", db.ActorPerson), h.stranger("eve", "evil.test", db.ActorPerson)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.com.Ban(ctx, tx, amina, g, community.BanOf{Who: eve})
	})
	for who, want := range map[*db.Actor]int{mo: 20, eve: 3} {
		h.outbox()
		passed := 0
		for range 40 {
			private := note(who, "<p>Let me in</p>", "", g.Actor)
			private["to"], private["cc"] = []any{g.Actor.URI}, nil
			if h.take(h.ex.TakeCreate, incoming(t, who, activity("Create", who, private))).State == db.ReceiptDone {
				passed++
			}
		}
		if sent := len(h.outbox()); passed != want || sent > want {
			t.Errorf("%s: %d messages came through, want %d; %d were answered", who.Handle, passed, want, sent)
		}
	}
	p := h.start(g, amina, "Open to all", "Text.")
	var last error
	for range 21 {
		last = h.try(func(ctx context.Context, tx *db.Store) error {
			_, err := h.ex.Reply(ctx, tx, &exchange.Draft{Author: carla, Parent: p, Source: "Psst", ToFacilitators: true})
			return err
		})
	}
	if no, is := errors.AsType[*community.Refusal](last); !is || no.Code != "messages-many" {
		t.Errorf("a member's 21st message: %v", last)
	}
}

// T51: the wave of February 2024: many new actors, each naming many people. Nobody's inbox fills; a
// stranger with something to say to one person is heard, and so is whom one follows.
func TestT51_massMentions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var people []*db.Actor
	for n := range 20 {
		people = append(people, h.person(fmt.Sprintf("person%d", n)))
	}
	for n := range 100 {
		eve := h.stranger(fmt.Sprintf("eve%d", n), fmt.Sprintf("evil%d.test", n%4), db.ActorPerson)
		for range 5 {
			h.take(h.ex.TakeCreate, incoming(t, eve, activity("Create", eve, note(eve, "<p>Buy</p>", "", people...))))
		}
	}
	for _, a := range people {
		if lines := h.inbox(a); len(lines) > 5 {
			t.Errorf("%s has %d lines", a.Handle, len(lines))
		}
	}
	for n := range 40 { // the next wave names one person at a time
		eve := h.stranger(fmt.Sprintf("mallory%d", n), "evil.test", db.ActorPerson)
		h.take(h.ex.TakeCreate, incoming(t, eve, activity("Create", eve, note(eve, "<p>Buy</p>", "", people[0]))))
	}
	if lines := h.inbox(people[0]); len(lines) != 5 {
		t.Errorf("one by one: %d lines", len(lines))
	}
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.PutFollow(ctx, &db.Follow{URI: "https://copse.test/f/1", FollowerID: people[0].ID, FolloweeID: mo.ID, State: db.FollowAccepted}, people[0])
	})
	h.take(h.ex.TakeCreate, incoming(t, mo, activity("Create", mo, note(mo, "<p>Hello all</p>", "", people...))))
	if lines := h.inbox(people[0]); len(lines) != 6 {
		t.Errorf("whom one follows is not heard: %d lines", len(lines))
	}
	if lines := h.inbox(people[1]); len(lines) != 0 {
		t.Errorf("who follows nobody has %d lines", len(lines))
	}
}
