package main

import (
	"context"
	"net/http"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// harm is one thing that may happen on any day, and its end.
type harm struct {
	name string
	do   func(ctx context.Context) error
}

// harmsOf lists what the soak chooses from: short forms of F1 to F12.
func harmsOf(r *rig.Rig, worker *rig.Process) []harm {
	spell := func() time.Duration {
		if r.Short {
			return 300 * time.Millisecond
		}
		return time.Second + time.Duration(r.Rand.IntN(8000))*time.Millisecond
	}
	modes := func(name string, m rig.Mode) harm {
		return harm{name, func(ctx context.Context) error {
			ill := someOf(r)
			for _, p := range ill {
				p.Proxy.Set(m)
			}
			rig.Pause(ctx, spell())
			for _, p := range ill {
				p.Proxy.Set(rig.Mode{})
			}
			return nil
		}}
	}
	answers := func(name string, status int) harm {
		return harm{name, func(ctx context.Context) error {
			ill := someOf(r)
			for _, p := range ill {
				p.Behave(func(_ rig.Entry, h http.Header) int { h.Set("Retry-After", "2"); return status })
			}
			rig.Pause(ctx, spell())
			for _, p := range ill {
				p.Behave(nil)
			}
			return nil
		}}
	}
	return []harm{
		{"kill of a worker", func(ctx context.Context) error {
			worker.Kill()
			rig.Pause(ctx, spell())
			return worker.Restart(ctx)
		}},
		{"empty Redis", func(ctx context.Context) error { return r.Redis.Flush(ctx) }},
		{"Redis away", func(ctx context.Context) error {
			r.Redis.Kill()
			rig.Pause(ctx, spell())
			return r.Redis.Start(ctx)
		}},
		{"Redis frozen", func(ctx context.Context) error {
			if err := r.Redis.Freeze(); err != nil {
				return err
			}
			rig.Pause(ctx, spell())
			return r.Redis.Thaw()
		}},
		{"PostgreSQL restarts", func(ctx context.Context) error {
			if err := r.Postgres.Stop(ctx, "fast"); err != nil {
				return err
			}
			return r.Postgres.Start(ctx)
		}},
		modes("hosts refuse", rig.Mode{Refuse: true}), modes("hosts are silent", rig.Mode{Drop: true}),
		modes("slow hosts", rig.Mode{SlowWrite: true}), modes("resets", rig.Mode{ResetAfter: 300}),
		modes("no HTTP", rig.Mode{Garbage: true}), modes("endless headers", rig.Mode{EndlessHeaders: true}),
		modes("far hosts", rig.Mode{Latency: 300 * time.Millisecond}),
		answers("500", http.StatusInternalServerError), answers("429", http.StatusTooManyRequests),
	}
}

// someOf is about a third of the peers, by chance.
func someOf(r *rig.Rig) []*rig.Peer {
	var list []*rig.Peer
	for _, p := range r.Peers {
		if r.Rand.IntN(3) == 0 {
			list = append(list, p)
		}
	}
	return list
}
