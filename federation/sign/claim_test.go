package sign_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/federation/sign"
)

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
	first := hash("https://copse.test/a")
	if again := hash("https://copse.test/a"); again != first {
		t.Error("the same request has two hashes")
	}
	if hash("https://copse.test/b") == first {
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
