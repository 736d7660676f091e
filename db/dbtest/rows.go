package dbtest

import (
	"context"
	"database/sql"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
)

// Counted is At with a function that counts the rows of each table, for tests of what must leave
// no trace.
func Counted(t testing.TB, now func() time.Time) (s *db.Store, rows func() map[string]int) {
	t.Helper()
	opt := Options(t)
	opt.Now = now
	s, err := db.Open(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	return s, func() map[string]int {
		t.Helper()
		return count(t, opt)
	}
}

func count(t testing.TB, opt db.Options) map[string]int {
	t.Helper()
	driver, dsn := "pgx", opt.URL
	list := "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
	if opt.URL == "" {
		driver, dsn = "sqlite", "file:"+filepath.Join(opt.Data, "copse.db")+"?mode=ro"
		list = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
	}
	conn, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	names, err := conn.Query(list)
	if err != nil {
		t.Fatal(err)
	}
	defer names.Close()
	n := map[string]int{}
	for names.Next() {
		var name string
		if err := names.Scan(&name); err != nil {
			t.Fatal(err)
		}
		n[name] = 0
	}
	if err := names.Err(); err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Collect(maps.Keys(n)) {
		var c int
		if err := conn.QueryRow(`SELECT count(*) FROM "` + name + `"`).Scan(&c); err != nil {
			t.Fatalf("count %s: %v", name, err)
		}
		n[name] = c
	}
	return n
}
