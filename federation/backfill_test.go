package federation_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
)

// backfill reads a group's history and lists the ids in the order they were handed over.
func (h *house) backfill(group *fedtest.Actor) []any {
	h.t.Helper()
	var list []any
	err := h.resolver.Backfill(context.Background(), h.meet(group), func(_ context.Context, f *federation.Fetched) error {
		if f.Author == nil || f.Author.URI != f.Doc.Author() {
			h.t.Errorf("%s by %+v", f.Doc.ID, f.Author)
		}
		list = append(list, f.Doc.ID)
		return nil
	})
	if err != nil {
		h.t.Fatalf("backfill: %v", err)
	}
	return list
}

func at(day int) fedtest.Doc {
	return fedtest.Doc{"published": time.Date(2026, 10, day, 8, 0, 0, 0, time.UTC).Format(time.RFC3339)}
}

func TestBackfill_outboxAndContext(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, q := fedtest.New(t, h.net, "lemmy.test", fedtest.Lemmy()), fedtest.New(t, h.net, "gts.test", fedtest.GoToSocial())
	group, near, far := p.Group("soil"), p.Person("near"), q.Person("far")
	first := near.Thread(soil(group), "First", "text", at(1))
	second := near.Thread(soil(group), "Second", "text", at(2))
	one := near.Answer(first, "one", at(3))
	two := far.Answer(one, "two", at(4))
	three := near.Answer(two, "three", at(5))
	p.Collection(first["context"].(string), three["id"], first["id"], two["id"], "https://lemmy.test/comment/lost", one)
	p.Collection(second["context"].(string))
	p.Collection(group.Outbox, group.Announce(near.Create(second)), group.Announce(near.Create(first)))
	p.Collection(group.Featured, second)
	want := fmt.Sprint([]any{first["id"], one["id"], two["id"], three["id"], second["id"]})
	if got := fmt.Sprint(h.backfill(group)); got != want {
		t.Errorf("handed over %s,\nwant %s", got, want)
	}
}

func TestBackfill_repliesWhereThereIsNoContext(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	group, ana := p.Group("club"), p.Person("ana")
	first := ana.Note("first", at(1))
	one := ana.Answer(first, "one", at(2))
	two := ana.Answer(one, "two", at(3))
	replies := func(d fedtest.Doc, items ...any) {
		id := d["id"].(string) + "/replies"
		d["replies"] = fedtest.Doc{"id": id, "type": "Collection", "first": fedtest.Doc{
			"type": "CollectionPage", "partOf": id, "items": []any{}, "next": id + "?page=1",
		}}
		p.Put(fedtest.Doc{"id": id + "?page=1", "type": "CollectionPage", "partOf": id, "items": items, "next": id + "?page=1"})
		p.Put(d)
	}
	replies(first, one["id"], home+"/ap/objects/1")
	replies(one, two["id"])
	p.Collection(group.Outbox, group.Announce(first["id"]))
	want := fmt.Sprint([]any{first["id"], one["id"], two["id"]})
	if got := fmt.Sprint(h.backfill(group)); got != want {
		t.Errorf("handed over %s, want %s", got, want)
	}
	h.stored(first["id"].(string), h.meet(ana), nil)
	h.stored(one["id"].(string), h.meet(ana), nil)
	if got := fmt.Sprint(h.backfill(group)); got != "[]" {
		t.Errorf("the second time %s", got)
	}
}

func TestBackfill_believesNobodyForOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, q := fedtest.New(t, h.net, "evil.test", fedtest.Lemmy()), fedtest.New(t, h.net, "victim.test", fedtest.Mastodon())
	group, v := p.Group("soil"), q.Person("v")
	note := v.Note("what I said", at(1))
	forged := fedtest.Doc{"id": note["id"], "type": "Note", "attributedTo": v.ID, "content": "forged"}
	invented := fedtest.Doc{"id": "https://victim.test/n/1", "type": "Note", "attributedTo": v.ID, "content": "forged"}
	borrowed := fedtest.Doc{"id": "https://evil.test/n/1", "type": "Note", "attributedTo": v.ID, "content": "forged"}
	p.Put(borrowed)
	p.Collection(group.Outbox, group.Announce(v.Create(forged)), invented, borrowed, 7, fedtest.Doc{}, home+"/ap/objects/1")
	var got []string
	err := h.resolver.Backfill(context.Background(), h.meet(group), func(_ context.Context, f *federation.Fetched) error {
		got = append(got, f.Doc.Content)
		return nil
	})
	if err != nil || fmt.Sprint(got) != fmt.Sprint([]any{note["content"]}) {
		t.Errorf("took %v, %v", got, err)
	}
}

func TestT32_endlessCollection(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "evil.test", fedtest.Lemmy())
	group := p.Group("soil")
	for i := range 50 {
		iri := fmt.Sprintf("%s?page=%d", group.Outbox, i)
		p.Put(fedtest.Doc{"id": iri, "type": "OrderedCollectionPage", "orderedItems": []any{}, "next": fmt.Sprintf("%s?page=%d", group.Outbox, i+1)})
	}
	p.Put(fedtest.Doc{"id": group.Outbox, "type": "OrderedCollection", "first": group.Outbox + "?page=0"})
	h.meet(group)
	p.Forget()
	if got := h.backfill(group); len(got) != 0 || len(p.Requests()) > 12 {
		t.Errorf("took %v after %d reads", got, len(p.Requests()))
	}
}

func TestBackfill_stops(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "lemmy.test", fedtest.Lemmy())
	group, near := p.Group("soil"), p.Person("near")
	p.Collection(group.Outbox, near.Thread(soil(group), "One", "text", at(1)), near.Thread(soil(group), "Two", "text", at(2)))
	boom := errors.New("boom")
	n := 0
	err := h.resolver.Backfill(context.Background(), h.meet(group), func(context.Context, *federation.Fetched) error {
		n++
		return boom
	})
	if !errors.Is(err, boom) || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
	p.RefuseReads(500)
	if err := h.resolver.Backfill(context.Background(), h.meet(group), nil); !federation.Temporary(err) {
		t.Errorf("while its server is down: %v", err)
	}
	if err := h.resolver.Backfill(context.Background(), h.local("Group", "water"), nil); err == nil {
		t.Error("a group of ours has no history elsewhere")
	}
}
