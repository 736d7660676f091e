// Package community holds the rules of communities of practice: who may do what in a group, who
// follows and belongs, who looks after it, and how a group passes on what happens in it.
//
// A rule permits, writes and publishes, in that order, inside the transaction it is given. It
// knows no HTTP, opens no connection and words nothing: what a group says in words comes from the
// Words it is given. Start with permit.go, then follow.go and join.go; what comes over the wire
// enters by the Take functions; announce.go is how a group distributes; group_wire.go and
// person_wire.go hold the shape of our actors.
package community

import (
	"context"
	"log/slog"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
)

// Rules decides about groups, people and what is between them.
type Rules struct {
	pub      *federation.Publisher
	iris     federation.IRIs
	log      *slog.Logger
	words    func(lang, code string, args map[string]string) string
	backfill func(groupID int64)
	closed   Closed
}

// Options is what the rules need.
type Options struct {
	Pub *federation.Publisher
	Log *slog.Logger
	// Words puts a code into a sentence of plain text in a language, for what a group says to one
	// person; "" where there is none. Arguments: group, handle, link, text.
	Words func(lang, code string, args map[string]string) string
	// Backfill is told, after the commit, of a group elsewhere that somebody of ours now follows,
	// so that its history is fetched. It must not block; nil fetches nothing.
	Backfill func(groupID int64)
	// Closed does what only groups that are not open need; server/trust does.
	Closed Closed
}

// Closed is told, within the transaction, what happens in groups of ours that are not open: what
// they pass on, whom they let in and whom they send away. A nil one is told nothing.
type Closed struct {
	Passed   func(ctx context.Context, tx *db.Store, g *db.Group, a *db.Activity) error
	Admitted func(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) error
	// SentAway tells their server that the follow, which was accepted, has ended.
	SentAway func(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, f *db.Follow) error
}

// New makes the rules.
func New(o Options) *Rules {
	return &Rules{pub: o.Pub, iris: o.Pub.IRIs(), log: o.Log, words: o.Words, backfill: o.Backfill, closed: o.Closed}
}
