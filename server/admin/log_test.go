package admin_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
)

// What was noted before there was an audit log follows after its first entry.
func TestLog_goesOnBeforeTheAuditLog(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	theo := h.person("theo", db.RoleAdmin)
	note := func(e db.ModerationEntry) {
		t.Helper()
		e.ActorID = theo.ActorID
		h.ok(h.store.InTx(h.ctx, func(ctx context.Context, tx *db.Store) error { return tx.LogModeration(ctx, &e) }))
	}
	note(db.ModerationEntry{Act: "settings", Reason: "first of the audit log"})
	h.clock = h.clock.Add(-24 * time.Hour)
	for range 30 { // they stand in the audit log as well, which a test cannot avoid; each shows twice
		note(db.ModerationEntry{Act: "block-host", Reason: "old.test: spam"})
	}
	h.clock = h.clock.Add(24 * time.Hour)
	note(db.ModerationEntry{Act: "allow-host", Reason: "new.test: good"})
	b := h.as("theo")
	seen, path := map[string]int{}, "/admin/log"
	for range 5 {
		page := b.get(path).want(200)
		for _, words := range []string{"first of the audit log", "old.test: spam", "new.test: good"} {
			seen[words] += strings.Count(page.body, words)
		}
		next := regexp.MustCompile(`/admin/log\?(older|before)=\d+`).FindString(page.body)
		if next == "" || next == path {
			break
		}
		path = next
	}
	if seen["old.test: spam"] != 60 || seen["first of the audit log"] != 1 || seen["new.test: good"] != 1 {
		t.Errorf("the pages show %v", seen)
	}
}

func TestHosts_alarms(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("theo", db.RoleAdmin)
	b := h.as("theo")
	b.get("/admin/federation").hides("Redis does not answer", "The clock of this server", "% of the room")
	h.away = []string{"redis"}
	h.ok(h.store.SetSetting(h.ctx, db.SettingClockSkew, "-2h0m0s"))
	h.ok(h.store.KeepPending(h.ctx, 850, 1000))
	b.get("/admin/federation").shows("Redis does not answer", "wrong by 2h0m0s", "85 % of the room")
	h.away = nil
	h.ok(h.store.SetSetting(h.ctx, db.SettingClockSkew, "3s"))
	h.ok(h.store.KeepPending(h.ctx, 700, 1000))
	b.get("/admin/federation").hides("Redis does not answer", "The clock of this server", "% of the room")
}

// F14 of reliability.md: a leap of the clock signs nobody out for good.
func TestSession_outlivesALeap(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("theo", db.RoleAdmin)
	b := h.as("theo")
	for _, by := range []time.Duration{2 * time.Hour, -2 * time.Hour, 400 * 24 * time.Hour} {
		h.clock = h.clock.Add(by)
		b.get("/admin/people")
		h.clock = h.clock.Add(-by)
		b.get("/admin/people").want(200)
	}
}
