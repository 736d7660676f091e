package sanction_test

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/sanction"
	"github.com/copse-social/copse/server/trust"
)

// home is an instance with people, one community and the rules of this room.
type home struct {
	t   *testing.T
	ctx context.Context
	s   *db.Store
	com *community.Rules
	ex  *exchange.Rules
	r   *sanction.Rules

	trust *trust.Rules
}

func newHome(t *testing.T) *home {
	t.Helper()
	base, err := url.Parse("https://copse.test")
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC) }
	h := &home{t: t, ctx: t.Context(), s: dbtest.At(t, now)}
	quiet := slog.New(slog.DiscardHandler)
	pub := federation.NewPublisher(federation.NewIRIs(base), federation.NewKeys([32]byte{9}), now, func() {})
	h.com = community.New(community.Options{Pub: pub, Log: quiet})
	h.ex = exchange.New(exchange.Options{Pub: pub, Community: h.com, Log: quiet})
	h.trust = trust.New(trust.Options{Pub: pub, Community: h.com, Words: func(_, code string, _ map[string]string) string { return code }})
	h.r = sanction.New(sanction.Options{Pub: pub, Community: h.com, Trust: h.trust})
	return h
}

func (h *home) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) do(act func(ctx context.Context, tx *db.Store) error) {
	h.t.Helper()
	h.ok(h.s.InTx(h.ctx, act))
}

func (h *home) refused(code string, act func(ctx context.Context, tx *db.Store) error) {
	h.t.Helper()
	err := h.s.InTx(h.ctx, act)
	if no, is := errors.AsType[*community.Refusal](err); !is || no.Code != code {
		h.t.Errorf("%v, want the refusal %s", err, code)
	}
}

func (h *home) person(handle string, admin bool) *db.Account {
	h.t.Helper()
	var a *db.Account
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		a, err = h.com.CreatePerson(ctx, tx, community.NewPerson{
			Handle: handle, Name: handle, Email: handle + "@copse.test", PasswordHash: "x", Admin: admin,
		})
		return err
	})
	return a
}

func (h *home) group(by *db.Actor) *db.Group {
	h.t.Helper()
	var g *db.Group
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		g, err = h.com.CreateGroup(ctx, tx, community.NewGroup{Handle: "water", Name: "Water", Facilitator: by, PostPolicy: db.PostAnyone})
		return err
	})
	return g
}

// remote is somebody elsewhere who follows one of ours.
func (h *home) remote(handle string, whom *db.Actor) *db.Actor {
	h.t.Helper()
	uri := "https://peer.test/" + handle
	a := &db.Actor{URI: uri, Type: db.ActorPerson, Handle: handle, Host: "peer.test", Inbox: uri + "/inbox", SharedInbox: "https://peer.test/inbox"}
	h.ok(h.s.UpsertRemoteActor(h.ctx, a))
	h.ok(h.s.PutFollow(h.ctx, &db.Follow{URI: uri + "#follow", FollowerID: a.ID, FolloweeID: whom.ID, State: db.FollowAccepted}, a))
	return a
}

func (h *home) says(who *db.Actor, g *db.Group) *db.Post {
	h.t.Helper()
	var p *db.Post
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		p, err = h.ex.Start(ctx, tx, &exchange.Draft{Author: who, Group: g, Title: "Which lids stay on?", Source: "Chains rust.", Door: "web"})
		return err
	})
	return p
}

// outgoing are the kinds of activity that wait to be sent, with where they go.
func (h *home) outgoing() (kinds []string, inboxes []string) {
	h.t.Helper()
	rows, err := h.s.PendingOutbox(h.ctx, 100)
	h.ok(err)
	for _, row := range rows {
		to, err := row.To()
		h.ok(err)
		act, err := h.s.ActivityByID(h.ctx, row.ActivityID)
		h.ok(err)
		kinds = append(kinds, act.Type)
		for _, i := range to.Inboxes {
			inboxes = append(inboxes, i.Inbox)
		}
	}
	return kinds, inboxes
}

func (h *home) again(a *db.Actor) *db.Actor {
	h.t.Helper()
	out, err := h.s.ActorByID(h.ctx, a.ID)
	h.ok(err)
	return out
}

// Whoever is suspended is signed out at once, may do nothing, and nothing more of theirs leaves; all of
// it can be given back (T40).
func TestT40_suspensionEndsSessions(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay", false), h.person("ana", false)
	g := h.group(fay.Actor)
	h.remote("kim", ana.Actor)
	h.ok(h.s.SaveSession(h.ctx, &db.Session{TokenHash: "t", PublicID: 1, AccountID: ana.ID, Data: []byte{}, ExpiresAt: db.At(h.s.Now().Add(time.Hour))}))
	h.do(func(ctx context.Context, tx *db.Store) error { return h.com.EditPerson(ctx, tx, ana) })
	p := h.says(ana.Actor, g)
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Delete(ctx, tx, ana.Actor, p) })
	if kinds, _ := h.outgoing(); !slices.Contains(kinds, "Update") || !slices.Contains(kinds, "Delete") {
		t.Fatalf("nothing of hers is on its way: %v", kinds)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Suspend(ctx, tx, ana.Actor) })
	if _, err := h.s.SessionByHash(h.ctx, "t"); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("her session goes on: %v", err)
	}
	if kinds, _ := h.outgoing(); slices.Contains(kinds, "Update") || !slices.Contains(kinds, "Delete") {
		t.Errorf("what leaves is %v, want what she took back alone", kinds)
	}
	start := func(ctx context.Context, tx *db.Store) error {
		return h.com.Permit(ctx, tx, g, h.again(ana.Actor), community.ActStart)
	}
	h.refused("suspended", start)
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Lift(ctx, tx, h.again(ana.Actor)) })
	h.do(start)
}

func TestSilence_waitsForALookAndIsNotFound(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay", false), h.person("ana", false)
	g := h.group(fay.Actor)
	if p := h.says(ana.Actor, g); p.State != db.PostPublished {
		t.Fatalf("her first post is %s", p.State)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Silence(ctx, tx, ana.Actor) })
	if p := h.says(h.again(ana.Actor), g); p.State != db.PostHeld {
		t.Errorf("what she wrote after is %s, want held", p.State)
	}
	if list, err := h.s.SearchActors(h.ctx, "ana", []string{db.ActorPerson}, 10); err != nil || len(list) != 0 {
		t.Errorf("search finds %v, %v", list, err)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Lift(ctx, tx, h.again(ana.Actor)) })
	if p := h.says(h.again(ana.Actor), g); p.State != db.PostPublished {
		t.Errorf("after all was given back it is %s", p.State)
	}
}

// Of one of ours nothing stays, and every server that may hold something hears of it (T50).
func TestT50_purgeTellsEveryPlace(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay", false), h.person("ana", false)
	g := h.group(fay.Actor)
	h.remote("kim", g.Actor)
	p := h.says(ana.Actor, g)
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Purge(ctx, tx, ana.Actor) })
	kinds, inboxes := h.outgoing()
	if !slices.Contains(kinds, "Delete") || !slices.Contains(inboxes, "https://peer.test/inbox") {
		t.Errorf("goes out: %v to %v", kinds, inboxes)
	}
	gone, err := h.s.PostByID(h.ctx, p.ID)
	h.ok(err)
	if gone.State != db.PostDeleted || gone.Title+gone.Content+gone.Source != "" {
		t.Errorf("her words stay: %+v", gone)
	}
	her := h.again(ana.Actor)
	if her.DeletedAt.IsZero() || her.Name != "" || len(her.PrivateKey) == 0 {
		t.Errorf("gone at %v, name %q, %d bytes of key for the last word", her.DeletedAt, her.Name, len(her.PrivateKey))
	}
	if _, err := h.s.AccountByLogin(h.ctx, "ana"); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("she can still sign in: %v", err)
	}
	h.refused("actor-gone", func(ctx context.Context, tx *db.Store) error { return h.r.Lift(ctx, tx, h.again(ana.Actor)) })
}

// Somebody elsewhere who is suspended is told that nothing here is followed any more, and gets nothing
// that is for members (T46).
func TestT46_suspensionEndsFollowsFromElsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay", false), h.person("ana", false)
	g := h.group(fay.Actor)
	kim := h.remote("kim", g.Actor)
	h.ok(h.s.PutFollow(h.ctx, &db.Follow{URI: kim.URI + "#ana", FollowerID: kim.ID, FolloweeID: ana.ActorID, State: db.FollowAccepted}, kim))
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Suspend(ctx, tx, kim) })
	for _, whom := range []int64{g.ActorID, ana.ActorID} {
		if f, err := h.s.FollowBetween(h.ctx, kim.ID, whom); err != nil || f.State != db.FollowRejected {
			t.Errorf("the follow of %d: %+v, %v", whom, f, err)
		}
		if list, err := h.s.FollowerInboxes(h.ctx, whom, "", 10); err != nil || len(list) != 0 {
			t.Errorf("what %d says still goes to %v, %v", whom, list, err)
		}
	}
	kinds, inboxes := h.outgoing()
	if !slices.Equal(slices.Compact(kinds), []string{"Reject"}) || !slices.Contains(inboxes, kim.Inbox) {
		t.Errorf("goes out: %v to %v", kinds, inboxes)
	}
}

// What a community published of somebody's words in its own name goes with them (T50).
func TestT50_purgeTakesReleasesBack(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay", false), h.person("ana", false)
	g := h.group(fay.Actor)
	g.Openness = db.OpennessRestricted
	h.do(func(ctx context.Context, tx *db.Store) error {
		return errors.Join(h.com.EditGroup(ctx, tx, fay.Actor, g), h.com.AddMember(ctx, tx, fay.Actor, g, ana.Actor))
	})
	h.remote("kim", ana.Actor)
	p := h.says(ana.Actor, g)
	h.do(func(ctx context.Context, tx *db.Store) error { return h.trust.Release(ctx, tx, fay.Actor, p) })
	h.do(func(ctx context.Context, tx *db.Store) error { return h.trust.Consent(ctx, tx, ana.Actor, p, "yes") })
	deletes := func() (n int) {
		kinds, _ := h.outgoing()
		for _, k := range kinds {
			if k == "Delete" {
				n++
			}
		}
		return n
	}
	before := deletes()
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Purge(ctx, tx, ana.Actor) })
	if rel, err := h.s.ReleaseOf(h.ctx, p.ID); err != nil || rel.State != db.ReleaseBack {
		t.Errorf("the release is %+v, %v", rel, err)
	}
	if n := deletes() - before; n < 2 {
		t.Errorf("%d Deletes went out, want that of the person and that of the community's Note", n)
	}
}

func TestPurge_ofSomebodyElsewhereStaysSuspended(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.person("fay", false)
	g := h.group(fay.Actor)
	kim := h.remote("kim", g.Actor)
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Purge(ctx, tx, kim) })
	if again := h.again(kim); again.SuspendedAt.IsZero() || !again.DeletedAt.IsZero() {
		t.Errorf("suspended %v, deleted %v", again.SuspendedAt, again.DeletedAt)
	}
	if _, err := h.s.FollowBetween(h.ctx, kim.ID, g.ActorID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("still follows: %v", err)
	}
	if kinds, _ := h.outgoing(); slices.Contains(kinds, "Delete") {
		t.Errorf("we speak for somebody elsewhere: %v", kinds)
	}
}

func TestSanction_refusals(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	theo := h.person("theo", true)
	g := h.group(theo.Actor)
	for code, who := range map[string]*db.Actor{"sanction-admin": theo.Actor, "sanction-people": g.Actor} {
		for _, act := range []func(context.Context, *db.Store, *db.Actor) error{h.r.Silence, h.r.Suspend, h.r.Purge} {
			h.refused(code, func(ctx context.Context, tx *db.Store) error { return act(ctx, tx, who) })
		}
	}
	if again := h.again(theo.Actor); !again.Active() || strings.TrimSpace(again.Name) == "" {
		t.Errorf("changed: %+v", again)
	}
}

// Somebody elsewhere who is gone leaves nothing but placeholders, and what communities said of their
// words in their own name is taken back; nobody else can say so.
func TestTakeDeleteActor(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay", false), h.person("ana", false)
	g := h.group(fay.Actor)
	eve, bad := h.remote("eve", g.Actor), h.remote("bad", ana.Actor)
	h.ok(h.s.PutFollow(h.ctx, &db.Follow{URI: "https://copse.test/f", FollowerID: ana.ActorID, FolloweeID: eve.ID, State: db.FollowAccepted}, ana.Actor))
	h.ok(h.s.PutMembership(h.ctx, &db.Membership{GroupID: g.ActorID, ActorID: eve.ID, Status: db.MemberFull}))
	top := h.says(ana.Actor, g)
	own := &db.Post{
		ID: h.s.NewID(), URI: eve.URI + "/1", GroupID: g.ActorID, AuthorID: eve.ID, Author: eve, Kind: db.KindDiscussion, Title: "Lids",
		Content: "<p>Rust.</p>", Visibility: db.VisibilityPublic, State: db.PostPublished, ReplyToID: top.ID, DiscussionID: top.ID,
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		if err := tx.CreatePost(ctx, own, top); err != nil {
			return err
		}
		_, err := tx.EnsureRetelling(ctx, g.ActorID, own.ID)
		return err
	})
	take := func(by *db.Actor, change func(*federation.Incoming)) string {
		t.Helper()
		act, err := vocab.Decode([]byte(`{"id":"https://peer.test/d","type":"Delete","object":"` + eve.URI + `"}`))
		h.ok(err)
		in := &federation.Incoming{Actor: by, Activity: act, Vouched: true}
		change(in)
		var out federation.Outcome
		h.do(func(ctx context.Context, tx *db.Store) (err error) {
			out, err = h.r.TakeDeleteActor(ctx, tx, in)
			return err
		})
		return out.Reason
	}
	asIs := func(*federation.Incoming) {}
	if a, b, c := take(bad, asIs), take(ana.Actor, asIs), take(eve, func(in *federation.Incoming) { in.Vouched = false }); a != "not-own" || b != "not-own" || c != "not-vouched" {
		t.Errorf("taken from others: %q, %q, %q", a, b, c)
	}
	kinds, _ := h.outgoing()
	before, followers := len(kinds), h.again(g.Actor).FollowersCount
	if why := take(eve, func(in *federation.Incoming) { in.Vouched, in.Gone = false, true }); why != "" { // its server says so
		t.Errorf("not taken: %q", why)
	}
	left, err := h.s.PostByID(h.ctx, own.ID)
	h.ok(err)
	above, err := h.s.PostByID(h.ctx, top.ID)
	h.ok(err)
	if h.again(eve).Active() || left.State != db.PostDeleted || left.Content != "" || above.RepliesCount != 0 {
		t.Errorf("actor %+v, post %+v, answers %d", h.again(eve), left, above.RepliesCount)
	}
	_, err = h.s.FollowBetween(h.ctx, ana.ActorID, eve.ID)
	if h.again(g.Actor).FollowersCount != followers-1 || !errors.Is(err, db.ErrNotFound) {
		t.Errorf("followers %d of %d, the follow %v", h.again(g.Actor).FollowersCount, followers, err)
	}
	if kinds, _ = h.outgoing(); len(kinds) != before+1 || kinds[before] != "Delete" {
		t.Errorf("said after: %v, want the Delete of the community's own Note", kinds[before:])
	}
}
