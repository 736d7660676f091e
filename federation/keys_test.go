package federation_test

import (
	"bytes"
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/sign"
)

// equipped is a local actor with keys sealed under a secret.
func equipped(t *testing.T, keys *federation.Keys, id int64) *db.Actor {
	t.Helper()
	i := iris(t, home)
	a := &db.Actor{ID: id, URI: i.Person(id), Type: db.ActorPerson, Local: true, Handle: "ana", Host: i.Host()}
	if err := keys.Equip(a); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestKeys_signWhatThePublishedKeyProves(t *testing.T) {
	t.Parallel()
	keys := federation.NewKeys([32]byte{1})
	a := equipped(t, keys, 7)
	if a.PublicKeyID != a.URI+"#main-key" || a.ProofKeyID != a.URI+"#ed25519" {
		t.Errorf("key ids %s, %s", a.PublicKeyID, a.ProofKeyID)
	}
	// Another process with the same secret.
	signer, err := federation.NewKeys([32]byte{1}).Signer(a)
	if err != nil {
		t.Fatal(err)
	}
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://peer.test/inbox", http.NoBody)
	body, now := []byte(`{}`), time.Now()
	if err := signer.Sign(req, body, sign.Cavage, now); err != nil {
		t.Fatal(err)
	}
	req.Host = "peer.test"
	claim, err := sign.Parse(req)
	if err != nil {
		t.Fatal(err)
	}
	public, err := sign.ParsePEM(a.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := claim.Verify(req, body, public, sign.VerifyOptions{Hosts: []string{"peer.test"}, Now: now}); err != nil {
		t.Errorf("verify: %v", err)
	}
	proved, err := sign.Prove([]byte(`{"id":"https://copse.test/1"}`), signer, now)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := sign.ParseMultikey(a.ProofKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := sign.VerifyProof(proved, proof.Ed25519); err != nil {
		t.Errorf("verify proof: %v", err)
	}
}

func TestT60_sealedKeys(t *testing.T) {
	t.Parallel()
	keys := federation.NewKeys([32]byte{1})
	a, b := equipped(t, keys, 7), equipped(t, keys, 8)
	if bytes.Contains(a.PrivateKey, []byte("PRIVATE KEY")) {
		t.Error("the private key is stored in the clear")
	}
	if _, err := federation.NewKeys([32]byte{2}).Signer(a); err == nil {
		t.Error("opened with another secret")
	}
	moved := *a
	moved.PrivateKey = b.PrivateKey
	if _, err := federation.NewKeys([32]byte{1}).Signer(&moved); err == nil {
		t.Error("opened a key that belongs to another actor")
	}
	broken := *a
	for _, sealed := range [][]byte{nil, {1, 2, 3}, append(bytes.Clone(a.PrivateKey), 0)} {
		broken.PrivateKey = sealed
		if _, err := federation.NewKeys([32]byte{1}).Signer(&broken); err == nil {
			t.Errorf("opened %d bytes", len(sealed))
		}
	}
}

func TestKeys_SignerOf(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	keys := federation.NewKeys([32]byte{1})
	a := equipped(t, keys, 7)
	if _, err := keys.SignerOf(ctx, s, a.ID); err == nil {
		t.Error("signs as nobody")
	}
	if err := s.CreateActor(ctx, a); err != nil {
		t.Fatal(err)
	}
	first, err := keys.SignerOf(ctx, s, a.ID)
	if err != nil || first.KeyID != a.PublicKeyID {
		t.Fatalf("%+v, %v", first, err)
	}
	if again, _ := keys.Signer(a); again != first {
		t.Error("an opened key was opened again")
	}
}
