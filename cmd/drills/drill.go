package main

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// drill is one way to break Copse.
type drill struct {
	id, title string
	// needs is the laboratory; its engine is that of the drill, and only where anyEngine is set may
	// the command line choose another.
	needs     rig.Options
	anyEngine bool
	// apart is a drill that runs only when it is named, such as the soak.
	apart bool
	do    func(ctx context.Context, r *rig.Rig) (*rig.Report, error)
}

// drillTable lists the drills; the numbers are those of docs/reliability.md.
func drillTable() []drill {
	both := rig.Options{Engine: rig.Postgres, Redis: true}
	all := rig.Options{Engine: rig.Postgres, Redis: true, Secure: 6}
	leaping := rig.Options{Engine: rig.Postgres, Redis: true, RedisLeaps: true}
	return []drill{
		{id: "F1", title: "SIGKILL at random and at named points", anyEngine: true, do: kills},
		{id: "F2", title: "SIGKILL of one of two workers", needs: both, do: workerKill},
		{id: "F3", title: "FLUSHALL under load", needs: both, anyEngine: true, do: flushes},
		{id: "F4", title: "Redis killed, then away", needs: both, anyEngine: true, do: redisAway},
		{id: "F5", title: "Redis frozen (SIGSTOP)", needs: both, do: redisFrozen},
		{id: "F6", title: "PostgreSQL restarted, crashed, killed", needs: rig.Options{Engine: rig.Postgres}, do: databaseRestarts},
		{id: "F7", title: "PostgreSQL read-only, then out of connections", needs: rig.Options{Engine: rig.Postgres}, do: databaseRefuses},
		{id: "F8", title: "half of the hosts away for ten days", anyEngine: true, do: partition},
		{id: "F9", title: "three hosts in ten at one byte a second", anyEngine: true, do: slow},
		{id: "F10", title: "500 always, and 500 for one discussion", anyEngine: true, do: sick},
		{id: "F11", title: "410, 404, 401, 403, 429 with Retry-After", anyEngine: true, do: refuse},
		{id: "F12", title: "no HTTP, endless headers, 10 MiB, resets; TLS expired, for another name, unknown, broken, silent", needs: rig.Options{Secure: 6}, anyEngine: true, do: garbage},
		{id: "F13", title: "disk full", needs: rig.Options{DataSize: 24}, do: diskFull},
		{id: "F14", title: "clock 2 h on, 2 h back, 400 days on; that of Redis too", needs: leaping, anyEngine: true, do: leaps},
		{id: "F17", title: "SIGTERM under load, one process after the other", needs: both, do: stops},
		{id: "F19", title: "a million deliveries wait", needs: both, do: mass},
		{id: "F19", title: "a million deliveries wait, SQLite", do: mass},
		{id: "F21", title: "everything, by chance", needs: all, apart: true, do: soak},
	}
}

// number is what the id counts, for their order: F2 before F10.
func (d drill) number() int {
	n, _ := strconv.Atoi(strings.TrimPrefix(d.id, "F"))
	return n
}

// perform builds the laboratory, runs the drill in it and tears it down.
func (d drill) perform(ctx context.Context, o rig.Options) (p *rig.Report, err error) {
	began := time.Now()
	needs := d.needs
	needs.Bin, needs.Seed, needs.Short, needs.Keep = o.Bin, o.Seed, o.Short, o.Keep
	needs.Span = o.Span
	if d.anyEngine {
		needs.Engine = cmp.Or(o.Engine, needs.Engine)
	}
	r, err := rig.New(ctx, needs)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	p, err = d.do(ctx, r)
	if p != nil {
		p.Drill, p.Fault, p.Took = d.id, cmp.Or(p.Fault, d.title), time.Since(began)
	}
	return p, err
}
