package fedify_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/copse-social/copse/federation/fedtest/fedify"
	"github.com/copse-social/copse/federation/sign"
)

// voice is a one-actor server of ours: it signs with our code, and what reaches
// its inbox or its note is verified with our code.
type voice struct {
	*httptest.Server
	signer *sign.Signer
	client *http.Client
	heard  chan arrival
}

// arrival is a signed request that reached a voice.
type arrival struct {
	req  *http.Request
	body []byte
}

func newVoice(t *testing.T, ca *fedify.Authority) *voice {
	t.Helper()
	rsaKey, err := sign.GenerateRSA()
	if err != nil {
		t.Fatal(err)
	}
	edKey, err := sign.GenerateEd25519()
	if err != nil {
		t.Fatal(err)
	}
	v := &voice{heard: make(chan arrival, 32)}
	v.Server = httptest.NewUnstartedServer(v)
	v.TLS = &tls.Config{Certificates: []tls.Certificate{ca.Certificate(t, "127.0.0.1")}}
	v.StartTLS()
	t.Cleanup(v.Close)
	v.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Pool}, DisableKeepAlives: true}}
	v.signer = &sign.Signer{KeyID: v.actor() + "#main-key", RSA: rsaKey, ProofKeyID: v.actor() + "#ed25519", Ed25519: edKey}
	return v
}

func (v *voice) actor() string { return v.URL + "/ap/groups/1" }

func (v *voice) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/activity+json")
	switch r.URL.Path {
	case "/ap/groups/1":
		_, _ = w.Write(v.document())
	case "/ap/objects/2":
		v.heard <- arrival{r, nil}
		_, _ = fmt.Fprintf(w, `{"@context":"https://www.w3.org/ns/activitystreams","id":%q,"type":"Note","attributedTo":%q,"content":"x"}`,
			v.URL+"/ap/objects/2", v.actor())
	case "/ap/inbox":
		v.heard <- arrival{r, body}
		w.WriteHeader(http.StatusAccepted)
	default:
		http.NotFound(w, r)
	}
}

func (v *voice) document() []byte {
	pem, err := sign.EncodePublicPEM(&v.signer.RSA.PublicKey)
	if err != nil {
		panic(err)
	}
	return marshal(map[string]any{
		"@context": []string{
			"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1",
			"https://w3id.org/security/data-integrity/v1", "https://w3id.org/security/multikey/v1", "https://www.w3.org/ns/did/v1",
		},
		"id": v.actor(), "type": "Group", "preferredUsername": "water", "inbox": v.URL + "/ap/inbox",
		"publicKey": map[string]any{"id": v.signer.KeyID, "owner": v.actor(), "publicKeyPem": pem},
		"assertionMethod": []any{map[string]any{
			"id": v.signer.ProofKeyID, "type": "Multikey", "controller": v.actor(),
			"publicKeyMultibase": sign.EncodeMultikey(publicEd25519(v.signer)),
		}},
	})
}

// like is an activity of the voice about an object.
func (v *voice) like(object string) []byte {
	return marshal(map[string]any{
		"@context": []string{"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"},
		"id":       v.URL + "/ap/activities/3", "type": "Like", "actor": v.actor(), "object": object,
	})
}

// post sends body to the peer, signed for signed, and returns the answer's status.
func (v *voice) post(t *testing.T, to string, scheme sign.Scheme, signed, body []byte) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/activity+json")
	if scheme != "" {
		if err := v.signer.Sign(req, signed, scheme, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	resp, err := v.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}

// spec is the name that Fedify has for a scheme.
func spec(s sign.Scheme) string {
	if s == sign.RFC9421 {
		return fedify.RFC9421
	}
	return fedify.Cavage
}

func TestFedify_verifiesOurSignatures(t *testing.T) {
	t.Parallel()
	ca := fedify.NewAuthority(t)
	peer, ours := fedify.Start(t, fedify.Options{Authority: ca}), newVoice(t, ca)
	inbox := peer.Actor("farid") + "/inbox"
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		body := ours.like(peer.Actor("farid") + "#" + string(scheme))
		if status := ours.post(t, inbox, scheme, body, body); status != http.StatusAccepted {
			t.Errorf("%s: answered %d, want 202", scheme, status)
		}
		assertLast(t, peer, fedify.Request{Signature: spec(scheme), Verified: true, Proof: "none"})
		other := ours.like(peer.Actor("hugo"))
		if status := ours.post(t, inbox, scheme, body, other); status != http.StatusUnauthorized {
			t.Errorf("%s over another body: answered %d, want 401", scheme, status)
		}
		assertLast(t, peer, fedify.Request{Signature: spec(scheme), Verified: false, Proof: "none"})
	}
}

func TestFedify_verifiesOurProof(t *testing.T) {
	t.Parallel()
	ca := fedify.NewAuthority(t)
	peer, ours := fedify.Start(t, fedify.Options{Authority: ca}), newVoice(t, ca)
	proved, err := sign.Prove(ours.like(peer.Actor("farid")), ours.signer, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if status := ours.post(t, peer.Origin+"/inbox", "", nil, proved); status != http.StatusAccepted {
		t.Errorf("proof alone: answered %d, want 202", status)
	}
	assertLast(t, peer, fedify.Request{Proof: "good"})
	forged := bytes.Replace(proved, []byte("/users/farid"), []byte("/users/hugo"), 1)
	if status := ours.post(t, peer.Origin+"/inbox", "", nil, forged); status != http.StatusUnauthorized {
		t.Errorf("forged: answered %d, want 401", status)
	}
	assertLast(t, peer, fedify.Request{Proof: "bad"})
}

// assertLast compares what the peer found in the last POST.
func assertLast(t *testing.T, p *fedify.Peer, want fedify.Request) {
	t.Helper()
	all, err := p.Requests(t.Context())
	if err != nil || len(all) == 0 {
		t.Fatalf("requests: %d, %v", len(all), err)
	}
	got := all[len(all)-1]
	if got.Signature != want.Signature || got.Verified != want.Verified || got.Proof != want.Proof {
		t.Errorf("Fedify found signature %q, verified %t (%s), proof %s; want %q, %t, %s",
			got.Signature, got.Verified, got.Reason, got.Proof, want.Signature, want.Verified, want.Proof)
	}
}

func TestFedify_isVerifiedByUs(t *testing.T) {
	t.Parallel()
	for _, knock := range []string{fedify.Cavage, fedify.RFC9421} {
		t.Run(knock, func(t *testing.T) {
			t.Parallel()
			ca := fedify.NewAuthority(t)
			peer, ours := fedify.Start(t, fedify.Options{Authority: ca, FirstKnock: knock}), newVoice(t, ca)
			keys := keysOf(t, ours.client, peer.Actor("farid"))
			if _, err := peer.Follow(t.Context(), "farid", ours.actor()); err != nil {
				t.Fatal(err)
			}
			follow := <-ours.heard
			assertVerified(t, ours, follow, keys.request, knock)
			if err := sign.VerifyProof(withoutSignature(t, follow.body), keys.proof.Ed25519); err != nil {
				t.Errorf("proof of %s: %v", follow.body, err)
			}
			if _, err := peer.Fetch(t.Context(), "farid", ours.URL+"/ap/objects/2"); err != nil {
				t.Fatal(err)
			}
			assertVerified(t, ours, <-ours.heard, keys.request, knock)
		})
	}
}

func assertVerified(t *testing.T, v *voice, a arrival, key sign.PublicKey, knock string) {
	t.Helper()
	claim, err := sign.Parse(a.req)
	if err != nil {
		t.Fatalf("%s %s: %v", a.req.Method, a.req.URL, err)
	}
	if spec(claim.Scheme) != knock {
		t.Errorf("%s %s: signed by %s, want %s", a.req.Method, a.req.URL, claim.Scheme, knock)
	}
	base, err := url.Parse(v.URL)
	if err != nil {
		t.Fatal(err)
	}
	opt := sign.VerifyOptions{Hosts: []string{base.Host}, BaseURL: base, Now: time.Now()}
	if err := claim.Verify(a.req, a.body, key, opt); err != nil {
		t.Errorf("%s %s, %s: %v", a.req.Method, a.req.URL, knock, err)
	}
}

func publicEd25519(s *sign.Signer) ed25519.PublicKey {
	return s.Ed25519.Public().(ed25519.PublicKey)
}

func marshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings always marshal
	}
	return text
}

// withoutSignature drops the Linked Data Signature, which Fedify and Mastodon add
// to an activity after it has been proved.
func withoutSignature(t *testing.T, doc []byte) []byte {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal(doc, &members); err != nil {
		t.Fatal(err)
	}
	delete(members, "signature")
	return marshal(members)
}

// keys are the two keys of one of the peer's people.
type keys struct{ request, proof sign.PublicKey }

func keysOf(t *testing.T, client *http.Client, actor string) keys {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, actor, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "application/activity+json")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var doc struct {
		PublicKey       struct{ PublicKeyPem string }
		AssertionMethod []struct{ PublicKeyMultibase string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	var found keys
	if found.request, err = sign.ParsePEM(doc.PublicKey.PublicKeyPem); err != nil {
		t.Fatal(err)
	}
	for _, method := range doc.AssertionMethod {
		if key, err := sign.ParseMultikey(method.PublicKeyMultibase); err == nil && key.Ed25519 != nil {
			found.proof = key
		}
	}
	if found.proof.Ed25519 == nil {
		t.Fatalf("%s has no Ed25519 key", actor)
	}
	return found
}
