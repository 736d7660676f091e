package db_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// Asked more often than statements are kept, under each other and while the schema stays the same,
// every question gets its own answer.
func TestStatements_answerTheirOwnQuestion(t *testing.T) {
	t.Parallel()
	s := dbtest.New(t)
	var actors []*db.Actor
	for i := range 120 {
		a := &db.Actor{
			URI: fmt.Sprintf("https://somewhere.test/users/%040d", i), Type: db.ActorPerson, Handle: fmt.Sprintf("p%d", i),
			Host: "somewhere.test", Name: strings.Repeat("it's ?", i%9),
		}
		if err := s.CreateActor(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		actors = append(actors, a)
	}
	ask := func(ctx context.Context, s *db.Store, want *db.Actor) {
		t.Helper()
		byURI, err := s.ActorByURI(ctx, want.URI)
		if err != nil || byURI.ID != want.ID || byURI.Name != want.Name {
			t.Fatalf("actor %s: %v, %v", want.URI, byURI, err)
		}
	}
	for round := range 3 {
		for i, a := range actors {
			ask(t.Context(), s, a)
			ids := make([]int64, 0, i)
			for _, b := range actors[:i] { // as many texts as there are lengths
				ids = append(ids, b.ID)
			}
			found, err := s.ActorsByID(t.Context(), ids)
			if err != nil || len(found) != i {
				t.Fatalf("round %d: %d of %d actors, %v", round, len(found), i, err)
			}
		}
	}
	err := s.InTx(t.Context(), func(ctx context.Context, tx *db.Store) error {
		for _, a := range actors {
			ask(ctx, tx, a)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
