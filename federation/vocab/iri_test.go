package vocab

import "testing"

func TestOrigin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ iri, want string }{
		{"https://a.test/u", "https://a.test"},
		{"https://a.test", "https://a.test"},
		{"https://a.test?x", "https://a.test"},
		{"https://a.test#x", "https://a.test"},
		{"HTTPS://A.Test/U", "https://a.test"},
		{"https://a.test:443/u", "https://a.test"},
		{"http://a.test:80/u", "http://a.test"},
		{"http://a.test:443/u", "http://a.test:443"},
		{"https://a.test:8443/u", "https://a.test:8443"},
		{"https://[::1]:8443/u", "https://[::1]:8443"},
		{"https://[::1]/u", "https://[::1]"},
		{"https://a.test/x y/https://b.test/1", "https://a.test"},
		{"https://a_b.test/", "https://a_b.test"},
		{"https://good.test@evil.test/", ""},
		{"https://good.test%20@evil.test/", ""},
		{`https://evil.test\@good.test/`, ""},
		{"https://good.test\t.evil.test/", ""},
		{"https:// a.test/", ""},
		{"https:///u", ""},
		{"https:/a.test/u", ""},
		{"//a.test/u", ""},
		{"a.test/u", ""},
		{"ftp://a.test/u", ""},
		{"javascript://a.test/%0aalert(1)", ""},
		{"did:key:z6Mk", ""},
		{"acct:u@a.test", ""},
		{"https://пример.test/", ""},
		{"https://a.test:x/", ""},
		{"https://:443/", ""},
		{"https://a.test/x\r\nHost: b.test", ""},
		{"https://a.test/x\x7f", ""},
		{"https://a.test/x\u0085", ""},
		{"https://a.test/x\u2028", ""},
		{"https://a.test/\u0436?x=\u00e9", "https://a.test"},
		{"", ""},
	} {
		if got := Origin(c.iri); got != c.want {
			t.Errorf("Origin(%q) = %q, want %q", c.iri, got, c.want)
		}
		if IsWebIRI(c.iri) != (c.want != "") {
			t.Errorf("IsWebIRI(%q) = %v", c.iri, IsWebIRI(c.iri))
		}
	}
}

func TestT18_sameOrigin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"https://a.test/u", "https://A.test:443/o/1", true},
		{"https://a.test/u", "http://a.test/o/1", false},
		{"https://a.test/u", "https://a.test:8443/o/1", false},
		{"https://a.test/u", "https://sub.a.test/o/1", false},
		{"https://a.test/u", "https://a.test.evil.test/o/1", false},
		{"https://a.test/u", "https://a.test@evil.test/o/1", false},
		{"", "", false},
		{"x", "x", false},
	} {
		if got := SameOrigin(c.a, c.b); got != c.want {
			t.Errorf("SameOrigin(%q, %q) = %v", c.a, c.b, got)
		}
	}
}

func TestT19_hostOfAddress(t *testing.T) {
	t.Parallel()
	for iri, want := range map[string]string{
		"https://A.test:443/@v":            "a.test",
		"https://a.test:8443/":             "a.test:8443",
		"https://victim.test@evil.test/@v": "",
		"mailto:v@victim.test":             "",
	} {
		if got := Host(iri); got != want {
			t.Errorf("Host(%q) = %q, want %q", iri, got, want)
		}
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		is   func(string) bool
		yes  []string
		no   []string
		name string
	}{
		{IsActivity, []string{"Create", "Announce", "Lock", "QuoteRequest", "Flag"}, []string{"Note", "create", ""}, "activity"},
		{IsActor, []string{"Group", "Person", "Feed", "Organization"}, []string{"Note", "group"}, "actor"},
		{IsPost, []string{"Note", "Article", "Page", "Question", "Event", "Video"}, []string{"Tombstone", "Create"}, "post"},
		{IsCollection, []string{"Collection", "OrderedCollectionPage"}, []string{"Feed"}, "collection"},
	} {
		for _, s := range c.yes {
			if !c.is(s) {
				t.Errorf("%s is no %s", s, c.name)
			}
		}
		for _, s := range c.no {
			if c.is(s) {
				t.Errorf("%s is a %s", s, c.name)
			}
		}
	}
	if o := decode(t, `{"type":["x:Thing","Note","Article"]}`); o.Type != "Note" {
		t.Errorf("type = %q, want the first one known", o.Type)
	}
	if o := decode(t, `{"type":["x:Thing","y:Thing"]}`); o.Type != "x:Thing" {
		t.Errorf("type = %q, want the first one", o.Type)
	}
	if !decode(t, `{"type":"Tombstone"}`).IsTombstone() {
		t.Error("a Tombstone is none")
	}
}
