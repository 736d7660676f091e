package exchange_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

func code(t *testing.T, err error) string {
	t.Helper()
	no, is := errors.AsType[*community.Refusal](err)
	if !is {
		t.Fatalf("error %v, want a refusal", err)
	}
	return no.Code
}

func TestStart_reachesEachKindOfFollower(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	h.followed(g, h.stranger("mo", "masto.test", db.ActorPerson), db.FamilyMicroblog, "mastodon")
	h.outbox()
	p := h.start(g, amina, "Fridge fails at 43 degrees", "What did **you** do? #coldchain")
	out := h.outbox()
	var wrapped, boosted bool
	for _, s := range out {
		if s.Type != "Announce" {
			continue
		}
		switch o := s.Body["object"].(type) {
		case string:
			boosted = boosted || (o == p.URI && slices.Contains(s.To.Families, db.FamilyMicroblog) && s.Body["published"] != nil)
		case map[string]any:
			wrapped = wrapped || (o["type"] == "Create" && slices.Contains(s.To.Families, db.FamilyForum))
		}
	}
	if !wrapped || !boosted {
		t.Errorf("wrapped to forums: %v, boosted to microblogs: %v; want both of %d rows", wrapped, boosted, len(out))
	}
	if tags, _ := h.store.TagsOf(context.Background(), p.ID); !slices.Equal(tags, []string{"coldchain"}) {
		t.Errorf("tags %v", tags)
	}
}

func TestStart_refusals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, esi := h.person("amina"), h.person("esi")
	g := h.group("water", amina, func(n *community.NewGroup) { n.PostPolicy = db.PostMembers })
	for _, row := range []struct {
		name, want string
		draft      exchange.Draft
	}{
		{"short title", "title-short", exchange.Draft{Author: amina, Title: "ab"}},
		{"title of spaces", "title-short", exchange.Draft{Author: amina, Title: "      "}},
		{"long title", "title-long", exchange.Draft{Author: amina, Title: strings.Repeat("a", 201)}},
		{"long text", "text-long", exchange.Draft{Author: amina, Title: "Title", Source: strings.Repeat("a", exchange.MaxText+1)}},
		{"NUL", "text-invalid", exchange.Draft{Author: amina, Title: "Title", Source: "a\x00b"}},
		{"no member", "members-only-start", exchange.Draft{Author: esi, Title: "Title"}},
	} {
		row.draft.Group = g
		err := h.try(func(ctx context.Context, tx *db.Store) error {
			_, err := h.ex.Start(ctx, tx, &row.draft)
			return err
		})
		if got := code(t, err); got != row.want {
			t.Errorf("%s: refused with %q, want %q", row.name, got, row.want)
		}
	}
}

func TestReply_closedDiscussion(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, ben := h.person("amina"), h.person("ben")
	g := h.group("water", amina)
	p := h.start(g, amina, "Old", "text")
	branch, err := h.answer(p, ben, "a branch")
	if err != nil {
		t.Fatal(err)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Lock(ctx, tx, amina, branch, "off topic") })
	if _, err := h.answer(h.post(branch.ID), ben, "more"); code(t, err) != "discussion-locked" {
		t.Errorf("answer in a locked branch: %v", err)
	}
	if _, err := h.answer(h.post(p.ID), ben, "elsewhere in the discussion"); err != nil {
		t.Errorf("answer beside a locked branch: %v", err)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Lock(ctx, tx, amina, h.post(p.ID), "") })
	if _, err := h.answer(h.post(p.ID), ben, "too late"); code(t, err) != "discussion-locked" {
		t.Errorf("answer in a locked discussion: %v", err)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Unlock(ctx, tx, amina, h.post(p.ID)) })
	if _, err := h.answer(h.post(p.ID), ben, "open again"); err != nil {
		t.Errorf("answer after unlocking: %v", err)
	}
}

func TestReply_goesToThePeopleInTheThread(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	in := incoming(t, mo, activity("Create", mo, note(mo, "<p>A question for all</p>", "", g.Actor)))
	if out := h.take(h.ex.TakeCreate, in); out.State != db.ReceiptDone {
		t.Fatalf("mention: %+v", out)
	}
	starter := h.byURI(in.Object.Doc.ID)
	h.outbox()
	p, err := h.answer(starter, amina, "An answer")
	if err != nil {
		t.Fatal(err)
	}
	out := h.outbox()
	if !reaches(out, "Create", mo.SharedInbox) {
		t.Error("the answered person's server gets no Create")
	}
	for _, s := range out {
		if o, plain := s.Body["object"].(string); s.Type == "Announce" && plain && o == p.URI {
			t.Error("an answer was boosted into home feeds")
		}
	}
}

func TestEdit_keepsWhatItWas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, ben := h.person("amina"), h.person("ben")
	g := h.group("water", amina)
	p := h.start(g, amina, "Title", "first words")
	err := h.try(func(ctx context.Context, tx *db.Store) error {
		return h.ex.Edit(ctx, tx, p, &exchange.Draft{Author: ben, Title: "Mine now", Source: "x"})
	})
	if code(t, err) != "not-author" {
		t.Errorf("edit by another: %v", err)
	}
	h.outbox()
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.ex.Edit(ctx, tx, p, &exchange.Draft{Author: amina, Title: "New title", Source: "second words"})
	})
	p = h.post(p.ID)
	if p.Title != "New title" || !strings.Contains(p.Content, "second words") || p.EditedAt.IsZero() {
		t.Errorf("after the edit: %q %q %v", p.Title, p.Content, p.EditedAt)
	}
	old, err := h.store.RevisionsOf(context.Background(), p.ID)
	if err != nil || len(old) != 1 || old[0].Title != "Title" {
		t.Errorf("revisions %v, %v", old, err)
	}
	if out := h.outbox(); !reaches(out, "Update", "") || !reaches(out, "Announce", db.FamilyForum) {
		t.Error("the edit is not sent")
	}
}

func TestDelete_leavesAPlaceholderWithoutText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	p := h.start(g, amina, "Secret title", "secret words")
	h.outbox()
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Delete(ctx, tx, amina, p) })
	p = h.post(p.ID)
	if p.State != db.PostDeleted || p.Title+p.Content+p.Source != "" {
		t.Errorf("after deletion: %+v", p)
	}
	var tomb bool
	for _, s := range h.outbox() {
		if o, ok := s.Body["object"].(map[string]any); ok && s.Type == "Delete" && o["type"] == "Tombstone" {
			tomb = true
		}
	}
	if !tomb {
		t.Error("no Delete with a Tombstone is sent")
	}
	if _, err := h.answer(p, amina, "x"); code(t, err) != "discussion-gone" {
		t.Errorf("answer to a deleted post: %v", err)
	}
}

func TestLike_oncePerPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, ben := h.person("amina"), h.person("ben")
	g := h.group("water", amina)
	p := h.start(g, amina, "Title", "words")
	for range 2 {
		h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Like(ctx, tx, ben, p) })
	}
	if n := h.post(p.ID).LikesCount; n != 1 {
		t.Errorf("likes %d, want 1", n)
	}
	if !slices.Contains(h.inbox(amina), db.NotifyLike) {
		t.Error("the author is not told")
	}
	for range 2 {
		h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Unlike(ctx, tx, ben, p) })
	}
	if n := h.post(p.ID).LikesCount; n != 0 {
		t.Errorf("likes %d, want 0", n)
	}
}

func TestRemove_byFacilitatorOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, ben := h.person("amina"), h.person("ben")
	g := h.group("water", amina)
	p := h.start(g, ben, "Title", "words")
	err := h.try(func(ctx context.Context, tx *db.Store) error { return h.ex.Remove(ctx, tx, ben, p, "") })
	if code(t, err) != "not-moderator" {
		t.Errorf("removal by a member: %v", err)
	}
	h.outbox()
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Remove(ctx, tx, amina, p, "advertising") })
	out := h.outbox()
	if !reaches(out, "Undo", db.FamilyMicroblog) {
		t.Error("microblogs do not hear that the boost is undone")
	}
	if !reaches(out, "Announce", db.FamilyForum) {
		t.Error("forums do not hear of the removal")
	}
	if p = h.post(p.ID); p.State != db.PostRemoved || p.Content == "" {
		t.Errorf("after removal: state %q, text kept %v", p.State, p.Content != "")
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Restore(ctx, tx, amina, p) })
	if h.post(p.ID).State != db.PostPublished {
		t.Error("a restored post is not back")
	}
}

func TestApprove_sendsWhatWasHeld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, ben := h.person("amina"), h.person("ben")
	g := h.group("water", amina, func(n *community.NewGroup) { n.HoldPolicy = db.HoldFirst })
	p := h.start(g, ben, "Cheap pills", "https://pills.test/")
	if p.State != db.PostHeld {
		t.Fatalf("state %q, want held", p.State)
	}
	if out := h.outbox(); reaches(out, "Announce", db.FamilyForum) || reaches(out, "Create", "") {
		t.Error("a held post was sent")
	}
	if !slices.Contains(h.inbox(amina), db.NotifyHeld) {
		t.Error("the facilitator is not told")
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Approve(ctx, tx, amina, p) })
	if out := h.outbox(); !reaches(out, "Announce", db.FamilyForum) || !reaches(out, "Announce", db.FamilyMicroblog) {
		t.Error("an approved post is not sent")
	}
	if q := h.start(g, ben, "Second", "no longer held"); q.State != db.PostPublished {
		t.Errorf("second post is %q, want published", q.State)
	}
}

func TestStart_toFacilitators(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, ben := h.person("amina"), h.person("ben")
	g := h.group("water", amina)
	h.outbox()
	h.do(func(ctx context.Context, tx *db.Store) error {
		_, err := h.ex.Start(ctx, tx, &exchange.Draft{Author: ben, Group: g, Title: "In private", Source: "a worry", ToFacilitators: true})
		return err
	})
	if out := h.outbox(); reaches(out, "Announce", db.FamilyForum) || reaches(out, "Announce", db.FamilyMicroblog) {
		t.Error("a private message was announced")
	}
	if !slices.Contains(h.inbox(amina), db.NotifyDirect) {
		t.Error("the facilitator is not told")
	}
	if list, _ := h.store.Discussions(context.Background(), db.DiscussionQuery{GroupIDs: []int64{g.ActorID}, Limit: 9}); len(list) != 0 {
		t.Error("a private message stands among the discussions")
	}
	if h.reload(g).DiscussionsCount != 0 {
		t.Error("a private message is counted")
	}
}

func TestStart_inAGroupElsewhereWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ben := h.person("ben")
	there := h.stranger("coldchain", "rco.test", db.ActorGroup)
	g, err := h.store.GroupByID(context.Background(), there.ID)
	if err != nil {
		t.Fatal(err)
	}
	p := h.start(g, ben, "From afar", "words")
	if p.State != db.PostWaiting {
		t.Fatalf("state %q, want waiting", p.State)
	}
	out := h.outbox()
	if !reaches(out, "Create", there.SharedInbox) {
		t.Error("the group's server gets no Create")
	}
	create := out[0].Body
	in := incoming(t, ben, create)
	in.Via, in.Object = there, nil
	if out := h.take(h.ex.TakeCreate, in); out.State != db.ReceiptDone {
		t.Fatalf("announce of our own post: %+v", out)
	}
	if h.post(p.ID).State != db.PostPublished {
		t.Error("a post that its group passed on is not shown")
	}
	if to := create["to"].([]any); to[0] != there.URI || !slices.Contains(to, any(vocab.Public)) {
		t.Errorf("addressed to %v, want the group first and the public", to)
	}
}

func TestDelete_afterRemovalReachesWhoHasIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, ben := h.person("amina"), h.person("ben")
	g := h.group("water", amina)
	p := h.start(g, ben, "Title", "my words")
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Remove(ctx, tx, amina, p, "off topic") })
	h.outbox()
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Delete(ctx, tx, ben, h.post(p.ID)) })
	if p = h.post(p.ID); p.State != db.PostDeleted || p.Content != "" {
		t.Errorf("after erasing a removed post: %q %q", p.State, p.Content)
	}
	if out := h.outbox(); !reaches(out, "Delete", db.FamilyMicroblog) {
		t.Error("servers that were sent the post do not hear that it is erased")
	}
}

func TestEdit_byTheBanned(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, ben := h.person("amina"), h.person("ben")
	g := h.group("water", amina)
	p := h.start(g, ben, "Title", "words")
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.com.Ban(ctx, tx, amina, g, community.BanOf{Who: ben, Reason: "spam"})
	})
	err := h.try(func(ctx context.Context, tx *db.Store) error {
		return h.ex.Edit(ctx, tx, p, &exchange.Draft{Author: ben, Title: "Title", Source: "advertising"})
	})
	if got := code(t, err); got != "banned" {
		t.Errorf("refused with %q, want banned", got)
	}
}

func TestRemove_heldIsNeverRestoredPastTheCheck(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, ben := h.person("amina"), h.person("ben")
	g := h.group("water", amina, func(n *community.NewGroup) { n.HoldPolicy = db.HoldFirst })
	p := h.start(g, ben, "Title", "words")
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Remove(ctx, tx, amina, p, "spam") })
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Restore(ctx, tx, amina, h.post(p.ID)) })
	if got := h.post(p.ID).State; got == db.PostPublished {
		t.Error("a held post was published by removing and restoring it")
	}
}
