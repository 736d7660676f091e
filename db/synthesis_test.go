package db_test

import (
	"errors"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// A desk keeps its places by response, its objections once, and who works on it.
func TestSynthesis_keepsWhatIsOnTheDesk(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	q := &db.Post{URI: "https://a.test/q", GroupID: g.ID, AuthorID: ann.ID, Kind: db.KindDiscussion, State: db.PostPublished}
	ok(t, s.CreatePost(ctx, q, nil))
	one := &db.Post{URI: "https://a.test/r", GroupID: g.ID, AuthorID: ann.ID, Kind: db.KindComment, State: db.PostPublished}
	ok(t, s.CreatePost(ctx, one, q))
	y := &db.Synthesis{QueryID: q.ID, ArtifactID: 7, GroupID: g.ID, State: db.SynthesisWriting, DueAt: s.Now()}
	if err := s.CreateSynthesis(ctx, y); err != nil {
		t.Fatal(err)
	}
	again := *y
	if err := s.CreateSynthesis(ctx, &again); !errors.Is(err, db.ErrConflict) {
		t.Errorf("a second one: %v, want ErrConflict", err)
	}
	for _, place := range []string{"t1", db.SourceLeftOut} {
		if err := s.PutSource(ctx, &db.SynthesisSource{QueryID: q.ID, PostID: one.ID, Number: 1, Place: place, PlacedBy: ann.ID}); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := s.SourcesOf(ctx, q.ID); err != nil || len(list) != 1 || list[0].Place != db.SourceLeftOut {
		t.Errorf("sources are %v, %v", list, err)
	}
	for i, fresh := range []bool{true, false} {
		o := &db.Objection{ID: int64(i + 1), QueryID: q.ID, ActorID: ann.ID, Text: "no", URI: "https://a.test/1", Door: "peer"}
		if is, err := s.PutObjection(ctx, o); err != nil || is != fresh {
			t.Errorf("objection %d is new: %v, %v", i, is, err)
		}
	}
	for _, open := range []bool{true, false} {
		if was, err := s.SettleObjection(ctx, q.ID, 1, ann.ID, "mended"); err != nil || was != open {
			t.Errorf("objection was open: %v, %v; want %v", was, err, open)
		}
	}
	list, err := s.ObjectionsTo(ctx, q.ID)
	if err != nil || len(list) != 1 || list[0].Answer != "mended" || list[0].Actor.ID != ann.ID {
		t.Errorf("objections are %v, %v", list, err)
	}
}
