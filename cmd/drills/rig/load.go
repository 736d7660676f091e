package rig

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

var errNoRetryAfter = errors.New("503 without Retry-After")

// Rates says how much is asked of the instance each second.
type Rates struct {
	// Posts are discussions that our person starts; one in five is edited afterwards, one in ten
	// deleted. Replies are answers that the peers send in.
	Posts, Replies float64
}

// act is one thing asked of the instance and what it answered.
type act struct {
	kind   string // start, edit, delete, reply
	group  *Group
	object string    // IRI of the post; of a start only when it was answered
	token  string    // title of a start
	at     time.Time // when it was asked
	done   time.Time // when it was answered
	status int       // 0: no answer
	err    error
	by     *Peer  // of a reply
	id     string // of the activity that carried a reply
}

func (a act) accepted() bool {
	return a.status == http.StatusSeeOther || a.status == http.StatusAccepted
}

// ledgerOfLoad is what the instance was asked and what it answered.
type ledgerOfLoad struct {
	mu   sync.Mutex
	acts []act
	next int
}

func newLedgerOfLoad() *ledgerOfLoad { return &ledgerOfLoad{} }

func (l *ledgerOfLoad) add(a act) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acts = append(l.acts, a)
}

func (l *ledgerOfLoad) list() []act {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]act(nil), l.acts...)
}

func (l *ledgerOfLoad) token() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	return fmt.Sprintf("drill %06d", l.next)
}

// Load is a stream of posts and replies.
type Load struct {
	stop context.CancelFunc
	all  sync.WaitGroup
}

// Load begins to ask things of the instance, until Stop. Nothing is asked twice: what fails is
// written down.
func (r *Rig) Load(ctx context.Context, rates Rates) *Load {
	ctx, stop := context.WithCancel(ctx)
	l := &Load{stop: stop}
	post, reply := make(chan uint64), make(chan uint64)
	l.all.Go(func() { pace(ctx, rates.Posts, r.Rand.Uint64(), post) })
	l.all.Go(func() { pace(ctx, rates.Replies, r.Rand.Uint64(), reply) })
	for range 8 {
		l.all.Go(func() {
			for seed := range post {
				r.start(context.WithoutCancel(ctx), rand.New(rand.NewPCG(seed, 1)))
			}
		})
	}
	for range 4 {
		l.all.Go(func() {
			for seed := range reply {
				r.reply(context.WithoutCancel(ctx), rand.New(rand.NewPCG(seed, 2)))
			}
		})
	}
	return l
}

// Stop asks for nothing more and waits for what is under way.
func (l *Load) Stop() {
	l.stop()
	l.all.Wait()
}

// pace sends a number at the given rate; what nobody is free to take is left out.
func pace(ctx context.Context, rate float64, seed uint64, out chan<- uint64) {
	defer close(out)
	if rate <= 0 {
		return
	}
	choose := rand.New(rand.NewPCG(seed, 3))
	tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		select {
		case out <- choose.Uint64():
		default:
		}
	}
}

// start starts a discussion, and may then change and delete it.
func (r *Rig) start(ctx context.Context, choose *rand.Rand) {
	g := r.Groups[choose.IntN(len(r.Groups))]
	a := act{kind: "start", group: g, token: r.log.token(), at: time.Now()}
	form := url.Values{"title": {a.token}, "text": {"The pump at the upper well runs dry by noon."}}
	var where string
	a.status, where, a.err = r.submit(ctx, "/c/"+g.Name+"/new", form)
	a.done = time.Now()
	if a.accepted() {
		a.object = r.objectAt(where)
	}
	r.log.add(a)
	if !a.accepted() {
		return
	}
	page := "/p" + where[strings.LastIndex(where, "/"):]
	if choose.IntN(5) == 0 {
		form.Set("text", "It runs dry by ten.")
		r.change(ctx, act{kind: "edit", group: g, object: a.object}, page, form)
	}
	if choose.IntN(10) == 0 {
		r.change(ctx, act{kind: "delete", group: g, object: a.object}, page, url.Values{})
	}
}

func (r *Rig) change(ctx context.Context, a act, page string, form url.Values) {
	a.at = time.Now()
	a.status, _, a.err = r.submit(ctx, page+"/"+a.kind, form)
	a.done = time.Now()
	r.log.add(a)
}

// reply lets a peer answer in a discussion of a group that it follows.
func (r *Rig) reply(ctx context.Context, choose *rand.Rand) {
	g := r.Groups[choose.IntN(len(r.Groups))]
	p := g.Followers[choose.IntN(len(g.Followers))]
	activity, note := p.Reply(g.Table, g.ID, "Ours too.")
	id, _ := activity["id"].(string)
	a := act{kind: "reply", group: g, object: note, by: p, id: id, at: time.Now()}
	a.status, a.err = p.Post(ctx, r.client, g.Inbox, activity)
	a.done = time.Now()
	r.log.add(a)
}

// Speak lets a peer answer in a discussion that it follows, so that the instance hears of it.
func (r *Rig) Speak(ctx context.Context, p *Peer) error {
	for _, g := range r.Groups {
		if !slices.Contains(g.Followers, p) {
			continue
		}
		activity, note := p.Reply(g.Table, g.ID, "Back again.")
		id, _ := activity["id"].(string)
		a := act{kind: "reply", group: g, object: note, by: p, id: id, at: time.Now()}
		a.status, a.err = p.Post(ctx, r.client, g.Inbox, activity)
		a.done = time.Now()
		r.log.add(a)
		return nil
	}
	return nil
}

// Answers counts what the instance answered since a moment, by status; 0 stands for no answer, and
// bare is how many 503 said nothing of when to come again.
func (r *Rig) Answers(since time.Time) (byStatus map[int]int, bare int) {
	byStatus = map[int]int{}
	for _, a := range r.log.list() {
		if a.at.Before(since) {
			continue
		}
		byStatus[a.status]++
		if errors.Is(a.err, errNoRetryAfter) {
			bare++
		}
	}
	return byStatus, bare
}

// FirstAccepted is when the instance first accepted something that was asked after a moment.
func (r *Rig) FirstAccepted(since time.Time) (time.Time, bool) {
	var first time.Time
	for _, a := range r.log.list() {
		if a.accepted() && a.at.After(since) && (first.IsZero() || a.done.Before(first)) {
			first = a.done
		}
	}
	return first, !first.IsZero()
}

// FirstDelivery is when a peer first got something after a moment.
func (r *Rig) FirstDelivery(since time.Time) (time.Time, bool) {
	var first time.Time
	for _, p := range r.Peers {
		if at, heard := p.heardAfter(since); heard && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first, !first.IsZero()
}

// AllHeard waits until each peer that follows a group has got something after a moment, apart from
// some, and says how long the last one waited.
func (r *Rig) AllHeard(ctx context.Context, since time.Time, limit time.Duration, except ...*Peer) (time.Duration, error) {
	var last time.Time
	_, err := Until(ctx, limit, "something for each peer", func() bool {
		last = since
		for _, g := range r.Groups {
			for _, p := range g.Followers {
				at, heard := p.heardAfter(since)
				if !heard && !slices.Contains(except, p) {
					return false
				}
				if at.After(last) {
					last = at
				}
			}
		}
		return true
	})
	return last.Sub(since), err
}

// heardAfter is when the peer first got something after a moment.
func (p *Peer) heardAfter(since time.Time) (first time.Time, heard bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.ledger) - 1; i >= 0 && p.ledger[i].At.After(since); i-- {
		first, heard = p.ledger[i].At, true
	}
	return first, heard
}

// Taken is how much all peers have taken so far.
func (r *Rig) Taken() int {
	n := 0
	for _, p := range r.Peers {
		n += p.Count()
	}
	return n
}
