package query

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// What can be done with a query.
const (
	Open      = "open"
	Clarify   = "clarify" // ask the asker something before it is shown
	Extend    = "extend"
	Close     = "close"
	Withdraw  = "withdraw"
	Duplicate = "duplicate"
	Reopen    = "reopen"
	Outcome   = "outcome"
)

// Step is one of these, with what it needs.
type Step struct {
	Do string
	// Words are why, what is asked, or what came of it: one line.
	Words string
	// Of is the address of the query or page that has the answer, of a duplicate.
	Of      string
	Days    int    // of Open; 0 = as it was asked
	Outcome string // one of the outcomes
}

// Do takes a query one step on. Where the community lives elsewhere its own server is asked to.
func (r *Rules) Do(ctx context.Context, tx *db.Store, by *db.Actor, postID int64, s Step) error {
	q, err := load(ctx, tx, postID)
	if err != nil {
		return err
	}
	g, err := groupOf(ctx, tx, q)
	if err != nil {
		return err
	}
	if s.Words = cut(content.PlainName(s.Words), maxWords); s.Do == Duplicate && s.Of == "" {
		return community.RefuseField("of", "query-of-missing")
	}
	a := acting{by, g, q}
	if err := r.permit(ctx, tx, a, s.Do); err != nil {
		return err
	}
	if !g.Actor.Local {
		return r.request(ctx, tx, a, s)
	}
	return r.step(ctx, tx, a, s)
}

// acting is somebody about to do something with a query of a community.
type acting struct {
	by *db.Actor
	g  *db.Group
	q  *db.Query
}

// maxWords bounds what is said along with a step, in letters.
const maxWords = 500

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// permit answers nil or why not. Of a community elsewhere its own server asks again; here only those
// are let try who could.
func (r *Rules) permit(ctx context.Context, tx *db.Store, a acting, do string) error {
	by, g, q := a.by, a.g, a.q
	own := by != nil && by.ID == q.AskerID
	switch do {
	case Withdraw, Outcome:
		if !own {
			return community.Refuse(community.Forbidden, "not-asker")
		}
		return nil
	case Extend, Close, Reopen:
		if own {
			return r.com.Permit(ctx, tx, g, by, community.ActReply)
		}
	}
	act := rights.OpenQuery
	if do == Close {
		act = rights.CloseQuery
	}
	return r.com.Permit(ctx, tx, g, by, act)
}

// step does it in a community of ours.
func (r *Rules) step(ctx context.Context, tx *db.Store, a acting, s Step) error {
	g, q := a.g, a.q
	if s.Do == Outcome {
		return r.settle(ctx, tx, q, s)
	}
	if !slices.Contains(from(s.Do), q.State) {
		return community.Refuse(community.Conflict, "query-state")
	}
	switch s.Do {
	case Open:
		return r.open(ctx, tx, a.by, q, s)
	case Clarify:
		return r.clarify(ctx, tx, g, q, s)
	case Extend:
		return r.extend(ctx, tx, g, q)
	case Close:
		return r.close(ctx, tx, g, q)
	case Reopen:
		return r.reopen(ctx, tx, g, q, s)
	case Withdraw, Duplicate:
		return r.end(ctx, tx, a, s)
	}
	return community.Refuse(community.Invalid, "choice-unknown")
}

// from lists the states in which a step is taken (domain.md 3d).
func from(do string) []string {
	checked := []string{db.QueryWaiting, db.QueryClarifying}
	switch do {
	case Open:
		return checked
	case Clarify:
		return checked[:1]
	case Extend, Close:
		return db.OpenStates()
	case Reopen:
		return []string{db.QueryConsolidating, db.QueryConsolidated, db.QueryUnanswered, db.QueryWithdrawn}
	}
	return append(checked, db.OpenStates()...)
}

// open lets a query through that somebody has looked at; what follows comes back by Kinds.
func (r *Rules) open(ctx context.Context, tx *db.Store, by *db.Actor, q *db.Query, s Step) error {
	if s.Days != 0 {
		if s.Days < DaysLeast || s.Days > DaysMost {
			return community.RefuseField("days", "choice-unknown")
		}
		q.Days = int64(s.Days)
		if err := tx.PutQuery(ctx, q); err != nil {
			return err
		}
	}
	if err := r.ex.LetThrough(ctx, tx, by, q.Post); err != nil {
		return err
	}
	return r.tellAsker(ctx, tx, q, "query-opened", "")
}

// clarify asks the asker something, privately.
func (r *Rules) clarify(ctx context.Context, tx *db.Store, g *db.Group, q *db.Query, s Step) error {
	if s.Words == "" {
		return community.RefuseField("words", "text-empty")
	}
	if err := r.move(ctx, tx, g, q, db.QueryClarifying); err != nil {
		return err
	}
	return r.tellAsker(ctx, tx, q, "query-clarify", s.Words)
}

func (r *Rules) extend(ctx context.Context, tx *db.Store, g *db.Group, q *db.Query) error {
	if !q.ExtendedAt.IsZero() {
		return community.Refuse(community.Conflict, "query-extended")
	}
	q.ExtendedAt, q.NoticedAt = tx.Now(), db.Time{}
	q.ClosesAt = db.At(q.ClosesAt.Add(DaysLonger * day))
	if err := r.move(ctx, tx, g, q, db.QueryOpen); err != nil {
		return err
	}
	return r.speak(ctx, tx, g, q, "query-extended")
}

// close ends the time for responses. Without a useful one the query stays visibly unanswered.
func (r *Rules) close(ctx context.Context, tx *db.Store, g *db.Group, q *db.Query) error {
	c, err := counts(ctx, tx, q)
	if err != nil {
		return err
	}
	q.ClosedAt = tx.Now()
	to, say := db.QueryConsolidating, "query-closed"
	if c.Useful == 0 {
		to, say = db.QueryUnanswered, "query-unanswered"
	} else {
		q.OutcomeDue = db.At(tx.Now().Add(outcomeDays * day))
	}
	if err := r.move(ctx, tx, g, q, to); err != nil {
		return err
	}
	if to == db.QueryUnanswered {
		if err := r.tellAsker(ctx, tx, q, "query-sorry", ""); err != nil {
			return err
		}
	}
	return r.speak(ctx, tx, g, q, say)
}

func (r *Rules) reopen(ctx context.Context, tx *db.Store, g *db.Group, q *db.Query, s Step) error {
	if q.Post.State != db.PostPublished {
		return community.Refuse(community.Conflict, "query-state")
	}
	if s.Words == "" {
		return community.RefuseField("words", "text-empty")
	}
	q.Why, q.ReopenedAt, q.ExtendedAt, q.Days = s.Words, tx.Now(), db.Time{}, DaysUsual
	q.OutcomeDue, q.OutcomeAskedAt = db.Time{}, db.Time{}
	open(tx, q, db.QueryReopened)
	if err := r.move(ctx, tx, g, q, db.QueryReopened); err != nil {
		return err
	}
	if err := r.tellResponders(ctx, tx, q); err != nil {
		return err
	}
	return r.speak(ctx, tx, g, q, "query-reopened")
}

// end is for what needs no answer any more, or has one already. What was not shown is not shown.
func (r *Rules) end(ctx context.Context, tx *db.Store, a acting, s Step) error {
	by, g, q := a.by, a.g, a.q
	to, say := db.QueryWithdrawn, "query-withdrawn"
	if s.Do == Duplicate {
		to, say, q.DuplicateOf = db.QueryDuplicate, "query-duplicate", s.Of
		if !vocab.IsWebIRI(s.Of) || s.Of == q.Post.URI {
			return community.RefuseField("of", "query-of-missing")
		}
	}
	q.Why, q.ClosedAt = s.Words, tx.Now()
	if q.Post.State == db.PostHeld {
		q.State, q.StateAt = to, tx.Now()
		if err := tx.SetPostState(ctx, q.Post, db.PostRefused, to, by.ID); err != nil {
			return err
		}
		if err := tx.PutQuery(ctx, q); err != nil || s.Do == Withdraw {
			return err
		}
		return r.tellAsker(ctx, tx, q, say, s.Of)
	}
	if err := r.move(ctx, tx, g, q, to); err != nil {
		return err
	}
	if s.Do == Duplicate {
		if err := r.tellAsker(ctx, tx, q, say, s.Of); err != nil {
			return err
		}
	}
	return r.speak(ctx, tx, g, q, say)
}

// settle keeps what the asker says of the outcome. They may say it again.
func (r *Rules) settle(ctx context.Context, tx *db.Store, q *db.Query, s Step) error {
	if !slices.Contains([]string{db.OutcomeHelped, db.OutcomePartly, db.OutcomeNo}, s.Outcome) {
		return community.RefuseField("outcome", "choice-unknown")
	}
	if q.ClosedAt.IsZero() {
		return community.Refuse(community.Conflict, "query-state")
	}
	q.Outcome, q.OutcomeWords, q.OutcomeAt = s.Outcome, s.Words, tx.Now()
	if q.OutcomeAskedAt.IsZero() {
		q.OutcomeAskedAt = tx.Now() // nobody needs to ask
	}
	if err := r.move(ctx, tx, nil, q, q.State); err != nil || r.later.Settled == nil {
		return err
	}
	return r.later.Settled(ctx, tx, q)
}

// Consolidated says that the consolidated reply to a query is published, and where.
func (r *Rules) Consolidated(ctx context.Context, tx *db.Store, g *db.Group, queryID int64, reply string) error {
	q, err := load(ctx, tx, queryID)
	if err != nil {
		return err
	}
	if err := tx.PutQueryReply(ctx, queryID, reply); err != nil {
		return fmt.Errorf("note reply to query %d: %w", queryID, err)
	}
	return r.move(ctx, tx, g, q, db.QueryConsolidated)
}

// move writes the state and says it to other Copse servers; g may be nil.
func (r *Rules) move(ctx context.Context, tx *db.Store, g *db.Group, q *db.Query, to string) error {
	if q.State != to {
		q.State, q.StateAt = to, tx.Now()
	}
	if err := tx.PutQuery(ctx, q); err != nil {
		return fmt.Errorf("put query %d: %w", q.PostID, err)
	}
	if q.Post.State != db.PostPublished {
		return nil
	}
	if g == nil {
		var err error
		if g, err = groupOf(ctx, tx, q); err != nil {
			return err
		}
	}
	return r.state(ctx, tx, g, q)
}

// Count is how a query was answered so far. Late answers are counted with the rest.
type Count struct {
	Useful, MeToo, Late, All int
	Organisations            int // of useful ones
	People                   int
	First                    time.Time // when the first useful one was written; zero: none
	// ByAsker is the id of who asks, whose own words count for nothing.
	ByAsker int64
}

// CountOf counts responses to a query, given with their posts in the order they came.
func CountOf(q *db.Query, list []*db.Response) Count {
	c := Count{ByAsker: q.AskerID}
	people, orgs := map[int64]bool{}, map[string]bool{}
	for _, r := range list {
		if r.QueryID != q.PostID || r.AuthorID == q.AskerID && q.AskerID != 0 {
			continue
		}
		c.All++
		if Late(q, r.Post) {
			c.Late++
		}
		if r.Kind == db.MeToo {
			c.MeToo++
		}
		if !r.Useful() {
			continue
		}
		c.Useful++
		people[r.AuthorID], orgs[r.Organisation] = true, true
		if c.First.IsZero() || r.Post.PublishedAt.Before(c.First) {
			c.First = r.Post.PublishedAt.Time
		}
	}
	c.People, c.Organisations = len(people), len(orgs)
	return c
}

// Late says that a response was written after its query was closed.
func Late(q *db.Query, p *db.Post) bool {
	return !q.ClosedAt.IsZero() && p.PublishedAt.After(q.ClosedAt.Time)
}

// maxResponses bounds what is counted of one query.
const maxResponses = 1000

func counts(ctx context.Context, tx *db.Store, q *db.Query) (Count, error) {
	list, err := tx.ResponsesTo(ctx, maxResponses, q.PostID)
	if err != nil {
		return Count{}, fmt.Errorf("load responses to query %d: %w", q.PostID, err)
	}
	return CountOf(q, list), nil
}

// asker is who asks, nil where that is not known here.
func asker(ctx context.Context, s *db.Store, q *db.Query) (*db.Actor, error) {
	if q.AskerID == 0 {
		return nil, nil //nolint:nilnil // nobody is an answer, not a fault
	}
	a, err := s.ActorByID(ctx, q.AskerID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // as above
	}
	if err != nil {
		return nil, fmt.Errorf("load asker of query %d: %w", q.PostID, err)
	}
	return a, nil
}
