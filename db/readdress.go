package db

import (
	"context"
	"encoding/json"
	"fmt"
)

// newPlace is an inbox that took the place of another one.
type newPlace struct {
	host, from, to string
	shared         bool // by all of the host
	own            bool // from was one person's alone
}

// readdress sends what waits at an inbox of a host to the inbox that took its place. It leaves an
// inbox alone at which others are still reached, unless it is one that all of a host share, which
// moves for all of them. What is for people by name goes along where the inbox was theirs alone or
// moved for all: else it may be for somebody who stays.
func (s *Store) readdress(ctx context.Context, p newPlace) error {
	if p.from == p.to || p.from == "" || p.to == "" {
		return nil
	}
	others := ""
	if !p.shared {
		others = " AND NOT EXISTS (SELECT 1 FROM follower_inboxes fi WHERE fi.inbox = deliveries.inbox)"
	}
	was := ""
	if p.own || p.shared {
		var err error
		if was, err = s.renameInbox(ctx, p); err != nil {
			return err
		}
	}
	_, err := s.exec(ctx, `UPDATE deliveries SET inbox = ? WHERE state = 0 AND host = ? AND inbox = ?`+others+`
		AND EXISTS (SELECT 1 FROM outbox o WHERE o.activity_id = deliveries.activity_id AND (o.audience LIKE '{"followers_of":%' OR ? <> '' AND o.audience <> replace(o.audience, ?, '')))
		AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.activity_id = deliveries.activity_id AND d.inbox = ?)`, p.to, p.host, p.from, was, was, p.to)
	if err != nil {
		return fmt.Errorf("send on to %s: %w", p.to, err)
	}
	return nil
}

// renameInbox puts the new inbox into the audiences of what waits for it and of what is not expanded
// yet, and answers how it stands there.
func (s *Store) renameInbox(ctx context.Context, p newPlace) (now string, err error) {
	from, err := json.Marshal(p.from)
	if err != nil {
		return "", fmt.Errorf("write inbox %s: %w", p.from, err)
	}
	to, err := json.Marshal(p.to)
	if err != nil {
		return "", fmt.Errorf("write inbox %s: %w", p.to, err)
	}
	was := `"inbox":` + string(from)
	now = `"inbox":` + string(to)
	_, err = s.exec(ctx, `UPDATE outbox SET audience = replace(audience, ?0, ?1) WHERE audience <> replace(audience, ?0, '')
		AND (done_at = 0 OR activity_id IN (SELECT activity_id FROM deliveries WHERE state = 0 AND host = ?2 AND inbox = ?3))`,
		was, now, p.host, p.from)
	if err != nil {
		return "", fmt.Errorf("name %s in audiences: %w", p.to, err)
	}
	return now, nil
}

// CancelPrivate ends what waits of an actor's private messages to another who does not want them,
// where nobody else at the same host reads them. What tells of their deletion goes all the same.
func (s *Store) CancelPrivate(ctx context.Context, author int64, reader *Actor) error {
	_, err := s.exec(ctx, `UPDATE deliveries SET state = ?, done_at = ?, last_error = 'the receiver does not want it'
		WHERE state = 0 AND host = ? AND inbox IN (?, ?) AND activity_id IN
		(SELECT a.id FROM activities a JOIN posts p ON p.id = a.post_id
		WHERE a.actor_id = ? AND a.type IN ('Create', 'Update') AND p.visibility = ?
		AND EXISTS (SELECT 1 FROM post_mentions m WHERE m.post_id = p.id AND m.actor_id = ?)
		AND NOT EXISTS (SELECT 1 FROM post_mentions m JOIN actors x ON x.id = m.actor_id
			WHERE m.post_id = p.id AND x.id <> ? AND x.host = ?))`,
		DeliveryCancelled, s.Now(), reader.Host, reader.DeliveryInbox(), reader.Inbox, author, VisibilityDirect, reader.ID, reader.ID, reader.Host)
	if err != nil {
		return fmt.Errorf("cancel private messages to %s: %w", reader.URI, err)
	}
	return nil
}
