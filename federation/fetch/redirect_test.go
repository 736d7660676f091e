package fetch_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/fetch"
)

func TestT29_badRedirects(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]error{
		"file:///etc/passwd":               fetch.ErrRedirect,
		"gopher://victim.test/":            fetch.ErrRedirect,
		"data:application/json,{}":         fetch.ErrRedirect,
		"javascript:alert(1)":              fetch.ErrRedirect,
		"http://peer.test/plain":           fetch.ErrRefusedHost,
		"https://peer.test:8443/":          fetch.ErrRefusedHost,
		"https://user:secret@victim.test/": fetch.ErrRedirect,
		"https://peer.test/start":          fetch.ErrRedirect,
		"/start#again":                     fetch.ErrRedirect,
		"":                                 fetch.ErrRedirect,
		"https://%zz":                      fetch.ErrRedirect,
	} {
		w := newWorld(t)
		w.net.Handle("peer.test", http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header()["Location"] = []string{location}
			rw.WriteHeader(http.StatusFound)
		}))
		_, err := w.client().Object(t.Context(), "https://peer.test/start")
		w.wantErr(err, want, location)
		if n := w.net.Asked("peer.test"); n != 1 || w.net.Asked("victim.test") != 0 {
			t.Errorf("%q: %d requests", location, n)
		}
	}
}

func TestT29_redirectToLoopback(t *testing.T) {
	t.Parallel()
	for _, location := range []string{"https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://0x7f.1/"} {
		w := newWorld(t)
		w.net.Handle("evil.test", http.RedirectHandler(location, http.StatusTemporaryRedirect))
		guarded := fetch.NewTransport(fetch.Guard{})
		w.opt.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "evil.test" {
				return w.net.RoundTrip(r)
			}
			return guarded.RoundTrip(r)
		})
		_, err := w.client().Object(t.Context(), "https://evil.test/")
		w.wantErr(err, fetch.ErrRefusedHost, location)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestT29_hops(t *testing.T) {
	t.Parallel()
	for hops, want := range map[int]error{3: nil, 4: fetch.ErrRedirect} {
		w := newWorld(t)
		w.net.Handle("peer.test", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			n, _ := strconv.Atoi(r.URL.Query().Get("n"))
			if n < hops {
				http.Redirect(rw, r, "/x?n="+strconv.Itoa(n+1), http.StatusSeeOther)
				return
			}
			rw.Header().Set("Content-Type", apType)
			_, _ = rw.Write([]byte(`{"id":"https://peer.test` + r.RequestURI + `"}`))
		}))
		_, err := w.client().Object(t.Context(), "https://peer.test/x?n=0")
		w.wantErr(err, want, strconv.Itoa(hops)+" hops")
	}
}

func TestT29_downgradeInALab(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.opt.AllowHTTP = true
	w.net.Handle("peer.test", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.TLS != nil {
			http.Redirect(rw, r, "http://peer.test/b", http.StatusFound)
			return
		}
		rw.Header().Set("Content-Type", apType)
		_, _ = rw.Write([]byte(`{"id":"http://peer.test/b"}`))
	}))
	_, err := w.client().Object(t.Context(), "https://peer.test/a")
	w.wantErr(err, fetch.ErrRedirect, "downgrade")
}

// Each host gets a signature of its own making, and nothing the host before it
// set.
func TestT29_eachHopIsSignedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gts := w.peer("gts.test", fedtest.GoToSocial())
	bob := gts.Person("bob")
	var first http.Header
	w.net.Handle("old.test", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		first = r.Header.Clone()
		http.SetCookie(rw, &http.Cookie{Name: "a", Value: "b", Domain: "test"})
		http.Redirect(rw, r, bob.ID, http.StatusPermanentRedirect)
	}))
	if _, err := w.client().Object(t.Context(), "https://old.test/bob"); err != nil {
		t.Fatal(err)
	}
	second := gts.Requests()[0]
	if !second.Verified || second.Header.Get("Signature") == first.Get("Signature") {
		t.Errorf("second hop: %+v", second)
	}
	for _, h := range []string{"Cookie", "Referer"} {
		if second.Header.Get(h) != "" {
			t.Errorf("%s was forwarded", h)
		}
	}
}
