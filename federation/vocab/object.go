package vocab

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Object is an activity, actor, post, collection, link or key as a peer sent
// it. Lists are slices whether one or many came, references are Refs whether
// string or object came, and members that were absent are zero.
type Object struct {
	ID    string
	Type  string   // the first type this package knows, else the first one
	Types []string // all of them; nearly always one
	Raw   []byte   // the exact bytes of this node inside the decoded body; do not change them

	// Activities.
	Actor      Ref
	Object     []Ref
	Target     Ref
	Origin     Ref
	Result     Ref
	Instrument Ref
	RemoveData bool // Lemmy's Block: remove what the person wrote here

	// Everything that speaks to somebody. The three spellings of the public
	// audience all read as Public.
	To       []string
	Cc       []string
	Bto      []string
	Bcc      []string
	Audience []string

	// Posts and other objects.
	AttributedTo []Ref
	InReplyTo    []Ref
	Context      string // thread the object is in (FEP-7888), not @context
	Conversation string
	Name         string
	Summary      string
	Content      string
	ContentMap   map[string]string
	Language     string // key of the contentMap, or Lemmy's language
	Source       *Source
	MediaType    string
	URL          string // the text/html one where several came
	Href         string // of a Link
	Published    *time.Time
	Updated      *time.Time
	Deleted      *time.Time
	StartTime    *time.Time
	EndTime      *time.Time // also Mbin's expires
	Sensitive    bool
	Tag          []Tag
	Attachment   []Attachment
	Icon         *Attachment
	Image        *Attachment
	Preview      *Object
	Replies      Ref
	Likes        Ref
	Shares       Ref
	FormerType   string // of a Tombstone

	CommentsEnabled   *bool
	Stickied          bool
	Distinguished     bool
	InteractionPolicy *Policy
	Quote             string
	QuoteAuth         string
	ApprovedBy        string
	Value             string // of a PropertyValue

	Event
	Poll
	Profile
	Paging
	Terms

	Proof jsontext.Value // FEP-8b32, exact bytes; nil when there is none
}

// Ref points at an object. Object is nil when the peer sent an id only; when
// it is there, nothing has proved yet that it is what IRI would return.
type Ref struct {
	IRI    string
	Object *Object
}

// IsZero tells whether the peer left the reference out.
func (r Ref) IsZero() bool { return r.IRI == "" && r.Object == nil }

// Source is what the author typed. NodeBB shows it instead of the content.
type Source struct {
	Content   string
	MediaType string
}

// Tag is a Mention, a Hashtag, an Emoji or a Lemmy label.
type Tag struct {
	Type string
	Name string
	Href string
	ID   string
	Icon string // picture of an Emoji
}

// Attachment is a file, a picture, a link or, on actors, a field.
type Attachment struct {
	Type      string
	URL       string // url, or href of a Link
	MediaType string
	Name      string // description; Mastodon's summary wins over name
	Value     string // of a PropertyValue
	Size      int64
	Digest    string // digestMultibase, FEP-1311
	Width     int
	Height    int
	Duration  string
	Blurhash  string
}

// Policy says who may do what with a post (GoToSocial, FEP-044f). A nil
// permission means the author said nothing.
type Policy struct {
	CanReply    *Permission
	CanLike     *Permission
	CanAnnounce *Permission
	CanQuote    *Permission
}

// Permission lists who is let through at once and who after asking.
type Permission struct {
	Automatic []string
	Manual    []string
}

// Event holds the members of an Event (FEP-8a8e and Mobilizon's spellings).
type Event struct {
	Timezone     string
	Status       string // eventStatus, status or ical:status, as sent
	JoinMode     string
	Category     string
	Capacity     int64
	Participants int64 // participantCount
	Online       bool
	Location     []Place
	Organizers   []Ref
	Attendees    Ref
	JoinURL      string // externalParticipationUrl
}

// Place is where an event happens; a VirtualLocation has a URL.
type Place struct {
	Type      string
	Name      string
	Address   string // one line
	URL       string
	Latitude  float64
	Longitude float64
}

// Poll holds the members of a Question.
type Poll struct {
	Options     []Option
	Multiple    bool // anyOf rather than oneOf
	Closed      *time.Time
	VotersCount int64
}

// Option is one answer of a poll.
type Option struct {
	Name  string
	Votes int64
}

// Profile holds the members only actors and keys have.
type Profile struct {
	PreferredUsername         string
	Webfinger                 string // FEP-2c59
	Inbox                     string
	Outbox                    string
	Followers                 string
	Following                 string
	Featured                  string
	FeaturedTags              string
	SharedInbox               string
	Moderators                string // attributedTo of a Group, or PieFed's moderators
	Repertoire                string
	UpcomingEvents            string
	PublicKeys                []Key
	AssertionMethods          []Multikey
	Owner                     string // of a key served by itself
	PublicKeyPem              string // of a key served by itself
	ManuallyApprovesFollowers bool
	Discoverable              *bool
	Indexable                 bool // absent means no, FEP-5feb
	Memorial                  bool
	Suspended                 bool
	AlsoKnownAs               []string
	MovedTo                   string
	PostingRestrictedToMods   bool
	AccessType                string
	Implements                []string // of the generator, FEP-844e
	GeneratorName             string
}

// Key is a publicKey entry; only ID is set when the actor merely points at it.
type Key struct {
	ID    string
	Owner string
	PEM   string
}

// Multikey is an assertionMethod entry (FEP-521a).
type Multikey struct {
	ID                 string
	Controller         string
	PublicKeyMultibase string
}

// Paging holds the members of collections and their pages.
type Paging struct {
	TotalItems *int64 // nil when the peer gave no number
	First      Ref    // Object is set when the first page is embedded
	Last       string
	Next       Ref
	PartOf     string
	Items      []Ref // items or orderedItems, in the order sent
}
