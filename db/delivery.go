package db

import (
	"context"
	"time"

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
	// FollowersOf is set where this one delivery serves all followers of an actor at the host
	// (GoToSocial); when it is refused, another follower's inbox is tried.
	FollowersOf int64 `bun:"followers_of"`
	Attempts    int64 `bun:"attempts"` // tries, whatever came of them
	Strikes     int64 `bun:"strikes"`  // tries that failed because of this delivery, not of its host
	// NextAt is set for a delivery that waits on its own account while others pass.
	NextAt    Time   `bun:"next_at"`
	LastCode  int64  `bun:"last_code"` // HTTP status, 0 where there was no answer
	LastError string `bun:"last_error"`
	CreatedAt Time   `bun:"created_at"`
	DoneAt    Time   `bun:"done_at"`
}

// stillWaits is "state = 0" for rows that are named by their ids. Said like that, PostgreSQL would take
// the index of all that waits wherever its statistics, from before an outage, say that hardly
// anything does: a million entries read for three ids.
const stillWaits = "state < 1"

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

// WaitingDelivery is what the queue knows of a delivery.
type WaitingDelivery struct {
	ID     int64  `bun:"id"`
	Host   string `bun:"host"`
	Class  int16  `bun:"class"`
	NextAt Time   `bun:"next_at"`
}

// WaitingDeliveries lists deliveries that wait, by host and id, after one of them (nil = from the
// first).
func (s *Store) WaitingDeliveries(ctx context.Context, after *WaitingDelivery, limit int) ([]WaitingDelivery, error) {
	if after == nil {
		after = &WaitingDelivery{}
	}
	var list []WaitingDelivery
	err := s.read.NewRaw(`SELECT id, host, class, next_at FROM deliveries
		WHERE state = 0 AND (host, id) > (?, ?) ORDER BY host, id LIMIT ?`, after.Host, after.ID, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// CountWaiting counts the deliveries that wait.
func (s *Store) CountWaiting(ctx context.Context) (int64, error) {
	var n int64
	err := s.read.NewRaw("SELECT count(*) FROM deliveries WHERE state = 0").Scan(ctx, &n)
	return n, wrap(err)
}

// OldestWaiting is when the delivery was made that has waited longest; zero where none waits. Its
// id tells: a retry by an admin makes it no younger.
func (s *Store) OldestWaiting(ctx context.Context) (Time, error) {
	var id int64
	err := s.read.NewRaw("SELECT coalesce(min(id), 0) FROM deliveries WHERE state = 0").Scan(ctx, &id)
	if err != nil || id == 0 {
		return Time{}, wrap(err)
	}
	return At(time.UnixMilli(id>>21 + epoch)), nil
}

// LateDelivery is a delivery that waits on its own account, or behind one that does.
type LateDelivery struct {
	ID         int64 `bun:"id"`
	ActivityID int64 `bun:"activity_id"`
	OKey       int64 `bun:"okey"`
	NextAt     Time  `bun:"next_at"`
}

// LateDeliveries lists the late deliveries of a host, oldest first: what has the same key must not
// overtake them.
func (s *Store) LateDeliveries(ctx context.Context, host string, limit int) ([]LateDelivery, error) {
	var list []LateDelivery
	err := s.read.NewRaw("SELECT id, activity_id, okey, next_at FROM deliveries WHERE host = ? AND state = 0 AND next_at > 0 ORDER BY id LIMIT ?",
		host, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// PutOff is a late delivery and what was noted when it was tried last.
type PutOff struct {
	ID        int64  `bun:"id"`
	Host      string `bun:"host"`
	Class     int16  `bun:"class"`
	OKey      int64  `bun:"okey"`
	LastCode  int64  `bun:"last_code"`
	LastError string `bun:"last_error"`
}

// PutOffs lists the deliveries to some hosts that wait on their own account and are not due yet,
// oldest first.
func (s *Store) PutOffs(ctx context.Context, hosts []string, limit int) ([]PutOff, error) {
	var list []PutOff
	if len(hosts) == 0 {
		return list, nil
	}
	err := s.read.NewRaw(`SELECT id, host, class, okey, last_code, last_error FROM deliveries
		WHERE host IN (?) AND state = 0 AND next_at > 0 AND next_at > ? ORDER BY id LIMIT ?`, bun.List(hosts), s.Now(), limit).Scan(ctx, &list)
	return list, wrap(err)
}

// UnseenDeliveries lists deliveries to a host before one of them that wait for nothing but their
// turn, oldest first. Those that a queue does not show have not come to it yet.
func (s *Store) UnseenDeliveries(ctx context.Context, host string, before int64, limit int) ([]LateDelivery, error) {
	var list []LateDelivery
	err := s.read.NewRaw("SELECT id, activity_id, okey, next_at FROM deliveries WHERE host = ? AND state = 0 AND next_at = 0 AND id < ? ORDER BY id LIMIT ?",
		host, before, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// DeliveriesByID returns waiting deliveries among ids, in order of their ids.
func (s *Store) DeliveriesByID(ctx context.Context, ids []int64) ([]*Delivery, error) {
	var list []*Delivery
	if len(ids) == 0 {
		return list, nil
	}
	err := s.read.NewSelect().Model(&list).Where("id IN (?) AND "+stillWaits, bun.List(ids)).Order("id").Scan(ctx)
	return list, wrap(err)
}

// DeliveryEnd is what became of a try; it may also only put the delivery off.
type DeliveryEnd struct {
	State  int16
	Code   int64
	Error  string
	NextAt Time
	// Tries and Strikes are added to what was counted before.
	Tries, Strikes int64
}

// EndDeliveries writes the same result for several deliveries, leaving alone those that were ended
// meanwhile.
func (s *Store) EndDeliveries(ctx context.Context, ids []int64, e DeliveryEnd) error {
	var done Time
	if e.State != DeliveryPending {
		done = s.Now()
	}
	_, err := s.exec(ctx, `UPDATE deliveries SET state = ?, last_code = ?, last_error = ?, next_at = ?,
		attempts = attempts + ?, strikes = strikes + ?, done_at = ? WHERE id IN (?) AND `+stillWaits,
		e.State, e.Code, e.Error, e.NextAt, e.Tries, e.Strikes, done, bun.List(ids))
	return err
}

// PutOffDeliveries lets deliveries wait without counting a try.
func (s *Store) PutOffDeliveries(ctx context.Context, ids []int64, until Time) error {
	_, err := s.exec(ctx, "UPDATE deliveries SET next_at = ? WHERE id IN (?) AND "+stillWaits, until, bun.List(ids))
	return err
}

// EndActivityDeliveries ends what waits of some activities for some hosts.
func (s *Store) EndActivityDeliveries(ctx context.Context, activityIDs []int64, hosts []string, state int16) error {
	if len(activityIDs) == 0 || len(hosts) == 0 {
		return nil
	}
	_, err := s.exec(ctx, "UPDATE deliveries SET state = ?, done_at = ? WHERE activity_id IN (?) AND host IN (?) AND state = 0",
		state, s.Now(), bun.List(activityIDs), bun.List(hosts))
	return err
}

// EndHostDeliveries ends all that waits for a host and says how many there were.
func (s *Store) EndHostDeliveries(ctx context.Context, host string, state int16, reason string) (int64, error) {
	return s.exec(ctx, "UPDATE deliveries SET state = ?, last_error = ?, done_at = ? WHERE host = ? AND state = 0",
		state, reason, s.Now(), host)
}

// RefuseDelivery notes that a host has said no to an activity afterwards; it says whether the
// activity went there at all.
func (s *Store) RefuseDelivery(ctx context.Context, activityURI, host, reason string) (bool, error) {
	n, err := s.exec(ctx, `UPDATE deliveries SET state = ?, last_error = ?, done_at = ? WHERE host = ? AND state IN (0, 1)
		AND activity_id IN (SELECT id FROM activities WHERE uri = ?)`, DeliveryRefused, reason, s.Now(), host, activityURI)
	return n > 0, err
}

// DeliveriesOf lists where an activity went, by id. It is bounded by its audience alone.
func (s *Store) DeliveriesOf(ctx context.Context, activityID int64) ([]*Delivery, error) {
	var list []*Delivery
	err := s.read.NewSelect().Model(&list).Where("activity_id = ?", activityID).Order("id").Scan(ctx)
	return list, wrap(err)
}

// HostDelivery is a delivery to a host with what it carries.
type HostDelivery struct {
	ID        int64  `bun:"id"`
	State     int16  `bun:"state"`
	Attempts  int64  `bun:"attempts"`
	LastCode  int64  `bun:"last_code"`
	LastError string `bun:"last_error"`
	CreatedAt Time   `bun:"created_at"`
	DoneAt    Time   `bun:"done_at"`
	Type      string `bun:"type"`
	PostID    int64  `bun:"post_id"`
	ActorID   int64  `bun:"actor_id"`
}

// DeliveriesTo lists what waits for a host, in the order in which it will go.
func (s *Store) DeliveriesTo(ctx context.Context, host string, limit int) ([]*HostDelivery, error) {
	var list []*HostDelivery
	err := s.read.NewRaw(`SELECT d.id, d.state, d.attempts, d.last_code, d.last_error, d.created_at, d.done_at, a.type, a.post_id, a.actor_id
		FROM deliveries d JOIN activities a ON a.id = d.activity_id WHERE d.host = ? AND d.state = 0 ORDER BY d.id LIMIT ?`,
		host, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// QueueState is what waits for one host.
type QueueState struct {
	Host    string `bun:"host" json:"host"`
	Pending int64  `bun:"pending" json:"pending"`
	Oldest  Time   `bun:"oldest" json:"oldest"`
}

// WaitingFor counts what waits for a host, and since when the oldest does.
func (s *Store) WaitingFor(ctx context.Context, host string) (pending int64, oldest Time, err error) {
	err = s.read.NewRaw("SELECT count(*), coalesce(min(created_at), 0) FROM deliveries WHERE host = ? AND state = 0", host).Scan(ctx, &pending, &oldest)
	return pending, oldest, wrap(err)
}

// QueueByHost counts waiting deliveries per host, most first.
func (s *Store) QueueByHost(ctx context.Context, limit int) ([]*QueueState, error) {
	var list []*QueueState
	err := s.read.NewRaw(`SELECT host, count(*) AS pending, min(created_at) AS oldest FROM deliveries
		WHERE state = 0 GROUP BY host ORDER BY pending DESC, host LIMIT ?`, limit).Scan(ctx, &list)
	return list, wrap(err)
}
