package actors_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
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
