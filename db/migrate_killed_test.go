package db_test

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// Drill F18: whatever statement of a migration a SIGKILL meets, the next start brings the schema to
// its end, and what was in the tables stays.

// killAt tells a child of the drill where to die: statement, then milliseconds into it.
const killAt = "MIGRATION_KILL_AT"

// TestMigrate_child is what the drill starts as a process of its own; by itself it does nothing.
func TestMigrate_child(t *testing.T) {
	t.Parallel()
	at, later, asked := strings.Cut(os.Getenv(killAt), ":")
	if !asked {
		return
	}
	nth, err := strconv.Atoi(at)
	ok(t, err)
	wait, err := time.ParseDuration(later)
	ok(t, err)
	s, err := db.Open(t.Context(), db.Options{URL: os.Getenv("MIGRATION_URL"), Data: os.Getenv("MIGRATION_DATA")})
	ok(t, err)
	seen := 0
	s.Watch(func(string) {
		if seen++; seen == nth {
			die := func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }
			if wait == 0 {
				die()
				select {}
			}
			time.AfterFunc(wait, die)
		}
	})
	_, err = s.Migrate(t.Context())
	ok(t, err)
	fmt.Println("migrated after", seen)
	ok(t, s.Close())
}

// manyPosts is a database with posts in it.
func manyPosts(t *testing.T, posts int) (*db.Store, db.Options) {
	t.Helper()
	opt := dbtest.Options(t)
	s, err := db.Open(t.Context(), opt)
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	author := person(t, s, "ann", "copse.test")
	ok(t, s.Raw(t.Context(), `INSERT INTO posts (id, uri, author_id, discussion_id, kind, title, content, state, local, published_at, created_at, active_at)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		SELECT i, 'https://copse.test/ap/objects/' || i, ?, i, 'discussion', 'Pump ' || i, '<p>It stopped at noon, and the well is dry.</p>', 'published', TRUE, i, i, i FROM n`, posts, author.ID))
	return s, opt
}

// lower takes the youngest migrations back, as if this were the database of an older version.
func lower(t *testing.T, s *db.Store) {
	t.Helper()
	ok(t, s.Raw(t.Context(), "UPDATE bun_migrations SET group_id = 2 WHERE name > '0004'"))
	ok(t, s.Rollback(t.Context()))
}

// killed starts a migration in another process that dies at a statement, and says whether it did.
func killed(t *testing.T, opt db.Options, nth int, wait time.Duration) bool {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run", "^TestMigrate_child$")
	child.Env = append(os.Environ(), fmt.Sprintf("%s=%d:%s", killAt, nth, wait),
		"MIGRATION_URL="+opt.URL, "MIGRATION_DATA="+opt.Data)
	out, err := child.CombinedOutput()
	if err == nil {
		return false
	}
	if state, is := child.ProcessState.Sys().(syscall.WaitStatus); !is || state.Signal() != syscall.SIGKILL {
		t.Fatalf("killed at statement %d after %s, it ended by itself: %v\n%s", nth, wait, err, out)
	}
	return true
}

func TestMigrate_killedAtEachStatement(t *testing.T) {
	t.Parallel()
	posts, waits := 1000, []time.Duration{0}
	if os.Getenv("COPSE_TEST_DRILLS") == "full" {
		posts, waits = 100_000, []time.Duration{0, time.Millisecond, 20 * time.Millisecond}
	}
	s, opt := manyPosts(t, posts)
	kills := 0
	for nth, met := 1, true; met; nth++ {
		met = false
		for _, wait := range waits {
			lower(t, s)
			if killed(t, opt, nth, wait) {
				kills, met = kills+1, true
			}
			if _, err := s.Migrate(t.Context()); err != nil {
				t.Fatalf("killed at statement %d after %s, the next start fails: %v", nth, wait, err)
			}
		}
	}
	if t.Logf("%d kills", kills); kills < 5 {
		t.Errorf("only %d kills: the drill met nothing", kills)
	}
	complete(t, s, posts)
}

// complete wants every migration applied and every post kept.
func complete(t *testing.T, s *db.Store, posts int) {
	t.Helper()
	all, err := s.Migrations(t.Context())
	ok(t, err)
	for _, m := range all {
		if !m.Applied {
			t.Errorf("%s is not applied", m.Name)
		}
	}
	if n, _, err := s.LocalPosts(t.Context()); err != nil || n != int64(posts) {
		t.Errorf("%d posts are left of %d (%v)", n, posts, err)
	}
}

// TestMigrate_manyPosts goes down and up with many posts, and says how long it took.
func TestMigrate_manyPosts(t *testing.T) {
	t.Parallel()
	posts := 100_000
	if os.Getenv("COPSE_TEST_DRILLS") == "full" {
		posts = 1_000_000
	}
	s, _ := manyPosts(t, posts)
	for range 2 {
		lower(t, s)
		began := time.Now()
		_, err := s.Migrate(t.Context())
		ok(t, err)
		t.Logf("%d posts: up in %s on %s", posts, time.Since(began).Round(time.Millisecond), s.Engine())
	}
	complete(t, s, posts)
}
