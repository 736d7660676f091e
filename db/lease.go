package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// Lease is the right of one process to do something alone. It ends by itself unless it is kept, by
// the clock of the database: processes need not agree on the time.
type Lease struct {
	Name  string `bun:"name"`
	Token int64  `bun:"token"` // no two leases have the same, so an owner from before fits nothing
}

// stamp is the present for leases, in ms: that of the server, or ours where we are the server.
func (s *Store) stamp() bun.Safe {
	if s.Engine() == "postgres" {
		return "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
	}
	return bun.Safe(fmt.Sprint(s.Now().Millis()))
}

// TakeLeases takes those leases among names that nobody holds and returns them. A lease that would
// last for more than twice as long as one is taken for was taken by a clock that ran ahead.
func (s *Store) TakeLeases(ctx context.Context, names []string, holder string, last time.Duration) ([]Lease, error) {
	if len(names) == 0 {
		return nil, nil
	}
	names = slices.Compact(slices.Sorted(slices.Values(names))) // one order, no deadlock
	now := s.stamp()
	var rows strings.Builder
	args := make([]any, 0, 5*len(names))
	for i, name := range names {
		if i > 0 {
			rows.WriteString(", ")
		}
		rows.WriteString("(?, ?, ?, ? + ?)")
		args = append(args, name, holder, s.NewID(), now, last.Milliseconds())
	}
	var list []Lease
	err := s.write.NewRaw("INSERT INTO leases (name, holder, token, until) VALUES "+rows.String()+` ON CONFLICT (name) DO UPDATE
		SET holder = EXCLUDED.holder, token = EXCLUDED.token, until = EXCLUDED.until
		WHERE leases.until <= ? OR leases.until > ? + ? OR leases.holder = '' RETURNING name, token`,
		append(args, now, now, 2*last.Milliseconds())...).Scan(ctx, &list)
	return list, wrap(err)
}

// KeepLease holds on to a lease for so long from now, and says whether it was still held.
func (s *Store) KeepLease(ctx context.Context, l Lease, last time.Duration) (bool, error) {
	now := s.stamp()
	n, err := s.exec(ctx, "UPDATE leases SET until = ? + ? WHERE name = ? AND token = ? AND until > ?",
		now, last.Milliseconds(), l.Name, l.Token, now)
	return n > 0, err
}

// HoldsLease says whether a lease has not ended.
func (s *Store) HoldsLease(ctx context.Context, l Lease) (bool, error) {
	var n int
	err := s.read.NewRaw("SELECT count(*) FROM leases WHERE name = ? AND token = ? AND until > ?", l.Name, l.Token, s.stamp()).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// DropLeases ends leases. What is not held any more is left alone.
func (s *Store) DropLeases(ctx context.Context, list []Lease) error {
	for part := range slices.Chunk(list, 500) {
		pairs := make([]string, 0, len(part))
		args := make([]any, 0, 2*len(part))
		for _, l := range part {
			pairs = append(pairs, "(?, ?)")
			args = append(args, l.Name, l.Token)
		}
		if _, err := s.exec(ctx, "DELETE FROM leases WHERE (name, token) IN (VALUES "+strings.Join(pairs, ", ")+")", args...); err != nil {
			return err
		}
	}
	return nil
}

// RestLease ends a lease so that FreeHosts passes the name over for a while; TakeLeases does not mind.
func (s *Store) RestLease(ctx context.Context, l Lease, wait time.Duration) error {
	_, err := s.exec(ctx, "UPDATE leases SET holder = '', until = ? + ? WHERE name = ? AND token = ?",
		s.stamp(), wait.Milliseconds(), l.Name, l.Token)
	return err
}

// WakeLeases ends rests.
func (s *Store) WakeLeases(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	_, err := s.exec(ctx, "DELETE FROM leases WHERE holder = '' AND name IN (?)", bun.List(names))
	return err
}

// DropStaleLeases forgets leases that ended long ago, so that names met once don't pile up.
func (s *Store) DropStaleLeases(ctx context.Context) (int64, error) {
	return s.exec(ctx, "DELETE FROM leases WHERE until < ? - ?", s.stamp(), (24 * time.Hour).Milliseconds())
}

// FreeHosts lists hosts, by name after one of them, with a delivery that may go now and no lease or
// rest under the prefix with their name, apart from those to be left alone. It jumps from host to
// host, so a long queue costs nothing.
func (s *Store) FreeHosts(ctx context.Context, prefix, after string, limit int) ([]string, error) {
	var list []string
	err := s.read.NewRaw(`WITH RECURSIVE h (host) AS (
			SELECT min(host) FROM deliveries WHERE state = 0 AND host > ?0
			UNION ALL SELECT (SELECT min(d.host) FROM deliveries d WHERE d.state = 0 AND d.host > h.host) FROM h WHERE h.host IS NOT NULL)
		SELECT host FROM h WHERE host IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.name = ?1 || h.host AND l.until > ?2)
		AND NOT EXISTS (SELECT 1 FROM hosts WHERE hosts.name = h.host AND (hosts.retry_after > ?3 AND hosts.retry_after <= ?5 OR hosts.streak > 0 AND hosts.next_probe_at > ?3 AND hosts.next_probe_at <= ?5))
		AND EXISTS (SELECT 1 FROM deliveries d WHERE d.state = 0 AND d.host = h.host AND d.next_at <= ?3)
		LIMIT ?4`, after, prefix, s.stamp(), s.Now(), limit, s.Now().Millis()+FarthestProbe.Milliseconds()).Scan(ctx, &list)
	return list, wrap(err)
}

// NextDeliveries is what comes next for a host, and how many deliveries wait there on their own account.
type NextDeliveries struct {
	Late, Normal, Bulk []int64 // late ones that are due; ids in order
	AllLate            int
}

// NextDeliveriesTo lists the first few deliveries of each kind that may go to a host now.
func (s *Store) NextDeliveriesTo(ctx context.Context, host string, few int) (NextDeliveries, error) {
	var rows []struct {
		Kind int   `bun:"kind"`
		ID   int64 `bun:"id"`
	}
	err := s.read.NewRaw(`SELECT 0 AS kind, id FROM (SELECT id FROM deliveries WHERE host = ?0 AND state = 0 AND next_at > 0 AND next_at <= ?1 ORDER BY next_at, id LIMIT ?2) AS a
		UNION ALL SELECT 1, id FROM (SELECT id FROM deliveries WHERE host = ?0 AND state = 0 AND next_at = 0 AND class = 0 ORDER BY id LIMIT ?2) AS b
		UNION ALL SELECT 2, id FROM (SELECT id FROM deliveries WHERE host = ?0 AND state = 0 AND next_at = 0 AND class = 1 ORDER BY id LIMIT ?2) AS c
		UNION ALL SELECT 3, count(*) FROM deliveries WHERE host = ?0 AND state = 0 AND next_at > 0`, host, s.Now(), few).Scan(ctx, &rows)
	var next NextDeliveries
	for _, r := range rows {
		switch r.Kind {
		case 0:
			next.Late = append(next.Late, r.ID)
		case 1:
			next.Normal = append(next.Normal, r.ID)
		case 2:
			next.Bulk = append(next.Bulk, r.ID)
		case 3:
			next.AllLate = int(r.ID)
		}
	}
	return next, wrap(err)
}
