package fedtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/copse-social/copse/federation/sign"
)

var (
	errMismatch = errors.New("the signer is not the actor")
	errScheme   = errors.New("signature scheme unknown to this software")
)

// verify proves a claim with the key fetched, unsigned, from where it points:
// what every server must answer even when all else is for signed readers only.
// It answers the key's owner.
func (p *Peer) verify(ctx context.Context, r *http.Request, body []byte, claim *sign.Claim) (string, error) {
	opt := sign.VerifyOptions{Hosts: []string{p.Host}, Now: p.net.now()}
	if len(body) == 0 {
		body = nil
	}
	owner, key, err := p.fetchKey(ctx, claim.KeyID)
	if err != nil {
		return "", err
	}
	if err := claim.Verify(r, body, key, opt); err != nil {
		return "", err
	}
	return owner, nil
}

func (p *Peer) fetchKey(ctx context.Context, keyID string) (owner string, key sign.PublicKey, err error) {
	address, _, _ := strings.Cut(keyID, "#")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", key, fmt.Errorf("key id %q: %w", keyID, err)
	}
	req.Header.Set("Accept", mediaLD)
	req.Header.Set("User-Agent", p.userAgent())
	resp, err := p.net.RoundTrip(req)
	if err != nil {
		return "", key, fmt.Errorf("fetch key: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return "", key, fmt.Errorf("fetch key %s: status %d", keyID, resp.StatusCode)
	}
	var doc Doc
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxInbox)).Decode(&doc); err != nil {
		return "", key, fmt.Errorf("fetch key %s: %w", keyID, err)
	}
	return findKey(doc, keyID)
}

// findKey looks for the key in an actor, alone or in a list, or in a document
// that is the key itself; then in assertionMethod.
func findKey(doc Doc, keyID string) (owner string, key sign.PublicKey, err error) {
	for _, k := range append(many(doc["publicKey"]), any(doc)) {
		entry, _ := k.(Doc)
		text, _ := entry["publicKeyPem"].(string)
		if entry["id"] == keyID && text != "" {
			key, err = sign.ParsePEM(text)
			return reference(entry["owner"]), key, err
		}
	}
	for _, k := range many(doc["assertionMethod"]) {
		entry, _ := k.(Doc)
		text, _ := entry["publicKeyMultibase"].(string)
		if entry["id"] == keyID && text != "" {
			key, err = sign.ParseMultikey(text)
			return reference(entry["controller"]), key, err
		}
	}
	return "", key, fmt.Errorf("no key %s in %v", keyID, doc["id"])
}

// many reads a member that may be one or a list.
func many(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

// reference reads an id that may stand alone or in an object.
func reference(v any) string {
	if d, ok := v.(Doc); ok {
		v = d["id"]
	}
	s, _ := v.(string)
	return s
}
