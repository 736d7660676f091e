// Package synthesis holds the rules of how the responses to a query become one consolidated reply
// (domain.md 3f, 4.3): who takes it on, where each response goes, that those who contributed see it
// before it is published, and what it says beside what its editors write.
//
// The texts are the draft of an artifact: server/artifact merges, versions and publishes them. What a
// query is and where it stands is for server/query. Start with desk.go, then preview.go and
// publish.go; text.go and table.go know the marks by which a text names responses.
package synthesis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/rights"
)

// Rules decides about syntheses.
type Rules struct {
	pub   *federation.Publisher
	iris  federation.IRIs
	com   *community.Rules
	ex    *exchange.Rules
	art   *artifact.Rules
	query *query.Rules
	words func(lang, code string, args map[string]string) string
}

// Options is what the rules need.
type Options struct {
	Pub       *federation.Publisher
	Community *community.Rules
	Exchange  *exchange.Rules
	Artifact  *artifact.Rules
	Query     *query.Rules
	// Words puts a code into a sentence of plain text, as in community.Options.
	Words func(lang, code string, args map[string]string) string
}

// New makes the rules.
func New(o Options) *Rules {
	return &Rules{pub: o.Pub, iris: o.Pub.IRIs(), com: o.Community, ex: o.Exchange, art: o.Artifact, query: o.Query, words: o.Words}
}

// Kind is the kind of artifact that a consolidated reply is.
const Kind = "consolidated-reply"

// Parts of that kind which have a meaning of their own here; all other parts are the editors'.
const (
	PartQuestion  = "question" // written by itself
	PartShort     = "short"
	PartSaid      = "said" // written by itself; the themes stand below it
	PartCompared  = "compared"
	PartResources = "resources"
	PartDisagree  = "disagree"
	PartNext      = "next"      // filled with the outcome
	PartResponses = "responses" // written by itself
	PartThanks    = "thanks"    // written by itself
	PartNote      = "note"      // written by itself: a summary, not a consensus
)

// themePart is the code of a part that is a theme.
const themePart = "theme"

// Times of the work on a reply (domain.md 4.3).
const (
	lookFor = 48 * time.Hour
	maxDesk = 400 // responses on one desk
)

// Desk is all there is to look at for those who work on a reply.
type Desk struct {
	*db.Synthesis
	Query      *db.Query
	Group      *db.Group
	Artifact   *db.Artifact
	Sources    []Source
	Objections []*db.Objection
	Editors    []*db.SynthesisEditor
}

// Source is a response on the desk.
type Source struct {
	*db.SynthesisSource
	Response *db.Response
	Post     *db.Post // with its author and text
	Late     bool     // written after the query was closed
	fresh    bool     // its number is not stored
}

// Used says that a response has a place in the text.
func (s Source) Used() bool { return s.Place != "" && s.Place != db.SourceLeftOut }

// Settled says that somebody has decided what becomes of it.
func (s Source) Settled() bool { return s.Used() || s.Place == db.SourceLeftOut && s.Reason != "" }

// Coverage counts the responses, and those of them that have a place.
func (d *Desk) Coverage() (used, all int) {
	for _, s := range d.Sources {
		if s.Used() {
			used++
		}
	}
	return used, len(d.Sources)
}

// OpenObjections counts those that nobody has dealt with.
func (d *Desk) OpenObjections() int {
	n := 0
	for _, o := range d.Objections {
		if o.SettledAt.IsZero() {
			n++
		}
	}
	return n
}

// Themes lists the parts that are themes, in order.
func (d *Desk) Themes() []db.Block {
	var list []db.Block
	for _, b := range d.Artifact.Blocks.List {
		if b.Code == themePart {
			list = append(list, b)
		}
	}
	return list
}

// Part is one part of the draft, empty where it has none.
func (d *Desk) Part(key string) db.Block {
	for _, b := range d.Artifact.Blocks.List {
		if b.Key == key {
			return b
		}
	}
	return db.Block{Key: key}
}

// Contributors lists whose responses are used, each once, in the order of what they wrote.
func (d *Desk) Contributors() []*db.Actor {
	var list []*db.Actor
	for _, s := range d.Sources {
		known := slices.ContainsFunc(list, func(a *db.Actor) bool { return a.ID == s.Post.AuthorID })
		if s.Used() && !known && s.Post.Author != nil {
			list = append(list, s.Post.Author)
		}
	}
	return list
}

// Open loads the desk of a query for somebody who may work on it; ErrNotFound where nobody has begun.
func (r *Rules) Open(ctx context.Context, s *db.Store, queryID int64, who *db.Actor) (*Desk, error) {
	d, err := r.load(ctx, s, queryID)
	if err != nil {
		return nil, err
	}
	return d, r.permit(ctx, s, d.Group, who)
}

// permit answers nil for whoever may work on a reply: any member (domain.md 4.3, step 6).
func (r *Rules) permit(ctx context.Context, s *db.Store, g *db.Group, who *db.Actor) error {
	if !g.Actor.Local {
		return community.Refuse(community.Conflict, "artifact-elsewhere")
	}
	return r.com.Permit(ctx, s, g, who, rights.Synthesise)
}

func (r *Rules) load(ctx context.Context, s *db.Store, queryID int64) (*Desk, error) {
	y, err := s.SynthesisOf(ctx, queryID)
	if err != nil {
		return nil, fmt.Errorf("load synthesis of %d: %w", queryID, err)
	}
	d := &Desk{Synthesis: y}
	if d.Query, err = s.QueryOf(ctx, queryID); err != nil {
		return nil, fmt.Errorf("load query %d: %w", queryID, err)
	}
	if d.Query.Post, err = s.PostByID(ctx, queryID); err != nil {
		return nil, fmt.Errorf("load post of query %d: %w", queryID, err)
	}
	if d.Group, err = s.GroupByID(ctx, y.GroupID); err != nil {
		return nil, fmt.Errorf("load group of synthesis %d: %w", queryID, err)
	}
	if d.Artifact, err = s.ArtifactByID(ctx, y.ArtifactID); err != nil {
		return nil, fmt.Errorf("load text of synthesis %d: %w", queryID, err)
	}
	if d.Objections, err = s.ObjectionsTo(ctx, queryID); err != nil {
		return nil, fmt.Errorf("load objections to %d: %w", queryID, err)
	}
	if d.Editors, err = s.SynthesisEditors(ctx, queryID); err != nil {
		return nil, fmt.Errorf("load editors of %d: %w", queryID, err)
	}
	return d, d.gather(ctx, s)
}

// gather puts the responses on the desk. One that has come since gets the next number; one whose post
// is gone is left off, and its number is not given again.
func (d *Desk) gather(ctx context.Context, s *db.Store) error {
	known, err := s.SourcesOf(ctx, d.QueryID)
	if err != nil {
		return fmt.Errorf("load sources of %d: %w", d.QueryID, err)
	}
	list, err := s.ResponsesTo(ctx, maxDesk, d.QueryID)
	if err != nil {
		return fmt.Errorf("load responses to %d: %w", d.QueryID, err)
	}
	ids := make([]int64, 0, len(list))
	for _, one := range list {
		ids = append(ids, one.PostID)
	}
	posts, err := s.PostsByID(ctx, ids)
	if err != nil {
		return fmt.Errorf("load responses to %d: %w", d.QueryID, err)
	}
	next := int64(1)
	for _, k := range known {
		next = max(next, k.Number+1)
	}
	for _, one := range list {
		post := postOf(posts, one.PostID)
		if post == nil || one.Kind == db.MeToo {
			continue
		}
		i := slices.IndexFunc(known, func(k *db.SynthesisSource) bool { return k.PostID == one.PostID })
		source := &db.SynthesisSource{QueryID: d.QueryID, PostID: one.PostID, Number: next}
		if i >= 0 {
			source = known[i]
		} else {
			next++
		}
		late := !d.Query.ClosedAt.IsZero() && post.CreatedAt.After(d.Query.ClosedAt.Time)
		d.Sources = append(d.Sources, Source{SynthesisSource: source, Response: one, Post: post, Late: late, fresh: i < 0})
	}
	slices.SortFunc(d.Sources, func(a, b Source) int { return int(a.Number - b.Number) })
	return nil
}

func postOf(posts []*db.Post, id int64) *db.Post {
	for _, p := range posts {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// number reads the number of a response as a form or a text names it.
func (d *Desk) byNumber(n int) *Source {
	for i := range d.Sources {
		if d.Sources[i].Number == int64(n) {
			return &d.Sources[i]
		}
	}
	return nil
}

// freeKey is a key for a new theme that no part has.
func (d *Desk) freeKey() string {
	for n := 1; ; n++ {
		key := "t" + strconv.Itoa(n)
		if d.Part(key).Code == "" {
			return key
		}
	}
}

// missing says that there is none of that name.
func missing(err error) bool { return errors.Is(err, db.ErrNotFound) }
