package moving

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
)

// Parts of an archive, in the order in which they are taken in.
const (
	partGroup     = "group"
	partTrusts    = "trusts"
	partCharters  = "charters"
	partMembers   = "members"
	partRoles     = "roles"
	partBans      = "bans"
	partFollowers = "followers"
	partPosts     = "posts"
	partLog       = "log"
	partEnd       = "end"
)

func parts() []string {
	return []string{partGroup, partTrusts, partCharters, partMembers, partRoles, partBans, partFollowers, partPosts, partLog, partEnd}
}

// What one page holds at most, and one item of it: a document is 1 MiB at most (fetch).
const (
	pagePosts  = 25
	pageRows   = 100
	pageBytes  = 700 << 10
	itemLikes  = 500
	itemEdits  = 20
	itemWords  = 20
	maxArchive = 4 << 30 // of one community, in bytes of its pages
)

// pageType is what a page of an archive is called on the wire.
const pageType = "copse:ArchivePage"

// PageDoc is one page of an archive as it is served, to the new home alone.
type PageDoc struct {
	AtContext vocab.InlineContext `json:"@context"`
	ID        string              `json:"id"`
	Type      string              `json:"type"`
	PartOf    string              `json:"partOf"` // the Offer
	Part      string              `json:"copse:part"`
	Next      string              `json:"next,omitzero"`
	Digest    string              `json:"copse:digest"` // SHA-256 of the items, one after the other
	Actors    []Card              `json:"copse:actors,omitzero"`
	Items     []vocab.Raw         `json:"items"`
}

// Page is a page of an archive as it was read from the old home, checked by ReadPage.
type Page struct {
	ID     string            `json:"id"`
	Type   string            `json:"type"`
	PartOf string            `json:"partOf"`
	Part   string            `json:"copse:part"`
	Next   string            `json:"next"`
	Digest string            `json:"copse:digest"`
	Actors []Card            `json:"copse:actors"`
	Items  []json.RawMessage `json:"items"`

	nextPart string // "" at the end
	next     int64
	size     int64
}

func digestOf[T ~[]byte](items []T) string {
	h := sha256.New()
	for _, i := range items {
		h.Write(i)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Card names somebody who occurs in a page, for a home that has never met them and can't reach them.
type Card struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	Handle string `json:"preferredUsername"`
	Host   string `json:"host"`
	Name   string `json:"name,omitzero"`
}

type groupItem struct {
	Name              string   `json:"name"`
	Tagline           string   `json:"tagline,omitzero"`
	Summary           string   `json:"summary,omitzero"` // Markdown
	Languages         string   `json:"languages,omitzero"`
	Openness          string   `json:"openness"`
	Posting           string   `json:"posting"`
	Hold              string   `json:"hold"`
	HidesCounts       bool     `json:"hidesCounts,omitzero"`
	AnnouncesComments bool     `json:"announcesComments,omitzero"`
	SignedFetch       bool     `json:"signedFetch,omitzero"`
	Life              lifeItem `json:"life"`
	Private           int64    `json:"private,omitzero"` // words to the facilitators, which stay
	Followers         int64    `json:"followers"`
	Members           int64    `json:"members"`
	Posts             int64    `json:"posts,omitzero"`
}

type trustItem struct {
	Host  string    `json:"host"`
	State string    `json:"state"`
	Since time.Time `json:"since,omitzero"`
}

type lifeItem struct {
	Kind         string    `json:"kind"`
	Stage        string    `json:"stage"`
	StageAt      time.Time `json:"stageAt,omitzero"`
	Recognition  string    `json:"recognition"`
	RecognisedBy string    `json:"recognisedBy,omitzero"`
	RecognisedAt time.Time `json:"recognisedAt,omitzero"`
	ReviewAt     time.Time `json:"reviewAt,omitzero"`
}

type charterItem struct {
	ID         string           `json:"id"`
	Version    int64            `json:"version"`
	State      string           `json:"state"`
	Language   string           `json:"language,omitzero"`
	Fields     db.CharterFields `json:"fields"`
	Text       string           `json:"text,omitzero"`
	Source     string           `json:"source,omitzero"`
	Note       string           `json:"changeNote,omitzero"`
	Author     string           `json:"author,omitzero"`
	Created    time.Time        `json:"created,omitzero"`
	Proposed   time.Time        `json:"proposed,omitzero"`
	Decide     time.Time        `json:"decide,omitzero"`
	Adopted    time.Time        `json:"adopted,omitzero"`
	Superseded time.Time        `json:"superseded,omitzero"`
	Signatures []signatureItem  `json:"signatures,omitzero"`
}

type signatureItem struct {
	Actor    string    `json:"actor"`
	At       time.Time `json:"at"`
	Text     string    `json:"text,omitzero"`
	Door     string    `json:"door,omitzero"`
	Activity string    `json:"activity,omitzero"`
}

type memberItem struct {
	Actor       string           `json:"actor"`
	Status      string           `json:"status"`
	Door        string           `json:"door,omitzero"`
	Joined      time.Time        `json:"joined,omitzero"`
	Left        time.Time        `json:"left,omitzero"`
	LeftWhy     string           `json:"leftWhy,omitzero"`
	Shown       string           `json:"shown,omitzero"`
	Commitments []commitmentItem `json:"commitments,omitzero"`
}

type commitmentItem struct {
	Version      int64     `json:"charterVersion,omitzero"`
	Charter      string    `json:"charter,omitzero"`
	Words        string    `json:"words,omitzero"`
	Link         string    `json:"link,omitzero"`
	Introduction string    `json:"introduction,omitzero"`
	Quiet        bool      `json:"quiet,omitzero"`
	Door         string    `json:"door,omitzero"`
	At           time.Time `json:"at"`
}

type roleItem struct {
	Actor string    `json:"actor"`
	Role  string    `json:"role"`
	Since time.Time `json:"since"`
}

type banItem struct {
	Actor  string    `json:"actor"`
	Reason string    `json:"reason,omitzero"`
	At     time.Time `json:"at"`
	Until  time.Time `json:"until,omitzero"`
}

type followerItem struct {
	Actor string    `json:"actor"`
	Since time.Time `json:"since,omitzero"`
}

type postItem struct {
	ID         string         `json:"id"`
	URL        string         `json:"url,omitzero"`
	Author     string         `json:"attributedTo"`
	ReplyTo    string         `json:"inReplyTo,omitzero"`
	Context    string         `json:"context,omitzero"`
	Kind       string         `json:"kind"`
	Title      string         `json:"title,omitzero"`
	Content    string         `json:"content,omitzero"`
	Source     string         `json:"source,omitzero"`
	SourceType string         `json:"sourceType,omitzero"`
	Summary    string         `json:"summary,omitzero"`
	Sensitive  bool           `json:"sensitive,omitzero"`
	Lang       string         `json:"lang,omitzero"`
	Visibility string         `json:"visibility"`
	State      string         `json:"state"`
	Reason     string         `json:"stateReason,omitzero"`
	By         string         `json:"stateBy,omitzero"`
	Door       string         `json:"door,omitzero"`
	Published  time.Time      `json:"published"`
	Edited     time.Time      `json:"edited,omitzero"`
	Locked     time.Time      `json:"locked,omitzero"`
	Pinned     time.Time      `json:"pinned,omitzero"`
	Tags       []string       `json:"tags,omitzero"`
	Mentions   []string       `json:"mentions,omitzero"`
	Files      []fileItem     `json:"files,omitzero"`
	Likes      []likeItem     `json:"likes,omitzero"`
	Revisions  []revisionItem `json:"revisions,omitzero"`
}

type fileItem struct {
	Type      string `json:"type"`
	URL       string `json:"url"`
	MediaType string `json:"mediaType,omitzero"`
	Name      string `json:"name,omitzero"`
	Size      int64  `json:"size,omitzero"`
	Width     int64  `json:"width,omitzero"`
	Height    int64  `json:"height,omitzero"`
	Digest    string `json:"digest,omitzero"`
}

type likeItem struct {
	Actor string `json:"actor"`
	ID    string `json:"id"`
}

type revisionItem struct {
	Title   string    `json:"title,omitzero"`
	Content string    `json:"content"`
	Written time.Time `json:"written"`
}

type logItem struct {
	Actor  string    `json:"actor"`
	Act    string    `json:"act"`
	Post   string    `json:"post,omitzero"`
	Target string    `json:"target,omitzero"`
	Reason string    `json:"reason,omitzero"`
	At     time.Time `json:"at"`
}

type endItem struct {
	Posts   int64 `json:"posts"`
	Members int64 `json:"members"`
}
