package trust_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
)

// open lists whose ends are not confirmed.
func (h *home) open(g *db.Group) []*db.FollowEnd {
	h.t.Helper()
	list, err := h.store.OpenEnds(context.Background(), g.ActorID, "", 10)
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

func (h *home) sendAway(who *db.Actor, g *db.Group) {
	h.t.Helper()
	f, err := h.store.FollowBetween(context.Background(), who.ID, g.ActorID)
	if err != nil {
		h.t.Fatal(err)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.com.RejectFollow(ctx, tx, h.ana, f) })
}

// What a server must confirm: nothing where it promises to keep words among members, the Block where
// nothing else ends a follow, the Reject elsewhere; and nothing of an open community.
func TestT46_whichWordMustBeTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ software, openness, want string }{
		{"mastodon", db.OpennessRestricted, "Reject"},
		{"", db.OpennessPrivate, "Reject"},
		{"gotosocial", db.OpennessRestricted, "Block"},
		{"copse", db.OpennessPrivate, ""},
		{"mastodon", db.OpennessOpen, ""},
	} {
		t.Run(c.software+c.openness, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			g, bo := h.group(c.openness), h.remote(db.ActorPerson, "bo", "far.test", c.software)
			h.follows(bo, g)
			h.sendAway(bo, g)
			if n := len(h.sent("Reject")); n != 1 {
				t.Errorf("%d rejects", n)
			}
			var got strings.Builder
			for _, e := range h.open(g) {
				act, err := h.store.ActivityByID(context.Background(), e.ActivityID)
				if err != nil || e.Host != "far.test" || e.FollowURI != bo.URI+"#follow" {
					t.Errorf("%+v, %v", e, err)
				}
				got.WriteString(act.Type)
			}
			if got.String() != c.want {
				t.Errorf("waits for %q, want %q", got.String(), c.want)
			}
		})
	}
}

// An end that was refused is told again a day later, while others of the community are there; one
// that was given up is told as soon as the server is heard of.
func TestTellAgain_whenItIsDue(t *testing.T) {
	t.Parallel()
	for name, state := range map[string]int16{"refused": db.DeliveryRefused, "given up": db.DeliveryExpired, "waits": db.DeliveryPending} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, h := context.Background(), newHome(t)
			g, bo, cy := h.group(db.OpennessRestricted), h.remote(db.ActorPerson, "bo", "far.test", "mastodon"), h.remote(db.ActorPerson, "cy", "far.test", "mastodon")
			h.follows(bo, g)
			h.sendAway(bo, g)
			e := h.open(g)[0]
			due := func() int {
				t.Helper()
				list, err := h.store.EndsToTell(ctx, 0, 10)
				if err != nil {
					t.Fatal(err)
				}
				return len(list)
			}
			h.do(func(ctx context.Context, tx *db.Store) error {
				d := &db.Delivery{ActivityID: e.ActivityID, Host: "far.test", Inbox: bo.Inbox}
				if err := tx.CreateDeliveries(ctx, []*db.Delivery{d}); err != nil {
					return err
				}
				ways, err := tx.OutboxOf(ctx, []int64{e.ActivityID})
				if err != nil {
					return err
				}
				for _, way := range ways {
					if err := tx.AdvanceOutbox(ctx, way, "", tx.Now()); err != nil {
						return err
					}
				}
				if state == db.DeliveryPending {
					return nil
				}
				return tx.EndDeliveries(ctx, []int64{d.ID}, db.DeliveryEnd{State: state, Code: 403})
			})
			h.now = h.now.Add(time.Hour)
			if n := due(); n != 0 {
				t.Errorf("%d to tell an hour later", n)
			}
			h.do(func(ctx context.Context, tx *db.Store) error { return tx.HeardFromHost(ctx, "far.test") })
			h.follows(cy, g)
			if n := due(); n != map[int16]int{db.DeliveryExpired: 1}[state] {
				t.Errorf("%d to tell when it is heard of", n)
			}
			h.now = h.now.Add(db.EndAgain)
			if n := due(); n != map[int16]int{db.DeliveryExpired: 1, db.DeliveryRefused: 1}[state] {
				t.Fatalf("%d to tell a day later", n)
			}
			h.do(func(ctx context.Context, tx *db.Store) error { return h.r.TellAgain(ctx, tx, e) })
			again := h.open(g)[0]
			if n := due(); n != 0 || again.ActivityID == e.ActivityID || again.Times != 2 {
				t.Errorf("told again: %+v, %d to tell", again, n)
			}
		})
	}
}

// Who is let in again is waited for no more, and an opened community has nothing to keep back.
func TestTellAgain_nothingToConfirm(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, bo := h.group(db.OpennessRestricted), h.remote(db.ActorPerson, "bo", "far.test", "mastodon")
	h.follows(bo, g)
	h.sendAway(bo, g)
	e := h.open(g)[0]
	h.follows(bo, g)
	if n := len(h.open(g)); n != 0 {
		t.Errorf("%d ends open of who is back", n)
	}
	h.sendAway(bo, g)
	h.do(func(ctx context.Context, tx *db.Store) error {
		g.Openness = db.OpennessOpen
		if err := tx.SaveGroup(ctx, g); err != nil {
			return err
		}
		return h.r.TellAgain(ctx, tx, e)
	})
	if n := len(h.open(g)); n != 0 {
		t.Errorf("%d ends open of an open community", n)
	}
}

// Only who looks after a community decides not to wait, and it is on record.
func TestGoOnWithout(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, bo := h.group(db.OpennessRestricted), h.remote(db.ActorPerson, "bo", "far.test", "mastodon")
	h.follows(bo, g)
	h.sendAway(bo, g)
	cem := h.person("cem")
	err := h.store.InTx(context.Background(), func(ctx context.Context, tx *db.Store) error { return h.r.GoOnWithout(ctx, tx, cem, g, "far.test") })
	if got := refusal(err); got != "not-facilitator" || len(h.open(g)) != 1 {
		t.Errorf("refused with %q, %d open", got, len(h.open(g)))
	}
	for range 2 { // the second finds nothing
		h.do(func(ctx context.Context, tx *db.Store) error { return h.r.GoOnWithout(ctx, tx, h.ana, g, "far.test") })
	}
	log, err := h.store.ModerationLog(context.Background(), g.ActorID, 0, 10)
	if err != nil || len(log) != 1 || log[0].Act != "go-without" || log[0].Reason != "far.test" || len(h.open(g)) != 0 {
		t.Errorf("log %+v, %v; %d open", log, err, len(h.open(g)))
	}
}
