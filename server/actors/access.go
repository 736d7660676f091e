package actors

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// readable answers nil where who, or with nil everybody, may read what is in a group: errSigned
// where a signature could help, errHidden where it could not.
func (d *Door) readable(ctx context.Context, g *db.Group, who *db.Actor) error {
	open := g.Openness == db.OpennessOpen
	switch {
	case open && (!g.SignedFetch || who != nil):
		return nil
	case who == nil:
		return errSigned
	}
	err := d.community.Permit(ctx, d.store, g, who, community.ActRead)
	if _, refused := errors.AsType[*community.Refusal](err); !refused {
		return err
	}
	if !readsForAll(who) {
		return errHidden
	}
	from, err := d.store.FollowedFrom(ctx, g.ActorID, who.Host)
	if err != nil {
		return fmt.Errorf("look for followers at %s: %w", who.Host, err)
	}
	if !from {
		return errHidden
	}
	return nil
}

// readsForAll says that a server reads with this actor for all its people (NodeBB, Lemmy).
func readsForAll(who *db.Actor) bool {
	return who.Type == db.ActorApplication || who.Type == db.ActorService
}

// readablePost is readable for one post of ours: what is held, removed or refused is for nobody,
// what is direct for those it was sent to and their servers.
func (d *Door) readablePost(ctx context.Context, p *db.Post, who *db.Actor) error {
	if p.Visibility == db.VisibilityDirect {
		return d.readableDirect(ctx, p, who)
	}
	switch p.State {
	case db.PostPublished, db.PostWaiting: // a group elsewhere reads what waits for it
	case db.PostRefused:
		if !p.WithFollowers {
			return errHidden
		}
	default:
		return errHidden
	}
	if p.GroupID == 0 {
		return nil
	}
	g, err := d.store.GroupByID(ctx, p.GroupID)
	if err != nil {
		return fmt.Errorf("load group of post %d: %w", p.ID, err)
	}
	if !g.Actor.Local && (g.Openness == db.OpennessOpen || who != nil && who.Host == g.Actor.Host) {
		return nil // sent there in public, or asked for by the host that decides who reads the rest
	}
	if err := d.readable(ctx, g, who); !errors.Is(err, errHidden) || g.Actor.Local || d.follows == nil {
		return err
	}
	return d.readableThere(ctx, g, who)
}

// readableThere asks the home of a community elsewhere about a reader from a third host, whom we
// can't know: its members' servers read here what our people wrote there (wire.md 6).
func (d *Door) readableThere(ctx context.Context, g *db.Group, who *db.Actor) error {
	if !g.Actor.Active() || who.Host == d.iris.Host() {
		return errHidden
	}
	yes, err := d.follows(ctx, g.Actor, who.URI)
	if err != nil {
		return fmt.Errorf("ask %s about %s: %w", g.Actor.Host, who.URI, err)
	}
	if !yes {
		return errHidden
	}
	return nil
}

// known answers nil where who may know of a group that is not listed anywhere: its members, and
// those whose server it trusts or has invited somebody at.
func (d *Door) known(ctx context.Context, g *db.Group, who *db.Actor) error {
	err := d.readable(ctx, g, who)
	if !errors.Is(err, errHidden) || g.Openness != db.OpennessConfidential {
		return err
	}
	invited, err := d.store.KnownAt(ctx, g.ActorID, who.Host)
	if err != nil {
		return fmt.Errorf("see whom %s invites at %s: %w", g.Actor.URI, who.Host, err)
	}
	if !invited {
		return errHidden
	}
	return nil
}

// forAll says that everybody may know of a post: it is no private word, and stands in no community
// that only its members read.
func (d *Door) forAll(ctx context.Context, p *db.Post) (bool, error) {
	if p.Visibility == db.VisibilityDirect {
		return false, nil
	}
	if p.GroupID == 0 {
		return true, nil
	}
	g, err := d.store.GroupByID(ctx, p.GroupID)
	if err != nil {
		return false, fmt.Errorf("load group of post %d: %w", p.ID, err)
	}
	return g.Openness == db.OpennessOpen, nil
}

// readableTrace answers nil where who may know that a deleted post was there: whoever could read
// what stood beside it (T45).
func (d *Door) readableTrace(ctx context.Context, p *db.Post, who *db.Actor) error {
	all, err := d.forAll(ctx, p)
	if err != nil || all || p.GroupID == 0 || p.Visibility == db.VisibilityDirect {
		return err
	}
	g, err := d.store.GroupByID(ctx, p.GroupID)
	if err != nil {
		return fmt.Errorf("load group of deleted post %d: %w", p.ID, err)
	}
	return d.readable(ctx, g, who)
}

func (d *Door) readableDirect(ctx context.Context, p *db.Post, who *db.Actor) error {
	switch {
	case p.State != db.PostPublished && p.State != db.PostWaiting:
		return errHidden
	case who == nil:
		return errSigned
	}
	named, err := d.store.MentionsOf(ctx, p.ID)
	if err != nil {
		return fmt.Errorf("load addressees of post %d: %w", p.ID, err)
	}
	for _, a := range named {
		if a.ID == who.ID || a.Host == who.Host && readsForAll(who) {
			return nil
		}
	}
	g, err := d.store.GroupByID(ctx, p.GroupID)
	if errors.Is(err, db.ErrNotFound) || err == nil && g.Actor.Host != who.Host {
		return errHidden
	}
	return err
}

// tombstoneOf stands where an actor was.
func tombstoneOf(a *db.Actor) *vocab.TombstoneDoc {
	return &vocab.TombstoneDoc{ID: a.URI, Type: "Tombstone", FormerType: a.Type, Deleted: a.DeletedAt.Time}
}
