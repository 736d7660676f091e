package admin

import (
	"context"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
)

// beforeAudit lists acts from before the audit log began, newest first, after one of them (0 = from
// the newest), in its form. more is where the next page begins, 0 where there is none. Once the
// first entries of the audit log have gone with age, so have those before them.
func (d *Door) beforeAudit(ctx context.Context, older int64, room int) (list []*db.AuditEntry, more int64, err error) {
	first, err := d.store.AuditSince(ctx, 0, 1)
	if err != nil {
		return nil, 0, fmt.Errorf("look where the audit log begins: %w", err)
	}
	end := db.At(d.o.Now())
	if len(first) > 0 {
		if first[0].Position != 1 {
			return nil, 0, nil
		}
		end = db.At(first[0].At.Add(-time.Second)) // what began the audit log stands in both
	}
	acts, err := d.store.ModerationBefore(ctx, end, older, room+1)
	if err != nil {
		return nil, 0, fmt.Errorf("list acts before the audit log: %w", err)
	}
	if len(acts) > room {
		acts = acts[:room]
		more = acts[room-1].ID
	}
	var ids []int64
	for _, e := range acts {
		ids = append(ids, e.TargetID, e.GroupID)
	}
	who, err := d.store.ActorsByID(ctx, ids)
	if err != nil {
		return nil, 0, fmt.Errorf("load who is in the log: %w", err)
	}
	for _, e := range acts {
		list = append(list, e.AsAudit(who[e.TargetID], who[e.GroupID]))
	}
	return list, more, nil
}
