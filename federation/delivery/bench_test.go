package delivery

import (
	"context"
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
)

// BenchmarkExpand10k expands one activity to 10,000 followers who are reached at 10,000 inboxes.
func BenchmarkExpand10k(b *testing.B) {
	h := newHouse(b)
	h.manyFollowers(10_000, 10_000)
	if err := h.rebuild(context.Background(), 0); err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		i++
		h.publish("Create", fmt.Sprintf("c%d", i), fmt.Sprintf("o%d", i), h.followers())
		for {
			worked, err := h.expand(context.Background())
			if err != nil {
				b.Fatal(err)
			}
			if !worked {
				break
			}
		}
	}
	b.ReportMetric(float64(10_000*i)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkDeliver is P5 without sockets: 10,000 followers at 1,000 hosts, from the commit of the
// post to the first and the last request. Signing alone takes some 0.8 ms each.
func BenchmarkDeliver(b *testing.B) {
	const hosts = 1000
	h, _ := live(b, nil)
	h.manyFollowers(10_000, hosts)
	h.net.arrived = make(chan *parcel, hosts)
	var first, last time.Duration
	i := 0
	for b.Loop() {
		i++
		start := time.Now()
		h.publish("Create", fmt.Sprintf("c%d", i), fmt.Sprintf("o%d", i), h.followers())
		h.Nudge()
		h.await(1)
		first += time.Since(start)
		h.await(hosts - 1)
		last += time.Since(start)
		h.idle()
	}
	b.ReportMetric(float64(first.Milliseconds())/float64(i), "ms-to-first")
	b.ReportMetric(float64(last.Milliseconds())/float64(i), "ms-to-last")
	b.ReportMetric(float64(hosts*i)/last.Seconds(), "deliveries/s")
}

// BenchmarkDeliverSlow is P7: 1,000 hosts that take 250 ms to answer.
func BenchmarkDeliverSlow(b *testing.B) {
	const hosts = 1000
	h, _ := live(b, nil)
	h.manyFollowers(hosts, hosts)
	h.net.arrived = make(chan *parcel, hosts)
	for i := range hosts {
		h.net.answer(fmt.Sprintf("h%05d.test", i), func(*parcel) (int, error) {
			<-time.After(250 * time.Millisecond)
			return http.StatusAccepted, nil
		})
	}
	i := 0
	for b.Loop() {
		i++
		h.publish("Create", fmt.Sprintf("c%d", i), fmt.Sprintf("o%d", i), h.followers())
		h.Nudge()
		h.await(hosts)
		h.idle()
	}
}

// idle waits until all results are written, so that runs don't overlap.
func (h *house) idle() {
	h.t.Helper()
	for {
		n, err := h.store.CountWaiting(context.Background())
		if err != nil {
			h.t.Fatal(err)
		}
		if n == 0 {
			return
		}
		<-time.After(time.Millisecond)
	}
}

func BenchmarkBurst(b *testing.B) { // P9: 20 posts to 100 hosts
	const hosts, posts = 100, 20
	h, _ := live(b, nil)
	h.manyFollowers(hosts, hosts)
	h.net.arrived = make(chan *parcel, hosts*posts)
	i := 0
	for b.Loop() {
		for range posts {
			i++
			h.publish("Create", fmt.Sprintf("c%d", i), fmt.Sprintf("o%d", i), h.followers())
			h.Nudge()
		}
		h.await(hosts * posts)
	}
	b.ReportMetric(float64(hosts*i)/b.Elapsed().Seconds(), "deliveries/s")
}

// BenchmarkRebuild fills the queue with 100,000 waiting deliveries (F3).
func BenchmarkRebuild(b *testing.B) {
	h := newHouse(b)
	a := h.publish("Create", "c1", "o1")
	ctx := context.Background()
	for part := range 100 {
		var list []*db.Delivery
		for i := range 1000 {
			host := fmt.Sprintf("h%d.test", i)
			list = append(list, &db.Delivery{ActivityID: a.ID, Host: host, Inbox: fmt.Sprintf("https://%s/u/%d", host, part)})
		}
		if err := h.store.CreateDeliveries(ctx, list); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		h.restart()
		if err := h.rebuild(ctx, 0); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFollowers is P6: what one activity to the same hundred hosts costs, from the outbox to the rows
// of its deliveries, when ten times as many follow, and when as many follow from ten times the hosts.
func BenchmarkFollowers(b *testing.B) {
	for _, n := range []struct{ followers, hosts int }{{1000, 100}, {10_000, 100}, {10_000, 1000}} {
		b.Run(fmt.Sprintf("%d/%d", n.followers, n.hosts), func(b *testing.B) {
			h := newHouse(b)
			h.manyFollowers(n.followers, n.hosts)
			if err := h.rebuild(context.Background(), 0); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			i := 0
			cpu := processTime(b)
			for b.Loop() {
				i++
				h.publish("Create", fmt.Sprintf("c%d", i), fmt.Sprintf("o%d", i), h.followers())
				for worked := true; worked; {
					var err error
					if worked, err = h.expand(context.Background()); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64((processTime(b)-cpu).Microseconds())/float64(i*n.hosts), "cpu-us/delivery")
		})
	}
}

// processTime is what this process has used of its cores.
func processTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
