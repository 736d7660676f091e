package sign_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/copse-social/copse/federation/sign"
)

func TestT07_requestTargetMismatch(t *testing.T) {
	t.Parallel()
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		for _, target := range []string{
			"/groups/2/inbox", "/groups/1%2Finbox", "//groups/1/inbox", "/groups/1/inbox/",
			"/groups/./1/inbox", "/groups/2/../1/inbox", "/groups/%2e%2e/1/inbox", `/groups\1/inbox`,
			"/Groups/1/inbox", "/groups/1/inbox?", "/groups/1/inbox?x=1", "*", "",
		} {
			req := signed(t, "POST", "https://copse.test/groups/1/inbox", activity, scheme)
			req.RequestURI = target
			if target == "" {
				req.URL.Path = "" // becomes "/"
			}
			refused(t, verify(req, activity, rsaPublic(), atNoon()))
		}
	}
}

// Even a signature for such a path is refused: routers read it in two ways.
func TestT07_ambiguousPathSigned(t *testing.T) {
	t.Parallel()
	for _, target := range []string{
		"/groups/a%2Fb/inbox", "/groups/a%2fb", "//x", "/a/../b", "/a/./b", "/a/..", "/%2E%2E/b", "/a%5Cb", "/a b", "/a\tb",
	} {
		req := page(t, "/x")
		req.RequestURI = target
		craft{names: "(request-target) host date"}.sign(t, req)
		err := verify(req, nil, rsaPublic(), atNoon())
		if !errors.Is(err, sign.ErrInvalid) || errors.Is(err, sign.ErrMismatch) {
			t.Errorf("%s: got %v", target, err)
		}
	}
}

func TestT07_escapedPathVerifies(t *testing.T) {
	t.Parallel()
	req := page(t, "/%C3%A9t%C3%A9/box")
	craft{names: "(request-target) host date"}.sign(t, req)
	if err := verify(req, nil, rsaPublic(), atNoon()); err != nil {
		t.Error(err)
	}
	decoded := page(t, "/%C3%A9t%C3%A9/box")
	craft{names: "(request-target) host date", target: "/été/box"}.sign(t, decoded)
	refused(t, verify(decoded, nil, rsaPublic(), atNoon()))
}

func TestT08_queryString(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		method, sent, signed string
		ok                   bool
	}{
		"with":                   {"GET", "/followers?page=true", "/followers?page=true", true},
		"without":                {"GET", "/followers?page=true&max=9999", "/followers", true},
		"HEAD without":           {"HEAD", "/followers?page=true", "/followers", true},
		"another query":          {"GET", "/followers?page=true", "/followers?page=2", false},
		"query signed, not sent": {"GET", "/followers", "/followers?page=true", false},
	} {
		req := page(t, row.sent)
		req.Method = row.method
		craft{names: "(request-target) host date", target: row.signed}.sign(t, req)
		if err := verify(req, nil, rsaPublic(), atNoon()); (err == nil) != row.ok {
			t.Errorf("%s: got %v", name, err)
		}
	}
	post := delivery(t)
	post.RequestURI = "/groups/1/inbox?as=admin"
	craft{names: usualNames, target: "/groups/1/inbox"}.sign(t, post)
	refused(t, verify(post, activity, rsaPublic(), atNoon()))
}

// Sent in its own header a Host that differs cannot be: net/http takes it out.
func TestT10_hostMismatch(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*http.Request){
		"another host":      func(r *http.Request) { r.Host = "other.test" },
		"another port":      func(r *http.Request) { r.Host = "copse.test:8443" },
		"trailing dot":      func(r *http.Request) { r.Host = "copse.test." },
		"no host":           func(r *http.Request) { r.Host = "" },
		"absolute form":     func(r *http.Request) { r.RequestURI = "https://copse.test/groups/1/inbox" },
		"absolute, foreign": func(r *http.Request) { r.RequestURI = "http://other.test/groups/1/inbox" },
		"forwarded": func(r *http.Request) {
			r.Host = "other.test"
			r.Header.Set("X-Forwarded-Host", "copse.test")
			r.Header.Set("Forwarded", "host=copse.test")
		},
	} {
		for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
			req := signed(t, "POST", "https://copse.test/groups/1/inbox", activity, scheme)
			spoil(req)
			if scheme == sign.Cavage { // signed for what is sent
				craft{names: usualNames}.sign(t, req)
			}
			err := verify(req, activity, rsaPublic(), atNoon())
			if !errors.Is(err, sign.ErrInvalid) || errors.Is(err, sign.ErrMismatch) {
				t.Errorf("%s, %s: got %v", name, scheme, err)
			}
		}
	}
}

func TestT10_signedForAnotherHost(t *testing.T) {
	t.Parallel()
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		req := signed(t, "POST", "https://other.test/groups/1/inbox", activity, scheme)
		req.Host = "copse.test"
		if err := verify(req, activity, rsaPublic(), atNoon()); !errors.Is(err, sign.ErrMismatch) {
			t.Errorf("%s: got %v", scheme, err)
		}
	}
}

func TestVerify_hostsWithPorts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		host, ours, base string
		ok               bool
	}{
		{"copse.test", "copse.test", "", true},
		{"COPSE.test", "copse.test", "", true},
		{"copse.test:443", "copse.test", "", true},
		{"copse.test", "copse.test:443", "", true},
		{"copse.test:8443", "copse.test:8443", "", true},
		{"copse.test:8443", "copse.test", "", false},
		{"copse.test:80", "copse.test", "", false},
		{"copse.test:80", "copse.test", "http://copse.test", true},
		{"copse.test:443", "copse.test", "http://copse.test", false},
	} {
		req := page(t, "/ap/groups/1")
		req.Host = row.host
		craft{names: "(request-target) host date"}.sign(t, req)
		opt := atNoon()
		opt.Hosts = []string{row.ours}
		if row.base != "" {
			opt.BaseURL, _ = url.Parse(row.base)
		}
		if err := verify(req, nil, rsaPublic(), opt); (err == nil) != row.ok {
			t.Errorf("%+v: got %v", row, err)
		}
	}
}

func TestVerify_noHostsConfigured(t *testing.T) {
	t.Parallel()
	req := signed(t, "GET", "https://copse.test/a", nil, sign.Cavage)
	refused(t, verify(req, nil, rsaPublic(), sign.VerifyOptions{Now: noon}))
}

// TLS ends at a proxy: what reaches us names neither scheme nor public host.
func TestVerify_behindProxy(t *testing.T) {
	t.Parallel()
	req := signed(t, "POST", "https://social.copse.test/ap/inbox", activity, sign.RFC9421)
	req.Host = "backend:8080"
	opt := atNoon()
	opt.Hosts = []string{"backend:8080"}
	refused(t, verify(req, activity, rsaPublic(), opt))
	opt.BaseURL = &url.URL{Scheme: "https", Host: "social.copse.test"}
	if err := verify(req, activity, rsaPublic(), opt); err != nil {
		t.Error(err)
	}
}
