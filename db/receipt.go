package db

import (
	"context"
	"crypto/sha256"
	"errors"

	"github.com/uptrace/bun"

	"github.com/copse-social/copse/db/migrations"
)

// States of a receipt.
const (
	ReceiptPending = 0
	ReceiptDone    = 1
	ReceiptIgnored = 2 // nothing to do; Reason says why
	ReceiptRefused = 3 // not believed or not allowed; Reason says why
)

// Receipt is one activity as it was accepted from a peer, stored before the peer is answered.
type Receipt struct {
	bun.BaseModel `bun:"table:receipts,alias:receipt"`

	ID   int64  `bun:"id,pk"`
	Hash []byte `bun:"hash"` // HashOf activity id and body: what makes two receipts one
	// Signature is the hash of the signature it came under, for the replay guard.
	Signature   []byte `bun:"signature"`
	ActivityURI string `bun:"activity_uri"`
	Type        string `bun:"type"`
	ActorURI    string `bun:"actor_uri"` // verified signer
	Host        string `bun:"host"`
	InboxOf     int64  `bun:"inbox_of"` // actor whose inbox it came to, 0 = shared
	Body        []byte `bun:"body"`
	State       int16  `bun:"state"`
	Reason      string `bun:"reason"`
	Attempts    int64  `bun:"attempts"`
	NextAt      Time   `bun:"next_at"`
	ReceivedAt  Time   `bun:"received_at"`
	DoneAt      Time   `bun:"done_at"`
}

// HashOf is the 16-byte name of some strings together.
func HashOf(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
		h.Write([]byte{0})
	}
	return h.Sum(nil)[:16]
}

// AddReceipt stores an activity once and says whether it is new. The same id with another body is
// new (GoToSocial edits under one id); the same signature is not.
func (s *Store) AddReceipt(ctx context.Context, r *Receipt) (fresh bool, err error) {
	if s.after == nil {
		return s.storeTogether(ctx, r)
	}
	list, err := s.addReceipts(ctx, []*Receipt{r})
	return err == nil && list[0], err
}

// mark is what a receipt is refused by when its activity was released: the signature it came under.
func (r *Receipt) mark() []byte {
	if len(r.Signature) == 0 {
		return r.Hash
	}
	return r.Signature
}

// PendingReceipts lists what waits to be worked on and is due, oldest first, after an id.
func (s *Store) PendingReceipts(ctx context.Context, after int64, limit int) ([]*Receipt, error) {
	var list []*Receipt
	err := s.read.NewSelect().Model(&list).Where("state = 0 AND next_at <= ? AND id > ?", s.Now(), after).
		Order("id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// WaitingReceipts lists what some actors sent that was put off and is not due yet, oldest first.
func (s *Store) WaitingReceipts(ctx context.Context, actorURIs []string, limit int) ([]*Receipt, error) {
	var list []*Receipt
	if len(actorURIs) == 0 {
		return list, nil
	}
	err := s.read.NewSelect().Model(&list).Where("state = 0 AND next_at > ? AND actor_uri IN (?)", s.Now(), bun.List(actorURIs)).
		Order("id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// PostponeReceipt puts a receipt off that has to wait for another one.
func (s *Store) PostponeReceipt(ctx context.Context, id int64, next Time) error {
	_, err := s.exec(ctx, "UPDATE receipts SET next_at = ? WHERE id = ? AND "+stillWaits, next, id)
	return err
}

// ClaimReceipts says which of some receipts are still open, and keeps them so until the transaction
// ends: of two workers one applies each.
func (s *Store) ClaimReceipts(ctx context.Context, ids []int64) (map[int64]bool, error) {
	var open []int64
	// In one order, so that two workers with some in common wait and don't lock each other out.
	query := "SELECT id FROM receipts WHERE id IN (?) AND " + stillWaits + " ORDER BY id"
	if s.root.engine != migrations.SQLite { // whose transactions write alone
		query += " FOR UPDATE"
	}
	err := s.read.NewRaw(query, bun.List(ids)).Scan(ctx, &open)
	out := make(map[int64]bool, len(open))
	for _, id := range open {
		out[id] = true
	}
	return out, wrap(err)
}

// ReceiptByURI returns the newest receipt of an activity id from an actor; the body of a closed
// one is gone.
func (s *Store) ReceiptByURI(ctx context.Context, activityURI, actorURI string) (*Receipt, error) {
	r := new(Receipt)
	err := one(ctx, s.read.NewSelect().Model(r).
		Where("activity_uri = ? AND actor_uri = ?", activityURI, actorURI).Order("id DESC"))
	if errors.Is(err, ErrNotFound) {
		return s.shelved(ctx, activityURI, actorURI)
	}
	return r, err
}

// HeardBefore says whether the activity of a receipt was taken before, from whomever, or came from
// its actor as well.
func (s *Store) HeardBefore(ctx context.Context, r *Receipt, actorURI string) (bool, error) {
	var n int
	err := s.read.NewRaw(`SELECT (SELECT count(*) FROM receipts WHERE activity_uri = ? AND id <> ? AND (state = ? OR actor_uri = ?))
		+ (SELECT count(*) FROM heard WHERE activity = ? AND (state = ? OR actor = ?))`,
		r.ActivityURI, r.ID, ReceiptDone, actorURI, shortOf(r.ActivityURI), ReceiptDone, shortOf(actorURI)).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// EndReceipt closes a receipt and lets go of its body.
func (s *Store) EndReceipt(ctx context.Context, id int64, state int16, reason string) error {
	_, err := s.exec(ctx, "UPDATE receipts SET state = ?, reason = ?, done_at = ?, body = NULL WHERE id = ? AND "+stillWaits,
		state, reason, s.Now(), id)
	return err
}

// FinishReceipts closes receipts of what took effect.
func (s *Store) FinishReceipts(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := s.exec(ctx, "UPDATE receipts SET state = ?, reason = '', done_at = ?, body = NULL WHERE id IN (?)",
		ReceiptDone, s.Now(), bun.List(ids))
	return err
}

// RetryReceipt puts a receipt off after a passing failure.
func (s *Store) RetryReceipt(ctx context.Context, r *Receipt, next Time, reason string) error {
	_, err := s.exec(ctx, "UPDATE receipts SET attempts = attempts + 1, next_at = ?, reason = ? WHERE id = ?", next, reason, r.ID)
	return err
}

// ReleaseActivity lets an activity with this id count again after it was undone (NodeBB repeats
// ids of likes). The signatures it came under stay refused.
func (s *Store) ReleaseActivity(ctx context.Context, activityURI, actorURI string) error {
	_, err := s.exec(ctx, "UPDATE receipts SET hash = signature WHERE activity_uri = ? AND actor_uri = ? AND signature IS NOT NULL AND state <> 0",
		activityURI, actorURI)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "UPDATE heard SET hash = signature WHERE activity = ? AND actor = ? AND signature IS NOT NULL",
		shortOf(activityURI), shortOf(actorURI))
	return err
}

// Bury remembers that somebody deleted or undid what they are going to send under this address, so
// that it does nothing when it arrives late. Of others under the same address it says nothing.
func (s *Store) Bury(ctx context.Context, uri, actorURI string) error {
	_, err := s.exec(ctx, "INSERT INTO tombstones (hash, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
		HashOf([]byte(uri), []byte(actorURI)), s.Now())
	return err
}

// Buried says whether an address was buried by the one it comes from.
func (s *Store) Buried(ctx context.Context, uri, actorURI string) (bool, error) {
	var n int
	err := s.read.NewRaw("SELECT count(*) FROM tombstones WHERE hash = ?", HashOf([]byte(uri), []byte(actorURI))).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// Exhume says whether an address was buried, and forgets that it was: an Undo that overtook what
// it undoes counts once. Nothing is buried under "".
func (s *Store) Exhume(ctx context.Context, uri, actorURI string) (bool, error) {
	if uri == "" {
		return false, nil
	}
	n, err := s.exec(ctx, "DELETE FROM tombstones WHERE hash = ?", HashOf([]byte(uri), []byte(actorURI)))
	return n > 0, err
}
