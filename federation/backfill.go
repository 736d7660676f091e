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

const (
	// maxStarters and maxHistory bound how much of a group is read in one go: discussions, and
	// posts in all.
	maxStarters, maxHistory = 100, 500
	// maxPages and maxItems bound one collection (T32).
	maxPages, maxItems = 10, 500
)

// Backfill reads the history of a group elsewhere that somebody here follows: what its outbox and
// its featured collection name, oldest first, each followed by its answers, parents before
// children (FEP-f228). take gets every post that is not here yet; what can't be had is passed
// over. It is our own wish and costs the group's members' servers requests: call it seldom.
func (r *Resolver) Backfill(ctx context.Context, group *db.Actor, take func(context.Context, *Fetched) error) error {
	if group.Local || group.Type != db.ActorGroup {
		return fmt.Errorf("history of %s: %w: not a group elsewhere", group.URI, ErrNotFound)
	}
	h := &history{r: r, group: group, take: take, left: maxHistory, seen: make(map[string]bool)}
	starters, err := h.starters(ctx)
	if err != nil {
		return fmt.Errorf("history of %s: %w", group.URI, err)
	}
	for _, f := range starters {
		if err := h.discussion(ctx, f); err != nil {
			return fmt.Errorf("history of %s: %w", group.URI, err)
		}
	}
	return nil
}

// history is one reading of a group's past.
type history struct {
	r     *Resolver
	group *db.Actor
	take  func(context.Context, *Fetched) error
	left  int // posts that may still be read
	seen  map[string]bool
}

// starters lists what the group began with or passed on, oldest first. Only that neither
// collection can be read is an error.
func (h *history) starters(ctx context.Context) ([]*Fetched, error) {
	var refs []vocab.Ref
	collect := func(ref vocab.Ref) bool {
		refs = append(refs, ref)
		return len(refs) < maxStarters
	}
	err := h.r.items(ctx, h.group.Outbox, maxPages, collect)
	pinned := h.r.items(ctx, h.group.FeaturedURI, maxPages, collect)
	if len(refs) == 0 {
		return nil, errors.Join(err, pinned)
	}
	var list []*Fetched
	for _, ref := range refs {
		f, err := h.read(ctx, ref)
		if err != nil {
			return nil, err
		}
		if f != nil {
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(a, b *Fetched) int { return when(a.Doc).Compare(when(b.Doc)) })
	return list, nil
}

// read gets the post that an item of a collection stands for: a post, or an activity that wraps
// one. It answers nil where there is none to be had.
func (h *history) read(ctx context.Context, ref vocab.Ref) (*Fetched, error) {
	for depth := 0; ref.Object != nil && isAct(ref.Object) && depth < 3; depth++ {
		ref = ref.Object.Inner()
	}
	if ref.IRI == "" || h.seen[ref.IRI] || h.r.o.IRIs.Ours(ref.IRI) || h.left <= 0 {
		return nil, nil //nolint:nilnil // nothing there is an answer
	}
	h.seen[ref.IRI] = true
	h.left--
	f, err := h.believe(ctx, ref)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	if err != nil {
		h.r.o.Log.DebugContext(ctx, "history passed over", "object", ref.IRI, "err", err)
		return nil, nil //nolint:nilnil // as above
	}
	h.seen[f.Doc.ID] = true
	return f, nil
}

// believe takes an embedded post where the group's host is the author's, and asks the origin for
// all others.
func (h *history) believe(ctx context.Context, ref vocab.Ref) (*Fetched, error) {
	doc := ref.Object
	if doc != nil && vocab.SameOrigin(doc.ID, h.group.URI) && speaksFor(doc.Author(), doc) {
		return h.r.authored(ctx, doc)
	}
	doc, err := h.r.get(ctx, ref.IRI)
	if err != nil {
		return nil, err
	}
	if isAct(doc) {
		return h.r.Object(ctx, doc.Inner().IRI)
	}
	return h.r.authored(ctx, doc)
}

// discussion hands over a starter and then its answers.
func (h *history) discussion(ctx context.Context, starter *Fetched) error {
	if err := h.hand(ctx, starter); err != nil {
		return err
	}
	answers := make(map[string]*Fetched)
	queue := []*Fetched{starter}
	for ; len(queue) > 0 && h.left > 0; queue = queue[1:] {
		found, err := h.answers(ctx, queue[0], queue[0] == starter)
		if err != nil {
			return err
		}
		for _, f := range found {
			answers[f.Doc.ID] = f
		}
		if starter.Doc.Context == "" { // replies name the next level only
			queue = append(queue, found...)
		}
	}
	return h.inOrder(ctx, answers)
}

// answers reads a post's conversation, or its direct replies where it has none to offer.
func (h *history) answers(ctx context.Context, f *Fetched, starts bool) ([]*Fetched, error) {
	var refs []vocab.Ref
	collect := func(ref vocab.Ref) bool {
		refs = append(refs, ref)
		return len(refs) < maxItems
	}
	iri := f.Doc.Context
	if !starts || !vocab.SameOrigin(iri, f.Doc.ID) && !vocab.SameOrigin(iri, h.group.URI) {
		iri = f.Doc.Replies.IRI
		if own := f.Doc.Replies.Object; own != nil {
			iri, _ = pageOn(own, collect)
		}
	}
	if err := h.r.items(ctx, iri, maxPages, collect); err != nil && ctx.Err() != nil {
		return nil, err
	}
	var list []*Fetched
	for _, ref := range refs {
		if known, err := h.r.hasPost(ctx, ref.IRI); err != nil || known {
			continue
		}
		found, err := h.read(ctx, ref)
		if err != nil {
			return nil, err
		}
		if found != nil {
			list = append(list, found)
		}
	}
	return list, nil
}

// inOrder hands over answers so that none comes before what it answers.
func (h *history) inOrder(ctx context.Context, answers map[string]*Fetched) error {
	list := make([]*Fetched, 0, len(answers))
	for _, f := range answers {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b *Fetched) int {
		if c := when(a.Doc).Compare(when(b.Doc)); c != 0 {
			return c
		}
		return strings.Compare(a.Doc.ID, b.Doc.ID)
	})
	var give func(f *Fetched) error
	give = func(f *Fetched) error {
		if answers[f.Doc.ID] == nil {
			return nil
		}
		delete(answers, f.Doc.ID)
		if above := answers[f.Doc.Parent()]; above != nil {
			if err := give(above); err != nil {
				return err
			}
		}
		return h.hand(ctx, f)
	}
	for _, f := range list {
		if err := give(f); err != nil {
			return err
		}
	}
	return nil
}

// hand gives one post to the caller unless it is here.
func (h *history) hand(ctx context.Context, f *Fetched) error {
	known, err := h.r.hasPost(ctx, f.Doc.ID)
	if err != nil || known {
		return err
	}
	return h.take(ctx, f)
}
