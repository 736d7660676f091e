package roster

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fetch"
)

// many is more followers of one community at one server than are read of a list beyond those known.
const many = spare + 100

// pages is a server that lists followers, five hundred on a page.
type pages struct {
	names []string
	read  int
}

func (p *pages) RoundTrip(r *http.Request) (*http.Response, error) {
	p.read++
	from := 0
	if after := r.URL.Query().Get("after"); after != "" {
		from = slices.Index(p.names, after) + 1
	}
	to := min(from+page, len(p.names))
	doc := map[string]any{"type": "OrderedCollectionPage", "id": r.URL.String(), "orderedItems": p.names[from:to]}
	if to < len(p.names) {
		doc["next"] = "https://a.example/g/followers?page=1&after=" + url.QueryEscape(p.names[to-1])
	}
	body, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/activity+json"}},
		Body: io.NopCloser(strings.NewReader(string(body))), Request: r,
	}, nil
}

// A server with more than five thousand followers of one community is compared whole: who was removed
// is found among them, by as many pages as it takes, and the digest that we send is of all of them.
func TestCompare_manyFollowers(t *testing.T) {
	t.Parallel()
	s := dbtest.New(t)
	ctx := t.Context()
	g := &db.Actor{Type: db.ActorGroup, Handle: "g", Host: "a.example", URI: "https://a.example/g", Inbox: "https://a.example/g/inbox", FollowersURI: "https://a.example/g/followers"}
	var names []string
	err := s.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		if err := tx.CreateActor(ctx, g); err != nil {
			return err
		}
		if err := tx.EnsureGroup(ctx, &db.Group{ActorID: g.ID, Openness: db.OpennessPrivate, Actor: g}); err != nil {
			return err
		}
		for n := range many {
			handle := fmt.Sprintf("p%05d", n)
			a := &db.Actor{Type: db.ActorPerson, Handle: handle, Host: "b.example", URI: "https://b.example/" + handle, Local: true}
			if err := tx.CreateActor(ctx, a); err != nil {
				return err
			}
			if err := tx.PutFollow(ctx, &db.Follow{URI: a.URI + "#f", FollowerID: a.ID, FolloweeID: g.ID, State: db.FollowAccepted}, a); err != nil {
				return err
			}
			names = append(names, a.URI)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	base, err := url.Parse("https://b.example")
	if err != nil {
		t.Fatal(err)
	}
	there := &pages{names: slices.Delete(slices.Clone(names), 4_711, 4_712)}
	var settled []string
	r := New(Options{
		Store: s, Host: "b.example", Log: slog.New(slog.DiscardHandler),
		Resolver: federation.NewResolver(federation.ResolverOptions{
			Store: s, IRIs: federation.NewIRIs(base), Now: s.Now().UTC,
			Fetch: fetch.New(fetch.Options{Transport: there, UserAgent: "test", Now: s.Now().UTC, CausedPerSecond: 1000, CausedPerHour: 1000}),
		}),
		Settle: func(_ context.Context, _ *db.Store, _ *db.Actor, names []string) error {
			settled = names
			return nil
		},
	})
	if all, err := r.at(ctx, g.ID, "b.example"); err != nil || Digest(all) != Digest(names) {
		t.Errorf("%d of %d are counted, %v", len(all), len(names), err)
	}
	hear := func(list []string) {
		t.Helper()
		r.Hear(ctx, g.URI, claim{collection: g.FollowersURI, url: g.FollowersURI + "?page=1", digest: Digest(list)}.String())
		if _, err := r.Step(ctx); err != nil {
			t.Fatal(err)
		}
	}
	hear(names)
	if settled != nil || there.read != 0 {
		t.Errorf("with nothing to mend %d pages were read", there.read)
	}
	hear(there.names)
	if !slices.Equal(settled, there.names) || there.read != (many+page-1)/page {
		t.Errorf("%d names of %d in %d pages", len(settled), len(there.names), there.read)
	}
}
