package delivery

import (
	"net/http"
	"time"

	"github.com/copse-social/copse/federation/sign"
)

// answer is what came of one try, second knock included.
type answer struct {
	code       int           // HTTP status; 0: none came
	fault      string        // why there was no answer, a few stable words
	ours       bool          // the fault is on our side
	retryAfter time.Duration // how long the peer asks us to stay away
	scheme     sign.Scheme   // what the request was signed with
	took       time.Duration
}

// Kinds of rulings.
type kind int

const (
	taken   kind = iota // the peer has it
	refused             // it will not take it; no further try
	late                // this delivery is tried again later, others pass
	broken              // the host fails: everything for it waits
	dropped             // we cannot send it
)

// ruling is what an answer means for a delivery.
type ruling struct {
	kind kind
	wait time.Duration // for late
}

// Waits between tries of one delivery that its peer refuses. The peer's cache of our keys, its
// clock or its copy of what we answer to may be the cause, so a no is believed after a while.
var (
	waitsUnauthorized = []time.Duration{10 * time.Minute, time.Hour, 6 * time.Hour}
	waitsNotFound     = []time.Duration{time.Hour, 23 * time.Hour}
	waitsRefused      = []time.Duration{time.Hour}
	waitsOurs         = []time.Duration{time.Minute, 10 * time.Minute, time.Hour}
)

// judge is the table of answers. strikes counts earlier tries that failed because of the delivery.
func judge(a answer, strikes int64) ruling {
	switch {
	case a.ours:
		return later(strikes, waitsOurs, dropped)
	case a.code == 0:
		return ruling{kind: broken}
	case a.code >= 200 && a.code < 300:
		return ruling{kind: taken}
	case a.code >= 500:
		return ruling{kind: broken}
	}
	switch a.code {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return ruling{kind: broken}
	case http.StatusGone, http.StatusFailedDependency: // 424: NodeBB can't fetch the wrapped activity
		return ruling{kind: refused}
	case http.StatusUnauthorized:
		return later(strikes, waitsUnauthorized, refused)
	case http.StatusNotFound:
		return later(strikes, waitsNotFound, refused)
	}
	return later(strikes, waitsRefused, refused)
}

// later gives the wait of the next try, or the end when all are used up.
func later(strikes int64, waits []time.Duration, end kind) ruling {
	if strikes < int64(len(waits)) {
		return ruling{kind: late, wait: waits[strikes]}
	}
	return ruling{kind: end}
}

// blameable says that a failure may be of this delivery alone, if others to the same host succeed:
// the host was there and broke while it dealt with it.
func blameable(a answer) bool {
	switch {
	case a.retryAfter > 0 || a.code == http.StatusServiceUnavailable || a.code == http.StatusTooManyRequests:
		return false
	case a.code >= 500:
		return true
	}
	return a.fault == faultReset || a.fault == faultTimeout
}

// slowDown says that fewer requests at a time might do better.
func slowDown(a answer) bool {
	return a.code == http.StatusTooManyRequests || a.code == http.StatusServiceUnavailable || a.fault == faultTimeout
}

// poisonWait is how long a delivery waits that failed while others passed. The first wait is short:
// a host that stumbles now and then is no reason to fall behind (LemmyNet/lemmy#4346).
func poisonWait(strikes int64, random float64) time.Duration {
	wait := 6 * time.Hour
	switch {
	case strikes == 0:
		wait = 20 * time.Second
	case strikes < 10:
		wait = min(wait, time.Minute<<(strikes-1))
	}
	return spread(wait, random)
}

// spread varies a wait by half, so that what failed together is not retried together.
func spread(d time.Duration, random float64) time.Duration {
	return time.Duration(float64(d) * (0.5 + random))
}
