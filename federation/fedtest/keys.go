package fedtest

import (
	"crypto/ed25519"
	"crypto/rsa"
	"sync"
	"testing"

	"github.com/copse-social/copse/federation/sign"
)

// ring holds the RSA keys of a test process. Making one takes a tenth of a
// second, so tests share them; within one Network no two actors get the same.
var ring = makeRing(32)

func makeRing(n int) []func() (*rsa.PrivateKey, error) {
	r := make([]func() (*rsa.PrivateKey, error), n)
	for i := range r {
		r[i] = sync.OnceValues(sign.GenerateRSA)
	}
	return r
}

// newKeys hands out the next keys of the network.
func (n *Network) newKeys(t testing.TB) (*rsa.PrivateKey, ed25519.PrivateKey) {
	t.Helper()
	n.mu.Lock()
	i := n.keys
	n.keys++
	n.mu.Unlock()
	generate := sign.GenerateRSA
	if i < len(ring) {
		generate = ring[i]
	}
	key, err := generate()
	if err != nil {
		t.Fatalf("make RSA key: %v", err)
	}
	ed, err := sign.GenerateEd25519()
	if err != nil {
		t.Fatalf("make Ed25519 key: %v", err)
	}
	return key, ed
}
