package community

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// toInboxes is an audience of single actors at their own inboxes, our own left out. Follows and
// their answers go there, as Mastodon and GoToSocial do it: an answer is for one actor.
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

// toPeople is an audience of single actors at the shared inboxes of their servers; none when all
// are ours.
func toPeople(actors ...*db.Actor) []db.Audience {
	to := federation.ToActors(actors...)
	if len(to.Inboxes) == 0 {
		return nil
	}
	return []db.Audience{to}
}

// asked is a Follow or Join with just what an answer needs to be matched (peers.md B1). Only its
// id, type, actor and object are repeated: what else came is its sender's.
func asked(kind, id, actor, object string) *vocab.ActivityDoc {
	return &vocab.ActivityDoc{ID: id, Type: kind, Actor: actor, Object: object}
}

// answer publishes the Accept or Reject of what somebody elsewhere asked of one of ours.
func (r *Rules) answer(ctx context.Context, tx *db.Store, from, to *db.Actor, doc vocab.ActivityDoc) error {
	if to.Local {
		return nil
	}
	doc.To = []string{to.URI}
	_, err := r.pub.Publish(ctx, tx, federation.Outgoing{Actor: from, Doc: doc, ObjectURI: to.URI, To: toInboxes(to)})
	return err
}

// object is the first object of an activity and its address.
func object(act *vocab.Object) (*vocab.Object, string) {
	ref := act.Inner()
	if ref.IRI == "" && ref.Object != nil {
		return ref.Object, ref.Object.ID
	}
	return ref.Object, ref.IRI
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

// groupOf returns the group behind an actor, nil for who is no group.
func groupOf(ctx context.Context, s *db.Store, a *db.Actor) (*db.Group, error) {
	if a.Type != db.ActorGroup {
		return nil, nil //nolint:nilnil // no group is an answer, not a fault
	}
	g, err := s.GroupByID(ctx, a.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // as above
	}
	if err != nil {
		return nil, fmt.Errorf("load group %s: %w", a.URI, err)
	}
	return g, nil
}

// outcome turns a rule's no into the end of a receipt, and leaves faults as they are.
func outcome(err error) (federation.Outcome, error) {
	if err == nil {
		return federation.Done(), nil
	}
	if no, ok := errors.AsType[*Refusal](err); ok {
		return federation.Refused(no.Code), nil
	}
	return federation.Outcome{}, err
}

// fault is an outcome that the worker tries again or reports.
func fault(err error) (federation.Outcome, error) { return federation.Outcome{}, err }

// Attached is what goes with a post as all read it: links, pictures with their words, files.
func Attached(list []*db.Attachment) []vocab.AttachmentDoc {
	var out []vocab.AttachmentDoc
	for _, f := range list {
		file := vocab.AttachmentDoc{Type: f.Type, URL: f.URL, MediaType: f.MediaType, Name: f.Name, Size: f.Size, Digest: f.Digest}
		if f.Type == "Link" {
			file.Href, file.URL = f.URL, ""
		}
		out = append(out, file)
	}
	return out
}
