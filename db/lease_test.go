package db_test

import (
	"slices"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestLeases_oneHolderAtATime(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	one, err := s.TakeLeases(ctx, []string{"a", "b", "a"}, "one", time.Minute)
	if err != nil || len(one) != 2 {
		t.Fatalf("took %v, %v; want a and b", one, err)
	}
	two, err := s.TakeLeases(ctx, []string{"c", "b"}, "two", time.Minute)
	if err != nil || len(two) != 1 || two[0].Name != "c" {
		t.Fatalf("took %v, %v; want c alone", two, err)
	}
	ok(t, s.DropLeases(ctx, one))
	again, err := s.TakeLeases(ctx, []string{"a", "b"}, "two", time.Minute)
	if err != nil || len(again) != 2 {
		t.Fatalf("took %v, %v; want both that were dropped", again, err)
	}
	ok(t, s.DropLeases(ctx, one)) // an old token ends nothing
	if held, err := s.HoldsLease(ctx, again[0]); err != nil || !held {
		t.Errorf("held: %v, %v; want true", held, err)
	}
	if kept, err := s.KeepLease(ctx, one[0], time.Minute); err != nil || kept {
		t.Errorf("the old owner kept it: %v, %v", kept, err)
	}
}

func TestLeases_endByThemselves(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	old, err := s.TakeLeases(ctx, []string{"a"}, "one", -time.Second)
	if err != nil || len(old) != 1 {
		t.Fatalf("took %v, %v", old, err)
	}
	if kept, err := s.KeepLease(ctx, old[0], time.Minute); err != nil || kept {
		t.Errorf("a lease that ran out was kept: %v, %v", kept, err)
	}
	if fresh, err := s.TakeLeases(ctx, []string{"a"}, "two", time.Minute); err != nil || len(fresh) != 1 || fresh[0].Token == old[0].Token {
		t.Errorf("took %v, %v; want it with a token of its own", fresh, err)
	}
}

func TestFreeHosts_jumpsOverLeasesAndRests(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	sent(t, s, "a", at("a.test", "1"), at("b.test", "1"), at("b.test", "2"), at("c.test", "1"), at("d.test", "1"))
	free := func(after string, want ...string) {
		t.Helper()
		if got, err := s.FreeHosts(ctx, "host/", after, 10); err != nil || !slices.Equal(got, want) {
			t.Errorf("free after %q: %v, %v; want %v", after, got, err, want)
		}
	}
	free("", "a.test", "b.test", "c.test", "d.test")
	free("b.test", "c.test", "d.test")
	got, err := s.TakeLeases(ctx, []string{"host/b.test", "host/c.test"}, "one", time.Minute)
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	free("", "a.test", "d.test")
	rest := got[slices.IndexFunc(got, func(l db.Lease) bool { return l.Name == "host/c.test" })]
	ok(t, s.RestLease(ctx, rest, time.Hour))
	free("", "a.test", "d.test")
	ok(t, s.WakeLeases(ctx, []string{"host/b.test", "host/c.test"})) // what is held is not woken
	free("", "a.test", "c.test", "d.test")
}

func TestDropStaleLeases(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	if _, err := s.TakeLeases(ctx, []string{"old"}, "one", -25*time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := s.TakeLeases(ctx, []string{"new"}, "one", -time.Hour); err != nil {
		t.Fatal(err)
	}
	if n, err := s.DropStaleLeases(ctx); err != nil || n != 1 {
		t.Errorf("%d dropped, %v; want the old one", n, err)
	}
}
