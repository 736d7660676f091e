// Package query holds the rules of asking: a query is the post that starts its discussion and a row
// beside it that says where it stands (domain.md 3d, 4.3). Who asks, who looks first, how long it is
// open, what kinds of answers came, who may know, and what came of it.
//
// Posts themselves are for exchange, which calls back through Kinds; rights and notices are for
// community. Like all rules it permits, writes and publishes in the transaction it is given, knows no
// HTTP and words nothing. The community's own instance decides; others hold what it says and send
// what their people want. Start with ask.go, then step.go; say.go and take.go are the wire.
package query

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// Queries follows the address of a group: what its queries are said to be in, and what is said of
// them (wire.md 9).
const Queries = "/queries"

// Rules decides about queries.
type Rules struct {
	pub   *federation.Publisher
	iris  federation.IRIs
	com   *community.Rules
	ex    *exchange.Rules
	words func(lang, code string, args map[string]string) string
	later Later
}

// Options is what the rules need.
type Options struct {
	Pub       *federation.Publisher
	Community *community.Rules
	Exchange  *exchange.Rules
	// Words puts a code into a sentence of plain text, as in community.Options.
	Words func(lang, code string, args map[string]string) string
	// Later is told of what comes after a query was closed.
	Later Later
}

// Later is for the rules of consolidated replies, which are made after these. Its parts may be nil.
type Later struct {
	Settled  func(ctx context.Context, tx *db.Store, q *db.Query) error // its asker says what came of it
	Answered func(ctx context.Context, tx *db.Store, q *db.Query, p *db.Post) error
}

// New makes the rules.
func New(o Options) *Rules {
	return &Rules{pub: o.Pub, iris: o.Pub.IRIs(), com: o.Community, ex: o.Exchange, words: o.Words, later: o.Later}
}

// Kinds is what exchange asks of the rules, which are made after it.
func Kinds(rules func() *Rules) exchange.Kinds {
	return exchange.Kinds{
		Of: kindOf,
		Hold: func(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) (bool, error) {
			return rules().holds(ctx, tx, g, p.Author, p)
		},
		Stored: func(ctx context.Context, tx *db.Store, p *db.Post, doc *vocab.Object) error {
			return rules().stored(ctx, tx, p, doc)
		},
		Released: func(ctx context.Context, tx *db.Store, _ *db.Group, p *db.Post) error {
			return rules().released(ctx, tx, p)
		},
		Shown: func(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
			return rules().shown(ctx, tx, g, p)
		},
		Terms: terms,
	}
}

// How long a query stays open, in days, and by how much it is extended.
const (
	DaysUsual   = 10
	DaysLeast   = 2 // urgent
	DaysMost    = 15
	DaysLonger  = 5
	outcomeDays = 14
)

const day = 24 * time.Hour

// SynthesisIn is how long after closing the consolidated reply is due.
const SynthesisIn = 5 * day

// load is a query with its post, which its id names.
func load(ctx context.Context, s *db.Store, postID int64) (*db.Query, error) {
	q, err := s.QueryOf(ctx, postID)
	if err != nil {
		return nil, fmt.Errorf("load query %d: %w", postID, err)
	}
	if q.Post, err = s.PostByID(ctx, postID); err != nil {
		return nil, fmt.Errorf("load post of query %d: %w", postID, err)
	}
	return q, nil
}

func groupOf(ctx context.Context, s *db.Store, q *db.Query) (*db.Group, error) {
	g, err := s.GroupByID(ctx, q.GroupID)
	if err != nil {
		return nil, fmt.Errorf("load group of query %d: %w", q.PostID, err)
	}
	return g, nil
}

// open lets responses in for as long as the query says.
func open(s *db.Store, q *db.Query, state string) {
	q.State, q.StateAt, q.OpenedAt = state, s.Now(), s.Now()
	q.ClosesAt = db.At(q.OpenedAt.Add(time.Duration(q.Days) * day))
	q.HalfAt, q.NoticedAt, q.PromptedAt, q.ClosedAt = db.Time{}, db.Time{}, db.Time{}, db.Time{}
}

// missing says that there is none of that name.
func missing(err error) bool { return errors.Is(err, db.ErrNotFound) }
