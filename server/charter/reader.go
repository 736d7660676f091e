package charter

import (
	"context"
	"log/slog"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// rereadAfter is how long what was read of a charter elsewhere is good for: its followers are told of
// every change, and everybody else is no worse off than an hour behind.
const rereadAfter = time.Hour

// Reader reads the charters of groups elsewhere, all their versions, when somebody here looks at the
// group: before one joins there is nothing that would bring them. Unlike the rules it asks other
// servers, and opens transactions of its own.
type Reader struct {
	rules    *Rules
	store    *db.Store
	resolver *federation.Resolver
	log      *slog.Logger
}

// NewReader makes the reader.
func NewReader(rules *Rules, s *db.Store, r *federation.Resolver) *Reader {
	return &Reader{rules: rules, store: s, resolver: r, log: rules.log}
}

// Meet finds an actor anywhere by handle, what runs there, so that who is asked to found something is
// sent the charter itself where their server can show it, and what a group has agreed on.
func (r *Reader) Meet(ctx context.Context, handle string) (*db.Actor, error) {
	a, err := r.resolver.Handle(ctx, handle)
	if err != nil || a.Local {
		return a, err
	}
	if _, err := r.resolver.Profile(ctx, a.Host); err != nil {
		r.log.InfoContext(ctx, "host not known", "host", a.Host, "err", err)
	}
	if a.Type != db.ActorGroup {
		return a, nil
	}
	if err := r.read(ctx, a); err != nil {
		r.log.InfoContext(ctx, "charter not read", "actor", a.URI, "err", err)
	}
	return a, nil
}

// read gets the versions of one group, unless that was done a short while ago.
func (r *Reader) read(ctx context.Context, a *db.Actor) error {
	at, err := none(r.store.CharterSourceOf(ctx, a.ID))
	if err != nil || at == nil {
		return err
	}
	now := r.store.Now()
	if !vocab.SameOrigin(at.URI, a.URI) || now.Sub(at.ReadAt.Time) < rereadAfter {
		return nil
	}
	if err := r.store.CharterRead(ctx, a.ID, now); err != nil {
		return err
	}
	return r.resolver.Versions(ctx, at.URI, func(ctx context.Context, f *federation.Fetched) error {
		return r.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			out, err := r.rules.keep(ctx, tx, f)
			if err == nil && out.Reason != "" {
				r.log.InfoContext(ctx, "version not taken", "object", f.Doc.ID, "reason", out.Reason)
			}
			return err
		})
	})
}
