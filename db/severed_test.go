package db_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestSeveredAt(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann, bo := group(t, s, "water"), person(t, s, "ann", "copse.test"), person(t, s, "bo", "peer.test")
	_, err := s.SeveredAt(ctx, nil)
	ok(t, err)
	if bo.Local || !g.Local || !ann.Local {
		t.Fatal("the people of this test live elsewhere than it thinks")
	}
	ok(t, s.PutFollow(ctx, &db.Follow{URI: "u1", FollowerID: ann.ID, FolloweeID: bo.ID, State: db.FollowAccepted}, ann))
	ok(t, s.PutFollow(ctx, &db.Follow{URI: "u2", FollowerID: bo.ID, FolloweeID: g.ID, State: db.FollowAccepted}, bo))
	got, err := s.SeveredAt(ctx, []string{"peer.test", "none.test"})
	ok(t, err)
	if diff := cmp.Diff(map[string]*db.Severed{"peer.test": {Host: "peer.test", Followed: 1, Following: 1}}, got); diff != "" {
		t.Error(diff)
	}
}
