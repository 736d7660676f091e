package db

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// PendingAlarm is the share of the room for what waits at which an admin is to be told.
const PendingAlarm = 0.8

// deliveryBytes is about what a waiting delivery takes with its entries in indexes and queue.
const deliveryBytes = 600

// PendingBytes is about what all that waits to be sent takes: a row for each delivery, and each
// activity once. It reads every row that waits, so ask seldom.
func (s *Store) PendingBytes(ctx context.Context) (int64, error) {
	var rows, bodies int64
	err := s.read.NewRaw(`SELECT (SELECT count(*) FROM deliveries WHERE state = 0), coalesce(sum(length(body)), 0)
		FROM activities WHERE id IN (SELECT activity_id FROM deliveries WHERE state = 0)`).Scan(ctx, &rows, &bodies)
	return rows*deliveryBytes + bodies, wrap(err)
}

// KeepPending leaves word of how much waits, and how much may.
func (s *Store) KeepPending(ctx context.Context, bytes, most int64) error {
	return s.SetSetting(ctx, SettingPending, strconv.FormatInt(bytes, 10)+"/"+strconv.FormatInt(most, 10))
}

// PendingShare reads SettingPending: how full the room for what waits is; 0 where nobody has looked.
func PendingShare(kept string) float64 {
	part, whole, _ := strings.Cut(kept, "/")
	bytes, _ := strconv.ParseFloat(part, 64)
	most, err := strconv.ParseFloat(whole, 64)
	if err != nil || most <= 0 {
		return 0
	}
	return bytes / most
}

// ExpireDormant gives up what has waited longest for hosts that have failed since before a moment,
// and says how many deliveries that were; they become dead letters.
func (s *Store) ExpireDormant(ctx context.Context, since time.Time, limit int) (int64, error) {
	return s.exec(ctx, `UPDATE deliveries SET state = ?, done_at = ?, last_error = 'no room to let it wait longer' WHERE state = 0 AND id IN
		(SELECT d.id FROM deliveries d JOIN hosts h ON h.name = d.host
		WHERE d.state = 0 AND h.streak > 0 AND h.failing_since > 0 AND h.failing_since < ? ORDER BY d.id LIMIT ?)`,
		DeliveryExpired, s.Now(), since.UnixMilli(), limit)
}

// OldestHealthy is since when the delivery waits that has waited longest for a host that answers, is
// not paused and holds nothing against the delivery itself; zero where none does.
func (s *Store) OldestHealthy(ctx context.Context) (Time, error) {
	var at Time
	err := s.read.NewRaw(`SELECT coalesce(min(d.created_at), 0) FROM deliveries d LEFT JOIN hosts h ON h.name = d.host
		WHERE d.state = 0 AND d.next_at = 0 AND (h.name IS NULL OR h.streak = 0 AND h.paused_at = 0 AND h.retry_after = 0)`).Scan(ctx, &at)
	return at, wrap(err)
}
