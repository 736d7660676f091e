package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// What a fetch may end in, for errors.Is. None of them carries text of the
// other host, so all are safe to log.
var (
	// ErrGone: the host says the thing was deleted (410).
	ErrGone = errors.New("gone")
	// ErrNotFound: the host does not know the thing, or hides it (404).
	ErrNotFound = errors.New("not found")
	// ErrForbidden: refused with 401 or 403 under both signature schemes.
	ErrForbidden = errors.New("forbidden")
	// ErrRefusedHost: we refused to connect, by policy or because the address
	// is one a stranger must not make us reach. Log class "ssrf".
	ErrRefusedHost = errors.New("ssrf: refused host")
	// ErrBudget: the activity, or the host it points at, has caused enough
	// fetches. Temporary when waiting helps.
	ErrBudget = errors.New("fetch budget spent")
	// ErrWrongType: the answer is not of a media type that speaks for its host.
	ErrWrongType = errors.New("wrong content type")
	// ErrTooLarge: more bytes than a document may have, before or after
	// decompression.
	ErrTooLarge = errors.New("too large")
	// ErrTooSlow: fewer bytes per second than an honest host manages.
	ErrTooSlow = errors.New("too slow")
	// ErrOrigin: the document claims an identity its URL cannot speak for.
	ErrOrigin = errors.New("wrong origin")
	// ErrMalformed: an address, handle or document that cannot be read.
	ErrMalformed = errors.New("malformed")
	// ErrRedirect: too many redirects, a loop, or one to a forbidden scheme.
	ErrRedirect = errors.New("bad redirect")
	// ErrUnchanged: the ETag given to Conditional still holds (304).
	ErrUnchanged = errors.New("unchanged")
)

// StatusError is an answer other than 200. It unwraps to ErrGone, ErrNotFound
// or ErrForbidden where one of these fits.
type StatusError struct {
	Status int
	// RetryAfter is the wait the host asked for, or zero.
	RetryAfter time.Duration
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("status %d", e.Status)
}

// Unwrap makes errors.Is(err, ErrGone) and its kin work.
func (e *StatusError) Unwrap() error {
	switch e.Status {
	case http.StatusGone:
		return ErrGone
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusUnauthorized, http.StatusForbidden:
		return ErrForbidden
	}
	return nil
}

// retryable marks an error that another attempt may not meet.
type retryable struct{ err error }

func (e *retryable) Error() string { return e.err.Error() }
func (e *retryable) Unwrap() error { return e.err }

// Temporary tells whether the same fetch may succeed later: the network, a
// busy or broken host, or a rate we keep for it. A refusal is never temporary.
func Temporary(err error) bool {
	if errors.Is(err, ErrRefusedHost) {
		return false
	}
	var status *StatusError
	if errors.As(err, &status) {
		switch status.Status {
		case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
			return true
		case http.StatusNotImplemented:
			return false
		}
		return status.Status >= 500
	}
	var r *retryable
	return errors.As(err, &r) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrTooSlow)
}

// RetryAfter is the wait the host asked for with its refusal, or zero.
func RetryAfter(err error) time.Duration {
	var status *StatusError
	if errors.As(err, &status) {
		return status.RetryAfter
	}
	return 0
}
