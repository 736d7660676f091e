package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/delivery/queue"
	"github.com/copse-social/copse/federation/drill"
	"github.com/copse-social/copse/federation/vocab"
)

// The first batch of an audience is small, so that sending begins while the rest is expanded.
const (
	firstBatch  = 100
	otherBatch  = 1000
	outboxBatch = 32
)

// expand turns one batch of each pending outbox row into deliveries, so that a large audience does
// not hold up a small one. Rows about one thing keep their order: the later one waits until the
// earlier is through.
func (d *Deliverer) expand(ctx context.Context) (worked bool, err error) {
	rows, err := d.o.Store.PendingOutbox(ctx, outboxBatch)
	if err != nil {
		return false, fmt.Errorf("list pending outbox: %w", err)
	}
	busy := make(map[int64]bool)
	for _, row := range rows {
		if busy[row.OKey] {
			continue
		}
		busy[row.OKey] = true
		entries, err := d.expandRow(ctx, row)
		if errors.Is(err, db.ErrConflict) { // another process is at it
			continue
		}
		if err != nil {
			return worked, fmt.Errorf("expand outbox row %d: %w", row.ID, err)
		}
		worked = true
		if len(entries) > 0 {
			d.enqueue(ctx, entries)
		}
	}
	return worked, nil
}

// expandRow stores one batch of deliveries and how far it came, in one transaction.
func (d *Deliverer) expandRow(ctx context.Context, row *db.OutboxRow) ([]queue.Entry, error) {
	to, err := row.To()
	if err != nil {
		d.o.Log.ErrorContext(ctx, "unreadable audience", slog.Any("err", err))
		return nil, d.o.Store.AdvanceOutbox(ctx, row, row.Cursor, d.o.Store.Now())
	}
	size := otherBatch
	if row.Cursor == "" {
		size = firstBatch
	}
	places, err := d.places(ctx, to, row.Cursor, size)
	if err != nil {
		return nil, err
	}
	superseded, err := d.superseded(ctx, row)
	if err != nil {
		return nil, err
	}
	list, hosts := deliveriesTo(places.list, row)
	err = d.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		if err := tx.EndActivityDeliveries(ctx, superseded, hosts, db.DeliverySuperseded); err != nil {
			return err
		}
		if err := tx.CreateDeliveries(ctx, list); err != nil {
			return err
		}
		var done db.Time
		if places.cursor == "" {
			done = tx.Now()
		}
		return tx.AdvanceOutbox(ctx, row, places.cursor, done)
	})
	if err != nil {
		return nil, err
	}
	drill.Point("expanded")
	if len(list) > 0 {
		d.metrics.recipients.Observe(float64(len(list)))
	}
	entries := make([]queue.Entry, 0, len(list))
	for _, v := range list {
		entries = append(entries, queue.Entry{Host: v.Host, ID: v.ID, Bulk: v.Class == db.ClassBulk})
	}
	return entries, nil
}

// deliveriesTo makes the rows for some places, and lists the hosts of them.
func deliveriesTo(places []place, row *db.OutboxRow) (list []*db.Delivery, hosts []string) {
	for _, p := range places {
		list = append(list, &db.Delivery{
			ActivityID: row.ActivityID, Host: p.host, Inbox: p.inbox, Class: row.Class, OKey: row.OKey, FollowersOf: p.followersOf,
		})
		hosts = append(hosts, p.host)
	}
	slices.Sort(hosts)
	return list, slices.Compact(hosts)
}

// superseded lists activities that a Delete makes pointless: what tells of the deleted object and
// still waits need not be sent any more.
func (d *Deliverer) superseded(ctx context.Context, row *db.OutboxRow) ([]int64, error) {
	a, err := d.activity(ctx, row.ActivityID)
	if err != nil || !deletes(a) || a.ObjectURI == "" {
		return nil, err
	}
	older, err := d.o.Store.ActivitiesAbout(ctx, a.ObjectURI, []string{"Create", "Update", "Announce"}, 200)
	if err != nil {
		return nil, fmt.Errorf("list activities about %s: %w", a.ObjectURI, err)
	}
	var ids []int64
	for _, o := range older {
		if o.ID < a.ID && (o.Type != "Announce" || tells(o)) {
			ids = append(ids, o.ID)
		}
	}
	return ids, nil
}

// deletes says that an activity is a Delete, or a group passing one on.
func deletes(a *db.Activity) bool {
	return a.Type == "Delete" || a.Type == "Announce" && wrapped(a.Body) == "Delete"
}

// tells says that an Announce passes on the news of a post, or points at it.
func tells(a *db.Activity) bool {
	switch wrapped(a.Body) {
	case "", "Create", "Update":
		return true
	}
	return false
}

// wrapped is the type of the object that stands inside an activity.
func wrapped(body []byte) string {
	if inner := inside(body); inner != nil {
		return inner.Type
	}
	return ""
}

// wrappedHost is the host of whoever did what stands inside an activity.
func wrappedHost(body []byte) string {
	inner := inside(body)
	if inner == nil {
		return ""
	}
	u, err := url.Parse(inner.Actor.IRI)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

func inside(body []byte) *vocab.Object {
	doc, err := vocab.Decode(body)
	if err != nil || len(doc.Object) == 0 {
		return nil
	}
	return doc.Object[0].Object
}
