package vocab

import "time"

// PostDoc is a Note, an Article or an Event of ours.
//
// The types of its members hold what Lemmy drops a post for: attributedTo,
// audience and context are one string each, to and cc lists of strings. The
// rest of that list is for the caller: the group first in to and equal to
// audience, the id on the author's host, inReplyTo on comments only. Notes
// carry no name: GoToSocial would fold the post behind it.
type PostDoc struct {
	AtContext         InlineContext     `json:"@context,omitzero"`
	ID                string            `json:"id,omitzero"`
	Type              string            `json:"type"`
	AttributedTo      string            `json:"attributedTo"`
	To                []string          `json:"to,omitzero"`
	Cc                []string          `json:"cc,omitzero"`
	Audience          string            `json:"audience,omitzero"`
	InReplyTo         string            `json:"inReplyTo,omitzero"`
	Context           string            `json:"context,omitzero"`
	Conversation      string            `json:"conversation,omitzero"`
	Target            *TargetDoc        `json:"target,omitzero"` // FEP-400e
	Name              string            `json:"name,omitzero"`
	Summary           string            `json:"summary,omitzero"`
	Content           string            `json:"content"`
	ContentMap        map[string]string `json:"contentMap,omitzero"` // exactly one language
	MediaType         string            `json:"mediaType,omitzero"`  // text/html, or nothing
	Source            *SourceDoc        `json:"source,omitzero"`
	Preview           *PostDoc          `json:"preview,omitzero"` // FEP-b2b8
	URL               string            `json:"url,omitzero"`
	Published         time.Time         `json:"published,omitzero"`
	Updated           time.Time         `json:"updated,omitzero"`
	Sensitive         *bool             `json:"sensitive,omitzero"`
	CommentsEnabled   *bool             `json:"commentsEnabled,omitzero"`
	Image             *ImageDoc         `json:"image,omitzero"`
	Tag               []TagDoc          `json:"tag,omitzero"`
	Attachment        []AttachmentDoc   `json:"attachment,omitzero"`
	Replies           *CollectionDoc    `json:"replies,omitzero"`
	Likes             *CollectionDoc    `json:"likes,omitzero"`
	Shares            *CollectionDoc    `json:"shares,omitzero"`
	InteractionPolicy *PolicyDoc        `json:"interactionPolicy,omitzero"`
	Quote             string            `json:"quote,omitzero"`
	QuoteAuth         string            `json:"quoteAuthorization,omitzero"`
	History           string            `json:"history,omitzero"` // FEP-bad1
	EventDoc
	TermsDoc
}

// EventDoc holds the members of an Event, FEP-8a8e with Mobilizon's spellings
// beside them. It is part of a PostDoc.
type EventDoc struct {
	Actor            string         `json:"actor,omitzero"`
	UUID             string         `json:"uuid,omitzero"`
	StartTime        time.Time      `json:"startTime,omitzero"`
	EndTime          time.Time      `json:"endTime,omitzero"`
	Timezone         string         `json:"timezone,omitzero"`
	Organizers       []string       `json:"organizers,omitzero"`
	Location         []PlaceDoc     `json:"location,omitzero"`
	EventStatus      string         `json:"eventStatus,omitzero"`
	Status           string         `json:"status,omitzero"`
	JoinMode         string         `json:"joinMode,omitzero"`
	Capacity         int            `json:"maximumAttendeeCapacity,omitzero"`
	ParticipantCount *int           `json:"participantCount,omitzero"`
	IsOnline         *bool          `json:"isOnline,omitzero"`
	Attendees        *CollectionDoc `json:"attendees,omitzero"`
	Cycle            any            `json:"copse:cycle,omitzero"`
}

// PlaceDoc is a Place or a VirtualLocation.
type PlaceDoc struct {
	Type    string `json:"type"`
	Name    string `json:"name,omitzero"`
	Address string `json:"address,omitzero"`
	URL     string `json:"url,omitzero"`
}

// TagDoc is a Mention, a Hashtag or a CommunityPostTag.
type TagDoc struct {
	Type string `json:"type"`
	ID   string `json:"id,omitzero"`
	Href string `json:"href,omitzero"`
	Name string `json:"name,omitzero"`
}

// AttachmentDoc is a Link (with Href), an Image or a Document (with URL).
// Lemmy drops a post with any other kind.
type AttachmentDoc struct {
	Type      string `json:"type"`
	Href      string `json:"href,omitzero"`
	URL       string `json:"url,omitzero"`
	MediaType string `json:"mediaType,omitzero"`
	Name      string `json:"name,omitzero"`
	Size      int64  `json:"size,omitzero"`
	Digest    string `json:"digestMultibase,omitzero"` // FEP-1311
	Width     int    `json:"width,omitzero"`
	Height    int    `json:"height,omitzero"`
}

// TargetDoc names the collection an object belongs in (FEP-400e).
type TargetDoc struct {
	ID           string `json:"id"`
	Type         string `json:"type"`
	AttributedTo string `json:"attributedTo,omitzero"`
}

// PolicyDoc says who may quote, and nothing else: a policy that names no
// other act leaves it open on GoToSocial.
type PolicyDoc struct {
	CanQuote *PermissionDoc `json:"canQuote,omitzero"`
}

// PermissionDoc lists who needs not ask.
type PermissionDoc struct {
	AutomaticApproval []string `json:"automaticApproval"`
}

// TombstoneDoc stands where a post was (FEP-4f05); Type is Tombstone.
type TombstoneDoc struct {
	AtContext  InlineContext `json:"@context,omitzero"`
	ID         string        `json:"id"`
	Type       string        `json:"type"`
	FormerType string        `json:"formerType,omitzero"`
	Published  time.Time     `json:"published,omitzero"`
	Deleted    time.Time     `json:"deleted,omitzero"`
}

// TermsDoc holds our own members. Readers may drop every one of them.
type TermsDoc struct {
	Kind              string        `json:"copse:kind,omitzero"`
	Title             string        `json:"copse:title,omitzero"`
	State             string        `json:"copse:status,omitzero"`
	RespondBy         time.Time     `json:"copse:respondBy,omitzero"`
	ArtifactKind      string        `json:"copse:artifactKind,omitzero"`
	Stage             string        `json:"copse:stage,omitzero"`
	Version           int           `json:"copse:version,omitzero"`
	VersionOf         string        `json:"copse:versionOf,omitzero"`
	Versions          string        `json:"copse:versions,omitzero"`
	ChangeNote        string        `json:"copse:changeNote,omitzero"`
	Contributors      []Contributor `json:"copse:contributors,omitzero"`
	License           string        `json:"copse:license,omitzero"`
	DerivedFrom       []string      `json:"copse:derivedFrom,omitzero"`
	About             string        `json:"copse:about,omitzero"`
	ReviewBy          string        `json:"copse:reviewBy,omitzero"`
	Applies           string        `json:"copse:applies,omitzero"`
	Consolidates      string        `json:"copse:consolidates,omitzero"`
	Sources           []Cited       `json:"copse:sources,omitzero"`
	ConsolidatedReply string        `json:"copse:consolidatedReply,omitzero"`
	Verdict           string        `json:"copse:verdict,omitzero"`
	Series            string        `json:"copse:series,omitzero"`
	AccessEnded       time.Time     `json:"copse:accessEnded,omitzero"`
	PracticeDoc
	QueryKind    string `json:"copse:queryKind,omitzero"`
	ResponseKind string `json:"copse:responseKind,omitzero"`
	DuplicateOf  string `json:"copse:duplicateOf,omitzero"`
}
