package query

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// TakeSays handles Add to the queries of a group: of one elsewhere the group says where a query stands,
// or of what kind a response is; to one of ours somebody elsewhere asks for a step, and meets the
// rules that somebody here meets.
func (r *Rules) TakeSays(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if !in.Vouched || in.Via != nil {
		return federation.Refused("not-vouched"), nil
	}
	about := in.Activity.Inner().IRI
	p, err := tx.PostByURI(ctx, about)
	if missing(err) {
		if in.Early() {
			return federation.Outcome{}, errEarly(about)
		}
		return federation.Ignored("unknown-object"), nil
	}
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("load %s: %w", about, err)
	}
	if p.GroupID == 0 || p.Visibility == db.VisibilityDirect {
		return federation.Ignored("unknown-object"), nil
	}
	g, err := tx.GroupByID(ctx, p.GroupID)
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("load group of %s: %w", about, err)
	}
	switch {
	case in.Activity.Target.IRI != g.Actor.URI+Queries:
		return federation.Ignored("unknown-target"), nil
	case g.Actor.Local:
		return r.takeRequest(ctx, tx, in, p)
	case in.Actor.ID != g.ActorID:
		return federation.Refused("not-the-groups-own"), nil
	}
	return r.takeWord(ctx, tx, in, p)
}

// takeRequest does what somebody elsewhere asks for in a group of ours. A refusal goes back as such.
func (r *Rules) takeRequest(ctx context.Context, tx *db.Store, in *federation.Incoming, p *db.Post) (federation.Outcome, error) {
	act := in.Activity
	if act.ResponseKind != "" && !p.Starts() {
		return outcome(r.SetKind(ctx, tx, in.Actor, p, act.ResponseKind))
	}
	if !p.Starts() || p.Kind != db.KindQuery {
		return federation.Ignored("no-query"), nil
	}
	s := Step{Do: stepOf(act.State), Words: content.PlainName(act.Summary), Of: act.DuplicateOf, Outcome: act.Outcome}
	if s.Do == "" && s.Outcome != "" {
		s.Do = Outcome
	}
	if s.Do == "" {
		return federation.Ignored("unknown-status"), nil
	}
	return outcome(r.Do(ctx, tx, in.Actor, p.ID, s))
}

// outcome is how a rule ended for who asked from elsewhere.
func outcome(err error) (federation.Outcome, error) {
	if no, is := errors.AsType[*community.Refusal](err); is {
		return federation.Refused(no.Code), nil
	}
	if err != nil {
		return federation.Outcome{}, err
	}
	return federation.Done(), nil
}

// takeWord writes what a group elsewhere says into our copy.
func (r *Rules) takeWord(ctx context.Context, tx *db.Store, in *federation.Incoming, p *db.Post) (federation.Outcome, error) {
	act := in.Activity
	if !p.Starts() {
		return takeKind(ctx, tx, p, act.ResponseKind)
	}
	w := said{
		state: act.State, closes: act.RespondBy, kind: act.QueryKind, outcome: act.Outcome,
		duplicate: act.DuplicateOf, why: cut(content.PlainName(act.Summary), maxWords), at: tx.Now(),
	}
	if act.Published != nil && act.Published.Before(w.at.Time) {
		w.at = db.At(*act.Published)
	}
	if !slices.Contains(db.QueryStates(), w.state) {
		return federation.Ignored("unknown-status"), nil
	}
	q, err := tx.QueryOf(ctx, p.ID)
	if missing(err) { // its asker's server knows nothing of queries
		q, err = &db.Query{PostID: p.ID, GroupID: p.GroupID, AskerID: p.AuthorID, Kind: db.AsksProblem, Days: DaysUsual}, nil
		if p.AuthorID == p.GroupID {
			q.AskerID, q.Anonymous = 0, true
		}
		if err := tx.MakeQuery(ctx, p); err != nil {
			return federation.Outcome{}, err
		}
		if err := adopt(ctx, tx, p); err != nil {
			return federation.Outcome{}, err
		}
	}
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("load query %d: %w", p.ID, err)
	}
	if !hear(q, w) {
		return federation.Ignored("nothing-new"), nil
	}
	if err := keepReply(ctx, tx, q, act.ConsolidatedReply); err != nil {
		return federation.Outcome{}, err
	}
	return federation.Done(), tx.PutQuery(ctx, q)
}

// keepReply notes what the group says the answers came to.
func keepReply(ctx context.Context, tx *db.Store, q *db.Query, reply string) error {
	if q.State != db.QueryConsolidated || len(reply) > maxWords || !vocab.IsWebIRI(reply) {
		return nil
	}
	return tx.PutQueryReply(ctx, q.PostID, reply)
}

// adopt makes responses of the answers that were here before it was known that they answer a query.
func adopt(ctx context.Context, tx *db.Store, p *db.Post) error {
	list, err := tx.RepliesTo(ctx, p.ID, 0, maxResponses)
	if err != nil {
		return fmt.Errorf("list answers to %d: %w", p.ID, err)
	}
	for _, a := range list {
		answer, err := tx.PostByID(ctx, a.ID)
		if err != nil {
			return fmt.Errorf("load answer %d: %w", a.ID, err)
		}
		if answer.AuthorID == p.GroupID {
			continue
		}
		row := &db.Response{PostID: answer.ID, QueryID: p.ID, AuthorID: answer.AuthorID, Organisation: db.OrganisationOf(answer.Author)}
		if err := tx.PutResponse(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// hear writes what a group says of a query into a row, and says whether that is news: words that come
// late change nothing, and what can't be is left out.
func hear(q *db.Query, w said) bool {
	if !slices.Contains(db.QueryStates(), w.state) || w.at.Before(q.StateAt.Time) && q.State != db.QueryWaiting && !q.HalfAt.IsZero() {
		return false
	}
	wasOpen := q.IsOpen()
	q.State, q.StateAt, q.HalfAt = w.state, w.at, w.at // HalfAt of a copy: heard at all
	if w.closes != nil && w.closes.After(w.at.AddDate(-5, 0, 0)) && w.closes.Before(w.at.AddDate(0, 3, 0)) {
		q.ClosesAt = db.At(*w.closes)
	}
	switch {
	case q.IsOpen():
		q.ClosedAt = db.Time{}
		if q.OpenedAt.IsZero() {
			q.OpenedAt = w.at
		}
	case wasOpen || q.ClosedAt.IsZero():
		q.ClosedAt = w.at
	}
	if slices.Contains(askKinds(), w.kind) {
		q.Kind = w.kind
	}
	if slices.Contains([]string{db.OutcomeHelped, db.OutcomePartly, db.OutcomeNo}, w.outcome) {
		q.Outcome = w.outcome
	}
	if vocab.IsWebIRI(w.duplicate) {
		q.DuplicateOf = w.duplicate
	}
	q.Why = w.why
	return true
}

func takeKind(ctx context.Context, tx *db.Store, p *db.Post, kind string) (federation.Outcome, error) {
	if !slices.Contains(db.ResponseKinds(), kind) {
		return federation.Ignored("unknown-kind"), nil
	}
	row, err := tx.ResponseOf(ctx, p.ID)
	if missing(err) {
		row, err = &db.Response{PostID: p.ID, QueryID: p.DiscussionID, AuthorID: p.AuthorID, Organisation: db.OrganisationOf(p.Author)}, nil
	}
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("load response %d: %w", p.ID, err)
	}
	row.Kind = kind
	return federation.Done(), tx.PutResponse(ctx, row)
}

// heardNote reads where a query stands from what its group says in the thread: whoever reads a
// discussion later than it was held has heard no activity.
func (r *Rules) heardNote(ctx context.Context, tx *db.Store, p *db.Post, doc *vocab.Object) error {
	if doc == nil || doc.State == "" || p.Local {
		return nil
	}
	q, err := tx.QueryOf(ctx, p.DiscussionID)
	if missing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load query %d: %w", p.DiscussionID, err)
	}
	if !hear(q, said{state: doc.State, closes: doc.RespondBy, duplicate: doc.DuplicateOf, why: q.Why, at: p.PublishedAt}) {
		return nil
	}
	return tx.PutQuery(ctx, q)
}

// Hear takes an answer to what a group told somebody about a query: what came of it, that they take it
// back, or that they do not want to be asked. It says false of any other message.
func (r *Rules) Hear(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	if in.Object == nil || in.Via != nil || in.Object.Doc.IsPublic() || in.Object.Doc.Parent() == "" {
		return federation.Outcome{}, false, nil
	}
	notice, err := tx.PostByURI(ctx, in.Object.Doc.Parent())
	if missing(err) || err == nil && (!notice.Local || notice.Kind != db.KindNote || notice.AuthorID != notice.GroupID) {
		return federation.Outcome{}, false, nil
	}
	if err != nil {
		return federation.Outcome{}, false, fmt.Errorf("load answered notice: %w", err)
	}
	if !slices.Contains([]string{"query-taken", "query-outcome", "query-nudge", "query-opened"}, notice.StateReason) {
		return federation.Outcome{}, false, nil
	}
	q, err := load(ctx, tx, notice.ReplyToID)
	if missing(err) {
		return federation.Outcome{}, false, nil
	}
	if err != nil {
		return federation.Outcome{}, false, err
	}
	g, err := groupOf(ctx, tx, q)
	if err != nil {
		return federation.Outcome{}, false, err
	}
	text := in.Object.Doc.Content
	if notice.StateReason == "query-nudge" {
		if outcomeOf(plain(text)) != db.OutcomeNo {
			return federation.Outcome{}, false, nil
		}
		if err := tx.RefuseNudges(ctx, g.ActorID, in.Actor.ID); err != nil {
			return federation.Outcome{}, true, err
		}
		return federation.Done(), true, r.tellPerson(ctx, tx, g, q, told{in.Actor, "query-unasked", ""})
	}
	if in.Actor.ID != q.AskerID {
		return federation.Outcome{}, false, nil
	}
	done, err := r.obey(ctx, tx, g, q, text)
	return federation.Done(), done, err
}

// obey does what an asker says in words: it is done once, and confirmed once.
func (r *Rules) obey(ctx context.Context, tx *db.Store, g *db.Group, q *db.Query, html string) (bool, error) {
	who, err := asker(ctx, tx, q)
	if err != nil || who == nil {
		return false, err
	}
	text := plain(html)
	if withdraws(text) && slices.Contains(from(Withdraw), q.State) {
		if err := r.step(ctx, tx, acting{who, g, q}, Step{Do: Withdraw}); err != nil {
			return false, err
		}
		return true, r.tellPerson(ctx, tx, g, q, told{who, "query-withdrawn-yours", ""})
	}
	o := outcomeOf(text)
	if o == "" || q.OutcomeAskedAt.IsZero() || q.Outcome == o {
		return o != "" && q.Outcome == o, nil
	}
	if err := r.settle(ctx, tx, q, Step{Outcome: o, Words: cut(content.PlainName(text), maxWords)}); err != nil {
		return false, err
	}
	return true, r.tellPerson(ctx, tx, g, q, told{who, "query-outcome-thanks", ""})
}
