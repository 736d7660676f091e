package db

import (
	"context"

	"github.com/uptrace/bun"
)

// Kinds of contribution. Others may be added: a kind is a word.
const (
	GaveQuery    = "query"
	GaveResponse = "response"
	GaveHelpful  = "helpful" // a mark on what somebody else gave
	GavePost     = "post"    // the start of a discussion
	GaveReply    = "reply"   // in a discussion that asks nothing
	GaveVersion  = "version" // a version of an artifact, by each who wrote on it
	GaveReview   = "review"  // finished
	GaveUse      = "use"     // a report that an artifact was applied
)

// Contribution is something a person gave to a community, with what they were at that moment. Rows are
// added and never changed, so that figures of the past stay what they were.
type Contribution struct {
	bun.BaseModel `bun:"table:contributions,alias:contribution"`

	ID      int64 `bun:"id,pk"`
	GroupID int64 `bun:"group_id"`
	// ActorID is 0 where the person is not to be named.
	ActorID      int64  `bun:"actor_id"`
	Organisation string `bun:"organisation"` // as the person gave it then, else their host
	Door         string `bun:"door"`         // web, peer, client, mail, command
	Kind         string `bun:"kind"`
	Object       string `bun:"object"` // the address of what was given, or what was marked
	At           Time   `bun:"at"`
}

// Contribute adds a contribution. Where who is nil nobody is named.
func (s *Store) Contribute(ctx context.Context, c Contribution, who *Actor) error {
	c.ID = s.NewID()
	if c.At.IsZero() {
		c.At = s.Now()
	}
	if who != nil {
		c.ActorID, c.Organisation = who.ID, OrganisationOf(who)
	}
	return s.insert(ctx, &c)
}

// Contributed says whether a person gave an object of a kind before.
func (s *Store) Contributed(ctx context.Context, c Contribution, actorID int64) (bool, error) {
	var given bool
	err := s.read.NewRaw("SELECT EXISTS (SELECT 1 FROM contributions WHERE group_id = ? AND actor_id = ? AND kind = ? AND object = ?)",
		c.GroupID, actorID, c.Kind, c.Object).Scan(ctx, &given)
	return given, wrap(err)
}

// OrganisationOf is what a person belongs to as they say, else where they come from.
func OrganisationOf(a *Actor) string {
	if a.Organisation != "" {
		return a.Organisation
	}
	return a.Host
}

// Contributions lists what was given to a community from a moment on, oldest first.
func (s *Store) Contributions(ctx context.Context, groupID int64, since Time, limit int) ([]*Contribution, error) {
	var list []*Contribution
	err := s.read.NewSelect().Model(&list).Where("group_id = ? AND at >= ?", groupID, since).Order("at", "id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}
