package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// testSecret seals the keys of all instances of the tests.
const testSecret = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="

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

// testInstance is a whole instance on a network in memory. Nothing in it runs by itself: settle
// steps its workers.
type testInstance struct {
	*instance
	t   testing.TB
	ctx context.Context
	net *fedtest.Network
	env []string // its configuration
}

// newInstance starts an instance at https://host on a database of its own; settings are further
// "COPSE_KEY=value". Its clock is that of the network.
func newInstance(t testing.TB, net *fedtest.Network, host string, settings ...string) *testInstance {
	t.Helper()
	opt := dbtest.Options(t)
	env := append([]string{"COPSE_URL=https://" + host, "COPSE_DATA=" + opt.Data, "COPSE_SECRET=" + testSecret}, settings...)
	if opt.URL != "" {
		env = append(env, "COPSE_DATABASE_URL="+opt.URL)
	}
	i := &testInstance{t: t, ctx: context.WithoutCancel(t.Context()), net: net, env: env}
	i.open()
	t.Cleanup(func() { i.ok(i.Close()) })
	return i
}

// open starts it on its database.
func (i *testInstance) open() {
	i.t.Helper()
	cfg, err := loadConfig(nil, i.env, "")
	i.ok(err)
	i.instance, err = openInstance(i.ctx, cfg, overrides{Transport: i.net, Now: i.net.Now, Log: testLog()})
	i.ok(err)
	i.net.Handle(i.iris.Host(), i.handler)
}

// testLog is silent unless COPSE_TEST_LOG is set.
func testLog() *slog.Logger {
	if os.Getenv("COPSE_TEST_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// restart ends it, as a crash would, and starts it again with nothing but its database.
func (i *testInstance) restart() {
	i.t.Helper()
	i.ok(i.Close())
	i.open()
}

func (i *testInstance) ok(err error) {
	i.t.Helper()
	if err != nil {
		i.t.Fatal(err)
	}
}

// settle steps the workers of all instances until nothing moves.
func settle(t testing.TB, instances ...*testInstance) {
	t.Helper()
	for range 200 {
		moved := false
		for _, i := range instances {
			for _, step := range []func(context.Context) (bool, error){i.inbox.Step, i.historian.Step, i.deliverer.Step} {
				worked, err := step(i.ctx)
				if err != nil {
					t.Fatalf("%s: %v", i.iris.Host(), err)
				}
				moved = moved || worked
			}
		}
		if !moved {
			return
		}
	}
	t.Fatal("the instances do not settle")
}

// tx does something in a transaction.
func (i *testInstance) tx(do func(ctx context.Context, tx *db.Store) error) {
	i.t.Helper()
	i.ok(i.store.InTx(i.ctx, do))
}

// person makes an account.
func (i *testInstance) person(handle, name string) *db.Actor {
	i.t.Helper()
	a, err := i.community.PrepareActor(i.store, db.ActorPerson)
	i.ok(err)
	i.tx(func(ctx context.Context, tx *db.Store) error {
		account, err := i.community.CreatePerson(ctx, tx, community.NewPerson{
			Handle: handle, Name: name, Email: handle + "@mail.example", Actor: a,
		})
		if err != nil {
			return err
		}
		a = account.Actor
		return nil
	})
	return a
}

// group opens a community that by looks after; n says what differs from an open one in which
// anyone starts discussions and nothing is held.
func (i *testInstance) group(handle string, by *db.Actor, n community.NewGroup) *db.Group {
	i.t.Helper()
	n.Handle, n.Facilitator = handle, by
	if n.Name == "" {
		n.Name = strings.ToUpper(handle[:1]) + handle[1:]
	}
	if n.HoldPolicy == "" {
		n.HoldPolicy = db.HoldNone
	}
	g, err := i.createGroup(i.ctx, n)
	i.ok(err)
	return g
}

// actor finds one of ours, or somebody elsewhere by handle.
func (i *testInstance) actor(handle string) *db.Actor {
	i.t.Helper()
	a, err := i.resolver.Handle(i.ctx, handle)
	i.ok(err)
	return a
}

func (i *testInstance) groupOf(handle string) *db.Group {
	i.t.Helper()
	g, err := i.store.GroupByID(i.ctx, i.actor(handle).ID)
	i.ok(err)
	return g
}

// follow lets one of ours follow somebody anywhere.
func (i *testInstance) follow(who, whom string) {
	i.t.Helper()
	a, b := i.actor(who), i.actor(whom)
	i.tx(func(ctx context.Context, tx *db.Store) error {
		_, err := i.community.Follow(ctx, tx, a, b)
		return err
	})
}

// join lets one of ours become a member of a group anywhere.
func (i *testInstance) join(who, group string) {
	i.t.Helper()
	a, g := i.actor(who), i.groupOf(group)
	i.tx(func(ctx context.Context, tx *db.Store) error { return i.community.Join(ctx, tx, a, g) })
}

// hasFollower says whether somebody's follow of one of ours, or of a known actor, is accepted here.
func (i *testInstance) hasFollower(whom, who string) bool {
	i.t.Helper()
	f, err := i.store.FollowBetween(i.ctx, i.actor(who).ID, i.actor(whom).ID)
	return err == nil && f.State == db.FollowAccepted
}

// begin starts a discussion as one of ours, in a group anywhere, and answers its id.
func (i *testInstance) begin(who, group, title, text string) string {
	i.t.Helper()
	p, err := i.start(i.ctx, &exchange.Draft{Author: i.actor(who), Group: i.groupOf(group), Title: title, Source: text, Door: "web"})
	i.ok(err)
	return p.URI
}

// answer replies as one of ours to a post of which there is a copy here, and answers its id.
func (i *testInstance) answer(who, to, text string) string {
	i.t.Helper()
	d := &exchange.Draft{Author: i.actor(who), Parent: i.post(to), Source: text, Door: "web"}
	var p *db.Post
	i.tx(func(ctx context.Context, tx *db.Store) (err error) {
		p, err = i.exchange.Reply(ctx, tx, d)
		return err
	})
	return p.URI
}

// act lets one of ours do something to a post: exchange.Rules.Like, Delete and the like.
func (i *testInstance) act(who, uri string, rule func(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error) {
	i.t.Helper()
	a, p := i.actor(who), i.post(uri)
	i.tx(func(ctx context.Context, tx *db.Store) error { return rule(ctx, tx, a, p) })
}

// post is the copy of a post that is here.
func (i *testInstance) post(uri string) *db.Post {
	i.t.Helper()
	p, err := i.store.PostByURI(i.ctx, uri)
	if err != nil {
		i.t.Fatalf("%s has no copy of %s: %v", i.iris.Host(), uri, err)
	}
	return p
}

// thread lists the ids of a discussion as it reads here to somebody signed out, starter first.
func (i *testInstance) thread(starter string) []string {
	i.t.Helper()
	p := i.post(starter)
	list, err := i.store.ThreadPage(i.ctx, db.ThreadQuery{DiscussionID: p.DiscussionID, Limit: 200})
	i.ok(err)
	ids := []string{p.URI}
	for _, a := range list {
		ids = append(ids, a.URI)
	}
	return ids
}

// get reads an ActivityPub document of this instance as anybody would, without a signature.
func (i *testInstance) get(iri string) (status int, doc fedtest.Doc) {
	i.t.Helper()
	req, err := http.NewRequestWithContext(i.ctx, http.MethodGet, iri, http.NoBody)
	i.ok(err)
	req.Header.Set("Accept", "application/activity+json")
	resp, err := i.net.RoundTrip(req)
	i.ok(err)
	defer func() { _ = resp.Body.Close() }()
	if strings.Contains(resp.Header.Get("Content-Type"), "json") {
		i.ok(json.NewDecoder(resp.Body).Decode(&doc))
	}
	return resp.StatusCode, doc
}
