// Package artifact holds the rules of what a community knows and keeps: how an artifact is drafted
// together, reviewed across organisations, published in versions that never change, suggested
// changes to, and reported as used.
//
// A rule permits, writes and publishes, in that order, inside the transaction it is given. It knows
// no HTTP and words nothing but by the Words it is given. What an artifact is, apart from who may do
// what, is in server/practice. Start with write.go, then review.go and publish.go; take.go is what
// comes over the wire.
package artifact

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/rights"
)

// Rules decides about artifacts.
type Rules struct {
	pub   *federation.Publisher
	iris  federation.IRIs
	com   *community.Rules
	ex    *exchange.Rules
	kinds *practice.Kinds
	words func(lang, code string, args map[string]string) string
	log   *slog.Logger
}

// Options is what the rules need.
type Options struct {
	Pub       *federation.Publisher
	Community *community.Rules
	Exchange  *exchange.Rules
	Kinds     *practice.Kinds
	// Words gives the sentence for a code in a language, plain text.
	Words func(lang, code string, args map[string]string) string
	Log   *slog.Logger
}

// New makes the rules.
func New(o Options) *Rules {
	return &Rules{pub: o.Pub, iris: o.Pub.IRIs(), com: o.Community, ex: o.Exchange, kinds: o.Kinds, words: o.Words, log: o.Log}
}

// Kinds are the templates of this instance.
func (r *Rules) Kinds() *practice.Kinds { return r.kinds }

// reviewIn is when an artifact is looked at again unless its author says otherwise, due when a review
// is, and enough how many have to accept.
const (
	reviewIn = 12
	due      = 10 * 24 * time.Hour
	enough   = 2
)

// Readable says whether who may read an artifact: a published one whoever reads the group, a draft its
// members. A nil who is a stranger.
func (r *Rules) Readable(ctx context.Context, s *db.Store, g *db.Group, a *db.Artifact, who *db.Actor) (bool, error) {
	if a.Drafted() {
		return r.Writes(ctx, s, g, a, who)
	}
	return r.may(ctx, s, g, who, rights.Read)
}

// Writes says whether who sees and works on the draft: whoever may write artifacts in its group, its
// author, and who was asked to review it.
func (r *Rules) Writes(ctx context.Context, s *db.Store, g *db.Group, a *db.Artifact, who *db.Actor) (bool, error) {
	if who == nil || !who.Active() {
		return false, nil
	}
	if !g.Actor.Local { // of a draft elsewhere we have what its home or one of ours brought
		if who.ID == a.AuthorID {
			return true, nil
		}
		return asked(ctx, s, a, who)
	}
	if ok, err := r.may(ctx, s, g, who, rights.Write); err != nil || ok {
		return ok, err
	}
	return asked(ctx, s, a, who)
}

// asked says that somebody was asked to review what is a draft now.
func asked(ctx context.Context, s *db.Store, a *db.Artifact, who *db.Actor) (bool, error) {
	_, err := s.ReviewBy(ctx, a.ID, a.Version+1, who.ID)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// may turns a refusal into no.
func (r *Rules) may(ctx context.Context, s *db.Store, g *db.Group, who *db.Actor, act rights.Act) (bool, error) {
	err := r.com.Permit(ctx, s, g, who, act)
	if _, is := errors.AsType[*community.Refusal](err); is {
		return false, nil
	}
	return err == nil, err
}

// Publishes says whether who may publish the next version, as far as their standing goes: core and
// facilitators, the steward of the artifact, and experts.
func (r *Rules) Publishes(ctx context.Context, s *db.Store, g *db.Group, a *db.Artifact, who *db.Actor) (bool, error) {
	if who == nil || !g.Actor.Local {
		return false, nil
	}
	if ok, err := r.may(ctx, s, g, who, rights.PublishVersion); err != nil || ok {
		return ok, err
	}
	if who.ID != a.StewardID && who.ID != a.AuthorID {
		return false, nil
	}
	return r.may(ctx, s, g, who, rights.Write)
}

// home loads the group of an artifact of ours that somebody wants to work on, or refuses.
func (r *Rules) home(ctx context.Context, tx *db.Store, a *db.Artifact) (*db.Group, error) {
	g, err := tx.GroupByID(ctx, a.GroupID)
	if err != nil {
		return nil, fmt.Errorf("load group of artifact %d: %w", a.ID, err)
	}
	switch {
	case !g.Actor.Active():
		return nil, community.Refuse(community.Gone, "group-gone")
	case !g.Actor.Local:
		return nil, community.Refuse(community.Conflict, "artifact-elsewhere")
	case !a.DiscardedAt.IsZero():
		return nil, community.Refuse(community.Gone, "draft-discarded")
	}
	return g, nil
}

// language is what an artifact is written in, else the first language of its group.
func language(given string, g *db.Group) string {
	if given != "" {
		return given
	}
	if first, _, _ := strings.Cut(g.Languages, " "); first != "" {
		return first
	}
	return "en"
}

// line is what somebody here is told of an artifact.
type line struct {
	to, by int64
	what   string
}

// tell puts one line into somebody's inbox here.
func tell(ctx context.Context, tx *db.Store, a *db.Artifact, l line) error {
	if l.to == 0 || l.to == l.by {
		return nil
	}
	return community.Notify(ctx, tx, l.to, db.Notification{
		Kind: db.NotifyArtifact, ActorID: l.by, GroupID: a.GroupID, PostID: a.ID, Note: l.what,
	})
}

// none turns a missing row into nil.
func none[T any](row *T, err error) (*T, error) {
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	return row, err
}
