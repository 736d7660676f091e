package db

import (
	"context"
	"fmt"
	"time"
)

// LongestWait is more than anything is ever put off by. What is to wait longer was put off by a clock
// that ran ahead.
const LongestWait = 48 * time.Hour

// EndLongWaits lets what would wait longer than LongestWait go on now, and says how much that was:
// after the clock ran ahead for a while and was put right, it would wait as long again.
func (s *Store) EndLongWaits(ctx context.Context) (int64, error) {
	now := s.Now().Millis()
	last, sum := now+LongestWait.Milliseconds(), int64(0)
	for _, query := range []string{
		"UPDATE deliveries SET next_at = ?0 WHERE state = 0 AND next_at > ?1",
		"UPDATE hosts SET next_probe_at = ?0 WHERE streak > 0 AND next_probe_at > ?1",
		"UPDATE hosts SET retry_after = ?0 WHERE retry_after > ?1",
		"UPDATE receipts SET next_at = ?0 WHERE state = 0 AND next_at > ?1",
		"UPDATE gone_actors SET next_at = ?0 WHERE next_at > ?1",
		"DELETE FROM leases WHERE until > " + fmt.Sprint(s.stamp()) + " + ?2",
	} {
		n, err := s.exec(ctx, query, now, last, LongestWait.Milliseconds())
		if err != nil {
			return sum, fmt.Errorf("end long waits: %w", err)
		}
		sum += n
	}
	return sum, nil
}
