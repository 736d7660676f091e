package fetch_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/fetch"
)

func TestT18_idAndURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, iri string
		serve     map[string]string // path on peer.test to id
		want      string            // id of the document, or
		err       error
		requests  int
	}{
		{"same", "/a", map[string]string{"/a": "https://peer.test/a"}, "https://peer.test/a", nil, 1},
		{"fragment of the URL", "/a", map[string]string{"/a": "https://peer.test/a#me"}, "https://peer.test/a#me", nil, 1},
		{"asked with a fragment", "/a#b", map[string]string{"/a": "https://peer.test/a"}, "https://peer.test/a", nil, 1},
		{"host spelled in capitals", "/a", map[string]string{"/a": "https://PEER.test/a"}, "https://PEER.test/a", nil, 1},
		{"alias", "/@a", map[string]string{"/@a": "https://peer.test/a", "/a": "https://peer.test/a"}, "https://peer.test/a", nil, 2},
		{"alias of an alias", "/a", map[string]string{"/a": "https://peer.test/b", "/b": "https://peer.test/c"}, "", fetch.ErrOrigin, 2},
		{"alias to nothing", "/a", map[string]string{"/a": "https://peer.test/b"}, "", fetch.ErrNotFound, 2},
		{"somebody else's", "/x", map[string]string{"/x": "https://victim.test/x"}, "", fetch.ErrOrigin, 1},
		{"another port", "/x", map[string]string{"/x": "https://peer.test:8443/x"}, "", fetch.ErrOrigin, 1},
		{"http", "/x", map[string]string{"/x": "http://peer.test/x"}, "", fetch.ErrOrigin, 1},
		{"sub-domain", "/x", map[string]string{"/x": "https://a.peer.test/x"}, "", fetch.ErrOrigin, 1},
		{"userinfo", "/x", map[string]string{"/x": "https://peer.test@victim.test/x"}, "", fetch.ErrOrigin, 1},
		{"relative", "/x", map[string]string{"/x": "/x"}, "", fetch.ErrOrigin, 1},
		{"none", "/x", map[string]string{"/x": ""}, "", fetch.ErrOrigin, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.net.Handle("peer.test", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				id, ok := c.serve[r.URL.Path]
				if !ok {
					http.NotFound(rw, r)
					return
				}
				rw.Header().Set("Content-Type", apType)
				_, _ = rw.Write([]byte(`{"type":"Note","id":"` + id + `"}`))
			}))
			doc, err := w.client().Object(t.Context(), "https://peer.test"+c.iri)
			if c.err != nil {
				w.wantErr(err, c.err, c.iri)
			} else if err != nil || doc.IRI != c.want {
				t.Errorf("%+v, %v", doc, err)
			}
			if n := w.net.Asked("peer.test"); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
			if n := w.net.Asked("victim.test"); n != 0 {
				t.Errorf("%d requests to the victim", n)
			}
		})
	}
}

func TestT18_redirectMovesTheOrigin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.net.Handle("old.test", http.RedirectHandler("https://new.test/a", http.StatusMovedPermanently))
	w.page("new.test", apType, `{"id":"https://new.test/a"}`)
	if doc, err := w.client().Object(t.Context(), "https://old.test/a"); err != nil || doc.IRI != "https://new.test/a" {
		t.Errorf("moved: %+v, %v", doc, err)
	}
	w.page("new.test", apType, `{"id":"https://old.test/a"}`)
	_, err := w.client().Object(t.Context(), "https://old.test/a")
	w.wantErr(err, fetch.ErrOrigin, "a stranger speaks for the old host")
}

func TestT30_contentTypes(t *testing.T) {
	t.Parallel()
	const profile = `"https://www.w3.org/ns/activitystreams"`
	for media, ok := range map[string]bool{
		"application/activity+json":                                                           true,
		"application/activity+json; charset=utf-8":                                            true,
		"Application/Activity+JSON; charset=UTF-8":                                            true,
		"application/ld+json; profile=" + profile:                                             true,
		"application/ld+json;profile=" + profile + "; charset=utf-8":                          true,
		`application/ld+json; profile="https://x.test https://www.w3.org/ns/activitystreams"`: true,
		"application/ld+json":                                                                 false,
		`application/ld+json; profile="https://www.w3.org/ns/activitystreams-evil"`:           false,
		"application/json":         false,
		"application/jrd+json":     false,
		"application/octet-stream": false,
		"text/html":                false,
		"text/plain":               false,
		"image/png":                false,
		"application/activity+json; charset=utf-7": false,
		"application/activity+json, text/html":     false,
		"application/activity+jsonx":               false,
		"":                                         false,
	} {
		w := newWorld(t)
		w.page("evil.test", media, `{"id":"https://evil.test/x","type":"Note"}`)
		_, err := w.client().Object(t.Context(), "https://evil.test/x")
		if ok && err != nil {
			t.Errorf("%q: %v", media, err)
		}
		if !ok {
			w.wantErr(err, fetch.ErrWrongType, media)
		}
	}
}

func TestT30_twoContentTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.net.Handle("evil.test", http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header()["Content-Type"] = []string{apType, "text/html"}
		_, _ = rw.Write([]byte(`{"id":"https://evil.test/x"}`))
	}))
	_, err := w.client().Object(t.Context(), "https://evil.test/x")
	w.wantErr(err, fetch.ErrWrongType, "two")
}

func TestObject_hostileJSON(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"two ids":        `{"id":"https://peer.test/x","id":"https://peer.test/y"}`,
		"trailing bytes": `{"id":"https://peer.test/x"} {}`,
		"trailing junk":  `{"id":"https://peer.test/x"}x`,
		"list":           `[{"id":"https://peer.test/x"}]`,
		"string":         `"https://peer.test/x"`,
		"empty":          ``,
		"cut off":        `{"id":"https://peer.test/x"`,
		"bad UTF-8":      "{\"id\":\"https://peer.test/x\",\"a\":\"\xff\"}",
		"deep":           `{"id":"https://peer.test/x","a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`,
		"nested twice":   `{"id":"https://peer.test/x","a":{"b":1,"b":2}}`,
	} {
		w := newWorld(t)
		w.page("peer.test", apType, body)
		_, err := w.client().Object(t.Context(), "https://peer.test/x")
		w.wantErr(err, fetch.ErrMalformed, name)
		if fetch.Temporary(err) {
			t.Errorf("%s: temporary", name)
		}
	}
}

func TestObject_idIsTheTopOne(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"object":{"id":"https://victim.test/y"},"id":"https://peer.test/x","name":"id"}`,
		`{"name":"id","a":["id","https://victim.test/y"],"id":"https://peer.test/x","ID":"https://victim.test/y"}`,
	} {
		w := newWorld(t)
		w.page("peer.test", apType, body)
		doc, err := w.client().Object(t.Context(), "https://peer.test/x")
		if err != nil || doc.IRI != "https://peer.test/x" || string(doc.Body) != body {
			t.Errorf("%+v, %v", doc, err)
		}
	}
	w := newWorld(t)
	w.page("peer.test", apType, `{"object":{"id":"https://peer.test/x"},"id":["https://peer.test/x"]}`)
	_, err := w.client().Object(t.Context(), "https://peer.test/x")
	w.wantErr(err, fetch.ErrOrigin, "list of ids")
}

func TestObject_allKindsOfPeer(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]fedtest.Kind{
		"mastodon": fedtest.Mastodon(), "gotosocial": fedtest.GoToSocial(), "lemmy": fedtest.Lemmy(), "nodebb": fedtest.NodeBB(),
	} {
		w := newWorld(t)
		p := w.peer("peer.test", k)
		group := p.Group("water")
		for _, iri := range []string{group.ID, group.Outbox, p.Instance().ID, p.Person("bob").Note("hi")["id"].(string)} {
			if doc, err := w.client().Object(t.Context(), iri); err != nil || doc.IRI != iri {
				t.Errorf("%s: %s: %v", name, iri, err)
			}
		}
		if doc, err := w.client().Key(t.Context(), group.KeyID); err != nil || doc.IRI != group.ID {
			t.Errorf("%s: key %s: %v", name, group.KeyID, err)
		}
	}
}
