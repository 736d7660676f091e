package delivery

import (
	"bytes"
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
	// stepsTogether is how many rows share a transaction: SQLite has one writer, and others wait for it.
	stepsTogether = 8
)

// step is one batch of an outbox row as it is to be stored: deliveries, and how far that gets.
type step struct {
	row        *db.OutboxRow
	list       []*db.Delivery
	hosts      []string
	superseded []int64
	cursor     string // "" ends the row
}

// expand turns one batch of each pending outbox row into deliveries, so that a large audience does
// not hold up a small one. Rows about one thing keep their order: the later one waits until the
// earlier is through.
func (d *Deliverer) expand(ctx context.Context) (worked bool, err error) {
	rows, err := d.o.Store.PendingOutbox(ctx, outboxBatch)
	if err != nil {
		return false, fmt.Errorf("list pending outbox: %w", err)
	}
	busy := make(map[int64]bool)
	var steps []*step
	size := 0
	for _, row := range rows {
		if busy[row.OKey] {
			continue
		}
		busy[row.OKey] = true
		st, err := d.plan(ctx, row)
		if err != nil {
			return worked, fmt.Errorf("expand outbox row %d: %w", row.ID, err)
		}
		steps, size = append(steps, st), size+len(st.list)
		if size < otherBatch && len(steps) < stepsTogether {
			continue
		}
		stored, err := d.storeSteps(ctx, steps)
		if worked = worked || stored; err != nil {
			return worked, err
		}
		steps, size = nil, 0
	}
	stored, err := d.storeSteps(ctx, steps)
	return worked || stored, err
}

// plan finds the next batch of a row.
func (d *Deliverer) plan(ctx context.Context, row *db.OutboxRow) (*step, error) {
	st := &step{row: row}
	to, err := row.To()
	if err != nil {
		d.o.Log.ErrorContext(ctx, "unreadable audience", slog.Any("err", err))
		return st, nil
	}
	size := otherBatch
	if row.Cursor == "" {
		size = firstBatch
	}
	places, err := d.places(ctx, to, row.Cursor, size)
	if err != nil {
		return nil, err
	}
	if st.superseded, err = d.superseded(ctx, row); err != nil {
		return nil, err
	}
	st.cursor = places.cursor
	st.list, st.hosts = deliveriesTo(places.list, row, to.NotBefore)
	return st, nil
}

// storeSteps stores batches of some rows in one transaction, and sends them on their way. Where
// another process is at one of them, each is stored alone.
func (d *Deliverer) storeSteps(ctx context.Context, steps []*step) (worked bool, err error) {
	if len(steps) == 0 {
		return false, nil
	}
	err = d.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		for _, st := range steps {
			if err := st.store(ctx, tx); err != nil {
				return fmt.Errorf("expand outbox row %d: %w", st.row.ID, err)
			}
		}
		return nil
	})
	if errors.Is(err, db.ErrConflict) {
		if len(steps) == 1 {
			return false, nil // it goes on there
		}
		for i := range steps {
			stored, err := d.storeSteps(ctx, steps[i:i+1])
			if worked = worked || stored; err != nil {
				return worked, err
			}
		}
		return worked, nil
	}
	if err != nil {
		return false, err
	}
	drill.Point("expanded")
	var entries []queue.Entry
	for _, st := range steps {
		if len(st.list) > 0 {
			d.metrics.recipients.Observe(float64(len(st.list)))
		}
		for _, v := range st.list {
			entries = append(entries, queue.Entry{Host: v.Host, ID: v.ID, Bulk: v.Class == db.ClassBulk})
		}
	}
	if len(entries) > 0 {
		d.enqueue(ctx, entries)
	}
	return true, nil
}

func (st *step) store(ctx context.Context, tx *db.Store) error {
	if err := tx.EndActivityDeliveries(ctx, st.superseded, st.hosts, db.DeliverySuperseded); err != nil {
		return err
	}
	if err := tx.CreateDeliveries(ctx, st.list); err != nil {
		return err
	}
	var done db.Time
	if st.cursor == "" {
		done = tx.Now()
	}
	return tx.AdvanceOutbox(ctx, st.row, st.cursor, done)
}

// deliveriesTo makes the rows for some places, and lists the hosts of them.
func deliveriesTo(places []place, row *db.OutboxRow, notBefore db.Time) (list []*db.Delivery, hosts []string) {
	for _, p := range places {
		list = append(list, &db.Delivery{
			ActivityID: row.ActivityID, Host: p.host, Inbox: p.inbox, Class: row.Class, OKey: row.OKey, FollowersOf: p.followersOf, NextAt: notBefore,
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
	return a.Type == "Delete" || a.Type == "Announce" && mayNameDelete(a.Body) && wrapped(a.Body) == "Delete"
}

// mayNameDelete spares nearly all that a group passes on from being read whole.
func mayNameDelete(body []byte) bool {
	return bytes.Contains(body, []byte("Delete")) || bytes.Contains(body, []byte(`\u`))
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
