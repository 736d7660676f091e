package fetch

import (
	"errors"
	"strings"
	"testing"
)

func TestT20_hostSpellings(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"victim.test": "victim.test", "VICTIM.test": "victim.test", "victim.test.": "victim.test",
		"Victim.Test.:443": "victim.test", "victim.test:443": "victim.test",
		"bücher.example": "xn--bcher-kva.example", "BÜCHER.example": "xn--bcher-kva.example",
		"xn--bcher-kva.example": "xn--bcher-kva.example", "ｖictim。test": "victim.test",
		"pаypal.test":           "xn--pypal-4ve.test", // Cyrillic а: another host, and seen to be
		"health.localhost:8082": "health.localhost:8082", "127.0.0.1:8080": "127.0.0.1:8080",
		"[2001:DB8::1]:8080": "[2001:db8::1]:8080",
	} {
		if got, err := Host(in); err != nil || got != want {
			t.Errorf("Host(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestT43_hostileHosts(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", ".", "..", "a..b", "victim.test..", ":443", "a:0", "a:65536", "a:+1", "a:b", "a b.test", "a/b", "a?b",
		"a#b", "a@b", "a%00b", "a\r\nHost: evil.test", "a\x00.test", "[::1%eth0]", "[127.0.0.1]", "[::1", "::1",
		"-a.test", "a_b.test", "\u202ea.test", strings.Repeat("a", 64) + ".test", strings.Repeat("a.", 200) + "test",
	} {
		if got, err := Host(in); !errors.Is(err, ErrMalformed) {
			t.Errorf("Host(%q) = %q, %v", in, got, err)
		}
	}
}

func TestT43_hostileAddresses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "peer.test", "//peer.test/", "https:peer.test", "https:///x", "https://", "mailto:a@peer.test",
		"https://user@peer.test/", "https://user:pass@peer.test/", "https://good.test%20%20@evil.test/",
		"https://peer.test/\r\nX: y", "https://peer.test/\x00", "https://peer test/", "javascript:alert(1)",
		"https://peer.test/" + strings.Repeat("a", maxIRI),
	} {
		if u, err := parse(in); !errors.Is(err, ErrMalformed) {
			t.Errorf("parse(%q) = %v, %v", in, u, err)
		}
	}
}

func TestSite(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"peer.test": "peer.test", "a.b.peer.test": "peer.test", "a.peer.test:8081": "peer.test",
		"a.example.co.uk": "example.co.uk", "ana.github.io": "ana.github.io", "127.0.0.1:80": "127.0.0.1",
		"localhost": "localhost", "a.localhost:8082": "a.localhost",
	} {
		if got := Site(in); got != want {
			t.Errorf("Site(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSameOriginAndSite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b         string
		origin, site bool
	}{
		{"https://peer.test/a", "https://PEER.test:443/b#c", true, true},
		{"https://peer.test/a", "https://media.peer.test/a", false, true},
		{"https://peer.test/a", "http://peer.test/a", false, true},
		{"https://peer.test/a", "https://peer.test:8443/a", false, true},
		{"https://peer.test/a", "https://evil.test/a", false, false},
		{"https://ana.github.io/", "https://eve.github.io/", false, false},
		{"https://peer.test/a", "nonsense", false, false},
		{"", "", false, false},
	} {
		ua, errA := parse(c.a)
		ub, errB := parse(c.b)
		if got := errA == nil && errB == nil && sameOrigin(ua, ub); got != c.origin {
			t.Errorf("sameOrigin(%q, %q) = %t", c.a, c.b, got)
		}
		if got := SameSite(c.a, c.b); got != c.site {
			t.Errorf("SameSite(%q, %q) = %t", c.a, c.b, got)
		}
	}
}

func FuzzHost(f *testing.F) {
	for _, s := range []string{"victim.test.", "BÜCHER.example:443", "[::1]:80", "a.localhost:8082", "127.1", "a\u3002b", "xn--a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := Host(s)
		if err != nil {
			return
		}
		again, err := Host(h)
		if err != nil || again != h {
			t.Errorf("Host(%q) = %q, of which Host is %q, %v", s, h, again, err)
		}
		if strings.ContainsAny(h, " \t\r\n/\\?#@%") || h != strings.ToLower(h) || strings.HasSuffix(h, ".") {
			t.Errorf("Host(%q) = %q", s, h)
		}
		if u, err := parse("https://" + h + "/x"); err != nil || u.Host != h {
			t.Errorf("parse of %q: %v, %v", h, u, err)
		}
		_ = Site(h)
		_ = publicName(h)
	})
}
