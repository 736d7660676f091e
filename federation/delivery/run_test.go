package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation/delivery/queue"
)

// patience is how long a test waits for what should take milliseconds.
const patience = time.Minute

// live gives a house the real clock, since its loops sleep by it, and runs it until the test ends.
func live(t testing.TB, change func(o *Options)) (h *house, stop func()) {
	t.Helper()
	h = newHouse(t)
	h.opt.Store, h.opt.Now = nil, time.Now
	h.opt.Queue = queue.NewMemory(time.Now)
	if change != nil {
		change(&h.opt)
	}
	if h.opt.Store == nil {
		h.opt.Store = dbtest.New(t)
	}
	h.store, h.queue = h.opt.Store, h.opt.Queue
	group := *h.group
	if err := h.store.CreateActor(t.Context(), &group); err != nil {
		t.Fatal(err)
	}
	h.opt.Registry = nil
	h.Deliverer = New(h.opt)
	return h, background(t, h.Deliverer)
}

// background runs d until it is stopped, at the end of the test at the latest.
func background(t testing.TB, d *Deliverer) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := d.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// await waits for n parcels.
func (h *house) await(n int) []*parcel {
	h.t.Helper()
	var list []*parcel
	late := time.After(patience)
	for range n {
		select {
		case p := <-h.net.arrived:
			list = append(list, p)
		case <-late:
			h.t.Fatalf("%d of %d parcels arrived", len(list), n)
		}
	}
	return list
}

// What another process wrote is seen by looking, long before the sweep for what was forgotten, which
// takes up rows of two minutes and more.
func TestRun_seesRowsOfAnotherProcess(t *testing.T) {
	t.Parallel()
	h, _ := live(t, nil)
	h.net.arrived = make(chan *parcel, 10)
	h.follower("one.test", "ana")
	h.publish("Create", "c1", "o1", h.followers()) // nobody nudges
	h.await(1)
}

func TestRun_endHearsTheAnswer(t *testing.T) {
	t.Parallel()
	h, stop := live(t, nil)
	h.follower("one.test", "ana")
	asked, answer := make(chan struct{}), make(chan struct{})
	h.net.answer("one.test", func(*parcel) (int, error) {
		close(asked)
		<-answer
		return http.StatusAccepted, nil
	})
	a := h.publish("Create", "c1", "o1", h.followers())
	h.Nudge()
	<-asked
	ended := make(chan struct{})
	go func() { stop(); close(ended) }()
	select {
	case <-ended:
		t.Error("Run ended before the answer came")
	case <-time.After(50 * time.Millisecond):
	}
	close(answer)
	<-ended
	h.wantState(a, "one.test", db.DeliveryDone)
}

// TestRun_slowAndDeadHosts holds P7 and C4 in small: everybody is served at once, whoever hangs.
func TestRun_slowAndDeadHosts(t *testing.T) {
	t.Parallel()
	h, stop := live(t, func(o *Options) { o.Concurrency = 256 })
	const hosts = 120
	h.manyFollowers(hosts, hosts)
	release := make(chan struct{})
	var mu sync.Mutex
	healthy := 0
	all := make(chan struct{})
	for i := range hosts {
		h.net.answer(fmt.Sprintf("h%05d.test", i), func(*parcel) (int, error) {
			if i%3 == 0 { // never answers
				<-release
				return 0, context.DeadlineExceeded
			}
			<-time.After(50 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			if healthy++; healthy == hosts*2/3 {
				close(all)
			}
			return http.StatusAccepted, nil
		})
	}
	h.publish("Create", "c1", "o1", h.followers())
	h.Nudge()
	select {
	case <-all:
	case <-time.After(patience):
		t.Error("healthy hosts wait for dead ones")
	}
	close(release)
	stop()
}

func TestRun_survivesTheLossOfRedis(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	h, stop := live(t, func(o *Options) { o.Queue = queue.NewRedis(client, "copse.test") })
	h.manyFollowers(20, 20)
	h.net.arrived = make(chan *parcel, 1000)
	names := make(map[string]bool)
	for i := range 10 {
		name := fmt.Sprintf("c%d", i)
		names[name] = true
		h.publish("Create", name, "o-"+name, h.followers())
		h.Nudge()
		server.FlushAll()
	}
	got := make(map[string]int)
	late := time.After(2 * patience)
	for len(got) < 20*len(names) {
		select {
		case p := <-h.net.arrived:
			got[p.host+" "+p.name]++
		case <-late:
			t.Fatalf("%d of %d arrived", len(got), 20*len(names))
		}
	}
	stop()
	twice := 0
	for _, n := range got {
		twice += n - 1
	}
	t.Logf("%d arrived twice", twice) // only what was on its way when its lease was lost
	if twice > 200 {
		t.Errorf("%d of %d arrived twice", twice, len(got))
	}
}

func TestStep_sendsOnceWhenTwoProcessesWork(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	h := newHouse(t)
	server.SetTime(h.clock.now())
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	h.opt.Queue, h.opt.Registry = queue.NewRedis(client, "copse.test"), nil
	one, two := New(h.opt), New(h.opt)
	h.manyFollowers(60, 30)
	for i := range 5 {
		h.publish("Create", fmt.Sprintf("c%d", i), fmt.Sprintf("o%d", i), h.followers())
	}
	for rounds := 0; ; rounds++ {
		if rounds == 100 {
			t.Fatal("delivery does not come to rest")
		}
		var both sync.WaitGroup
		var worked atomic.Bool
		for _, d := range []*Deliverer{one, two} {
			both.Go(func() {
				for range 50 {
					more, err := d.Step(t.Context())
					if err != nil {
						t.Error(err)
						return
					}
					if more {
						worked.Store(true)
					}
				}
			})
		}
		both.Wait()
		if !worked.Load() || t.Failed() { // what one holds while the other runs idle is left for the next round
			break
		}
	}
	seen := make(map[string]int)
	for _, p := range h.net.got {
		seen[p.host+" "+p.name]++
	}
	for what, n := range seen {
		if n != 1 {
			t.Errorf("%s was sent %d times", what, n)
		}
	}
	if len(seen) != 150 {
		t.Errorf("%d were sent, want 150", len(seen))
	}
}

func TestCommit_manyLanesOneTransaction(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.manyFollowers(50, 50)
	a := h.publish("Create", "c1", "o1", h.followers())
	if _, err := h.expand(t.Context()); err != nil {
		t.Fatal(err)
	}
	waiting, err := h.store.WaitingDeliveries(t.Context(), nil, 100)
	if err != nil || len(waiting) != 50 {
		t.Fatalf("%d wait, %v", len(waiting), err)
	}
	c := &committer{store: h.store}
	c.setLinger(time.Hour) // only a full group goes earlier
	full := make(chan struct{})
	var lanes sync.WaitGroup
	for i, w := range waiting {
		lanes.Go(func() {
			r := results{host: &db.Host{Name: w.Host, Streak: int64(i), State: db.BreakerClosed}}
			r.endings = []ending{{row: &db.Delivery{ID: w.ID}, end: db.DeliveryEnd{State: db.DeliveryDone, Code: 202, Tries: 1}}}
			for len(r.endings) < groupRows/len(waiting) {
				r.endings = append(r.endings, r.endings[0])
			}
			if _, err := c.put(t.Context(), r); err != nil {
				t.Error(err)
			}
		})
	}
	go func() { lanes.Wait(); close(full) }()
	select {
	case <-full:
	case <-time.After(patience):
		t.Fatal("a full group waits")
	}
	for _, d := range h.deliveries(a) {
		if d.State != db.DeliveryDone || d.Attempts != 1 {
			t.Errorf("delivery to %s is in state %d after %d tries", d.Host, d.State, d.Attempts)
		}
	}
	if got := h.host(waiting[7].Host).Streak; got != 7 {
		t.Errorf("streak %d, want 7", got)
	}
}

func TestCommit_leavesAloneWhatEndedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	var a *db.Activity
	h.net.answer("one.test", func(*parcel) (int, error) { // while the request is on its way
		_, err := h.store.EndHostDeliveries(context.Background(), "one.test", db.DeliveryCancelled, "by test")
		return http.StatusAccepted, err
	})
	a = h.publish("Create", "c1", "o1", h.followers())
	h.settle()
	h.wantState(a, "one.test", db.DeliveryCancelled)
}

func TestSend_timesOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := New(Options{Now: time.Now, Log: slog.New(slog.DiscardHandler), SignerOf: alwaysTestSigner, Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		})})
		start := time.Now()
		a := d.send(t.Context(), try{row: &db.Delivery{Inbox: "https://one.test/inbox"}, act: &db.Activity{Local: true, Body: []byte("{}")}, scheme: "cavage"})
		if a.fault != faultTimeout || time.Since(start) != sendTime {
			t.Errorf("%q after %s, want a timeout after %s", a.fault, time.Since(start), sendTime)
		}
	})
}

// A server that gives up reading what comes to it too slowly says 400 and hangs up. That is the line's
// fault, not the activity's, which would wait for an hour.
func TestSend_badRequestOfAServerThatGaveUpReading(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		after time.Duration
		close bool
		want  answer
	}{
		"gave up":   {10 * time.Second, true, answer{fault: faultTimeout}},
		"at once":   {0, true, answer{code: http.StatusBadRequest}},
		"looked on": {10 * time.Second, false, answer{code: http.StatusBadRequest}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := New(Options{Now: time.Now, Log: slog.New(slog.DiscardHandler), SignerOf: alwaysTestSigner, Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
					<-time.After(c.after)
					return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{}, Close: c.close, Body: http.NoBody, Request: req}, nil
				})})
				a := d.send(t.Context(), try{row: &db.Delivery{Inbox: "https://one.test/inbox"}, act: &db.Activity{Local: true, Body: []byte("{}")}, scheme: "cavage", proven: true})
				if a.code != c.want.code || a.fault != c.want.fault {
					t.Errorf("%d %q, want %d %q", a.code, a.fault, c.want.code, c.want.fault)
				}
			})
		})
	}
}

func TestSend_endlessAnswerFreesTheWorker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := New(Options{Now: time.Now, Log: slog.New(slog.DiscardHandler), SignerOf: alwaysTestSigner, Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 202, Header: http.Header{}, Body: &trickle{ctx: req.Context()}, Request: req}, nil
		})})
		start := time.Now()
		a := d.send(t.Context(), try{row: &db.Delivery{Inbox: "https://one.test/inbox"}, act: &db.Activity{Local: true, Body: []byte("{}")}, scheme: "cavage"})
		if a.code != 202 || time.Since(start) > 2*drainTime {
			t.Errorf("code %d after %s, want 202 within %s", a.code, time.Since(start), drainTime)
		}
	})
}

// trickle is a body of one byte per 100 ms that never ends.
type trickle struct{ ctx context.Context }

func (b *trickle) Read(p []byte) (int, error) {
	select {
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	case <-time.After(100 * time.Millisecond):
		p[0] = 'x'
		return 1, nil
	}
}

func (*trickle) Close() error { return nil }

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestMetrics(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.follower("two.test", "bo")
	h.follower("three.test", "cy")
	h.net.answer("two.test", always(502))
	h.net.answer("three.test", always(410))
	h.publish("Create", "c1", "o1", h.followers())
	h.settle()
	h.clock.pass(time.Minute)
	if err := h.measure(t.Context()); err != nil {
		t.Fatal(err)
	}
	families, err := h.opt.Registry.(*prometheus.Registry).Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]float64)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var name strings.Builder
			name.WriteString(f.GetName())
			for _, l := range m.GetLabel() {
				name.WriteString(" " + l.GetValue())
			}
			got[name.String()] = m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	want := map[string]float64{
		"copse_delivery_sent_total taken": 1, "copse_delivery_sent_total fault": 1, "copse_delivery_sent_total refused": 1,
		"copse_delivery_failed_total": 1, "copse_delivery_permanent_failure_total": 1, "copse_delivery_pruned_total": 0,
		"copse_delivery_queue_depth": 1, "copse_delivery_queue_oldest_seconds": 60, "copse_delivery_dead_letters": 1,
		"copse_delivery_duration_seconds": 3, "copse_fanout_recipients": 1,
		"copse_circuit_breaker_hosts closed": 1, "copse_circuit_breaker_hosts open": 0,
		"copse_delivery_pending_bytes": 0, "copse_delivery_pending_bytes_limit": 0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metrics differ (-want +got):\n%s", diff)
	}
}

// TestF1: killed after the peer's answer and before it was written, the same bytes go out once more.
func TestF1_killedBeforeTheResultIsWritten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	a := h.publish("Create", "c1", "o1", h.followers())
	if _, err := h.expand(t.Context()); err != nil {
		t.Fatal(err)
	}
	lanes, err := h.claim(t.Context(), 10)
	if err != nil || len(lanes) != 1 {
		t.Fatalf("claimed %d hosts, %v", len(lanes), err)
	}
	h.send(t.Context(), try{row: lanes[0].rows[0], act: a, scheme: "cavage"})
	h.restart()
	h.settle()
	h.wantGot("one.test", "c1", "c1")
	h.wantState(a, "one.test", db.DeliveryDone)
}

// TestF2: when one of two workers is killed the other takes over after its leases ran out.
func TestF2_otherWorkerTakesOver(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	h := newHouse(t)
	server.SetTime(h.clock.now())
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	h.opt.Queue, h.opt.Registry = queue.NewRedis(client, "copse.test"), nil
	killed, other := New(h.opt), New(h.opt)
	h.follower("one.test", "ana")
	a := h.publish("Create", "c1", "o1", h.followers())
	if _, err := killed.expand(t.Context()); err != nil {
		t.Fatal(err)
	}
	if lanes, err := killed.claim(t.Context(), 10); err != nil || len(lanes) != 1 {
		t.Fatalf("claimed %d hosts, %v", len(lanes), err)
	}
	h.Deliverer = other
	h.settle()
	h.wantGot("one.test")
	h.clock.pass(queue.LeaseTime + time.Second)
	server.SetTime(h.clock.now())
	h.settle()
	h.wantGot("one.test", "c1")
	h.wantState(a, "one.test", db.DeliveryDone)
}
