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

// harmer makes the harms that a soak chooses from.
type harmer struct{ *rig.Rig }

// harmsOf lists what the soak chooses from: short forms of F1 to F12.
func harmsOf(r *rig.Rig, worker *rig.Process) []harm {
	h := harmer{r}
	return append(h.ofServices(worker),
		h.mode("hosts refuse", rig.Mode{Refuse: true}), h.mode("hosts are silent", rig.Mode{Drop: true}),
		h.mode("slow hosts", rig.Mode{SlowWrite: true}), h.mode("resets", rig.Mode{ResetAfter: 300}),
		h.mode("no HTTP", rig.Mode{Garbage: true}), h.mode("endless headers", rig.Mode{EndlessHeaders: true}),
		h.mode("far hosts", rig.Mode{Latency: 300 * time.Millisecond}),
		h.papers(rig.Expired), h.papers(rig.OtherName), h.papers(rig.UnknownAuthority),
		h.answer("500", http.StatusInternalServerError), h.answer("429", http.StatusTooManyRequests),
	)
}

// ofServices are the harms to what Copse itself runs on.
func (h harmer) ofServices(worker *rig.Process) []harm {
	return []harm{
		{"kill of a worker", func(ctx context.Context) error {
			worker.Kill()
			rig.Pause(ctx, h.spell())
			return worker.Restart(ctx)
		}},
		{"empty Redis", h.Redis.Flush},
		{"Redis away", func(ctx context.Context) error {
			h.Redis.Kill()
			rig.Pause(ctx, h.spell())
			return h.Redis.Start(ctx)
		}},
		{"Redis frozen", func(ctx context.Context) error {
			if err := h.Redis.Freeze(); err != nil {
				return err
			}
			rig.Pause(ctx, h.spell())
			return h.Redis.Thaw()
		}},
		{"PostgreSQL restarts", func(ctx context.Context) error {
			if err := h.Postgres.Stop(ctx, "fast"); err != nil {
				return err
			}
			return h.Postgres.Start(ctx)
		}},
		{"PostgreSQL killed", func(ctx context.Context) error {
			if err := h.Postgres.Kill(ctx); err != nil {
				return err
			}
			return h.Postgres.Start(ctx)
		}},
	}
}

// spell is how long a harm lasts.
func (h harmer) spell() time.Duration {
	if h.Short {
		return 300 * time.Millisecond
	}
	return time.Second + time.Duration(h.Rand.IntN(8000))*time.Millisecond
}

// mode is a harm on the way to some of the peers.
func (h harmer) mode(name string, m rig.Mode) harm {
	return harm{name, func(ctx context.Context) error {
		ill := someOf(h.Rig)
		for _, p := range ill {
			p.Proxy.Set(m)
		}
		rig.Pause(ctx, h.spell())
		for _, p := range ill {
			p.Proxy.Set(rig.Mode{})
		}
		return nil
	}}
}

// papers is a harm where some of the peers that speak https cannot prove who they are.
func (h harmer) papers(papers rig.Papers) harm {
	return harm{string(papers), func(ctx context.Context) error {
		ill := h.Peers[:1+h.Rand.IntN(h.Secure)]
		for _, p := range ill {
			p.Show(papers)
		}
		rig.Pause(ctx, h.spell())
		for _, p := range ill {
			p.Show(rig.Sound)
		}
		return nil
	}}
}

// answer is a harm where some of the peers answer nothing but status.
func (h harmer) answer(name string, status int) harm {
	return harm{name, func(ctx context.Context) error {
		ill := someOf(h.Rig)
		for _, p := range ill {
			p.Behave(func(_ rig.Entry, header http.Header) int { header.Set("Retry-After", "2"); return status })
		}
		rig.Pause(ctx, h.spell())
		for _, p := range ill {
			p.Behave(nil)
		}
		return nil
	}}
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
