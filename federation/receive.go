package federation

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/copse-social/copse/db"
)

// ReceiverOptions is what a Receiver needs; Policy, Nudge and Log may be nil.
type ReceiverOptions struct {
	Store    *db.Store
	Resolver *Resolver
	IRIs     IRIs
	Now      func() time.Time
	Log      *slog.Logger
	// Policy answers an error for hosts we do not deal with.
	Policy func(ctx context.Context, host string) error
	// Nudge wakes the inbox.
	Nudge func()
}

// Receiver authenticates requests of other instances.
type Receiver struct {
	o ReceiverOptions
}

// NewReceiver returns a receiver.
func NewReceiver(o ReceiverOptions) *Receiver { return &Receiver{o: o} }

// Receive authenticates an activity and stores it. Nil means stored, or known already: answer 202.
// ErrUnauthentic means 401, ErrForbidden 403, vocab.ErrMalformed 400 and vocab.ErrTooLarge 413.
// inboxOf is the actor whose inbox it came to, 0 for the shared one.
func (v *Receiver) Receive(req *http.Request, body []byte, inboxOf int64) error {
	return ErrUnauthentic
}

// Reader says who signed a GET; ErrUnauthentic where nobody did, or not validly.
func (v *Receiver) Reader(req *http.Request) (*db.Actor, error) {
	return nil, ErrUnauthentic
}
