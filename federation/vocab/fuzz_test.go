package vocab

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "peers", "*.json"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no documents to start from: %v", err)
	}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`{"\u0061ctor":["x",{"to":[[]]}],"object":{"object":{}},"published":"2026"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		o, err := Decode(body)
		if !bytes.Equal(before, body) {
			t.Fatal("the body was changed")
		}
		if err != nil {
			if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrTooLarge) {
				t.Fatalf("an error nobody can tell: %v", err)
			}
			if o != nil {
				t.Fatal("an object beside an error")
			}
			return
		}
		if !bytes.Equal(bytes.TrimSpace(body), o.Raw) {
			t.Fatalf("raw is %q of %q", o.Raw, body)
		}
		checkCaps(t, o)
		if _, err := Encode(ActivityDoc{Object: Raw(o.Raw)}); err != nil {
			t.Fatalf("what was read cannot be relayed: %v", err)
		}
	})
}

func checkCaps(t *testing.T, o *Object) {
	t.Helper()
	for _, s := range []string{o.ID, o.Name, o.Summary, o.Content, o.Type, o.URL, o.Actor.IRI, o.Inbox, o.PreferredUsername} {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			t.Fatalf("text %q", s)
		}
	}
	if len(o.Content) > maxContent || utf8.RuneCountInString(o.Name) > maxName || len(o.To) > maxAddressees || len(o.Tag) > maxTags {
		t.Fatal("over a cap")
	}
	for _, r := range o.Object {
		if r.Object != nil {
			checkCaps(t, r.Object)
		}
	}
}

// FuzzTimes: what is read as a time stays the same time when we write it.
func FuzzTimes(f *testing.F) {
	for _, s := range []string{
		"2026-01-05T12:30:00Z", "2026-01-05 12:30:00.25+02:00", "2026-01-05", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999999-23:59",
		"2026-02-30", "1767616200", "2026-01-05T12:30:00\u0660", "2026-01-05t12:30z", "2016-12-31T23:59:60Z",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, ok := parseTime(s)
		if !ok {
			return
		}
		if at.Location() != time.UTC || at.Year() < 1 || at.Year() > 9999 {
			t.Fatalf("%q is %s", s, at)
		}
		again, ok := parseTime(at.Format(time.RFC3339Nano))
		if !ok || !again.Equal(at) {
			t.Fatalf("%q is %s, then %s", s, at, again)
		}
		if wait := RetryAfter(http.Header{"Retry-After": {s}}, at); wait < 0 || wait > 24*time.Hour {
			t.Fatalf("Retry-After %q waits %s", s, wait)
		}
	})
}

// FuzzOrigin: an origin is one's own origin, holds nothing but a name, and is what net/url and
// everybody after it would connect to.
func FuzzOrigin(f *testing.F) {
	for _, s := range []string{
		"https://a.test/u", "HTTPS://A.Test:443", `https://evil.test\@good.test/`, "https://good.test@evil.test/", "https://[::1]:8443/u",
		"https://a.test:0443/", "https://a.test./", "https://a.test?@b.test", "https://a.test#@b.test/", "https://a.test\t/", "http://a.test:80/x y",
		"https:///u", "https://a.test\u2028/", "https://[::ffff:127.0.0.1]/", "https://a..test/", "https://-/",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o := Origin(s)
		if o == "" {
			if IsWebIRI(s) || SameOrigin(s, s) || Host(s) != "" {
				t.Fatalf("%q has no origin and is an address", s)
			}
			return
		}
		if Origin(o) != o || !SameOrigin(s, o) || o != strings.ToLower(o) {
			t.Fatalf("Origin(%q) = %q, of which it is %q", s, o, Origin(o))
		}
		if strings.ContainsFunc(s, breaks) || strings.ContainsAny(Host(s), `@/\?# `) {
			t.Fatalf("Origin(%q) = %q", s, o)
		}
		u, err := url.Parse(s)
		if err != nil {
			return // nobody can follow it
		}
		if got := strings.ToLower(u.Scheme + "://" + u.Host); u.User != nil || got != o && Origin(got) != o {
			t.Fatalf("Origin(%q) = %q, net/url goes to %q", s, o, u.Host)
		}
	})
}
