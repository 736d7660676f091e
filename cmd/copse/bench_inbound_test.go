package main

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/exchange"
)

// BenchmarkInbound is what an answer from another server costs a whole instance (P1): until it is
// stored and answered by 202, and until it is shown and the outbox of the group has it. Signatures
// are made beforehand; passing it on is BenchmarkDeliver. With COPSE_TEST_POSTGRES it runs there.
func BenchmarkInbound(b *testing.B) {
	b.Run("accept", func(b *testing.B) {
		f := newFlood(b)
		cpu := processTime()
		b.ResetTimer()
		f.send()
		b.ReportMetric(float64((processTime()-cpu).Microseconds())/1000/float64(b.N), "cpu-ms/op")
	})
	b.Run("apply", func(b *testing.B) {
		f := newFlood(b)
		f.send()
		cpu := processTime()
		b.ResetTimer()
		f.apply()
		b.ReportMetric(float64((processTime()-cpu).Microseconds())/1000/float64(b.N), "cpu-ms/op")
	})
}

// flood is b.N signed answers to one discussion, from 40 followers of its group on 20 hosts: of fewer
// hosts the inbox would refuse so many at once.
type flood struct {
	b     *testing.B
	net   *fedtest.Network
	site  *site
	start *db.Post
	reqs  []*http.Request
}

func newFlood(b *testing.B) *flood {
	// The true time: a clock that stands still would let nothing expire, and caches are part of the figures.
	net := &fedtest.Network{Now: time.Now}
	f := &flood{b: b, net: net, site: newInstance(b, net, "home.example"), reqs: make([]*http.Request, b.N)}
	g := f.site.group("water")
	start, err := f.site.say("faci", exchange.Draft{Group: g, Title: "Paper strips", Source: answerText, Door: "web"})
	if err != nil {
		b.Fatal(err)
	}
	f.start = start
	parent := fedtest.Doc{"id": start.URI, "attributedTo": start.Author.URI}
	var peers []*fedtest.Peer
	var people []*fedtest.Actor
	for h := range 20 {
		p := fedtest.New(b, net, fmt.Sprintf("masto%d.test", h), fedtest.Mastodon())
		for n := range 2 {
			who := p.Person(fmt.Sprintf("ana%d", n))
			peers, people = append(peers, p), append(people, who)
			if r := p.Post(who, g.Actor.Inbox, who.Activity("Follow", g.Actor.URI)); r.Status != http.StatusAccepted {
				b.Fatalf("follow: %d %s", r.Status, r.Body)
			}
		}
	}
	settle(b, f.site)
	for i := range f.reqs {
		p, who := peers[i%len(peers)], people[i%len(people)]
		act := who.Create(who.Answer(parent, fmt.Sprintf("%s (%d)", answerText[:100], i)))
		f.reqs[i] = p.Sign(p.Request(http.MethodPost, "https://home.example/ap/inbox", act), who, "cavage")
	}
	return f
}

// send has sixteen connections bring what there is.
func (f *flood) send() {
	var next atomic.Int64
	var senders sync.WaitGroup
	for range 16 {
		senders.Go(func() {
			for n := next.Add(1); n <= int64(len(f.reqs)); n = next.Add(1) {
				res, err := f.net.RoundTrip(f.reqs[n-1])
				if err != nil {
					f.b.Error(err)
					return
				}
				why, _ := io.ReadAll(res.Body)
				if _ = res.Body.Close(); res.StatusCode != http.StatusAccepted {
					f.b.Errorf("answered %d: %s", res.StatusCode, why)
					return
				}
			}
		})
	}
	senders.Wait()
}

// apply works off the inbox, and sees that all of it is there.
func (f *flood) apply() {
	ctx := f.b.Context()
	for worked := true; worked; {
		var err error
		if worked, err = f.site.inbox.Step(ctx); err != nil {
			f.b.Fatal(err)
		}
	}
	f.b.StopTimer()
	p, err := f.site.store.PostByID(ctx, f.start.ID)
	if err != nil || p.RepliesCount != int64(len(f.reqs)) {
		f.b.Fatalf("%d of %d answers are there, %v", p.RepliesCount, len(f.reqs), err)
	}
}
