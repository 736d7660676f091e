package queue

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

// The clock of Redis may leap; the processes and the database keep theirs.
const leapOn = 400 * 24 * time.Hour

// eachLeaping runs a test on the queues that go by the clock of Redis.
func eachLeaping(t *testing.T, test func(t *testing.T, q *rig)) {
	t.Helper()
	rigs := map[string]func(t *testing.T) *rig{"miniredis": miniRig}
	if os.Getenv("COPSE_TEST_REDIS") != "" {
		rigs["redis"] = redisRig
	}
	for name, build := range rigs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := build(t)
			if err := q.Rebuild(t.Context(), func(context.Context, Adder) error { return nil }); err != nil {
				t.Fatal(err)
			}
			test(t, q)
		})
	}
}

// A wait lasts as long as it was meant to, by whichever clock it was begun.
func TestF14_waitsOfALeaptClock(t *testing.T) {
	t.Parallel()
	eachLeaping(t, func(t *testing.T, q *rig) {
		q.enqueue(t, append(one("a.test", 1), one("b.test", 2)...)...)
		for _, turn := range q.claim(t, "a.test", "b.test") {
			q.release(t, turn.Lease, time.Minute)
		}
		q.pass(-2 * time.Hour)
		q.claim(t)
		q.pass(59 * time.Second)
		q.claim(t)
		q.pass(2 * time.Second)
		for _, turn := range q.claim(t, "a.test", "b.test") {
			q.release(t, turn.Lease, 0)
		}
		q.pass(leapOn)
		q.release(t, q.claim(t, "a.test", "b.test")["a.test"].Lease, time.Minute)
		q.pass(-leapOn)
		q.claim(t)
		q.enqueue(t, one("a.test", 3)...) // a fresh delivery ends no wait
		q.pass(61 * time.Second)
		wantIDs(t, q.claim(t, "a.test", "b.test")["a.test"].Batch.IDs, 1, 3) // who had b.test is gone since
	})
}

// Who is at work stays the owner when the clock is set back, and is not owner for a year.
func TestF14_leasesOfALeaptClock(t *testing.T) {
	t.Parallel()
	eachLeaping(t, func(t *testing.T, q *rig) {
		q.enqueue(t, one("a.test", 1, 2)...)
		q.pass(leapOn)
		lease := q.claim(t, "a.test")["a.test"].Lease
		q.pass(-leapOn)
		q.claim(t)
		q.pass(29 * time.Second)
		q.claim(t)
		q.pass(2 * time.Second)
		wantIDs(t, q.claim(t, "a.test")["a.test"].Batch.IDs, 1, 2)
		if _, err := q.Step(t.Context(), lease, Settled{}, 1); !errors.Is(err, ErrFenced) {
			t.Errorf("step of the old owner: %v, want ErrFenced", err)
		}
	})
}

// A few milliseconds back, as a daemon that keeps the time may set a clock, change nothing.
func TestF14_smallStepsBack(t *testing.T) {
	t.Parallel()
	eachLeaping(t, func(t *testing.T, q *rig) {
		q.enqueue(t, one("a.test", 1)...)
		q.release(t, q.claim(t, "a.test")["a.test"].Lease, time.Minute)
		q.pass(-time.Second)
		q.claim(t)
		q.pass(59 * time.Second)
		q.claim(t)
		q.pass(3 * time.Second)
		q.claim(t, "a.test")
	})
}

// A builder that died while the clock ran ahead holds nobody up after its return.
func TestF14_builderOfALeaptClock(t *testing.T) {
	t.Parallel()
	eachLeaping(t, func(t *testing.T, q *rig) {
		died := errors.New("died")
		q.lose()
		q.pass(leapOn)
		if err := q.Rebuild(t.Context(), func(context.Context, Adder) error { return died }); !errors.Is(err, died) {
			t.Fatalf("first rebuild: %v", err)
		}
		q.pass(-leapOn)
		q.Queue.(*Redis).me = "another process"
		if err := q.Rebuild(t.Context(), func(ctx context.Context, add Adder) error { return add(ctx, one("a.test", 1)) }); err != nil {
			t.Fatal(err)
		}
		q.claim(t, "a.test")
	})
}
