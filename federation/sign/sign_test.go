package sign_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/federation/sign"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// Generating RSA keys is slow, so tests share one; it is never changed.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := sign.GenerateRSA()
	if err != nil {
		panic(err)
	}
	return key
})

var edKey = sync.OnceValue(func() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
})

const keyID = "https://peer.test/ap/people/1#main-key"

func rsaSigner() *sign.Signer { return &sign.Signer{KeyID: keyID, RSA: rsaKey()} }

func rsaPublic() sign.PublicKey { return sign.PublicKey{RSA: &rsaKey().PublicKey} }

func edPublic() sign.PublicKey {
	return sign.PublicKey{Ed25519: edKey().Public().(ed25519.PublicKey)}
}

func atNoon() sign.VerifyOptions {
	return sign.VerifyOptions{Hosts: []string{"copse.test"}, Now: noon}
}

var activity = []byte(`{"type":"Follow","id":"https://peer.test/f/1"}`)

func clientRequest(t testing.TB, method, url string, body []byte) *http.Request {
	t.Helper()
	var r io.Reader
	if body != nil {
		r = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, r)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// arrived is req as the server sees it after travelling over a socket.
func arrived(t testing.TB, req *http.Request) *http.Request {
	t.Helper()
	in := req.Clone(t.Context())
	in.RequestURI = req.URL.RequestURI()
	in.URL.Scheme, in.URL.Host = "", ""
	return in
}

func signed(t testing.TB, method, url string, body []byte, scheme sign.Scheme) *http.Request {
	t.Helper()
	req := clientRequest(t, method, url, body)
	if err := rsaSigner().Sign(req, body, scheme, noon); err != nil {
		t.Fatal(err)
	}
	return arrived(t, req)
}

// verify runs both steps that a receiver runs.
func verify(req *http.Request, body []byte, key sign.PublicKey, opt sign.VerifyOptions) error {
	c, err := sign.Parse(req)
	if err != nil {
		return err
	}
	return c.Verify(req, body, key, opt)
}

// refused fails the test unless err says that the request proves nothing.
func refused(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, sign.ErrInvalid) && !errors.Is(err, sign.ErrMalformed) && !errors.Is(err, sign.ErrMissing) {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestSign_bothSchemesBothMethods(t *testing.T) {
	t.Parallel()
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		for _, row := range []struct {
			method, url string
			body        []byte
		}{
			{"GET", "https://copse.test/ap/groups/1", nil},
			{"GET", "https://copse.test/.well-known/webfinger?resource=acct%3Aa%40copse.test", nil},
			{"HEAD", "https://copse.test/ap/objects/1", nil},
			{"POST", "https://copse.test/ap/inbox", activity},
			{"POST", "https://copse.test/ap/inbox", []byte{}},
			{"POST", "https://COPSE.test:443/ap/inbox", activity},
			{"GET", "https://copse.test", nil},
			{"GET", "https://copse.test/wiki/%C3%A9t%C3%A9", nil},
		} {
			req := signed(t, row.method, row.url, row.body, scheme)
			if err := verify(req, row.body, rsaPublic(), atNoon()); err != nil {
				t.Errorf("%s %s %s: %v", scheme, row.method, row.url, err)
			}
		}
	}
}

func TestSign_headersSet(t *testing.T) {
	t.Parallel()
	req := signed(t, "POST", "https://copse.test/ap/inbox", activity, sign.Cavage)
	if got := req.Header.Get("Date"); got != "Sat, 21 Nov 2026 12:00:00 GMT" {
		t.Errorf("Date %q", got)
	}
	if req.Host != "copse.test" || req.Header.Get("Digest") == "" {
		t.Errorf("host %q, digest %q", req.Host, req.Header.Get("Digest"))
	}
	c, err := sign.Parse(req)
	if err != nil {
		t.Fatal(err)
	}
	if c.KeyID != keyID || c.Scheme != sign.Cavage {
		t.Errorf("claim %+v", c)
	}
}

func TestSign_labelForOldPeers(t *testing.T) {
	t.Parallel()
	req := signed(t, "GET", "https://copse.test/ap/groups/1", nil, sign.Cavage)
	if got := req.Header.Get("Signature"); !strings.Contains(got, `,algorithm="rsa-sha256",headers="(request-target) host date",`) {
		t.Errorf("header %s", got)
	}
}

func TestSign_refusesWhatItWouldSignWrongly(t *testing.T) {
	t.Parallel()
	get := func() *http.Request { return clientRequest(t, "GET", "https://copse.test/a", nil) }
	twice := get()
	if err := rsaSigner().Sign(twice, nil, sign.Cavage, noon); err != nil {
		t.Fatal(err)
	}
	opaque := get()
	opaque.URL.Opaque = "//copse.test/b"
	unicode := get()
	unicode.Host = "été.test"
	ftp := get()
	ftp.URL.Scheme = "ftp"
	for name, row := range map[string]struct {
		req    *http.Request
		signer *sign.Signer
		scheme sign.Scheme
	}{
		"signed already":        {twice, rsaSigner(), sign.Cavage},
		"opaque":                {opaque, rsaSigner(), sign.Cavage},
		"host not in ASCII":     {unicode, rsaSigner(), sign.Cavage},
		"no web scheme":         {ftp, rsaSigner(), sign.RFC9421},
		"body missing":          {clientRequest(t, "POST", "https://copse.test/a", nil), rsaSigner(), sign.Cavage},
		"quote in key id":       {get(), &sign.Signer{KeyID: `a"b`, RSA: rsaKey()}, sign.Cavage},
		"no key id":             {get(), &sign.Signer{RSA: rsaKey()}, sign.Cavage},
		"no key":                {get(), &sign.Signer{KeyID: keyID}, sign.Cavage},
		"no key, new scheme":    {get(), &sign.Signer{KeyID: keyID}, sign.RFC9421},
		"no such scheme":        {get(), rsaSigner(), "hmac"},
		"Ed25519 key too short": {get(), &sign.Signer{KeyID: keyID, Ed25519: edKey()[:9]}, sign.RFC9421},
	} {
		if err := row.signer.Sign(row.req, nil, row.scheme, noon); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
}

func TestSign_ed25519WhereThereIsNoRSA(t *testing.T) {
	t.Parallel()
	s := &sign.Signer{KeyID: keyID, Ed25519: edKey()}
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		req := clientRequest(t, "POST", "https://copse.test/ap/inbox", activity)
		if err := s.Sign(req, activity, scheme, noon); err != nil {
			t.Fatal(err)
		}
		if err := verify(arrived(t, req), activity, edPublic(), atNoon()); err != nil {
			t.Errorf("%s: %v", scheme, err)
		}
		refused(t, verify(arrived(t, req), activity, rsaPublic(), atNoon()))
	}
}

// One httpsig signer shared by goroutines spoils signatures; a Signer of ours
// may be shared. Run with -race.
func TestSign_shared(t *testing.T) {
	t.Parallel()
	s := rsaSigner()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				req := clientRequest(t, "POST", "https://copse.test/ap/inbox", activity)
				if err := s.Sign(req, activity, sign.Cavage, noon); err != nil {
					t.Error(err)
					return
				}
				if err := verify(arrived(t, req), activity, rsaPublic(), atNoon()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
