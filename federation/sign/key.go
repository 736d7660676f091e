package sign

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
)

// RSA bounds. Below 2048 bits a key is weak; above 4096 each check costs more
// than a stranger may ask of us. Public exponents below 65537 are of no use to
// anybody honest.
const (
	minRSABits     = 2048
	maxRSABits     = 4096
	minRSAExponent = 65537
	maxKeyText     = 8 << 10
)

// PublicKey is a peer's key: exactly one field is set. Its type alone decides
// the algorithm, whatever a signature says of itself.
type PublicKey struct {
	RSA     *rsa.PublicKey
	Ed25519 ed25519.PublicKey
}

// Equal says that two keys prove the same.
func (k PublicKey) Equal(o PublicKey) bool {
	if k.RSA != nil {
		return k.RSA.Equal(o.RSA)
	}
	return o.RSA == nil && k.Ed25519.Equal(o.Ed25519)
}

// check refuses keys that prove nothing or cost too much, before any arithmetic.
func (k PublicKey) check() error {
	switch {
	case k.RSA != nil && k.Ed25519 == nil:
		bits := 0
		if k.RSA.N != nil {
			bits = k.RSA.N.BitLen()
		}
		if bits < minRSABits || bits > maxRSABits || k.RSA.N.Bit(0) == 0 {
			return fmt.Errorf("%w: RSA modulus of %d bits", ErrKey, bits)
		}
		if e := k.RSA.E; e < minRSAExponent || e%2 == 0 || e > 1<<31-1 {
			return fmt.Errorf("%w: RSA exponent %d", ErrKey, e)
		}
		return nil
	case k.RSA == nil && len(k.Ed25519) == ed25519.PublicKeySize:
		return nil
	}
	return fmt.Errorf("%w: neither RSA nor Ed25519", ErrKey)
}

// material is the key in the type that crypto packages take.
func (k PublicKey) material() crypto.PublicKey {
	if k.RSA != nil {
		return k.RSA
	}
	return k.Ed25519
}

// knownLabel reports algorithm names that a draft-cavage signature may carry.
func knownLabel(label string) bool {
	switch label {
	case "", "hs2019", "rsa-sha256", "rsa-sha512", "ed25519":
		return true
	}
	return false
}

// fits reports whether a signature so labelled can be of this key.
func (k PublicKey) fits(label string) bool {
	switch {
	case strings.HasPrefix(label, "rsa-"):
		return k.RSA != nil
	case label == "ed25519":
		return k.RSA == nil
	}
	return true
}

// ParsePEM reads an actor's publicKeyPem: PKIX or, from some old servers,
// PKCS #1.
func ParsePEM(text string) (PublicKey, error) {
	block, err := solePEM(text)
	if err != nil {
		return PublicKey{}, err
	}
	var key any
	switch block.Type {
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	default:
		return PublicKey{}, fmt.Errorf("%w: PEM block %.40q", ErrKey, block.Type)
	}
	if err != nil {
		return PublicKey{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	var k PublicKey
	switch t := key.(type) {
	case *rsa.PublicKey:
		k.RSA = t
	case ed25519.PublicKey:
		k.Ed25519 = t
	}
	return k, k.check()
}

func solePEM(text string) (*pem.Block, error) {
	if len(text) > maxKeyText {
		return nil, fmt.Errorf("%w: PEM text is too long", ErrKey)
	}
	block, rest := pem.Decode([]byte(text))
	if block == nil || strings.TrimSpace(string(rest)) != "" {
		return nil, fmt.Errorf("%w: not exactly one PEM block", ErrKey)
	}
	return block, nil
}

// GenerateRSA makes a key for requests. 2048 bits is what every peer takes.
func GenerateRSA() (*rsa.PrivateKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, minRSABits)
	if err != nil {
		return nil, fmt.Errorf("generate RSA key: %w", err)
	}
	return key, nil
}

// GenerateEd25519 makes a key for integrity proofs.
func GenerateEd25519() (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate Ed25519 key: %w", err)
	}
	return key, nil
}

// EncodePublicPEM writes the PKIX form that actors publish as publicKeyPem.
func EncodePublicPEM(key *rsa.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", fmt.Errorf("encode public key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

// PrivateKey is either kind of key an actor of ours holds.
type PrivateKey interface {
	*rsa.PrivateKey | ed25519.PrivateKey
}

// EncodePrivatePEM writes PKCS #8, the form in which keys are stored.
func EncodePrivatePEM[K PrivateKey](key K) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", fmt.Errorf("encode private key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// ParsePrivatePEM reads what EncodePrivatePEM wrote. Asking for the wrong kind
// is an error, not a zero key.
func ParsePrivatePEM[K PrivateKey](text string) (K, error) {
	var none K
	block, err := solePEM(text)
	if err != nil {
		return none, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return none, fmt.Errorf("%w: %w", ErrKey, err)
	}
	key, ok := parsed.(K)
	if !ok {
		return none, fmt.Errorf("%w: stored key is %T", ErrKey, parsed)
	}
	return key, nil
}
