package federation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/vocab"
)

// takeActor stores what a document fetched at its origin says of its actor.
func (r *Resolver) takeActor(ctx context.Context, doc *vocab.Object) (*db.Actor, error) {
	a, err := actorFromWire(doc)
	if err != nil {
		return nil, fmt.Errorf("read actor %s: %w", doc.ID, err)
	}
	if host := r.otherHost(ctx, a, doc.Webfinger); host != "" {
		a.Host = host
	}
	if err := r.storeActor(ctx, a, doc); err != nil {
		return nil, fmt.Errorf("store actor %s: %w", a.URI, err)
	}
	return a, nil
}

// otherHost is the host that an actor's handle stands under where it is not that of its id: the
// actor names it (FEP-2c59) and WebFinger there leads back to the actor (T20).
func (r *Resolver) otherHost(ctx context.Context, a *db.Actor, claim string) string {
	name, host, err := fetch.Handle(claim)
	if claim == "" || err != nil || host == a.Host || !strings.EqualFold(name, a.Handle) || r.ourHost(host) {
		return ""
	}
	if old, err := r.o.Store.ActorByURI(ctx, a.URI); err == nil && old.Host == host && old.Handle == a.Handle {
		return host
	}
	finger, err := r.o.Fetch.WebFinger(ctx, name+"@"+host)
	if err != nil || finger.Self != a.URI || !strings.EqualFold(finger.Subject, name+"@"+host) {
		return ""
	}
	return host
}

func (r *Resolver) ourHost(host string) bool { return host == r.o.IRIs.Host() }

// storeActor writes an actor of another host, moves the inboxes counted for those it follows when
// its own has changed, and keeps the row of a group. One at a time: two refreshes of one actor
// must not both move its inbox.
func (r *Resolver) storeActor(ctx context.Context, a *db.Actor, doc *vocab.Object) error {
	select {
	case r.mem.store <- struct{}{}:
		defer func() { <-r.mem.store }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	a.FetchedAt = db.At(r.o.Now())
	err := r.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		old, err := tx.ActorByURI(ctx, a.URI)
		switch {
		case errors.Is(err, db.ErrNotFound):
			return r.storeNew(ctx, tx, a, doc)
		case err != nil:
			return err
		case old.Local:
			return ErrForbidden
		}
		return r.storeKnown(ctx, tx, old, a, doc)
	})
	if err != nil {
		return err
	}
	r.mem.tried.Invalidate("actor " + a.URI)
	r.learnKeys(doc)
	return nil
}

func (r *Resolver) storeNew(ctx context.Context, tx *db.Store, a *db.Actor, doc *vocab.Object) error {
	if err := tx.EnsureHost(ctx, a.Host); err != nil {
		return err
	}
	if err := tx.UpsertRemoteActor(ctx, a); err != nil {
		return err
	}
	if err := promise(ctx, tx, a, doc); err != nil {
		return err
	}
	if err := keepKnowing(ctx, tx, a, doc); err != nil {
		return err
	}
	return ensureGroup(ctx, tx, a, doc)
}

// keepKnowing stores what a person elsewhere tells of what they know, where it has changed.
func keepKnowing(ctx context.Context, tx *db.Store, a *db.Actor, doc *vocab.Object) error {
	if a.Type != db.ActorPerson {
		return nil
	}
	told := knowingFromWire(a.ID, doc)
	known, err := tx.ProfilesOf(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("load profile of %s: %w", a.URI, err)
	}
	if old := known[a.ID]; old == nil && told.Empty() || old != nil && old.Same(told) {
		return nil
	}
	return tx.SaveProfile(ctx, told)
}

func (r *Resolver) storeKnown(ctx context.Context, tx *db.Store, old, a *db.Actor, doc *vocab.Object) error {
	if old.Handle == a.Handle && doc.Webfinger == "" {
		a.Host = old.Host // a host that WebFinger confirmed when somebody looked the handle up
	}
	r.forgetKeys(old)
	if err := tx.UpsertRemoteActor(ctx, a); err != nil {
		return err
	}
	a.FollowersCount, a.FollowingCount, a.PostsCount = old.FollowersCount, old.FollowingCount, old.PostsCount
	if err := tx.MoveFollowerInbox(ctx, a, old); err != nil {
		return err
	}
	if err := promise(ctx, tx, a, doc); err != nil {
		return err
	}
	if err := keepKnowing(ctx, tx, a, doc); err != nil {
		return err
	}
	return ensureGroup(ctx, tx, a, doc)
}

// promise keeps in mind that an actor's server says that it keeps what is for members among them.
func promise(ctx context.Context, tx *db.Store, a *db.Actor, doc *vocab.Object) error {
	if !slices.Contains(doc.Implements, vocab.MembersOnly) {
		return nil
	}
	return tx.NotePromise(ctx, a.Host)
}

func ensureGroup(ctx context.Context, tx *db.Store, a *db.Actor, doc *vocab.Object) error {
	if a.Type != db.ActorGroup {
		return nil
	}
	if err := tx.EnsureGroup(ctx, groupFromWire(a, doc)); err != nil {
		return err
	}
	return takeLife(ctx, tx, a, doc)
}
