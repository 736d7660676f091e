package federation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/federation/vocab"
)

// keepProof is how long a proof counts without its origin being asked: for as long as receipts are
// kept, by which a second coming is known.
const keepProof = 30 * 24 * time.Hour

// Incoming makes a stored activity ready to be applied: who did it, whether that is beyond doubt,
// and what had to be fetched. Judge says what an error means for its receipt. doc is the receipt's
// body, read.
func (r *Resolver) Incoming(ctx context.Context, rc *db.Receipt, doc *vocab.Object) (*Incoming, error) {
	in := &Incoming{Receipt: rc, Activity: doc, Body: rc.Body}
	if leaves(doc) {
		return in, r.farewell(ctx, in)
	}
	signer, err := r.Actor(ctx, rc.ActorURI)
	if err != nil {
		return nil, err
	}
	if signer.URI == doc.Actor.IRI {
		in.Actor, in.Vouched = signer, true
	} else if err := r.carried(ctx, in, signer); err != nil {
		return nil, err
	}
	if doc.Type != "Delete" && doc.Type != "Undo" && (!signer.Active() || !in.Actor.Active()) { // taking back is for all
		return nil, refuse("suspended")
	}
	return in, r.complete(ctx, in)
}

// leaves says that an activity is an actor deleting itself.
func leaves(doc *vocab.Object) bool {
	return doc.Type == "Delete" && doc.Inner().IRI == doc.Actor.IRI
}

// farewell resolves an actor's Delete of itself without asking for the actor first, who may be
// gone. A receipt without a signer is one whose key was gone already: its host has to confirm.
func (r *Resolver) farewell(ctx context.Context, in *Incoming) error {
	a, err := r.o.Store.ActorByURI(ctx, in.Activity.Actor.IRI)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return ignore("unknown-actor")
	case err != nil:
		return fmt.Errorf("load actor %s: %w", in.Activity.Actor.IRI, err)
	case a.Local:
		return refuse("ours")
	}
	in.Actor = a
	if in.Vouched = in.Receipt.ActorURI == a.URI; in.Vouched {
		return nil
	}
	if err := r.confirmGone(ctx, a.URI); err != nil {
		return err
	}
	in.Gone = true
	return nil
}

// carried resolves an activity that somebody else than its actor brought. With a proof of the
// actor it is as good as signed; else it is a hint, and only from a server about what lies there.
func (r *Resolver) carried(ctx context.Context, in *Incoming, signer *db.Actor) error {
	doc := in.Activity
	if doc.Proof == nil && signer.Type != db.ActorApplication {
		return refuse("not-the-actor")
	}
	a, err := r.Actor(ctx, doc.Actor.IRI)
	if err != nil {
		return err
	}
	in.Actor = a
	if doc.Proof != nil {
		if in.Vouched, err = r.proved(ctx, in.Body, a); err != nil {
			return err
		}
		if in.Vouched {
			return r.firstHeard(ctx, in)
		}
	}
	if signer.Type != db.ActorApplication {
		return refuse("proof")
	}
	return r.hinted(ctx, in, signer)
}

// firstHeard lets a proved activity that somebody else brings count once. A proof says who did it
// and not for whom, so that anybody who has read it could have it done again.
func (r *Resolver) firstHeard(ctx context.Context, in *Incoming) error {
	before, err := r.o.Store.HeardBefore(ctx, in.Receipt, in.Actor.URI)
	if err != nil {
		return fmt.Errorf("look for %s: %w", in.Activity.ID, err)
	}
	if before {
		return ignore("known")
	}
	return nil
}

// proved says that an actor proved a document to be its own (FEP-8b32), by the key that it
// publishes or, if that does not fit, by the one that it published since. A proof that is of no
// use counts as none: then the origin is asked, as for what never had one.
func (r *Resolver) proved(ctx context.Context, body []byte, a *db.Actor) (bool, error) {
	proof, err := sign.ProofOf(body)
	if err != nil || !vocab.SameOrigin(proof.VerificationMethod, a.URI) || !r.timely(proof) {
		return false, nil
	}
	if provedBy(a, proof, body) || r.freshly(a.FetchedAt.Time, keepRefetch) || r.triedWithin("proof "+a.URI, keepRefetch) {
		return provedBy(a, proof, body), nil
	}
	fresh, err := r.Refresh(ctx, a.URI)
	if errors.Is(err, ErrOffline) {
		return false, err
	}
	r.mem.tried.Set("proof "+a.URI, r.o.Now())
	return err == nil && provedBy(fresh, proof, body), nil
}

// timely says that a proof is neither past its end, nor from the future, nor older than what we
// remember of what came.
func (r *Resolver) timely(proof *sign.Proof) bool {
	now := r.o.Now()
	age := now.Sub(proof.Created)
	return age < keepProof && age > -time.Hour && (proof.Expires.IsZero() || now.Before(proof.Expires))
}

func provedBy(a *db.Actor, proof *sign.Proof, body []byte) bool {
	if proof.VerificationMethod != a.ProofKeyID {
		return false
	}
	key, err := sign.ParseMultikey(a.ProofKey)
	return err == nil && key.Ed25519 != nil && sign.VerifyProof(body, key.Ed25519) == nil
}

// hinted lets an activity that nobody proved pass as a hint: a post, its change or its end, which
// are asked for at their origin, and a mark on a post for which the bringer may speak.
func (r *Resolver) hinted(ctx context.Context, in *Incoming, bringer *db.Actor) error {
	marked := ""
	switch doc := in.Activity; doc.Type {
	case "Create", "Update", "Delete":
		return nil
	case "Like", "Dislike", "EmojiReact":
		marked = doc.Inner().IRI
	case "Undo":
		if undone := doc.Inner().Object; undone != nil && isMark(undone.Type) {
			marked = undone.Inner().IRI
		}
	}
	if marked == "" {
		return refuse("unproved")
	}
	if vocab.SameOrigin(marked, bringer.URI) {
		return nil
	}
	p, err := r.o.Store.PostByURI(ctx, marked)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return ignore("unknown-object")
	case err != nil:
		return fmt.Errorf("load post %s: %w", marked, err)
	case p.GroupID != bringer.ID:
		return refuse("unproved")
	}
	return nil
}

func isMark(kind string) bool { return kind == "Like" || kind == "Dislike" || kind == "EmojiReact" }
