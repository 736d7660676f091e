package queue

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// worker walks a queue to its end as Deliverer does, knowing what still waits, while something goes
// wrong before or in one of its calls.
type worker struct {
	*rig
	t       *testing.T
	waits   map[int64]string // host of each id that is not settled; the truth
	settled map[int64]int
	calls   int
	at      int                                      // the call at which the fault strikes
	fault   func(w *worker, call func() error) error // makes the call, or not
}

// faults are what may happen around any call.
var faults = map[string]func(w *worker, call func() error) error{
	"emptied before": func(w *worker, call func() error) error {
		if w.lose != nil {
			w.lose()
		}
		return call()
	},
	"emptied after": func(w *worker, call func() error) error {
		err := call()
		if w.lose != nil {
			w.lose()
		}
		return err
	},
	"repeated":       func(_ *worker, call func() error) error { return errors.Join(call(), lost(call())) },
	"answer lost":    func(_ *worker, call func() error) error { return errors.Join(call(), errLost) },
	"never arrived":  func(*worker, func() error) error { return errLost },
	"lease runs out": func(w *worker, call func() error) error { w.pass(LeaseTime + time.Second); return call() },
	"clock leaps":    func(w *worker, call func() error) error { w.pass(2 * time.Hour); return call() },
	"clock leaps back": func(w *worker, call func() error) error {
		w.pass(-2 * time.Hour)
		return call()
	},
}

var errLost = errors.New("no answer")

// do makes a call, with the fault where it is its turn; it answers false where the call failed.
func (w *worker) do(call func() error) bool {
	w.t.Helper()
	var err error
	if w.calls++; w.calls == w.at {
		err = w.fault(w, call)
	} else {
		err = call()
	}
	switch {
	case err == nil:
		return true
	case errors.Is(err, ErrRebuild):
		if err := w.Rebuild(w.t.Context(), func(ctx context.Context, add Adder) error { return add(ctx, w.truth()) }); err != nil {
			w.t.Fatal(err)
		}
	case !errors.Is(err, ErrFenced) && !errors.Is(err, errLost):
		w.t.Fatal(err)
	}
	return false
}

func (w *worker) truth() []Entry {
	var list []Entry
	for id, host := range w.waits {
		list = append(list, Entry{Host: host, ID: id})
	}
	return list
}

// visit settles what a host has, in the order shown, two at a time.
func (w *worker) visit(turn Turn) {
	ctx := w.t.Context()
	for b := turn.Batch; len(b.IDs) > 0; {
		var s Settled
		last := int64(0)
		for _, id := range b.IDs {
			if id <= last {
				w.t.Errorf("%d was shown after %d", id, last)
			}
			last = id
			if host, waits := w.waits[id]; waits {
				if host != turn.Lease.Host {
					w.t.Errorf("%d was shown for %s", id, turn.Lease.Host)
				}
				w.settled[id]++
				delete(w.waits, id) // written before it is settled
			}
			s.Done = append(s.Done, id)
		}
		if len(w.waits)%3 == 0 { // some visits end early
			w.do(func() error { return w.Release(ctx, turn.Lease, s, 0) })
			return
		}
		if !w.do(func() (err error) { b, err = w.Step(ctx, turn.Lease, s, 2); return err }) {
			w.do(func() error { return w.Release(ctx, turn.Lease, s, 0) })
			return
		}
	}
}

// run works until all is settled. When nothing comes it lets time pass and sweeps, as Deliverer
// does each minute.
func (w *worker) run() {
	ctx := w.t.Context()
	w.do(func() error { return w.Enqueue(ctx, w.truth()) })
	for round := 0; len(w.waits) > 0; round++ {
		if round > 30 {
			w.t.Fatalf("%d are never shown", len(w.waits))
		}
		var turns []Turn
		if !w.do(func() (err error) { turns, err = w.Claim(ctx, 2, 2); return err }) {
			continue
		}
		for _, turn := range turns {
			w.visit(turn)
		}
		if len(turns) == 0 {
			w.pass(LeaseTime + time.Second)
			w.do(func() error { return w.Enqueue(ctx, w.truth()) })
			w.do(func() error { return w.Wake(ctx, []string{"a.test", "b.test", "c.test"}) })
		}
	}
}

// Whatever goes wrong around whichever call, everything is shown, in order, and settled once.
func TestQueue_faults(t *testing.T) {
	t.Parallel()
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachQueue(t, func(t *testing.T, q *rig) {
				for at := range 9 {
					w := &worker{rig: q, t: t, at: at + 1, fault: fault, waits: make(map[int64]string), settled: make(map[int64]int)}
					for i := range 12 {
						w.waits[int64(100*at+i+1)] = []string{"a.test", "b.test", "c.test"}[i%3]
					}
					t.Run(fmt.Sprintf("call %d", at+1), func(t *testing.T) {
						w.t = t
						w.run()
						for id, n := range w.settled {
							if n != 1 {
								t.Errorf("%d was settled %d times", id, n)
							}
						}
						if len(w.settled) != 12 {
							t.Errorf("%d were settled, want 12", len(w.settled))
						}
					})
				}
			})
		})
	}
}
