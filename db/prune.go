package db

import (
	"context"
	"fmt"
	"time"
)

// Window is a stretch of a table by ids, which grow with time: what was written before a moment,
// walked in bounded steps.
type Window struct {
	After  int64 // ids up to this one are done with
	Before time.Time
	Limit  int
}

// PruneDeliveries deletes deliveries of a window that ended before its end, and says where the next
// window begins (0: there is none) and how many went. Dead letters stay until an admin drops them.
func (s *Store) PruneDeliveries(ctx context.Context, w Window) (next, gone int64, err error) {
	return s.prune(ctx, w, "deliveries", "state IN (1, 3, 4) AND done_at < ?", w.Before.UnixMilli())
}

// PruneDead deletes dead letters that no admin has looked after since before the end of a window.
func (s *Store) PruneDead(ctx context.Context, w Window) (next, gone int64, err error) {
	return s.prune(ctx, w, "deliveries", "state IN (2, 5) AND done_at < ?", w.Before.UnixMilli())
}

// PruneReceipts forgets what came in and was dealt with before the end of a window. What is repeated
// after that is known by what it says.
func (s *Store) PruneReceipts(ctx context.Context, w Window) (next, gone int64, err error) {
	return s.prune(ctx, w, "receipts", "state <> 0 AND done_at < ?", w.Before.UnixMilli())
}

// PruneOutbox deletes expanded ways of activities no delivery of which waits or may be tried again:
// only those are looked at once more.
func (s *Store) PruneOutbox(ctx context.Context, w Window) (next, gone int64, err error) {
	return s.prune(ctx, w, "outbox", `done_at > 0 AND NOT EXISTS
		(SELECT 1 FROM deliveries d WHERE d.activity_id = outbox.activity_id AND d.state IN (0, 2, 5))`)
}

// PruneActivities deletes activities with their bodies whose news is known from the rows they
// changed, once no delivery of them is left: answers to Follows, corrections, moderation, and what
// groups passed on of these and of likes. What opens a post, ties two actors or may yet be undone
// stays, and so does what stands inside another activity, until that has gone.
func (s *Store) PruneActivities(ctx context.Context, w Window) (next, gone int64, err error) {
	return s.prune(ctx, w, "activities", `(type IN ('Accept', 'Reject', 'Update', 'Delete', 'Add', 'Remove', 'Flag')
		OR type = 'Announce' AND local AND EXISTS (SELECT 1 FROM activities x WHERE x.uri = activities.object_uri
			AND x.type IN ('Like', 'Dislike', 'EmojiReact', 'Undo', 'Update', 'Delete', 'Add', 'Remove')))
		AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.activity_id = activities.id)
		AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.activity_id = activities.id)
		AND NOT EXISTS (SELECT 1 FROM activities x WHERE x.object_uri = activities.uri AND x.type = 'Announce')`)
}

func (s *Store) prune(ctx context.Context, w Window, table, old string, args ...any) (next, gone int64, err error) {
	err = s.read.NewRaw("SELECT coalesce(max(id), 0) FROM (SELECT id FROM "+table+" WHERE id > ? AND id < ? ORDER BY id LIMIT ?) AS w",
		w.After, firstID(w.Before), w.Limit).Scan(ctx, &next)
	if err != nil || next == 0 {
		return 0, 0, wrap(err)
	}
	gone, err = s.exec(ctx, "DELETE FROM "+table+" WHERE id > ? AND id <= ? AND "+old, append([]any{w.After, next}, args...)...)
	if err != nil {
		return 0, 0, fmt.Errorf("prune %s: %w", table, err)
	}
	return next, gone, nil
}

// firstID is the least id that may be drawn at a moment.
func firstID(t time.Time) int64 { return max(t.UnixMilli()-epoch, 0) << 21 }

// PruneTombstones forgets what was buried before a moment: what it was to stop does not come any
// more.
func (s *Store) PruneTombstones(ctx context.Context, before time.Time, limit int) (int64, error) {
	return s.exec(ctx, "DELETE FROM tombstones WHERE hash IN (SELECT hash FROM tombstones WHERE created_at < ? ORDER BY created_at LIMIT ?)",
		before.UnixMilli(), limit)
}

// ExpireDeliveries gives up deliveries that have waited since before a moment, whether their host
// fails or an admin paused it; they become dead letters.
func (s *Store) ExpireDeliveries(ctx context.Context, before time.Time, limit int) (int64, error) {
	return s.exec(ctx, `UPDATE deliveries SET state = ?, done_at = ? WHERE `+stillWaits+` AND id IN
		(SELECT id FROM deliveries WHERE id < ? AND state = 0 AND created_at < ? ORDER BY id LIMIT ?)`,
		DeliveryExpired, s.Now(), firstID(before), before.UnixMilli(), limit)
}

// PruneHosts forgets hosts that were met long before a moment and of whom nothing is known or left to
// do: no decision, no actor, nothing that waits or failed. Names are cheap to invent (T53).
func (s *Store) PruneHosts(ctx context.Context, before time.Time, limit int) (int64, error) {
	old := before.UnixMilli()
	return s.exec(ctx, `DELETE FROM hosts WHERE name IN (SELECT h.name FROM hosts h
		WHERE h.policy = '' AND h.paused_at = 0 AND h.created_at < ?0 AND h.last_in_at < ?0 AND h.last_ok_at < ?0 AND h.profiled_at < ?0
		AND NOT EXISTS (SELECT 1 FROM actors a WHERE a.host = h.name)
		AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.host = h.name AND d.state = 0)
		AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.host = h.name AND d.state IN (2, 5)) LIMIT ?1)`, old, limit)
}
