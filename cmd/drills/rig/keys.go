package rig

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/copse-social/copse/federation/sign"
)

// signer is the key of all people of the peers: whose it is says its id.
type signer struct {
	key *rsa.PrivateKey
	pem string
}

func newSigner() (*signer, error) {
	key, err := sign.GenerateRSA()
	if err != nil {
		return nil, err
	}
	pem, err := sign.EncodePublicPEM(&key.PublicKey)
	return &signer{key: key, pem: pem}, err
}

// errNoKey: the instance does not answer, so nothing can be said about a signature.
var errNoKey = errors.New("the key cannot be read now")

// keyring remembers the keys of the instance's actors, so that signatures can be verified while the
// instance is down.
type keyring struct {
	client *http.Client
	clock  *Clock

	mu   sync.Mutex
	keys map[string]sign.PublicKey
}

func (k *keyring) now() time.Time { return k.clock.Now() }

// verify proves that a request to a server was signed by an actor of the instance.
func (k *keyring) verify(r *http.Request, body []byte, at *url.URL) error {
	claim, err := sign.Parse(r)
	if err != nil {
		return err
	}
	key, err := k.key(r.Context(), claim.KeyID)
	if err != nil {
		return err
	}
	o := sign.VerifyOptions{Hosts: []string{at.Host}, BaseURL: at, Now: k.now()}
	if err := claim.Verify(r, body, key, o); err == nil {
		return nil
	}
	o.Now = k.clock.Before() // signed in the moment of a step
	return claim.Verify(r, body, key, o)
}

func (k *keyring) key(ctx context.Context, id string) (sign.PublicKey, error) {
	k.mu.Lock()
	key, known := k.keys[id]
	k.mu.Unlock()
	if known {
		return key, nil
	}
	var actor struct {
		PublicKey struct {
			PEM string `json:"publicKeyPem"`
		} `json:"publicKey"`
	}
	address, _, _ := strings.Cut(id, "#")
	if err := fetch(ctx, k.client, address, &actor); err != nil {
		return key, fmt.Errorf("%w: %w", errNoKey, err)
	}
	key, err := sign.ParsePEM(actor.PublicKey.PEM)
	if err != nil {
		return key, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil {
		k.keys = map[string]sign.PublicKey{}
	}
	k.keys[id] = key
	return key, nil
}

// fetch reads a document of the instance.
func fetch(ctx context.Context, client *http.Client, iri string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, iri, http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/activity+json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("read %s: status %d", iri, resp.StatusCode)
	}
	return json.NewDecoder(io.LimitReader(resp.Body, maxBody)).Decode(into)
}
