package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

const (
	// garbage is how much may lie about, in percent of what is in use, before it is collected. Half as
	// much work for the collector takes a fifth off the time of a page; docs/performance.md has the
	// figures. GOGC in the environment wins.
	garbage = 200
	// roomy is what the process may take of the system before it is collected sooner than that.
	roomy = 96 << 20
	// memoryLook is how often what is in use is looked at.
	memoryLook = 2 * time.Second
)

// keepMemory sets how the collector works, and until ctx ends fits the bound to what is in use. The
// returned function waits for its end. GOGC and GOMEMLIMIT in the environment win.
func keepMemory(ctx context.Context) (wait func()) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	var looking sync.WaitGroup
	if os.Getenv("GOMEMLIMIT") == "" {
		looking.Go(func() { boundMemory(ctx) })
	}
	return looking.Wait
}

func boundMemory(ctx context.Context) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	tick := time.NewTicker(memoryLook)
	defer tick.Stop()
	for {
		metrics.Read(live)
		debug.SetMemoryLimit(memoryBound(live[0].Value.Uint64()))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// memoryBound is how much the process may take while live bytes are in use: a small instance lets
// what lies about grow to garbage, a burst does not double what it holds thrice, and what is in use
// always has as much again beside it, or the collector would never rest.
func memoryBound(live uint64) int64 {
	return max(roomy, int64(min(live, 1<<50))*2+roomy/4)
}
