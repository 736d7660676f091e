package sign_test

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/copse-social/copse/federation/sign"
)

// Whatever stands in the headers: an answer in one of the two ways, and nothing
// that was not signed ever verifies.
func FuzzParse(f *testing.F) {
	f.Add(`keyId="k",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="AAAA"`, "", "", "SHA-256=AAAA")
	f.Add(`keyId="k", created=1795262400,expires="1795262460",headers="(created) (request-target) (expires) host digest",signature="AAAA"`, "", "", "")
	f.Add("sig1=:AAAA:", `sig1=("@method" "@target-uri" "content-digest");created=1795262400;keyid="k";alg="ed25519"`, "sha-256=:AAAA:", "")
	f.Add("sig1=:AAAA:", `sig1=("@method";req);created=1;keyid="k"`, "sha-256=AAAA", "a=b,c=d")
	f.Fuzz(func(t *testing.T, signature, input, contentDigest, digest string) {
		req := delivery(t)
		for name, value := range map[string]string{
			"Signature": signature, "Signature-Input": input, "Content-Digest": contentDigest, "Digest": digest,
		} {
			req.Header.Del(name)
			if value != "" {
				req.Header.Set(name, value)
			}
		}
		c, err := sign.Parse(req)
		if err != nil {
			if !errors.Is(err, sign.ErrMissing) && !errors.Is(err, sign.ErrMalformed) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		if c.KeyID == "" || c.Scheme == "" {
			t.Fatalf("empty claim %+v", c)
		}
		for _, key := range []sign.PublicKey{rsaPublic(), edPublic()} {
			if err := c.Verify(req, activity, key, atNoon()); !errors.Is(err, sign.ErrInvalid) {
				t.Fatalf("got %v", err)
			}
		}
	})
}

// A canonical form is its own canonical form, and what can be canonicalised
// and is an object can be proved.
func FuzzCanonical(f *testing.F) {
	f.Add([]byte(note))
	f.Add([]byte(`{"b":1e30,"a":"\u00e9","c":[-0,0.1,1.0,1e20,-1e-7]}`))
	f.Add([]byte(`{"\ud83d\ude00":1,"\ufb33":2}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		once, err := sign.Canonical(doc)
		if err != nil {
			return
		}
		twice, err := sign.Canonical(once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s, then %s, %v", once, twice, err)
		}
		if once[0] != '{' {
			return
		}
		out, err := sign.Prove(doc, prover(), noon)
		if err != nil { // it has a proof or is as large as may be
			return
		}
		if err := sign.VerifyProof(out, edPublic().Ed25519); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
	})
}

func BenchmarkSign(b *testing.B) {
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		b.Run(string(scheme), func(b *testing.B) {
			s := rsaSigner()
			for b.Loop() {
				req := clientRequest(b, "POST", "https://copse.test/ap/inbox", activity)
				if err := s.Sign(req, activity, scheme, noon); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		b.Run(string(scheme), func(b *testing.B) {
			req := signed(b, http.MethodPost, "https://copse.test/ap/inbox", activity, scheme)
			for b.Loop() {
				if err := verify(req, activity, rsaPublic(), atNoon()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkProve(b *testing.B) {
	for b.Loop() {
		if _, err := sign.Prove([]byte(note), prover(), noon); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzDate: whatever stands in Date, created and expires, nothing counts that is not within the
// window of the receiver's clock.
func FuzzDate(f *testing.F) {
	f.Add(noon.Format(http.TimeFormat), "1795262400", "1795262460")
	f.Add("Mon, 01 Jan 0001 00:00:00 GMT", "0", "-1")
	f.Add("Fri, 31 Dec 9999 23:59:59 GMT", "68719476736", "99999999999999999999")
	f.Add("Saturday, 21-Nov-26 12:00:00 GMT", "+1795262400", " 1")
	f.Add("Sat Nov 21 12:00:00 2026", "1795262400.5", "0x6b000000")
	f.Fuzz(func(t *testing.T, date, created, expires string) {
		req := delivery(t)
		req.Header.Set("Date", date)
		req.Header.Set("Signature", `keyId="k",algorithm="hs2019",created=`+created+`,expires=`+expires+
			`,headers="(request-target) (created) (expires) host date digest",signature="AAAA"`)
		c, err := sign.Parse(req)
		if err != nil || c.Check(req, activity, atNoon()) != nil {
			return
		}
		at, err := http.ParseTime(date)
		if err != nil || at.Sub(noon).Abs() > time.Hour {
			t.Fatalf("Date %q is taken", date)
		}
		stamp, err := strconv.ParseInt(created, 10, 64)
		if age := noon.Sub(time.Unix(stamp, 0)); err != nil || age > time.Hour || age < -time.Minute {
			t.Fatalf("created %q is taken: %v", created, err)
		}
		if until, err := strconv.ParseInt(expires, 10, 64); err != nil || until < noon.Unix() {
			t.Fatalf("expires %q is taken: %v", expires, err)
		}
	})
}
