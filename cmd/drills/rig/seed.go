package rig

import (
	"context"
	"fmt"
	"time"
)

// SeedPending writes deliveries that wait for hosts which have been failing and are not tried within
// the next hours, without going through the instance. It returns the names of the hosts.
func (r *Rig) SeedPending(ctx context.Context, deliveries, hosts int) ([]string, error) {
	base, err := r.Database()
	if err != nil {
		return nil, err
	}
	defer func() { _ = base.Close() }()
	if _, err := base.ExecContext(ctx, "ANALYZE deliveries"); err != nil { // from now on the database believes that nothing waits
		return nil, fmt.Errorf("count deliveries: %w", err)
	}
	// An hour ago, and with ids of that time: milliseconds since 2025, in steps of 2 to the power of 21.
	then := time.Now().Add(-time.Hour)
	later, stamp := then.Add(7*time.Hour).UnixMilli(), then.UnixMilli()
	first := then.Sub(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)).Milliseconds() << 21
	const series = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d) "
	const host = "'h' || (i %% %d) || '.localhost:9'"
	for _, text := range []string{
		fmt.Sprintf(`INSERT INTO hosts (name, state, streak, failing_since, next_probe_at, created_at) `+series+
			`SELECT 'h' || i || '.localhost:9', 'open', 12, %d, %d, %d FROM n`, hosts, stamp, later, stamp),
		fmt.Sprintf(`INSERT INTO activities (id, uri, actor_id, type, local, public, body, created_at)
			SELECT 1, '%s/ap/activities/1', id, 'Announce', true, true, '{}', %d FROM actors WHERE local ORDER BY id LIMIT 1`, r.URL, stamp),
		fmt.Sprintf(`INSERT INTO deliveries (id, activity_id, host, inbox, okey, created_at) `+series+
			`SELECT %d + i, 1, `+host+`, 'http://' || `+host+` || '/inbox/' || i, i, %d FROM n`, deliveries, first, hosts, hosts, stamp),
	} {
		if _, err := base.ExecContext(ctx, text); err != nil {
			return nil, fmt.Errorf("seed %d deliveries: %w", deliveries, err)
		}
	}
	names := make([]string, hosts)
	for i := range names {
		names[i] = fmt.Sprintf("h%d.localhost:9", i)
	}
	return names, nil
}
