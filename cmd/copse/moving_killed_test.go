package main

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/server/moving/porter"
)

// fuse is a context that ends when it was asked so often whether it has: as a SIGKILL it meets whatever
// statement or request happens to be next, and what was not committed is undone.
type fuse struct {
	context.Context //nolint:containedctx // it is one

	mu   sync.Mutex
	left int
	done chan struct{}
}

func newFuse(asks int) *fuse {
	return &fuse{Context: context.Background(), left: asks, done: make(chan struct{})}
}

func (f *fuse) burn() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left--; f.left == 0 {
		close(f.done)
	}
}

func (f *fuse) Done() <-chan struct{} {
	f.burn()
	return f.done
}

func (f *fuse) Err() error {
	select {
	case <-f.done:
		return context.Canceled
	default:
		return nil
	}
}

// newPorter is the porter of a new process at an instance; at another store it finds nothing to do.
func (s *site) newPorter(store *db.Store) *porter.Porter {
	return porter.New(porter.Options{Store: store, Rules: s.moving, Resolver: s.resolver, Fetch: s.fetch.Body, Host: s.host, Log: s.log})
}

// killed takes the next step of a move again and again, killed further into it each time, by a new
// process each time, until once it was not; then the same step again, as if its end had not been heard
// of. It says how often it was killed.
func (s *site) killed() (times int, err error) {
	for asks := 1; ; asks += 1 + asks/3 {
		f := newFuse(asks)
		_, err := s.newPorter(s.store).Step(f)
		if f.Err() == nil {
			return times, err
		}
		times++
	}
}

// TestMoving_killedAtEachStep: killed at any place of any step on either side, a move comes to the same
// end as one that nothing happened to, with nothing twice (domain.md 4.13, reliability.md).
func TestMoving_killedAtEachStep(t *testing.T) {
	t.Parallel()
	want, _ := moved(t, false)
	got, times := moved(t, true)
	if times < 50 {
		t.Errorf("killed %d times only", times)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("killed %d times, it came to another end (-undisturbed +killed):\n%s", times, d)
	}
}

// moved is a whole move, its steps killed or not, and what came of it.
func moved(t *testing.T, kill bool) (end []string, times int) {
	t.Helper()
	r := newRemoval(t, db.OpennessOpen)
	r.ok(r.gamma.follow("gus", "water@alpha.example"))
	r.ok(r.as("mia@gamma.example", "join", []string{"water@alpha.example"}))
	r.ok(r.alpha.follow("ann", "water@alpha.example"))
	r.settle()
	r.ok(r.as("faci@alpha.example", "start", []string{"water@alpha.example", "pump", "Pump runs dry", "Since Monday."}))
	r.settle()
	r.ok(r.as("gus@gamma.example", "reply", []string{"pump", "level", "Is the level lower?"}))
	r.settle()
	r.proposes()
	idle := dbtest.New(t)
	on := func(old, home string) {
		t.Helper()
		for range 60 {
			if r.move(r.alpha).State == old && r.move(r.beta).State == home {
				return
			}
			for _, at := range []*site{r.alpha, r.beta} {
				if !kill {
					continue
				}
				n, err := at.killed()
				r.ok(err)
				times += n
				at.porter = at.newPorter(idle) // nobody else takes a step
			}
			r.settle()
		}
		r.expect(old, home)
	}
	if kill {
		r.alpha.porter, r.beta.porter = r.alpha.newPorter(idle), r.beta.newPorter(idle)
	}
	r.ok(r.do(r.beta, "rita", r.beta.agrees()))
	r.settle()
	r.offset += time.Minute
	on(db.MoveReady, db.MoveReady)
	r.ok(r.do(r.alpha, "faci", r.alpha.moving.SwitchNow))
	r.settle()
	on(db.MoveDone, db.MoveDone)
	return r.cameTo(), times
}

// cameTo says what both homes, and who follows from elsewhere, are left with, and what was sent for it.
func (r *removal) cameTo() []string {
	r.t.Helper()
	ctx := context.Background()
	var end []string
	for _, at := range []*site{r.alpha, r.beta, r.gamma} {
		thread, err := r.thread(at.host, "pump")
		r.ok(err)
		end = append(end, at.host+": "+thread)
	}
	for _, at := range []*site{r.alpha, r.beta} {
		m := r.move(at)
		m.Tally.Failures, m.Tally.Bytes = 0, 0
		end = append(end, fmt.Sprintf("%s counts %+v", at.host, m.Tally))
		g, err := at.store.GroupByID(ctx, m.Heir)
		r.ok(err)
		members, err := at.store.ArchiveMembers(ctx, g.ActorID, 0, 100)
		r.ok(err)
		followers, err := at.store.ArchiveFollowers(ctx, g.ActorID, 0, 100)
		r.ok(err)
		roles, err := at.store.ArchiveRoles(ctx, g.ActorID, 0, 100)
		r.ok(err)
		posts, _, err := at.store.ArchiveCounts(ctx, g.ActorID)
		r.ok(err)
		end = append(end, fmt.Sprintf("%s has %d members, %d followers, %d roles, %d posts", at.host, len(members), len(followers), len(roles), posts))
	}
	return end
}
