package fetch_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/fetch"
)

func TestNodeInfo_kinds(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]fedtest.Kind{
		"mastodon": fedtest.Mastodon(), "gotosocial": fedtest.GoToSocial(), "lemmy": fedtest.Lemmy(), "nodebb": fedtest.NodeBB(),
	} {
		w := newWorld(t)
		p := w.peer("peer.test", k)
		got, err := w.client().NodeInfo(t.Context(), "PEER.test")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := &fetch.Software{Name: name, Version: k.Version, ActivityPub: true, Instance: p.Instance().ID}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		for _, r := range p.Requests() {
			if r.Header.Get("Accept") != "application/json" {
				t.Errorf("%s: Accept %q", name, r.Header.Get("Accept"))
			}
		}
	}
}

// nodeInfo serves the links at peer.test, and documents by path.
func (w *world) nodeInfo(links string, docs map[string]string) {
	w.net.Handle("peer.test", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, ok := docs[r.URL.Path]
		if r.URL.Path == "/.well-known/nodeinfo" {
			body, ok = links, true
		}
		if !ok {
			http.NotFound(rw, r)
			return
		}
		rw.Header().Set("Content-Type", `application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.1#"`)
		_, _ = rw.Write([]byte(body))
	}))
}

func TestNodeInfo_newestSchemaOfTheOwnSite(t *testing.T) {
	t.Parallel()
	const rel = "http://nodeinfo.diaspora.software/ns/schema/"
	link := func(version, href string) string { return `{"rel":"` + rel + version + `","href":"` + href + `"}` }
	w := newWorld(t)
	w.nodeInfo(`{"links":[`+strings.Join([]string{
		link("2.0", "https://peer.test/two"), link("2.1", "https://peer.test/twoone"), link("1.0", "https://peer.test/one"),
		link("2.1", "https://evil.test/liar"), link("9.9", "https://peer.test/unknown"), link("2.2", "http://peer.test/plain"),
		`{"rel":"https://www.w3.org/ns/activitystreams#Application","href":"https://evil.test/actor"}`,
	}, ",")+`]}`, map[string]string{"/twoone": `{"software":{"name":" Mbin ","version":"1.8\u0000\n` + strings.Repeat("x", 100) + `"},"protocols":["activitypub"]}`})
	got, err := w.client().NodeInfo(t.Context(), "peer.test")
	if err != nil {
		t.Fatal(err)
	}
	want := &fetch.Software{Name: "mbin", Version: "1.8" + strings.Repeat("x", 61), ActivityPub: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNodeInfo_documents(t *testing.T) {
	t.Parallel()
	for body, c := range map[string]struct {
		want *fetch.Software
		err  error
	}{
		`{"software":{"name":"diaspora","version":"1"},"protocols":{"inbound":["activitypub"],"outbound":[]}}`: {want: &fetch.Software{Name: "diaspora", Version: "1", ActivityPub: true}},
		`{"software":{"name":"wordpress","version":"1"},"protocols":[]}`:                                       {want: &fetch.Software{Name: "wordpress", Version: "1"}},
		`{"software":{"name":"iceshrimp.net","version":""}}`:                                                   {want: &fetch.Software{Name: "iceshrimp.net"}},
		`{"software":{"name":"","version":"1"}}`:                                                               {err: fetch.ErrMalformed},
		`{"software":{"name":"<script>","version":"1"}}`:                                                       {err: fetch.ErrMalformed},
		`{"software":{"name":"` + strings.Repeat("a", 65) + `","version":"1"}}`:                                {err: fetch.ErrMalformed},
		`{"software":"mastodon"}`:                                                                              {err: fetch.ErrMalformed},
		`[]`:                                                                                                   {err: fetch.ErrMalformed},
	} {
		w := newWorld(t)
		w.nodeInfo(`{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/1.0","href":"https://peer.test/n"}]}`, map[string]string{"/n": body})
		got, err := w.client().NodeInfo(t.Context(), "peer.test")
		w.wantErr(err, c.err, body)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestNodeInfo_none(t *testing.T) {
	t.Parallel()
	for links, want := range map[string]error{
		`{}`: fetch.ErrNotFound, `{"links":[]}`: fetch.ErrNotFound, `{"links":{}}`: fetch.ErrMalformed, `x`: fetch.ErrMalformed,
	} {
		w := newWorld(t)
		w.nodeInfo(links, nil)
		_, err := w.client().NodeInfo(t.Context(), "peer.test")
		w.wantErr(err, want, links)
	}
	w := newWorld(t)
	_, err := w.client().NodeInfo(t.Context(), "peer.test/../x")
	w.wantErr(err, fetch.ErrMalformed, "host")
}
