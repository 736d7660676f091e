package fetch

import (
	"net/url"
	"strings"
	"testing"

	"github.com/copse-social/copse/federation/vocab"
)

// hostilePage is five mebibytes over which a careless reader would sit.
func hostilePage(unit string) []byte { return []byte(strings.Repeat(unit, (5<<20)/len(unit))) }

func hostileUnits() []string { return []string{"<a", "<link ", "<link a=", "<!--", "<![CDATA["} }

// Of a page only its beginning is read, whatever its size: reading it for its square would not end
// in hours. BenchmarkAlternate says how long it takes.
func TestT33_alternateReadsTheBeginning(t *testing.T) {
	t.Parallel()
	base := &url.URL{Scheme: "https", Host: "evil.test"}
	for _, unit := range hostileUnits() {
		if _, err := alternate(hostilePage(unit), base); err == nil {
			t.Errorf("%q: a link was found", unit)
		}
	}
	const link = `<link rel="alternate" type="application/activity+json" href="/n/1">`
	for gap, want := range map[int]bool{maxHead - len(link): true, maxHead: false} {
		_, err := alternate([]byte(strings.Repeat(" ", gap)+link), base)
		if found := err == nil; found != want {
			t.Errorf("a link after %d bytes: found %t, want %t", gap, found, want)
		}
	}
}

func BenchmarkAlternate(b *testing.B) {
	base := &url.URL{Scheme: "https", Host: "evil.test"}
	for _, unit := range hostileUnits() {
		page := hostilePage(unit)
		b.Run(unit, func(b *testing.B) {
			for b.Loop() {
				_, _ = alternate(page, base)
			}
		})
	}
}

// FuzzAlternate: whatever page a host serves, what is found in it is an absolute address, found
// again in the same page, and never one that asks for something else than a GET.
func FuzzAlternate(f *testing.F) {
	const link = `<link rel="alternate" type="application/activity+json" href="`
	for _, s := range []string{
		link + `https://victim.test/n/1">`, link + `/n/1">`, link + `//victim.test/n">`, link + `javascript:alert(1)">`, link + "\t\nhttps://a.test/\">",
		`<LINK REL=alternate TYPE='application/ld+json; profile="https://www.w3.org/ns/activitystreams"' HREF=/x>`,
		`<body>` + link + `/n">`, `<!--` + link + `/n">`, `<script>` + link + `/n">`, "<link rel=alternate\x00 type=x href=>", `<svg><link`,
	} {
		f.Add(s)
	}
	base := &url.URL{Scheme: "https", Host: "evil.test", Path: "/page"}
	client := New(Options{Transport: NewTransport(Guard{}), UserAgent: "Copse"})
	f.Fuzz(func(t *testing.T, page string) {
		found, err := alternate([]byte(page), base)
		if err != nil {
			return
		}
		if again, err := alternate([]byte(page), base); err != nil || again != found {
			t.Fatalf("%q, then %q, %v", found, again, err)
		}
		u, err := client.target(found)
		if err != nil {
			return // refused before anything is sent
		}
		if u.Scheme != "https" || u.User != nil || u.Host == "" || strings.ContainsAny(u.String(), "\r\n\x00") {
			t.Fatalf("%q leads to %q", page, u)
		}
	})
}

// FuzzAddress: of one address this room and vocab never see two hosts: one decides who speaks, the
// other whom we ask.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{
		"https://victim.test/u/v", "https://VICTIM.test./", "https://evil.test:443@victim.test/", `https://evil.test\@victim.test/`,
		"https://victim.test:0443/", "https://xn--bcher-kva.test/", "https://b\u00fccher.test/", "https://victim.test%2eevil.test/",
		"https://127.1/", "https://[::ffff:7f00:1]/", "https://a_b.test/", "http://victim.test:80/", "https://victim.test?x", "https://victim\u3002test/",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, iri string) {
		u, err := parse(iri)
		origin := vocab.Origin(iri)
		if err != nil || origin == "" {
			return
		}
		host, err := Host(vocab.Host(iri))
		if u.Scheme == "http" {
			host, err = Host(strings.TrimSuffix(vocab.Host(iri), ":80"))
		}
		if err != nil || host != u.Host || !strings.HasPrefix(origin, u.Scheme+"://") {
			t.Fatalf("%q is of %q, and asked for at %s://%s (%v)", iri, origin, u.Scheme, u.Host, err)
		}
		if again, err := parse(u.String()); err != nil || again.Host != u.Host || again.Scheme != u.Scheme {
			t.Fatalf("%q, then %v, %v", iri, again, err)
		}
	})
}
