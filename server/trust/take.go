package trust

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// TakeAsking looks at a Follow or Join of a group of ours that is not open before anybody decides
// about the person: one from where it trusts nobody gets its Reject, and the reason as a direct
// note. False: it is for the rules of membership. A confidential group answers nothing; it does not
// exist for strangers.
func (r *Rules) TakeAsking(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	if !in.Vouched || in.Via != nil {
		return federation.Outcome{}, false, nil
	}
	id, ours := r.iris.ID("groups", in.Activity.Inner().IRI)
	if !ours {
		return federation.Outcome{}, false, nil
	}
	g, err := tx.GroupByID(ctx, id)
	if errors.Is(err, db.ErrNotFound) {
		return federation.Outcome{}, false, nil
	}
	if err != nil {
		return federation.Outcome{}, false, fmt.Errorf("load group %d: %w", id, err)
	}
	err = r.Admits(ctx, tx, g, in.Actor)
	no, refused := errors.AsType[*community.Refusal](err)
	if !refused {
		return federation.Outcome{}, false, err
	}
	if g.Openness == db.OpennessConfidential {
		return federation.Refused(no.Code), true, nil
	}
	follow := asked(in.Activity.Type, in.Activity.ID, in.Actor.URI, g.Actor.URI)
	if _, err := r.reply(ctx, tx, g.Actor, in.Actor, vocab.ActivityDoc{Type: "Reject", Object: follow}); err != nil {
		return federation.Outcome{}, true, err
	}
	_, err = r.com.Tell(ctx, tx, g, community.Notice{To: in.Actor, Code: no.Code})
	return federation.Refused(no.Code), true, err
}

// TakeInvite keeps that a group elsewhere wants to trust us, for an admin to answer. False: it is
// addressed to a person.
func (r *Rules) TakeInvite(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	if !slices.Contains(in.Activity.Audiences(), r.iris.Instance()) {
		return federation.Outcome{}, false, nil
	}
	switch {
	case !in.Vouched || in.Via != nil:
		return federation.Refused("not-vouched"), true, nil
	case in.Actor.Type != db.ActorGroup || in.Activity.Inner().IRI != in.Actor.URI:
		return federation.Refused("not-a-group"), true, nil
	}
	t, err := tx.TrustOf(ctx, in.Actor.ID, r.iris.Host())
	if err == nil && t.Holds() && t.URI == in.Activity.ID {
		return federation.Ignored("known"), true, nil
	}
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return federation.Outcome{}, true, fmt.Errorf("load trust of %s: %w", in.Actor.URI, err)
	}
	err = tx.PutTrust(ctx, &db.Trust{
		GroupID: in.Actor.ID, Host: r.iris.Host(), State: db.TrustInvited, URI: in.Activity.ID, ByID: in.Actor.ID,
	})
	if err != nil {
		return federation.Outcome{}, true, fmt.Errorf("store invitation of %s: %w", in.Actor.URI, err)
	}
	return federation.Done(), true, nil
}

// TakeAnswer learns whether an organisation agrees to be trusted; no, said later, ends it. False:
// the Accept or Reject is about something else.
func (r *Rules) TakeAnswer(ctx context.Context, tx *db.Store, in *federation.Incoming, state string) (federation.Outcome, bool, error) {
	about := in.Activity.Inner()
	iri := about.IRI
	if iri == "" && about.Object != nil {
		iri = about.Object.ID
	}
	if iri == "" {
		return federation.Outcome{}, false, nil
	}
	t, err := tx.TrustByInvite(ctx, iri)
	if errors.Is(err, db.ErrNotFound) {
		return federation.Outcome{}, false, nil
	}
	if err != nil {
		return federation.Outcome{}, false, fmt.Errorf("load trust %s: %w", iri, err)
	}
	switch {
	case !in.Vouched || in.Via != nil:
		return federation.Refused("not-vouched"), true, nil
	case in.Actor.Host != t.Host || in.Actor.Type != db.ActorApplication:
		return federation.Refused("not-invited"), true, nil
	case t.State == state:
		return federation.Ignored("answered-before"), true, nil
	case !t.Holds():
		return federation.Refused("not-invited"), true, nil
	}
	g, err := tx.GroupByID(ctx, t.GroupID)
	if err != nil || !g.Actor.Local {
		return federation.Ignored("not-ours"), true, err
	}
	t.AnsweredAt = tx.Now()
	if state == db.TrustRefused {
		return federation.Done(), true, r.endAccess(ctx, tx, g, t)
	}
	t.State = state
	return federation.Done(), true, tx.PutTrust(ctx, t)
}
