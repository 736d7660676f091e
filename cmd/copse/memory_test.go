package main

import (
	"testing"
	"testing/quick"
)

func TestMemoryBound(t *testing.T) {
	t.Parallel()
	for live, want := range map[uint64]int64{0: 96 << 20, 30 << 20: 96 << 20, 60 << 20: 144 << 20, 1 << 30: 2<<30 + 24<<20} {
		if got := memoryBound(live); got != want {
			t.Errorf("memoryBound(%d MiB) = %d MiB, want %d", live>>20, got>>20, want>>20)
		}
	}
	rests := func(live uint64) bool { return memoryBound(live) >= int64(min(live, 1<<50))*2 }
	if err := quick.Check(rests, nil); err != nil {
		t.Errorf("the collector would never rest: %v", err)
	}
}
