package federation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
)

// complete gets what an activity needs to be applied, by its type.
func (r *Resolver) complete(ctx context.Context, in *Incoming) error {
	if in.Activity.Inner().IRI == "" && in.Activity.Inner().Object == nil {
		return refuse("no-object")
	}
	if len(in.Activity.Object) > 1 && in.Activity.Type != "Flag" {
		return refuse("many-objects") // the first would be judged, and all of them passed on
	}
	switch in.Activity.Type {
	case "Create":
		return r.created(ctx, in)
	case "Update":
		return r.updated(ctx, in)
	case "Delete":
		return r.deleted(ctx, in)
	case "Announce":
		return r.announced(ctx, in)
	case "Undo":
		return r.undone(ctx, in)
	case "Follow", "Join":
		if !r.o.IRIs.Ours(in.Activity.Inner().IRI) {
			return ignore("not-ours")
		}
		return r.profileOf(ctx, in.Actor) // the dialect of what it is going to be sent
	case "Add", "Remove":
		return r.collected(ctx, in)
	case "Block":
		return r.blocked(ctx, in)
	case "Move":
		return r.moved(ctx, in)
	case "Offer":
		return r.offered(ctx, in)
	case "Like", "Dislike", "EmojiReact", "Accept", "TentativeAccept", "Reject", "TentativeReject", "Leave",
		"Flag", "Lock", "Invite", "ChooseAnswer", "Resolve", "Warn", "QuoteRequest":
		return nil
	}
	return ignore("unknown-type")
}

// created finds the new post as its origin vouches for it, and what stands above it.
func (r *Resolver) created(ctx context.Context, in *Incoming) error {
	if err := r.takeObject(ctx, in); err != nil {
		return err
	}
	author, parent, err := r.o.Store.Knows(ctx, in.Object.Doc.ID, in.Object.Doc.Parent())
	switch {
	case err != nil:
		return fmt.Errorf("look for post %s: %w", in.Object.Doc.ID, err)
	case author == 0 && parent:
		return nil // a thread that we have
	case author == 0:
		return r.above(ctx, in)
	case author != in.Object.Author.ID:
		return refuse("not-author") // a post does not change hands (T22)
	}
	return nil
}

// takeObject fills in.Object. What is embedded counts only as the actor's own word about its own
// post on its own host (T17); everything else is fetched and must be by the actor. With that the
// activity itself is vouched for as well.
func (r *Resolver) takeObject(ctx context.Context, in *Incoming) error {
	ref := in.Activity.Inner()
	switch {
	case ref.IRI == "":
		return refuse("no-id")
	case r.o.IRIs.Ours(ref.IRI):
		return refuse("ours")
	case ref.Object != nil && !ref.Object.IsTombstone() && !vocab.IsPost(ref.Object.Type) && ref.Object.Type != "":
		return ignore("unknown-object")
	case in.Vouched && speaksFor(in.Actor.URI, ref.Object):
		in.Object = &Fetched{Doc: ref.Object, Author: in.Actor}
		return nil
	}
	f, err := r.Object(ctx, ref.IRI)
	if err != nil {
		return err
	}
	if f.Author.URI != in.Actor.URI {
		return refuse("not-author")
	}
	if !in.Vouched {
		in.Body, err = retold(in.Activity, vocab.Raw(f.Doc.Raw))
	}
	in.Object, in.Vouched = f, true
	return err
}

// retold writes an activity that nobody proved around what the origin of its object says: whoever
// brought it may have put other words in, and a group of ours must not pass those on.
func retold(act *vocab.Object, object any) ([]byte, error) {
	body, err := vocab.Encode(vocab.ActivityDoc{
		AtContext: vocab.WrapContext, ID: act.ID, Type: act.Type, Actor: act.Actor.IRI, To: act.To, Cc: act.Cc, Object: object,
	})
	if err != nil {
		return nil, fmt.Errorf("tell %s %s anew: %w", act.Type, act.ID, err)
	}
	return body, nil
}

// speaksFor says that an embedded post is its actor's own: by id and by author.
func speaksFor(actor string, doc *vocab.Object) bool {
	return doc != nil && vocab.IsPost(doc.Type) && vocab.SameOrigin(doc.ID, actor) && doc.Author() == actor
}

// updated finds the new form of a post or of an actor. An actor is always read at its origin.
func (r *Resolver) updated(ctx context.Context, in *Incoming) error {
	ref := in.Activity.Inner()
	about, err := r.isActor(ctx, ref)
	switch {
	case err != nil:
		return err
	case !about:
		return r.created(ctx, in)
	case r.o.IRIs.Ours(ref.IRI):
		return nil // a moderator elsewhere changes a group of ours; the rule decides
	case !vocab.SameOrigin(ref.IRI, in.Actor.URI) && (in.Via == nil || ref.IRI != in.Via.URI):
		return refuse("actor-elsewhere") // of a group, its moderators elsewhere may speak through it
	}
	a, doc, err := r.refresh(ctx, ref.IRI)
	if err != nil {
		return err
	}
	if in.Vouched && ref.Object != nil && ref.Object.ID == in.Actor.URI && in.Actor.Type == db.ActorGroup {
		// Its own word, newer than a document that its server may have kept for some seconds. Keys and
		// addresses are taken from the origin alone.
		if err := r.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error { return takeLife(ctx, tx, a, ref.Object) }); err != nil {
			return err
		}
	}
	in.Object, in.Vouched = &Fetched{Doc: doc, Author: a}, true
	return nil
}

// isActor says whether a reference means an actor: by what is embedded, or by what we know.
func (r *Resolver) isActor(ctx context.Context, ref vocab.Ref) (bool, error) {
	if ref.Object != nil && ref.Object.Type != "" {
		return vocab.IsActor(ref.Object.Type), nil
	}
	_, err := r.o.Store.ActorByURI(ctx, ref.IRI)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// deleted has the origin confirm what its actor's key did not vouch for, if it is known here.
func (r *Resolver) deleted(ctx context.Context, in *Incoming) error {
	iri := in.Activity.Inner().IRI
	if iri == "" {
		return refuse("no-id")
	}
	if in.Vouched {
		return nil
	}
	known, err := r.hasPost(ctx, iri)
	if err != nil {
		return err
	}
	if !known {
		return ignore("unknown-object")
	}
	if err := r.confirmGone(ctx, iri); err != nil {
		return err
	}
	in.Gone = true
	in.Body, err = retold(in.Activity, iri)
	return err
}

// collected finds whom or what an Add or Remove is about: a moderator, or a pinned post.
func (r *Resolver) collected(ctx context.Context, in *Incoming) error {
	iri, target := in.Activity.Inner().IRI, in.Activity.Target.IRI
	group := in.Via
	if group == nil {
		group = in.Actor
	}
	switch {
	case !in.Vouched:
		return refuse("unproved")
	case iri == "" || target == "":
		return refuse("no-id")
	case r.o.IRIs.Ours(target) && strings.HasSuffix(target, Moderators), group.ModeratorsURI != "" && target == group.ModeratorsURI:
		return r.try(r.Actor(ctx, iri))
	}
	return nil
}

// blocked finds who is to be kept out of a group of ours.
func (r *Resolver) blocked(ctx context.Context, in *Incoming) error {
	if !in.Vouched {
		return refuse("unproved")
	}
	if !r.o.IRIs.Ours(in.Activity.Target.IRI) {
		return nil // if we do not know them there is nothing to keep out
	}
	return r.try(r.Actor(ctx, in.Activity.Inner().IRI))
}

// offered reads a group that an instance wants to bring here as it is now.
func (r *Resolver) offered(ctx context.Context, in *Incoming) error {
	about := in.Activity.Inner().IRI
	if !in.Vouched || in.Activity.Target.IRI != r.o.IRIs.Instance() || !vocab.SameOrigin(about, in.Actor.URI) {
		return nil // the rule says no
	}
	return r.try(r.Refresh(ctx, about))
}

// try passes on only what may pass: that an actor can't be had for good is the rule's to see.
func (r *Resolver) try(_ *db.Actor, err error) error {
	if err == nil {
		return nil
	}
	if _, final := Judge(err); final {
		return nil
	}
	return err
}

// moved reads the new place of an actor right now: it must name the old one (T24).
func (r *Resolver) moved(ctx context.Context, in *Incoming) error {
	target := in.Activity.Target.IRI
	switch post := in.Activity.Inner().IRI != in.Actor.URI; {
	case post && in.Via == nil:
		return nil
	case post: // a discussion that its group gives to another
		return r.try(r.Actor(ctx, target))
	case !in.Vouched:
		return refuse("unproved")
	case target == "" || target == in.Actor.URI:
		return refuse("no-target")
	}
	find := r.Refresh
	if r.o.IRIs.Ours(target) {
		find = r.Actor
	}
	to, err := find(ctx, target)
	if err != nil {
		return fmt.Errorf("target of move: %w", err)
	}
	if !slices.Contains(strings.Split(to.AlsoKnownAs, "\n"), in.Actor.URI) {
		return refuse("move-unconfirmed")
	}
	return nil
}
