// Package exchange holds the rules of conversation: discussions and answers, their edits and
// removals, helpful marks and shares, for every door alike.
//
// A rule permits, writes and publishes, in that order, inside the transaction it is given. It
// knows no HTTP and words nothing. Acts of our people are in start.go, reply.go, edit.go, like.go
// and moderate.go; what comes over the wire enters by the Take functions and meets the same
// checks. post_wire.go and post_read.go hold the shape of a post on the wire.
package exchange

import (
	"context"
	"log/slog"
	"strings"
	"unicode/utf8"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
)

// What a post may hold. Lemmy refuses titles outside of 3 to 200 characters and texts over 50,000.
const (
	MinTitle = 3
	MaxTitle = 200
	MaxText  = 50_000
)

// Rules decides about posts.
type Rules struct {
	pub  *federation.Publisher
	iris federation.IRIs
	com  *community.Rules
	log  *slog.Logger

	kinds Kinds
}

// Options is what the rules need.
type Options struct {
	Pub       *federation.Publisher
	Community *community.Rules
	Log       *slog.Logger
	Kinds     Kinds
}

// New makes the rules.
func New(o Options) *Rules {
	return &Rules{pub: o.Pub, iris: o.Pub.IRIs(), com: o.Community, log: o.Log, kinds: o.Kinds}
}

// Draft is what a person of ours wants to say.
type Draft struct {
	Author  *db.Actor
	Group   *db.Group // where a discussion starts; of an answer, the group of Parent
	Parent  *db.Post  // what is answered
	Title   string    // of a discussion
	Source  string    // Markdown
	Summary string    // content warning
	Lang    string    // language tag, "" = the group's first
	Door    string
	// ToFacilitators makes it a private message to the facilitators of the group.
	ToFacilitators bool
	// WithFollowers addresses the author's own followers too.
	WithFollowers bool
	// Mentions are the people named in Source, by the handle as written, resolved beforehand:
	// a transaction is no place to ask other hosts.
	Mentions map[string]*db.Actor
	// Use makes an answer to an artifact a report that it was applied.
	Use *db.ArtifactUse

	// Kept is told of the post once it is stored, before it is published; nil: nobody is.
	Kept func(ctx context.Context, tx *db.Store, p *db.Post) error

	held, unlisted bool // as a Speech says

	confidants []int64 // who reads it, of a private message
	first      bool    // the first words of who has just joined
}

// Preview renders Markdown as it will be shown.
func (r *Rules) Preview(source string) string { return content.Markdown(source) }

// check answers what is wrong with the text alone.
func (d *Draft) check() error {
	if utf8.RuneCountInString(strings.TrimSpace(d.Title)) > MaxTitle && d.Parent == nil {
		return community.RefuseField("title", "title-long") // PlainName would cut it in silence
	}
	d.Title = content.PlainName(d.Title)
	d.Summary = content.PlainName(d.Summary)
	if d.Parent == nil {
		if utf8.RuneCountInString(d.Title) < MinTitle {
			return community.RefuseField("title", "title-short")
		}
	} else if strings.TrimSpace(d.Source) == "" {
		return community.RefuseField("text", "text-empty")
	}
	if len(d.Source) > MaxText {
		return community.RefuseField("text", "text-long")
	}
	if !utf8.ValidString(d.Source) || strings.ContainsRune(d.Source, 0) {
		return community.RefuseField("text", "text-invalid")
	}
	return nil
}

// language is the language of a text: as given, else the first of the group, else English.
func language(given string, g *db.Group) string {
	if given != "" {
		return given
	}
	if g != nil {
		if first, _, _ := strings.Cut(g.Languages, " "); first != "" {
			return first
		}
	}
	return "en"
}
