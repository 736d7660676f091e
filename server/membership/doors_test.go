package membership_test

import (
	"context"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/membership"
)

// twins are two accounts of one person on other servers, each naming the other.
func (h *home) twins() (carla, again *db.Actor) {
	h.t.Helper()
	carla, again = h.remote(db.ActorPerson, "carla", "b.example", "copse"), h.remote(db.ActorPerson, "carla", "social.example", "mastodon")
	carla.AlsoKnownAs, again.AlsoKnownAs = again.URI, carla.URI
	h.ok(h.s.UpsertRemoteActor(h.ctx, carla))
	h.ok(h.s.UpsertRemoteActor(h.ctx, again))
	return carla, again
}

func (h *home) wishes(who *db.Actor, g *db.Group, door string) {
	h.t.Helper()
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Ask(ctx, tx, who, g, membership.Wish{
			Link: "I look after pumps in the north.", Introduction: "Hello from the north.", Commits: true, Door: door, URI: who.URI + "#join",
		})
	})
}

func (h *home) members(g *db.Group) int64 {
	h.t.Helper()
	now, err := h.s.GroupByID(h.ctx, g.ActorID)
	h.ok(err)
	return now.MembersCount
}

// One person, two accounts, one membership, before anybody opened a door in any settings; and to
// leave by one account is to leave.
func TestAsk_twoAccountsOneMembership(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", db.OpennessOpen, h.person("amina"))
	before := h.members(g)
	carla, again := h.twins()
	h.wishes(carla, g, "peer")
	h.wishes(again, g, "client")
	if got := h.members(g); got != before+1 || h.status(again, g) != db.MemberNewcomer {
		t.Errorf("%d members after %d; by the second account %q", got, before, h.status(again, g))
	}
	h.take(h.com.TakeLeave, again, `{"id":"https://social.example/leave","type":"Leave","actor":"`+again.URI+`","object":"`+g.Actor.URI+`"}`, "")
	if got := h.members(g); got != before || h.status(carla, g) != db.MemberAlumni {
		t.Errorf("after leaving by one: %d members, by the other %q", got, h.status(carla, g))
	}
}

// A request waits once, and the answer goes to the account that asked.
func TestAsk_twoAccountsOneRequest(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina := h.person("amina")
	g := h.group("water", db.OpennessRestricted, amina)
	carla, again := h.twins()
	h.wishes(carla, g, "peer")
	h.wishes(again, g, "client")
	list, err := h.s.Requests(h.ctx, g.ActorID, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d requests, %v", len(list), err)
	}
	h.refused("endorse-self", func(ctx context.Context, tx *db.Store) error {
		h.ok(tx.PutMembership(ctx, &db.Membership{GroupID: g.ActorID, ActorID: amina.ID, Status: db.MemberFull}))
		return h.r.Vouch(ctx, tx, amina, g, membership.Decision{Who: amina, Text: "Me."})
	})
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Accept(ctx, tx, amina, g, membership.Decision{Who: again})
	})
	sent := h.outbox("Accept")
	if len(sent) != 1 || h.status(carla, g) != db.MemberFull {
		t.Fatalf("%d answers; is %q", len(sent), h.status(carla, g))
	}
	to, _ := sent[0]["to"].([]any)
	join, _ := sent[0]["object"].(map[string]any)
	if join["id"] != again.URI+"#join" || len(to) != 1 || to[0] != again.URI {
		t.Errorf("the answer to %v goes to %v", join["id"], to)
	}
}

// Whoever follows by two accounts is there until both have gone; who is sent away goes by both.
func TestFollow_twoAccounts(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", db.OpennessRestricted, h.person("amina"))
	carla, again := h.twins()
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.TakeNames(ctx, tx, again.URI) })
	h.do(func(ctx context.Context, tx *db.Store) error {
		for _, a := range []*db.Actor{carla, again} {
			f := &db.Follow{URI: a.URI + "#follow", FollowerID: a.ID, FolloweeID: g.ActorID, State: db.FollowAccepted}
			if err := tx.PutFollow(ctx, f, a); err != nil {
				return err
			}
		}
		return tx.PutMembership(ctx, &db.Membership{GroupID: g.ActorID, ActorID: carla.ID, Status: db.MemberFull})
	})
	h.take(h.com.TakeUndoFollow, again, `{"id":"https://social.example/undo","type":"Undo","actor":"`+again.URI+`","object":{"id":"`+again.URI+
		`#follow","type":"Follow","actor":"`+again.URI+`","object":"`+g.Actor.URI+`"}}`, "")
	if got := h.status(carla, g); got != db.MemberFull {
		t.Errorf("after one account has gone the membership is %q", got)
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		if err := tx.PutFollow(ctx, &db.Follow{URI: again.URI + "#2", FollowerID: again.ID, FolloweeID: g.ActorID, State: db.FollowAccepted}, again); err != nil {
			return err
		}
		f, err := tx.FollowBetween(ctx, carla.ID, g.ActorID)
		if err != nil {
			return err
		}
		return h.com.SendAway(ctx, tx, g, carla, f)
	})
	f, err := h.s.FollowBetween(h.ctx, again.ID, g.ActorID)
	if err != nil || f.State != db.FollowRejected || h.status(again, g) != db.MemberRemoved {
		t.Errorf("the other account still follows: %+v, %v, %q", f, err, h.status(again, g))
	}
}

// An opened door is told to others as alsoKnownAs, and no longer when it is closed.
func TestOpenDoor_isSaidToOthers(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, farid := h.person("ana"), h.remote(db.ActorPerson, "farid", "social.example", "mastodon")
	farid.AlsoKnownAs = ana.URI
	h.ok(h.s.UpsertRemoteActor(h.ctx, farid))
	said := func() string {
		a, err := h.s.ActorByID(h.ctx, ana.ID)
		h.ok(err)
		return a.AlsoKnownAs
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.OpenDoor(ctx, tx, ana, farid) })
	if said() != farid.URI {
		t.Errorf("she says %q", said())
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.CloseDoor(ctx, tx, ana, farid) })
	if said() != "" {
		t.Errorf("she still says %q", said())
	}
}
