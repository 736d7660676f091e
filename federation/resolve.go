package federation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/vocab"
)

const (
	// keepActor is how long what a server said of its actor counts without asking again.
	keepActor = 24 * time.Hour
	// keepTry is how long a stored actor serves before its unreachable server is asked again.
	keepTry = time.Hour
	// maxRemembered bounds each memory; the least used goes first (T53).
	maxRemembered = 20_000
)

// ResolverOptions is what a Resolver needs; Policy and Log may be nil.
type ResolverOptions struct {
	Store *db.Store
	Fetch *fetch.Client
	IRIs  IRIs
	Now   func() time.Time
	Log   *slog.Logger
	// Policy answers ErrRefusedHost for hosts we do not deal with; nil asks NewPolicy's. It also
	// holds for whom we know already: a blocked host must not come in through somebody else's
	// group.
	Policy func(ctx context.Context, host string) error
}

// Resolver knows other hosts' actors and objects: from the database while fresh, else by
// fetching. It is safe for concurrent use and must not be used inside a transaction.
type Resolver struct {
	o   ResolverOptions
	mem *memory
	// offline makes every need for the network an ErrOffline.
	offline bool
}

// memory is what all copies of one Resolver share.
type memory struct {
	keys  *otter.Cache[string, peerKey]
	tried *otter.Cache[string, time.Time] // when asking somewhere was last in vain
	reads *otter.Cache[string, reads]     // who is a follower of a group elsewhere
	asks  singleflight.Group
	store chan struct{} // one remote actor is written at a time
}

// ErrOffline is what an Offline resolver answers: it is not here, and the network was not to be used.
var ErrOffline = errors.New("needs the network")

// NewResolver panics where Store, Fetch or Now is missing: a programmer's error.
func NewResolver(o ResolverOptions) *Resolver {
	if o.Store == nil || o.Fetch == nil || o.Now == nil {
		panic("federation: a Resolver needs Store, Fetch and Now")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Policy == nil {
		o.Policy = NewPolicy(o.Store, o.Now).Allowed
	}
	return &Resolver{o: o, mem: &memory{
		keys:  otter.Must(&otter.Options[string, peerKey]{MaximumSize: maxRemembered}),
		tried: otter.Must(&otter.Options[string, time.Time]{MaximumSize: maxRemembered}),
		reads: otter.Must(&otter.Options[string, reads]{MaximumSize: maxRemembered}),
		store: make(chan struct{}, 1),
	}}
}

// Offline is the same resolver, answering ErrOffline where it would have to fetch.
func (r *Resolver) Offline() *Resolver { return &Resolver{o: r.o, mem: r.mem, offline: true} }

// Actor returns the actor with an ActivityPub id: ours and those read within a day from the
// database, others fetched. While its server can't be reached the stored copy serves. ErrGone
// means that it was deleted, ErrNotFound that there is none, ErrRefusedHost that we do not deal
// with its host.
func (r *Resolver) Actor(ctx context.Context, iri string) (*db.Actor, error) {
	known, err := r.o.Store.ActorByURI(ctx, iri)
	switch {
	case errors.Is(err, db.ErrNotFound) && r.o.IRIs.Ours(iri):
		return nil, fmt.Errorf("resolve actor %s: %w", iri, ErrNotFound)
	case errors.Is(err, db.ErrNotFound):
		return r.Refresh(ctx, iri)
	case err != nil:
		return nil, fmt.Errorf("load actor %s: %w", iri, err)
	case !known.DeletedAt.IsZero():
		return nil, fmt.Errorf("resolve actor %s: %w", iri, ErrGone)
	case known.Local:
		return known, nil
	}
	if err := r.o.Policy(ctx, vocab.Host(iri)); err != nil {
		return nil, fmt.Errorf("resolve actor %s: %w", iri, err)
	}
	if r.freshly(known.FetchedAt.Time, keepActor) || r.triedWithin("actor "+iri, keepTry) {
		return known, nil
	}
	fresh, err := r.Refresh(ctx, iri)
	if err == nil || errors.Is(err, ErrGone) || errors.Is(err, ErrOffline) || ctx.Err() != nil {
		return fresh, err
	}
	r.mem.tried.Set("actor "+iri, r.o.Now())
	r.o.Log.InfoContext(ctx, "stored actor serves", "actor", iri, "err", err)
	return known, nil
}

// Refresh fetches an actor anew and stores it. One that its server calls gone becomes a
// tombstone.
func (r *Resolver) Refresh(ctx context.Context, iri string) (*db.Actor, error) {
	a, _, err := r.refresh(ctx, iri)
	return a, err
}

func (r *Resolver) refresh(ctx context.Context, iri string) (*db.Actor, *vocab.Object, error) {
	doc, err := r.get(ctx, iri)
	if err == nil && doc.IsTombstone() {
		err = ErrGone
	}
	if errors.Is(err, ErrGone) {
		return nil, nil, errors.Join(fmt.Errorf("resolve actor %s: %w", iri, err), r.entomb(ctx, iri))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("resolve actor %s: %w", iri, err)
	}
	a, err := r.takeActor(ctx, doc)
	return a, doc, err
}

// entomb marks an actor as gone that its server calls so.
func (r *Resolver) entomb(ctx context.Context, iri string) error {
	a, err := r.o.Store.ActorByURI(ctx, iri)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load actor %s: %w", iri, err)
	}
	r.forgetKeys(a)
	if a.Local {
		return nil
	}
	return r.o.Store.TombstoneActor(ctx, a.ID)
}

// get fetches and reads one document of another host.
func (r *Resolver) get(ctx context.Context, iri string) (*vocab.Object, error) {
	if r.o.IRIs.Ours(iri) {
		return nil, fmt.Errorf("%w: ours", ErrNotFound)
	}
	if r.offline {
		return nil, ErrOffline
	}
	doc, err := r.o.Fetch.Object(ctx, iri)
	if err != nil {
		return nil, err
	}
	return vocab.Decode(doc.Body)
}

func (r *Resolver) freshly(at time.Time, span time.Duration) bool {
	return !at.IsZero() && r.o.Now().Sub(at) < span
}

func (r *Resolver) triedWithin(what string, span time.Duration) bool {
	at, ok := r.mem.tried.GetIfPresent(what)
	return ok && r.freshly(at, span)
}
