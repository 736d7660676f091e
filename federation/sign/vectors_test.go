package sign

import (
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// The request of RFC 9421 appendix B.2. Its signatures leave out what we
// demand (@method with @target-uri) or use algorithms and parameters that we do
// not take, so the vectors are held against the parts that build and prove.
func appendixB() (*http.Request, target) {
	req := &http.Request{
		Method: "POST", Host: "example.com", RequestURI: "/foo?param=Value&Pet=dog",
		URL: &url.URL{Path: "/foo", RawQuery: "param=Value&Pet=dog"},
		Header: http.Header{
			"Date":           {"Tue, 20 Apr 2021 02:07:55 GMT"},
			"Content-Type":   {"application/json"},
			"Content-Digest": {"sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"},
			"Content-Length": {"18"},
		},
	}
	return req, target{scheme: "https", host: "example.com", path: "/foo", query: "?param=Value&Pet=dog"}
}

func TestRFC9421_appendixBDigest(t *testing.T) {
	t.Parallel()
	req, _ := appendixB()
	if err := checkDigests(req.Header, []byte(`{"hello": "world"}`), []string{"content-digest"}); err != nil {
		t.Error(err)
	}
	if err := checkDigests(req.Header, []byte(`{"hello": "World"}`), []string{"content-digest"}); err == nil {
		t.Error("another body passes")
	}
}

// B.2.6 with the key of B.1.4.
func TestRFC9421_appendixBEd25519(t *testing.T) {
	t.Parallel()
	seed, err := base64.RawURLEncoding.DecodeString("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU")
	if err != nil {
		t.Fatal(err)
	}
	key := ed25519.NewKeyFromSeed(seed)
	req, at := appendixB()
	req.Header.Set("Signature-Input", `sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")`+
		`;created=1618884473;keyid="test-key-ed25519"`)
	req.Header.Set("Signature", "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:")
	c, err := Parse(req)
	if err != nil {
		t.Fatal(err)
	}
	if c.KeyID != "test-key-ed25519" {
		t.Errorf("key id %s", c.KeyID)
	}
	if err := c.proveRFC9421(req, at, PublicKey{Ed25519: key.Public().(ed25519.PublicKey)}); err != nil {
		t.Error(err)
	}
	base, err := signatureBase(req, at, c.names, c.params)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		`"date": Tue, 20 Apr 2021 02:07:55 GMT`,
		`"@method": POST`,
		`"@path": /foo`,
		`"@authority": example.com`,
		`"content-type": application/json`,
		`"content-length": 18`,
		`"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`,
	}, "\n")
	if base != want {
		t.Errorf("got\n%s\nwant\n%s", base, want)
	}
	sig, err := (&Signer{Ed25519: key}).signBase(base)
	if err != nil || string(sig) != string(c.sig) {
		t.Errorf("our signature differs: %v", err)
	}
}

// RFC 9421 §2.2: derived components.
func TestRFC9421_derivedComponents(t *testing.T) {
	t.Parallel()
	req, at := appendixB()
	noQuery := at
	noQuery.query = ""
	for _, row := range []struct {
		name, want string
		at         target
	}{
		{"@method", "POST", at},
		{"@target-uri", "https://example.com/foo?param=Value&Pet=dog", at},
		{"@authority", "example.com", at},
		{"@scheme", "https", at},
		{"@request-target", "/foo?param=Value&Pet=dog", at},
		{"@path", "/foo", at},
		{"@query", "?param=Value&Pet=dog", at},
		{"@query", "?", noQuery},
		{"@target-uri", "https://example.com/foo", noQuery},
	} {
		got, err := component(req, row.at, row.name)
		if err != nil || got != row.want {
			t.Errorf("%s: got %s, %v, want %s", row.name, got, err, row.want)
		}
	}
}
