package actors_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/community"
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

// A group's private word to bob is for bob and his server, not for others whom it signs for.
func TestT45_privateWordReadByAnotherPersonOfTheHost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	peer := fedtest.New(t, h.net, "peer.test", fedtest.Mastodon())
	bob, eve := peer.Person("bob"), peer.Person("eve")
	to, err := h.resolver.Actor(h.ctx, bob.ID)
	if err != nil {
		t.Fatal(err)
	}
	h.tx(func(ctx context.Context, tx *db.Store) error {
		_, err := h.com.Tell(ctx, tx, h.water, community.Notice{To: to, Code: "held"})
		return err
	})
	rows, err := h.store.PendingOutbox(h.ctx, 100)
	if err != nil || len(rows) == 0 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	act, err := h.store.ActivityByID(h.ctx, rows[len(rows)-1].ActivityID)
	if err != nil {
		t.Fatal(err)
	}
	for who, want := range map[*fedtest.Actor]int{bob: http.StatusOK, peer.Instance(): http.StatusOK, eve: http.StatusNotFound} {
		if r := peer.GetAs(who, act.ObjectURI); r.Status != want {
			t.Errorf("%s: %d, want %d", who.Name, r.Status, want)
		}
	}
}
