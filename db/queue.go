package db

import (
	"context"
	"time"
)

// DormantAfter is how long a host must have failed to be called dormant: it is then probed twice a
// day (reliability.md 1d).
const DormantAfter = 7 * 24 * time.Hour

// QueueTotals is all that waits, and how the hosts stand for which something does.
type QueueTotals struct {
	Classes []ClassTotal
	Dead    int64 // dead letters
	Open    int64 // hosts left alone for a while
	Dormant int64 // of these, hosts that have failed for long
	Paused  int64
}

// ClassTotal is what waits in one class of deliveries.
type ClassTotal struct {
	Class   int16 `bun:"class"`
	Waiting int64 `bun:"waiting"`
	Oldest  Time  `bun:"oldest"`
}

// QueueTotals counts what waits by class, dead letters, and hosts in trouble.
func (s *Store) QueueTotals(ctx context.Context) (QueueTotals, error) {
	var n QueueTotals
	err := s.read.NewRaw(`SELECT class, count(*) AS waiting, min(created_at) AS oldest FROM deliveries
		WHERE state = 0 GROUP BY class ORDER BY class`).Scan(ctx, &n.Classes)
	if err != nil {
		return n, wrap(err)
	}
	if n.Dead, err = s.CountDead(ctx); err != nil {
		return n, err
	}
	now := s.Now()
	err = s.read.NewRaw(`SELECT coalesce(sum(CASE WHEN streak > 0 AND state <> 'closed' THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN streak > 0 AND failing_since > 0 AND failing_since <= ? THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN paused_at > 0 THEN 1 ELSE 0 END), 0) FROM hosts`,
		now.Millis()-DormantAfter.Milliseconds()).Scan(ctx, &n.Open, &n.Dormant, &n.Paused)
	return n, wrap(err)
}

// FailingHosts lists hosts that fail and for which something waits, those that fail longest first.
func (s *Store) FailingHosts(ctx context.Context, limit int) ([]*HostLine, error) {
	var list []*HostLine
	err := s.read.NewSelect().Model(&list).
		ColumnExpr("host.*").
		ColumnExpr("(SELECT count(*) FROM deliveries d WHERE d.host = host.name AND d.state = 0) AS pending").
		Where("host.streak > 0 AND host.policy <> ?", HostBlocked).
		Where("EXISTS (SELECT 1 FROM deliveries d WHERE d.host = host.name AND d.state = 0)").
		Order("host.failing_since", "host.name").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// DayTotal is what became of deliveries to a host on one day.
type DayTotal struct {
	Day   int64 `bun:"day"` // since 1970, UTC
	Taken int64 `bun:"taken"`
	Given int64 `bun:"given"` // refused or expired
}

// HostDays counts by day how deliveries to a host ended since a moment. It reads no more than the
// latest rows of the log, and says from when on these are complete, so that a busy instance pays no
// more than a small one; it needs no index that every delivery would have to write.
func (s *Store) HostDays(ctx context.Context, host string, since Time, rows int) (days []DayTotal, from Time, err error) {
	err = s.read.NewRaw(`SELECT done_at / 86400000 AS day, sum(CASE WHEN state = 1 THEN 1 ELSE 0 END) AS taken,
		sum(CASE WHEN state = 1 THEN 0 ELSE 1 END) AS given
		FROM (SELECT host, state, done_at FROM deliveries ORDER BY id DESC LIMIT ?) d
		WHERE host = ? AND state IN (1, 2, 5) AND done_at >= ? GROUP BY done_at / 86400000 ORDER BY day`, rows, host, since).Scan(ctx, &days)
	if err != nil {
		return nil, from, wrap(err)
	}
	err = s.read.NewRaw(`SELECT coalesce(max(created_at), 0) FROM (SELECT created_at FROM deliveries ORDER BY id DESC LIMIT 1 OFFSET ?) d`, rows).Scan(ctx, &from)
	if since.After(from.Time) {
		from = since
	}
	return days, from, wrap(err)
}
