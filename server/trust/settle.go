package trust

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// Settle brings what is known here of a group elsewhere that is not open in step with its own list
// of followers at our host (FEP-8fcf): who is on it no more is out, and whoever it takes for a
// follower but is none tells it so. A follow that waits for its answer stays.
func (r *Rules) Settle(ctx context.Context, tx *db.Store, group *db.Actor, names []string) error {
	listed := make(map[string]bool, len(names))
	for _, name := range names {
		listed[name] = true
	}
	for after := int64(0); ; {
		list, err := tx.FollowersFrom(ctx, group.ID, r.iris.Host(), after, atOnce)
		if err != nil {
			return fmt.Errorf("load followers of %s: %w", group.URI, err)
		}
		for _, f := range list {
			after = f.ID
			if f.State != db.FollowAccepted || listed[f.Follower.URI] {
				continue
			}
			if err := tx.EndLocalFollow(ctx, f, f.Follower); err != nil {
				return fmt.Errorf("end follow of %s by %s: %w", group.URI, f.Follower.URI, err)
			}
			n := db.Notification{Kind: db.NotifyRefused, ActorID: group.ID, GroupID: group.ID, Note: "follow-rejected"}
			if err := community.Notify(ctx, tx, f.FollowerID, n); err != nil {
				return err
			}
		}
		if len(list) < atOnce {
			break
		}
	}
	for _, name := range names {
		if err := r.disclaim(ctx, tx, group, name); err != nil {
			return err
		}
	}
	return r.Purge(ctx, tx, group)
}

// disclaim takes back a follow that only the group knows of.
func (r *Rules) disclaim(ctx context.Context, tx *db.Store, group *db.Actor, name string) error {
	who, err := tx.ActorByURI(ctx, name)
	if err != nil || !who.Local {
		return ignoreNotFound(err)
	}
	f, err := tx.FollowBetween(ctx, who.ID, group.ID)
	if err == nil && f.State != db.FollowRejected {
		return nil
	}
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load follow of %s by %s: %w", group.URI, name, err)
	}
	_, err = r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: who, ObjectURI: group.URI, To: []db.Audience{{Inboxes: []db.FollowerInbox{{Inbox: group.Inbox, Host: group.Host}}}},
		Doc: vocab.ActivityDoc{Type: "Undo", To: []string{group.URI}, Object: &vocab.ActivityDoc{Type: "Follow", Actor: who.URI, Object: group.URI}},
	})
	if err != nil {
		return fmt.Errorf("take back follow of %s by %s: %w", group.URI, name, err)
	}
	return nil
}
