package sign_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/federation/sign"
)

func TestT01_bodyNotCovered(t *testing.T) {
	t.Parallel()
	altered := []byte(strings.Replace(string(activity), "Follow", "follow", 1))
	for name, row := range map[string]struct {
		digest string
		names  string
		body   []byte
		ok     bool
	}{
		"covered and right":       {sha256Digest(activity), usualNames, activity, true},
		"lower-case name":         {strings.Replace(sha256Digest(activity), "SHA", "sha", 1), usualNames, activity, true},
		"SHA-512":                 {sha512Digest(activity), usualNames, activity, true},
		"both right":              {sha256Digest(activity) + "," + sha512Digest(activity), usualNames, activity, true},
		"an unknown kind beside":  {"MD5=xyz, " + sha256Digest(activity), usualNames, activity, true},
		"a: no digest":            {"", "(request-target) host date", activity, false},
		"a: covered but absent":   {"", usualNames, activity, false},
		"b: not covered":          {sha256Digest(activity), "(request-target) host date", activity, false},
		"c: one byte altered":     {sha256Digest(activity), usualNames, altered, false},
		"c: body removed":         {sha256Digest(activity), usualNames, nil, false},
		"d: MD5 only":             {"MD5=1B2M2Y8AsgTpgAmY7PhCfg==", usualNames, activity, false},
		"e: one wrong, one right": {"SHA-256=" + strings.Repeat("A", 43) + "=," + sha512Digest(activity), usualNames, activity, false},
		"e: one right, one wrong": {sha256Digest(activity) + ",SHA-512=AAAA", usualNames, activity, false},
		"twice the same kind":     {sha256Digest(activity) + "," + sha256Digest(activity), usualNames, activity, false},
		"not base64":              {"SHA-256=***", usualNames, activity, false},
		"not a list":              {"SHA-256", usualNames, activity, false},
	} {
		req := delivery(t)
		req.Header.Del("Digest")
		if row.digest != "" {
			req.Header.Set("Digest", row.digest)
		}
		craft{names: row.names}.sign(t, req)
		err := verify(req, row.body, rsaPublic(), atNoon())
		if row.ok && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !row.ok && !errors.Is(err, sign.ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// An uncovered digest proves nothing but must not contradict the body either:
// another part of the program, or a proxy, may believe it.
func TestT01_secondDigestContradicts(t *testing.T) {
	t.Parallel()
	req := signed(t, "POST", "https://copse.test/ap/inbox", activity, sign.RFC9421)
	req.Header.Set("Digest", sha256Digest([]byte("other")))
	refused(t, verify(req, activity, rsaPublic(), atNoon()))
	req.Header.Set("Digest", sha256Digest(activity))
	if err := verify(req, activity, rsaPublic(), atNoon()); err != nil {
		t.Error(err)
	}
}

// A GET may come with a body; then it is held to the same rule.
func TestT01_getWithBody(t *testing.T) {
	t.Parallel()
	req := page(t, "/ap/groups/1")
	craft{names: "(request-target) host date"}.sign(t, req)
	refused(t, verify(req, []byte("x"), rsaPublic(), atNoon()))
}

func TestT02_headerSubset(t *testing.T) {
	t.Parallel()
	for _, names := range []string{
		"-", "date", "date host", "host date digest", "(request-target) date digest",
		"(request-target) host digest", "(request-target) host date", "(request-target) host (expires) digest",
	} {
		req := delivery(t)
		craft{names: names, expires: noon.Unix() + 60}.sign(t, req)
		refused(t, verify(req, activity, rsaPublic(), atNoon()))
	}
}

func TestT02_headerSubsetRFC9421(t *testing.T) {
	t.Parallel()
	full := `sig1=("@method" "@target-uri" "content-digest");created=1795262400;keyid="k"`
	for _, input := range []string{
		strings.Replace(full, `"@method" `, "", 1),
		strings.Replace(full, ` "@target-uri"`, "", 1),
		strings.Replace(full, ` "content-digest"`, "", 1),
		strings.Replace(full, ";created=1795262400", "", 1),
		strings.Replace(full, `;keyid="k"`, "", 1),
		`sig1=();created=1795262400;keyid="k"`,
	} {
		req := signed(t, "POST", "https://copse.test/ap/inbox", activity, sign.RFC9421)
		req.Header.Set("Signature-Input", input)
		err := verify(req, activity, rsaPublic(), atNoon())
		refused(t, err)
		if errors.Is(err, sign.ErrMismatch) {
			t.Errorf("%s: got as far as the arithmetic", input)
		}
	}
}

func TestT03_staleOrFutureDate(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		date string
		ok   bool
	}{
		"now":                 {noon.Format(http.TimeFormat), true},
		"50 minutes old":      {noon.Add(-50 * time.Minute).Format(http.TimeFormat), true},
		"50 minutes early":    {noon.Add(50 * time.Minute).Format(http.TimeFormat), true},
		"2 hours old":         {noon.Add(-2 * time.Hour).Format(http.TimeFormat), false},
		"2 hours early":       {noon.Add(2 * time.Hour).Format(http.TimeFormat), false},
		"25 years old":        {"Wed, 21 Nov 2001 12:00:00 GMT", false},
		"no date at all":      {"yesterday", false},
		"only a zone missing": {"Sat, 21 Nov 2026 12:00:00", false},
	} {
		req := delivery(t)
		req.Header.Set("Date", row.date)
		craft{names: usualNames}.sign(t, req)
		if err := verify(req, activity, rsaPublic(), atNoon()); (err == nil) != row.ok {
			t.Errorf("%s: got %v", name, err)
		}
	}
	twice := delivery(t)
	twice.Header.Add("Date", noon.Format(http.TimeFormat))
	craft{names: usualNames}.sign(t, twice)
	refused(t, verify(twice, activity, rsaPublic(), atNoon()))

	none := delivery(t)
	none.Header.Del("Date")
	craft{names: usualNames}.sign(t, none)
	refused(t, verify(none, activity, rsaPublic(), atNoon()))
}

// Neither the machine's clock nor the library's ±10 s decide, only Now.
func TestT03_createdAndExpires(t *testing.T) {
	t.Parallel()
	const layout = `keyId="KEY",algorithm="hs2019",created=CREATED,expires=EXPIRES,headers="NAMES",signature="SIG"`
	for _, year := range []int{2001, 2026, 2090} {
		now := time.Date(year, 1, 2, 3, 4, 5, 0, time.UTC)
		for name, row := range map[string]struct {
			created, expires time.Duration
			ok               bool
		}{
			"fresh":             {0, time.Hour, true},
			"30 s ahead":        {30 * time.Second, time.Hour, true},
			"50 minutes old":    {-50 * time.Minute, time.Hour, true},
			"2 minutes ahead":   {2 * time.Minute, time.Hour, false},
			"2 hours old":       {-2 * time.Hour, time.Hour, false},
			"expired a minute":  {-time.Hour / 2, -time.Minute, false},
			"expires this long": {0, 1000 * time.Hour, true},
		} {
			req := delivery(t)
			req.Header.Del("Date")
			craft{
				names: "(request-target) (created) (expires) host digest", layout: layout,
				created: now.Add(row.created).Unix(), expires: now.Add(row.expires).Unix(),
			}.sign(t, req)
			if err := verify(req, activity, rsaPublic(), at(now)); (err == nil) != row.ok {
				t.Errorf("%d %s: got %v", year, name, err)
			}
		}
	}
}

func TestT03_windowRFC9421(t *testing.T) {
	t.Parallel()
	req := signed(t, "GET", "https://copse.test/ap/groups/1", nil, sign.RFC9421)
	for after, ok := range map[time.Duration]bool{
		0: true, 50 * time.Minute: true, -30 * time.Second: true,
		2 * time.Hour: false, -2 * time.Minute: false,
	} {
		if err := verify(req, nil, rsaPublic(), at(noon.Add(after))); (err == nil) != ok {
			t.Errorf("%s later: got %v", after, err)
		}
	}
}

func TestVerify_window(t *testing.T) {
	t.Parallel()
	req := signed(t, "GET", "https://copse.test/ap/groups/1", nil, sign.Cavage)
	opt := at(noon.Add(10 * time.Minute))
	opt.Window = 5 * time.Minute
	refused(t, verify(req, nil, rsaPublic(), opt))
}

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

func TestT09_duplicates(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(http.Header, string){
		"two Signature headers":  func(h http.Header, s string) { h.Add("Signature", s) },
		"Authorization beside":   func(h http.Header, s string) { h.Set("Authorization", "Signature "+s) },
		"Authorization alone":    func(h http.Header, s string) { h.Del("Signature"); h.Set("Authorization", "signature "+s) },
		"keyId twice":            func(h http.Header, s string) { h.Set("Signature", s+`,keyId="https://evil.test/k"`) },
		"keyId in two spellings": func(h http.Header, s string) { h.Set("Signature", s+`,KEYID="https://evil.test/k"`) },
		"headers twice":          func(h http.Header, s string) { h.Set("Signature", s+`,headers="date"`) },
		"signature twice":        func(h http.Header, s string) { h.Set("Signature", s+`,signature="AAAA"`) },
		"a name covered twice": func(h http.Header, s string) {
			h.Set("Signature", strings.Replace(s, "host date", "host host date", 1))
		},
		"two Hosts":                 func(h http.Header, _ string) { h["Host"] = []string{"copse.test", "evil.test"} },
		"two Digests":               func(h http.Header, _ string) { h.Add("Digest", sha256Digest(nil)) },
		"two Dates":                 func(h http.Header, _ string) { h.Add("Date", h.Get("Date")) },
		"two Content-Digests":       func(h http.Header, _ string) { h["Content-Digest"] = []string{"a", "b"} },
		"two Signature-Inputs":      func(h http.Header, _ string) { h["Signature-Input"] = []string{"a", "b"} },
		"Signature-Input, no label": func(h http.Header, _ string) { h.Set("Signature-Input", `sig1=("@method")`) },
	} {
		req := delivery(t)
		craft{names: usualNames}.sign(t, req)
		spoil(req.Header, req.Header.Get("Signature"))
		if _, err := sign.Parse(req); !errors.Is(err, sign.ErrMalformed) {
			t.Errorf("%s: got %v", name, err)
		}
	}
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

func TestCheck_needsNoKey(t *testing.T) {
	t.Parallel()
	req := signed(t, "POST", "https://copse.test/ap/inbox", activity, sign.Cavage)
	c, err := sign.Parse(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Check(req, activity, atNoon()); err != nil {
		t.Error(err)
	}
	refused(t, c.Check(req, activity, at(noon.Add(3*time.Hour))))
	refused(t, c.Check(req, nil, atNoon()))
}

// federation refetches a key only when a newer one could help.
func TestVerify_mismatchIsToldApart(t *testing.T) {
	t.Parallel()
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		req := signed(t, "POST", "https://copse.test/ap/inbox", activity, scheme)
		if err := verify(req, activity, edPublic(), atNoon()); !errors.Is(err, sign.ErrMismatch) {
			t.Errorf("other key: %v", err)
		}
		if err := verify(req, nil, edPublic(), atNoon()); errors.Is(err, sign.ErrMismatch) {
			t.Errorf("wrong body: %v", err)
		}
	}
}

func TestHash_ofTheSignature(t *testing.T) {
	t.Parallel()
	hash := func(url string) [32]byte {
		c, err := sign.Parse(signed(t, "GET", url, nil, sign.Cavage))
		if err != nil {
			t.Fatal(err)
		}
		return c.Hash()
	}
	if hash("https://copse.test/a") != hash("https://copse.test/a") {
		t.Error("the same request has two hashes")
	}
	if hash("https://copse.test/a") == hash("https://copse.test/b") {
		t.Error("two requests share a hash")
	}
}

func TestParse_missing(t *testing.T) {
	t.Parallel()
	req := page(t, "/")
	req.Header.Set("Authorization", "Bearer x")
	if _, err := sign.Parse(req); !errors.Is(err, sign.ErrMissing) {
		t.Errorf("got %v", err)
	}
}
