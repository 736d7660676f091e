// Package trust holds what keeps a community that is not open among its members when they sit on
// several organisations' servers (wire.md 6, 6b, security.md T45 to T50): which organisations it
// trusts, whom it lets ask, what it tells members whose servers can't keep the true posts among
// them, and how access ends.
//
// As all rules it permits, writes and publishes inside the transaction it is given, and words
// nothing. Who may do what in a community is for server/community; list.go is the place to begin.
package trust

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// Rules decides about trust and access.
type Rules struct {
	pub   *federation.Publisher
	iris  federation.IRIs
	com   *community.Rules
	words func(lang, code string, args map[string]string) string
}

// Options is what the rules need.
type Options struct {
	Pub       *federation.Publisher
	Community *community.Rules
	// Words gives the sentence in which a group tells of a post, as in community.Options.
	Words func(lang, code string, args map[string]string) string
}

// New makes the rules.
func New(o Options) *Rules {
	return &Rules{pub: o.Pub, iris: o.Pub.IRIs(), com: o.Community, words: o.Words}
}

// Closed is what the rules of communities tell these, which are built after them.
func Closed(rules func() *Rules) community.Closed {
	return community.Closed{
		Passed: func(ctx context.Context, tx *db.Store, g *db.Group, a *db.Activity) error {
			return rules().Retell(ctx, tx, g, a)
		},
		Admitted: func(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) error {
			return rules().Welcome(ctx, tx, g, who)
		},
		SentAway: func(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, f *db.Follow) error {
			return rules().SentAway(ctx, tx, g, who, f)
		},
	}
}

// Admits answers nil, or the Refusal that says why nobody at the host of who can be a member of g:
// the host is not among the organisations that g trusts, or its software can't keep words among
// members and g does not speak to such servers. A list without entries limits nothing, except in a
// confidential group.
func (r *Rules) Admits(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) error {
	if who.Local || !g.Actor.Local || g.Openness == db.OpennessOpen {
		return nil
	}
	kept, err := tx.PromisingHosts(ctx, []string{who.Host})
	if err != nil {
		return fmt.Errorf("see what %s promises: %w", who.Host, err)
	}
	copies, err := tx.CopiesToClients(ctx, g)
	if err != nil {
		return fmt.Errorf("see whom %s speaks to: %w", g.Actor.URI, err)
	}
	if len(kept) == 0 && !copies {
		return community.Refuse(community.Forbidden, "host-no-promise")
	}
	return r.listed(ctx, tx, g, who.Host, len(kept) > 0)
}

// listed asks the list of organisations. Software that can answer an Invite must have agreed.
func (r *Rules) listed(ctx context.Context, tx *db.Store, g *db.Group, host string, answers bool) error {
	t, err := tx.TrustOf(ctx, g.ActorID, host)
	switch {
	case errors.Is(err, db.ErrNotFound):
		has, err := tx.HasTrusts(ctx, g.ActorID)
		if err != nil {
			return fmt.Errorf("load list of %s: %w", g.Actor.URI, err)
		}
		if has || g.Openness == db.OpennessConfidential {
			return community.Refuse(community.Forbidden, "host-not-trusted")
		}
		return nil
	case err != nil:
		return fmt.Errorf("load trust of %s: %w", host, err)
	case !t.Holds():
		return community.Refuse(community.Forbidden, "host-not-trusted")
	case answers && t.State != db.TrustConfirmed:
		return community.Refuse(community.Forbidden, "host-not-confirmed")
	}
	return nil
}

// reply publishes what one of ours says to one actor elsewhere, at its own inbox.
func (r *Rules) reply(ctx context.Context, tx *db.Store, from, to *db.Actor, doc vocab.ActivityDoc) (*db.Activity, error) {
	doc.To = []string{to.URI}
	out := federation.Outgoing{Actor: from, Doc: doc, ObjectURI: to.URI}
	if !to.Local && to.Inbox != "" {
		out.To = []db.Audience{{Inboxes: []db.FollowerInbox{{Inbox: to.Inbox, Host: to.Host}}}}
	}
	act, err := r.pub.Publish(ctx, tx, out)
	if err != nil {
		return nil, fmt.Errorf("send %s to %s: %w", doc.Type, to.URI, err)
	}
	return act, nil
}

// asked repeats of a Follow or Invite what an answer needs to be matched.
func asked(kind, id, actor, object string) *vocab.ActivityDoc {
	return &vocab.ActivityDoc{ID: id, Type: kind, Actor: actor, Object: object}
}

func ignoreNotFound(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	return err
}
