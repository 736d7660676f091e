package artifact

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/rights"
)

// Suggesting is another text for one block.
type Suggesting struct {
	By     *db.Actor
	Block  string // key; "" says something about the whole
	Text   string
	Reason string
	URI    string // of the Note it came by; "" for one made here
}

// Suggest keeps a suggestion for the people who write an artifact. Anybody may who may answer in its
// group.
func (r *Rules) Suggest(ctx context.Context, tx *db.Store, a *db.Artifact, s Suggesting) error {
	g, err := r.home(ctx, tx, a)
	if err != nil {
		return err
	}
	if err := r.com.Permit(ctx, tx, g, s.By, rights.Suggest); err != nil {
		return err
	}
	was := ""
	if i := slices.IndexFunc(a.Blocks.List, func(b db.Block) bool { return b.Key == s.Block }); i >= 0 {
		was = a.Blocks.List[i].Text
	} else if s.Block != "" {
		return community.RefuseField("block", "choice-unknown")
	}
	s.Text = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s.Text, ""), "\r\n", "\n"))
	switch {
	case s.Text == "" || s.Text == was:
		return community.RefuseField("text", "text-empty")
	case len(s.Text) > practice.MaxBlock:
		return community.RefuseField("text", "text-long")
	case a.Drafted() && s.URI != "":
		return community.Refuse(community.Forbidden, "artifact-draft")
	}
	row := &db.ArtifactSuggestion{
		ID: tx.NewID(), ArtifactID: a.ID, ActorID: s.By.ID, Block: s.Block, Was: was, Text: s.Text, Reason: content.PlainName(s.Reason),
		State: db.SuggestionOpen, URI: s.URI,
	}
	if row.URI == "" {
		row.URI = r.iris.Object(row.ID)
	}
	fresh, err := tx.PutSuggestion(ctx, row)
	if err != nil || !fresh {
		return err
	}
	if err := tell(ctx, tx, a, line{a.StewardID, s.By.ID, "suggested"}); err != nil || a.StewardID == a.AuthorID {
		return err
	}
	return tell(ctx, tx, a, line{a.AuthorID, s.By.ID, "suggested"})
}

// Decision is what became of a suggestion.
type Decision struct {
	By     *db.Actor
	ID     int64
	Accept bool
	Reason string // why not
}

// DecideSuggestion takes a suggestion into the draft, with its author as a contributor from then on, or
// declines it with a reason.
func (r *Rules) DecideSuggestion(ctx context.Context, tx *db.Store, a *db.Artifact, d Decision) error {
	if err := r.permitWriting(ctx, tx, a, d.By); err != nil {
		return err
	}
	s, err := tx.SuggestionByID(ctx, d.ID)
	if err != nil {
		return fmt.Errorf("load suggestion %d: %w", d.ID, err)
	}
	if s.ArtifactID != a.ID {
		return db.ErrNotFound
	}
	s.Answer = content.PlainName(d.Reason)
	if s.State = db.SuggestionAccepted; !d.Accept {
		if s.State = db.SuggestionDeclined; s.Answer == "" {
			return community.RefuseField("reason", "reason-missing")
		}
	}
	was, err := tx.DecideSuggestion(ctx, s)
	switch {
	case err != nil:
		return fmt.Errorf("decide suggestion %d: %w", d.ID, err)
	case !was:
		return community.Refuse(community.Conflict, "suggestion-decided")
	}
	what := "declined"
	if d.Accept {
		what = "taken"
		if err := r.takeIn(ctx, tx, a, s, d.By); err != nil {
			return err
		}
	}
	return tell(ctx, tx, a, line{s.ActorID, d.By.ID, what})
}

// takeIn merges a suggestion into the draft as it is now.
func (r *Rules) takeIn(ctx context.Context, tx *db.Store, a *db.Artifact, s *db.ArtifactSuggestion, by *db.Actor) error {
	i := slices.IndexFunc(a.Blocks.List, func(b db.Block) bool { return b.Key == s.Block })
	if i < 0 {
		return nil // it was about the whole: whoever accepts it writes
	}
	start := slices.Clone(a.Blocks.List)
	start[i].Text = s.Was
	theirs := slices.Clone(a.Blocks.List)
	theirs[i].Text = s.Text
	a.Blocks.List = practice.Merge(start, a.Blocks.List, theirs, s.ActorID)
	if err := practice.Settle(a); err != nil {
		return err
	}
	won, err := tx.NextRevision(ctx, a, by.ID)
	if err == nil && !won {
		err = community.Refuse(community.Conflict, "draft-saved-meanwhile")
	}
	return err
}

// Report says that somebody applied an artifact: an answer to it that counts, here and wherever there
// are copies (domain.md 4.4). It is the answer of one of ours; what comes over the wire the rules of
// conversation take.
func (r *Rules) Report(ctx context.Context, tx *db.Store, a *db.Artifact, by *db.Actor, u *db.ArtifactUse) (*db.Post, error) {
	if by == nil {
		return nil, community.Refuse(community.Forbidden, "signed-out")
	}
	for _, text := range []*string{&u.Place, &u.Changed, &u.Result} {
		if *text = content.PlainName(*text); len([]rune(*text)) > practice.MaxAbstract {
			return nil, community.RefuseField("result", "abstract-long")
		}
	}
	switch {
	case u.Place == "":
		return nil, community.RefuseField("place", "place-missing")
	case u.Way != practice.AsItWas && u.Way != practice.Adapted:
		return nil, community.RefuseField("way", "choice-unknown")
	case u.Hours < 0 || u.Hours > practice.MaxHours:
		return nil, community.RefuseField("hours", "hours-range")
	}
	p, err := tx.PostByID(ctx, a.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, community.Refuse(community.Conflict, "artifact-draft")
	}
	if err != nil {
		return nil, fmt.Errorf("load post of artifact %d: %w", a.ID, err)
	}
	words := practice.UseWords(u, func(code string) string { return r.words(a.Lang, code, nil) })
	return r.ex.Reply(ctx, tx, &exchange.Draft{Author: by, Parent: p, Source: words, Lang: p.Lang, Door: "web", Use: u})
}
