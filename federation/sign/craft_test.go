package sign_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/federation/sign"
)

// craft is a peer's signing code, written apart from ours: it signs what it is
// told, however foolish.
type craft struct {
	names   string // the headers parameter; "-" leaves it out
	label   string
	target  string // what is signed as request target; default the real one
	created int64
	expires int64
	hash    crypto.Hash
	layout  string // of the header, default as Mastodon writes it
	keyID   string
}

const usualNames = "(request-target) host date digest"

func (c craft) sign(t testing.TB, req *http.Request) {
	t.Helper()
	if c.target == "" {
		c.target = req.RequestURI
	}
	if c.label == "" {
		c.label = "rsa-sha256"
	}
	if c.keyID == "" {
		c.keyID = keyID
	}
	names := c.names
	if names == "-" {
		names = "date"
	}
	var lines []string
	for n := range strings.SplitSeq(names, " ") {
		value := strings.Join(req.Header.Values(n), ", ")
		switch n {
		case "(request-target)":
			value = strings.ToLower(req.Method) + " " + c.target
		case "(created)":
			value = fmt.Sprint(c.created)
		case "(expires)":
			value = fmt.Sprint(c.expires)
		case "host":
			value = req.Host
		}
		lines = append(lines, n+": "+value)
	}
	header := c.layout
	if header == "" {
		header = `keyId="KEY",algorithm="ALG",headers="NAMES",signature="SIG"`
		if c.names == "-" {
			header = `keyId="KEY",algorithm="ALG",signature="SIG"`
		}
	}
	header = strings.NewReplacer("KEY", c.keyID, "ALG", c.label, "NAMES", c.names,
		"CREATED", fmt.Sprint(c.created), "EXPIRES", fmt.Sprint(c.expires),
		"SIG", rsaSignature(t, c.hash, strings.Join(lines, "\n"))).Replace(header)
	req.Header.Set("Signature", header)
}

func rsaSignature(t testing.TB, hash crypto.Hash, text string) string {
	t.Helper()
	var digest []byte
	switch hash {
	case crypto.SHA512:
		sum := sha512.Sum512([]byte(text))
		digest = sum[:]
	default:
		hash = crypto.SHA256
		sum := sha256.Sum256([]byte(text))
		digest = sum[:]
	}
	sig, err := rsa.SignPKCS1v15(rand.Reader, rsaKey(), hash, digest)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(sig)
}

func sha256Digest(body []byte) string {
	sum := sha256.Sum256(body)
	return "SHA-256=" + base64.StdEncoding.EncodeToString(sum[:])
}

func sha512Digest(body []byte) string {
	sum := sha512.Sum512(body)
	return "SHA-512=" + base64.StdEncoding.EncodeToString(sum[:])
}

// delivery is an unsigned inbox POST with Date and Digest.
func delivery(t testing.TB) *http.Request {
	t.Helper()
	req := arrived(t, clientRequest(t, "POST", "https://copse.test/groups/1/inbox", activity))
	req.Header.Set("Date", noon.Format(http.TimeFormat))
	req.Header.Set("Digest", sha256Digest(activity))
	req.Header.Set("Content-Type", "application/activity+json")
	return req
}

// page is an unsigned GET with Date.
func page(t testing.TB, target string) *http.Request {
	t.Helper()
	req := arrived(t, clientRequest(t, "GET", "https://copse.test"+target, nil))
	req.Header.Set("Date", noon.Format(http.TimeFormat))
	return req
}

// at is atNoon at another time.
func at(now time.Time) sign.VerifyOptions {
	opt := atNoon()
	opt.Now = now
	return opt
}
