// Package sanction holds what those who run an instance decide about people anywhere, above the rules
// of single communities: to silence somebody, to suspend them, or to purge all that they left here; and
// what follows when somebody elsewhere is gone for good.
//
// Whoever calls it has made sure that an admin asks, and writes the log; it publishes in the
// transaction it is given, knows no HTTP and words nothing. Start with Suspend.
package sanction

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/trust"
)

// eraseAtOnce is how many posts lose their text in one statement.
const eraseAtOnce = 500

// Rules decides about people on the whole instance.
type Rules struct{ o Options }

// Options is what the rules need.
type Options struct {
	Pub       *federation.Publisher
	Community *community.Rules
	Trust     *trust.Rules
}

// New makes the rules.
func New(o Options) *Rules { return &Rules{o} }

// Suspend lets somebody do nothing here any more: no session of theirs goes on, nothing of theirs is
// taken or sent, their profile is closed, and no search finds them. Of one of ours memberships and
// words stay, so that Lift gives all of it back. Of somebody elsewhere the words stay, and what they
// follow and belong to here ends: it would go on being sent to their server.
func (r *Rules) Suspend(ctx context.Context, tx *db.Store, who *db.Actor) error {
	if err := suspendable(ctx, tx, who); err != nil {
		return err
	}
	if err := tx.EndActorDeliveries(ctx, who, "suspended"); err != nil {
		return err
	}
	if err := r.endTies(ctx, tx, who); err != nil {
		return err
	}
	who.SuspendedAt = tx.Now()
	if err := tx.SetSuspended(ctx, who.ID, who.SuspendedAt); err != nil {
		return fmt.Errorf("suspend %s: %w", who.URI, err)
	}
	return endSessions(ctx, tx, who)
}

// endTies sends somebody elsewhere away from all that they follow here, while they can still be told.
func (r *Rules) endTies(ctx context.Context, tx *db.Store, who *db.Actor) error {
	if who.Local {
		return nil
	}
	if err := r.o.Community.SendAwayFromAll(ctx, tx, who); err != nil {
		return fmt.Errorf("send %s away: %w", who.URI, err)
	}
	return nil
}

// Silence lets what somebody writes wait for a facilitator in every community of ours, whatever its
// policy, and keeps them out of search. What they wrote before stays.
func (r *Rules) Silence(ctx context.Context, tx *db.Store, who *db.Actor) error {
	if err := suspendable(ctx, tx, who); err != nil {
		return err
	}
	who.SilencedAt = tx.Now()
	if err := tx.SetSilenced(ctx, who.ID, who.SilencedAt); err != nil {
		return fmt.Errorf("silence %s: %w", who.URI, err)
	}
	return nil
}

// Lift ends a suspension and a silence.
func (r *Rules) Lift(ctx context.Context, tx *db.Store, who *db.Actor) error {
	if !who.DeletedAt.IsZero() {
		return community.Refuse(community.Gone, "actor-gone")
	}
	who.SuspendedAt, who.SilencedAt = db.Time{}, db.Time{}
	if err := errors.Join(tx.SetSuspended(ctx, who.ID, db.Time{}), tx.SetSilenced(ctx, who.ID, db.Time{})); err != nil {
		return fmt.Errorf("lift what was decided about %s: %w", who.URI, err)
	}
	return nil
}

// Purge removes for ever what somebody left here: their words, which leave placeholders where others
// answered, their memberships, roles and profile. Of one of ours the login goes too, and every server
// that may hold something is told (T50). Somebody elsewhere stays suspended, and could not come back.
func (r *Rules) Purge(ctx context.Context, tx *db.Store, who *db.Actor) error {
	if err := suspendable(ctx, tx, who); err != nil {
		return err
	}
	if err := tx.EndActorDeliveries(ctx, who, "purged"); err != nil {
		return err
	}
	if err := errors.Join(r.endTies(ctx, tx, who), r.o.Trust.Forget(ctx, tx, who)); err != nil {
		return err
	}
	if who.Local {
		if err := r.sayGoodbye(ctx, tx, who); err != nil {
			return err
		}
	}
	if err := tx.ForgetTies(ctx, who); err != nil {
		return err
	}
	if err := eraseWords(ctx, tx, who); err != nil {
		return err
	}
	if who.Local {
		return bury(ctx, tx, who)
	}
	who.SuspendedAt = tx.Now()
	return tx.SetSuspended(ctx, who.ID, who.SuspendedAt)
}

// sayGoodbye tells every server that may hold something of one of ours that they are gone.
func (r *Rules) sayGoodbye(ctx context.Context, tx *db.Store, who *db.Actor) error {
	places, err := tx.PlacesOf(ctx, who.ID)
	if err != nil {
		return fmt.Errorf("list who holds something of %s: %w", who.URI, err)
	}
	_, err = r.o.Pub.Publish(ctx, tx, federation.Outgoing{
		Actor: who, ObjectURI: who.URI, Public: true, To: []db.Audience{{Inboxes: places}},
		Doc: vocab.ActivityDoc{Type: "Delete", To: []string{vocab.Public}, Object: who.URI},
	})
	if err != nil {
		return fmt.Errorf("say that %s is gone: %w", who.URI, err)
	}
	return nil
}

func bury(ctx context.Context, tx *db.Store, who *db.Actor) error {
	if err := tx.BuryActor(ctx, who.ID); err != nil {
		return fmt.Errorf("bury %s: %w", who.URI, err)
	}
	account, err := tx.AccountOf(ctx, who.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load account of %s: %w", who.URI, err)
	}
	return tx.DropAccount(ctx, account.ID)
}

// suspendable refuses what nobody may do to an actor: only people can be sanctioned here, communities
// have their own ways, and no admin, who would be locked out of their own house.
func suspendable(ctx context.Context, tx *db.Store, who *db.Actor) error {
	switch {
	case !who.DeletedAt.IsZero():
		return community.Refuse(community.Gone, "actor-gone")
	case who.Type == db.ActorGroup || who.Type == db.ActorApplication && who.Local:
		return community.Refuse(community.Invalid, "sanction-people")
	case !who.Local:
		return nil
	}
	account, err := tx.AccountOf(ctx, who.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load account of %s: %w", who.URI, err)
	}
	if account.IsAdmin() {
		return community.Refuse(community.Conflict, "sanction-admin")
	}
	return nil
}

func endSessions(ctx context.Context, tx *db.Store, who *db.Actor) error {
	if !who.Local {
		return nil
	}
	account, err := tx.AccountOf(ctx, who.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load account of %s: %w", who.URI, err)
	}
	if err := tx.RevokeSessions(ctx, account.ID, ""); err != nil {
		return fmt.Errorf("end sessions of %s: %w", who.URI, err)
	}
	return nil
}
