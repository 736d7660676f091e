// Package dbtest gives each test a private database: a fresh SQLite file, or a clone of a migrated
// PostgreSQL template where COPSE_TEST_POSTGRES names a server. Only tests import it.
package dbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/migrations"
)

// New returns an empty store with the current schema; it is gone when the test ends.
func New(t testing.TB) *db.Store { return At(t, time.Now) }

// At is New with a clock of the test's own.
func At(t testing.TB, now func() time.Time) *db.Store {
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
	return s
}

// Options makes a private migrated database and says where it is, for tests that start a whole
// instance. The Data folder is there with both engines.
func Options(t testing.TB) db.Options {
	t.Helper()
	dir := t.TempDir()
	server := os.Getenv("COPSE_TEST_POSTGRES")
	if server == "" {
		copyTemplate(t, filepath.Join(dir, "copse.db"))
		return db.Options{Data: dir}
	}
	return db.Options{URL: clonePostgres(t, server), Data: dir}
}

// sqliteTemplate migrates one file per process, which tests copy.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "copse-dbtest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s, err := db.Open(context.Background(), db.Options{Data: dir})
	if err != nil {
		return nil, err
	}
	if _, err := s.Migrate(context.Background()); err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil { // the last connection folds the log into the file
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "copse.db"))
})

func copyTemplate(t testing.TB, file string) {
	t.Helper()
	raw, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("make SQLite template: %v", err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// clonePostgres creates a database from the template of the current schema.
func clonePostgres(t testing.TB, server string) string {
	t.Helper()
	template, err := postgresTemplate()
	if err != nil {
		t.Fatalf("make PostgreSQL template: %v", err)
	}
	var b [8]byte
	_, _ = rand.Read(b[:])
	name := "copse_test_" + hex.EncodeToString(b[:])
	admin := dial(t, server)
	if _, err := admin.Exec(fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, template)); err != nil {
		t.Fatalf("clone template: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop test database: %v", err)
		}
		_ = admin.Close()
	})
	return at(server, name)
}

func dial(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	conn, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func at(server, database string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + database
	return u.String()
}

// postgresTemplate makes the template once per schema, also among test processes: its name holds
// the hash of all migrations, and an advisory lock lets one process make it.
var postgresTemplate = sync.OnceValues(func() (string, error) {
	server := os.Getenv("COPSE_TEST_POSTGRES")
	name := "copse_template_" + schemaHash()
	admin, err := sql.Open("pgx", server)
	if err != nil {
		return "", err
	}
	defer admin.Close()
	ctx := context.Background()
	conn, err := admin.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(4242)"); err != nil {
		return "", err
	}
	defer func() { _, _ = conn.ExecContext(ctx, "SELECT pg_advisory_unlock(4242)") }()
	var n int
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM pg_database WHERE datname = $1", name).Scan(&n); err != nil || n > 0 {
		return name, err
	}
	draft := name + "_draft"
	for _, q := range []string{"DROP DATABASE IF EXISTS " + draft, "CREATE DATABASE " + draft} {
		if _, err := conn.ExecContext(ctx, q); err != nil {
			return "", err
		}
	}
	if err := migrateAt(ctx, at(server, draft)); err != nil {
		return "", err
	}
	_, err = conn.ExecContext(ctx, fmt.Sprintf("ALTER DATABASE %s RENAME TO %s", draft, name))
	return name, err
})

func migrateAt(ctx context.Context, dsn string) error {
	s, err := db.Open(ctx, db.Options{URL: dsn})
	if err != nil {
		return err
	}
	defer s.Close()
	_, err = s.Migrate(ctx)
	return err
}

func schemaHash() string {
	h := sha256.New()
	names, _ := fs.Glob(migrations.Files, "*.up.sql")
	for _, name := range names {
		raw, _ := migrations.Files.ReadFile(name)
		h.Write(raw)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}
