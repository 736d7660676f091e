package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/delivery/queue"
)

// forwardRows bounds what is brought forward at once. What is left has its own time.
const forwardRows = 10_000

// forward lets deliveries that wait on their own account for what was a fault of their host be tried
// now: when a host that failed is there again, what timed out at it need not wait for hours more.
func (d *Deliverer) forward(ctx context.Context, hosts []string) error {
	late, err := d.o.Store.PutOffs(ctx, hosts, forwardRows)
	if err != nil {
		return fmt.Errorf("list what waits late: %w", err)
	}
	list := ofHosts(late)
	if len(list) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(list))
	entries := make([]queue.Entry, 0, len(list))
	for _, v := range list {
		ids = append(ids, v.ID)
		entries = append(entries, queue.Entry{Host: v.Host, ID: v.ID, Bulk: v.Class == db.ClassBulk})
	}
	// They stay late, only that their time has come: what is about the same thing and younger goes on
	// waiting for them.
	if err := d.o.Store.PutOffDeliveries(ctx, ids, db.At(d.o.Now())); err != nil {
		return fmt.Errorf("bring deliveries forward: %w", err)
	}
	d.enqueue(ctx, entries)
	return nil
}

// ofHosts picks, from what waits late with the oldest first, what waits because of its host, and what
// waits behind nothing else.
func ofHosts(late []db.PutOff) []db.PutOff {
	type line struct {
		host string
		okey int64
	}
	held := make(map[line]bool)
	var list []db.PutOff
	for _, v := range late {
		l := line{v.Host, v.OKey}
		if held[l] || ownFault(v) {
			held[l] = true
			continue
		}
		list = append(list, v)
	}
	return list
}

// ownFault says that a delivery failed on its own account, or on ours: the host refused it, choked on
// it with 500, or was never asked.
func ownFault(v db.PutOff) bool {
	switch v.LastCode {
	case 0:
		return v.LastError == faultSigning || v.LastError == faultInbox
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return v.LastCode <= http.StatusInternalServerError
}

// recover brings forward what waits for the host, where it has just shown that it is there again.
func (l *lane) recover(ctx context.Context) {
	if !l.recovered {
		return
	}
	l.recovered = false
	if err := l.d.forward(ctx, []string{l.host.Name}); err != nil {
		l.d.o.Log.WarnContext(ctx, "host is back", slog.String("host", l.host.Name), slog.Any("err", err))
	}
}
