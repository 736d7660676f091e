package sign

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-fed/httpsig"
)

// go-fed/httpsig 1.1.0 does the arithmetic of draft-cavage-12 and nothing else
// here. It checks neither coverage nor clock nor digest, reads its own header
// loosely, and signs the decoded path. So it never meets a stranger's header:
// it gets a request of our making that says the same in one fixed form.

// placeholderKey stands for the key id, which is not part of what is signed.
const placeholderKey = "k"

func (s *Signer) signCavage(req *http.Request, t target, body []byte) error {
	names := []string{httpsig.RequestTarget, "host", "date"}
	if body != nil {
		names = append(names, "digest")
	}
	synchronized := req.Header.Get(Synchronization)
	if synchronized != "" {
		names = append(names, strings.ToLower(Synchronization))
	}
	want, key, err := s.cavageKey()
	if err != nil {
		return err
	}
	// A signer of this library must not be shared between goroutines.
	signer, got, err := httpsig.NewSigner([]httpsig.Algorithm{want}, httpsig.DigestSha256, names, httpsig.Signature, 0)
	if err != nil {
		return fmt.Errorf("make signer: %w", err)
	}
	if got != want { // it falls back in silence
		return fmt.Errorf("%s is not available", want)
	}
	wire := wireRequest(req.Method, t.path+t.query)
	wire.Header.Set("Host", t.host)
	wire.Header.Set("Date", req.Header.Get("Date"))
	if synchronized != "" {
		wire.Header.Set(Synchronization, synchronized)
	}
	if err := signer.SignRequest(key, s.KeyID, wire, body); err != nil {
		return fmt.Errorf("compute: %w", err)
	}
	if body != nil {
		req.Header.Set("Digest", wire.Header.Get("Digest"))
	}
	sig := wire.Header.Get("Signature")
	if want == httpsig.RSA_SHA256 {
		// Old peers refuse the label hs2019 (immers-space/guppe#90).
		sig = strings.Replace(sig, `",algorithm="hs2019",`, `",algorithm="rsa-sha256",`, 1)
	}
	req.Header.Set("Signature", sig)
	return nil
}

func (s *Signer) cavageKey() (httpsig.Algorithm, any, error) {
	switch {
	case s.RSA != nil:
		return httpsig.RSA_SHA256, s.RSA, nil
	case len(s.Ed25519) == ed25519.PrivateKeySize:
		return httpsig.ED25519, s.Ed25519, nil
	}
	return "", nil, fmt.Errorf("%w: the signer has none", ErrKey)
}

// parseCavage reads a draft-cavage-12 Signature header.
func parseCavage(header string) (*Claim, error) {
	p, err := parseParams(header)
	if err != nil {
		return nil, err
	}
	c := &Claim{KeyID: p["keyid"], Scheme: Cavage, label: strings.ToLower(p["algorithm"])}
	if c.KeyID == "" || p["headers"] == "" {
		return nil, errors.New("keyId and headers are needed")
	}
	if !knownLabel(c.label) {
		return nil, fmt.Errorf("algorithm %.40q is not used here", c.label)
	}
	if c.names, err = coveredNames(p["headers"]); err != nil {
		return nil, err
	}
	if c.created, err = unixParam(p, "created"); err != nil {
		return nil, err
	}
	if c.expires, err = unixParam(p, "expires"); err != nil {
		return nil, err
	}
	if c.covers("(created)") && c.created == 0 || c.covers("(expires)") && c.expires == 0 {
		return nil, errors.New("a covered time is not given")
	}
	if c.sig, err = base64.StdEncoding.Strict().DecodeString(p["signature"]); err != nil {
		return nil, fmt.Errorf("read signature: %w", err)
	}
	if len(c.sig) == 0 {
		return nil, errors.New("the signature is empty")
	}
	return c, nil
}

// proveCavage tries what peers differ in: the hash that goes with an RSA key,
// and whether a GET's query belongs to the request target (Mastodon and
// GoToSocial try both as well). A POST's query is always proved.
func (c *Claim) proveCavage(req *http.Request, t target, key PublicKey) error {
	targets := []string{t.path + t.query}
	if t.query != "" && bodiless(req.Method) {
		targets = append(targets, t.path)
	}
	algorithms := []httpsig.Algorithm{httpsig.RSA_SHA256, httpsig.RSA_SHA512}
	if key.RSA == nil {
		algorithms = []httpsig.Algorithm{httpsig.ED25519}
	}
	for _, raw := range targets {
		wire, err := c.canonical(req, raw)
		if err != nil {
			return err
		}
		v, err := httpsig.NewVerifier(wire)
		if err != nil {
			return fmt.Errorf("read canonical request: %w", err)
		}
		for _, a := range algorithms {
			if v.Verify(key.material(), a) == nil {
				return nil
			}
		}
	}
	return ErrMismatch
}

// canonical says what req says about its signature in the one form that the
// library reads as we do.
//
// The library compares created and expires with the machine's clock, ±10 s. We
// have judged them already, with the injected clock and our own tolerance, so
// their lines ride at the end of the line before; only where they come first
// is there no such line.
func (c *Claim) canonical(req *http.Request, rawTarget string) (*http.Request, error) {
	wire := wireRequest(req.Method, rawTarget)
	var names []string
	params := []string{`keyId="` + placeholderKey + `"`}
	ride := func(string) bool { return false }
	for _, n := range c.names {
		switch n {
		case "(created)", "(expires)":
			at := c.created
			if n == "(expires)" {
				at = c.expires
			}
			stamp := strconv.FormatInt(at, 10)
			if ride("\n" + n + ": " + stamp) {
				continue
			}
			params = append(params, strings.Trim(n, "()")+"="+stamp)
		case httpsig.RequestTarget:
			ride = func(line string) bool { wire.URL.Path += line; return true }
		default:
			values, err := fieldValues(req, n)
			if err != nil {
				return nil, err
			}
			wire.Header[http.CanonicalHeaderKey(n)] = values
			ride = func(line string) bool { values[len(values)-1] += line; return true }
		}
		names = append(names, n)
	}
	params = append(params, `headers="`+strings.Join(names, " ")+`"`,
		`signature="`+base64.StdEncoding.EncodeToString(c.sig)+`"`)
	wire.Header.Set("Signature", strings.Join(params, ","))
	return wire, nil
}

// fieldValues copies the trimmed values of a covered header.
func fieldValues(req *http.Request, name string) ([]string, error) {
	if name == "host" {
		return []string{req.Host}, nil
	}
	var values []string
	for _, v := range req.Header.Values(name) {
		if strings.ContainsAny(v, "\r\n\x00") {
			return nil, fmt.Errorf("covered header %s spans lines", name)
		}
		values = append(values, strings.TrimSpace(v))
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("covered header %s is absent", name)
	}
	return values, nil
}
