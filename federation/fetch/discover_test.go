package fetch_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/fetch"
)

func TestDiscover(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		page string
		err  error
	}{
		"absolute": {`<html><head><link rel="alternate" type="application/activity+json" href="https://peer.test/users/bob"></head>`, nil},
		"relative": {`<link type=application/activity+json rel="nofollow ALTERNATE" href=/users/bob />`, nil},
		"second": {`<link rel=alternate type=application/rss+xml href=/feed><link rel=stylesheet href=/a.css>` +
			`<link rel=alternate type="application/ld+json; profile=&quot;https://www.w3.org/ns/activitystreams&quot;" href=/users/bob>`, nil},
		"in a comment": {`<!-- <link rel="alternate" type="application/activity+json" href="/users/bob"> -->`, fetch.ErrWrongType},
		"in the body":  {`<body><link rel="alternate" type="application/activity+json" href="/users/bob">`, fetch.ErrWrongType},
		"none":         {`<html><title>Hello</title></html>`, fetch.ErrWrongType},
		"empty":        {``, fetch.ErrWrongType},
		"too far down": {strings.Repeat("<br>", 64<<10) + `<link rel="alternate" type="application/activity+json" href="/users/bob">`, fetch.ErrWrongType},
		"elsewhere":    {`<link rel="alternate" type="application/activity+json" href="http://127.0.0.1/">`, fetch.ErrRefusedHost},
	} {
		w := newWorld(t)
		p := w.peer("peer.test", fedtest.Mastodon())
		bob := p.Person("bob")
		p.Serve("https://peer.test/@bob", http.StatusOK, "text/html; charset=utf-8", []byte(c.page))
		doc, err := w.client().Discover(t.Context(), " https://peer.test/@bob ")
		w.wantErr(err, c.err, name)
		if c.err == nil && (doc == nil || doc.IRI != bob.ID) {
			t.Errorf("%s: %+v", name, doc)
		}
	}
}

func TestDiscover_documentsAndOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.peer("peer.test", fedtest.Mastodon())
	bob := p.Person("bob")
	if doc, err := w.client().Discover(t.Context(), bob.ID); err != nil || doc.IRI != bob.ID {
		t.Errorf("%+v, %v", doc, err)
	}
	p.Serve("https://peer.test/x.pdf", http.StatusOK, "application/pdf", []byte("%PDF"))
	_, err := w.client().Discover(t.Context(), "https://peer.test/x.pdf")
	w.wantErr(err, fetch.ErrWrongType, "a file")
	_, err = w.client().Discover(t.Context(), "not an address")
	w.wantErr(err, fetch.ErrMalformed, "words")
}

func TestT33_hostileHTML(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, unit := range map[string]string{
		"open tags": "<a", "attributes": "<link a=", "comments": "<!--", "quotes": `<link rel="`, "entities": "<link href=&amp;&#x", "cdata": "<![CDATA[",
	} {
		page := strings.Repeat(unit, (3<<20)/len(unit))
		w.page("evil.test", "text/html", page)
		w.still(func(ctx context.Context) {
			_, err := w.client().Discover(ctx, "https://evil.test/")
			w.wantErr(err, fetch.ErrWrongType, name)
		})
	}
	w.page("evil.test", "text/html", strings.Repeat("<a", 5<<20/2))
	w.still(func(ctx context.Context) {
		_, err := w.client().Discover(ctx, "https://evil.test/")
		w.wantErr(err, fetch.ErrTooLarge, "5 MiB")
	})
}
