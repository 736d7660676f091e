package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// site is a whole instance under test: everything that serve starts, stepped by hand, in a network
// in memory.
type site struct {
	*instance
	t    testing.TB
	host string
}

// newInstance builds an instance at host, on a database of its own, that net leads to.
func newInstance(t testing.TB, net *fedtest.Network, host string) *site {
	t.Helper()
	at := dbtest.Options(t)
	cfg, err := config.Load([]string{"url=https://" + host, "data=" + at.Data, "trusted_proxies="}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	cfg.DatabaseURL = at.URL
	i, err := openInstance(context.Background(), cfg, overrides{Transport: net, Now: net.Now, Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := i.Close(); err != nil {
			t.Errorf("close %s: %v", host, err)
		}
	})
	net.Handle(host, i.handler)
	return &site{instance: i, t: t, host: host}
}

// testLog is silent unless COPSE_TEST_LOG is set.
func testLog(testing.TB) *slog.Logger {
	if os.Getenv("COPSE_TEST_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// settle steps every worker of the instances until nothing moves.
func settle(t testing.TB, sites ...*site) {
	t.Helper()
	for range 500 {
		moved := false
		for _, s := range sites {
			for _, step := range []func(context.Context) (bool, error){s.inbox.Step, s.deliverer.Step, s.historian.Step, s.roster.Step, s.porter.Step} {
				worked, err := step(context.Background())
				if err != nil {
					t.Fatalf("step a worker of %s: %v", s.host, err)
				}
				moved = moved || worked
			}
		}
		if !moved {
			return
		}
	}
	t.Fatal("the instances do not settle: something goes round in circles")
}

// person finds one of ours, or makes them.
func (s *site) person(handle string) (*db.Actor, error) {
	ctx := context.Background()
	a, err := s.store.LocalActor(ctx, handle)
	if !errors.Is(err, db.ErrNotFound) {
		return a, err
	}
	err = s.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		account, err := s.community.CreatePerson(ctx, tx, community.NewPerson{
			Handle: handle, Name: strings.ToUpper(handle[:1]) + handle[1:], Email: handle + "@mail.example",
		})
		if err == nil {
			a = account.Actor
		}
		return err
	})
	return a, err
}

// group opens a community whose facilitator is called faci.
func (s *site) group(handle string, change ...func(*community.NewGroup)) *db.Group {
	s.t.Helper()
	faci, err := s.person("faci")
	if err != nil {
		s.t.Fatal(err)
	}
	n := community.NewGroup{Handle: handle, Name: strings.ToUpper(handle[:1]) + handle[1:], Facilitator: faci}
	for _, c := range change {
		c(&n)
	}
	g, err := s.createGroup(context.Background(), n)
	if err != nil {
		s.t.Fatal(err)
	}
	return g
}

// act runs a rule in the name of one of ours.
func (s *site) act(who string, do func(ctx context.Context, tx *db.Store, who *db.Actor) error) error {
	a, err := s.person(who)
	if err != nil {
		return err
	}
	return s.store.InTx(context.Background(), func(ctx context.Context, tx *db.Store) error { return do(ctx, tx, a) })
}

// follow lets one of ours follow whoever is called handle, anywhere.
func (s *site) follow(who, handle string) error {
	whom, err := s.resolver.Handle(context.Background(), handle)
	if err != nil {
		return err
	}
	return s.act(who, func(ctx context.Context, tx *db.Store, a *db.Actor) error {
		_, err := s.community.Follow(ctx, tx, a, whom)
		return err
	})
}

// hasFollower says whether somebody's follow of a group of ours is accepted.
func (s *site) hasFollower(group, who string) bool {
	ctx := context.Background()
	g, err := s.store.LocalActor(ctx, group)
	if err != nil {
		return false
	}
	name, host, _ := strings.Cut(who, "@")
	a, err := s.store.ActorByHandle(ctx, name, host)
	if err != nil {
		return false
	}
	f, err := s.store.FollowBetween(ctx, a.ID, g.ID)
	return err == nil && f.State == db.FollowAccepted
}

// say lets one of ours start a discussion, or answer where the draft has a parent.
func (s *site) say(who string, d exchange.Draft) (p *db.Post, err error) {
	d.Mentions, d.Door = s.mentioned(context.Background(), d.Source), "web"
	err = s.act(who, func(ctx context.Context, tx *db.Store, a *db.Actor) (err error) {
		if d.Author = a; d.Parent != nil {
			p, err = s.exchange.Reply(ctx, tx, &d)
			return err
		}
		p, err = s.exchange.Start(ctx, tx, &d)
		return err
	})
	return p, err
}

func TestInstance_followByHandle(t *testing.T) {
	t.Parallel()
	net := &fedtest.Network{}
	alpha, beta := newInstance(t, net, "alpha.example"), newInstance(t, net, "beta.example")
	alpha.group("water")
	if err := beta.follow("ana", "water@alpha.example"); err != nil {
		t.Fatal(err)
	}
	settle(t, alpha, beta)
	if !alpha.hasFollower("water", "ana@beta.example") {
		t.Error("ana does not follow water")
	}
}
