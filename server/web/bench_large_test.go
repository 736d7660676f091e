package web_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/practice"
)

// BenchmarkLarge is the library, its pages and the search of a community with 10,000 artifacts, 200,000
// posts and 5,000 members, and of one with a tenth of each.
func BenchmarkLarge(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		w := newFull(b, full{discussions: n * 20, members: n / 2})
		page := w.shelve(n)
		for _, p := range []struct{ name, path string }{
			{"library", "/c/water/library"},
			{"library-last", "/c/water/library?before=" + itoa(page.first+1)},
			{"library-kind", "/c/water/library?kind=checklist"},
			{"library-topic", "/c/water/library?topic=topic7"},
			{"library-org", "/c/water/library?org=h7.test"},
			{"library-due", "/c/water/library?fresh=due"},
			{"library-word", "/c/water/library?words=vaccines"},
			{"library-rare", "/c/water/library?words=number" + fmt.Sprint(n/2)},
			{"library-none", "/c/water/library?words=nowhere"},
			{"artifact", "/a/" + itoa(page.last)},
			{"search", "/search?q=strip"},
			{"search-rare", "/search?q=rare"},
			{"search-artifact", "/search?q=number" + fmt.Sprint(n/2)},
			{"community", "/c/water"},
		} {
			b.Run(fmt.Sprintf("%s/%d", p.name, n), func(b *testing.B) { w.bench(b, w.amina, p.path) })
		}
	}
}

// shelf names the oldest and the newest of what was put into the library.
type shelf struct{ first, last int64 }

// shelve puts n published artifacts of several kinds, languages, topics and organisations into the
// library. All have a word; each has a number of its own; every tenth is due for review.
func (w *world) shelve(n int) (s shelf) {
	var authors []*db.Actor
	for i := range 40 {
		authors = append(authors, w.stranger(fmt.Sprintf("writer%d", i), fmt.Sprintf("h%d.test", i), db.ActorPerson))
	}
	w.do(func(ctx context.Context, tx *db.Store) error {
		for i := range n {
			by := authors[i%len(authors)]
			a := w.shelved(tx, by, i)
			if err := w.put(ctx, tx, a, by); err != nil {
				return err
			}
			if s.last = a.ID; i == 0 {
				s.first = a.ID
			}
		}
		return nil
	})
	return s
}

func (w *world) shelved(tx *db.Store, by *db.Actor, i int) *db.Artifact {
	id := tx.NewID()
	a := &db.Artifact{
		ID: id, URI: fmt.Sprintf("https://copse.test/ap/objects/%d", id), GroupID: w.group.ActorID, AuthorID: by.ID, StewardID: by.ID,
		Kind: []string{"checklist", "how-to", "faq", "story", "case"}[i%5], Title: fmt.Sprintf("Keep vaccines safe, number%d", i),
		Abstract: "What to do before, during and after the power has gone.", Lang: []string{"en", "fr", "ar"}[i%3], Stage: db.StagePublished, Version: 1,
		Maturity: []string{"idea", "practice", "good-practice"}[i%3], Licence: "CC-BY-4.0", Topics: fmt.Sprintf(" topic%d cold ", i%40),
		PublishedAt: tx.Now(), ReviewBy: db.Time{Time: tx.Now().AddDate(1, 0, 0)},
	}
	if i%10 == 0 {
		a.ReviewBy = db.Time{Time: tx.Now().Add(-time.Hour)}
	}
	return a
}

// put stores an artifact with its version and the post that starts its discussion.
func (w *world) put(ctx context.Context, tx *db.Store, a *db.Artifact, by *db.Actor) error {
	if err := tx.CreateArtifact(ctx, a); err != nil {
		return err
	}
	source := "# " + a.Title + "\n\n## Steps\n\n1. Tape a strip inside the door.\n2. Read it each week.\n"
	err := tx.CreateVersion(ctx, &db.ArtifactVersion{
		ArtifactID: a.ID, Number: 1, URI: a.URI + "/v/1", Title: a.Title, Abstract: a.Abstract, Source: source, Hash: practice.HashOf(source), PublishedAt: tx.Now(),
	})
	if err != nil {
		return err
	}
	p := w.written(by)
	p.ID, p.URI, p.Kind, p.Title, p.Content = a.ID, a.URI, db.KindArtifact, a.Title, practice.HTML(source)
	if err := tx.CreatePost(ctx, p, nil); err != nil {
		return err
	}
	return tx.IndexPost(ctx, p.ID, p.Title, a.Abstract)
}
