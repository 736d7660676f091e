package fetch_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/fetch"
)

// fingers serves WebFinger at host: resource to JRD.
func (w *world) fingers(host, contentType string, jrd map[string]string) {
	w.net.Handle(host, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, ok := jrd[r.URL.Query().Get("resource")]
		if r.URL.Path != "/.well-known/webfinger" || !ok {
			http.NotFound(rw, r)
			return
		}
		rw.Header().Set("Content-Type", contentType)
		_, _ = rw.Write([]byte(body))
	}))
}

const jrdType = "application/jrd+json; charset=utf-8"

func jrd(subject, self string) string {
	b, _ := json.Marshal(map[string]any{"subject": subject, "links": []any{
		map[string]any{"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": self},
		map[string]any{"rel": "self", "type": "application/activity+json", "href": self},
		map[string]any{"rel": "http://ostatus.org/schema/1.0/subscribe", "template": "https://peer.test/follow?uri={uri}"},
	}})
	return string(b)
}

func TestWebFinger_kinds(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]fedtest.Kind{
		"mastodon": fedtest.Mastodon(), "gotosocial": fedtest.GoToSocial(), "lemmy": fedtest.Lemmy(), "nodebb": fedtest.NodeBB(),
	} {
		w := newWorld(t)
		p := w.peer("peer.test", k)
		bob := p.Person("bob")
		want := &fetch.Finger{Subject: "bob@peer.test", Self: bob.ID, Subscribe: "https://peer.test/authorize_interaction?uri={uri}"}
		if name == "nodebb" {
			want.Subscribe = ""
		}
		for _, handle := range []string{"bob@peer.test", "@bob@PEER.test.", "acct:bob@peer.test:443"} {
			got, err := w.client().WebFinger(t.Context(), handle)
			if err != nil {
				t.Fatalf("%s: %s: %v", name, handle, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
		if r := p.Requests()[0]; r.Signed() || r.Path != "/.well-known/webfinger?resource=acct%3Abob%40peer.test" {
			t.Errorf("request %s", r.Path)
		}
	}
}

func TestT20_subjects(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		evil, victim string // JRD of a@evil.test and v@victim.test
		want         *fetch.Finger
		err          error
	}{
		"case differs": {evil: jrd("acct:A@EVIL.test", "https://evil.test/a"), want: &fetch.Finger{Subject: "A@evil.test", Self: "https://evil.test/a"}},
		"claims the victim's handle": {
			evil: jrd("acct:v@victim.test", "https://evil.test/a"), victim: jrd("acct:v@victim.test", "https://victim.test/v"),
			want: &fetch.Finger{Subject: "v@victim.test", Self: "https://victim.test/v"},
		},
		"the victim does not exist": {evil: jrd("acct:v@victim.test", "https://evil.test/a"), err: fetch.ErrNotFound},
		"passed on twice": {
			evil: jrd("acct:v@victim.test", "https://evil.test/a"), victim: jrd("acct:w@third.test", "https://third.test/w"),
			err: fetch.ErrOrigin,
		},
		"no subject":        {evil: jrd("", "https://evil.test/a"), err: fetch.ErrMalformed},
		"subject is a URL":  {evil: jrd("https://victim.test/v", "https://evil.test/a"), err: fetch.ErrMalformed},
		"subject with CRLF": {evil: jrd("acct:a\r\n@evil.test", "https://evil.test/a"), err: fetch.ErrMalformed},
		"self is no URL":    {evil: jrd("acct:a@evil.test", "javascript:alert(1)"), err: fetch.ErrMalformed},
		"self is http":      {evil: jrd("acct:a@evil.test", "http://evil.test/a"), err: fetch.ErrRefusedHost},
		"self has the wrong type": {
			evil: strings.ReplaceAll(jrd("acct:a@evil.test", "https://evil.test/a"), "activity+json", "json"), err: fetch.ErrNotFound,
		},
		"not JSON":     {evil: "<html>", err: fetch.ErrMalformed},
		"two subjects": {evil: `{"subject":"acct:a@evil.test","subject":"acct:v@victim.test"}`, err: fetch.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.fingers("evil.test", jrdType, map[string]string{"acct:a@evil.test": c.evil})
			served := map[string]string{}
			if c.victim != "" {
				served["acct:v@victim.test"] = c.victim
			}
			w.fingers("victim.test", jrdType, served)
			got, err := w.client().WebFinger(t.Context(), "a@evil.test")
			if c.err != nil {
				w.wantErr(err, c.err, name)
				return
			}
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Error(err, diff)
			}
		})
	}
}

func TestT42_subscribeElsewhere(t *testing.T) {
	t.Parallel()
	for template, kept := range map[string]bool{
		"https://peer.test/f?uri={uri}":      true,
		"https://www.peer.test/f?uri={uri}":  true,
		"https://social.self.test/f?u={uri}": true,
		"https://evil.test/f?uri={uri}":      false,
		"http://peer.test/f?uri={uri}":       false,
		"javascript:alert('{uri}')":          false,
		"https://peer.test/f":                false,
		"https://{uri}/f":                    false,
		"https://peer.test/{uri}/{uri}":      false,
		"//peer.test/{uri}":                  false,
		"https://peer.test@evil.test/?{uri}": false,
		"https://peer.test/\r\nX: y?u={uri}": false,
	} {
		w := newWorld(t)
		body := strings.Replace(jrd("acct:a@peer.test", "https://self.test/a"), "https://peer.test/follow?uri={uri}", jsonText(template), 1)
		w.fingers("peer.test", jrdType, map[string]string{"acct:a@peer.test": body})
		f, err := w.client().WebFinger(t.Context(), "a@peer.test")
		if err != nil {
			t.Fatal(err)
		}
		if f.Subscribe != "" != kept {
			t.Errorf("%q: kept %q", template, f.Subscribe)
		}
	}
}

func jsonText(s string) string {
	b, _ := json.Marshal(s)
	return string(b[1 : len(b)-1])
}

func TestT43_hostileHandles(t *testing.T) {
	t.Parallel()
	for _, handle := range []string{
		"", "@", "a@", "@peer.test", "peer.test", "a@b@peer.test", "a b@peer.test", "a\r\nX: y@peer.test",
		"a@peer.test\r\nX: y", "a@peer.test/../x", "a@peer.test?x", "a@peer.test#x", "a&rel=b@peer.test", "a%0d%0a@peer.test",
		".a@peer.test", "a.@peer.test", "-a@peer.test", "a\x00@peer.test", "ä@peer.test", strings.Repeat("a", 257) + "@peer.test",
		"a@peer.test:99999", "a@[::1", "acct:acct:a@peer.test",
	} {
		w := newWorld(t)
		_, err := w.client().WebFinger(t.Context(), handle)
		w.wantErr(err, fetch.ErrMalformed, handle)
		if hosts := w.net.Hosts(); len(hosts) != 0 {
			t.Errorf("%q: asked %v", handle, hosts)
		}
	}
}

func TestWebFinger_portsOnlyInALab(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.client().WebFinger(t.Context(), "a@peer.test:8443")
	w.wantErr(err, fetch.ErrRefusedHost, "production")
	p := w.peer("health.localhost:8082", fedtest.Mastodon())
	bob := p.Person("bob")
	w.opt.AllowHTTP = true
	f, err := w.client().WebFinger(t.Context(), "bob@health.localhost:8082")
	if err != nil || f.Subject != "bob@health.localhost:8082" || f.Self != bob.ID {
		t.Errorf("lab: %+v, %v", f, err)
	}
	w.opt.AllowHTTP, w.opt.Lab = false, true
	p.Serve("http://health.localhost:8082/.well-known/webfinger?resource=acct%3Abob%40health.localhost%3A8082", http.StatusOK, "application/jrd+json",
		[]byte(`{"subject":"acct:bob@health.localhost:8082","links":[{"rel":"self","type":"application/activity+json","href":"https://health.localhost:8082/bob"}]}`))
	if f, err = w.client().WebFinger(t.Context(), "bob@health.localhost:8082"); err != nil || f.Self != "https://health.localhost:8082/bob" {
		t.Errorf("lab with TLS: %+v, %v", f, err)
	}
	_, err = w.client().Object(t.Context(), bob.ID)
	w.wantErr(err, fetch.ErrRefusedHost, "plain http in a lab with TLS")
}

func TestWebFinger_plainHTTPInALab(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.peer("health.localhost:8082", fedtest.Mastodon())
	p.Person("bob")
	w.opt.AllowHTTP = true
	w.opt.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Scheme == "https" {
			return nil, errors.New("server gave HTTP response to HTTPS client")
		}
		return w.net.RoundTrip(r)
	})
	if _, err := w.client().WebFinger(t.Context(), "bob@health.localhost:8082"); err != nil {
		t.Error(err)
	}
}

func TestWebFinger_answers(t *testing.T) {
	t.Parallel()
	good := map[string]string{"acct:a@peer.test": jrd("acct:a@peer.test", "https://peer.test/a")}
	for media, want := range map[string]error{
		"application/jrd+json": nil, "application/json": nil, "application/json; charset=utf-8": nil,
		"application/activity+json": fetch.ErrWrongType, "text/html": fetch.ErrWrongType, "text/plain": fetch.ErrWrongType,
	} {
		w := newWorld(t)
		w.fingers("peer.test", media, good)
		_, err := w.client().WebFinger(t.Context(), "a@peer.test")
		w.wantErr(err, want, media)
	}
	w := newWorld(t)
	w.net.Handle("peer.test", http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusGone) }))
	_, err := w.client().WebFinger(t.Context(), "a@peer.test")
	w.wantErr(err, fetch.ErrGone, "deleted account")
	if n := w.net.Asked("peer.test"); n != 1 {
		t.Errorf("%d requests: host-meta is for 404 only", n)
	}
}

func TestWebFinger_hostMeta(t *testing.T) {
	t.Parallel()
	const xrd = `<?xml version="1.0"?><XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">` +
		`<Link rel="lrdd" type="application/xrd+xml" template="TEMPLATE"/></XRD>`
	for template, want := range map[string]error{
		"https://social.test/wf?q={uri}":   nil,
		"https://social.test/wf":           fetch.ErrNotFound,
		"http://social.test/wf?q={uri}":    fetch.ErrRefusedHost,
		"file:///etc/passwd?{uri}":         fetch.ErrMalformed,
		"https://a:b@social.test/?q={uri}": fetch.ErrMalformed,
	} {
		w := newWorld(t)
		w.net.Handle("peer.test", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/.well-known/host-meta" {
				http.NotFound(rw, r)
				return
			}
			rw.Header().Set("Content-Type", "application/xrd+xml; charset=utf-8")
			_, _ = rw.Write([]byte(strings.Replace(xrd, "TEMPLATE", template, 1)))
		}))
		w.net.Handle("social.test", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.RawQuery != "q="+url.QueryEscape("acct:a@peer.test") {
				t.Errorf("query %q", r.URL.RawQuery)
			}
			rw.Header().Set("Content-Type", jrdType)
			_, _ = rw.Write([]byte(jrd("acct:a@peer.test", "https://social.test/a")))
		}))
		f, err := w.client().WebFinger(t.Context(), "a@peer.test")
		w.wantErr(err, want, template)
		if want == nil && (f == nil || f.Self != "https://social.test/a") {
			t.Errorf("%s: %+v", template, f)
		}
	}
}

func TestWebFinger_brokenHostMeta(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{
		`{"links":[]}`:          fetch.ErrMalformed,
		`<XRD></XRD>`:           fetch.ErrNotFound,
		`<XRD><Link rel="lrdd"`: fetch.ErrMalformed,
		`<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><XRD><Link rel="lrdd" template="&a;{uri}"/></XRD>`: fetch.ErrMalformed,
	} {
		w := newWorld(t)
		w.net.Handle("peer.test", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/.well-known/host-meta" {
				http.NotFound(rw, r)
				return
			}
			rw.Header().Set("Content-Type", "application/xrd+xml")
			_, _ = rw.Write([]byte(body))
		}))
		_, err := w.client().WebFinger(t.Context(), "a@peer.test")
		w.wantErr(err, want, body)
	}
}

func FuzzWebFinger(f *testing.F) {
	f.Add("a@peer.test", jrd("acct:a@peer.test", "https://peer.test/a"))
	f.Add("acct:A@PEER.test.", jrd("acct:v@victim.test", "https://victim.test/v"))
	f.Add("@a.b-c@peer.test:443", `{"subject":"acct:a@peer.test","links":[{"rel":"self"}]}`)
	f.Fuzz(func(t *testing.T, handle, body string) {
		net := &fedtest.Network{}
		every := roundTripper(func(r *http.Request) (*http.Response, error) {
			net.Handle(r.URL.Host, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Type", "application/jrd+json")
				_, _ = rw.Write([]byte(body))
			}))
			return net.RoundTrip(r)
		})
		got, err := fetch.New(fetch.Options{Transport: every, UserAgent: "Copse"}).WebFinger(t.Context(), handle)
		if err != nil {
			return
		}
		name, host, err := fetch.Handle(got.Subject)
		if err != nil || got.Subject != name+"@"+host {
			t.Errorf("subject %q: %v", got.Subject, err)
		}
		asked, askedHost, err := fetch.Handle(handle)
		if err != nil || (!strings.EqualFold(got.Subject, asked+"@"+askedHost) && net.Asked(host) == 0) {
			t.Errorf("%q answered %q without asking %s", handle, got.Subject, host)
		}
		if u, err := url.Parse(got.Self); err != nil || u.Scheme != "https" {
			t.Errorf("self %q", got.Self)
		}
		if strings.ContainsAny(got.Subject+got.Self+got.Subscribe, "\r\n\x00") {
			t.Errorf("control characters in %+v", got)
		}
	})
}
