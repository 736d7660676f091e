package membership_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/membership"
)

// rest does what the chore does: it hands silent members to the rule, and answers how many.
func (h *home) rest() int {
	h.t.Helper()
	now := h.s.Now()
	list, err := h.s.Silent(h.ctx, db.SilentQuery{
		Since: db.At(now.Add(-membership.SilentFor)), AskedBefore: db.At(now.Add(-membership.AnswerIn)), Limit: 100,
	})
	h.ok(err)
	for _, m := range list {
		h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Rest(ctx, tx, m) })
	}
	return len(list)
}

// notes are the notes of notifications about belonging that one of ours has, newest first.
func (h *home) notes(who *db.Actor) (out []string) {
	h.t.Helper()
	account, err := h.s.AccountByLogin(h.ctx, who.Handle)
	h.ok(err)
	list, err := h.s.Inbox(h.ctx, db.InboxQuery{AccountID: account.ID, Kinds: []string{db.NotifyJoin}, Limit: 50})
	h.ok(err)
	for _, n := range list {
		out = append(out, n.Note)
	}
	return out
}

func TestRest_asksOnceThenSleeps(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay"), h.person("ana")
	g := h.group("water", db.OpennessOpen, fay)
	h.do(h.asks(ana, g))
	h.pass(membership.SilentFor - time.Hour)
	if n := h.rest(); n != 0 {
		t.Errorf("%d are silent an hour too early", n)
	}
	h.pass(2 * time.Hour)
	if n := h.rest(); n != 1 {
		t.Errorf("%d are silent, want ana alone: who holds a role is asked in another way", n)
	}
	if got := h.notes(ana); len(got) != 1 || got[0] != "join-silent" {
		t.Errorf("told %q", got)
	}
	h.pass(membership.AnswerIn - time.Hour)
	if n := h.rest(); n != 0 || h.status(ana, g) == db.MemberDormant {
		t.Errorf("%d taken up before the time to answer is over; is %q", n, h.status(ana, g))
	}
	h.pass(2 * time.Hour)
	h.rest()
	m, err := h.s.MembershipOf(h.ctx, g.ActorID, ana.ID)
	h.ok(err)
	if m.Status != db.MemberDormant || !m.Belongs() || len(h.notes(ana)) != 1 {
		t.Errorf("is %q, told %q", m.Status, h.notes(ana))
	}
	if n := h.rest(); n != 0 {
		t.Errorf("who sleeps is asked again")
	}
}

func TestStay_isAskedAgainInHalfAYear(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, hugo := h.person("fay"), h.remote(db.ActorPerson, "hugo", "social.test", "mastodon")
	g := h.group("water", db.OpennessOpen, fay)
	h.do(h.asks(hugo, g))
	before := len(h.outbox("Create"))
	stay := func(ctx context.Context, tx *db.Store) error { return h.r.Stay(ctx, tx, hugo, g) }
	h.pass(membership.SilentFor + time.Hour)
	h.rest()
	h.do(stay)
	h.pass(membership.SilentFor - time.Hour)
	if n := h.rest(); n != 0 {
		t.Errorf("asked %d before half a year was over", n)
	}
	h.pass(2 * time.Hour)
	if n := h.rest(); n != 1 || h.status(hugo, g) == db.MemberDormant || len(h.outbox("Create")) != before+2 {
		t.Errorf("%d silent, is %q after %d questions: a new silence begins with a question", n, h.status(hugo, g), len(h.outbox("Create"))-before)
	}
	eve := h.person("eve")
	h.refused("members-only", func(ctx context.Context, tx *db.Store) error { return h.r.Stay(ctx, tx, eve, g) })
}

func TestHear_anyAnswerToTheQuestionIsAYes(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, hugo := h.person("fay"), h.remote(db.ActorPerson, "hugo", "social.test", "mastodon")
	g := h.group("water", db.OpennessOpen, fay)
	h.do(h.asks(hugo, g))
	h.do(func(ctx context.Context, tx *db.Store) error { return tx.SleepMembership(ctx, g.ActorID, hugo.ID) })
	said := func(id, above string) string {
		return fmt.Sprintf(`{"id":"https://social.test/%s","type":"Note","attributedTo":%q,"to":[%q],"inReplyTo":%q,"content":"<p>Sure.</p>"}`,
			id, hugo.URI, g.Actor.URI, above)
	}
	if h.note(hugo, said("1", "https://copse.test/nothing")) || h.status(hugo, g) != db.MemberDormant {
		t.Error("an answer to anything woke the membership")
	}
	h.pass(time.Hour)
	h.do(func(ctx context.Context, tx *db.Store) error {
		_, err := h.com.Tell(ctx, tx, g, community.Notice{To: hugo, Code: "join-silent"})
		return err
	})
	asked := h.outbox("Create")
	object := asked[len(asked)-1]["object"].(map[string]any)
	if object["copse:kind"] != "join-silent" {
		t.Errorf("another Copse is not told what it is: %v", object)
	}
	if !h.note(hugo, said("2", object["id"].(string))) || h.status(hugo, g) != db.MemberFull {
		t.Errorf("is %q after the answer", h.status(hugo, g))
	}
}

func TestWake_byReadingOrByAWord(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay"), h.person("ana")
	g := h.group("water", db.OpennessOpen, fay)
	h.do(h.asks(ana, g))
	h.pass(membership.SilentFor + time.Hour)
	h.rest()
	h.pass(membership.AnswerIn + time.Hour)
	h.rest()
	returned := func() int {
		list, err := h.s.Returned(h.ctx, 0, 10)
		h.ok(err)
		for _, m := range list {
			h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Wake(ctx, tx, m) })
		}
		return len(list)
	}
	if n := returned(); n != 0 {
		t.Errorf("%d came back without a sign", n)
	}
	account, err := h.s.AccountByLogin(h.ctx, "ana")
	h.ok(err)
	h.ok(h.s.SeenAccount(h.ctx, account.ID))
	if n := returned(); n != 1 || h.status(ana, g) != db.MemberFull {
		t.Errorf("%d came back by reading, ana is %q", n, h.status(ana, g))
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.com.Unfollow(ctx, tx, ana, g.Actor) })
	if h.status(ana, g) != db.MemberDormant || returned() != 0 {
		t.Errorf("who stopped following is %q, and comes back by following", h.status(ana, g))
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		_, err := h.com.Follow(ctx, tx, ana, g.Actor)
		return err
	})
	if h.status(ana, g) != db.MemberFull {
		t.Errorf("is %q after following again", h.status(ana, g))
	}
}

func TestHear_whatAGroupElsewhereSays(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, far := h.person("ana"), h.remoteGroup("far", "far.test")
	h.do(h.asks(ana, far))
	said := func(id, kind string) string {
		return fmt.Sprintf(`{"id":"https://far.test/%s","type":"Note","attributedTo":%q,"to":[%q],"copse:kind":%q,
			"content":"<p><span class='h-card'><a href='%s' class='u-url mention'>@<span>ana</span></a></span> Which pumps?</p><p><a href='https://far.test/c/far'>https://far.test/c/far</a></p>"}`,
			id, far.Actor.URI, ana.URI, kind, ana.URL)
	}
	if !h.note(far.Actor, said("1", "join-question")) {
		t.Error("the question was taken for talk")
	}
	words, err := h.s.JoinWordsOf(h.ctx, far.ActorID, ana.ID)
	h.ok(err)
	if len(words) != 1 || words[0].Kind != db.JoinAsked || words[0].Text != "Which pumps?" {
		t.Errorf("kept %+v", words)
	}
	if !h.note(far.Actor, said("2", "join-refused")) || len(h.notes(ana)) != 1 {
		t.Errorf("what the Reject says is said twice: %q", h.notes(ana))
	}
	if h.note(far.Actor, said("3", "")) {
		t.Error("a message of another kind was taken away from the messages")
	}
}
