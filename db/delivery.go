package db

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"
)

// States of a delivery (reliability.md C5): it ends in one of the last five, never silently.
const (
	DeliveryPending    = 0
	DeliveryDone       = 1 // taken by the peer
	DeliveryRefused    = 2 // refused by the peer; LastCode keeps its answer
	DeliverySuperseded = 3 // a Delete made it pointless
	DeliveryCancelled  = 4 // by policy or by an admin
	DeliveryExpired    = 5 // out of time; dead letter
)

// Classes of delivery: low-class rows wait for normal ones.
const (
	ClassNormal = 0
	ClassBulk   = 1 // likes and the like
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
	// Inboxes are single places, for people addressed by name.
	Inboxes []FollowerInbox `json:"inboxes,omitempty"`
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
	raw, err := json.Marshal(to)
	if err != nil {
		return fmt.Errorf("write audience: %w", err)
	}
	row.ID, row.CreatedAt, row.Audience = s.NewID(), s.Now(), string(raw)
	return s.insert(ctx, row)
}

// To decodes the audience of the row.
func (r *OutboxRow) To() (Audience, error) {
	var to Audience
	if err := json.Unmarshal([]byte(r.Audience), &to); err != nil {
		return to, fmt.Errorf("read audience of outbox row %d: %w", r.ID, err)
	}
	return to, nil
}

// PendingOutbox lists rows that are not expanded yet, oldest first.
func (s *Store) PendingOutbox(ctx context.Context, limit int) ([]*OutboxRow, error) {
	var list []*OutboxRow
	err := s.read.NewSelect().Model(&list).Where("done_at = 0").Order("id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// AdvanceOutbox notes how far an expansion has come; done ends it.
func (s *Store) AdvanceOutbox(ctx context.Context, row *OutboxRow, cursor string, done Time) error {
	_, err := s.exec(ctx, "UPDATE outbox SET cursor = ?, done_at = ? WHERE id = ?", cursor, done, row.ID)
	return err
}

// Delivery is one activity on its way to one inbox.
type Delivery struct {
	bun.BaseModel `bun:"table:deliveries,alias:delivery"`

	ID         int64  `bun:"id,pk"`
	ActivityID int64  `bun:"activity_id"`
	Host       string `bun:"host"`
	Inbox      string `bun:"inbox"`
	Class      int16  `bun:"class"`
	OKey       int64  `bun:"okey"`
	State      int16  `bun:"state"`
	Attempts   int64  `bun:"attempts"`
	NextAt     Time   `bun:"next_at"`
	LastCode   int64  `bun:"last_code"`
	LastError  string `bun:"last_error"`
	CreatedAt  Time   `bun:"created_at"`
	DoneAt     Time   `bun:"done_at"`
}

// CreateDeliveries stores deliveries, skipping those whose activity already goes to that inbox.
func (s *Store) CreateDeliveries(ctx context.Context, list []*Delivery) error {
	if len(list) == 0 {
		return nil
	}
	now := s.Now()
	for _, d := range list {
		d.ID, d.CreatedAt = s.NewID(), now
	}
	_, err := s.write.NewInsert().Model(&list).On("CONFLICT (activity_id, inbox) DO NOTHING").Exec(ctx)
	return wrap(err)
}

// PendingDeliveries lists waiting deliveries in order of their ids, after an id.
func (s *Store) PendingDeliveries(ctx context.Context, after int64, limit int) ([]*Delivery, error) {
	var list []*Delivery
	err := s.read.NewSelect().Model(&list).Where("state = 0 AND id > ?", after).Order("id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// DeliveriesByID returns waiting deliveries among ids, in order of their ids.
func (s *Store) DeliveriesByID(ctx context.Context, ids []int64) ([]*Delivery, error) {
	var list []*Delivery
	if len(ids) == 0 {
		return list, nil
	}
	err := s.read.NewSelect().Model(&list).Where("id IN (?) AND state = 0", bun.In(ids)).Order("id").Scan(ctx)
	return list, wrap(err)
}

// DeliveriesOfPost lists where the activities about a post went, newest first.
func (s *Store) DeliveriesOfPost(ctx context.Context, postID int64, limit int) ([]*PostDelivery, error) {
	var list []*PostDelivery
	err := s.read.NewRaw(`SELECT d.host, d.inbox, d.state, d.attempts, d.next_at, d.last_code, d.last_error,
		d.created_at, d.done_at, a.type, a.uri FROM deliveries d JOIN activities a ON a.id = d.activity_id
		WHERE a.post_id = ? ORDER BY d.id DESC LIMIT ?`, postID, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// PostDelivery is a delivery with what it carried.
type PostDelivery struct {
	Host      string `bun:"host"`
	Inbox     string `bun:"inbox"`
	State     int16  `bun:"state"`
	Attempts  int64  `bun:"attempts"`
	NextAt    Time   `bun:"next_at"`
	LastCode  int64  `bun:"last_code"`
	LastError string `bun:"last_error"`
	CreatedAt Time   `bun:"created_at"`
	DoneAt    Time   `bun:"done_at"`
	Type      string `bun:"type"`
	URI       string `bun:"uri"`
}

// QueueState is what waits for one host.
type QueueState struct {
	Host    string `bun:"host" json:"host"`
	Pending int64  `bun:"pending" json:"pending"`
	Oldest  Time   `bun:"oldest" json:"oldest"`
}

// QueueByHost counts waiting deliveries per host, most first.
func (s *Store) QueueByHost(ctx context.Context, limit int) ([]*QueueState, error) {
	var list []*QueueState
	err := s.read.NewRaw(`SELECT host, count(*) AS pending, min(created_at) AS oldest FROM deliveries
		WHERE state = 0 GROUP BY host ORDER BY pending DESC, host LIMIT ?`, limit).Scan(ctx, &list)
	return list, wrap(err)
}
