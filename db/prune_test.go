package db_test

import (
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
