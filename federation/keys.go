package federation

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"sync"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/sign"
)

// Keys makes, seals and opens the keys of our actors. Private keys lie in the database sealed
// with XChaCha20-Poly1305 under a secret that is kept outside of it (security.md T60).
type Keys struct {
	secret [chacha20poly1305.KeySize]byte
	mu     sync.RWMutex
	open   map[int64]*sign.Signer
}

// NewKeys takes the instance's secret.
func NewKeys(secret [32]byte) *Keys {
	return &Keys{secret: secret, open: make(map[int64]*sign.Signer)}
}

// Equip gives a new local actor its keys: RSA-2048 at #main-key for requests and Ed25519 at
// #ed25519 for proofs. The actor's URI must be set.
func (k *Keys) Equip(a *db.Actor) error {
	pair, err := sign.GenerateRSA()
	if err != nil {
		return fmt.Errorf("make key of %s: %w", a.URI, err)
	}
	proof, err := sign.GenerateEd25519()
	if err != nil {
		return fmt.Errorf("make proof key of %s: %w", a.URI, err)
	}
	if a.PublicKey, err = sign.EncodePublicPEM(&pair.PublicKey); err != nil {
		return fmt.Errorf("write key of %s: %w", a.URI, err)
	}
	a.PublicKeyID, a.ProofKeyID = a.URI+MainKey, a.URI+ProofKey
	a.ProofKey = sign.EncodeMultikey(proof.Public().(ed25519.PublicKey))
	text, err := sign.EncodePrivatePEM(pair)
	if err != nil {
		return fmt.Errorf("write key of %s: %w", a.URI, err)
	}
	if a.PrivateKey, err = k.seal([]byte(text), a.PublicKeyID); err != nil {
		return err
	}
	a.PrivateProofKey, err = k.seal(proof.Seed(), a.ProofKeyID)
	return err
}

// Signer opens the keys of a local actor; opened ones are kept.
func (k *Keys) Signer(a *db.Actor) (*sign.Signer, error) {
	k.mu.RLock()
	s := k.open[a.ID]
	k.mu.RUnlock()
	if s != nil && s.KeyID == a.PublicKeyID {
		return s, nil
	}
	text, err := k.unseal(a.PrivateKey, a.PublicKeyID)
	if err != nil {
		return nil, fmt.Errorf("open key of %s: %w", a.URI, err)
	}
	pair, err := sign.ParsePrivatePEM[*rsa.PrivateKey](string(text))
	if err != nil {
		return nil, fmt.Errorf("read key of %s: %w", a.URI, err)
	}
	seed, err := k.unseal(a.PrivateProofKey, a.ProofKeyID)
	if err != nil {
		return nil, fmt.Errorf("open proof key of %s: %w", a.URI, err)
	}
	s = &sign.Signer{KeyID: a.PublicKeyID, RSA: pair, ProofKeyID: a.ProofKeyID, Ed25519: ed25519.NewKeyFromSeed(seed)}
	k.mu.Lock()
	k.open[a.ID] = s
	k.mu.Unlock()
	return s, nil
}

// SignerOf is Signer for an actor that is not loaded; s is the store or the transaction at hand.
func (k *Keys) SignerOf(ctx context.Context, s *db.Store, actorID int64) (*sign.Signer, error) {
	k.mu.RLock()
	signer := k.open[actorID]
	k.mu.RUnlock()
	if signer != nil {
		return signer, nil
	}
	a, err := s.ActorByID(ctx, actorID)
	if err != nil {
		return nil, fmt.Errorf("load actor %d to sign: %w", actorID, err)
	}
	return k.Signer(a)
}

// signerFor is Signer for an actor that may be loaded without its private keys.
func (k *Keys) signerFor(ctx context.Context, s *db.Store, a *db.Actor) (*sign.Signer, error) {
	if len(a.PrivateKey) == 0 {
		return k.SignerOf(ctx, s, a.ID)
	}
	return k.Signer(a)
}

// seal encrypts b; name is bound to it, so that a sealed key cannot be moved to another actor.
func (k *Keys) seal(b []byte, name string) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(k.secret[:])
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", name, err)
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(b)+aead.Overhead())
	_, _ = rand.Read(nonce) // never fails since Go 1.24
	return aead.Seal(nonce, nonce, b, []byte(name)), nil
}

func (k *Keys) unseal(b []byte, name string) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(k.secret[:])
	if err != nil {
		return nil, fmt.Errorf("unseal %s: %w", name, err)
	}
	if len(b) < aead.NonceSize() {
		return nil, fmt.Errorf("unseal %s: no private key", name)
	}
	out, err := aead.Open(nil, b[:aead.NonceSize()], b[aead.NonceSize():], []byte(name))
	if err != nil {
		return nil, fmt.Errorf("unseal %s with this instance's secret: %w", name, err)
	}
	return out, nil
}
