package community

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
)

// Notify leaves a line in the inbox of a person of ours; for others, and for one's own acts, it
// does nothing.
func Notify(ctx context.Context, tx *db.Store, personID int64, n db.Notification) error {
	if personID == n.ActorID {
		return nil
	}
	return tx.NotifyActor(ctx, personID, &n)
}

// notifyOnce is Notify, unless an unread line of the same kind about the same group is there: a
// bomb of follows is one line (T52).
func notifyOnce(ctx context.Context, tx *db.Store, personID int64, n db.Notification) error {
	account, err := tx.AccountOf(ctx, personID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load account to notify: %w", err)
	}
	if unread, err := tx.HasUnread(ctx, account.ID, n.Kind, n.GroupID); err != nil || unread {
		return err
	}
	return Notify(ctx, tx, personID, n)
}

// NotifyStewards tells those of ours who look after a group, and the admins when there are none;
// one unread line of a kind is enough.
func NotifyStewards(ctx context.Context, tx *db.Store, n db.Notification) error {
	return notifyStewards(ctx, tx, n, notifyOnce)
}

// TellStewards is NotifyStewards with a line for each time, for what each needs a decision.
func TellStewards(ctx context.Context, tx *db.Store, n db.Notification) error {
	return notifyStewards(ctx, tx, n, Notify)
}

// TellAdmins leaves a line for each admin here.
func TellAdmins(ctx context.Context, tx *db.Store, n db.Notification) error {
	return notifyAdmins(ctx, tx, n, Notify)
}

// teller is notify or notifyOnce.
type teller func(ctx context.Context, tx *db.Store, personID int64, n db.Notification) error

// notifyStewards tells those of ours who look after a group, and the admins when there are none.
func notifyStewards(ctx context.Context, tx *db.Store, n db.Notification, tell teller) error {
	stewards, err := tx.Stewards(ctx, n.GroupID)
	if err != nil {
		return fmt.Errorf("load stewards of group %d: %w", n.GroupID, err)
	}
	told := make(map[int64]bool)
	for _, st := range stewards {
		if told[st.ActorID] || !st.Actor.Local {
			continue
		}
		told[st.ActorID] = true
		if err := tell(ctx, tx, st.ActorID, n); err != nil {
			return err
		}
	}
	if len(told) > 0 {
		return nil
	}
	return notifyAdmins(ctx, tx, n, tell)
}

func notifyAdmins(ctx context.Context, tx *db.Store, n db.Notification, tell teller) error {
	admins, err := tx.Admins(ctx)
	if err != nil {
		return fmt.Errorf("load admins: %w", err)
	}
	for _, a := range admins {
		if err := tell(ctx, tx, a.ActorID, n); err != nil {
			return err
		}
	}
	return nil
}
