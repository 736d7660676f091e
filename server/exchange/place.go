package exchange

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// place is where a post from the wire belongs here.
type place struct {
	group      *db.Group
	parent     *db.Post
	visibility string
	// retold says that it answers the words in which its group told of the parent (wire.md 6b).
	retold bool
	// toPerson says that it names a person of ours; without group or parent it is only for them.
	toPerson bool
	// before are further names of the group, which it had when the post was written.
	before []string
}

// find says where a post belongs: below the post it answers, whatever else it says (NodeBB puts
// its own topic into context); without one, in the first group of ours that it addresses.
func (r *Rules) find(ctx context.Context, tx *db.Store, doc *vocab.Object, via *db.Actor) (place, error) {
	at := place{visibility: visibility(doc)}
	var err error
	if above := doc.Parent(); above != "" {
		at.parent, err = tx.AnsweredPost(ctx, above)
		if errors.Is(err, db.ErrNotFound) {
			at.parent, err = r.retoldPost(ctx, tx, above)
			at.retold = at.parent != nil
		}
		if err != nil {
			return at, fmt.Errorf("load answered post %s: %w", above, err)
		}
	}
	if at.parent != nil && at.parent.Visibility == db.VisibilityDirect {
		at.visibility = db.VisibilityDirect // whoever answers in public does not make it a public matter
	}
	if at.parent != nil && at.parent.GroupID != 0 {
		if at.group = at.parent.Group; at.group == nil {
			return at, fmt.Errorf("load group of post %d: %w", at.parent.ID, db.ErrNotFound)
		}
	}
	if at.group == nil && at.parent == nil {
		if at.group, err = r.addressedGroup(ctx, tx, doc, via); err != nil {
			return at, err
		}
	}
	if (at.retold || forMembers(at.group, doc)) && (at.parent == nil || at.parent.Visibility != db.VisibilityDirect) {
		at.visibility = db.VisibilityPublic // as far as the group goes
	}
	at.toPerson, err = r.namesOurs(ctx, tx, doc)
	return at, err
}

// retoldPost is the post that a Note of a group of ours tells of; nil where the address is not one.
func (r *Rules) retoldPost(ctx context.Context, tx *db.Store, iri string) (*db.Post, error) {
	id, ours := r.iris.ID("objects", iri)
	if !ours {
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	told, err := tx.RetellingByID(ctx, id)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // as above
	}
	if err != nil {
		return nil, err
	}
	p, err := tx.PostByID(ctx, told.PostID)
	if err != nil {
		return nil, err
	}
	return tx.AnsweredPost(ctx, p.URI) // with its group
}

// forMembers says that a post is addressed to all members of a group that is not open: to its
// followers, which is what members are there (wire.md 6).
func forMembers(g *db.Group, doc *vocab.Object) bool {
	return !forAll(g) && g.Actor.FollowersURI != "" && doc.Addresses(g.Actor.FollowersURI)
}

// addressedGroup is the group a discussion is for: the one that passed it on, else the first of
// ours that it names.
func (r *Rules) addressedGroup(ctx context.Context, tx *db.Store, doc *vocab.Object, via *db.Actor) (*db.Group, error) {
	if via != nil {
		return r.passedOnBy(ctx, tx, doc, via)
	}
	candidates := slices.Concat(doc.Audience, doc.To, doc.Cc)
	for _, tag := range doc.Tag {
		if tag.Type == "Mention" {
			candidates = append(candidates, tag.Href)
		}
	}
	for _, iri := range candidates {
		if id, ok := r.iris.ID("groups", iri); ok {
			g, err := tx.GroupByID(ctx, id)
			if !errors.Is(err, db.ErrNotFound) {
				return heir(ctx, tx, g, err)
			}
		}
	}
	for _, iri := range doc.Audience { // a group elsewhere that we know; it decides
		g, err := tx.GroupByURI(ctx, iri)
		if !errors.Is(err, db.ErrNotFound) {
			return heir(ctx, tx, g, err)
		}
	}
	return nil, nil //nolint:nilnil // no group is an answer, not a fault
}

// heir is where a group carries on that has moved, when that place says so too; else the group.
func heir(ctx context.Context, tx *db.Store, g *db.Group, err error) (*db.Group, error) {
	if err != nil || g.Actor.MovedTo == "" {
		return g, err
	}
	h, err := tx.GroupByURI(ctx, g.Actor.MovedTo)
	if errors.Is(err, db.ErrNotFound) || err == nil && !slices.Contains(strings.Fields(h.Actor.AlsoKnownAs), g.Actor.URI) {
		return g, nil
	}
	return h, err
}

// passedOnBy is the group that passed a post on; nil where the post says that it is for another
// group that we know, which nobody else can draw it away from (wire.md 5).
func (r *Rules) passedOnBy(ctx context.Context, tx *db.Store, doc *vocab.Object, via *db.Actor) (*db.Group, error) {
	if !slices.Contains(doc.Audience, via.URI) {
		for _, iri := range doc.Audience {
			g, err := tx.GroupByURI(ctx, iri)
			if err == nil {
				if g, err = heir(ctx, tx, g, nil); err != nil || g.ActorID == via.ID {
					return g, err // it was written for what the group was before
				}
				return nil, nil //nolint:nilnil // no group is an answer, not a fault
			}
			if !errors.Is(err, db.ErrNotFound) {
				return nil, err
			}
		}
	}
	return tx.GroupByID(ctx, via.ID)
}

func (r *Rules) namesOurs(ctx context.Context, tx *db.Store, doc *vocab.Object) (bool, error) {
	for _, iri := range doc.Audiences() {
		id, ok := r.iris.ID("people", iri)
		if !ok {
			continue
		}
		_, err := tx.ActorByID(ctx, id)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, db.ErrNotFound) {
			return false, err
		}
	}
	return false, nil
}

// visibility reads the audience of a post: public, unlisted, or direct, which here stands for
// everything that is not for the public.
func visibility(doc *vocab.Object) string {
	switch {
	case slices.Contains(doc.To, vocab.Public):
		return db.VisibilityPublic
	case slices.Contains(doc.Cc, vocab.Public):
		return db.VisibilityUnlisted
	}
	return db.VisibilityDirect
}

// ours says whether a group lives here.
func ours(g *db.Group) bool { return g != nil && g.Actor.Local }

// echo says that an activity passed on by a group elsewhere is about a post of a group of ours:
// NodeBB categories send back what they were sent.
func (r *Rules) echo(p *db.Post, in *federation.Incoming, g *db.Group) bool {
	return in.Via != nil && ours(g) && in.Via.ID != p.GroupID
}
