package db_test

import (
	"context"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// What was given stays as it was: neither engine lets a row be changed or taken away.
func TestContributions_addedOnly(t *testing.T) {
	t.Parallel()
	s, ctx := dbtest.New(t), context.Background()
	who := &db.Actor{ID: 7, Host: "karu.test"}
	ok(t, s.Contribute(ctx, db.Contribution{GroupID: 1, Door: "web", Kind: db.GavePost, Object: "https://karu.test/1"}, who))
	for _, sql := range []string{"UPDATE contributions SET organisation = 'other'", "UPDATE contributions SET actor_id = 0 WHERE actor_id = 7", "DELETE FROM contributions"} {
		if err := s.Run(ctx, sql); err == nil {
			t.Errorf("%s goes through", sql)
		}
	}
	list, err := s.Contributions(ctx, 1, db.Time{}, 10)
	if err != nil || len(list) != 1 || list[0].Organisation != "karu.test" || list[0].ActorID != 7 {
		t.Errorf("%+v, %v", list, err)
	}
	for kind, want := range map[string]bool{db.GavePost: true, db.GaveReview: false} {
		if got, err := s.Contributed(ctx, db.Contribution{GroupID: 1, Kind: kind, Object: "https://karu.test/1"}, 7); got != want || err != nil {
			t.Errorf("gave a %s: %v, %v", kind, got, err)
		}
	}
}
