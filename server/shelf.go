package server

import (
	"context"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"
)

// keysAtOnce bounds the keys in memory; the least used give way (T53).
const keysAtOnce = 100_000

// slots is into how many parts a window is cut: what was done leaves it with an error of a sixtieth.
const slots = 60

// shelf counts in memory.
type shelf struct {
	now     func() time.Time
	windows *otter.Cache[string, *window]
	buckets *otter.Cache[string, *rate.Limiter]
}

func newShelf(now func() time.Time) *shelf {
	return &shelf{
		now: now,
		windows: otter.Must(&otter.Options[string, *window]{
			MaximumSize: keysAtOnce, ExpiryCalculator: otter.ExpiryAccessing[string, *window](2 * time.Hour),
		}),
		buckets: otter.Must(&otter.Options[string, *rate.Limiter]{
			MaximumSize: keysAtOnce, ExpiryCalculator: otter.ExpiryAccessing[string, *rate.Limiter](time.Hour),
		}),
	}
}

func (s *shelf) take(_ context.Context, key string, l Limit) (time.Duration, error) {
	if l.Burst > 0 {
		return s.draw(key, l), nil
	}
	return s.window(key).pass(s.now(), l, 1), nil
}

func (s *shelf) look(_ context.Context, key string, l Limit) (time.Duration, error) {
	w, ok := s.windows.GetIfPresent(key)
	if !ok {
		return 0, nil
	}
	return w.pass(s.now(), l, 0), nil
}

func (s *shelf) window(key string) *window {
	w, ok := s.windows.GetIfPresent(key)
	if !ok {
		w, _ = s.windows.SetIfAbsent(key, &window{from: s.now()})
	}
	return w
}

// draw takes one from a bucket.
func (s *shelf) draw(key string, l Limit) time.Duration {
	bucket, ok := s.buckets.GetIfPresent(key)
	if !ok {
		bucket, _ = s.buckets.SetIfAbsent(key, rate.NewLimiter(rate.Every(l.Per/time.Duration(l.N)), l.Burst))
	}
	now := s.now()
	r := bucket.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

// window slides over the acts under one key. Its slots begin with the first act, so that a burst
// leaves it exactly after Per.
type window struct {
	mu   sync.Mutex
	from time.Time
	last int // the newest slot that was looked at
	done [slots]uint16
	sum  int
}

// pass counts n acts, or says how long to wait until there is room for one.
func (w *window) pass(now time.Time, l Limit, n int) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	width := l.Per / slots
	at := max(int(now.Sub(w.from)/width), w.last) // a clock that steps back frees nothing
	for i := w.last + 1; i <= min(at, w.last+slots); i++ {
		w.sum -= int(w.done[i%slots])
		w.done[i%slots] = 0
	}
	w.last = at
	if w.sum+max(n, 1) > l.N {
		return max(w.frees(at, width).Sub(now), time.Millisecond)
	}
	w.done[at%slots] += uint16(n) //nolint:gosec // 0 or 1
	w.sum += n
	return 0
}

// frees is when the oldest act leaves the window.
func (w *window) frees(at int, width time.Duration) time.Time {
	for i := max(at-slots+1, 0); i <= at; i++ {
		if w.done[i%slots] > 0 {
			return w.from.Add(time.Duration(i+slots) * width)
		}
	}
	return w.from
}
