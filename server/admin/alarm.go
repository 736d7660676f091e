package admin

import (
	"context"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
)

// clockSlack is how far our clock may be from that of other servers; some refuse signatures that
// are half a minute old.
const clockSlack = 30 * time.Second

// alarms are what an admin must know before anything else: what is away, wrong or nearly full.
func (d *Door) alarms(ctx context.Context, l *locales.Loc) ([]string, error) {
	var list []string
	if d.o.Away != nil && len(d.o.Away(ctx)) > 0 {
		list = append(list, l.Text("Redis does not answer. Nothing is lost and everything goes on, more slowly."))
	}
	kept, err := d.store.Settings(ctx)
	if err != nil {
		return nil, fmt.Errorf("load what the server has noted: %w", err)
	}
	if off, err := time.ParseDuration(kept[db.SettingClockSkew]); err == nil && off.Abs() > clockSlack {
		list = append(list, l.Text("The clock of this server is wrong by %s, and other servers will refuse what it signs. Set up time synchronisation.", off.Abs().String()))
	}
	if full := db.PendingShare(kept[db.SettingPending]); full >= db.PendingAlarm {
		list = append(list, l.Text("What waits to be sent takes %d %% of the room that it may have. When it is full, what waits for servers that have not answered for a week is given up.", int(full*100)))
	}
	return list, nil
}
