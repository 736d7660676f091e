package fetch

import (
	"context"
	"errors"
	"sync"
)

// flights makes equal fetches that run at the same moment one (T11: requests of
// one actor wait together for its key). The first caller does the work on its
// own goroutine, so nothing outlives its callers.
type flights struct {
	mu      sync.Mutex
	running map[string]*flight
}

type flight struct {
	done chan struct{}
	doc  *Document
	err  error
}

// do runs work, or waits for the same work under way. What ended only because
// of another caller's patience or budget is tried again with one's own.
func (f *flights) do(ctx context.Context, key string, work func() (*Document, error)) (*Document, error) {
	for {
		f.mu.Lock()
		other, found := f.running[key]
		if !found {
			mine := &flight{done: make(chan struct{})}
			f.running[key] = mine
			f.mu.Unlock()
			return f.lead(key, mine, work)
		}
		f.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-other.done:
		}
		if !personal(other.err) {
			return other.doc, other.err
		}
	}
}

// lead frees the key even when work panics, so that nobody waits for ever.
func (f *flights) lead(key string, mine *flight, work func() (*Document, error)) (*Document, error) {
	mine.err = context.Canceled
	defer func() {
		f.mu.Lock()
		delete(f.running, key)
		f.mu.Unlock()
		close(mine.done)
	}()
	mine.doc, mine.err = work()
	return mine.doc, mine.err
}

// personal errors say something about the caller, not about the URL.
func personal(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrBudget)
}
