package trust

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// atOnce bounds how many rows one statement of an ending touches.
const atOnce = 500

// endAccess ends what an organisation has of a group of ours: its people are followers no more, so
// that delivery finds nobody there from now on, and its server gets Undo{Invite} with the day, on
// which a Copse throws away what it keeps. What others keep is out of reach, and the page says so.
func (r *Rules) endAccess(ctx context.Context, tx *db.Store, g *db.Group, t *db.Trust) error {
	if t.State != db.TrustRefused {
		t.State = db.TrustEnded
	}
	t.EndedAt = tx.Now()
	if err := tx.PutTrust(ctx, t); err != nil {
		return fmt.Errorf("end trust of %s: %w", t.Host, err)
	}
	for after := int64(0); ; {
		list, err := tx.FollowersFrom(ctx, g.ActorID, t.Host, after, atOnce)
		if err != nil {
			return fmt.Errorf("load members at %s: %w", t.Host, err)
		}
		for _, f := range list {
			if err := r.com.SendAway(ctx, tx, g, f.Follower, f); err != nil {
				return err
			}
			after = f.ID
		}
		if len(list) < atOnce {
			break
		}
	}
	instance, err := tx.InstanceAt(ctx, t.Host)
	if err != nil || instance == nil {
		return err
	}
	_, err = r.reply(ctx, tx, g.Actor, instance, vocab.ActivityDoc{
		Type: "Undo", Object: asked("Invite", t.URI, g.Actor.URI, g.Actor.URI), AccessEnded: t.EndedAt.Time,
	})
	return err
}

// TakeEnded learns that a group elsewhere trusts us no more: nobody here belongs to it now, and
// what is kept of it goes. False: the Undo is about the invitation of a person.
func (r *Rules) TakeEnded(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	undone := in.Activity.Inner()
	iri := undone.IRI
	if iri == "" && undone.Object != nil {
		iri = undone.Object.ID
	}
	t, err := tx.TrustOf(ctx, in.Actor.ID, r.iris.Host())
	if err != nil || t.URI != iri || iri == "" {
		return federation.Outcome{}, false, ignoreNotFound(err)
	}
	if !in.Vouched || in.Via != nil {
		return federation.Refused("not-vouched"), true, nil
	}
	t.State, t.EndedAt = db.TrustEnded, tx.Now()
	if err := tx.PutTrust(ctx, t); err != nil {
		return federation.Outcome{}, true, fmt.Errorf("end trust of %s: %w", in.Actor.URI, err)
	}
	if err := tx.EndLocalFollows(ctx, in.Actor.ID); err != nil {
		return federation.Outcome{}, true, fmt.Errorf("end follows of %s: %w", in.Actor.URI, err)
	}
	return federation.Done(), true, r.Purge(ctx, tx, in.Actor)
}

// TakeRemoved learns that a group elsewhere took one of ours from its followers. False: the Remove
// is about something else.
func (r *Rules) TakeRemoved(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	if in.Actor.Type != db.ActorGroup || in.Actor.FollowersURI == "" || in.Activity.Target.IRI != in.Actor.FollowersURI {
		return federation.Outcome{}, false, nil
	}
	if !in.Vouched || in.Via != nil {
		return federation.Refused("not-vouched"), true, nil
	}
	who, err := tx.ActorByURI(ctx, in.Activity.Inner().IRI)
	if err != nil || !who.Local {
		return federation.Ignored("not-ours"), true, ignoreNotFound(err)
	}
	f, err := tx.FollowBetween(ctx, who.ID, in.Actor.ID)
	if err != nil {
		return federation.Ignored("not-following"), true, ignoreNotFound(err)
	}
	if f.State != db.FollowRejected {
		if err := tx.EndLocalFollow(ctx, f, who); err != nil {
			return federation.Outcome{}, true, fmt.Errorf("end follow of %s: %w", in.Actor.URI, err)
		}
	}
	return federation.Done(), true, r.Purge(ctx, tx, in.Actor)
}

// Purge throws away what is kept here of a group elsewhere that is not open, once nobody here
// belongs to it. What our own people wrote in it stays theirs.
func (r *Rules) Purge(ctx context.Context, tx *db.Store, group *db.Actor) error {
	if group.Local || group.Type != db.ActorGroup {
		return nil
	}
	g, err := tx.GroupByID(ctx, group.ID)
	if err != nil || g.Openness == db.OpennessOpen {
		return ignoreNotFound(err)
	}
	n, err := tx.LocalFollowers(ctx, group.ID)
	if err != nil || n > 0 {
		return err
	}
	for {
		n, err := tx.EraseCopies(ctx, group.ID, atOnce)
		if err != nil {
			return fmt.Errorf("throw away what is kept of %s: %w", group.URI, err)
		}
		if n < atOnce {
			return nil
		}
	}
}
