package federation

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/vocab"
)

// Handle finds whom people mean by "name@host", "@name@host", a bare name of ours, or the address
// of an actor or of its page. A handle of another host counts only where WebFinger and the actor
// name each other (T20).
func (r *Resolver) Handle(ctx context.Context, handle string) (*db.Actor, error) {
	handle = strings.TrimSpace(handle)
	if strings.Contains(handle, "://") {
		return r.address(ctx, handle)
	}
	if name := strings.TrimPrefix(handle, "@"); name != "" && !strings.Contains(name, "@") {
		return r.local(ctx, name)
	}
	name, host, err := fetch.Handle(handle)
	if err != nil {
		return nil, fmt.Errorf("look up %.100q: %w", handle, err)
	}
	if r.ourHost(host) {
		return r.local(ctx, name)
	}
	known, err := r.o.Store.ActorByHandle(ctx, name, host)
	if err == nil && r.freshly(known.FetchedAt.Time, keepActor) {
		return known, nil
	}
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, fmt.Errorf("load %s@%s: %w", name, host, err)
	}
	return r.finger(ctx, name+"@"+host)
}

func (r *Resolver) local(ctx context.Context, name string) (*db.Actor, error) {
	a, err := r.o.Store.LocalActor(ctx, name)
	if errors.Is(err, db.ErrNotFound) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("look up %.100q: %w", name, err)
	}
	if !a.DeletedAt.IsZero() {
		return nil, fmt.Errorf("look up %s: %w", name, ErrGone)
	}
	return a, nil
}

// finger asks WebFinger and has the actor confirm the answer.
func (r *Resolver) finger(ctx context.Context, handle string) (*db.Actor, error) {
	if r.offline {
		return nil, ErrOffline
	}
	finger, err := r.o.Fetch.WebFinger(ctx, handle)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", handle, err)
	}
	if r.o.IRIs.Ours(finger.Self) {
		return nil, fmt.Errorf("look up %s: it calls one of ours its own: %w", handle, ErrNotFound)
	}
	a, err := r.Refresh(ctx, finger.Self)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", handle, err)
	}
	if strings.EqualFold(a.Acct(), finger.Subject) {
		return a, nil
	}
	return r.adopt(ctx, a, finger.Subject)
}

// adopt puts an actor under a handle of another host than its id's, once the host of its id says
// the same: Mastodon where people have handles of a host that only forwards WebFinger.
func (r *Resolver) adopt(ctx context.Context, a *db.Actor, subject string) (*db.Actor, error) {
	name, host, err := fetch.Handle(subject)
	if err != nil || !strings.EqualFold(name, a.Handle) {
		return nil, fmt.Errorf("look up %s: %s is not called so: %w", subject, a.URI, ErrNotFound)
	}
	back, err := r.o.Fetch.WebFinger(ctx, a.Handle+"@"+vocab.Host(a.URI))
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", subject, err)
	}
	if back.Self != a.URI || !strings.EqualFold(back.Subject, subject) {
		return nil, fmt.Errorf("look up %s: %s does not confirm it: %w", subject, a.URI, ErrNotFound)
	}
	a.Host = host
	if err := r.o.Store.SaveActor(ctx, a); err != nil {
		return nil, err
	}
	return a, nil
}

// address finds the actor behind an id or a page.
func (r *Resolver) address(ctx context.Context, iri string) (*db.Actor, error) {
	if rest, ours := strings.CutPrefix(iri, r.o.IRIs.Base()+"/"); ours {
		if kind, name, _ := strings.Cut(rest, "/"); (kind == "c" || kind == "u") && !strings.Contains(name, "/") {
			if strings.Contains(name, "@") {
				return r.Handle(ctx, name)
			}
			return r.local(ctx, name)
		}
		return r.Actor(ctx, iri)
	}
	if known, err := r.o.Store.ActorByURI(ctx, iri); err == nil {
		return r.Actor(ctx, known.URI)
	}
	if r.offline {
		return nil, ErrOffline
	}
	found, err := r.o.Fetch.Discover(ctx, iri)
	if err != nil {
		return nil, fmt.Errorf("look up %.100q: %w", iri, err)
	}
	doc, err := vocab.Decode(found.Body)
	if err != nil {
		return nil, fmt.Errorf("look up %.100q: %w", iri, err)
	}
	if r.o.IRIs.Ours(doc.ID) || !vocab.IsActor(doc.Type) {
		return nil, fmt.Errorf("look up %.100q: no actor: %w", iri, ErrNotFound)
	}
	return r.takeActor(ctx, doc)
}
