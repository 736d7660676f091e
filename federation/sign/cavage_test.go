package sign_test

import (
	"crypto"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/federation/sign"
)

// The shapes that peers send, each with a key of ours.
func TestVerify_peerShapes(t *testing.T) {
	t.Parallel()
	const mastodon = `keyId="KEY",algorithm="ALG",headers="NAMES",signature="SIG"`
	const lemmy = `keyId="KEY",algorithm="hs2019",created=CREATED,expires=EXPIRES,headers="NAMES",signature="SIG"`
	for name, row := range map[string]struct {
		craft
		get bool
	}{
		"GoToSocial GET":        {craft{names: "(request-target) host date", label: "hs2019", keyID: "https://gts.test/users/a/main-key"}, true},
		"GoToSocial POST":       {craft{names: usualNames, label: "hs2019", keyID: "https://gts.test/users/a/main-key"}, false},
		"NodeBB GET":            {craft{names: "(request-target) host date", keyID: "https://nodebb.test/actor#key"}, true},
		"NodeBB POST":           {craft{names: usualNames, keyID: "https://nodebb.test/category/2#key"}, false},
		"Mastodon GET":          {craft{names: "(request-target) host date accept", layout: mastodon}, true},
		"Mastodon POST":         {craft{names: "(request-target) host date digest content-type", layout: mastodon}, false},
		"Lemmy POST":            {craft{names: "(request-target) content-type date digest host"}, false},
		"Lemmy POST, created":   {craft{names: "(request-target) (created) (expires) content-type date digest host", layout: lemmy}, false},
		"quoted times":          {craft{names: "(request-target) (created) host digest", layout: `keyId="KEY",created="CREATED",headers="NAMES",signature="SIG"`}, false},
		"no algorithm":          {craft{names: usualNames, layout: `keyId="KEY",headers="NAMES",signature="SIG"`}, false},
		"RSA with SHA-512":      {craft{names: usualNames, label: "rsa-sha512", hash: crypto.SHA512}, false},
		"SHA-512 under hs2019":  {craft{names: usualNames, label: "hs2019", hash: crypto.SHA512}, false},
		"spaces after commas":   {craft{names: usualNames, layout: `keyId="KEY", algorithm="ALG", headers="NAMES", signature="SIG"`}, false},
		"comma in the key id":   {craft{names: usualNames, keyID: "https://peer.test/a,b=c"}, false},
		"space in the key id":   {craft{names: usualNames, keyID: "https://peer.test/a b"}, false},
		"signature first":       {craft{names: usualNames, layout: `signature="SIG",headers="NAMES",keyId="KEY"`}, false},
		"unknown parameters":    {craft{names: usualNames, layout: `keyId="KEY",opaque="x",headers="NAMES",signature="SIG"`}, false},
		"order of names turned": {craft{names: "digest date host (request-target)"}, false},
		"names in capitals":     {craft{names: usualNames, layout: `keyId="KEY",headers="(request-target) Host Date Digest",signature="SIG"`}, false},
	} {
		req := delivery(t)
		var body []byte
		if row.get {
			req = page(t, "/.well-known/webfinger?resource=acct%3Awater%40copse.test")
		} else {
			body = activity
		}
		req.Header.Set("Accept", "application/activity+json")
		row.created, row.expires = noon.Unix(), noon.Add(time.Hour).Unix()
		row.sign(t, req)
		c, err := sign.Parse(req)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if row.keyID != "" && c.KeyID != row.keyID {
			t.Errorf("%s: key id %s", name, c.KeyID)
		}
		if err := c.Verify(req, body, rsaPublic(), atNoon()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Where created comes first, the library's clock has a say: ±10 s of ours.
func TestVerify_createdFirst(t *testing.T) {
	t.Parallel()
	now := time.Now()
	req := delivery(t)
	req.Header.Del("Date")
	craft{
		names: "(created) (expires) (request-target) host digest", created: now.Unix(), expires: now.Add(time.Hour).Unix(),
		layout: `keyId="KEY",created=CREATED,expires=EXPIRES,headers="NAMES",signature="SIG"`,
	}.sign(t, req)
	if err := verify(req, activity, rsaPublic(), at(now)); err != nil {
		t.Error(err)
	}
	early := delivery(t)
	early.Header.Del("Date")
	craft{
		names: "(created) (request-target) host digest", created: now.Add(50 * time.Second).Unix(),
		layout: `keyId="KEY",created=CREATED,headers="NAMES",signature="SIG"`,
	}.sign(t, early)
	refused(t, verify(early, activity, rsaPublic(), at(now)))
}

// Several values of one covered header are joined as they arrive.
func TestVerify_repeatedHeaderCovered(t *testing.T) {
	t.Parallel()
	req := delivery(t)
	req.Header["Cache-Control"] = []string{"no-store", "max-age=0"}
	craft{names: usualNames + " cache-control"}.sign(t, req)
	if err := verify(req, activity, rsaPublic(), atNoon()); err != nil {
		t.Error(err)
	}
	req.Header["Cache-Control"] = []string{"max-age=0", "no-store"}
	refused(t, verify(req, activity, rsaPublic(), atNoon()))
}

// A header that carries a line of its own could stand for another covered one.
func TestVerify_coveredHeaderSpansLines(t *testing.T) {
	t.Parallel()
	req := delivery(t)
	req.Header["X-A"] = []string{"a\ndate: Sat, 21 Nov 2026 12:00:00 GMT"}
	craft{names: usualNames + " x-a"}.sign(t, req)
	refused(t, verify(req, activity, rsaPublic(), atNoon()))
}

func TestVerify_leavesTheRequestAlone(t *testing.T) {
	t.Parallel()
	req := signed(t, "GET", "https://copse.test/ap/groups/1", nil, sign.Cavage)
	before := fmt.Sprint(req.Header, req.URL, req.Host, req.RequestURI)
	if err := verify(req, nil, rsaPublic(), atNoon()); err != nil {
		t.Fatal(err)
	}
	if after := fmt.Sprint(req.Header, req.URL, req.Host, req.RequestURI); after != before {
		t.Errorf("was %s\nis  %s", before, after)
	}
}

func TestVerify_coveredHeaderChangedOrGone(t *testing.T) {
	t.Parallel()
	for _, spoil := range []func(*http.Request){
		func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
		func(r *http.Request) { r.Header.Del("Content-Type") },
		func(r *http.Request) { r.Method = "PUT" },
		func(r *http.Request) { r.Header.Set("Date", noon.Add(time.Second).Format(http.TimeFormat)) },
	} {
		req := delivery(t)
		craft{names: usualNames + " content-type"}.sign(t, req)
		spoil(req)
		refused(t, verify(req, activity, rsaPublic(), atNoon()))
	}
}

func TestParse_malformedCavage(t *testing.T) {
	t.Parallel()
	many := "(request-target) host date digest a b c d e f g h i"
	for _, header := range []string{
		"", " ", ",", "=", `""`, "Signature", `keyId`, `keyId=`, `keyId=""`, `keyId="a"`,
		`keyId="a",headers="date"`,
		`keyId="a",headers="date",signature=""`,
		`keyId="a",headers="date",signature="not base64!"`,
		`keyId="a",headers="date",signature="AAA"`,
		`keyId="a",headers="date",signature="AB=="`,
		`keyId="a",headers="",signature="AAAA"`,
		`keyId="",headers="date",signature="AAAA"`,
		`keyId="a,headers="date",signature="AAAA"`,
		`keyId="a" headers="date",signature="AAAA"`,
		`keyId="a",headers="date",signature="AAAA",`,
		`keyId="a",,headers="date",signature="AAAA"`,
		`keyId=a,headers="date",signature="AAAA"`,
		`keyId="a\"b",headers="date",signature="AAAA"`,
		"keyId=\"a\nb\",headers=\"date\",signature=\"AAAA\"",
		"keyId=\"a\xffb\",headers=\"date\",signature=\"AAAA\"",
		`key Id="a",headers="date",signature="AAAA"`,
		`keyId="a",algorithm="hmac-sha256",headers="date",signature="AAAA"`,
		`keyId="a",algorithm="none",headers="date",signature="AAAA"`,
		`keyId="a",algorithm="rsa-sha1",headers="date",signature="AAAA"`,
		`keyId="a",headers="date  host",signature="AAAA"`,
		`keyId="a",headers="date date",signature="AAAA"`,
		`keyId="a",headers="date signature",signature="AAAA"`,
		`keyId="a",headers="date authorization",signature="AAAA"`,
		`keyId="a",headers="da/te",signature="AAAA"`,
		`keyId="a",headers="(other)",signature="AAAA"`,
		`keyId="a",headers="(created)",signature="AAAA"`,
		`keyId="a",created=-1,headers="(created)",signature="AAAA"`,
		`keyId="a",created=0,headers="(created)",signature="AAAA"`,
		`keyId="a",created=99999999999999999999,headers="(created)",signature="AAAA"`,
		`keyId="a",created=9999999999999999,headers="(created)",signature="AAAA"`,
		`keyId="a",created=1.5,headers="(created)",signature="AAAA"`,
		`keyId="a",expires="soon",headers="date",signature="AAAA"`,
		`keyId="a",headers="` + many + `",signature="AAAA"`,
		`keyId="` + strings.Repeat("a", 9000) + `",headers="date",signature="AAAA"`,
		strings.Repeat(`a=1,`, 2000),
	} {
		req := delivery(t)
		req.Header.Set("Signature", header)
		if c, err := sign.Parse(req); !errors.Is(err, sign.ErrMalformed) {
			t.Errorf("%.80s: got %+v, %v", header, c, err)
		}
	}
}
