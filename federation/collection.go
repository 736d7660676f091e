package federation

import (
	"context"
	"fmt"
	"time"

	"github.com/copse-social/copse/federation/vocab"
)

// items goes through a collection of another host, page by page, until yield has enough. Pages
// are followed on the collection's own origin only, so many at most, none twice (T32). An empty
// address is an empty collection.
func (r *Resolver) items(ctx context.Context, iri string, most int, yield func(vocab.Ref) bool) error {
	seen := make(map[string]bool)
	start := iri
	for pages := 0; iri != "" && !seen[iri] && pages < most; pages++ {
		seen[iri] = true
		if !vocab.SameOrigin(iri, start) {
			return nil
		}
		doc, err := r.get(ctx, iri)
		if err != nil {
			return fmt.Errorf("read collection %s: %w", iri, err)
		}
		if !vocab.IsCollection(doc.Type) {
			return fmt.Errorf("read collection %s: %w", iri, refuse("not-a-collection"))
		}
		var more bool
		if iri, more = pageOn(doc, yield); !more {
			return nil
		}
	}
	return nil
}

// pageOn yields the items of a collection or page, and of a first page embedded in it, and says
// where they go on.
func pageOn(doc *vocab.Object, yield func(vocab.Ref) bool) (next string, more bool) {
	for _, ref := range doc.Items {
		if !yield(ref) {
			return "", false
		}
	}
	switch first := doc.First; {
	case first.Object != nil:
		return pageOn(first.Object, yield)
	case first.IRI != "":
		return first.IRI, true
	}
	return doc.Next.IRI, true
}

// when is the moment to sort a post by.
func when(doc *vocab.Object) time.Time {
	if doc.Published == nil {
		return time.Time{}
	}
	return *doc.Published
}
