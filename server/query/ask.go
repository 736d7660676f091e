package query

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// What a query may hold, and how many one person asks in a community in a day.
const (
	MaxTitle = 120
	MaxPart  = 8000
	maxADay  = 5
)

// Question is what somebody of ours wants to know.
type Question struct {
	Asker  *db.Actor
	Group  *db.Group
	Kind   string
	Title  string // what is needed, in one line
	Seen   string // where they are and what they see; Markdown, as the next two
	Tried  string
	Limits string
	// WantedBy is when the answer is needed; zero: whenever.
	WantedBy  time.Time
	Days      int
	Anonymous bool
	Lang      string
	Door      string
	Mentions  map[string]*db.Actor
}

// Kinds of what is asked for, as they are offered.
func askKinds() []string { return []string{db.AsksProblem, db.AsksInformation, db.AsksExperience} }

func (a *Question) check(now time.Time) error {
	a.Title = content.PlainName(a.Title)
	if !slices.Contains(askKinds(), a.Kind) {
		return community.RefuseField("kind", "choice-unknown")
	}
	switch n := utf8.RuneCountInString(a.Title); {
	case n < exchange.MinTitle:
		return community.RefuseField("title", "title-short")
	case n > MaxTitle:
		return community.RefuseField("title", "query-title-long")
	}
	for _, part := range []struct{ name, text string }{{"text", a.Seen}, {"tried", a.Tried}, {"limits", a.Limits}} {
		if len(part.text) > MaxPart {
			return community.RefuseField(part.name, "text-long")
		}
	}
	if a.Days == 0 {
		a.Days = DaysUsual
	}
	if a.Days < DaysLeast || a.Days > DaysMost {
		return community.RefuseField("days", "choice-unknown")
	}
	if !a.WantedBy.IsZero() && (a.WantedBy.Before(now.Add(-day)) || a.WantedBy.After(now.AddDate(1, 0, 0))) {
		return community.RefuseField("by", "query-date")
	}
	return nil
}

// Ask asks a community something. A newcomer's first query, and one without a name, is looked at
// before it is shown (domain.md 4.3).
func (r *Rules) Ask(ctx context.Context, tx *db.Store, a Question) (*db.Post, error) {
	if err := a.check(tx.Now().Time); err != nil {
		return nil, err
	}
	if a.Anonymous && !a.Group.Actor.Local {
		return nil, community.RefuseField("anonymous", "query-anonymous-elsewhere")
	}
	if err := r.ex.PermitStart(ctx, tx, a.Group, a.Asker); err != nil {
		return nil, err
	}
	n, err := tx.QueriesSince(ctx, a.Group.ActorID, a.Asker.ID, db.At(tx.Now().Add(-day)))
	if err != nil {
		return nil, fmt.Errorf("count queries of %s: %w", a.Asker.URI, err)
	}
	if n >= maxADay {
		return nil, community.Refuse(community.Limit, "queries-many")
	}
	held := a.Anonymous
	if !held && a.Group.Actor.Local {
		if held, err = r.checks(ctx, tx, a.Group, a.Asker); err != nil {
			return nil, err
		}
	}
	d := &exchange.Draft{
		Author: a.Asker, Group: a.Group, Title: a.Title, Source: r.text(a), Lang: a.Lang, Door: a.Door, Mentions: a.Mentions,
		Kept: func(ctx context.Context, tx *db.Store, p *db.Post) error { return keep(ctx, tx, p, a) },
	}
	if a.Anonymous {
		d.Author, d.Mentions = a.Group.Actor, nil
	}
	p, err := r.ex.Speak(ctx, tx, d, exchange.Speech{Kind: db.KindQuery, Held: held})
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", a.Group.Actor.URI, err)
	}
	return p, nil
}

// keep writes the row beside the post. Elsewhere the community says when it opens.
func keep(ctx context.Context, tx *db.Store, p *db.Post, a Question) error {
	q := &db.Query{
		PostID: p.ID, GroupID: p.GroupID, AskerID: a.Asker.ID, Anonymous: a.Anonymous, Kind: a.Kind,
		State: db.QueryWaiting, StateAt: tx.Now(), Days: int64(a.Days), WantedBy: db.At(a.WantedBy),
	}
	if p.State == db.PostPublished {
		open(tx, q, db.QueryOpen)
	}
	return tx.PutQuery(ctx, q)
}

// text is the post: what is seen, then the rest under words of the asker's language, so that nothing
// is lost where nobody knows of queries (domain.md 3a.1).
func (r *Rules) text(a Question) string {
	parts := []string{strings.TrimSpace(a.Seen)}
	lang := a.Lang
	if lang == "" {
		lang, _, _ = strings.Cut(a.Group.Languages, " ")
	}
	for _, p := range []struct{ code, text string }{{"query-tried", a.Tried}, {"query-limits", a.Limits}} {
		if t := strings.TrimSpace(p.text); t != "" {
			parts = append(parts, "**"+r.words(lang, p.code, nil)+"** "+t)
		}
	}
	if !a.WantedBy.IsZero() {
		parts = append(parts, "**"+r.words(lang, "query-wanted", nil)+"** "+a.WantedBy.Format(time.DateOnly))
	}
	return strings.TrimSpace(strings.Join(parts, "\n\n"))
}

// checks says whether a facilitator looks at somebody's query before others do: at a newcomer's
// first, and the first of whoever does not belong.
func (r *Rules) checks(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) (bool, error) {
	st, err := r.com.Standing(ctx, tx, g, who)
	if err != nil {
		return false, err
	}
	if st.Moderates() || st.Belongs && st.Role != community.StandsNewcomer {
		return false, nil
	}
	before, err := tx.AskedBefore(ctx, g.ActorID, who.ID)
	if err != nil {
		return false, fmt.Errorf("see what %s asked before: %w", who.URI, err)
	}
	return !before, nil
}

// holds is checks for a post from elsewhere. Who asks too much waits as well: a bound that says no
// would lose a text.
func (r *Rules) holds(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, p *db.Post) (bool, error) {
	if p.Kind != db.KindQuery {
		return false, nil
	}
	n, err := tx.QueriesSince(ctx, g.ActorID, who.ID, db.At(tx.Now().Add(-day)))
	if err != nil {
		return false, fmt.Errorf("count queries of %s: %w", who.URI, err)
	}
	if n >= maxADay {
		return true, nil
	}
	return r.checks(ctx, tx, g, who)
}

// Served counts that somebody found an answer before asking.
func (r *Rules) Served(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, p *db.Post) error {
	if err := r.com.Permit(ctx, tx, g, who, community.ActRead); err != nil {
		return err
	}
	return tx.Serve(ctx, g.ActorID, p.ID)
}
