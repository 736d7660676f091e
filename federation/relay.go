package federation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
)

// announced resolves a boost, or takes an activity out of the envelope in which a group passed it
// on (FEP-1b12). Only a group that somebody here follows, or that addresses somebody here, can
// make us fetch: the boosts of strangers are not our business.
func (r *Resolver) announced(ctx context.Context, in *Incoming) error {
	if in.Via != nil || !in.Vouched {
		return refuse("nested")
	}
	ref := in.Activity.Inner()
	if doc := ref.Object; doc != nil && isAct(doc) {
		return r.relayed(ctx, in, doc)
	}
	if ref.IRI == "" {
		return refuse("no-id")
	}
	if r.o.IRIs.Ours(ref.IRI) {
		if _, act := r.o.IRIs.ID("activities", ref.IRI); act {
			return r.relayed(ctx, in, &vocab.Object{ID: ref.IRI})
		}
		return nil
	}
	known, err := r.hasPost(ctx, ref.IRI)
	if err != nil || known {
		return err
	}
	if err := r.heard(ctx, in); err != nil {
		return err
	}
	return r.boosted(ctx, in, ref)
}

// isAct says that a document is an activity and not a poll.
func isAct(doc *vocab.Object) bool { return vocab.IsActivity(doc.Type) && doc.Type != "Question" }

// heard says whether a group may make us look at something new.
func (r *Resolver) heard(ctx context.Context, in *Incoming) error {
	if in.Actor.Type != db.ActorGroup {
		return ignore("unknown-object")
	}
	if r.addressesUs(in.Activity) || r.addressesUs(in.Activity.Inner().Object) {
		return nil
	}
	followed, err := r.o.Store.HasLocalFollower(ctx, in.Actor.ID)
	if err != nil {
		return fmt.Errorf("followers of %s: %w", in.Actor.URI, err)
	}
	if !followed {
		return ignore("not-followed")
	}
	return nil
}

func (r *Resolver) addressesUs(doc *vocab.Object) bool {
	return doc != nil && slices.ContainsFunc(doc.Audiences(), r.o.IRIs.Ours)
}

// boosted fetches the post that a group announces by id, or whole. The id may turn out to be that
// of an activity (Lemmy announces Creates so).
func (r *Resolver) boosted(ctx context.Context, in *Incoming, ref vocab.Ref) error {
	if doc := ref.Object; doc != nil && vocab.SameOrigin(doc.ID, in.Actor.URI) && speaksFor(doc.Author(), doc) {
		author, err := r.Actor(ctx, doc.Author())
		if err != nil {
			return err
		}
		in.Object = &Fetched{Doc: doc, Author: author}
	} else {
		doc, err := r.get(ctx, ref.IRI)
		if err != nil {
			return fmt.Errorf("announced %s: %w", ref.IRI, err)
		}
		if isAct(doc) {
			return r.found(ctx, in, doc)
		}
		if in.Object, err = r.authored(ctx, doc); err != nil {
			return err
		}
	}
	return r.above(ctx, in)
}

// relayed resolves an activity that a group passed on whole. The envelope proves nothing about
// it: a proof does, or the group's own host where it is the actor's host too, or what the origin
// says when asked (T21).
func (r *Resolver) relayed(ctx context.Context, in *Incoming, doc *vocab.Object) error {
	if in.Actor.Type != db.ActorGroup {
		return ignore("not-a-group")
	}
	if r.o.IRIs.Ours(doc.ID) {
		return r.echoed(ctx, in, doc.ID)
	}
	if err := r.worthwhile(ctx, in, doc); err != nil {
		return err
	}
	switch {
	case !vocab.IsWebIRI(doc.Actor.IRI) || doc.ID == "":
		return refuse("malformed")
	case r.o.IRIs.Ours(doc.Actor.IRI):
		return refuse("not-ours")
	case !vocab.SameOrigin(doc.ID, doc.Actor.IRI):
		return refuse("wrong-origin")
	}
	if leaves(doc) {
		return r.passedAway(ctx, in, doc)
	}
	return r.opened(ctx, in, doc)
}

// opened puts the inner activity in the place of the envelope and finds out how far it is to be
// believed.
func (r *Resolver) opened(ctx context.Context, in *Incoming, doc *vocab.Object) error {
	if err := r.unwrap(ctx, in, doc); err != nil {
		return err
	}
	in.Vouched = vocab.SameOrigin(in.Actor.URI, in.Via.URI)
	if !in.Vouched && doc.Proof != nil {
		var err error
		if in.Vouched, err = r.proved(ctx, doc.Raw, in.Actor); err != nil {
			return err
		}
	}
	if !in.Vouched {
		var err error
		if in.Vouched, err = r.carries(ctx, in); err != nil {
			return err
		}
	}
	if !in.Vouched {
		if err := r.unproved(ctx, in); err != nil {
			return err
		}
	}
	return r.complete(ctx, in)
}

// carries says that a group which is not open is the only witness there can be of a post: written
// to it on software that proves nothing and shows it to nobody else (wire.md 6b). Such a group
// decides alone what its members read; of somebody whose server proves what they say it is not
// believed.
func (r *Resolver) carries(ctx context.Context, in *Incoming) (bool, error) {
	post := in.Activity.Inner().Object
	if in.Activity.Type != "Create" || in.Activity.Proof != nil || in.Actor.ProofKey != "" || !speaksFor(in.Actor.URI, post) ||
		in.Via.FollowersURI == "" || !post.Addresses(in.Via.FollowersURI) || post.Addresses(vocab.Public) {
		return false, nil
	}
	g, err := r.o.Store.GroupByID(ctx, in.Via.ID)
	if err != nil || g.Openness == db.OpennessOpen {
		return false, err
	}
	kept, err := r.o.Store.PromisingHosts(ctx, []string{in.Actor.Host})
	if err != nil {
		return false, fmt.Errorf("see what %s promises: %w", in.Actor.Host, err)
	}
	return len(kept) == 0, nil
}

// unwrap puts an inner activity and its actor in the place of the envelope and its group.
func (r *Resolver) unwrap(ctx context.Context, in *Incoming, doc *vocab.Object) error {
	a, err := r.Actor(ctx, doc.Actor.IRI)
	if err != nil {
		return err
	}
	if !a.Active() {
		return refuse("suspended")
	}
	in.Via, in.Actor, in.Activity, in.Body = in.Actor, a, doc, doc.Raw
	if aboutMark(doc) { // proved or not: a group counts what is in it, and nothing elsewhere
		return r.hinted(ctx, in, in.Via)
	}
	return nil
}

// unproved finds another witness for an inner activity: posts are asked for at their origin when
// they are resolved, marks count as hints of the group, all else is fetched by its id.
func (r *Resolver) unproved(ctx context.Context, in *Incoming) error {
	if in.Activity.Type == "Flag" { // nobody serves reports; it counts as the group's own word
		return nil
	}
	if !removal(in) {
		err := r.hinted(ctx, in, in.Via)
		if v, is := errors.AsType[*verdict](err); !is || v.Reason != "unproved" || aboutMark(in.Activity) {
			return err
		}
	}
	doc, err := r.get(ctx, in.Activity.ID)
	if err != nil {
		if _, final := Judge(err); final {
			return refuse("unproved")
		}
		return err
	}
	return r.adoptFound(in, doc)
}

// removal says that a Delete is a moderator's: of somebody else's post, or with a reason (Lemmy).
// Its object stays where it is, so that its origin can't confirm anything.
func removal(in *Incoming) bool {
	return in.Activity.Type == "Delete" &&
		(in.Activity.Summary != "" || !vocab.SameOrigin(in.Activity.Inner().IRI, in.Activity.Actor.IRI))
}

func aboutMark(doc *vocab.Object) bool {
	if undone := doc.Inner().Object; doc.Type == "Undo" && undone != nil {
		doc = undone
	}
	return isMark(doc.Type)
}

// adoptFound takes an activity as its origin serves it, if that is the one that was passed on.
func (r *Resolver) adoptFound(in *Incoming, doc *vocab.Object) error {
	if doc.ID != in.Activity.ID || doc.Type != in.Activity.Type || doc.Actor.IRI != in.Activity.Actor.IRI ||
		doc.Inner().IRI != in.Activity.Inner().IRI {
		return refuse("unproved")
	}
	in.Activity, in.Body, in.Vouched = doc, doc.Raw, true
	return nil
}

// found goes on with an activity that was fetched at its origin, which vouches for it.
func (r *Resolver) found(ctx context.Context, in *Incoming, doc *vocab.Object) error {
	if !vocab.SameOrigin(doc.ID, doc.Actor.IRI) {
		return refuse("wrong-origin")
	}
	if err := r.unwrap(ctx, in, doc); err != nil {
		return err
	}
	in.Vouched = true
	return r.complete(ctx, in)
}

// echoed resolves a group passing on what one of ours did: our own copy of it counts, not theirs.
func (r *Resolver) echoed(ctx context.Context, in *Incoming, iri string) error {
	row, err := r.o.Store.ActivityByURI(ctx, iri)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return refuse("not-ours")
	case err != nil:
		return fmt.Errorf("load activity %s: %w", iri, err)
	case !row.Local:
		return refuse("not-ours")
	case row.GroupID != in.Actor.ID:
		return refuse("not-the-groups-own") // others could have old acts of our people done again
	}
	who, err := r.o.Store.ActorByID(ctx, row.ActorID)
	if err != nil {
		return fmt.Errorf("load actor of %s: %w", iri, err)
	}
	doc, err := vocab.Decode(row.Body)
	if err != nil {
		return fmt.Errorf("read our activity %s: %w", iri, err)
	}
	in.Via, in.Actor, in.Activity, in.Body, in.Vouched = in.Actor, who, doc, row.Body, true
	return nil
}

// worthwhile says whether an inner activity concerns us: its group is heard here, or it is about
// something that is here.
func (r *Resolver) worthwhile(ctx context.Context, in *Incoming, doc *vocab.Object) error {
	about := doc.Inner().IRI
	if undone := doc.Inner().Object; undone != nil && isAct(undone) {
		about = undone.Inner().IRI
	}
	if r.o.IRIs.Ours(about) {
		return nil
	}
	err := r.heard(ctx, in)
	if v, is := errors.AsType[*verdict](err); !is || v.Reason != "not-followed" {
		return err
	}
	if known, perr := r.hasPost(ctx, about); perr != nil || known {
		return perr
	}
	return err
}

// passedAway resolves a group passing on that somebody deleted themselves. Unless the group's own
// host says so, that of the actor has to confirm it.
func (r *Resolver) passedAway(ctx context.Context, in *Incoming, doc *vocab.Object) error {
	a, err := r.o.Store.ActorByURI(ctx, doc.Actor.IRI)
	if errors.Is(err, db.ErrNotFound) {
		return ignore("unknown-actor")
	}
	if err != nil {
		return fmt.Errorf("load actor %s: %w", doc.Actor.IRI, err)
	}
	in.Vouched = vocab.SameOrigin(a.URI, in.Actor.URI)
	in.Via, in.Actor, in.Activity, in.Body = in.Actor, a, doc, doc.Raw
	if in.Vouched {
		return nil
	}
	if err := r.confirmGone(ctx, a.URI); err != nil {
		return err
	}
	in.Gone = true
	return nil
}
