package federation

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
)

// undone finds out what an Undo takes back. Where only its id came, what we kept of it stands in
// for it. A restored post is fetched again: its text was erased here.
func (r *Resolver) undone(ctx context.Context, in *Incoming) error {
	ref := &in.Activity.Object[0]
	if ref.Object == nil || ref.Object.Type == "" {
		kept, err := r.recall(ctx, in, ref.IRI)
		if err != nil {
			return err
		}
		ref.Object = kept
	}
	undone := ref.Object
	switch {
	case undone.Actor.IRI == "":
		undone.Actor.IRI = in.Actor.URI
	case undone.Actor.IRI != in.Actor.URI && !moderates(undone.Type):
		return refuse("not-yours")
	}
	if !in.Vouched && !isMark(undone.Type) {
		return refuse("unproved")
	}
	if undone.Type == "Delete" {
		return r.restored(ctx, in, undone.Inner().IRI)
	}
	return nil
}

// moderates says that an act is one which another moderator may take back.
func moderates(kind string) bool {
	switch kind {
	case "Block", "Lock", "Delete", "Remove", "Add":
		return true
	}
	return false
}

// restored fetches a post whose deletion was undone; that it can't be had is the rule's to see.
func (r *Resolver) restored(ctx context.Context, in *Incoming, iri string) error {
	if iri == "" || r.o.IRIs.Ours(iri) {
		return nil
	}
	f, err := r.Object(ctx, iri)
	if err != nil {
		if _, final := Judge(err); final {
			return nil
		}
		return err
	}
	in.Object = f
	return nil
}

// recall looks up what an activity of this actor was that came with this id.
func (r *Resolver) recall(ctx context.Context, in *Incoming, iri string) (*vocab.Object, error) {
	for _, look := range []func(context.Context, *db.Actor, string) (*vocab.Object, error){r.recallActivity, r.recallFollow, r.recallMark} {
		kept, err := look(ctx, in.Actor, iri)
		if err == nil {
			return kept, nil
		}
		if !errors.Is(err, db.ErrNotFound) {
			return nil, fmt.Errorf("recall activity %s: %w", iri, err)
		}
	}
	return nil, ignore("unknown-activity")
}

func (r *Resolver) recallActivity(ctx context.Context, a *db.Actor, iri string) (*vocab.Object, error) {
	row, err := r.o.Store.ActivityByURI(ctx, iri)
	if err != nil {
		return nil, err
	}
	if row.ActorID != a.ID {
		return nil, refuse("not-yours")
	}
	return act(row.Type, iri, a, row.ObjectURI), nil
}

func (r *Resolver) recallFollow(ctx context.Context, a *db.Actor, iri string) (*vocab.Object, error) {
	f, err := r.o.Store.FollowByURI(ctx, iri)
	if err != nil {
		return nil, err
	}
	if f.FollowerID != a.ID {
		return nil, refuse("not-yours")
	}
	followee, err := r.o.Store.ActorByID(ctx, f.FolloweeID)
	if err != nil {
		return nil, err
	}
	return act("Follow", iri, a, followee.URI), nil
}

// recallMark finds a like or share, of which only the id and the post are kept.
func (r *Resolver) recallMark(ctx context.Context, a *db.Actor, iri string) (*vocab.Object, error) {
	rc, err := r.o.Store.ReceiptByURI(ctx, iri, a.URI)
	if err != nil {
		return nil, err
	}
	var post int64
	switch rc.Type {
	case "Like", "EmojiReact":
		l, err := r.o.Store.LikeByURI(ctx, a.ID, iri)
		if err != nil {
			return nil, err
		}
		post = l.PostID
	case "Announce":
		sh, err := r.o.Store.ShareByURI(ctx, a.ID, iri)
		if err != nil {
			return nil, err
		}
		post = sh.PostID
	default:
		return nil, db.ErrNotFound
	}
	p, err := r.o.Store.PostByID(ctx, post)
	if err != nil {
		return nil, err
	}
	return act(rc.Type, iri, a, p.URI), nil
}

// act is an activity as far as it can be told from what was kept of it.
func act(kind, iri string, a *db.Actor, object string) *vocab.Object {
	return &vocab.Object{
		ID: iri, Type: kind, Types: []string{kind},
		Actor: vocab.Ref{IRI: a.URI}, Object: []vocab.Ref{{IRI: object}},
	}
}
