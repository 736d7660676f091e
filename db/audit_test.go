package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func audit(t *testing.T, s *db.Store, e db.AuditEntry) {
	t.Helper()
	err := s.InTx(context.Background(), func(ctx context.Context, tx *db.Store) error { return tx.Audit(ctx, e) })
	if err != nil {
		t.Fatal(err)
	}
}

func filled(t *testing.T, s *db.Store, n int) {
	t.Helper()
	for i := range n {
		audit(t, s, db.AuditEntry{Who: "ana", Act: "block-host", Object: fmt.Sprintf("h%d.test", i), Reason: "spam", Address: "198.51.100.7"})
	}
}

func TestAudit_chain(t *testing.T) {
	t.Parallel()
	s := dbtest.New(t)
	if n, head, err := s.VerifyAudit(t.Context(), ""); n != 0 || err != nil || !strings.HasPrefix(head, "0:") {
		t.Errorf("empty: %d, %q, %v", n, head, err)
	}
	filled(t, s, 3)
	n, head, err := s.VerifyAudit(t.Context(), "")
	if n != 3 || err != nil || !strings.HasPrefix(head, "3:") {
		t.Errorf("%d, %q, %v", n, head, err)
	}
	filled(t, s, 2)
	if _, _, err := s.VerifyAudit(t.Context(), head); err != nil {
		t.Errorf("with the link noted before: %v", err)
	}
	if _, _, err := s.VerifyAudit(t.Context(), "3:"+strings.Repeat("0", 64)); !errors.Is(err, db.ErrAuditBroken) {
		t.Errorf("with another chain's link: %v", err)
	}
	list, err := s.AuditLog(t.Context(), 0, 2)
	if err != nil || len(list) != 2 || list[0].Position != 5 || list[0].Network != "198.51.100.0/24" || list[0].Who != "ana" {
		t.Errorf("newest: %+v, %v", list, err)
	}
}

// Whatever is changed, taken out or put in afterwards is found.
func TestAudit_tampering(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]string{
		"who":           "UPDATE audit SET who = 'eve' WHERE position = 3",
		"act":           "UPDATE audit SET act = 'allow-host' WHERE position = 3",
		"object":        "UPDATE audit SET object = 'other.test' WHERE position = 3",
		"reason":        "UPDATE audit SET reason = '' WHERE position = 3",
		"when":          "UPDATE audit SET at = at + 1 WHERE position = 3",
		"address":       "UPDATE audit SET address = '198.51.100.8' WHERE position = 3",
		"network":       "UPDATE audit SET network = '203.0.113.0/24' WHERE position = 3",
		"swapped parts": "UPDATE audit SET who = 'anab', act = 'lock-host' WHERE position = 3",
		"first missing": "DELETE FROM audit WHERE position = 1",
		"one missing":   "DELETE FROM audit WHERE position = 3",
		"last missing":  "DELETE FROM audit WHERE position = 6",
		"all missing":   "DELETE FROM audit",
		"renumbered":    "UPDATE audit SET position = 7 WHERE position = 6",
		"one too many": `INSERT INTO audit (position, at, who, act, object, reason, network, address, salt, proof, previous, hash)
			SELECT 7, at, who, act, object, reason, network, address, salt, proof, previous, hash FROM audit WHERE position = 6`,
	} {
		opt := dbtest.Options(t)
		s, err := db.Open(t.Context(), opt)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		filled(t, s, 6)
		tamper(t, opt, do)
		if n, _, err := s.VerifyAudit(t.Context(), ""); !errors.Is(err, db.ErrAuditBroken) || n > 6 {
			t.Errorf("%s: %d entries, %v", name, n, err)
		}
	}
}

// tamper changes a database behind the store's back.
func tamper(t *testing.T, opt db.Options, statement string) {
	t.Helper()
	driver, dsn := "pgx", opt.URL
	if opt.URL == "" {
		driver, dsn = "sqlite", "file:"+filepath.Join(opt.Data, "copse.db")
	}
	conn, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// Addresses go after a week and entries after a year, and the chain still fits.
func TestAudit_retention(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	s := dbtest.At(t, func() time.Time { return now })
	audit(t, s, db.AuditEntry{Who: "ana", Act: "settings", Address: "198.51.100.7"})
	audit(t, s, db.AuditEntry{Who: "ana", Act: "settings", Address: "2001:db8:1:2::3"})
	now = now.Add(6 * 24 * time.Hour)
	tidy := func() []*db.AuditEntry {
		t.Helper()
		if err := s.TidyAudit(t.Context(), 366*24*time.Hour); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.VerifyAudit(t.Context(), ""); err != nil {
			t.Error(err)
		}
		list, err := s.AuditSince(t.Context(), 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if list := tidy(); list[0].Address != "198.51.100.7" {
		t.Errorf("after six days: %+v", list[0])
	}
	now = now.Add(2 * 24 * time.Hour)
	audit(t, s, db.AuditEntry{Who: db.ByCommand, Act: "promote", Object: "ana"})
	list := tidy()
	if list[0].Address != "" || list[0].Network != "198.51.100.0/24" || list[1].Network != "2001:db8:1::/48" || len(list[1].Salt) != 0 {
		t.Errorf("after eight days: %+v", list[0])
	}
	now = now.Add(360 * 24 * time.Hour)
	if list := tidy(); len(list) != 1 || list[0].Position != 3 {
		t.Errorf("after a year: %d entries", len(list))
	}
	audit(t, s, db.AuditEntry{Who: "ana", Act: "settings"})
	now = now.Add(400 * 24 * time.Hour)
	if list := tidy(); len(list) != 0 {
		t.Errorf("after two years: %d entries", len(list))
	}
	audit(t, s, db.AuditEntry{Who: "ana", Act: "settings"})
	if list := tidy(); len(list) != 1 || list[0].Position != 5 {
		t.Errorf("the numbers go on: %+v", list)
	}
}

// Entries of several people at once line up; one whose act fails leaves none.
func TestAudit_atOnce(t *testing.T) {
	t.Parallel()
	s := dbtest.New(t)
	var wg sync.WaitGroup
	for n := range 20 {
		wg.Go(func() {
			err := s.InTx(context.Background(), func(ctx context.Context, tx *db.Store) error {
				if err := tx.Audit(ctx, db.AuditEntry{Who: strconv.Itoa(n), Act: "settings"}); err != nil {
					return err
				}
				if n%4 == 0 {
					return db.ErrConflict
				}
				return nil
			})
			if (err != nil) != (n%4 == 0) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n, _, err := s.VerifyAudit(t.Context(), ""); n != 15 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
}
