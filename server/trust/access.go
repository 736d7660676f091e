package trust

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// gotosocial is how NodeInfo names the software that ends an accepted follow at a Block alone.
const gotosocial = "gotosocial"

// blockFor is how long such a Block stands (wire.md 6; tried there: the follow is gone by then).
const blockFor = time.Minute

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

// SentAway says that somebody is a follower of a group of ours no more in the ways that servers
// understand who hold a follow for good once it was accepted: Remove, and for GoToSocial Block,
// which ends the follow, and Undo{Block}, so that they can ask again (wire.md 6).
func (r *Rules) SentAway(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) error {
	if who.Local {
		return nil
	}
	host, err := tx.HostByName(ctx, who.Host)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load host %s: %w", who.Host, err)
	}
	if err == nil && host.Software == gotosocial {
		if err := r.block(ctx, tx, g, who); err != nil {
			return err
		}
	}
	_, err = r.reply(ctx, tx, g.Actor, who, vocab.ActivityDoc{
		Type: "Remove", Audience: g.Actor.URI, Object: who.URI, Target: g.Actor.FollowersURI,
	})
	return err
}

// block ends a follow on GoToSocial, and takes the Block back a minute later: the other server ends
// the follow in its own time. Until the Block is there, what others at that server get is shown to
// who was sent away too; it waits for nothing else that is said to them.
func (r *Rules) block(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) error {
	doc := vocab.ActivityDoc{ID: r.iris.Activity(tx.NewID()), Type: "Block", Actor: g.Actor.URI, Object: who.URI}
	undone := doc
	doc.To = []string{who.URI}
	out := federation.Outgoing{Actor: g.Actor, ObjectURI: doc.ID, Doc: doc}
	out.To = []db.Audience{{Inboxes: []db.FollowerInbox{{Inbox: who.Inbox, Host: who.Host}}}}
	if _, err := r.pub.Publish(ctx, tx, out); err != nil {
		return fmt.Errorf("block %s: %w", who.URI, err)
	}
	out.Doc = vocab.ActivityDoc{Type: "Undo", To: []string{who.URI}, Object: &undone}
	out.To[0].NotBefore = db.At(tx.Now().Add(blockFor))
	if _, err := r.pub.Publish(ctx, tx, out); err != nil {
		return fmt.Errorf("take back block of %s: %w", who.URI, err)
	}
	return nil
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
