package trust

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// Trust puts an organisation on the list of a group of ours and asks it to agree: its instance
// actor gets Invite{group} (wire.md 6). Where the software can't answer, the list alone counts.
func (r *Rules) Trust(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, instance *db.Actor) error {
	if err := r.permit(ctx, tx, by, g); err != nil {
		return err
	}
	if instance.Local {
		return community.Refuse(community.Invalid, "host-ours")
	}
	old, err := tx.TrustOf(ctx, g.ActorID, instance.Host)
	if err == nil && old.Holds() {
		return nil
	}
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load trust of %s: %w", instance.Host, err)
	}
	act, err := r.reply(ctx, tx, g.Actor, instance, vocab.ActivityDoc{Type: "Invite", Object: g.Actor.URI, Target: instance.URI})
	if err != nil {
		return err
	}
	err = tx.PutTrust(ctx, &db.Trust{GroupID: g.ActorID, Host: instance.Host, State: db.TrustInvited, URI: act.URI, ByID: by.ID})
	if err != nil {
		return fmt.Errorf("store trust of %s: %w", instance.Host, err)
	}
	return log(ctx, tx, db.ModerationEntry{GroupID: g.ActorID, ActorID: by.ID, Act: "trust", Reason: instance.Host})
}

// EndTrust takes an organisation off the list. Access of all its people ends at once: what waits
// for them is not sent any more, and their server is told (wire.md 6).
func (r *Rules) EndTrust(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, host string) error {
	if err := r.permit(ctx, tx, by, g); err != nil {
		return err
	}
	t, err := tx.TrustOf(ctx, g.ActorID, host)
	if errors.Is(err, db.ErrNotFound) {
		return community.Refuse(community.Gone, "host-not-listed")
	}
	if err != nil {
		return fmt.Errorf("load trust of %s: %w", host, err)
	}
	if !t.Holds() {
		return nil
	}
	if err := r.endAccess(ctx, tx, g, t); err != nil {
		return err
	}
	return log(ctx, tx, db.ModerationEntry{GroupID: g.ActorID, ActorID: by.ID, Act: "untrust", Reason: host})
}

// Answer is the word of an admin of ours about a group elsewhere that wants to trust us. No, said
// after yes, ends what was agreed.
func (r *Rules) Answer(ctx context.Context, tx *db.Store, g *db.Group, yes string) error {
	t, err := tx.TrustOf(ctx, g.ActorID, r.iris.Host())
	if errors.Is(err, db.ErrNotFound) {
		return community.Refuse(community.Gone, "not-invited")
	}
	if err != nil {
		return fmt.Errorf("load invitation of %s: %w", g.Actor.URI, err)
	}
	instance, err := tx.ActorByURI(ctx, r.iris.Instance())
	if err != nil {
		return fmt.Errorf("load our instance: %w", err)
	}
	kind := "Reject"
	if t.State = db.TrustRefused; yes == "yes" {
		kind, t.State = "Accept", db.TrustConfirmed
	}
	t.AnsweredAt = tx.Now()
	if err := tx.PutTrust(ctx, t); err != nil {
		return fmt.Errorf("store answer to %s: %w", g.Actor.URI, err)
	}
	_, err = r.reply(ctx, tx, instance, g.Actor, vocab.ActivityDoc{Type: kind, Object: asked("Invite", t.URI, g.Actor.URI, g.Actor.URI)})
	return err
}

// SetCopies says whether a group of ours speaks in its own name to members whose servers can't
// keep the true posts among them: "yes", "no", or "" for what its openness says.
func (r *Rules) SetCopies(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, copies string) error {
	if err := r.permit(ctx, tx, by, g); err != nil {
		return err
	}
	if err := tx.SetCopiesToClients(ctx, g.ActorID, copies); err != nil {
		return fmt.Errorf("store whom %s speaks to: %w", g.Actor.URI, err)
	}
	return nil
}

func (r *Rules) permit(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group) error {
	if !g.Actor.Local {
		return community.Refuse(community.Forbidden, "not-ours")
	}
	return r.com.Permit(ctx, tx, g, by, rights.EditGroup)
}

func log(ctx context.Context, tx *db.Store, e db.ModerationEntry) error {
	if err := tx.LogModeration(ctx, &e); err != nil {
		return fmt.Errorf("log %s of %s: %w", e.Act, e.Reason, err)
	}
	return nil
}
