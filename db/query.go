package db

import (
	"context"
	"slices"

	"github.com/uptrace/bun"
)

// KindQuery is a discussion that asks for something, with a row in queries beside the post.
const KindQuery = "query"

// What somebody needs who asks (domain.md 3b).
const (
	AsksProblem     = "problem"
	AsksInformation = "information"
	AsksExperience  = "experience"
)

// States of a query, as they are said on the wire (wire.md 9). Where a query is checked before it is
// shown it waits, or is clarified with whoever asked.
const (
	QueryWaiting       = "waiting"
	QueryClarifying    = "clarifying"
	QueryOpen          = "open"
	QueryClosing       = "closing" // told that it closes in three days
	QueryConsolidating = "consolidating"
	QueryConsolidated  = "consolidated"
	QueryReopened      = "reopened"
	QueryUnanswered    = "unanswered" // closed without a useful response
	QueryWithdrawn     = "withdrawn"
	QueryDuplicate     = "duplicate"
)

// QueryStates lists all of them, in the order of a query's life.
func QueryStates() []string {
	return []string{
		QueryWaiting, QueryClarifying, QueryOpen, QueryClosing, QueryConsolidating, QueryConsolidated,
		QueryReopened, QueryUnanswered, QueryWithdrawn, QueryDuplicate,
	}
}

// OpenStates are those in which responses are waited for.
func OpenStates() []string { return []string{QueryOpen, QueryClosing, QueryReopened} }

// What came of a query, as its asker says.
const (
	OutcomeHelped = "helped"
	OutcomePartly = "partly"
	OutcomeNo     = "no"
)

// Query is what a post that asks has beside its text. The row of the community's own instance is the
// truth; others hold what it has said.
type Query struct {
	bun.BaseModel `bun:"table:queries,alias:query"`

	PostID  int64 `bun:"post_id,pk"`
	GroupID int64 `bun:"group_id"`
	// AskerID is who asks: the author of the post, or, of an anonymous query, the person whom only
	// facilitators know. 0 on copies of anonymous ones.
	AskerID   int64  `bun:"asker_id"`
	Anonymous bool   `bun:"anonymous"`
	Kind      string `bun:"kind"`
	State     string `bun:"state"`
	StateAt   Time   `bun:"state_at"`
	Days      int64  `bun:"days"`      // how long it stays open
	WantedBy  Time   `bun:"wanted_by"` // when the asker needs it
	OpenedAt  Time   `bun:"opened_at"`
	ClosesAt  Time   `bun:"closes_at"`
	// ExtendedAt is when it was extended, which happens once.
	ExtendedAt Time `bun:"extended_at"`
	HalfAt     Time `bun:"half_at"`    // told at half time
	NoticedAt  Time `bun:"noticed_at"` // told that it closes
	// PromptedAt is when people were asked to help a second time, for want of a useful response.
	PromptedAt Time `bun:"prompted_at"`
	ClosedAt   Time `bun:"closed_at"`
	ReopenedAt Time `bun:"reopened_at"`
	// Why it was reopened or withdrawn, in somebody's words.
	Why         string `bun:"why"`
	DuplicateOf string `bun:"duplicate_of"` // the address of the query that was asked before
	SaidAt      Time   `bun:"said_at"`      // when the group last spoke of it
	Unsaid      string `bun:"unsaid"`       // what it has still to say, by its code
	OutcomeDue  Time   `bun:"outcome_due"`  // when to ask the asker
	// OutcomeAskedAt is when the asker was asked what came of it.
	OutcomeAskedAt Time   `bun:"outcome_asked_at"`
	Outcome        string `bun:"outcome"`
	OutcomeWords   string `bun:"outcome_words"`
	OutcomeAt      Time   `bun:"outcome_at"`

	Post *Post `bun:"rel:belongs-to,join:post_id=id"`
}

// IsOpen says that responses are waited for.
func (q *Query) IsOpen() bool { return slices.Contains(OpenStates(), q.State) }

// Checked says that it has not been shown yet.
func (q *Query) Checked() bool { return q.State == QueryWaiting || q.State == QueryClarifying }

// PutQuery stores a query, or what is new of it.
func (s *Store) PutQuery(ctx context.Context, q *Query) error {
	_, err := s.write.NewInsert().Model(q).On("CONFLICT (post_id) DO UPDATE").
		Set("asker_id = EXCLUDED.asker_id, anonymous = EXCLUDED.anonymous, kind = EXCLUDED.kind, state = EXCLUDED.state, state_at = EXCLUDED.state_at").
		Set("days = EXCLUDED.days, wanted_by = EXCLUDED.wanted_by, opened_at = EXCLUDED.opened_at, closes_at = EXCLUDED.closes_at").
		Set("extended_at = EXCLUDED.extended_at, half_at = EXCLUDED.half_at, noticed_at = EXCLUDED.noticed_at, prompted_at = EXCLUDED.prompted_at, closed_at = EXCLUDED.closed_at").
		Set("reopened_at = EXCLUDED.reopened_at, why = EXCLUDED.why, duplicate_of = EXCLUDED.duplicate_of, said_at = EXCLUDED.said_at").
		Set("unsaid = EXCLUDED.unsaid, outcome_due = EXCLUDED.outcome_due, outcome_asked_at = EXCLUDED.outcome_asked_at").
		Set("outcome = EXCLUDED.outcome, outcome_words = EXCLUDED.outcome_words, outcome_at = EXCLUDED.outcome_at, group_id = EXCLUDED.group_id").Exec(ctx)
	return wrap(err)
}

// QueryOf is what a post asks; ErrNotFound where it asks nothing.
func (s *Store) QueryOf(ctx context.Context, postID int64) (*Query, error) {
	q := new(Query)
	return q, one(ctx, s.read.NewSelect().Model(q).Where("query.post_id = ?", postID))
}

// MakeQuery turns a discussion into a query.
func (s *Store) MakeQuery(ctx context.Context, p *Post) error {
	p.Kind = KindQuery
	_, err := s.exec(ctx, "UPDATE posts SET kind = ? WHERE id = ?", KindQuery, p.ID)
	return err
}

// QuerySearch asks for queries of a community.
type QuerySearch struct {
	GroupID int64
	States  []string // none: all
	Kinds   []string // none: all
	// Useless leaves only those without a useful response.
	Useless bool
	// Waiting is for those who look first, and for who asked: held ones too.
	Waiting bool
	AskerID int64 // 0: anybody
	// Decays orders by what closes first; else the newest come first.
	Decays bool
	Before int64 // the id of the last one of the page before; newest first only
	Limit  int
}

// useful says of a response r to a query that it counts: somebody else's, shown, and more than a
// question or a sigh (domain.md 3d, demand D19).
const useful = `EXISTS (SELECT 1 FROM responses r JOIN posts rp ON rp.id = r.post_id WHERE r.query_id = query.post_id
	AND rp.state = 'published' AND r.kind NOT IN ('clarification', 'me-too') AND r.author_id <> query.asker_id)`

// FindQueries lists queries with their posts and authors.
func (s *Store) FindQueries(ctx context.Context, f QuerySearch) ([]*Query, error) {
	var list []*Query
	sel := s.read.NewSelect().Model(&list).Relation("Post", func(q *bun.SelectQuery) *bun.SelectQuery { return q.ExcludeColumn("source") }).
		Relation("Post.Author", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) }).
		Where("query.group_id = ?", f.GroupID)
	if f.Waiting {
		sel = sel.Where("post.state IN ('published', 'held', 'waiting')")
	} else {
		sel = sel.Where("post.state = 'published'")
	}
	if len(f.States) > 0 {
		sel = sel.Where("query.state IN (?)", bun.List(f.States))
	}
	if len(f.Kinds) > 0 {
		sel = sel.Where("query.kind IN (?)", bun.List(f.Kinds))
	}
	if f.AskerID != 0 {
		sel = sel.Where("query.asker_id = ?", f.AskerID)
	}
	if f.Useless {
		sel = sel.Where("NOT " + useful)
	}
	if f.Before != 0 {
		sel = sel.Where("query.post_id < ?", f.Before)
	}
	if f.Decays {
		sel = sel.OrderExpr("CASE WHEN query.closes_at = 0 THEN query.state_at ELSE query.closes_at END").Order("query.post_id")
	} else {
		sel = sel.Order("query.post_id DESC")
	}
	return list, wrap(sel.Limit(int64(f.Limit)).Scan(ctx))
}

// CountQueries counts the shown queries of a community by state and by kind.
func (s *Store) CountQueries(ctx context.Context, groupID int64) (states, kinds map[string]int, err error) {
	var rows []struct {
		State string `bun:"state"`
		Kind  string `bun:"kind"`
		N     int    `bun:"n"`
	}
	err = s.read.NewRaw(`SELECT query.state AS state, query.kind AS kind, count(*) AS n FROM queries query JOIN posts post ON post.id = query.post_id
		WHERE query.group_id = ? AND post.state = 'published' GROUP BY query.state, query.kind`, groupID).Scan(ctx, &rows)
	states, kinds = map[string]int{}, map[string]int{}
	for _, r := range rows {
		states[r.State] += r.N
		kinds[r.Kind] += r.N
	}
	return states, kinds, wrap(err)
}

// QueriesDue lists queries of groups of ours that time does something to: their half time, their
// notice or their end is past, the asker is to be asked, or the group has something to say again.
func (s *Store) QueriesDue(ctx context.Context, after int64, limit int) ([]*Query, error) {
	var list []*Query
	now := s.Now()
	err := s.read.NewSelect().Model(&list).Relation("Post").Relation("Post.Author").
		Where("query.post_id > ? AND query.group_id IN (SELECT id FROM actors WHERE local)", after).
		WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("(query.state IN ('open', 'reopened') AND query.half_at = 0 AND query.opened_at + (query.closes_at - query.opened_at) / 2 <= ?)", now).
				WhereOr("(query.state IN ('open', 'reopened') AND query.noticed_at = 0 AND query.closes_at - ? <= ?)", QueryNotice.Milliseconds(), now).
				WhereOr("(query.state IN ('open', 'reopened') AND query.prompted_at = 0 AND query.opened_at + ? <= ?)", QueryPrompt.Milliseconds(), now).
				WhereOr("(query.state IN ('open', 'closing', 'reopened') AND query.closes_at <= ?)", now).
				WhereOr("(query.outcome_due > 0 AND query.outcome_due <= ? AND query.outcome_asked_at = 0)", now).
				WhereOr("(query.unsaid <> '' AND query.said_at <= ?)", At(now.Add(-SayAgain)))
		}).
		Order("query.post_id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// AskedBefore says whether somebody has had a query shown in a community before.
func (s *Store) AskedBefore(ctx context.Context, groupID, askerID int64) (bool, error) {
	var n int
	err := s.read.NewRaw(`SELECT count(*) FROM (SELECT 1 FROM queries WHERE asker_id = ? AND group_id = ? AND opened_at > 0 LIMIT 1) x`,
		askerID, groupID).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// QueriesSince counts what somebody has asked in a community since a moment, shown or not.
func (s *Store) QueriesSince(ctx context.Context, groupID, askerID int64, since Time) (n int, err error) {
	err = s.read.NewRaw(`SELECT count(*) FROM queries q JOIN posts p ON p.id = q.post_id
		WHERE q.asker_id = ? AND q.group_id = ? AND p.created_at > ?`, askerID, groupID, since).Scan(ctx, &n)
	return n, wrap(err)
}

// Serve counts that somebody found their answer in a post before asking.
func (s *Store) Serve(ctx context.Context, groupID, postID int64) error {
	_, err := s.exec(ctx, "INSERT INTO self_served (id, group_id, post_id, at) VALUES (?, ?, ?, ?)", s.NewID(), groupID, postID, s.Now())
	return err
}

// ServedSince counts those who found their answer before asking.
func (s *Store) ServedSince(ctx context.Context, groupID int64, since Time) (n int, err error) {
	err = s.read.NewRaw("SELECT count(*) FROM self_served WHERE group_id = ? AND at >= ?", groupID, since).Scan(ctx, &n)
	return n, wrap(err)
}

// QueriesOpenedSince lists the queries of some communities that were opened since a moment, without
// their posts, the last first: what measures are made of.
func (s *Store) QueriesOpenedSince(ctx context.Context, groupIDs []int64, since Time, limit int) ([]*Query, error) {
	var list []*Query
	if len(groupIDs) == 0 {
		return list, nil
	}
	err := s.read.NewSelect().Model(&list).Where("query.group_id IN (?) AND query.opened_at > ?", bun.List(groupIDs), since).
		Order("query.opened_at DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}
