package db_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// T53: names of hosts cost nothing to invent, so what nobody needs is forgotten.
func TestT53_hostsThatMeanNothingAreForgotten(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	now := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	s := dbtest.At(t, func() time.Time { return now })
	for i := range 100 {
		ok(t, s.EnsureHost(ctx, fmt.Sprintf("h%d.test", i)))
	}
	ok(t, s.SetHostPolicy(ctx, "h1.test", db.HostBlocked, "spam"))
	person(t, s, "ana", "h2.test")
	sent(t, s, "a", at("h3.test", "inbox"))
	now = now.Add(31 * 24 * time.Hour)
	ok(t, s.HeardFromHost(ctx, "h4.test"))
	before := now.Add(-30 * 24 * time.Hour)
	if n, err := s.PruneHosts(ctx, before, 40); err != nil || n != 40 {
		t.Fatalf("%d forgotten, %v; want 40 at once", n, err)
	}
	if n, err := s.PruneHosts(ctx, before, 1000); err != nil || n != 56 {
		t.Errorf("%d more forgotten, %v; want 56", n, err)
	}
	left, err := s.Hosts(ctx, "", 1000)
	if err != nil || len(left) != 4 {
		t.Errorf("%d hosts are left, %v; want the four that mean something", len(left), err)
	}
}

// A hundred thousand invented hosts cost nothing but their rows: what is asked of the table at each
// request and on each page costs what it cost with a hundred, and those that were never spoken to go
// in bounded steps.
func TestT53_hundredThousandHosts(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	now := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	s := dbtest.At(t, func() time.Time { return now })
	const all, few = 100_000, 100
	invent := func(from, to int) {
		t.Helper()
		ok(t, s.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			for ; from < to; from += few {
				list := make([]*db.Host, few)
				for i := range list {
					list[i] = &db.Host{Name: fmt.Sprintf("h%06d.evil%d.test", from+i, from%7)}
				}
				if err := tx.SaveHostHealth(ctx, list); err != nil {
					return err
				}
			}
			return nil
		}))
		ok(t, s.Raw(ctx, "ANALYZE hosts")) // PostgreSQL does that by itself, a little later
	}
	invent(0, few)
	ok(t, s.HeardFromHost(ctx, "h000000.evil0.test"))
	asked := map[string]func() error{
		"a look at one":    func() error { _, err := s.HostByName(ctx, "h000050.evil0.test"); return err },
		"hearing from one": func() error { return s.HeardFromHost(ctx, "h000000.evil0.test") },
		"a page of them": func() error {
			_, err := s.FindHosts(ctx, db.HostQuery{After: fmt.Sprintf("h00000%d", now.Nanosecond()), Limit: 50})
			return err
		},
		"what is to be probed": func() error { _, err := s.HostsToProbe(ctx, 100); return err },
		"the breakers":         func() error { _, err := s.CountBreakers(ctx); return err },
	}
	cost := func() map[string]time.Duration { // the best of many: other tests run beside this one
		best := map[string]time.Duration{}
		for what, do := range asked {
			best[what] = time.Hour
			for range 30 {
				now = now.Add(time.Millisecond) // no two questions in the same words, which PostgreSQL may plan once for all
				begun := time.Now()
				ok(t, do())
				best[what] = min(best[what], time.Since(begun))
			}
		}
		return best
	}
	before100 := cost()
	invent(few, all)
	for what, took := range cost() {
		if took > 50*before100[what] { // to read them all takes hundreds of times as long
			t.Errorf("%s takes %v, with a hundred hosts %v", what, took, before100[what])
		}
	}
	now = now.Add(31 * 24 * time.Hour)
	gone, before := int64(0), now.Add(-30*24*time.Hour)
	for {
		n, err := s.PruneHosts(ctx, before, 10_000)
		ok(t, err)
		if gone += n; n == 0 {
			break
		}
	}
	left, err := s.CountHosts(ctx)
	ok(t, err)
	if gone < all-2 || left.Known != all-gone {
		t.Errorf("%d forgotten, %d left", gone, left.Known)
	}
}
