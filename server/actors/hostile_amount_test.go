package actors_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
)

// ledger counts what an instance sends to each host, on its way there.
type ledger struct {
	next http.RoundTripper

	mu    sync.Mutex
	asked map[string]int
	bytes int
}

func (l *ledger) RoundTrip(req *http.Request) (*http.Response, error) {
	l.mu.Lock()
	if l.asked == nil {
		l.asked = map[string]int{}
	}
	l.asked[req.URL.Host]++
	l.bytes += sizeOf(req)
	l.mu.Unlock()
	return l.next.RoundTrip(req)
}

// sizeOf is how many bytes a request has on the wire.
func sizeOf(req *http.Request) int {
	n := len(req.Method) + len(req.URL.RequestURI()) + len(" HTTP/1.1\r\n ") + len("Host: \r\n\r\n") + len(req.URL.Host)
	for name, values := range req.Header {
		for _, v := range values {
			n += len(name) + len(v) + len(": \r\n")
		}
	}
	return n + int(max(0, req.ContentLength))
}

// taken answers what was sent since the last time: requests to the attacker, to others, and bytes.
func (l *ledger) taken() (evil, others, bytes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for host, n := range l.asked {
		if strings.HasSuffix(host, "evil.test") {
			evil += n
		} else {
			others += n
		}
	}
	bytes = l.bytes
	l.asked, l.bytes = nil, 0
	return evil, others, bytes
}

// sender makes the nth request of a kind.
type sender func(n int) *http.Request

// T58: what nobody vouches for makes us send less than three bytes for one, and others nothing but
// one read for a key that is said to be theirs.
func TestT58_whatNobodySigned(t *testing.T) {
	t.Parallel()
	g := newRing(t)
	g.know(g.evil, g.e)
	act := func() []byte { return asJSON(t, g.e.Activity("Follow", g.water.Actor.URI)) }
	short := func(keyID string) *http.Request { // as few bytes as one can do with
		return g.forge(forgery{keyID: keyID, mac: make([]byte, 256)}, fmt.Appendf(nil, `{"id":"https://evil.test/1","type":"Like","actor":%q,"object":"x:y"}`, g.e.ID))
	}
	elsewhere := func(status int, to string) string {
		at := fmt.Sprintf("https://evil.test/k%d", status)
		g.evil.Serve(at, status, "text/plain", nil)
		g.net.Handle("turn.evil.test", http.RedirectHandler(to, http.StatusFound))
		return at
	}
	g.victim.RefuseReads(http.StatusUnauthorized) // so that we knock twice
	for name, c := range map[string]struct {
		send   sender
		others int // requests to hosts other than the attacker's, of a hundred
	}{
		"no signature": {func(int) *http.Request { return g.evil.Request(http.MethodPost, sharedInbox, act()) }, 0},
		"a signature that does not hold, known key": {func(int) *http.Request { return short(g.e.KeyID) }, 0},
		"an unknown key":        {func(n int) *http.Request { return short(fmt.Sprintf("https://evil.test/x%d", n)) }, 0},
		"a key that is refused": {func(n int) *http.Request { return short(elsewhere(http.StatusForbidden, "") + fmt.Sprint("?", n)) }, 0},
		"a key that leads to the victim": {func(n int) *http.Request {
			elsewhere(http.StatusOK, g.v.ID+fmt.Sprint("?", n))
			return short(fmt.Sprintf("https://turn.evil.test/%d", n))
		}, 0},
		"a key that is said to be the victim's": {func(n int) *http.Request { return short(fmt.Sprintf("https://victim.test/x%d", n)) }, 20},
		"a stranger's end": {func(n int) *http.Request {
			id := fmt.Sprintf("https://evil.test/users/gone%d", n)
			return g.forge(forgery{keyID: id, mac: make([]byte, 256)}, fmt.Appendf(nil, `{"id":"%[1]s#d","type":"Delete","actor":"%[1]s","object":"%[1]s"}`, id))
		}, 0},
		"a body that is none": {func(int) *http.Request { return g.forge(forgery{}, []byte("[]")) }, 0},
	} {
		g.pass(time.Hour)
		g.sent.taken()
		in := 0
		for n := range 100 {
			req := c.send(n)
			in += sizeOf(req)
			g.evil.Send(req)
		}
		g.settle()
		evil, others, out := g.sent.taken()
		t.Logf("%-40s %3d requests to the attacker, %2d to others, %.2f bytes out per byte in", name, evil, others, float64(out)/float64(in))
		if out > 3*in {
			t.Errorf("%s: %d bytes in cause %d out", name, in, out)
		}
		if others > c.others {
			t.Errorf("%s: %d requests to others, want at most %d", name, others, c.others)
		}
	}
}

// endless is a host with a thread that has no beginning, each post of it by somebody else.
func (g *ring) endless(host string) (first string) {
	actor := string(asJSON(g.t, g.v.Document()))
	g.net.Handle(host, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/activity+json")
		var n int
		if _, err := fmt.Sscanf(r.URL.Path, "/n/%d", &n); err != nil {
			doc := strings.ReplaceAll(actor, g.v.ID, "https://"+host+r.URL.Path)
			_, _ = fmt.Fprint(w, strings.ReplaceAll(doc, "victim.test", host))
			return
		}
		_, _ = fmt.Fprintf(w, `{"id":"https://%[1]s/n/%[2]d","type":"Note","attributedTo":"https://%[1]s/u/%[2]d","content":"x",`+
			`"to":"https://www.w3.org/ns/activitystreams#Public","inReplyTo":"https://%[1]s/n/%[3]d"}`, host, n, n+1)
	}))
	return "https://" + host + "/n/0"
}

// T58: what somebody signs makes us send twenty requests at most, of which others get none or one
// for nearly all kinds of activity; only who writes to us, or is followed here, can have a thread
// read.
func TestT58_whatSomebodySigned(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	gang, crew := g.evil.Group("gang"), g.evil.Group("crew")
	g.know(g.evil, gang)
	g.know(g.evil, crew)
	g.follows(g.ana.Actor, gang)
	theirs := g.v.Thread(g.toWater(), "Pumps", "true words")
	g.taken(g.victim, g.v, g.v.Create(theirs))
	thread := func(host string) string { return g.endless(host + ".test") }
	thread("endless")
	var people, posts []any
	for i := range 100 {
		people = append(people, fedtest.Doc{"type": "Mention", "href": fmt.Sprintf("https://victim.test/users/p%d", i), "name": fmt.Sprintf("@p%d@victim.test", i)})
		posts = append(posts, fmt.Sprintf("https://victim.test/n/%d", i))
	}
	own := func(more fedtest.Doc) fedtest.Doc { return g.e.Thread(g.toWater(), "Pumps", "words", more) }
	for name, c := range map[string]struct {
		by           *fedtest.Actor
		act          fedtest.Doc
		evil, others int // requests at most
	}{
		"Follow":                         {g.e, g.e.Activity("Follow", g.water.Actor.URI), 2, 0},
		"Follow of many":                 {g.e, g.e.Activity("Follow", posts), 0, 0},
		"Like of what is not here":       {g.e, g.e.Activity("Like", thread("endless1")), 0, 0},
		"Create":                         {g.e, g.e.Create(own(nil)), 0, 0},
		"Create with 100 mentions":       {g.e, g.e.Create(own(fedtest.Doc{"tag": people})), 0, 0},
		"Create of another's post":       {g.e, g.e.Activity("Create", fedtest.Doc{"id": thread("endless2"), "type": "Note", "attributedTo": g.e.ID}), 0, 2},
		"Create under an endless thread": {g.e, g.e.Create(own(fedtest.Doc{"inReplyTo": thread("endless4")})), 0, 20},
		"Announce by a person":           {g.e, g.e.Announce(thread("endless5")), 0, 0},
		"Announce by a group":            {crew, crew.Activity("Announce", thread("endless6"), fedtest.Doc{"to": []any{fedtest.Public}}), 0, 0},
		"Announce by a followed group":   {gang, gang.Announce(thread("endless7")), 0, 20},
		"Announce{Create}":               {gang, gang.Announce(fedtest.Doc{"id": "https://endless8.test/c", "type": "Create", "actor": "https://endless8.test/u/0", "object": thread("endless8")}), 0, 20},
		"Announce{Announce}":             {gang, gang.Announce(fedtest.Doc{"id": "https://endless9.test/a", "type": "Announce", "actor": "https://endless9.test/u/2", "object": thread("endless9")}), 1, 2},
		"Announce{Delete} of theirs":     {gang, gang.Announce(g.v.Activity("Delete", theirs["id"])), 0, 1},
		"Announce{Like}":                 {gang, gang.Announce(g.v.Activity("Like", theirs["id"])), 0, 1},
		"Update of an actor":             {g.e, g.e.Activity("Update", g.e.Document()), 1, 0},
		"Update of another":              {g.e, g.e.Activity("Update", g.v.Document()), 0, 0},
		"Delete":                         {g.e, g.e.Activity("Delete", theirs["id"]), 0, 0},
		"Undo":                           {g.e, g.e.Activity("Undo", "https://victim.test/like"), 0, 0},
		"Accept":                         {g.e, g.e.Activity("Accept", "https://victim.test/follow"), 0, 0},
		"Flag of 100":                    {g.e, g.e.Activity("Flag", posts), 0, 0},
		"Move to the victim":             {g.e, g.e.Activity("Move", g.e.ID, fedtest.Doc{"target": "https://endless.test/u/3"}), 0, 1},
		"Block":                          {g.e, g.e.Activity("Block", "https://endless.test/u/4", fedtest.Doc{"target": g.water.Actor.URI}), 0, 1},
		"Add to the moderators":          {g.e, g.e.Activity("Add", "https://endless.test/u/5", fedtest.Doc{"target": g.water.Actor.URI + "/moderators"}), 0, 1},
		"Add to the featured":            {g.e, g.e.Activity("Add", thread("endless10"), fedtest.Doc{"target": g.water.Actor.URI + "/featured"}), 0, 0},
		"an unknown kind":                {g.e, g.e.Activity("Travel", thread("endless11")), 0, 0},
	} {
		g.pass(time.Minute)
		g.sent.taken()
		req := g.evil.Sign(g.evil.Request(http.MethodPost, sharedInbox, c.act), c.by, sign.Cavage)
		in := sizeOf(req)
		if r := g.evil.Send(req); r.Status != http.StatusAccepted {
			t.Errorf("%s: %d", name, r.Status)
		}
		g.settle()
		evil, others, out := g.sent.taken()
		t.Logf("%-36s %2d requests to the attacker, %2d to others, %5.1f bytes out per byte in", name, evil, others, float64(out)/float64(in))
		if evil > c.evil || others > c.others {
			t.Errorf("%s: %d requests to the attacker, %d to others; want at most %d and %d", name, evil, others, c.evil, c.others)
		}
	}
}

// until waits for something.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for late := time.After(time.Minute); !holds(); {
		select {
		case <-late:
			t.Fatalf("not within a minute: %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// T32: while 25 boosts point at hosts that do not answer, somebody whom nobody knew follows a group
// and is answered before the boosts that came first were all looked at, of which each holds a worker
// for ten seconds.
func TestT32_honestFollowIsNotHeldUp(t *testing.T) {
	t.Parallel()
	for name, site := range map[string]string{"of one domain": "h%d.evil.test", "of many": "evil%d.test"} {
		g := newRing(t)
		ctx, stop := context.WithCancel(t.Context())
		silent := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-ctx.Done():
			}
		})
		for i := range 25 {
			host := fmt.Sprintf(site, i)
			gang := fedtest.New(t, g.net, host, fedtest.Mastodon()).Group("gang")
			g.net.Handle("silent-"+host, silent)
			act := gang.Announce("https://silent-"+host+"/n", fedtest.Doc{"cc": []any{g.water.Actor.URI}})
			if r := g.evil.Send(g.evil.Sign(g.evil.Request(http.MethodPost, sharedInbox, act), gang, sign.Cavage)); r.Status != http.StatusAccepted {
				t.Fatalf("boost %d: %d %s", i, r.Status, r.Body)
			}
		}
		done := make(chan error, 1)
		go func() { done <- g.inbox.Run(ctx) }()
		asked := func() (n int) {
			for i := range 25 {
				n += min(1, g.net.Asked("silent-"+fmt.Sprintf(site, i)))
			}
			return n
		}
		until(t, "boosts are looked at", func() bool { return asked() >= 4 })
		follow := g.bob.Activity("Follow", g.water.Actor.URI)
		if r := g.peer.Post(g.bob, sharedInbox, follow); r.Status != http.StatusAccepted {
			t.Fatalf("follow: %d", r.Status)
		}
		g.inbox.Nudge()
		until(t, "the follow is answered", func() bool {
			f, err := g.store.FollowByURI(t.Context(), follow["id"].(string))
			return err == nil && f.State == db.FollowAccepted
		})
		if n := asked(); n == 25 {
			t.Errorf("%s: the follow was answered after all boosts", name)
		}
		stop()
		<-done
	}
}
