package db

import (
	"context"
	"fmt"
)

// DeadLetter is a delivery that ended without reaching its peer, refused or out of time, with what
// it carried. It stays until an admin drops it or tries it again.
type DeadLetter struct {
	ID         int64  `bun:"id"`
	ActivityID int64  `bun:"activity_id"`
	Host       string `bun:"host"`
	Inbox      string `bun:"inbox"`
	State      int16  `bun:"state"` // DeliveryRefused or DeliveryExpired
	Attempts   int64  `bun:"attempts"`
	LastCode   int64  `bun:"last_code"`
	LastError  string `bun:"last_error"`
	CreatedAt  Time   `bun:"created_at"`
	DoneAt     Time   `bun:"done_at"`

	Type      string `bun:"type"`
	URI       string `bun:"uri"`
	ObjectURI string `bun:"object_uri"` // of what opens a post from ExportDead alone, see Activity
	ActorID   int64  `bun:"actor_id"`
	PostID    int64  `bun:"post_id"`
	Body      []byte `bun:"body"` // what was to be sent, from ExportDead alone
}

const deadColumns = `d.id, d.activity_id, d.host, d.inbox, d.state, d.attempts, d.last_code, d.last_error,
	d.created_at, d.done_at, a.type, a.uri, a.object_uri, a.actor_id, a.post_id`

// DeadLetters lists the dead letters of a host by id, oldest first, after an id (0 = the first).
func (s *Store) DeadLetters(ctx context.Context, host string, after int64, limit int) ([]*DeadLetter, error) {
	return s.deadLetters(ctx, deadColumns, host, after, limit)
}

// ExportDead is DeadLetters with the bodies: keep limit small.
func (s *Store) ExportDead(ctx context.Context, host string, after int64, limit int) ([]*DeadLetter, error) {
	return s.deadLetters(ctx, deadColumns+", a.body", host, after, limit)
}

func (s *Store) deadLetters(ctx context.Context, columns, host string, after int64, limit int) ([]*DeadLetter, error) {
	var list []*DeadLetter
	err := s.read.NewRaw("SELECT "+columns+` FROM deliveries d JOIN activities a ON a.id = d.activity_id
		WHERE d.host = ? AND d.state IN (2, 5) AND d.id > ? ORDER BY d.id LIMIT ?`, host, after, limit).Scan(ctx, &list)
	if err != nil {
		return nil, wrap(err)
	}
	var inner []int64
	for _, d := range list {
		if id := innerOf(d.Body); id != 0 {
			inner = append(inner, id)
		}
	}
	bodies, err := s.bodies(ctx, inner)
	for _, d := range list {
		if err == nil {
			d.Body, err = s.open(ctx, d.Body, bodies)
			d.ObjectURI = aboutWhole(d.ObjectURI, d.Body)
		}
	}
	return list, err
}

// DeadCount is how many dead letters a host has.
type DeadCount struct {
	Host    string `bun:"host" json:"host"`
	Refused int64  `bun:"refused" json:"refused"`
	Expired int64  `bun:"expired" json:"expired"`
	Last    Time   `bun:"last" json:"last"` // when the latest one was given up
}

// DeadByHost counts dead letters per host, by host after one of them ("" = from the first).
func (s *Store) DeadByHost(ctx context.Context, after string, limit int) ([]*DeadCount, error) {
	var list []*DeadCount
	err := s.read.NewRaw(`SELECT host, sum(CASE WHEN state = 2 THEN 1 ELSE 0 END) AS refused,
		sum(CASE WHEN state = 5 THEN 1 ELSE 0 END) AS expired, max(done_at) AS last
		FROM deliveries WHERE state IN (2, 5) AND host > ? GROUP BY host ORDER BY host LIMIT ?`, after, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// DeadAt counts the dead letters of one host.
func (s *Store) DeadAt(ctx context.Context, host string) (DeadCount, error) {
	n := DeadCount{Host: host}
	err := s.read.NewRaw(`SELECT coalesce(sum(CASE WHEN state = 2 THEN 1 ELSE 0 END), 0) AS refused,
		coalesce(sum(CASE WHEN state = 5 THEN 1 ELSE 0 END), 0) AS expired, coalesce(max(done_at), 0) AS last
		FROM deliveries WHERE state IN (2, 5) AND host = ?`, host).Scan(ctx, &n)
	return n, wrap(err)
}

// CountDead counts the dead letters of all hosts.
func (s *Store) CountDead(ctx context.Context) (int64, error) {
	var n int64
	err := s.read.NewRaw("SELECT count(*) FROM deliveries WHERE state IN (2, 5)").Scan(ctx, &n)
	return n, wrap(err)
}

// RetryDead lets all dead letters of a host start afresh and has the host tried at once, by
// whichever process delivers; it says how many there were. Run it in a transaction.
func (s *Store) RetryDead(ctx context.Context, host string) (int64, error) {
	n, err := s.revive(ctx, "host = ?", host)
	if err != nil {
		return 0, fmt.Errorf("retry dead letters of %s: %w", host, err)
	}
	return n, s.RetryHost(ctx, host)
}

// RetryDeadLetter is RetryDead for one of them. ErrNotFound: it is no dead letter (any more).
func (s *Store) RetryDeadLetter(ctx context.Context, id int64) error {
	var host string
	err := s.read.NewRaw("SELECT host FROM deliveries WHERE id = ? AND state IN (2, 5)", id).Scan(ctx, &host)
	if err != nil {
		return fmt.Errorf("retry dead letter %d: %w", id, wrap(err))
	}
	if _, err := s.revive(ctx, "id = ?", id); err != nil {
		return fmt.Errorf("retry dead letter %d: %w", id, err)
	}
	return s.RetryHost(ctx, host)
}

func (s *Store) revive(ctx context.Context, which string, arg any) (int64, error) {
	return s.exec(ctx, `UPDATE deliveries SET state = 0, next_at = 0, attempts = 0, strikes = 0, created_at = ?, done_at = 0
		WHERE state IN (2, 5) AND `+which, s.Now(), arg)
}

// DropDead gives up the dead letters of a host for good and says how many there were: they count as
// cancelled from now on and go with the log.
func (s *Store) DropDead(ctx context.Context, host string) (int64, error) {
	return s.exec(ctx, "UPDATE deliveries SET state = ?, done_at = ? WHERE host = ? AND state IN (2, 5)",
		DeliveryCancelled, s.Now(), host)
}

// DropDeadLetter is DropDead for one of them. ErrNotFound: it is no dead letter (any more).
func (s *Store) DropDeadLetter(ctx context.Context, id int64) error {
	n, err := s.exec(ctx, "UPDATE deliveries SET state = ?, done_at = ? WHERE id = ? AND state IN (2, 5)",
		DeliveryCancelled, s.Now(), id)
	if err == nil && n == 0 {
		return fmt.Errorf("drop dead letter %d: %w", id, ErrNotFound)
	}
	return err
}

// RetryHost forgets how reaching a host went and has everything that waits for it, late or not,
// tried at once, by whichever process delivers: within some two seconds.
func (s *Store) RetryHost(ctx context.Context, host string) error {
	if err := s.ForgiveHost(ctx, host); err != nil {
		return err
	}
	_, err := s.exec(ctx, "UPDATE deliveries SET next_at = 0, strikes = 0 WHERE host = ? AND state = 0 AND next_at > 0", host)
	if err != nil {
		return err
	}
	return s.CallHost(ctx, host)
}

// DropWaiting cancels all that waits for a host and says how many there were. Dead letters stay.
func (s *Store) DropWaiting(ctx context.Context, host string) (int64, error) {
	return s.EndHostDeliveries(ctx, host, DeliveryCancelled, "dropped by an admin")
}

// PauseHost sends nothing to a host from now on, whichever process delivers: what is in flight is
// finished, what is meant for it waits.
func (s *Store) PauseHost(ctx context.Context, host string) error {
	return s.SetHostPaused(ctx, host, s.Now())
}

// ResumeHost ends a pause and has the host tried at once.
func (s *Store) ResumeHost(ctx context.Context, host string) error {
	if err := s.SetHostPaused(ctx, host, Time{}); err != nil {
		return err
	}
	return s.CallHost(ctx, host)
}

// CallHost asks whoever delivers to look at a host at once: something about it was changed here.
func (s *Store) CallHost(ctx context.Context, host string) error {
	_, err := s.exec(ctx, `INSERT INTO host_calls (host, created_at) VALUES (?, ?)
		ON CONFLICT (host) DO UPDATE SET created_at = EXCLUDED.created_at`, host, s.Now())
	return err
}

// HostCall is a wish that a host be looked at now.
type HostCall struct {
	Host      string `bun:"host"`
	CreatedAt Time   `bun:"created_at"`
}

// HostCalls lists hosts that were called, oldest first.
func (s *Store) HostCalls(ctx context.Context, limit int) ([]HostCall, error) {
	var list []HostCall
	err := s.read.NewRaw("SELECT host, created_at FROM host_calls ORDER BY created_at, host LIMIT ?", limit).Scan(ctx, &list)
	return list, wrap(err)
}

// AnswerHostCall forgets a call that was taken up, unless it was repeated meanwhile.
func (s *Store) AnswerHostCall(ctx context.Context, c HostCall) error {
	_, err := s.exec(ctx, "DELETE FROM host_calls WHERE host = ? AND created_at = ?", c.Host, c.CreatedAt)
	return err
}
