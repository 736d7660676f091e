package delivery

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/delivery/queue"
)

// round sends one batch of deliveries to one host: as many at a time as the host's window allows,
// and never two about one thing, unless they carry the same activity.
type round struct {
	l       *lane
	waiting []*db.Delivery // in order of their ids
	endings []ending

	held    map[int64]hold   // order keys that wait behind a late delivery
	flying  map[int64]flying // order keys on their way, or failed and not judged yet
	count   int              // requests in flight
	answers chan tried
	sends   sync.WaitGroup // requests in flight; play waits for all of them

	// What is answered and not written yet would be sent again after a kill, like what is in flight:
	// together they are at most maxWindow, so a long round writes as it goes.
	unsaved int // tries with an ending that is not durable
	saving  int // those of them that are being written
	handed  int // endings that were given to the committer
	saves   chan saved
	fresh   []queue.Entry // deliveries made in place of refused ones

	// trail are failures since the last answer: whether they speak against the host or against
	// the deliveries shows in what comes after them.
	trail   []tried
	alive   int  // answers that show that the host works
	stop    bool // start nothing more
	hostile bool // the host has failed beyond doubt
	err     error
}

// hold is a late delivery that others must not overtake.
type hold struct {
	id, activity int64
	until        db.Time
}

func (h hold) before(row *db.Delivery) bool { return h.id < row.ID && h.activity != row.ActivityID }

type flying struct {
	activity int64
	n        int
}

// saved is what came of writing some endings.
type saved struct {
	fresh []queue.Entry
	err   error
}

type tried struct {
	row *db.Delivery
	act *db.Activity
	answer
	extra bool // took a slot beside the one of the lane
}

func newRound(l *lane) *round {
	return &round{
		l: l, held: make(map[int64]hold), flying: make(map[int64]flying),
		answers: make(chan tried, maxWindow), saves: make(chan saved, 1),
	}
}

// holdBehind keeps what is about the same thing as a late delivery, and younger, behind it.
func (r *round) holdBehind(list []db.LateDelivery, now time.Time) {
	for _, v := range list { // oldest first
		if _, known := r.held[v.OKey]; known || slices.Contains(r.l.shown.IDs, v.ID) {
			continue
		}
		until := v.NextAt
		if !until.After(now) { // due, and about to be shown
			until = db.At(now.Add(time.Second))
		}
		r.held[v.OKey] = hold{id: v.ID, activity: v.ActivityID, until: until}
	}
}

func (r *round) end(row *db.Delivery, e db.DeliveryEnd) {
	r.endings = append(r.endings, ending{row: row, end: e})
}

func (r *round) putOff(row *db.Delivery, until db.Time) {
	r.endings = append(r.endings, ending{row: row, end: db.DeliveryEnd{NextAt: until}, putOff: true})
}

// play sends until nothing may be started any more, and returns how long to leave the host alone.
func (r *round) play(ctx context.Context) time.Duration {
	defer r.sends.Wait()
	for {
		for r.start(ctx) {
		}
		r.save(ctx)
		if r.count == 0 && r.saving == 0 {
			return r.finish()
		}
		select {
		case t := <-r.answers:
			r.count--
			if t.extra {
				<-r.l.d.slots
			}
			r.take(t)
		case s := <-r.saves:
			r.unsaved, r.saving, r.fresh = r.unsaved-r.saving, 0, append(r.fresh, s.fresh...)
			if s.err != nil {
				r.err, r.stop = s.err, true
			}
		}
	}
}

// full says that more must not be sent before something of it is written.
func (r *round) full() bool { return r.count+r.unsaved >= maxWindow }

// save writes what was answered so far, beside the requests in flight, where more waits for that.
func (r *round) save(ctx context.Context) {
	if r.stop || r.saving > 0 || r.unsaved == 0 || !r.full() {
		return
	}
	list := r.endings[r.handed:]
	r.saving, r.handed = r.unsaved, len(r.endings)
	r.sends.Go(func() {
		fresh, err := r.l.d.commits.put(ctx, results{endings: list})
		r.saves <- saved{fresh: fresh, err: err}
	})
}

// start sends one more delivery, if there is one and a slot for it.
func (r *round) start(ctx context.Context) bool {
	l := r.l
	now := l.d.o.Now()
	if r.stop || r.full() || r.count >= int(max(1, l.host.SendWindow)) || l.over() || now.Sub(l.renewed) > lastStart {
		return false
	}
	if now.Sub(l.looked) > lookAgain && !r.lookAgain(ctx, now) {
		return false
	}
	i := r.next()
	if i < 0 {
		return false
	}
	row := r.waiting[i]
	act, err := l.d.activity(ctx, row.ActivityID)
	if errors.Is(err, db.ErrNotFound) {
		r.waiting = slices.Delete(r.waiting, i, i+1)
		r.end(row, db.DeliveryEnd{State: db.DeliveryCancelled, Error: "activity is gone"})
		return true
	}
	if err != nil {
		r.err, r.stop = err, true
		return false
	}
	extra := r.count > 0
	if extra {
		select {
		case l.d.slots <- struct{}{}:
		default:
			return false
		}
	}
	r.waiting = slices.Delete(r.waiting, i, i+1)
	f := r.flying[row.OKey]
	r.flying[row.OKey] = flying{activity: row.ActivityID, n: f.n + 1}
	r.count++
	l.sent++
	t := try{row: row, act: act}
	t.scheme, t.proven = l.scheme(now)
	r.sends.Go(func() { r.answers <- tried{row: row, act: act, answer: l.d.send(ctx, t), extra: extra} })
	return true
}

// next picks the oldest delivery with nothing about the same thing before it. At a host that
// failed last it picks the one with the fewest tries, so that one poisonous delivery does not look
// like a broken host for ever.
func (r *round) next() int {
	best := -1
	earlier := make(map[int64]int64)
	for i, row := range r.waiting {
		f, on := r.flying[row.OKey]
		if on && f.activity != row.ActivityID {
			continue
		}
		if before, found := earlier[row.OKey]; found && before != row.ActivityID {
			continue
		}
		earlier[row.OKey] = row.ActivityID
		if r.l.host.Streak == 0 {
			return i
		}
		if best < 0 || row.Attempts < r.waiting[best].Attempts {
			best = i
		}
	}
	return best
}

// take deals with one answer.
func (r *round) take(t tried) {
	rule := judge(t.answer, t.row.Strikes)
	switch rule.kind {
	case taken:
		r.works()
		r.l.noteTaken(t.row, t.answer, r.l.d.o.Now())
		r.ended(t, db.DeliveryDone)
	case refused:
		r.works()
		r.ended(t, db.DeliveryRefused)
	case late:
		if !t.ours {
			r.works()
		}
		r.postpone(t, rule.wait)
	case dropped:
		r.ended(t, db.DeliveryCancelled)
	case broken:
		r.fails(t)
	}
}

// works notes that the host answers: what failed before this failed on its own account.
func (r *round) works() {
	r.alive++
	if reached(r.l.host) {
		r.l.news, r.l.recovered = true, true
	}
	for _, t := range r.trail {
		r.poison(t)
	}
	r.trail = nil
}

// hostFaults is how many failures in a row speak against a host that worked a moment ago.
const hostFaults = 3

func (r *round) fails(t tried) {
	r.l.streak = 0
	if slowDown(t.answer) {
		r.l.host.SendWindow = max(1, r.l.host.SendWindow/2)
	}
	r.trail = append(r.trail, t)
	r.hostile = r.hostile || !blameable(t.answer)
	r.stop = r.stop || r.hostile || r.alive == 0 || len(r.trail) >= hostFaults
}

// finish judges the failures that nothing came after.
func (r *round) finish() time.Duration {
	if len(r.trail) == 0 {
		return 0
	}
	h := r.l.host
	last := r.trail[len(r.trail)-1]
	// A server that answers 500 to the only thing we have for it need not be broken.
	oneBad := len(r.trail) == 1 && last.code == http.StatusInternalServerError &&
		last.row.Attempts >= hostFaults && h.State == db.BreakerClosed
	if !r.hostile && (oneBad || r.alive > 0 && len(r.trail) < hostFaults) {
		for _, t := range r.trail {
			r.poison(t)
		}
		return 0
	}
	worst := last.answer
	for _, t := range r.trail {
		if t.retryAfter > worst.retryAfter {
			worst = t.answer
		}
		r.l.d.metrics.tried(resultFault, t.took)
		r.end(t.row, db.DeliveryEnd{Code: int64(t.code), Error: t.fault, Tries: 1})
	}
	r.l.news = true
	return failed(h, worst, r.l.d.o.Now(), r.l.d.o.Random())
}

// ended notes the end of a delivery and lets what waits behind it go.
func (r *round) ended(t tried, state int16) {
	r.land(t)
	result := resultRefused
	if state == db.DeliveryDone {
		result = resultTaken
	}
	r.l.d.metrics.tried(result, t.took)
	if t.code == http.StatusFailedDependency {
		if host := wrappedHost(t.act.Body); host != r.l.d.o.OwnHost {
			r.l.wants = host
		}
	}
	r.note(t, db.DeliveryEnd{State: state, Code: int64(t.code), Error: t.fault, Tries: 1})
}

// note notes the end of a try. The first time that one follower's inbox is closed to what is
// meant for all at its host, another one gets it too.
func (r *round) note(t tried, e db.DeliveryEnd) {
	r.unsaved++
	closed := t.code == http.StatusForbidden || t.code == http.StatusNotFound || t.code == http.StatusGone
	r.endings = append(r.endings, ending{
		row: t.row, end: e, endsFollow: e.State == db.DeliveryDone && tellsEnd(t.act), nextInbox: closed && t.row.FollowersOf != 0 && t.row.Strikes == 0,
	})
}

func (r *round) poison(t tried) {
	r.postpone(t, poisonWait(t.row.Strikes, r.l.d.o.Random()))
}

// postpone moves a delivery to the late line, and what is about the same thing behind it.
func (r *round) postpone(t tried, wait time.Duration) {
	r.land(t)
	r.l.d.metrics.tried(resultLate, t.took)
	until := db.At(r.l.d.o.Now().Add(wait))
	r.note(t, db.DeliveryEnd{Code: int64(t.code), Error: t.fault, NextAt: until, Tries: 1, Strikes: 1})
	h := hold{id: t.row.ID, activity: t.row.ActivityID, until: until}
	r.waiting = slices.DeleteFunc(r.waiting, func(row *db.Delivery) bool {
		behind := row.OKey == t.row.OKey && h.before(row)
		if behind {
			r.putOff(row, until)
		}
		return behind
	})
}

func (r *round) land(t tried) {
	f := r.flying[t.row.OKey]
	if f.n--; f.n <= 0 {
		delete(r.flying, t.row.OKey)
	} else {
		r.flying[t.row.OKey] = f
	}
}
