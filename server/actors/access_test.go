package actors_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
)

// What ana writes in a closed group elsewhere is for its home and its members, wherever it is read.
func TestT45_postOfOursInAClosedGroupElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	peer := fedtest.New(t, h.net, "peer.test", fedtest.Mastodon())
	group := peer.Group("inner")
	there, err := h.resolver.Actor(h.ctx, group.ID)
	if err != nil {
		t.Fatal(err)
	}
	var g *db.Group
	h.tx(func(ctx context.Context, tx *db.Store) (err error) {
		if g, err = tx.GroupByID(ctx, there.ID); err != nil {
			return err
		}
		g.Openness = db.OpennessPrivate
		if err := tx.SaveGroup(ctx, g); err != nil {
			return err
		}
		return tx.PutFollow(ctx, &db.Follow{FollowerID: h.ana.ActorID, FolloweeID: there.ID, State: db.FollowAccepted}, h.ana.Actor)
	})
	p := h.start(g, "Only among us", secret)
	stranger := fedtest.New(t, h.net, "stranger.test", fedtest.Mastodon())
	eve := stranger.Person("eve")
	for _, state := range []string{db.PostWaiting, db.PostPublished} {
		h.tx(func(ctx context.Context, tx *db.Store) error { return tx.SetPostState(ctx, p, state, "", there.ID) })
		for _, iri := range []string{p.URI, p.URI + "/replies", p.URI + "/likes", p.URI + "/shares"} {
			h.wantHidden(iri)
			if r := stranger.GetAs(eve, iri); r.Status != http.StatusNotFound {
				t.Errorf("%s, %s: a stranger reads it: %d", state, iri, r.Status)
			}
		}
		if r := peer.GetAs(group, p.URI); r.Status != http.StatusOK || !strings.Contains(string(r.Body), secret) {
			t.Errorf("%s: its group reads: %d %s", state, r.Status, r.Body)
		}
	}
}
