package main

import (
	"context"
	"testing"
	"time"

	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/exchange"
)

// historyOf prepares a group with one discussion on alpha that ana follows from beta, before any
// worker of beta has moved.
func historyOf(t *testing.T) (net *fedtest.Network, move func(time.Duration), beta *site, starter string) {
	t.Helper()
	var offset time.Duration
	net = &fedtest.Network{Now: func() time.Time { return time.Now().Add(offset) }}
	alpha := newInstance(t, net, "alpha.example")
	beta = newInstance(t, net, "beta.example")
	g := alpha.group("water")
	p, err := alpha.say("faci", exchange.Draft{Group: g, Title: "Pump runs dry", Source: "Since Monday."})
	if err != nil {
		t.Fatal(err)
	}
	if err := beta.follow("ana", "water@alpha.example"); err != nil {
		t.Fatal(err)
	}
	return net, func(d time.Duration) { offset += d }, beta, p.URI
}

func (s *site) knows(uri string) bool {
	_, err := s.store.PostByURI(context.Background(), uri)
	return err == nil
}

func TestHistorian_readsOnce(t *testing.T) {
	t.Parallel()
	net, _, beta, starter := historyOf(t)
	if worked, err := beta.historian.Step(t.Context()); err != nil || !worked {
		t.Fatalf("first step: %v, %v", worked, err)
	}
	if !beta.knows(starter) {
		t.Error("the discussion is not there")
	}
	asked := net.Asked("alpha.example")
	if worked, err := beta.historian.Step(t.Context()); err != nil || worked {
		t.Errorf("second step: %v, %v", worked, err)
	}
	if now := net.Asked("alpha.example"); now != asked {
		t.Errorf("%d more requests for nothing", now-asked)
	}
}

func TestHistorian_triesAgainLater(t *testing.T) {
	t.Parallel()
	net, move, beta, starter := historyOf(t)
	net.Down("alpha.example")
	if _, err := beta.historian.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	net.Up("alpha.example")
	if worked, err := beta.historian.Step(t.Context()); err != nil || worked {
		t.Errorf("tried again at once: %v, %v", worked, err)
	}
	move(historyRetry + time.Second)
	if worked, err := beta.historian.Step(t.Context()); err != nil || !worked || !beta.knows(starter) {
		t.Errorf("after the wait: %v, %v; the discussion is there: %v", worked, err, beta.knows(starter))
	}
}

func TestHistorian_isWoken(t *testing.T) {
	t.Parallel()
	_, _, beta, starter := historyOf(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- beta.historian.Run(ctx) }()
	beta.historian.Nudge(1)
	beta.historian.Nudge(1) // never blocks
	within(t, "history", func() bool { return beta.knows(starter) })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
