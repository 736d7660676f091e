package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
)

// longest is how long something may wait for a server that answers before it is worth a word.
const longest = 10 * time.Minute

// skew reads what the running server has found out about the clock from other servers.
func (d *Doctor) skew(ctx context.Context, store *db.Store) {
	const check = "clock of others"
	kept, err := store.Setting(ctx, db.SettingClockSkew)
	off, bad := time.ParseDuration(kept)
	switch {
	case err == nil && bad != nil:
		d.Say(check, nil, "too few other servers have answered to compare", "")
		return
	case err == nil && off.Abs() > clockSlack:
		err = fmt.Errorf("the clock of the server is %s from that of other servers: they refuse what it signs", off.Abs())
	}
	d.Say(check, err, "agrees with ours", "set up time synchronisation on the machine of the server")
}

// queue looks at what waits: how much, and since when for servers that answer.
func (d *Doctor) queue(ctx context.Context, store *db.Store) {
	const check = "queue"
	kept, err := store.Setting(ctx, db.SettingPending)
	if err == nil && db.PendingShare(kept) >= db.PendingAlarm {
		d.Warn(check, fmt.Sprintf("what waits takes %.0f %% of the room it may have", 100*db.PendingShare(kept)),
			"see copse queue status for what waits and why; block or drop what is gone, or raise COPSE_PENDING_MB")
		return
	}
	since, e := store.OldestHealthy(ctx)
	if err == nil {
		err = e
	}
	if err == nil && !since.IsZero() && d.o.Now().Sub(since.Time) > longest {
		d.Warn(check, "something has waited for a server that answers since "+since.UTC().Format(time.RFC3339),
			"see that a process with the role worker runs, and what its log says")
		return
	}
	d.Say(check, err, "moves", "look whether the database answers")
}
