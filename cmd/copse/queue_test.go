package main

import (
	"context"
	"testing"
	"time"

	"github.com/copse-social/copse/cmd/copse/outgoing"
	"github.com/copse-social/copse/federation/fedtest"
)

// What an admin does on the command line reaches a server that runs: it looks into the database.
func TestQueue_steersARunningServer(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	var offset time.Duration
	net := &fedtest.Network{Now: func() time.Time { return time.Now().Add(offset) }}
	alpha, beta := newInstance(t, net, "alpha.example"), newInstance(t, net, "beta.example")
	s := &story{t: t, net: net, sites: map[string]*site{"alpha.example": alpha, "beta.example": beta}, posts: map[string]string{}}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.opens("water@alpha.example", nil))
	must(s.as("ana@beta.example", "follow", []string{"water@alpha.example"}))
	settle(t, alpha, beta)
	net.Down("beta.example")
	must(s.as("faci@alpha.example", "start", []string{"water@alpha.example", "pump", "Pump runs dry", "Since Monday."}))
	settle(t, alpha)

	desk := &outgoing.Desk{Store: alpha.store, Base: "https://alpha.example"}
	state := func() outgoing.Host {
		t.Helper()
		p, err := desk.Show(ctx, s.posts["pump"])
		must(err)
		if len(p.Hosts) != 1 {
			t.Fatalf("hosts %+v, want beta alone", p.Hosts)
		}
		return p.Hosts[0]
	}
	if h := state(); h.Host != "beta.example" || h.State != "waits" || h.Why != "the host does not answer" || h.NextTry == nil || h.Followers != 1 {
		t.Errorf("while beta is away: %+v", h)
	}
	net.Up("beta.example")
	settle(t, alpha, beta)
	if h := state(); h.State != "waits" {
		t.Errorf("before its time: %+v", h)
	}
	act := func(name string) {
		t.Helper()
		c, err := desk.Weigh(ctx, name, "beta.example")
		must(err)
		must(desk.Do(ctx, c))
		settle(t, alpha, beta)
	}
	act(outgoing.Pause)
	act(outgoing.Retry)
	if h := state(); h.State != "waits" || h.Why != "paused by an admin" {
		t.Errorf("paused: %+v", h)
	}
	act(outgoing.Resume)
	if h := state(); h.State != "has it" || h.Ended == nil {
		t.Errorf("resumed: %+v", h)
	}
	log, err := alpha.store.AuditLog(ctx, 0, 10)
	if err != nil || len(log) < 3 || log[0].Act != "resume-host" || log[2].Act != "pause-host" || log[0].Reason != "beta.example" {
		t.Errorf("audit log %+v, %v", log, err)
	}
}
