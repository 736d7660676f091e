package main

import (
	"context"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// newCircle is a members-only community at alpha with members at beta (ana, ben) and gamma (carl).
func newCircle(t *testing.T) (alpha, beta, gamma *site, group *db.Group) {
	t.Helper()
	return newCircleIn(t, &fedtest.Network{})
}

func newCircleIn(t *testing.T, net *fedtest.Network) (alpha, beta, gamma *site, group *db.Group) {
	t.Helper()
	alpha, beta, gamma = newInstance(t, net, "alpha.example"), newInstance(t, net, "beta.example"), newInstance(t, net, "gamma.example")
	group = alpha.group("cold", func(n *community.NewGroup) { n.Openness = db.OpennessPrivate })
	for _, who := range []struct {
		at   *site
		name string
	}{{beta, "ana"}, {beta, "ben"}, {gamma, "carl"}} {
		if err := who.at.follow(who.name, "cold@alpha.example"); err != nil {
			t.Fatal(err)
		}
		settle(t, alpha, beta, gamma)
		err := alpha.act("faci", func(ctx context.Context, tx *db.Store, by *db.Actor) error {
			a, err := tx.ActorByHandle(ctx, who.name, who.at.host)
			if err != nil {
				return err
			}
			f, err := tx.FollowBetween(ctx, a.ID, group.ActorID)
			if err != nil {
				return err
			}
			return alpha.community.AcceptFollow(ctx, tx, by, f)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	settle(t, alpha, beta, gamma)
	return alpha, beta, gamma, group
}

// follows is the state of the follow of a community elsewhere by one of ours.
func (s *site) follows(who, group string) string {
	s.t.Helper()
	ctx := context.Background()
	a, err := s.person(who)
	if err != nil {
		s.t.Fatal(err)
	}
	g, err := s.resolver.Handle(ctx, group)
	if err != nil {
		s.t.Fatal(err)
	}
	f, err := s.store.FollowBetween(ctx, a.ID, g.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return f.State
}

// T46: a server that never heard of a removal hears of it with the next post to a member there, and
// drops who was removed before anything else happens (FEP-8fcf).
func TestT46_driftIsCorrected(t *testing.T) {
	t.Parallel()
	alpha, beta, gamma, g := newCircle(t)
	err := alpha.store.InTx(context.Background(), func(ctx context.Context, tx *db.Store) error { // and the Reject was lost
		ana, err := tx.ActorByHandle(ctx, "ana", "beta.example")
		if err != nil {
			return err
		}
		return tx.DeleteFollow(ctx, ana.ID, g.ActorID)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := alpha.say("faci", exchange.Draft{Group: g, Title: "Fridge", Source: "At 43 degrees."}); err != nil {
		t.Fatal(err)
	}
	settle(t, alpha, beta, gamma)
	for who, want := range map[string]string{"ana": db.FollowRejected, "ben": db.FollowAccepted} {
		if got := beta.follows(who, "cold@alpha.example"); got != want {
			t.Errorf("%s is %s at beta, want %s", who, got, want)
		}
	}
	if got := gamma.follows("carl", "cold@alpha.example"); got != db.FollowAccepted {
		t.Errorf("carl is %s at gamma", got)
	}
}

// T45: what a member wrote on their own server is read there by other members' servers, and by
// nobody else: the home of the community is asked about each reader (wire.md 6).
func TestT45_thirdHostReads(t *testing.T) {
	t.Parallel()
	net := &fedtest.Network{}
	alpha, beta, gamma, _ := newCircleIn(t, net)
	ctx := context.Background()
	g, err := beta.resolver.Handle(ctx, "cold@alpha.example")
	if err != nil {
		t.Fatal(err)
	}
	group, err := beta.store.GroupByID(ctx, g.ID)
	if err != nil {
		t.Fatal(err)
	}
	p, err := beta.say("ana", exchange.Draft{Group: group, Title: "Vents", Source: "Open them."})
	if err != nil {
		t.Fatal(err)
	}
	settle(t, alpha, beta, gamma)
	if _, err := gamma.fetch.Object(ctx, p.URI); err != nil {
		t.Errorf("a member's server is not let read: %v", err)
	}
	delta := newInstance(t, net, "delta.example")
	if _, err := delta.fetch.Object(ctx, p.URI); err == nil {
		t.Error("a stranger's server reads what is for members")
	}
}
