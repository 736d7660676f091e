package community_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func (h *home) follow(who, whom *db.Actor) *db.Follow {
	h.T.Helper()
	var f *db.Follow
	h.Do(func(ctx context.Context, tx *db.Store) (err error) {
		f, err = h.r.Follow(ctx, tx, who, whom)
		return err
	})
	return f
}

func TestFollow_oursAtOnce(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.Person("fay"), h.Person("ana")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	h.follow(ana, g.Actor)
	h.follow(ana, g.Actor)
	h.follow(ana, fay)
	if h.state(ana, g.Actor) != db.FollowAccepted || h.state(ana, fay) != db.FollowAccepted {
		t.Errorf("states %q, %q", h.state(ana, g.Actor), h.state(ana, fay))
	}
	if diff := cmp.Diff([]string{db.NotifyFollow, db.NotifyFollow}, h.Lines(fay)); diff != "" {
		t.Errorf("notifications of the facilitator: %s", diff)
	}
	if list := h.Outbox(); len(list) != 0 {
		t.Errorf("a follow within the house left it: %v", list)
	}
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Unfollow(ctx, tx, ana, g.Actor) })
	if h.state(ana, g.Actor) != "" {
		t.Error("follow stays after Unfollow")
	}
}

func TestFollow_refusals(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, bo := h.Person("ana"), h.Person("bo")
	g := h.Group("water", community.NewGroup{})
	h.OK(h.Store.PutBan(h.Ctx, &db.Ban{GroupID: g.ActorID, ActorID: ana.ID}))
	h.OK(h.Store.PutActorBlock(h.Ctx, &db.ActorBlock{ActorID: bo.ID, TargetID: ana.ID}))
	gone := h.Remote(db.ActorPerson, "gone", "peer.test", "")
	gone.DeletedAt = h.Store.Now()
	for code, pair := range map[string][2]*db.Actor{
		"banned": {ana, g.Actor}, "blocked": {ana, bo}, "follow-self": {ana, ana}, "actor-gone": {ana, gone}, "signed-out": {nil, bo},
	} {
		h.Refused(code, func(ctx context.Context, tx *db.Store) error {
			_, err := h.r.Follow(ctx, tx, pair[0], pair[1])
			return err
		})
	}
}

// TestT25_followGrantsNothingBeforeAccept: a follow is pending until the one who was asked says
// so, and nobody else can.
func TestT25_followGrantsNothingBeforeAccept(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana := h.Person("ana")
	g := h.RemoteGroup("soil", "peer.test", "lemmy")
	eve := h.Remote(db.ActorGroup, "eve", "evil.test", "lemmy")
	h.follow(ana, g.Actor)
	s := h.One("Follow")
	if s.Doc["object"] != g.Actor.URI || !slices.Equal(s.Inboxes(), []string{g.Actor.Inbox}) {
		t.Fatalf("sent %v to %v", s.Doc, s.Inboxes())
	}
	st, err := h.r.Standing(h.Ctx, h.Store, g, ana)
	h.OK(err)
	if h.state(ana, g.Actor) != db.FollowPending || st.Follows || g.Actor.FollowersCount != 0 {
		t.Errorf("pending follow: state %q, standing %+v", h.state(ana, g.Actor), st)
	}
	accept := func(actor, object string) string {
		return fmt.Sprintf(`{"id":"%s/accept","type":"Accept","actor":"%s","object":%s}`, actor, actor, object)
	}
	whole := fmt.Sprintf(`{"id":"%s","type":"Follow","actor":"%s","object":"%s"}`, s.URI, ana.URI, g.Actor.URI)
	h.Take(h.r.TakeAccept, eve, accept(eve.URI, whole), "not-followee")
	h.Take(h.r.TakeAccept, eve, accept(eve.URI, `"`+s.URI+`"`), "not-followee")
	h.Take(h.r.TakeReject, eve, accept(eve.URI, whole), "not-followee")
	h.Take(h.r.TakeAccept, g.Actor, accept(g.Actor.URI, `"https://copse.test/ap/activities/1"`), "not-asked")
	h.Take(h.r.TakeAccept, g.Actor, accept(g.Actor.URI, `{"type":"Create","id":"x"}`), "not-asked")
	if h.state(ana, g.Actor) != db.FollowPending {
		t.Fatalf("state %q after forged answers", h.state(ana, g.Actor))
	}
	in := h.Take(h.r.TakeAccept, g.Actor, accept(g.Actor.URI, whole), "")
	if h.state(ana, g.Actor) != db.FollowAccepted || !slices.Equal(h.Filled, []int64{g.ActorID}) {
		t.Errorf("state %q, history asked for %v", h.state(ana, g.Actor), h.Filled)
	}
	h.TakeIn(h.r.TakeAccept, in, "answered-before")
	in.Vouched = false
	h.TakeIn(h.r.TakeAccept, in, "not-vouched")
	if diff := cmp.Diff([]string{db.NotifyAccepted}, h.Lines(ana)); diff != "" {
		t.Error(diff)
	}
}

// TestTakeAccept_match: Mitra answers with the bare id, others with a Follow of another id.
func TestTakeAccept_match(t *testing.T) {
	t.Parallel()
	for _, object := range []string{`"ID"`, `{"id":"https://peer.test/x","type":"Follow","actor":"ANA","object":"SOIL"}`, `{"type":"Follow","actor":"ANA","object":{"id":"SOIL"}}`} {
		h := newHome(t)
		ana, g := h.Person("ana"), h.RemoteGroup("soil", "peer.test", "")
		h.follow(ana, g.Actor)
		body := replace(`{"id":"https://peer.test/a","type":"Accept","actor":"SOIL","object":`+object+`}`,
			"ID", h.One("Follow").URI, "ANA", ana.URI, "SOIL", g.Actor.URI)
		h.Take(h.r.TakeAccept, g.Actor, body, "")
		if h.state(ana, g.Actor) != db.FollowAccepted {
			t.Errorf("%s: state %q", object, h.state(ana, g.Actor))
		}
	}
}

func TestTakeReject_tellsTheFollower(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, g := h.Person("ana"), h.RemoteGroup("soil", "peer.test", "lemmy")
	h.follow(ana, g.Actor)
	h.Take(h.r.TakeReject, g.Actor, replace(`{"id":"https://peer.test/r","type":"Reject","actor":"G","object":"ID"}`, "ID", h.One("Follow").URI), "")
	if h.state(ana, g.Actor) != db.FollowRejected || !slices.Equal(h.Lines(ana), []string{db.NotifyRefused}) {
		t.Errorf("state %q, notifications %v", h.state(ana, g.Actor), h.Lines(ana))
	}
	h.follow(ana, g.Actor) // asking again sends again
	if len(h.Outbox("Follow")) != 2 || h.state(ana, g.Actor) != db.FollowPending {
		t.Errorf("%d Follows, state %q", len(h.Outbox("Follow")), h.state(ana, g.Actor))
	}
}

func TestUnfollow_undoesTheFollowThatWasSent(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, g := h.Person("ana"), h.RemoteGroup("soil", "peer.test", "lemmy")
	h.follow(ana, g.Actor)
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Unfollow(ctx, tx, ana, g.Actor) })
	undo := h.One("Undo")
	inner := undo.Doc["object"].(map[string]any)
	if inner["id"] != h.One("Follow").URI || inner["actor"] != ana.URI || inner["object"] != g.Actor.URI || undo.Row.OKey != h.One("Follow").Row.OKey {
		t.Errorf("undone %v, order %d", inner, undo.Row.OKey)
	}
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Unfollow(ctx, tx, ana, g.Actor) })
	h.One("Undo")
}

func TestAcceptFollow_intoAClosedGroup(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, bo := h.Person("fay"), h.Person("bo")
	g := h.Group("water", community.NewGroup{Openness: db.OpennessRestricted, Facilitator: fay})
	ana := h.Remote(db.ActorPerson, "ana", "peer.test", "mastodon")
	h.Take(h.r.TakeFollow, ana, replace(`{"id":"https://peer.test/f1","type":"Follow","actor":"A","object":"G"}`, "G", g.Actor.URI), "")
	if h.state(ana, g.Actor) != db.FollowPending || len(h.Outbox()) != 0 || !slices.Equal(h.Lines(fay), []string{db.NotifyFollow}) {
		t.Fatalf("state %q, sent %v, stewards told %v", h.state(ana, g.Actor), h.Outbox(), h.Lines(fay))
	}
	f, err := h.Store.FollowBetween(h.Ctx, ana.ID, g.ActorID)
	h.OK(err)
	h.Refused("not-core", func(ctx context.Context, tx *db.Store) error { return h.r.AcceptFollow(ctx, tx, bo, f) })
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.AcceptFollow(ctx, tx, fay, f) })
	if h.state(ana, g.Actor) != db.FollowAccepted || h.status(ana, g) != db.MemberFull {
		t.Errorf("state %q, membership %q", h.state(ana, g.Actor), h.status(ana, g))
	}
	s := h.One("Accept")
	if s.Doc["object"].(map[string]any)["id"] != "https://peer.test/f1" || !slices.Equal(s.Inboxes(), []string{ana.Inbox}) {
		t.Errorf("answered %v at %v", s.Doc["object"], s.Inboxes())
	}
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.RejectFollow(ctx, tx, fay, f) })
	if h.state(ana, g.Actor) != db.FollowRejected || h.status(ana, g) != db.MemberRemoved || len(h.Outbox("Reject")) != 1 {
		t.Errorf("sent away: state %q, membership %q", h.state(ana, g.Actor), h.status(ana, g))
	}
}

func TestAcceptFollow_ofAPerson(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, bo := h.Person("ana"), h.Person("bo")
	ana.Locked = true
	h.OK(h.Store.SaveActor(h.Ctx, ana))
	f := h.follow(bo, ana)
	if f.State != db.FollowPending {
		t.Errorf("follow of a locked person is %q", f.State)
	}
	h.Refused("not-yours", func(ctx context.Context, tx *db.Store) error { return h.r.AcceptFollow(ctx, tx, bo, f) })
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.AcceptFollow(ctx, tx, ana, f) })
	if h.state(bo, ana) != db.FollowAccepted || !slices.Equal(h.Lines(bo), []string{db.NotifyAccepted}) {
		t.Errorf("state %q, told %v", h.state(bo, ana), h.Lines(bo))
	}
}
