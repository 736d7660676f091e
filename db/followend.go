package db

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// FollowEnd is somebody elsewhere who was sent away from a group that is not open, where the software
// of their server shows what comes for one follower to all whom it counts as followers. Until that
// server has taken the word of it, what the group says to others there is held back.
type FollowEnd struct {
	bun.BaseModel `bun:"table:follow_ends,alias:follow_end"`

	ID        int64  `bun:"id,pk"`
	GroupID   int64  `bun:"group_id"`
	ActorID   int64  `bun:"actor_id"`
	Host      string `bun:"host"`
	FollowURI string `bun:"follow_uri"`
	// ActivityID is what told it last, the delivery of which confirms it.
	ActivityID int64 `bun:"activity_id"`
	Times      int64 `bun:"times"` // how often it was told
	ToldAt     Time  `bun:"told_at"`
	// ConfirmedAt is when the server took it; it may need a moment to act on it (EndSettles).
	ConfirmedAt Time `bun:"confirmed_at"`
	CreatedAt   Time `bun:"created_at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
	Group *Actor `bun:"rel:belongs-to,join:group_id=id"`
}

const (
	// EndSettles is how long a server gets after it took the end of a follow: what it took it may
	// work on later than on what comes next.
	EndSettles = 10 * time.Second
	// EndAgain is how long after it was told last an end is told again that a server refused.
	EndAgain = 24 * time.Hour
)

// PutFollowEnd notes that an end was told, for the first time or again.
func (s *Store) PutFollowEnd(ctx context.Context, e *FollowEnd) error {
	e.ID, e.CreatedAt, e.ToldAt, e.Times = s.NewID(), s.Now(), s.Now(), 1
	_, err := s.write.NewInsert().Model(e).On("CONFLICT (group_id, actor_id) DO UPDATE").
		Set("activity_id = EXCLUDED.activity_id, follow_uri = EXCLUDED.follow_uri, told_at = EXCLUDED.told_at, confirmed_at = 0, times = follow_end.times + 1").
		Exec(ctx)
	return wrap(err)
}

// DropFollowEnd forgets an end: there is nothing to confirm any more.
func (s *Store) DropFollowEnd(ctx context.Context, groupID, actorID int64) error {
	_, err := s.exec(ctx, "DELETE FROM follow_ends WHERE group_id = ? AND actor_id = ?", groupID, actorID)
	return err
}

// HeldGroup is a group whose words for members a host does not get now.
type HeldGroup struct {
	Host    string `bun:"host"`
	GroupID int64  `bun:"group_id"`
	// FollowersURI is how its words are addressed.
	FollowersURI string `bun:"followers_uri"`
	Open         int64  `bun:"open"` // ends that are not confirmed
	Last         Time   `bun:"last"` // when the latest was confirmed
}

// Until is when the host may be tried again: an end that is not confirmed has no time.
func (h HeldGroup) Until(now, again time.Time) Time {
	if h.Open == 0 && h.Last.Add(EndSettles).After(now) {
		return At(h.Last.Add(EndSettles))
	}
	return At(again)
}

// HeldGroups lists the groups whose words for members some hosts do not get now.
func (s *Store) HeldGroups(ctx context.Context, hosts []string) ([]HeldGroup, error) {
	var list []HeldGroup
	if len(hosts) == 0 {
		return list, nil
	}
	err := s.read.NewRaw(`SELECT e.host, e.group_id, max(ga.followers_uri) AS followers_uri,
			sum(CASE WHEN e.confirmed_at = 0 THEN 1 ELSE 0 END) AS open, max(e.confirmed_at) AS last
		FROM follow_ends e JOIN groups g ON g.actor_id = e.group_id JOIN actors ga ON ga.id = e.group_id JOIN actors w ON w.id = e.actor_id
		WHERE e.host IN (?) AND g.openness <> 'open' AND w.deleted_at = 0 AND (e.confirmed_at = 0 OR e.confirmed_at > ?)
		GROUP BY e.host, e.group_id`, bun.List(hosts), At(s.Now().Add(-EndSettles))).Scan(ctx, &list)
	return list, wrap(err)
}

// ConfirmEnds notes that activities which told ends were taken. What was held back for them goes on
// as soon as their servers had a moment, where nothing else holds it. Run it in a transaction.
func (s *Store) ConfirmEnds(ctx context.Context, activityIDs []int64) error {
	var list []*FollowEnd
	if len(activityIDs) == 0 {
		return nil
	}
	err := s.read.NewSelect().Model(&list).Where("activity_id IN (?) AND confirmed_at = 0", bun.List(activityIDs)).Scan(ctx)
	if err != nil {
		return wrap(err)
	}
	for _, e := range list {
		if _, err := s.exec(ctx, "UPDATE follow_ends SET confirmed_at = ? WHERE id = ?", s.Now(), e.ID); err != nil {
			return fmt.Errorf("confirm end of follow %s: %w", e.FollowURI, err)
		}
		if err := s.freeHeld(ctx, e.GroupID, e.Host, At(s.Now().Add(EndSettles))); err != nil {
			return err
		}
	}
	return nil
}

// WaiveEnds gives up waiting for the word of a host, and says how many ends that were: what is held
// back for it goes on. Run it in a transaction.
func (s *Store) WaiveEnds(ctx context.Context, groupID int64, host string) (int64, error) {
	n, err := s.exec(ctx, "DELETE FROM follow_ends WHERE group_id = ? AND host = ? AND confirmed_at = 0", groupID, host)
	if err != nil || n == 0 {
		return n, err
	}
	return n, s.freeHeld(ctx, groupID, host, s.Now())
}

const heldWords = "(a.actor_id = ? OR a.group_id = ?) AND a.type IN ('Create', 'Update', 'Announce')"

// freeHeld lets what a host did not get of a group be tried at a time, by whichever process delivers.
// What has failed on its own account keeps its own time.
func (s *Store) freeHeld(ctx context.Context, groupID int64, host string, at Time) error {
	_, err := s.exec(ctx, `UPDATE deliveries SET next_at = ? WHERE host = ? AND state = 0 AND next_at > ? AND strikes = 0
		AND EXISTS (SELECT 1 FROM activities a WHERE a.id = deliveries.activity_id AND `+heldWords+`)`, at, host, at, groupID, groupID)
	if err != nil {
		return fmt.Errorf("let go what %s did not get: %w", host, err)
	}
	return s.CallHost(ctx, host)
}

// EndsToTell lists ends after an id that must be told again: the word of them was refused a day ago,
// or given up while the server was away, and it was heard of since. Where nobody of the group's
// followers is left there is nobody to keep anything from, and it waits.
func (s *Store) EndsToTell(ctx context.Context, after int64, limit int) ([]*FollowEnd, error) {
	var list []*FollowEnd
	err := s.read.NewRaw(`SELECT e.* FROM follow_ends e LEFT JOIN hosts h ON h.name = e.host
		WHERE e.id > ? AND e.confirmed_at = 0 AND coalesce(h.policy, '') <> ?
		AND EXISTS (SELECT 1 FROM follower_inboxes fi WHERE fi.followee_id = e.group_id AND fi.host = e.host)
		AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.activity_id = e.activity_id AND d.state = 0)
		AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.activity_id = e.activity_id AND o.done_at = 0)
		AND (e.told_at <= ? OR EXISTS (SELECT 1 FROM deliveries d WHERE d.activity_id = e.activity_id AND d.state = 5 AND h.last_in_at > d.done_at))
		ORDER BY e.id LIMIT ?`, after, HostBlocked, At(s.Now().Add(-EndAgain)), limit).Scan(ctx, &list)
	return list, wrap(err)
}

// OpenEnds lists the ends of a group (0: of all) at a host ("": at any) that are not confirmed, with
// who it is and of which group, oldest first.
func (s *Store) OpenEnds(ctx context.Context, groupID int64, host string, limit int) ([]*FollowEnd, error) {
	var list []*FollowEnd
	q := s.read.NewSelect().Model(&list).Relation("Actor").Relation("Group").Where("follow_end.confirmed_at = 0 AND actor.deleted_at = 0")
	if groupID != 0 {
		q = q.Where("follow_end.group_id = ?", groupID)
	}
	if host != "" {
		q = q.Where("follow_end.host = ?", host)
	}
	return list, wrap(q.Order("follow_end.id").Limit(int64(limit)).Scan(ctx))
}

// CountHeld counts what a host does not get of a group while an end is not confirmed.
func (s *Store) CountHeld(ctx context.Context, groupID int64, host string) (int64, error) {
	var n int64
	err := s.read.NewRaw("SELECT count(DISTINCT d.activity_id) FROM deliveries d JOIN activities a ON a.id = d.activity_id WHERE d.host = ? AND d.state = 0 AND "+heldWords,
		host, groupID, groupID).Scan(ctx, &n)
	return n, wrap(err)
}

// TidyEnds forgets ends that were confirmed and have had their moment.
func (s *Store) TidyEnds(ctx context.Context) error {
	_, err := s.exec(ctx, "DELETE FROM follow_ends WHERE confirmed_at > 0 AND confirmed_at < ?", At(s.Now().Add(-2*EndSettles)))
	return err
}
