package federation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/copse-social/copse/federation/vocab"
)

const (
	// maxAncestors is how far up a thread we read what we do not have.
	maxAncestors = 20
	// threadAttempts is how often that is tried at hosts that can't be reached: for about an hour.
	threadAttempts = 8
)

// Object fetches a post at its origin, with its author. The author's host is the object's host
// (T17); a Tombstone is ErrGone.
func (r *Resolver) Object(ctx context.Context, iri string) (*Fetched, error) {
	doc, err := r.get(ctx, iri)
	if err != nil {
		return nil, fmt.Errorf("resolve object %s: %w", iri, err)
	}
	return r.authored(ctx, doc)
}

// authored finds the author of a post that its origin served.
func (r *Resolver) authored(ctx context.Context, doc *vocab.Object) (*Fetched, error) {
	author := doc.Author()
	switch {
	case doc.IsTombstone():
		return nil, fmt.Errorf("resolve object %s: %w", doc.ID, ErrGone)
	case !vocab.IsPost(doc.Type):
		return nil, ignore("unknown-object")
	case author == "":
		return nil, refuse("no-author")
	case !vocab.SameOrigin(author, doc.ID):
		return nil, refuse("author-elsewhere")
	}
	a, err := r.Actor(ctx, author)
	if err != nil {
		return nil, fmt.Errorf("author of %s: %w", doc.ID, err)
	}
	return &Fetched{Doc: doc, Author: a}, nil
}

// Ancestors fetches the posts above doc that are not here, the topmost first, at most 20. It
// stops at a post that is here and at one that can't be had; only a passing failure is an error.
func (r *Resolver) Ancestors(ctx context.Context, doc *vocab.Object) ([]*Fetched, error) {
	var found []*Fetched
	seen := map[string]bool{doc.ID: true}
	for above := doc.Parent(); above != "" && !seen[above] && len(found) < maxAncestors; {
		seen[above] = true
		known, err := r.hasPost(ctx, above)
		if err != nil {
			return nil, err
		}
		if known || r.o.IRIs.Ours(above) {
			break
		}
		f, err := r.Object(ctx, above)
		if err != nil {
			if _, final := Judge(err); !final {
				return nil, fmt.Errorf("read thread above %s: %w", doc.ID, err)
			}
			break
		}
		seen[f.Doc.ID] = true
		found = append(found, f)
		above = f.Doc.Parent()
	}
	slices.Reverse(found)
	return found, nil
}

// above fills in what stands above the object. A host up there that can't be reached holds the post
// up for an hour or so, not for good: after that it is taken without.
func (r *Resolver) above(ctx context.Context, in *Incoming) error {
	var err error
	in.Thread, err = r.Ancestors(ctx, in.Object.Doc)
	if err != nil && Temporary(err) && in.Receipt.Attempts >= threadAttempts && ctx.Err() == nil {
		r.o.Log.InfoContext(ctx, "post taken without what it answers", "activity", in.Receipt.ActivityURI, "err", err)
		in.Thread, err = nil, nil
	}
	return err
}

func (r *Resolver) hasPost(ctx context.Context, iri string) (bool, error) {
	return r.o.Store.HasPost(ctx, iri)
}

// confirmGone asks the origin of an object whether it is gone: 404, 410 or a Tombstone. That it
// is still there is "not-gone".
func (r *Resolver) confirmGone(ctx context.Context, iri string) error {
	if r.o.IRIs.Ours(iri) {
		return refuse("not-gone")
	}
	doc, err := r.get(ctx, iri)
	switch {
	case errors.Is(err, ErrGone) || errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("confirm that %s is gone: %w", iri, err)
	case doc.IsTombstone():
		return nil
	}
	return refuse("not-gone")
}
