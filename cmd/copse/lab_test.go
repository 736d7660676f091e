package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// clock is the time of a whole test network. Each look at it is a millisecond later, so that ids
// and times tell what was first.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Millisecond)
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// lab is an instance whose people act in one line each; an act that is refused fails the test.
type lab struct {
	*site
	ctx context.Context
	net *fedtest.Network
	way http.RoundTripper // out, from the next start on; nil is net itself
}

// newLab starts an instance at https://host in a network in memory.
func newLab(t testing.TB, net *fedtest.Network, host string) *lab {
	t.Helper()
	return &lab{site: newInstance(t, net, host), ctx: context.WithoutCancel(t.Context()), net: net}
}

// open starts the instance on its database.
func (l *lab) open(cfg config.Config) {
	l.t.Helper()
	o := overrides{Transport: l.net, Now: l.net.Now, Log: testLog(l.t)}
	if l.way != nil {
		o.Transport = l.way
	}
	i, err := openInstance(l.ctx, cfg, o)
	l.ok(err)
	l.t.Cleanup(func() { l.ok(i.Close()) })
	l.instance = i
	l.net.Handle(l.iris.Host(), i.handler)
}

// rest steps the workers of all labs until nothing moves.
func rest(t testing.TB, labs ...*lab) {
	t.Helper()
	sites := make([]*site, len(labs))
	for n, l := range labs {
		sites[n] = l.site
	}
	settle(t, sites...)
}

// restart ends the instance, as a crash would, and starts it with nothing but its database.
func (l *lab) restart() {
	l.t.Helper()
	l.ok(l.Close())
	l.open(l.cfg)
}

func (l *lab) ok(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// tx does something in a transaction.
func (l *lab) tx(do func(ctx context.Context, tx *db.Store) error) {
	l.t.Helper()
	l.ok(l.store.InTx(l.ctx, do))
}

// people makes accounts; the names to show follow from the handles.
func (l *lab) people(handles ...string) {
	l.t.Helper()
	for _, handle := range handles {
		l.tx(func(ctx context.Context, tx *db.Store) error {
			n := community.NewPerson{Handle: handle, Name: strings.ToUpper(handle[:1]) + handle[1:], Email: handle + "@mail.example"}
			_, err := l.community.CreatePerson(ctx, tx, n)
			return err
		})
	}
}

// opens makes a community that one of ours looks after; n says what differs from an open one in
// which anyone starts discussions and nothing is held.
func (l *lab) opens(facilitator, handle string, n community.NewGroup) *db.Group {
	l.t.Helper()
	n.Handle, n.Facilitator = handle, l.actor(facilitator)
	if n.Name == "" {
		n.Name = strings.ToUpper(handle[:1]) + handle[1:]
	}
	if n.HoldPolicy == "" {
		n.HoldPolicy = db.HoldNone
	}
	g, err := l.createGroup(l.ctx, n)
	l.ok(err)
	return g
}

// actor finds one of ours by handle, or somebody elsewhere by handle@host.
func (l *lab) actor(handle string) *db.Actor {
	l.t.Helper()
	a, err := l.resolver.Handle(l.ctx, handle)
	l.ok(err)
	return a
}

func (l *lab) groupNamed(handle string) *db.Group {
	l.t.Helper()
	g, err := l.store.GroupByID(l.ctx, l.actor(handle).ID)
	l.ok(err)
	return g
}

// follows lets one of ours follow somebody anywhere.
func (l *lab) follows(who, whom string) {
	l.t.Helper()
	a, b := l.actor(who), l.actor(whom)
	l.tx(func(ctx context.Context, tx *db.Store) error {
		_, err := l.community.Follow(ctx, tx, a, b)
		return err
	})
}

// joins makes one of ours a member of a group anywhere.
func (l *lab) joins(who, group string) {
	l.t.Helper()
	a, g := l.actor(who), l.groupNamed(group)
	l.tx(func(ctx context.Context, tx *db.Store) error {
		return l.community.Join(ctx, tx, a, g, community.Entry{})
	})
}

// starts a discussion as one of ours, in a group anywhere, and answers its id.
func (l *lab) starts(who, group, title, text string) string {
	l.t.Helper()
	d := &exchange.Draft{Author: l.actor(who), Group: l.groupNamed(group), Title: title, Source: text, Door: "web"}
	p, err := l.start(l.ctx, d)
	l.ok(err)
	return p.URI
}

// answers, as one of ours, a post of which there is a copy here, and gives the new id.
func (l *lab) answers(who, to, text string) string {
	l.t.Helper()
	d := &exchange.Draft{Author: l.actor(who), Parent: l.post(to), Source: text, Door: "web"}
	var p *db.Post
	l.tx(func(ctx context.Context, tx *db.Store) (err error) {
		p, err = l.exchange.Reply(ctx, tx, d)
		return err
	})
	return p.URI
}

// edits a post of one of ours.
func (l *lab) edits(who, uri, text string) {
	l.t.Helper()
	p := l.post(uri)
	d := &exchange.Draft{Author: l.actor(who), Title: p.Title, Source: text}
	l.tx(func(ctx context.Context, tx *db.Store) error { return l.exchange.Edit(ctx, tx, p, d) })
}

// does something to a post as one of ours: exchange.Rules.Like, Delete and the like.
func (l *lab) does(who, uri string, rule func(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error) {
	l.t.Helper()
	a, p := l.actor(who), l.post(uri)
	l.tx(func(ctx context.Context, tx *db.Store) error { return rule(ctx, tx, a, p) })
}

// post is the copy of a post that is here.
func (l *lab) post(uri string) *db.Post {
	l.t.Helper()
	p, err := l.store.PostByURI(l.ctx, uri)
	if err != nil {
		l.t.Fatalf("%s has no copy of %s: %v", l.iris.Host(), uri, err)
	}
	return p
}

// has says whether there is a copy of a post here.
func (l *lab) has(uri string) bool {
	_, err := l.store.PostByURI(l.ctx, uri)
	return err == nil
}

// thread lists the ids of a discussion as it reads here to somebody signed out, starter first.
func (l *lab) thread(starter string) []string {
	l.t.Helper()
	p := l.post(starter)
	list, err := l.store.ThreadPage(l.ctx, db.ThreadQuery{DiscussionID: p.DiscussionID, Limit: 200})
	l.ok(err)
	ids := []string{p.URI}
	for _, a := range list {
		ids = append(ids, a.URI)
	}
	return ids
}

// outcome is how the newest activity of an actor with this id ended.
func (l *lab) outcome(activity fedtest.Doc) (state int16, reason string) {
	l.t.Helper()
	id, _ := activity["id"].(string)
	actor, _ := activity["actor"].(string)
	rc, err := l.store.ReceiptByURI(l.ctx, id, actor)
	l.ok(err)
	return rc.State, rc.Reason
}

// reads an ActivityPub document of this instance as anybody may, without a signature.
func (l *lab) reads(iri string) (status int, doc fedtest.Doc) {
	l.t.Helper()
	req, err := http.NewRequestWithContext(l.ctx, http.MethodGet, iri, http.NoBody)
	l.ok(err)
	req.Header.Set("Accept", "application/activity+json")
	resp, err := l.net.RoundTrip(req)
	l.ok(err)
	defer func() { _ = resp.Body.Close() }()
	if strings.Contains(resp.Header.Get("Content-Type"), "json") {
		l.ok(json.NewDecoder(resp.Body).Decode(&doc))
	}
	return resp.StatusCode, doc
}
