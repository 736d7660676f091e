package db_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestMigrate_upDownUp(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	all, err := s.Migrations(ctx)
	ok(t, err)
	if len(all) == 0 || slices.ContainsFunc(all, func(m db.Migration) bool { return !m.Applied }) {
		t.Fatalf("a migrated database has %v", all)
	}
	ok(t, s.Rollback(ctx)) // what was migrated at once goes back at once
	none, err := s.Migrations(ctx)
	ok(t, err)
	if slices.ContainsFunc(none, func(m db.Migration) bool { return m.Applied }) {
		t.Fatalf("after going down it has %v", none)
	}
	done, err := s.Migrate(ctx)
	if err != nil || len(done) != len(all) {
		t.Fatalf("up again: %v, %v; want all %d", done, err, len(all))
	}
	person(t, s, "ann", "copse.test")
	if done, err = s.Migrate(ctx); err != nil || len(done) != 0 {
		t.Errorf("up once more: %v, %v; want nothing to do", done, err)
	}
}

func TestOpen_refusesOtherAddresses(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"mysql://u:swordfish@h/db", "postgres://u:swordfish@h:port/db"} {
		_, err := db.Open(t.Context(), db.Options{URL: url})
		if err == nil || strings.Contains(err.Error(), "swordfish") {
			t.Errorf("%s: %v; want it refused, and no password told", url, err)
		}
	}
}

func TestPing(t *testing.T) {
	t.Parallel()
	s := dbtest.New(t)
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if e := s.Engine(); e != "sqlite" && e != "postgres" {
		t.Errorf("engine %q", e)
	}
}
