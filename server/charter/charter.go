// Package charter holds the rules of what a community agrees on: how one is founded, its charter
// drafted, proposed, signed, adopted and amended, and where it stands in its life.
//
// A rule permits, writes and publishes, in that order, inside the transaction it is given. It knows
// no HTTP and words nothing: headings and sentences come from the Words it is given. Start with
// found.go for how it begins, then propose.go, sign.go and adopt.go; take.go is what comes over the
// wire, charter_wire.go the shape of a charter there; life.go holds stages, recognition and end.
package charter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// Rules decides about charters and the life of communities.
type Rules struct {
	pub   *federation.Publisher
	iris  federation.IRIs
	com   *community.Rules
	words func(lang, code string, args map[string]string) string
	log   *slog.Logger
}

// Options is what the rules need.
type Options struct {
	Pub       *federation.Publisher
	Community *community.Rules
	// Words gives the heading or sentence for a code in a language, plain text.
	Words func(lang, code string, args map[string]string) string
	Log   *slog.Logger
}

// New makes the rules.
func New(o Options) *Rules {
	return &Rules{pub: o.Pub, iris: o.Pub.IRIs(), com: o.Community, words: o.Words, log: o.Log}
}

// Doors that a signature comes by, as pages name them.
const (
	DoorWeb    = "web"
	DoorClient = "client"
	DoorPeer   = "peer"
)

// language is the first language of a group, else English.
func language(g *db.Group) string {
	if first, _, _ := strings.Cut(g.Languages, " "); first != "" {
		return first
	}
	return "en"
}

// Voice says whether a person has a say in a version, to show the way or not; acts ask again.
func (r *Rules) Voice(ctx context.Context, s *db.Store, g *db.Group, c *db.Charter, who *db.Actor) (bool, error) {
	return r.voice(ctx, s, g, c, who)
}

// voice says whether a person has a say in a version: founders of the group in the first one, and in
// all of them whoever the table of rights lets vote on a charter.
func (r *Rules) voice(ctx context.Context, tx *db.Store, g *db.Group, c *db.Charter, who *db.Actor) (bool, error) {
	if who == nil || !who.Active() {
		return false, nil
	}
	err := r.com.Permit(ctx, tx, g, who, rights.Vote)
	no, is := errors.AsType[*community.Refusal](err)
	switch {
	case err == nil:
		return true, nil
	case !is:
		return false, err
	case no.Code == "banned" || c.Version != 1:
		return false, nil
	}
	founders, err := tx.FoundersOf(ctx, g.ActorID)
	if err != nil {
		return false, fmt.Errorf("load founders of group %d: %w", g.ActorID, err)
	}
	return slices.ContainsFunc(founders, func(f *db.Founder) bool { return f.ActorID == who.ID }), nil
}

// Readable says whether who may read what a group has agreed on: everybody where its home page is
// public, else those with a voice. A nil who is a stranger.
func (r *Rules) Readable(ctx context.Context, s *db.Store, g *db.Group, c *db.Charter, who *db.Actor) (bool, error) {
	if c.State == db.CharterDraft {
		if who == nil {
			return false, nil
		}
		st, err := r.com.Standing(ctx, s, g, who)
		return st.Moderates() || who.ID == c.AuthorID, err
	}
	if g.Openness == db.OpennessOpen || g.Openness == db.OpennessRestricted {
		return true, nil
	}
	if who == nil {
		return false, nil
	}
	if err := r.com.Permit(ctx, s, g, who, rights.Read); err == nil {
		return true, nil
	}
	return r.voice(ctx, s, g, c, who)
}

// open loads the group of a version that still can be decided, or refuses.
func (r *Rules) open(ctx context.Context, tx *db.Store, c *db.Charter) (*db.Group, error) {
	if c.State == db.CharterAdopted {
		return nil, community.Refuse(community.Conflict, "charter-not-proposed")
	}
	return r.heard(ctx, tx, c)
}

// heard loads the group of a version to which names and comments can be added: one that is proposed,
// or in force.
func (r *Rules) heard(ctx context.Context, tx *db.Store, c *db.Charter) (*db.Group, error) {
	g, err := tx.GroupByID(ctx, c.GroupID)
	if err != nil {
		return nil, fmt.Errorf("load group of charter %d: %w", c.ID, err)
	}
	switch {
	case !g.Actor.Active():
		return nil, community.Refuse(community.Gone, "group-gone")
	case !g.ArchivedAt.IsZero():
		return nil, community.Refuse(community.Forbidden, "group-archived")
	case c.State != db.CharterProposed && c.State != db.CharterAdopted:
		return nil, community.Refuse(community.Conflict, "charter-not-proposed")
	}
	return g, nil
}

// none turns a missing row into nil.
func none[T any](row *T, err error) (*T, error) {
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	return row, err
}
