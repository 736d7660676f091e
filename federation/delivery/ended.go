package delivery

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
)

// Most software shows what comes for one follower to all whom it counts as followers. Where it has not
// taken the word that somebody is none any more, what a group that is not open says to others there is
// held back, or the one who was sent away would go on reading it (wire.md 6, security.md T46).

// heldAgain is how long what is held back rests before it is looked at again, where nothing wakes it.
const heldAgain = 5 * time.Minute

// heldBack returns until when deliveries must not go, by their ids.
func (d *Deliverer) heldBack(ctx context.Context, rows []*db.Delivery) (map[int64]db.Time, error) {
	hosts := make([]string, 0, len(rows))
	for _, row := range rows {
		hosts = append(hosts, row.Host)
	}
	groups, err := d.o.Store.HeldGroups(ctx, distinct(hosts))
	if err != nil {
		return nil, fmt.Errorf("look for ends that are not confirmed: %w", err)
	}
	now, held := d.o.Now(), make(map[int64]db.Time)
	for _, g := range groups {
		for _, row := range rows {
			if row.Host != g.Host {
				continue
			}
			act, err := d.activity(ctx, row.ActivityID)
			if err == nil && wordsOf(act, g) {
				held[row.ID] = g.Until(now, now.Add(heldAgain))
			}
		}
	}
	return held, nil
}

// wordsOf says that an activity carries what a group says to its followers. Deletions do not, and
// what it says to one person is for them alone.
func wordsOf(a *db.Activity, g db.HeldGroup) bool {
	if a.ActorID != g.GroupID && a.GroupID != g.GroupID {
		return false
	}
	switch a.Type {
	case "Create", "Update", "Announce":
		return bytes.Contains(a.Body, []byte(g.FollowersURI)) && !deletes(a)
	}
	return false
}

// tellsEnd says that an activity may be the word that a follow has ended.
func tellsEnd(a *db.Activity) bool { return a.Type == "Block" || a.Type == "Reject" }
