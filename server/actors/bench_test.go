package actors_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
)

// P13: a document from memory, through the whole shell but the network.
func BenchmarkServe(b *testing.B) {
	h := newHouse(b)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	for name, iri := range map[string]string{
		"actor": h.water.Actor.URI, "post": p.URI, "context": h.iris.Context(p.ID), "replies": p.URI + "/replies",
		"webfinger": finger + "acct:water@copse.test",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				req := httptest.NewRequestWithContext(context.Background(), http.MethodGet, iri, nil)
				req.Header.Set("Accept", asActivity)
				rec := httptest.NewRecorder()
				if h.handler.ServeHTTP(rec, req); rec.Code != http.StatusOK {
					b.Fatal(rec.Code)
				}
			}
		})
	}
}

// BenchmarkSignedRead is P13 for what not everybody may read: the signature is verified, and who signed
// looked for among those who belong, for each request.
func BenchmarkSignedRead(b *testing.B) {
	h := newHouse(b)
	peer := fedtest.New(b, h.net, "peer.test", fedtest.Mastodon())
	bob := peer.Person("bob")
	member, err := h.resolver.Actor(h.ctx, bob.ID)
	if err != nil {
		b.Fatal(err)
	}
	closed := h.group("closed", db.OpennessPrivate)
	h.tx(func(ctx context.Context, tx *db.Store) error {
		return tx.PutFollow(ctx, &db.Follow{FollowerID: member.ID, FolloweeID: closed.ActorID, State: db.FollowAccepted}, member)
	})
	for name, iri := range map[string]string{"post": h.start(closed, "Only among us", secret).URI, "actor": closed.Actor.URI} {
		b.Run(name, func(b *testing.B) {
			req := peer.Sign(peer.Request(http.MethodGet, iri, nil), bob, sign.Cavage)
			b.ReportAllocs()
			for b.Loop() {
				res, err := h.net.RoundTrip(req.Clone(h.ctx))
				if err != nil || res.StatusCode != http.StatusOK {
					b.Fatal(res, err)
				}
			}
		})
	}
}
