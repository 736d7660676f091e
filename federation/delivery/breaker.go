package delivery

import (
	"time"

	"github.com/copse-social/copse/db"
)

const (
	openAfter    = 5 // failures in a row
	maxWindow    = 8 // requests at a time to one host
	growEvery    = 10
	schemeMemory = 7 * 24 * time.Hour
	noteOKEvery  = 10 * time.Minute // how exact last_ok_at is kept
)

// hostWait is how long a host is left alone after its streak-th failure in a row, before it is
// spread by chance. The longer it has been failing, the rarer the probes.
func hostWait(streak int64, failingFor time.Duration) time.Duration {
	most := 12 * time.Hour // dormant
	switch {
	case failingFor < time.Hour:
		most = 15 * time.Minute
	case failingFor < 24*time.Hour:
		most = time.Hour
	case failingFor < 7*24*time.Hour:
		most = 6 * time.Hour
	}
	if streak > 20 {
		return most
	}
	return min(most, 2*time.Second<<max(0, streak-1))
}

// failed notes that reaching h failed and returns how long to leave it alone.
func failed(h *db.Host, a answer, now time.Time, random float64) time.Duration {
	h.Streak++
	if h.FailingSince.IsZero() {
		h.FailingSince = db.At(now)
	}
	h.State = db.BreakerClosed
	if h.Streak >= openAfter {
		h.State = db.BreakerOpen
	}
	h.LastCode, h.LastError = int64(a.code), a.fault
	h.RetryAfter = db.Time{}
	wait := spread(hostWait(h.Streak, now.Sub(h.FailingSince.Time)), random)
	if a.retryAfter > 0 {
		h.RetryAfter = db.At(now.Add(a.retryAfter))
		wait = max(wait, a.retryAfter)
	}
	h.NextProbeAt = db.At(now.Add(wait))
	h.SendWindow = 1
	return wait
}

// reached notes that h answers; it says whether that is news.
func reached(h *db.Host) bool {
	if h.Streak == 0 && h.State == db.BreakerClosed && h.RetryAfter.IsZero() {
		return false
	}
	h.State, h.Streak = db.BreakerClosed, 0
	h.FailingSince, h.NextProbeAt, h.RetryAfter = db.Time{}, db.Time{}, db.Time{}
	h.SendWindow = 1
	return true
}

// standDown is how long h must be left alone now: paused, failing, or asked us to.
func standDown(h *db.Host, now time.Time) time.Duration {
	const whilePaused = 15 * time.Second // how soon a resume by another process is seen
	if !h.PausedAt.IsZero() {
		return whilePaused
	}
	wait := ahead(h.RetryAfter, now)
	if h.Streak > 0 {
		wait = max(wait, ahead(h.NextProbeAt, now))
	}
	return wait
}

// ahead is how far a moment lies ahead, 0 where it was noted while the clock was wrong.
func ahead(at db.Time, now time.Time) time.Duration {
	if wait := at.Sub(now); wait <= db.FarthestProbe {
		return wait
	}
	return 0
}
