package db

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/uptrace/bun"
)

// heard is what is kept of a receipt that was dealt with: enough to know the same when it comes
// again, in a tenth of the room. A receipt goes here a moment after it is closed.
type heard struct {
	bun.BaseModel `bun:"table:heard,alias:h"`

	Activity  int64  `bun:"activity,pk"` // shortOf the activity's id
	Hash      []byte `bun:"hash,pk"`
	Signature []byte `bun:"signature"`
	Actor     int64  `bun:"actor"` // shortOf the signer's
	Type      string `bun:"type"`
	State     int16  `bun:"state"`
	Reason    string `bun:"reason"`
	DoneAt    Time   `bun:"done_at"`
}

// shortOf is a number for an address. Two addresses may have the same; what hangs on it compares the
// whole hash too, or is of no use to whoever brings that about.
func shortOf(uri string) int64 { return int64(binary.BigEndian.Uint64(HashOf([]byte(uri))) >> 1) }

// ShelveReceipts moves what was dealt with before a moment to where it takes little room, and says
// how many there were. The moment must lie some seconds back: AddReceipt looks for what is shelved and
// then stores, and on PostgreSQL the unique key of receipts is what holds between the two.
func (s *Store) ShelveReceipts(ctx context.Context, before Time, limit int) (int, error) {
	var list []*Receipt
	err := s.read.NewSelect().Model(&list).Column("id", "hash", "signature", "activity_uri", "type", "actor_uri", "state", "reason", "done_at").
		Where("state <> 0 AND done_at < ?", before).Order("id").Limit(int64(limit)).Scan(ctx)
	if err != nil || len(list) == 0 {
		return 0, wrap(err)
	}
	rows, ids := make([]*heard, len(list)), make([]int64, len(list))
	for i, r := range list {
		ids[i], rows[i] = r.ID, &heard{
			Activity: shortOf(r.ActivityURI), Hash: r.Hash, Signature: r.Signature, Actor: shortOf(r.ActorURI),
			Type: r.Type, State: r.State, Reason: r.Reason, DoneAt: r.DoneAt,
		}
	}
	err = s.InTx(ctx, func(ctx context.Context, tx *Store) error {
		if _, err := tx.write.NewInsert().Model(&rows).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
			return wrap(err)
		}
		_, err := tx.exec(ctx, "DELETE FROM receipts WHERE id IN (?) AND state <> 0", bun.List(ids))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("shelve receipts: %w", err)
	}
	return len(list), nil
}

// shelved is the newest shelved receipt of an activity from an actor.
func (s *Store) shelved(ctx context.Context, activityURI, actorURI string) (*Receipt, error) {
	h := new(heard)
	r := &Receipt{ActivityURI: activityURI, ActorURI: actorURI}
	err := one(ctx, s.read.NewSelect().Model(h).
		Where("activity = ? AND actor = ?", shortOf(activityURI), shortOf(actorURI)).Order("done_at DESC"))
	r.Hash, r.Signature, r.Type, r.State, r.Reason, r.DoneAt = h.Hash, h.Signature, h.Type, h.State, h.Reason, h.DoneAt
	return r, err
}

// PruneHeard forgets what was dealt with before the end of a window. Its windows go by the numbers of
// activities.
func (s *Store) PruneHeard(ctx context.Context, w Window) (next, gone int64, err error) {
	err = s.read.NewRaw("SELECT coalesce(max(activity), 0) FROM (SELECT activity FROM heard WHERE activity > ? ORDER BY activity LIMIT ?) AS w",
		w.After, w.Limit).Scan(ctx, &next)
	if err != nil || next == 0 {
		return 0, 0, wrap(err)
	}
	gone, err = s.exec(ctx, "DELETE FROM heard WHERE activity > ? AND activity <= ? AND done_at < ?", w.After, next, w.Before.UnixMilli())
	if err != nil {
		return 0, 0, fmt.Errorf("prune what was heard: %w", err)
	}
	return next, gone, nil
}
