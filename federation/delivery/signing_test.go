package delivery

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Inbound work goes first: while it waits, signing takes a quarter of the cores, and goes on.
func TestSigning_takesItsShare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		cores int
		busy  bool
		most  int           // at once
		least time.Duration // for 100 signatures of 1 ms
	}{
		{"one core", 1, false, 1, 100 * time.Millisecond},
		{"one busy core", 1, true, 1, 397 * time.Millisecond},
		{"two cores", 2, false, 2, 50 * time.Millisecond},
		{"two busy cores", 2, true, 1, 199 * time.Millisecond},
		{"four busy cores", 4, true, 1, 100 * time.Millisecond},
		{"eight busy cores", 8, true, 2, 50 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSigning(c.cores, func() bool { return c.busy })
				var now, most atomic.Int64
				var all sync.WaitGroup
				start := time.Now()
				for range 100 {
					all.Go(func() {
						err := s.do(func() error {
							if n := now.Add(1); n > most.Load() {
								most.Store(n)
							}
							<-time.After(time.Millisecond) // by the clock of the bubble
							now.Add(-1)
							return nil
						})
						if err != nil {
							t.Error(err)
						}
					})
				}
				all.Wait()
				took := time.Since(start)
				if most.Load() != int64(c.most) {
					t.Errorf("%d at once, want %d", most.Load(), c.most)
				}
				if took < c.least || took > c.least+5*time.Millisecond {
					t.Errorf("100 took %v, want some %v", took, c.least)
				}
			})
		})
	}
}

// A backlog that ends lets signing have all cores again at once.
func TestSigning_endOfTheBacklog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var busy atomic.Bool
		busy.Store(true)
		s := newSigning(1, busy.Load)
		start := time.Now()
		_ = s.do(func() error { <-time.After(time.Second); busy.Store(false); return nil })
		_ = s.do(func() error { <-time.After(time.Second); return nil })
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("took %v, want no rest after the backlog", took)
		}
	})
}
