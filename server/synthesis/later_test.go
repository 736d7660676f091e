package synthesis_test

import (
	"context"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/synthesis"
)

// A response keeps the number it was shown with when another is placed first: texts refer to it.
func TestSave_numbersStay(t *testing.T) {
	t.Parallel()
	s := closed(t)
	s.begin(s.amina)
	dr := s.draft()
	dr.Places = map[int]synthesis.Place{2: {In: "resources"}}
	s.save(s.amina, dr)
	if d := s.desk(); len(d.Sources) != 2 || d.Sources[0].PostID != s.first.ID || d.Sources[0].Number != 1 || d.Sources[1].Number != 2 {
		t.Errorf("on the desk are %+v", d.Sources)
	}
}

// What the asker says came of it is section 7 of the reply, said before it is published or after; what
// its editors wrote there themselves stays.
func TestPublish_whatCameOfIt(t *testing.T) {
	t.Parallel()
	s := closed(t)
	s.begin(s.amina)
	s.save(s.amina, s.draft())
	settle := func(o string) {
		s.Do(func(ctx context.Context, tx *db.Store) error {
			return s.q.Do(ctx, tx, s.carla, s.query, query.Step{Do: query.Outcome, Outcome: o, Words: "Moved *it*."})
		})
	}
	next := func() string {
		d := s.desk()
		for _, b := range s.r.Filled(d) {
			if b.Key == synthesis.PartNext {
				return b.Text
			}
		}
		return ""
	}
	if got := next(); got != "" {
		t.Errorf("before anybody said so: %q", got)
	}
	settle(db.OutcomeHelped)
	if got := next(); got != `**It helped.** Moved \*it\*\.` {
		t.Errorf("said: %q", got)
	}
	s.Do(func(ctx context.Context, tx *db.Store) error { return s.r.Show(ctx, tx, s.amina, s.query) })
	s.Pass(49 * time.Hour)
	s.Do(func(ctx context.Context, tx *db.Store) error { return s.r.Publish(ctx, tx, s.amina, s.query) })
	settle(db.OutcomeNo)
	d := s.desk()
	if d.Artifact.Version != 2 || d.Part(synthesis.PartNext).Text != `**It did not help.** Moved \*it\*\.` {
		t.Errorf("said again: version %d, %q", d.Artifact.Version, d.Part(synthesis.PartNext).Text)
	}
	settle(db.OutcomeNo)
	if d := s.desk(); d.Artifact.Version != 2 {
		t.Errorf("said twice makes version %d", d.Artifact.Version)
	}
	s.Refused("synthesis-nothing-new", func(ctx context.Context, tx *db.Store) error { return s.r.Again(ctx, tx, s.amina, s.query) })
}
