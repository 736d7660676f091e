package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/delivery/queue"
	"github.com/copse-social/copse/federation/sign"
)

const (
	// A visit to a host ends after so much, for the sake of others.
	visitTime  = 5 * time.Second
	visitSends = 200
	// lastStart is how long after its renewal a lease is good for another start: a request and
	// the writing of its result must end before others may think that we are gone.
	lastStart = 10 * time.Second
)

// lane is one visit to one host: its only owner, by lease, sends what waits there.
type lane struct {
	d       *Deliverer
	lease   queue.Lease
	host    *db.Host
	suspect bool // holds one of the slots for failing hosts
	started time.Time
	renewed time.Time
	stopped <-chan struct{} // closed when the process is to end

	shown queue.Batch // what the queue showed
	rows  []*db.Delivery
	gone  map[int64]bool // ids of rows whose inbox has no reader of theirs any more
	// back are rows that wait for the word of the host that a follow has ended.
	back map[int64]db.Time
	// looked is since when the host, or one of its rows, was not read again: what was decided
	// since shows in a fresh look.
	looked time.Time
	shut   bool // the host was blocked or paused meanwhile

	sent   int
	streak int  // deliveries taken in a row, for the window
	news   bool // host must be written
	// recovered: the host failed and has taken something since.
	recovered bool
	wants     string // the host whose wrapped activity was answered 424
}

// run works until nothing is left, the host fails, or the visit is over. The end of ctx lets it
// start nothing more; what is in flight is answered and written.
func (l *lane) run(ctx context.Context) error {
	l.stopped, ctx = ctx.Done(), context.WithoutCancel(ctx)
	l.started = l.d.o.Now()
	defer func() { l.recover(ctx) }()
	for {
		settled, wait, err := l.work(ctx)
		if err != nil {
			return l.giveBack(ctx, settled, 5*time.Second, err)
		}
		if wait > 0 || l.over() {
			return l.giveBack(ctx, settled, wait, nil)
		}
		l.shown, err = l.d.o.Queue.Step(ctx, l.lease, settled, peekSize)
		if err != nil {
			return l.giveBack(ctx, settled, time.Second, err)
		}
		l.recover(ctx)
		if len(l.shown.IDs) == 0 {
			return nil
		}
		l.renewed = l.d.o.Now()
		if l.rows, err = l.load(ctx, l.shown.IDs); err != nil {
			return l.giveBack(ctx, queue.Settled{}, 5*time.Second, err)
		}
	}
}

func (l *lane) over() bool {
	select {
	case <-l.stopped:
		return true
	default:
		return l.shut || l.sent >= visitSends || l.d.o.Now().Sub(l.started) >= visitTime
	}
}

// giveBack ends the visit. A lease that is lost already needs nothing: the results are in the
// database, and who shows a delivery again finds it ended.
func (l *lane) giveBack(ctx context.Context, s queue.Settled, wait time.Duration, because error) error {
	err := l.d.o.Queue.Release(ctx, l.lease, s, wait)
	if errors.Is(err, queue.ErrFenced) || errors.Is(err, queue.ErrRebuild) {
		l.d.o.Log.InfoContext(ctx, "lease lost", slog.String("host", l.host.Name), slog.Any("err", err))
		err = nil
	}
	if errors.Is(because, queue.ErrFenced) || errors.Is(because, queue.ErrRebuild) {
		because = nil
	}
	return errors.Join(because, err)
}

// work sends what was shown and writes the results. A wait says that the host is to be left alone.
func (l *lane) work(ctx context.Context) (queue.Settled, time.Duration, error) {
	r, err := l.prepare(ctx)
	if err != nil {
		return queue.Settled{}, 0, err
	}
	wait := r.play(ctx)
	out := results{endings: r.endings[r.handed:], wantsObjects: l.wants}
	if l.news {
		h := *l.host // others read the copy while this visit goes on
		out.host, l.news = &h, false
	}
	fresh, err := l.d.commits.put(ctx, out)
	if fresh = append(r.fresh, fresh...); len(fresh) > 0 {
		l.d.enqueue(ctx, fresh)
	}
	if err != nil {
		return queue.Settled{}, 0, err
	}
	return l.settled(r), wait, r.err
}

// settled tells the queue about the rows that were dealt with, and about ids that have no waiting
// row any more.
func (l *lane) settled(r *round) queue.Settled {
	now := l.d.o.Now()
	var s queue.Settled
	waits := make(map[int64]bool, len(l.rows))
	for _, row := range l.rows {
		waits[row.ID] = true
	}
	for _, id := range l.shown.IDs {
		if !waits[id] {
			s.Done = append(s.Done, id)
		}
	}
	for _, e := range r.endings {
		if e.end.State != db.DeliveryPending {
			s.Done = append(s.Done, e.row.ID)
		} else if wait := e.late(now); wait > 0 {
			s.Late = append(s.Late, queue.Delay{ID: e.row.ID, Wait: wait})
		}
	}
	return s
}

// prepare sorts out what is not to be sent now: too old, not due yet, or behind a late delivery
// about the same thing.
func (l *lane) prepare(ctx context.Context) (*round, error) {
	r := newRound(l)
	now := l.d.o.Now()
	if l.shown.Late > 0 {
		list, err := l.d.o.Store.LateDeliveries(ctx, l.host.Name, 1000)
		if err != nil {
			return nil, fmt.Errorf("load late deliveries: %w", err)
		}
		r.holdBehind(list, now)
	}
	if err := l.holdBehindUnseen(ctx, r, now); err != nil {
		return nil, err
	}
	for _, row := range l.rows {
		switch {
		case l.gone[row.ID]:
			r.withdraw(row)
		case now.Sub(row.CreatedAt.Time) > l.d.o.Keep.Expire && !l.d.o.Doubt():
			l.d.metrics.permanent.Inc()
			r.end(row, db.DeliveryEnd{State: db.DeliveryExpired, Code: row.LastCode, Error: row.LastError})
		case l.back[row.ID].After(now):
			r.putOff(row, l.back[row.ID])
		case row.NextAt.After(now):
			r.putOff(row, row.NextAt)
		default:
			if h, held := r.held[row.OKey]; held && h.before(row) {
				r.putOff(row, h.until)
			} else {
				r.waiting = append(r.waiting, row)
			}
		}
	}
	return r, nil
}

// holdBehindUnseen keeps order where several processes fill the queue: what one of them has stored
// and not queued yet, or could not queue, must not be overtaken by what another stored later.
func (l *lane) holdBehindUnseen(ctx context.Context, r *round, now time.Time) error {
	if _, alone := l.d.o.Queue.(*queue.Memory); alone || len(l.rows) == 0 {
		return nil
	}
	list, err := l.d.o.Store.UnseenDeliveries(ctx, l.host.Name, l.rows[len(l.rows)-1].ID, 1000)
	if err != nil {
		return fmt.Errorf("load deliveries not queued yet: %w", err)
	}
	r.holdBehind(list, now)
	return nil
}

// scheme is what the host is knocked at with.
func (l *lane) scheme(now time.Time) (s sign.Scheme, proven bool) {
	if l.host.Scheme != "" && now.Sub(l.host.SchemeAt.Time) < schemeMemory {
		return sign.Scheme(l.host.Scheme), true
	}
	return sign.Cavage, false
}

// noteTaken keeps in mind that the host took a delivery.
func (l *lane) noteTaken(row *db.Delivery, a answer, now time.Time) {
	h := l.host
	if h.Scheme != string(a.scheme) || now.Sub(h.SchemeAt.Time) > schemeMemory/7 {
		h.Scheme, h.SchemeAt, l.news = string(a.scheme), db.At(now), true
	}
	if row.FollowersOf != 0 && h.LastInbox != row.Inbox {
		h.LastInbox, l.news = row.Inbox, true
	}
	l.news = l.news || now.Sub(h.LastOKAt.Time) > noteOKEvery
	h.LastOKAt = db.At(now)
	if l.streak++; l.streak%growEvery == 0 && h.SendWindow < maxWindow {
		h.SendWindow, l.news = h.SendWindow+1, true
	}
}
