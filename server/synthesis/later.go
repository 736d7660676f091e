package synthesis

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/query"
)

// refusal is the no of a rule, where an error is one.
func refusal(err error) (*community.Refusal, bool) { return errors.AsType[*community.Refusal](err) }

// Later is what query asks of the rules, which are made after it.
func Later(rules func() *Rules) query.Later {
	return query.Later{
		Settled: func(ctx context.Context, tx *db.Store, q *db.Query) error { return rules().settled(ctx, tx, q) },
		Answered: func(ctx context.Context, tx *db.Store, q *db.Query, p *db.Post) error {
			return rules().answered(ctx, tx, q, p)
		},
	}
}

// settled is told what the asker of a query says came of it: section 7 of its reply (domain.md 3f), as a
// next version, since what is published does not change.
func (r *Rules) settled(ctx context.Context, tx *db.Store, q *db.Query) error {
	y, err := tx.SynthesisOf(ctx, q.PostID)
	if missing(err) || err == nil && y.State != db.SynthesisPublished {
		return nil // it goes in when the reply is published
	}
	if err != nil {
		return fmt.Errorf("load synthesis of %d: %w", q.PostID, err)
	}
	d, err := r.load(ctx, tx, q.PostID)
	if err != nil {
		return err
	}
	d.Query.Outcome, d.Query.OutcomeWords = q.Outcome, q.OutcomeWords
	before := d.Part(PartNext).Text
	d.Artifact.Blocks.List = r.Filled(d)
	if d.Part(PartNext).Text == before {
		return nil // its editors wrote that part themselves, or it is said already
	}
	note := r.words(d.Artifact.Lang, "synthesis-next", nil)
	_, err = r.art.Publish(ctx, tx, d.Artifact, artifact.Publishing{Looked: true, Credit: d.Contributors(), Note: note})
	if _, no := refusal(err); no {
		return nil // it is retired, or its community closed
	}
	if err != nil {
		return fmt.Errorf("say what came of %d: %w", q.PostID, err)
	}
	return nil
}

// answered tells those who wrote a reply of a response that came after the query was closed, so that
// they can take it into a next version. Nothing is announced anew.
func (r *Rules) answered(ctx context.Context, tx *db.Store, q *db.Query, p *db.Post) error {
	if _, err := tx.SynthesisOf(ctx, q.PostID); missing(err) || q.ClosedAt.IsZero() {
		return nil
	} else if err != nil {
		return fmt.Errorf("load synthesis of %d: %w", q.PostID, err)
	}
	d, err := r.load(ctx, tx, q.PostID)
	if err != nil {
		return err
	}
	for _, e := range d.Editors {
		if err := tell(ctx, tx, d, line{e.ActorID, p.AuthorID, "synthesis-late"}); err != nil {
			return err
		}
	}
	return nil
}

// Added lists the responses that came since the reply was published and that nobody has placed.
func (d *Desk) Added() []Source {
	var list []Source
	for _, s := range d.Sources {
		if s.Late && !s.Settled() {
			list = append(list, s)
		}
	}
	return list
}

// Again opens a published reply for a next version, with marks in place of links, so that responses
// that came late can be used. What is published stays as it is until then.
func (r *Rules) Again(ctx context.Context, tx *db.Store, by *db.Actor, queryID int64) error {
	d, err := r.Open(ctx, tx, queryID, by)
	if err != nil {
		return err
	}
	if d.State != db.SynthesisPublished || len(d.Added()) == 0 {
		return community.Refuse(community.Conflict, "synthesis-nothing-new")
	}
	list := d.Artifact.Blocks.List
	for i := range list {
		if automatic(list[i].Key) {
			continue
		}
		list[i].Text = unlinked(list[i].Text)
		if list[i].Key == PartCompared {
			list[i].Text = Table(Rows(list[i].Text))
		}
	}
	_, err = r.art.Save(ctx, tx, d.Artifact, artifact.Saving{
		By: by, Revision: d.Artifact.Revision, Title: d.Artifact.Title, Abstract: d.Artifact.Abstract, Blocks: list, Facts: factsOf(d.Artifact),
	})
	if err != nil {
		return fmt.Errorf("open reply to %d again: %w", queryID, err)
	}
	d.State = db.SynthesisWriting
	if err := tx.SaveSynthesis(ctx, d.Synthesis); err != nil {
		return fmt.Errorf("open synthesis of %d again: %w", queryID, err)
	}
	return tx.PutSynthesisEditor(ctx, &db.SynthesisEditor{QueryID: queryID, ActorID: by.ID})
}

// linked is what Linked makes of a mark.
var linked = regexp.MustCompile(`\[\\\[(\d{1,4})\\\]\]\(<[^>\n]*>\)`)

func unlinked(text string) string { return linked.ReplaceAllString(text, "[$1]") }

// next is what the asker said came of it, as the part of the reply that says so; "" before they did.
func (r *Rules) next(d *Desk) string {
	text := r.outcome(d.Artifact.Lang, d.Query.Outcome)
	if text == "" {
		return ""
	}
	if words := escaped(strings.TrimSpace(d.Query.OutcomeWords)); words != "" {
		text += " " + words
	}
	return text
}

func (r *Rules) outcome(lang, what string) string {
	switch what {
	case db.OutcomeHelped, db.OutcomePartly, db.OutcomeNo:
		return "**" + r.words(lang, "synthesis-outcome-"+what, nil) + "**"
	}
	return ""
}

// ours says that a text about what came of it is one that next wrote.
func (r *Rules) ours(lang, text string) bool {
	text = strings.TrimSpace(text)
	for _, what := range []string{db.OutcomeHelped, db.OutcomePartly, db.OutcomeNo} {
		if strings.HasPrefix(text, r.outcome(lang, what)) {
			return true
		}
	}
	return text == ""
}

// taken is what a next version says is new of it.
func (r *Rules) taken(d *Desk) string {
	late := 0
	for _, s := range d.Sources {
		if s.Late && s.Used() {
			late++
		}
	}
	return r.words(d.Artifact.Lang, "synthesis-added", map[string]string{"responses": strconv.Itoa(late)})
}
