package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
)

// Drill F15: what comes a hundred times has one effect, whichever inbox it comes to and however
// much of it comes at once.

// copies is how often each activity arrives in the drill.
const copies = 100

// throng delivers an activity many times at once, to the shared inbox and to another in turn: the
// same request again and again, and freshly signed ones. The inbox works meanwhile.
func (l *lab) throng(c *clock, p *fedtest.Peer, by *fedtest.Actor, personal string, activity fedtest.Doc) (accepted int64) {
	l.t.Helper()
	raw, err := json.Marshal(activity)
	l.ok(err)
	reqs := make([]*http.Request, copies)
	for n := range reqs {
		inbox := l.iris.SharedInbox()
		if n%2 == 1 {
			inbox = personal
		}
		if n%10 == 9 {
			c.pass(time.Second) // what is signed now differs from all before
		}
		reqs[n] = p.Sign(p.Request(http.MethodPost, inbox, raw), by, fedtest.Mastodon().Scheme)
	}
	var all sync.WaitGroup
	var taken atomic.Int64
	for _, req := range reqs {
		all.Go(func() {
			resp, err := l.net.RoundTrip(req)
			if err != nil {
				l.t.Errorf("POST %s: %v", req.URL, err)
				return
			}
			_ = resp.Body.Close()
			if resp.StatusCode/100 == 2 {
				taken.Add(1)
			}
		})
	}
	for range 20 { // beside the requests, as in a running server
		_, err := l.inbox.Step(l.ctx)
		l.ok(err)
	}
	all.Wait()
	rest(l.t, l)
	return taken.Load()
}

// TestDrillDuplicates_oneEffect: a follow, a post, a like, a share and an edit, each a hundred times.
func TestDrillDuplicates_oneEffect(t *testing.T) {
	t.Parallel()
	l, c := newCommons(t)
	masto, forum := l.guest("masto.example", fedtest.Mastodon()), l.guest("forum.example", fedtest.Lemmy())
	ali, fay := masto.Person("ali"), forum.Person("fay")
	l.welcomes(forum, fay, "water")
	l.welcomes(masto, masto.Person("zed"), "water") // a host never met may send 25 in five seconds, and is told to wait
	group := l.actor("water")
	note := ali.Thread(l.target("water"), "Pump", "It stopped.")
	like, share := ali.Activity("Like", idOf(note)), ali.Announce(idOf(note))
	edit := func() fedtest.Doc {
		return ali.Update(note, fedtest.Doc{"content": "<p>Pump</p><p>It runs again.</p>"})
	}
	for _, compose := range []func() fedtest.Doc{
		func() fedtest.Doc { return ali.Activity("Follow", group.URI) },
		func() fedtest.Doc { return ali.Create(note) },
		func() fedtest.Doc { return like }, func() fedtest.Doc { return share }, edit,
	} {
		act := compose()
		if n := l.throng(c, masto, ali, group.Inbox, act); n != copies {
			t.Errorf("%s: %d of %d are answered 2xx", act["type"], n, copies)
		}
		if state, reason := l.outcome(act); state != db.ReceiptDone {
			t.Errorf("%s ends in state %d, %s", act["type"], state, reason)
		}
	}
	p := l.post(idOf(note))
	revisions, err := l.store.RevisionsOf(l.ctx, p.ID)
	l.ok(err)
	g, err := l.store.GroupByID(l.ctx, group.ID)
	l.ok(err)
	got := fmt.Sprintf("posts %d, likes %d, shares %d, revisions %d, follows %d",
		g.DiscussionsCount, p.LikesCount, p.SharesCount, len(revisions), boolCount(l.hasFollower("water", "ali@masto.example")))
	if want := "posts 1, likes 1, shares 1, revisions 1, follows 1"; got != want {
		t.Errorf("effects: %s, want %s", got, want)
	}
	if n := len(masto.Received("Accept")); n != 2 {
		t.Errorf("two follows are answered %d times", n)
	}
	l.passedOnOnce(forum)
}

func boolCount(b bool) int {
	if b {
		return 1
	}
	return 0
}

// passedOnOnce wants that a follower on a forum got each activity and each boost once.
func (l *lab) passedOnOnce(p *fedtest.Peer) {
	l.t.Helper()
	seen := map[string]int{}
	for _, a := range p.Received("Announce") {
		seen[objectOf(a)]++
	}
	for what, n := range seen {
		if n != 1 {
			l.t.Errorf("%s was passed on %d times", what, n)
		}
	}
	if len(seen) == 0 {
		l.t.Error("nothing was passed on")
	}
	bodies := map[string]bool{}
	for _, r := range p.Requests() {
		if r.Method == http.MethodPost && bodies[string(bytes.TrimSpace(r.Body))] {
			l.t.Errorf("%s got the same bytes twice: %.200s", p.Host, r.Body)
		}
		bodies[string(bytes.TrimSpace(r.Body))] = true
	}
}
