package exchange_test

import (
	"context"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

func (h *house) move(by *db.Actor, t exchange.Transfer) error {
	h.t.Helper()
	return h.try(func(ctx context.Context, tx *db.Store) error { return h.ex.MoveThread(ctx, tx, by, t) })
}

func TestMoveThread_wholeAndToldToBoth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, binh := h.person("amina"), h.person("binh")
	from, to := h.group("water", amina), h.group("pumps", amina)
	h.followed(from, h.stranger("one", "forum.test", db.ActorPerson), db.FamilyForum, "copse")
	h.followed(to, h.stranger("two", "micro.test", db.ActorPerson), db.FamilyMicroblog, "mastodon")
	p := h.start(from, binh, "Which pump?", "For a deep well.")
	r, err := h.answer(p, amina, "A hand pump.")
	if err != nil {
		t.Fatal(err)
	}
	h.outbox()
	if err := h.move(amina, exchange.Transfer{Post: h.post(p.ID), To: to, Reason: "more at home there"}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []int64{p.ID, r.ID} {
		if now := h.post(id); now.GroupID != to.ActorID || now.URI != h.post(id).URI {
			t.Errorf("post %d is in %d", id, now.GroupID)
		}
	}
	out := h.outbox()
	if !reaches(out, "Announce", db.FamilyForum) || !reaches(out, "Announce", db.FamilyMicroblog) {
		t.Errorf("told %v", out)
	}
	left, err := h.store.MovedAway(t.Context(), from.ActorID, 10)
	if err != nil || len(left) != 1 || left[0].To.Handle != "pumps" || left[0].Discussion.Title != "Which pump?" {
		t.Errorf("what stays behind: %v, %v", left, err)
	}
	if h.reload(from).DiscussionsCount != 0 || h.reload(to).DiscussionsCount != 1 {
		t.Error("the counts are wrong")
	}
	if _, err := h.answer(h.post(p.ID), binh, "Thank you."); err != nil {
		t.Error(err)
	}
	for g, act := range map[*db.Group]string{from: "move-out", to: "move-in"} {
		if log, err := h.store.ModerationLog(t.Context(), g.ActorID, 0, 1); err != nil || len(log) != 1 || log[0].Act != act {
			t.Errorf("the log of %s: %v, %v", g.Actor.Handle, log, err)
		}
	}
	if err := h.move(amina, exchange.Transfer{Post: h.post(p.ID), To: from}); err != nil {
		t.Fatal(err)
	}
	if left, err := h.store.MovedAway(t.Context(), from.ActorID, 10); err != nil || len(left) != 0 {
		t.Errorf("it is back, and %v stays behind: %v", left, err)
	}
}

// T45: what members said among themselves goes nowhere else.
func TestT45_threadMovesOnlyBetweenOpenGroups(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, binh := h.person("amina"), h.person("binh")
	open, other := h.group("water", amina), h.group("pumps", binh)
	closed := h.group("inner", amina, func(n *community.NewGroup) { n.Openness = db.OpennessPrivate })
	far := h.reload(&db.Group{ActorID: h.stranger("soil", "far.test", db.ActorGroup).ID})
	said, inside := h.start(open, amina, "Open", "text"), h.start(closed, amina, "Inside", "text")
	answer, err := h.answer(said, amina, "more")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		by   *db.Actor
		post *db.Post
		to   *db.Group
		code string
	}{
		{amina, inside, open, "move-from-closed"},
		{amina, said, closed, "move-into-closed"},
		{amina, said, far, "not-ours"},
		{amina, said, open, "move-same"},
		{amina, answer, closed, "move-answer"},
		{amina, said, other, "not-moderator"},
		{binh, said, other, "not-moderator"},
	} {
		if got := refusedAs(h.move(tt.by, exchange.Transfer{Post: h.post(tt.post.ID), To: tt.to})); got != tt.code {
			t.Errorf("%s to %s: %q, want %q", tt.post.Title, tt.to.Actor.Handle, got, tt.code)
		}
	}
}

// T22: only the group that has a discussion gives it away, and only on its own server.
func TestT22_moveOfAThreadByWhomItIsNot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	mine := h.group("water", amina)
	soil, seeds := h.stranger("soil", "far.test", db.ActorGroup), h.stranger("seeds", "far.test", db.ActorGroup)
	evil, mo := h.stranger("evil", "evil.test", db.ActorGroup), h.stranger("mo", "far.test", db.ActorPerson)
	theirs := note(mo, "<p>About soil</p>", "", soil)
	theirs["audience"] = soil.URI
	in := incoming(t, mo, activity("Create", mo, theirs))
	in.Via = soil
	if out := h.take(h.ex.TakeCreate, in); out.State != db.ReceiptDone {
		t.Fatalf("the start: %+v", out)
	}
	uri := theirs["id"].(string)
	own := h.start(mine, amina, "Ours", "text")
	for _, tt := range []struct {
		name      string
		via       *db.Actor
		object    string
		target    *db.Actor
		ends, why string
	}{
		{"another group", evil, uri, seeds, soil.URI, "not-the-groups-own"},
		{"of ours", soil, own.URI, seeds, mine.Actor.URI, "not-the-groups-own"},
		{"to another server", soil, uri, evil, soil.URI, "target-elsewhere"},
		{"nobody", nil, uri, seeds, soil.URI, "move-of-object"},
		{"its own", soil, uri, seeds, seeds.URI, ""},
	} {
		act := activity("Move", mo, tt.object)
		act["origin"], act["target"] = soil.URI, tt.target.URI
		move := incoming(t, mo, act)
		move.Via = tt.via
		out := h.take(h.ex.TakeMove, move)
		now, err := h.store.GroupByID(t.Context(), h.byURI(tt.object).GroupID)
		if err != nil || now.Actor.URI != tt.ends || out.Reason != tt.why {
			t.Errorf("%s: %+v, now in %v, %v", tt.name, out, now, err)
		}
	}
}
