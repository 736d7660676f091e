package vocab

import "time"

// ActorDoc is an actor of ours: Group, Person, Service, Organization or
// Application. Lemmy wants attributedTo of a Group to be one address; members
// Mastodon shows are named in its documentation of ActivityPub.
type ActorDoc struct {
	AtContext                 InlineContext `json:"@context,omitzero"`
	ID                        string        `json:"id"`
	Type                      string        `json:"type"`
	PreferredUsername         string        `json:"preferredUsername"`
	Webfinger                 string        `json:"webfinger,omitzero"` // FEP-2c59
	Name                      string        `json:"name,omitzero"`
	Summary                   string        `json:"summary,omitzero"`
	Source                    *SourceDoc    `json:"source,omitzero"`
	URL                       string        `json:"url,omitzero"`
	Icon                      *ImageDoc     `json:"icon,omitzero"`
	Image                     *ImageDoc     `json:"image,omitzero"`
	Inbox                     string        `json:"inbox"`
	Outbox                    string        `json:"outbox,omitzero"`
	Followers                 string        `json:"followers,omitzero"`
	Following                 string        `json:"following,omitzero"`
	Featured                  string        `json:"featured,omitzero"`
	FeaturedTags              string        `json:"featuredTags,omitzero"`
	AttributedTo              string        `json:"attributedTo,omitzero"` // moderators of a Group
	Repertoire                string        `json:"repertoire,omitzero"`
	UpcomingEvents            string        `json:"upcomingEvents,omitzero"`
	Charter                   string        `json:"copse:charter,omitzero"`
	Stage                     string        `json:"copse:stage,omitzero"`
	Recognition               string        `json:"copse:recognition,omitzero"`
	RecognisedBy              string        `json:"copse:recognisedBy,omitzero"`
	Successor                 string        `json:"copse:successor,omitzero"`
	ModerationLog             string        `json:"copse:moderationLog,omitzero"` // wire.md 11
	Archived                  time.Time     `json:"copse:archived,omitzero"`
	SisterOf                  []string      `json:"copse:sisterOf,omitzero"`
	ChapterOf                 []string      `json:"copse:chapterOf,omitzero"`
	Chapters                  []string      `json:"copse:chapters,omitzero"`
	ManuallyApprovesFollowers *bool         `json:"manuallyApprovesFollowers,omitzero"`
	Discoverable              *bool         `json:"discoverable,omitzero"`
	Indexable                 *bool         `json:"indexable,omitzero"` // FEP-5feb
	PostingRestrictedToMods   *bool         `json:"postingRestrictedToMods,omitzero"`
	AccessType                string        `json:"accessType,omitzero"`
	Sensitive                 *bool         `json:"sensitive,omitzero"`
	Attachment                []FieldDoc    `json:"attachment,omitzero"`
	Tag                       []TagDoc      `json:"tag,omitzero"`
	AlsoKnownAs               []string      `json:"alsoKnownAs,omitzero"`
	MovedTo                   string        `json:"movedTo,omitzero"`
	Endpoints                 *EndpointsDoc `json:"endpoints,omitzero"`
	PublicKey                 *KeyDoc       `json:"publicKey,omitzero"`
	AssertionMethod           []MultikeyDoc `json:"assertionMethod,omitzero"`
	Generator                 *GeneratorDoc `json:"generator,omitzero"`
	Implements                []FeatureDoc  `json:"implements,omitzero"` // of the instance actor, FEP-844e
	Published                 time.Time     `json:"published,omitzero"`
	Updated                   time.Time     `json:"updated,omitzero"`
}

// Stub is what an unsigned reader gets where only signed reading is allowed:
// enough to check a signature and, of a group, to know that it is not for all;
// nothing about the actor. Without it NodeBB and strict servers would wait for
// each other's key for ever.
func (a ActorDoc) Stub() ActorDoc {
	return ActorDoc{
		AtContext: a.AtContext, ID: a.ID, Type: a.Type,
		PreferredUsername: a.PreferredUsername, Inbox: a.Inbox,
		PublicKey: a.PublicKey, AssertionMethod: a.AssertionMethod,
		AlsoKnownAs: a.AlsoKnownAs, MovedTo: a.MovedTo, // what a Move is checked with
		Followers: a.Followers, AccessType: a.AccessType, ManuallyApprovesFollowers: a.ManuallyApprovesFollowers,
	}
}

// SourceDoc is what the author typed. NodeBB takes title and body from it.
type SourceDoc struct {
	Content   string `json:"content"`
	MediaType string `json:"mediaType"`
}

// Markdown wraps a text as a source.
func Markdown(s string) *SourceDoc {
	return &SourceDoc{Content: s, MediaType: "text/markdown"}
}

// EndpointsDoc names the inbox shared by all actors here.
type EndpointsDoc struct {
	SharedInbox string `json:"sharedInbox"`
}

// KeyDoc is the RSA key. Its id is the actor's with #main-key, so that
// Mastodon takes the key from the actor and fetches nothing more.
type KeyDoc struct {
	ID           string `json:"id"`
	Owner        string `json:"owner"`
	PublicKeyPem string `json:"publicKeyPem"`
}

// MultikeyDoc is the Ed25519 key (FEP-521a); Type is Multikey.
type MultikeyDoc struct {
	ID                 string `json:"id"`
	Type               string `json:"type"`
	Controller         string `json:"controller"`
	PublicKeyMultibase string `json:"publicKeyMultibase"`
}

// MembersOnly is what a server lists among what it implements that keeps words for members among
// members (wire.md 6).
const MembersOnly = "https://w3id.org/copse#members-only"

// GeneratorDoc says what the software can do (FEP-844e).
type GeneratorDoc struct {
	Type       string       `json:"type"`
	ID         string       `json:"id,omitzero"`
	Name       string       `json:"name"`
	Implements []FeatureDoc `json:"implements,omitzero"`
}

// FeatureDoc is one entry of implements.
type FeatureDoc struct {
	Href string `json:"href"`
	Name string `json:"name,omitzero"`
}

// ImageDoc is an icon or a cover; Type is Image. Lemmy reads type and url.
type ImageDoc struct {
	Type      string `json:"type"`
	MediaType string `json:"mediaType,omitzero"`
	URL       string `json:"url"`
	Name      string `json:"name,omitzero"`
}

// FieldDoc is a line of a profile; Type is PropertyValue.
type FieldDoc struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
}
