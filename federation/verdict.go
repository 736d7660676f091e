package federation

import (
	"errors"

	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/vocab"
)

// verdict is an outcome that is known before anything is applied, travelling as an error.
type verdict struct{ Outcome }

// Error implements error.
func (v *verdict) Error() string { return v.Reason }

// ignore says that an activity means nothing here; refuse that it is not believed.
func ignore(reason string) error { return &verdict{Ignored(reason)} }
func refuse(reason string) error { return &verdict{Refused(reason)} }

// reasons are the stable codes of what can't be resolved for good.
var reasons = [...]struct {
	err  error
	code string
}{
	{fetch.ErrGone, "gone"},
	{fetch.ErrNotFound, "not-found"},
	{fetch.ErrRefusedHost, "refused-host"},
	{fetch.ErrForbidden, "fetch-forbidden"},
	{fetch.ErrBudget, "budget"},
	{fetch.ErrOrigin, "wrong-origin"},
	{fetch.ErrWrongType, "wrong-type"},
	{fetch.ErrTooLarge, "too-large"},
	{vocab.ErrTooLarge, "too-large"},
	{fetch.ErrRedirect, "bad-redirect"},
	{fetch.ErrMalformed, "malformed"},
	{vocab.ErrMalformed, "malformed"},
	{ErrForbidden, "forbidden"},
	{ErrUnauthentic, "not-authentic"},
}

// Judge turns an error of resolving into an outcome; final is false where trying again may help.
func Judge(err error) (out Outcome, final bool) {
	if v, ok := errors.AsType[*verdict](err); ok {
		return v.Outcome, true
	}
	if errors.Is(err, ErrEarly) {
		return Ignored("unknown-object"), false
	}
	if Temporary(err) {
		return Refused("unreachable"), false
	}
	for _, r := range reasons {
		if errors.Is(err, r.err) {
			return Refused(r.code), true
		}
	}
	var status *fetch.StatusError
	if errors.As(err, &status) {
		return Refused("bad-answer"), true
	}
	return Refused("internal"), false
}
