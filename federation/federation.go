// Package federation speaks with other instances: it authenticates and stores what comes in,
// resolves what it needs from elsewhere, hands it over to be applied, and publishes what our
// people and groups do.
//
// It knows no rule: what an activity means is decided in the rule rooms, which the actors door
// calls. Inwards read receive.go, resolve.go, then inbox; outwards publish.go, then delivery.
package federation

import (
	"errors"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/vocab"
)

// What a caller can tell apart beside the errors of vocab (malformed, too large).
var (
	// ErrUnauthentic: no signature, or one that does not prove what it should (401).
	ErrUnauthentic = errors.New("not authentic")
	// ErrForbidden: authentic, but not allowed: another's name, or a blocked host (403).
	ErrForbidden = errors.New("forbidden")
	// ErrRefusedHost: we do not deal with this host, or must not reach it.
	ErrRefusedHost = fetch.ErrRefusedHost
	// ErrGone: its host says that it was deleted.
	ErrGone = fetch.ErrGone
	// ErrNotFound: its host does not know it, or hides it.
	ErrNotFound = fetch.ErrNotFound
)

// Temporary says that the same attempt may succeed later.
func Temporary(err error) bool { return fetch.Temporary(err) }

// Incoming is one authentic activity with everything that had to be fetched to apply it. Nothing
// in it is believed beyond what its fields say.
type Incoming struct {
	Receipt *db.Receipt
	// Actor sent it: its key signed the request and its id is the activity's actor. For an
	// activity that a group passed on, Actor is who did it and Via is the group.
	Actor *db.Actor
	Via   *db.Actor
	// Activity is what Actor did, Body its exact bytes.
	Activity *vocab.Object
	Body     []byte
	// Vouched says that Actor did it beyond doubt: signed by its key, proved by FEP-8b32, or
	// found unchanged at its origin. Otherwise the activity is a hint: only what was fetched counts.
	Vouched bool
	// Object is the object of a Create, Update or Announce as its origin vouches for it; nil where
	// the activity has none, it is ours, or it is stored here already.
	Object *Fetched
	// Thread holds posts above Object that we did not have, the topmost first.
	Thread []*Fetched
	// Gone says that the origin of the object of a Delete confirmed that it is gone.
	Gone bool
}

// ErrEarly says that what an activity is about has not come yet. The inbox tries again.
var ErrEarly = errors.New("what it is about has not come yet")

// earlyAttempts is how often what came too early is looked at before it is let go: for a good minute.
const earlyAttempts = 3

// Early says that what the activity is about may still be on its way. What a group passes on comes
// in the group's order.
func (in *Incoming) Early() bool {
	return in.Vouched && in.Via == nil && in.Receipt != nil && in.Receipt.Attempts < earlyAttempts
}

// Fetched is an object that its author's host vouches for, and its author.
type Fetched struct {
	Doc    *vocab.Object
	Author *db.Actor
}

// Outcome is how applying an activity ended.
type Outcome struct {
	State  int16 // db.ReceiptDone, ReceiptIgnored or ReceiptRefused
	Reason string
}

// Done is the outcome of what took effect.
func Done() Outcome { return Outcome{State: db.ReceiptDone} }

// Ignored is the outcome of what means nothing here; reason is a short stable code.
func Ignored(reason string) Outcome { return Outcome{State: db.ReceiptIgnored, Reason: reason} }

// Refused is the outcome of what was not believed or not allowed; reason is a short stable code.
func Refused(reason string) Outcome { return Outcome{State: db.ReceiptRefused, Reason: reason} }
