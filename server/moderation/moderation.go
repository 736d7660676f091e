// Package moderation holds the rules by which a community is kept civil: reports from anywhere to
// moderators anywhere, what is decided about them, and appeals against bans.
//
// To remove, lock, pin or hold a post is for exchange, bans and roles are for community, which it
// asks who may. Like all rules it permits, writes and publishes in the transaction it is given,
// knows no HTTP and words nothing. Start with report.go and resolve.go; what comes over the wire
// enters by the Take functions.
package moderation

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// Rules decides about reports and what follows from them.
type Rules struct {
	pub  *federation.Publisher
	iris federation.IRIs
	com  *community.Rules
}

// Options is what the rules need.
type Options struct {
	Pub       *federation.Publisher
	Community *community.Rules
}

// New makes the rules.
func New(o Options) *Rules { return &Rules{pub: o.Pub, iris: o.Pub.IRIs(), com: o.Community} }

// toInboxes is an audience of single actors at their own inboxes, our own left out: what moderators
// and reporters are told is for them alone.
func toInboxes(actors ...*db.Actor) []db.Audience {
	var to db.Audience
	for _, a := range actors {
		if a != nil && !a.Local && a.Inbox != "" && a.Active() {
			to.Inboxes = append(to.Inboxes, db.FollowerInbox{Inbox: a.Inbox, Host: a.Host})
		}
	}
	if len(to.Inboxes) == 0 {
		return nil
	}
	return []db.Audience{to}
}

// known returns the actor with an address, nil where we have never met it.
func known(ctx context.Context, s *db.Store, iri string) (*db.Actor, error) {
	if iri == "" {
		return nil, nil //nolint:nilnil // nobody is an answer, not a fault
	}
	a, err := s.ActorByURI(ctx, iri)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // as above
	}
	if err != nil {
		return nil, fmt.Errorf("load actor %s: %w", iri, err)
	}
	return a, nil
}

func authorOf(ctx context.Context, s *db.Store, p *db.Post) (*db.Actor, error) {
	if p.Author != nil {
		return p.Author, nil
	}
	a, err := s.ActorByID(ctx, p.AuthorID)
	if err != nil {
		return nil, fmt.Errorf("load author of post %d: %w", p.ID, err)
	}
	return a, nil
}

// object is the address of what an activity is about.
func object(act *vocab.Object) string {
	ref := act.Inner()
	if ref.IRI == "" && ref.Object != nil {
		return ref.Object.ID
	}
	return ref.IRI
}

// outcome turns a rule's no into the end of a receipt, and leaves faults as they are.
func outcome(err error) (federation.Outcome, error) {
	if err == nil {
		return federation.Done(), nil
	}
	if no, ok := errors.AsType[*community.Refusal](err); ok {
		return federation.Refused(no.Code), nil
	}
	return federation.Outcome{}, err
}

// fault is an outcome that the worker tries again or reports.
func fault(err error) (federation.Outcome, error) { return federation.Outcome{}, err }
