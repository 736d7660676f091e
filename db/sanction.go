package db

import (
	"context"
	"fmt"
)

// SetSuspended says since when an actor may do nothing on this instance; the zero time ends it.
func (s *Store) SetSuspended(ctx context.Context, actorID int64, since Time) error {
	_, err := s.exec(ctx, "UPDATE actors SET suspended_at = ? WHERE id = ?", since, actorID)
	return err
}

// SetSilenced says since when what an actor writes waits for a look; the zero time ends it.
func (s *Store) SetSilenced(ctx context.Context, actorID int64, since Time) error {
	_, err := s.exec(ctx, "UPDATE actors SET silenced_at = ? WHERE id = ?", since, actorID)
	return err
}

// EndActorDeliveries ends all that is on its way of what an actor said, to whomever, and all that is
// on its way to the actor's own inbox. What takes something back goes on: copies elsewhere would stay
// for ever. Its cost grows with what waits.
func (s *Store) EndActorDeliveries(ctx context.Context, a *Actor, reason string) error {
	_, err := s.exec(ctx, `UPDATE outbox SET done_at = ? WHERE done_at = 0
		AND EXISTS (SELECT 1 FROM activities WHERE activities.id = outbox.activity_id AND activities.actor_id = ?
			AND activities.type NOT IN ('Delete', 'Undo'))`, s.Now(), a.ID)
	if err != nil {
		return fmt.Errorf("end what actor %d has yet to send: %w", a.ID, err)
	}
	_, err = s.exec(ctx, `UPDATE deliveries SET state = ?, last_error = ?, done_at = ? WHERE state = 0 AND (inbox = ?
		OR EXISTS (SELECT 1 FROM activities WHERE activities.id = deliveries.activity_id AND activities.actor_id = ?
			AND activities.type NOT IN ('Delete', 'Undo')))`,
		DeliveryCancelled, reason, s.Now(), a.Inbox, a.ID)
	if err != nil {
		return fmt.Errorf("end deliveries of actor %d: %w", a.ID, err)
	}
	return nil
}

// placesAtMost bounds how many inboxes one goodbye goes to.
const placesAtMost = 20_000

// PlacesOf lists the inboxes that may hold something of an actor of ours: of their followers, of the
// followers of groups where they wrote, and all that anything of theirs was ever sent to (T50).
func (s *Store) PlacesOf(ctx context.Context, actorID int64) ([]FollowerInbox, error) {
	var list []FollowerInbox
	err := s.read.NewRaw(`SELECT inbox, min(host) AS host FROM (
		SELECT inbox, host FROM follower_inboxes WHERE followee_id = ?0
			OR followee_id IN (SELECT group_id FROM posts WHERE author_id = ?0)
		UNION SELECT d.inbox, d.host FROM deliveries d JOIN activities a ON a.id = d.activity_id WHERE a.actor_id = ?0) places
		GROUP BY inbox ORDER BY inbox LIMIT ?1`, actorID, placesAtMost).Scan(ctx, &list)
	return list, wrap(err)
}

// BuryActor marks an actor of ours as gone for ever and forgets what it said of itself. Its keys stay:
// its last word is signed with them.
func (s *Store) BuryActor(ctx context.Context, id int64) error {
	_, err := s.exec(ctx, `UPDATE actors SET deleted_at = ?, name = '', summary = '', summary_source = '', icon_uri = '',
		organisation = '' WHERE id = ? AND deleted_at = 0`, s.Now(), id)
	return err
}

// DropAccount removes a login with all that hangs on it.
func (s *Store) DropAccount(ctx context.Context, accountID int64) error {
	for _, query := range []string{"DELETE FROM sessions WHERE account_id = ?", "DELETE FROM accounts WHERE id = ?"} {
		if _, err := s.exec(ctx, query, accountID); err != nil {
			return fmt.Errorf("remove account %d: %w", accountID, err)
		}
	}
	return nil
}

// PeopleOn lists people of a host by id, after one, who are not gone.
func (s *Store) PeopleOn(ctx context.Context, host string, after int64, limit int) ([]*Actor, error) {
	var list []*Actor
	err := s.read.NewSelect().Model(&list).Where("host = ? AND NOT local AND type <> ? AND id > ? AND deleted_at = 0", host, ActorGroup, after).
		Order("id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}
