package db

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"
)

// Audience says who an activity goes to. It is kept with the outbox row and expanded in batches.
type Audience struct {
	// FollowersOf is the actor whose followers' inboxes get it; 0 = nobody's.
	FollowersOf int64 `json:"followers_of,omitempty"`
	// Families limits FollowersOf to hosts of these software families; "" stands for unknown.
	// Empty = all.
	Families []string `json:"families,omitempty"`
	// ExceptHosts are left out of FollowersOf.
	ExceptHosts []string `json:"except_hosts,omitempty"`
	// Software limits FollowersOf to hosts that run one of these (lower-case NodeInfo names),
	// ExceptSoftware leaves hosts out that do. Empty = no limit.
	Software       []string `json:"software,omitempty"`
	ExceptSoftware []string `json:"except_software,omitempty"`
	// Promise limits FollowersOf to hosts that keep words for members among members (PromiseKept),
	// or to those that don't (PromiseNone). Empty = no limit.
	Promise string `json:"promise,omitempty"`
	// Inboxes are single places, for people addressed by name.
	Inboxes []FollowerInbox `json:"inboxes,omitempty"`
	// NotBefore keeps it here until then; zero = no longer than it takes.
	NotBefore Time `json:"not_before,omitzero"`
}

// OutboxRow is an activity on its way to an audience: the fan-out of reliability.md 1b.
type OutboxRow struct {
	bun.BaseModel `bun:"table:outbox,alias:ob"`

	ID         int64  `bun:"id,pk"`
	ActivityID int64  `bun:"activity_id"`
	Audience   string `bun:"audience"` // JSON of Audience
	Class      int16  `bun:"class"`
	OKey       int64  `bun:"okey"` // deliveries with one key reach a host in order
	Cursor     string `bun:"cursor"`
	DoneAt     Time   `bun:"done_at"`
	CreatedAt  Time   `bun:"created_at"`
}

// CreateOutbox stores the way of an activity to an audience.
func (s *Store) CreateOutbox(ctx context.Context, row *OutboxRow, to Audience) error {
	return s.CreateOutboxes(ctx, row, []Audience{to})
}

// outboxTogether is how many rows one statement takes: with more values than maxBound it would not be
// one that is kept.
const outboxTogether = 24

// CreateOutboxes stores the ways of an activity to some audiences, each with a row like the given
// one; in a transaction at its end, since nobody looks for them before.
func (s *Store) CreateOutboxes(ctx context.Context, row *OutboxRow, to []Audience) error {
	rows := make([]*OutboxRow, len(to))
	for i := range to {
		raw, err := json.Marshal(to[i])
		if err != nil {
			return fmt.Errorf("write audience: %w", err)
		}
		row.ID, row.CreatedAt, row.Audience = s.NewID(), s.Now(), string(raw)
		each := *row
		rows[i] = &each
	}
	if len(rows) == 0 {
		return nil
	}
	if s.after != nil {
		s.after.send(rows)
		return nil
	}
	return s.insert(ctx, &rows)
}

// To decodes the audience of the row.
func (r *OutboxRow) To() (Audience, error) {
	var to Audience
	if err := json.Unmarshal([]byte(r.Audience), &to); err != nil {
		return to, fmt.Errorf("read audience of outbox row %d: %w", r.ID, err)
	}
	return to, nil
}

// OutboxOf lists the ways of some activities to their audiences, also those that are expanded.
func (s *Store) OutboxOf(ctx context.Context, activityIDs []int64) ([]*OutboxRow, error) {
	var list []*OutboxRow
	if len(activityIDs) == 0 {
		return list, nil
	}
	err := s.read.NewSelect().Model(&list).Where("activity_id IN (?)", bun.List(activityIDs)).Scan(ctx)
	return list, wrap(err)
}

// ReaderAt is an inbox where followers of an actor are reached.
type ReaderAt struct {
	FolloweeID int64  `bun:"followee_id"`
	Inbox      string `bun:"inbox"`
}

// ReadersAt says at which of some inboxes followers of some actors are reached now.
func (s *Store) ReadersAt(ctx context.Context, followees []int64, inboxes []string) (map[ReaderAt]bool, error) {
	out := make(map[ReaderAt]bool, len(inboxes))
	if len(followees) == 0 || len(inboxes) == 0 {
		return out, nil
	}
	var list []ReaderAt
	err := s.read.NewRaw("SELECT followee_id, inbox FROM follower_inboxes WHERE followee_id IN (?) AND inbox IN (?)",
		bun.List(followees), bun.List(inboxes)).Scan(ctx, &list)
	for _, r := range list {
		out[r] = true
	}
	return out, wrap(err)
}

// PendingOutbox lists rows that are not expanded yet, oldest first.
func (s *Store) PendingOutbox(ctx context.Context, limit int) ([]*OutboxRow, error) {
	var list []*OutboxRow
	err := s.read.NewSelect().Model(&list).Where("done_at = 0").Order("id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// AdvanceOutbox notes how far an expansion has come; done ends it. ErrConflict: another process
// was faster, and the batch must be rolled back.
func (s *Store) AdvanceOutbox(ctx context.Context, row *OutboxRow, cursor string, done Time) error {
	n, err := s.exec(ctx, "UPDATE outbox SET cursor = ?, done_at = ? WHERE id = ? AND cursor = ? AND done_at = 0",
		cursor, done, row.ID, row.Cursor)
	if err == nil && n == 0 {
		return fmt.Errorf("%w: outbox row %d is being expanded elsewhere", ErrConflict, row.ID)
	}
	return err
}

// SoleInboxes lists, for the hosts after one that run some software, the one inbox of an actor's
// followers there to use: the one that took a delivery last, else the first. Such software shows what
// comes for one to all whom it counts as followers; see FollowEnd for those who were sent away.
func (s *Store) SoleInboxes(ctx context.Context, q SoleInboxQuery) ([]FollowerInbox, error) {
	var list []FollowerInbox
	err := s.read.NewRaw(`SELECT fi.host, max(h.family) AS family, coalesce(max(CASE WHEN fi.inbox = h.last_inbox THEN fi.inbox END), min(fi.inbox)) AS inbox
		FROM follower_inboxes fi JOIN hosts h ON h.name = fi.host
		WHERE fi.followee_id = ? AND h.software IN (?) AND fi.host > ?
		GROUP BY fi.host ORDER BY fi.host LIMIT ?`, q.FolloweeID, bun.List(q.Software), q.AfterHost, q.Limit).Scan(ctx, &list)
	return list, wrap(err)
}

// SoleInboxQuery says which inboxes SoleInboxes lists.
type SoleInboxQuery struct {
	FolloweeID int64
	Software   []string
	AfterHost  string
	Limit      int
}

// NextInbox returns an inbox of an actor's followers at a host that an activity was not sent to,
// and how many of that host it was. ErrNotFound: there is none.
func (s *Store) NextInbox(ctx context.Context, followeeID int64, d *Delivery) (inbox string, tried int, err error) {
	err = s.read.NewRaw("SELECT count(*) FROM deliveries WHERE activity_id = ? AND host = ? AND followers_of = ?",
		d.ActivityID, d.Host, followeeID).Scan(ctx, &tried)
	if err != nil {
		return "", 0, wrap(err)
	}
	err = s.read.NewRaw(`SELECT inbox FROM follower_inboxes WHERE followee_id = ? AND host = ? AND inbox NOT IN
		(SELECT inbox FROM deliveries WHERE activity_id = ?) ORDER BY inbox LIMIT 1`,
		followeeID, d.Host, d.ActivityID).Scan(ctx, &inbox)
	return inbox, tried, wrap(err)
}
