// Package sign is the one place where Copse makes and proves signatures: HTTP
// signatures on requests (draft-cavage-12 as the fediverse speaks it, and
// RFC 9421) and FEP-8b32 integrity proofs inside documents.
//
// It proves that the holder of a key sent these bytes to this address at this
// time. It does not fetch keys, does not know actors, keeps no replay cache and
// decides nothing about who may do what: that a key belongs to the actor who
// speaks is federation's to show. It imports nothing of ours, and no other room
// imports the signature libraries.
//
// Read on in claim.go for requests that come in, cavage.go and rfc9421.go for
// the two schemes, proof.go for documents.
package sign

import (
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Scheme names one of the two ways to sign a request.
type Scheme string

// The schemes. Peers older than 2026 know Cavage only; NodeBB 4.15 answers 400
// and GoToSocial 0.20 answers 401 to RFC9421, so Cavage is tried first unless a
// host is known to prefer the other.
const (
	Cavage  Scheme = "cavage"
	RFC9421 Scheme = "rfc9421"
)

// What can be wrong. Tell them apart with errors.Is; the text says why.
var (
	// ErrMissing: the request carries no signature at all.
	ErrMissing = errors.New("no signature")
	// ErrMalformed: the sender broke the grammar or said something twice.
	ErrMalformed = errors.New("malformed signature")
	// ErrInvalid: well formed, but it does not prove this request.
	ErrInvalid = errors.New("invalid signature")
	// ErrMismatch comes together with ErrInvalid when everything but the
	// arithmetic fits: the only refusal where a newer key could help.
	ErrMismatch = errors.New("signature does not match the key")
	// ErrKey: key text we cannot read or a key we do not trust to be strong.
	ErrKey = errors.New("unusable key")
	// ErrNoProof: the document has no "proof" member.
	ErrNoProof = errors.New("no proof")
)

// Bounds on what strangers send, checked before anything is computed.
const (
	maxHeader = 8 << 10 // bytes of Signature, Signature-Input and request target
	maxNames  = 12      // covered components
	maxParams = 16      // parameters of one signature
)

// Synchronization is the header with which a sender says whom it takes for followers at a host. It is
// signed where it stands (FEP-8fcf).
const Synchronization = "Collection-Synchronization"

// Signer signs as one actor. It is read only, so goroutines may share it.
type Signer struct {
	// KeyID is where peers fetch the public half of the request key.
	KeyID string
	// RSA signs requests. Mastodon before 4.7 and GoToSocial know nothing else.
	RSA *rsa.PrivateKey
	// ProofKeyID is the actor's assertionMethod entry (FEP-521a).
	ProofKeyID string
	// Ed25519 signs documents, and requests only where RSA is nil.
	Ed25519 ed25519.PrivateKey
}

// Sign signs a fresh client request: it sets Host, Date, the digest of body and
// the signature. A nil body means none, which only GET and HEAD may have. A
// request is signed once: build a new one for each attempt, redirects included.
func (s *Signer) Sign(req *http.Request, body []byte, scheme Scheme, now time.Time) error {
	t, err := s.prepare(req, body, now)
	if err != nil {
		return fmt.Errorf("sign %s %s: %w", req.Method, req.URL, err)
	}
	switch scheme {
	case Cavage:
		err = s.signCavage(req, t, body)
	case RFC9421:
		err = s.signRFC9421(req, t, body, now)
	default:
		err = fmt.Errorf("unknown scheme %q", scheme)
	}
	if err != nil {
		return fmt.Errorf("sign %s %s: %w", req.Method, req.URL, err)
	}
	return nil
}

// prepare refuses what would be signed wrongly and sets the headers that both
// schemes rely on.
func (s *Signer) prepare(req *http.Request, body []byte, now time.Time) (target, error) {
	for _, h := range []string{"Signature", "Signature-Input", "Digest", "Content-Digest"} {
		if len(req.Header.Values(h)) > 0 {
			return target{}, fmt.Errorf("%s is already set: a request is signed once", h)
		}
	}
	if s.KeyID == "" || strings.ContainsFunc(s.KeyID, unsafeInQuotes) {
		return target{}, fmt.Errorf("%w: id %q cannot stand in a header", ErrKey, s.KeyID)
	}
	if body == nil && !bodiless(req.Method) {
		return target{}, fmt.Errorf("a %s is signed with its body", req.Method)
	}
	t, err := outgoingTarget(req)
	if err != nil {
		return target{}, err
	}
	req.Host = t.host
	req.Header.Set("Date", now.UTC().Format(http.TimeFormat))
	return t, nil
}

// bodiless reports methods whose requests normally carry no body.
func bodiless(method string) bool {
	return method == http.MethodGet || method == http.MethodHead
}

// unsafeInQuotes reports what must not stand between the quotes of a parameter.
func unsafeInQuotes(r rune) bool {
	return r <= ' ' || r > '~' || r == '"' || r == '\\'
}
