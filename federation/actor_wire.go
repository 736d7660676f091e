package federation

import (
	"slices"
	"strings"
	"unicode"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/federation/vocab"
)

// maxHandle is longer than any server lets people choose.
const maxHandle = 100

// actorFromWire reads what a server says of an actor of its own. The document's id is proved;
// everything else counts only as far as that id's host may speak for it.
func actorFromWire(doc *vocab.Object) (*db.Actor, error) {
	host, err := fetch.Host(vocab.Host(doc.ID))
	switch {
	case err != nil || !vocab.IsWebIRI(doc.ID):
		return nil, refuse("actor-malformed")
	case !vocab.IsActor(doc.Type):
		return nil, refuse("not-an-actor")
	case !reachable(doc):
		return nil, refuse("inbox-elsewhere")
	}
	handle := handleOf(doc)
	if handle == "" {
		return nil, refuse("actor-malformed")
	}
	a := &db.Actor{
		URI: doc.ID, Type: doc.Type, Handle: handle, Host: host,
		Name: content.PlainName(doc.Name), Summary: content.Sanitise(doc.Summary), Organisation: affiliation(doc),
		URL: pageOf(doc), Inbox: doc.Inbox, SharedInbox: doc.SharedInbox,
		Outbox: own(doc, doc.Outbox), FollowersURI: own(doc, doc.Followers), FollowingURI: own(doc, doc.Following),
		FeaturedURI: own(doc, doc.Featured), ModeratorsURI: own(doc, doc.Moderators),
		Locked: doc.ManuallyApprovesFollowers, Discoverable: doc.Discoverable != nil && *doc.Discoverable,
		Indexable: doc.Indexable, AlsoKnownAs: lines(doc.AlsoKnownAs),
	}
	if doc.Icon != nil && vocab.IsWebIRI(doc.Icon.URL) {
		a.IconURI = doc.Icon.URL
	}
	if vocab.IsWebIRI(doc.MovedTo) {
		a.MovedTo = doc.MovedTo
	}
	setKeys(a, doc)
	return a, nil
}

// setKeys keeps the first key of each kind that is of use: for requests and for proofs.
func setKeys(a *db.Actor, doc *vocab.Object) {
	usable := keysFromWire(doc)
	for _, k := range doc.PublicKeys {
		if _, ok := usable[k.ID]; ok && k.PEM != "" {
			a.PublicKeyID, a.PublicKey = k.ID, k.PEM
			break
		}
	}
	for _, m := range doc.AssertionMethods {
		if k, ok := usable[m.ID]; ok && k.key.Ed25519 != nil {
			a.ProofKeyID, a.ProofKey = m.ID, m.PublicKeyMultibase
			break
		}
	}
}

// reachable says that the inboxes lie with the actor: a peer must not point our deliveries at
// somebody else (T57).
func reachable(doc *vocab.Object) bool {
	near := func(inbox string) bool {
		return vocab.IsWebIRI(inbox) && scheme(inbox) == scheme(doc.ID) && fetch.SameSite(inbox, doc.ID)
	}
	return near(doc.Inbox) && (doc.SharedInbox == "" || near(doc.SharedInbox))
}

func scheme(iri string) string {
	s, _, _ := strings.Cut(vocab.Origin(iri), ":")
	return s
}

// handleOf is the name in the actor's handle. NodeBB's hold any letters.
func handleOf(doc *vocab.Object) string {
	h := doc.PreferredUsername
	if h == "" {
		h, _, _ = strings.Cut(strings.TrimPrefix(doc.Webfinger, "acct:"), "@")
	}
	odd := func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c) && !strings.ContainsRune("_-.~", c)
	}
	if h == "" || len(h) > maxHandle || strings.ContainsFunc(h, odd) {
		return ""
	}
	return h
}

// pageOf is the address to show: on the actor's own site, or else its id (T19).
func pageOf(doc *vocab.Object) string {
	if vocab.IsWebIRI(doc.URL) && fetch.SameSite(doc.URL, doc.ID) {
		return doc.URL
	}
	return doc.ID
}

// own is an address that the actor's origin may speak for, or nothing.
func own(doc *vocab.Object, iri string) string {
	if vocab.IsWebIRI(iri) && vocab.SameOrigin(iri, doc.ID) {
		return iri
	}
	return ""
}

func lines(iris []string) string {
	keep := slices.DeleteFunc(slices.Clone(iris), func(s string) bool {
		return !vocab.IsWebIRI(s) || strings.ContainsAny(s, "\r\n")
	})
	return strings.Join(keep, "\n")
}

// affiliation is the organisation that a person names in a profile field.
func affiliation(doc *vocab.Object) string {
	for _, field := range doc.Attachment {
		if field.Type != "PropertyValue" {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(field.Name)) {
		case "affiliation", "organisation", "organization":
			return content.PlainName(content.Text(field.Value))
		}
	}
	return ""
}

// keysFromWire lists the keys that an actor publishes as its own, by key id: those with their
// material in the document, owned by the actor, on its origin (T05).
func keysFromWire(doc *vocab.Object) map[string]peerKey {
	out := make(map[string]peerKey)
	for _, k := range doc.PublicKeys {
		if k.Owner != doc.ID || !vocab.SameOrigin(k.ID, doc.ID) {
			continue
		}
		if key, err := sign.ParsePEM(k.PEM); err == nil {
			out[k.ID] = peerKey{key: key, actor: doc.ID}
		}
	}
	for _, m := range doc.AssertionMethods {
		if m.Controller != doc.ID || !vocab.SameOrigin(m.ID, doc.ID) {
			continue
		}
		if key, err := sign.ParseMultikey(m.PublicKeyMultibase); err == nil {
			out[m.ID] = peerKey{key: key, actor: doc.ID}
		}
	}
	return out
}

// groupFromWire is what a remote community says of who may read and start discussions.
func groupFromWire(a *db.Actor, doc *vocab.Object) *db.Group {
	g := &db.Group{ActorID: a.ID, Openness: db.OpennessOpen, PostPolicy: db.PostAnyone, HoldPolicy: db.HoldNone, Languages: doc.Language}
	switch doc.AccessType {
	case db.OpennessOpen, db.OpennessRestricted, db.OpennessPrivate, db.OpennessConfidential:
		g.Openness = doc.AccessType
	default:
		if doc.ManuallyApprovesFollowers { // Lemmy's private communities
			g.Openness = db.OpennessPrivate
		}
	}
	if doc.PostingRestrictedToMods {
		g.PostPolicy = db.PostModerators
	}
	return g
}
