package db_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db/dbtest"
)

func TestHostTitles_lastOneCounts(t *testing.T) {
	t.Parallel()
	s, ctx := dbtest.New(t), context.Background()
	for _, set := range [][2]string{{"a.test", "Health"}, {"b.test", "Water"}, {"a.test", "Health Corps"}, {"b.test", ""}, {"c.test", "Seeds"}} {
		ok(t, s.SetHostTitle(ctx, set[0], set[1]))
	}
	got, err := s.HostTitles(ctx, 1)
	if diff := cmp.Diff(map[string]string{"a.test": "Health Corps"}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if got, err = s.HostTitles(ctx, 10); len(got) != 2 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}
