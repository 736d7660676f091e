package fedtest

import (
	"crypto/ed25519"
	"crypto/rsa"
	"maps"

	"github.com/copse-social/copse/federation/sign"
)

// Doc is a JSON document.
type Doc = map[string]any

// Public is the collection everybody is in.
const Public = "https://www.w3.org/ns/activitystreams#Public"

// Actor is somebody on a Peer. Its fields are what its document says; change
// the document with Peer.Put, the keys with Peer.Rotate.
type Actor struct {
	// Name is the preferredUsername, Type such as "Person" or "Group".
	Name, Type string
	// ID is its IRI; URL the page people see.
	ID, URL string
	// KeyID is a fragment of ID, or on GoToSocial a path below it.
	KeyID                                                     string
	Inbox, Outbox, Followers, Following, Featured, Moderators string

	RSA     *rsa.PrivateKey
	Ed25519 ed25519.PrivateKey

	peer *Peer
}

// Handle is "name@host".
func (a *Actor) Handle() string { return a.Name + "@" + a.peer.Host }

// Signer signs as the actor, for sign.Prove and for requests made by hand.
func (a *Actor) Signer() *sign.Signer {
	return &sign.Signer{KeyID: a.KeyID, RSA: a.RSA, ProofKeyID: a.proofKeyID(), Ed25519: a.Ed25519}
}

func (a *Actor) proofKeyID() string { return a.ID + "#ed25519-key" }

// Document is a fresh copy of the actor's document as its kind writes it,
// whatever was Put in its place since.
func (a *Actor) Document() Doc {
	d := Doc{
		"@context":          []any{"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"},
		"id":                a.ID,
		"type":              a.Type,
		"preferredUsername": a.Name,
		"name":              a.Name,
		"summary":           "",
		"url":               a.URL,
		"inbox":             a.Inbox,
		"outbox":            a.Outbox,
		"published":         "2026-01-05T08:00:00Z",
		"publicKey":         a.publicKey(),
	}
	if a.Followers != "" {
		d["followers"] = a.Followers
	}
	if a.Following != "" {
		d["following"] = a.Following
	}
	if a.Featured != "" {
		d["featured"] = a.Featured
	}
	if a.peer.kind.SharedInbox {
		d["endpoints"] = Doc{"sharedInbox": a.peer.SharedInbox()}
	}
	if a.peer.kind.actor != nil {
		a.peer.kind.actor(a, d)
	}
	return d
}

func (a *Actor) publicKey() Doc {
	text, err := sign.EncodePublicPEM(&a.RSA.PublicKey)
	if err != nil {
		a.peer.t.Fatalf("encode key of %s: %v", a.ID, err)
	}
	return Doc{"id": a.KeyID, "owner": a.ID, "publicKeyPem": text}
}

// multikey is the actor's assertionMethod entry (FEP-521a).
func (a *Actor) multikey() Doc {
	return Doc{
		"id": a.proofKeyID(), "type": "Multikey", "controller": a.ID,
		"publicKeyMultibase": sign.EncodeMultikey(a.Ed25519.Public().(ed25519.PublicKey)), //nolint:forcetypeassert // by definition
	}
}

// stub is what GoToSocial serves at its key's own path: the id is the actor's.
func (a *Actor) stub() Doc {
	return Doc{
		"@context": []any{"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"},
		"id":       a.ID, "type": a.Type, "preferredUsername": a.Name, "publicKey": a.publicKey(),
	}
}

// merge lays the given members over d; a nil value takes the member away.
func merge(d Doc, with []Doc) Doc {
	for _, w := range with {
		maps.Copy(d, w)
	}
	maps.DeleteFunc(d, func(_ string, v any) bool { return v == nil })
	return d
}
