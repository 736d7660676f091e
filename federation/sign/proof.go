package sign

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The only proof we make and take (FEP-8b32, vc-di-eddsa §3.3).
const (
	proofType    = "DataIntegrityProof"
	proofSuite   = "eddsa-jcs-2022"
	proofPurpose = "assertionMethod"
)

// Proof is what a document says about its own proof; nothing is proved by it.
type Proof struct {
	// VerificationMethod is the key's id. Whether it is one of the actor's
	// assertionMethod entries is for the caller to show.
	VerificationMethod string
	Cryptosuite        string
	Created            time.Time
	// Expires is zero where the proof has no end.
	Expires time.Time
}

// proofWire is the "proof" member as sent.
type proofWire struct {
	Type               string `json:"type"`
	Cryptosuite        string `json:"cryptosuite"`
	VerificationMethod string `json:"verificationMethod"`
	ProofPurpose       string `json:"proofPurpose"`
	ProofValue         string `json:"proofValue"`
	Created            string `json:"created"`
	Expires            string `json:"expires"`
}

// Prove returns doc with a "proof" member at its end; all other bytes stay. The
// document's @context should name https://w3id.org/security/data-integrity/v2.
func Prove(doc []byte, s *Signer, now time.Time) ([]byte, error) {
	if len(s.Ed25519) != ed25519.PrivateKeySize || s.ProofKeyID == "" {
		return nil, fmt.Errorf("prove document: %w: the signer has no proof key", ErrKey)
	}
	parts, err := openDocument(doc)
	if err != nil {
		return nil, fmt.Errorf("prove document: %w", err)
	}
	if parts.proof != nil {
		return nil, errors.New("prove document: it has a proof already")
	}
	config, err := proofConfig(parts, s.ProofKeyID, now)
	if err != nil {
		return nil, fmt.Errorf("prove document: %w", err)
	}
	digest, err := proofDigest(config, parts.rest)
	if err != nil {
		return nil, fmt.Errorf("prove document: %w", err)
	}
	value := quoted(encodeMultibase(ed25519.Sign(s.Ed25519, digest)))
	proof, err := join(append(config, member{"proofValue", value}))
	if err != nil {
		return nil, fmt.Errorf("prove document: %w", err)
	}
	out := bytes.TrimSuffix(bytes.TrimRight(doc, " \t\r\n"), []byte("}"))
	out = slices.Clone(bytes.TrimRight(out, " \t\r\n"))
	if len(parts.rest) > 0 {
		out = append(out, ',')
	}
	out = append(append(out, `"proof":`...), proof...)
	return append(out, '}'), nil
}

// ProofOf reads the proof without proving it, so that its key can be found.
// Lists of proofs are not taken: choosing one is choosing who speaks.
func ProofOf(doc []byte) (*Proof, error) {
	parts, err := openDocument(doc)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if parts.proof == nil {
		return nil, ErrNoProof
	}
	p, _, err := readProof(parts.proof)
	return p, err
}

// VerifyProof proves that the holder of key wrote doc as it stands, but for a
// linked data signature beside the proof. It does not look at the clock: a proof
// stays true for as long as the document is kept.
func VerifyProof(doc []byte, key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize {
		return fmt.Errorf("%w: %w: not an Ed25519 key", ErrInvalid, ErrKey)
	}
	parts, err := openDocument(doc)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if parts.proof == nil {
		return ErrNoProof
	}
	_, wire, err := readProof(parts.proof)
	if err != nil {
		return err
	}
	if wire.Type != proofType || wire.Cryptosuite != proofSuite || wire.ProofPurpose != proofPurpose {
		return fmt.Errorf("%w: a proof of type %.40q, %.40q, %.40q is not taken",
			ErrInvalid, wire.Type, wire.Cryptosuite, wire.ProofPurpose)
	}
	sig, err := decodeMultibase(wire.ProofValue)
	if err != nil || len(sig) != ed25519.SignatureSize {
		return fmt.Errorf("%w: proofValue is not a signature", ErrMalformed)
	}
	configs, err := claimedConfigs(parts)
	if err != nil {
		return err
	}
	for _, rest := range provable(parts.rest) {
		for _, config := range configs {
			digest, err := proofDigest(config, rest)
			if err != nil {
				return fmt.Errorf("%w: %w", ErrMalformed, err)
			}
			if ed25519.Verify(key, digest, sig) {
				return nil
			}
		}
	}
	return fmt.Errorf("%w: %w", ErrInvalid, ErrMismatch)
}

// provable are the readings of what a proof covers: all of it or, where Fedify
// signed the document once more for Mastodon after it had proved it, all but
// that "signature". Nobody here reads one, so that it may say anything.
func provable(rest []member) [][]member {
	plain := slices.DeleteFunc(slices.Clone(rest), func(m member) bool { return m.name == "signature" })
	if len(plain) == len(rest) {
		return [][]member{rest}
	}
	return [][]member{rest, plain}
}

// document is an object taken apart for proving.
type document struct {
	context jsontext.Value // nil where it has none
	proof   jsontext.Value // nil where it has none
	rest    []member       // all but the proof, in order
}

func openDocument(doc []byte) (document, error) {
	var d document
	if err := checkDocument(doc); err != nil {
		return d, err
	}
	all, err := members(doc)
	if err != nil {
		return d, err
	}
	for _, m := range all {
		switch m.name {
		case "proof":
			d.proof = m.value
			continue
		case "@context":
			d.context = m.value
		}
		d.rest = append(d.rest, m)
	}
	return d, nil
}

func readProof(raw jsontext.Value) (*Proof, proofWire, error) {
	var w proofWire
	if err := json.Unmarshal(raw, &w); err != nil {
		return nil, w, fmt.Errorf("%w: read proof: %w", ErrMalformed, err)
	}
	p := &Proof{VerificationMethod: w.VerificationMethod, Cryptosuite: w.Cryptosuite}
	var err error
	if p.Created, err = time.Parse(time.RFC3339, w.Created); err != nil {
		return nil, w, fmt.Errorf("%w: proof created: %w", ErrMalformed, err)
	}
	if w.Expires != "" {
		if p.Expires, err = time.Parse(time.RFC3339, w.Expires); err != nil {
			return nil, w, fmt.Errorf("%w: proof expires: %w", ErrMalformed, err)
		}
	}
	if p.VerificationMethod == "" {
		return nil, w, fmt.Errorf("%w: proof without verificationMethod", ErrMalformed)
	}
	return p, w, nil
}

// proofConfig is the proof of ours without its value.
func proofConfig(d document, keyID string, now time.Time) ([]member, error) {
	id, err := jsontext.AppendQuote(nil, keyID)
	if err != nil {
		return nil, fmt.Errorf("write key id: %w", err)
	}
	var config []member
	if d.context != nil {
		config = append(config, member{"@context", d.context})
	}
	return append(config,
		member{"type", quoted(proofType)},
		member{"cryptosuite", quoted(proofSuite)},
		member{"verificationMethod", id},
		member{"proofPurpose", quoted(proofPurpose)},
		member{"created", quoted(now.UTC().Format(time.RFC3339))},
	), nil
}

// quoted is for text of ours that needs no escapes.
func quoted(plain string) jsontext.Value { return jsontext.Value(`"` + plain + `"`) }

// claimedConfigs are the readings of a proof's options. A proof that names a
// context must name the document's own: what vc-di-eddsa allows beyond that, a
// longer one on the document, would be unsigned. A proof that names none was
// hashed either so or, by Fedify, with the document's.
func claimedConfigs(d document) ([][]member, error) {
	all, err := members(d.proof)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	config := slices.DeleteFunc(all, func(m member) bool { return m.name == "proofValue" })
	i := slices.IndexFunc(config, func(m member) bool { return m.name == "@context" })
	if i < 0 {
		readings := [][]member{config}
		if d.context != nil {
			readings = append(readings, append(slices.Clone(config), member{"@context", d.context}))
		}
		return readings, nil
	}
	ours, err := Canonical(config[i].value)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	theirs, err := Canonical(d.context)
	if err != nil || !bytes.Equal(ours, theirs) {
		return nil, fmt.Errorf("%w: the proof is of another @context", ErrInvalid)
	}
	return [][]member{config}, nil
}

// proofDigest is the hash of the options followed by that of the document; both are parts of what
// openDocument has checked, or our own.
func proofDigest(config, rest []member) ([]byte, error) {
	var digest []byte
	for _, list := range [][]member{config, rest} {
		object, err := join(list)
		if err != nil {
			return nil, err
		}
		plain, err := canonical(object)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(plain)
		digest = append(digest, sum[:]...)
	}
	return digest, nil
}
