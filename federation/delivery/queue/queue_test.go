package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (q *rig) enqueue(t *testing.T, list ...Entry) {
	t.Helper()
	if err := q.Enqueue(t.Context(), list); err != nil {
		t.Fatal(err)
	}
}

// claim expects turns of exactly these hosts, in any order, and returns them by host.
func (q *rig) claim(t *testing.T, hosts ...string) map[string]Turn {
	t.Helper()
	turns, err := q.Claim(t.Context(), 100, 10)
	if err != nil {
		t.Fatal(err)
	}
	got, byHost := []string{}, make(map[string]Turn)
	for _, turn := range turns {
		got = append(got, turn.Lease.Host)
		byHost[turn.Lease.Host] = turn
	}
	slices.Sort(got)
	slices.Sort(hosts)
	if !slices.Equal(got, hosts) {
		t.Fatalf("claimed %v, want %v", got, hosts)
	}
	return byHost
}

func (q *rig) step(t *testing.T, l Lease, s Settled) []int64 {
	t.Helper()
	b, err := q.Step(t.Context(), l, s, 10)
	if err != nil {
		t.Fatal(err)
	}
	return b.IDs
}

func (q *rig) release(t *testing.T, l Lease, wait time.Duration) {
	t.Helper()
	if err := q.Release(t.Context(), l, Settled{}, wait); err != nil {
		t.Fatal(err)
	}
}

func wantIDs(t *testing.T, got []int64, want ...int64) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ids differ (-want +got):\n%s", diff)
	}
}

func one(host string, ids ...int64) []Entry {
	var list []Entry
	for _, id := range ids {
		list = append(list, Entry{Host: host, ID: id})
	}
	return list
}

const big = int64(1) << 61 // more than a float holds exactly

func TestQueue_ordersByID(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		q.enqueue(t, one("a.test", big+3, big+1, 7, big+2)...)
		turn := q.claim(t, "a.test")["a.test"]
		wantIDs(t, turn.Batch.IDs, 7, big+1, big+2, big+3)
	})
}

func TestQueue_bulkWaitsForNormal(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		q.enqueue(t, Entry{Host: "a.test", ID: 1, Bulk: true}, Entry{Host: "a.test", ID: 2})
		wantIDs(t, q.claim(t, "a.test")["a.test"].Batch.IDs, 2, 1)
	})
}

func TestQueue_enqueueTwiceIsOnce(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		q.enqueue(t, one("a.test", 1, 2)...)
		q.enqueue(t, one("a.test", 2, 1)...)
		turn := q.claim(t, "a.test")["a.test"]
		wantIDs(t, turn.Batch.IDs, 1, 2)
		q.enqueue(t, one("a.test", 1)...) // while held
		wantIDs(t, q.step(t, turn.Lease, Settled{Done: []int64{1, 2}}))
		q.claim(t)
	})
}

func TestQueue_claimIsExclusive(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		q.enqueue(t, one("a.test", 1)...)
		q.claim(t, "a.test")
		q.enqueue(t, one("a.test", 2)...)
		q.claim(t)
	})
}

func TestQueue_claimsNoMoreThanAsked(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		for i := range 40 {
			q.enqueue(t, one(fmt.Sprintf("h%d.test", i), int64(i+1))...)
		}
		seen := make(map[string]bool)
		for _, want := range []int{15, 15, 10, 0} {
			turns, err := q.Claim(t.Context(), 15, 10)
			if err != nil || len(turns) != want {
				t.Fatalf("claimed %d hosts, %v; want %d", len(turns), err, want)
			}
			for _, turn := range turns {
				seen[turn.Lease.Host] = true
			}
		}
		if len(seen) != 40 {
			t.Errorf("%d hosts had a turn, want 40", len(seen))
		}
	})
}

func TestQueue_stepTakesOutAndShowsNext(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		for id := range int64(12) {
			q.enqueue(t, one("a.test", id+1)...)
		}
		turn := q.claim(t, "a.test")["a.test"]
		wantIDs(t, turn.Batch.IDs, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
		wantIDs(t, q.step(t, turn.Lease, Settled{Done: []int64{1, 2, 3, 4, 5, 6, 7, 9, 10}}), 8, 11, 12)
		wantIDs(t, q.step(t, turn.Lease, Settled{}), 8, 11, 12) // nothing settled, nothing lost
		wantIDs(t, q.step(t, turn.Lease, Settled{Done: []int64{12, 8, 11}}))
		if _, err := q.Step(t.Context(), turn.Lease, Settled{}, 1); !errors.Is(err, ErrFenced) {
			t.Errorf("step after the end: %v, want ErrFenced", err)
		}
		q.enqueue(t, one("a.test", 13)...)
		q.claim(t, "a.test")
	})
}

func TestQueue_releaseWaits(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		q.enqueue(t, one("a.test", 1)...)
		q.release(t, q.claim(t, "a.test")["a.test"].Lease, time.Minute)
		q.enqueue(t, one("a.test", 2)...) // a fresh delivery does not end the wait
		q.pass(50 * time.Second)
		q.claim(t)
		q.pass(11 * time.Second)
		wantIDs(t, q.claim(t, "a.test")["a.test"].Batch.IDs, 1, 2)
	})
}

func TestQueue_releaseWithoutWaitIsFair(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		q.enqueue(t, one("a.test", 1)...)
		lease := q.claim(t, "a.test")["a.test"].Lease
		q.release(t, lease, 0)
		again := q.claim(t, "a.test")["a.test"].Lease
		if again.Token == lease.Token {
			t.Error("two leases have one token")
		}
	})
}

func TestQueue_releaseSettles(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		q.enqueue(t, one("a.test", 1, 2, 3)...)
		lease := q.claim(t, "a.test")["a.test"].Lease
		err := q.Release(t.Context(), lease, Settled{Done: []int64{1}, Late: []Delay{{2, time.Hour}}}, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		q.pass(2 * time.Second)
		turn := q.claim(t, "a.test")["a.test"]
		wantIDs(t, turn.Batch.IDs, 3)
		if turn.Batch.Late != 1 {
			t.Errorf("%d late, want 1", turn.Batch.Late)
		}
	})
}

func TestQueue_wakeEndsWait(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		q.enqueue(t, append(one("a.test", 1), one("b.test", 2)...)...)
		for _, turn := range q.claim(t, "a.test", "b.test") {
			q.release(t, turn.Lease, time.Hour)
		}
		if err := q.Wake(t.Context(), []string{"a.test", "unknown.test"}); err != nil {
			t.Fatal(err)
		}
		q.claim(t, "a.test")
		if err := q.Wake(t.Context(), []string{"a.test"}); err != nil { // held: nothing happens
			t.Fatal(err)
		}
		q.claim(t)
	})
}

// What a rebuild brings for a host that fails waits without being lent, and so does what comes later;
// a host that the queue knows goes by its own time.
func TestQueue_restOfAnUnknownHost(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		resting := func(id int64) Entry { return Entry{Host: "a.test", ID: id, Rest: time.Hour} }
		q.enqueue(t, resting(1), resting(2), Entry{Host: "b.test", ID: 3})
		q.enqueue(t, one("a.test", 4)...)
		turn := q.claim(t, "b.test")["b.test"]
		q.enqueue(t, Entry{Host: "b.test", ID: 5, Rest: time.Hour}) // it is worked on
		wantIDs(t, q.step(t, turn.Lease, Settled{Done: []int64{3}}), 5)
		q.release(t, turn.Lease, time.Minute)
		q.enqueue(t, Entry{Host: "b.test", ID: 6, Rest: time.Hour}) // it has a time of its own
		q.pass(61 * time.Second)
		q.release(t, q.claim(t, "b.test")["b.test"].Lease, 2*time.Hour)
		if err := q.Wake(t.Context(), []string{"a.test"}); err != nil {
			t.Fatal(err)
		}
		wantIDs(t, q.claim(t, "a.test")["a.test"].Batch.IDs, 1, 2, 4)
	})
}

func TestQueue_lateWaitsWhileOthersPass(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		q.enqueue(t, one("a.test", 1, 2)...)
		lease := q.claim(t, "a.test")["a.test"].Lease
		wantIDs(t, q.step(t, lease, Settled{Late: []Delay{{1, time.Minute}}}), 2)
		wantIDs(t, q.step(t, lease, Settled{Done: []int64{2}}))
		q.claim(t)
		q.enqueue(t, one("a.test", 3)...) // the late one does not hold others up
		turn := q.claim(t, "a.test")["a.test"]
		wantIDs(t, turn.Batch.IDs, 3)
		wantIDs(t, q.step(t, turn.Lease, Settled{Done: []int64{3}}))
		q.pass(61 * time.Second)
		turn = q.claim(t, "a.test")["a.test"]
		wantIDs(t, turn.Batch.IDs, 1)
		wantIDs(t, q.step(t, turn.Lease, Settled{Done: []int64{1}}))
		q.pass(time.Hour)
		q.claim(t)
	})
}

func TestQueue_lateMovesBothWays(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		q.enqueue(t, Entry{Host: "a.test", ID: 1, Wait: time.Hour}, Entry{Host: "a.test", ID: 2, Wait: time.Minute})
		q.claim(t)
		q.enqueue(t, one("a.test", 1)...) // an admin retries it
		lease := q.claim(t, "a.test")["a.test"].Lease
		wantIDs(t, q.step(t, lease, Settled{Late: []Delay{{1, time.Hour}}}))
		q.pass(61 * time.Second)
		wantIDs(t, q.claim(t, "a.test")["a.test"].Batch.IDs, 2)
	})
}

func TestQueue_lateTakesItsShareOnly(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		for id := range int64(20) {
			q.enqueue(t, Entry{Host: "a.test", ID: id + 1, Wait: time.Second}, Entry{Host: "a.test", ID: id + 101})
		}
		q.pass(2 * time.Second)
		turn := q.claim(t, "a.test")["a.test"]
		wantIDs(t, turn.Batch.IDs, 1, 2, 101, 102, 103, 104, 105, 106, 107, 108)
		if turn.Batch.Late != 20 {
			t.Errorf("%d late, want 20", turn.Batch.Late)
		}
	})
}

func TestQueue_leaseExpires(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		q.enqueue(t, one("a.test", 1, 2)...)
		old := q.claim(t, "a.test")["a.test"].Lease
		q.pass(29 * time.Second)
		wantIDs(t, q.step(t, old, Settled{Done: []int64{1}}), 2) // a sign of life
		q.pass(29 * time.Second)
		q.claim(t)
		q.pass(2 * time.Second)
		fresh := q.claim(t, "a.test")["a.test"]
		wantIDs(t, fresh.Batch.IDs, 2)
		if _, err := q.Step(t.Context(), old, Settled{Done: []int64{2}}, 10); !errors.Is(err, ErrFenced) {
			t.Errorf("step of the old owner: %v, want ErrFenced", err)
		}
		if err := q.Release(t.Context(), old, Settled{}, time.Hour); !errors.Is(err, ErrFenced) {
			t.Errorf("release by the old owner: %v, want ErrFenced", err)
		}
		wantIDs(t, q.step(t, fresh.Lease, Settled{}), 2) // the old owner changed nothing
	})
}

func TestQueue_asksForRebuildWhenEmptied(t *testing.T) {
	t.Parallel()
	eachLosable(t, func(t *testing.T, q *rig) {
		ctx := t.Context()
		q.enqueue(t, one("a.test", 1)...)
		lease := q.claim(t, "a.test")["a.test"].Lease
		q.lose()
		if err := q.Enqueue(ctx, one("a.test", 2)); !errors.Is(err, ErrRebuild) {
			t.Errorf("enqueue: %v, want ErrRebuild", err)
		}
		if _, err := q.Claim(ctx, 1, 1); !errors.Is(err, ErrRebuild) {
			t.Errorf("claim: %v, want ErrRebuild", err)
		}
		if _, err := q.Step(ctx, lease, Settled{}, 1); !errors.Is(err, ErrRebuild) {
			t.Errorf("step: %v, want ErrRebuild", err)
		}
		err := q.Rebuild(ctx, func(ctx context.Context, add Adder) error {
			if _, err := q.Claim(ctx, 1, 1); !errors.Is(err, ErrRebuild) {
				t.Errorf("claim from half a queue: %v, want ErrRebuild", err)
			}
			return add(ctx, append(one("a.test", 1, 2), Entry{Host: "b.test", ID: 3, Wait: time.Hour}))
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := q.Step(ctx, lease, Settled{Done: []int64{1}}, 1); !errors.Is(err, ErrFenced) {
			t.Errorf("lease of the lost queue: %v, want ErrFenced", err)
		}
		wantIDs(t, q.claim(t, "a.test")["a.test"].Batch.IDs, 1, 2)
	})
}

func TestQueue_rebuildOfAFullQueueAddsWhatLacks(t *testing.T) {
	t.Parallel()
	eachLosable(t, func(t *testing.T, q *rig) {
		q.enqueue(t, one("a.test", 1)...)
		lease := q.claim(t, "a.test")["a.test"].Lease
		err := q.Rebuild(t.Context(), func(ctx context.Context, add Adder) error {
			return add(ctx, append(one("a.test", 1, 2), one("b.test", 3)...))
		})
		if err != nil {
			t.Fatal(err)
		}
		q.claim(t, "b.test")
		wantIDs(t, q.step(t, lease, Settled{Done: []int64{1}}), 2)
	})
}

func TestQueue_failedRebuildLeavesItEmpty(t *testing.T) {
	t.Parallel()
	eachLosable(t, func(t *testing.T, q *rig) {
		q.lose()
		boom := errors.New("boom")
		err := q.Rebuild(t.Context(), func(ctx context.Context, add Adder) error {
			if err := add(ctx, one("a.test", 1)); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Errorf("rebuild: %v, want boom", err)
		}
		if _, err := q.Claim(t.Context(), 1, 1); !errors.Is(err, ErrRebuild) {
			t.Errorf("claim: %v, want ErrRebuild", err)
		}
		q.pass(31 * time.Second) // the builder that gave up is forgotten
		err = q.Rebuild(t.Context(), func(ctx context.Context, add Adder) error { return add(ctx, one("a.test", 1)) })
		if err != nil {
			t.Fatal(err)
		}
		q.claim(t, "a.test")
	})
}

func TestQueue_forget(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		q.enqueue(t, Entry{Host: "a.test", ID: 1}, Entry{Host: "a.test", ID: 2, Bulk: true},
			Entry{Host: "a.test", ID: 3, Wait: time.Second}, Entry{Host: "b.test", ID: 4})
		if err := q.Forget(t.Context(), "a.test"); err != nil {
			t.Fatal(err)
		}
		held := q.claim(t, "b.test")["b.test"].Lease
		if err := q.Forget(t.Context(), "b.test"); err != nil {
			t.Fatal(err)
		}
		wantIDs(t, q.step(t, held, Settled{}))
		q.pass(time.Hour)
		q.claim(t)
	})
}

func TestQueue_manyWorkers(t *testing.T) {
	t.Parallel()
	eachQueue(t, func(t *testing.T, q *rig) {
		const hosts, each = 20, 15
		for i := range hosts {
			for id := range each {
				q.enqueue(t, one(fmt.Sprintf("h%d.test", i), int64(i*each+id+1))...)
			}
		}
		var mu sync.Mutex
		seen := make(map[int64]int)
		var workers sync.WaitGroup
		for range 4 {
			workers.Go(func() {
				for {
					turns, err := q.Claim(t.Context(), 2, 4)
					if err != nil || len(turns) == 0 {
						return
					}
					for _, turn := range turns {
						for ids := turn.Batch.IDs; len(ids) > 0; {
							mu.Lock()
							for _, id := range ids {
								seen[id]++
							}
							mu.Unlock()
							b, err := q.Step(t.Context(), turn.Lease, Settled{Done: ids}, 4)
							if err != nil {
								t.Error(err)
								return
							}
							ids = b.IDs
						}
					}
				}
			})
		}
		workers.Wait()
		for id, n := range seen {
			if n != 1 {
				t.Errorf("id %d was shown %d times", id, n)
			}
		}
		if len(seen) != hosts*each {
			t.Errorf("%d ids were shown, want %d", len(seen), hosts*each)
		}
	})
}
