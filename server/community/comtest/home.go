// Package comtest gives each test of a room of rules one instance without doors: a private database,
// the rules about people and communities over it, a clock that the test moves, and what went out.
// Only tests import it; a room adds its own rules in its fixture_test.go.
package comtest

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// Home is one instance without doors: a store, the rules, and what came of them.
type Home struct {
	T      testing.TB
	Ctx    context.Context
	Store  *db.Store
	Pub    *federation.Publisher
	Com    *community.Rules
	Filled []int64 // groups whose history was asked for

	mu   sync.Mutex
	at   time.Time
	made map[string]int
}

// New starts at nine o'clock of 1 March 2026 at https://copse.test; Pass moves the clock.
func New(t testing.TB) *Home {
	t.Helper()
	h := &Home{T: t, Ctx: context.Background(), at: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), made: map[string]int{}}
	h.Store = dbtest.At(t, h.Now)
	base, err := url.Parse("https://copse.test")
	h.OK(err)
	h.Pub = federation.NewPublisher(federation.NewIRIs(base), federation.NewKeys([32]byte{7}), h.Now, func() {})
	h.Com = community.New(community.Options{
		Pub: h.Pub, Log: slog.New(slog.DiscardHandler),
		Words: func(lang, code string, args map[string]string) string {
			if code == "wordless" {
				return ""
			}
			return lang + " " + code + " in " + args["group"]
		},
		Backfill: func(id int64) { h.Filled = append(h.Filled, id) },
	})
	return h
}

// Now is the moment at this home: no two are the same.
func (h *Home) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(time.Millisecond)
	return h.at
}

// Pass moves the clock.
func (h *Home) Pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// ring keeps actors with keys for the whole test process: making a key takes a tenth of a second.
var ring = struct {
	sync.Mutex
	actors map[string][]*db.Actor
}{actors: map[string][]*db.Actor{}}

// Prepared is an actor that no other actor of this home has.
func (h *Home) Prepared(kind string) *db.Actor {
	h.T.Helper()
	ring.Lock()
	defer ring.Unlock()
	i := h.made[kind]
	h.made[kind]++
	if i == len(ring.actors[kind]) {
		a, err := h.Com.PrepareActor(h.Store, kind)
		h.OK(err)
		ring.actors[kind] = append(ring.actors[kind], a)
	}
	a := *ring.actors[kind][i]
	return &a
}

// OK fails the test where something went wrong.
func (h *Home) OK(err error) {
	h.T.Helper()
	if err != nil {
		h.T.Fatal(err)
	}
}

// Do runs a rule in a transaction and fails the test unless it succeeds.
func (h *Home) Do(rule func(ctx context.Context, tx *db.Store) error) {
	h.T.Helper()
	h.OK(h.Store.InTx(h.Ctx, rule))
}

// Refused runs a rule that must say no with a code.
func (h *Home) Refused(code string, rule func(ctx context.Context, tx *db.Store) error) {
	h.T.Helper()
	err := h.Store.InTx(h.Ctx, rule)
	if got := Code(err); got != code {
		h.T.Errorf("got %q (%v), want refusal %q", got, err, code)
	}
}

// Person makes one of ours.
func (h *Home) Person(handle string) *db.Actor { return h.Account(handle, false).Actor }

// Account is Person with the login, of an admin where wanted.
func (h *Home) Account(handle string, admin bool) *db.Account {
	h.T.Helper()
	var a *db.Account
	n := community.NewPerson{Handle: handle, Email: handle + "@copse.test", Admin: admin, Actor: h.Prepared(db.ActorPerson)}
	h.Do(func(ctx context.Context, tx *db.Store) (err error) {
		a, err = h.Com.CreatePerson(ctx, tx, n)
		return err
	})
	return a
}

// Group makes a community of ours; n says what differs from an open one.
func (h *Home) Group(handle string, n community.NewGroup) *db.Group {
	h.T.Helper()
	var g *db.Group
	n.Handle, n.Actor = handle, h.Prepared(db.ActorGroup)
	if n.Name == "" {
		n.Name = "Group " + handle
	}
	h.Do(func(ctx context.Context, tx *db.Store) (err error) {
		g, err = h.Com.CreateGroup(ctx, tx, n)
		return err
	})
	return g
}

// Remote stores somebody from elsewhere; the software decides the family of the host.
func (h *Home) Remote(kind, handle, host, software string) *db.Actor {
	h.T.Helper()
	uri := "https://" + host + "/" + handle
	a := &db.Actor{
		URI: uri, Type: kind, Handle: handle, Host: host, URL: uri + "/page", Inbox: uri + "/inbox",
		SharedInbox: "https://" + host + "/inbox", FollowersURI: uri + "/followers",
	}
	if kind == db.ActorGroup {
		a.ModeratorsURI = uri + "/moderators"
	}
	h.OK(h.Store.UpsertRemoteActor(h.Ctx, a))
	families := map[string]string{
		"lemmy": db.FamilyForum, "nodebb": db.FamilyForum, "copse": db.FamilyForum,
		"mastodon": db.FamilyMicroblog, "gotosocial": db.FamilyMicroblog,
	}
	if software != "" {
		h.OK(h.Store.SetHostProfile(h.Ctx, &db.Host{Name: host, Software: software, Family: families[software]}))
	}
	return a
}

// RemoteGroup stores a community from elsewhere.
func (h *Home) RemoteGroup(handle, host, software string) *db.Group {
	h.T.Helper()
	a := h.Remote(db.ActorGroup, handle, host, software)
	h.OK(h.Store.EnsureGroup(h.Ctx, &db.Group{ActorID: a.ID, Openness: db.OpennessOpen, PostPolicy: db.PostAnyone}))
	g, err := h.Store.GroupByID(h.Ctx, a.ID)
	h.OK(err)
	return g
}

// Take hands an activity from elsewhere to a rule and expects how it ends: "" is done.
func (h *Home) Take(rule Rule, from *db.Actor, body string, want string) *federation.Incoming {
	h.T.Helper()
	act, err := vocab.Decode([]byte(body))
	h.OK(err)
	in := &federation.Incoming{Receipt: &db.Receipt{}, Actor: from, Activity: act, Body: []byte(body), Vouched: true}
	h.TakeIn(rule, in, want)
	return in
}

// Rule is one for what comes over the wire.
type Rule func(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error)

// TakeIn is Take for what the test put together itself.
func (h *Home) TakeIn(rule Rule, in *federation.Incoming, want string) {
	h.T.Helper()
	var out federation.Outcome
	h.Do(func(ctx context.Context, tx *db.Store) (err error) {
		out, err = rule(ctx, tx, in)
		return err
	})
	if out.Reason != want || (want == "") != (out.State == db.ReceiptDone) {
		h.T.Errorf("%s ended with state %d, reason %q; want %q", in.Activity.Type, out.State, out.Reason, want)
	}
}

// Sent is one activity of ours with where it goes.
type Sent struct {
	db.Activity
	Doc map[string]any
	To  db.Audience
	Row *db.OutboxRow
}

// Inboxes are the addresses that it goes to one by one.
func (s Sent) Inboxes() []string {
	var list []string
	for _, i := range s.To.Inboxes {
		list = append(list, i.Inbox)
	}
	return list
}

// Outbox is what went out, oldest first, one entry for each audience; types narrows it.
func (h *Home) Outbox(types ...string) []Sent {
	h.T.Helper()
	rows, err := h.Store.PendingOutbox(h.Ctx, 1000)
	h.OK(err)
	var list []Sent
	for _, row := range rows {
		act, err := h.Store.ActivityByID(h.Ctx, row.ActivityID)
		h.OK(err)
		if len(types) > 0 && !slices.Contains(types, act.Type) {
			continue
		}
		to, err := row.To()
		h.OK(err)
		s := Sent{Activity: *act, To: to, Row: row}
		h.OK(json.Unmarshal(act.Body, &s.Doc))
		list = append(list, s)
	}
	return list
}

// One is the only activity of a type that went out.
func (h *Home) One(kind string) Sent {
	h.T.Helper()
	list := h.Outbox(kind)
	if len(list) != 1 {
		h.T.Fatalf("%d of %s went out, want 1: %v", len(list), kind, list)
	}
	return list[0]
}

// Lines are the kinds of notification that a person of ours has, newest first.
func (h *Home) Lines(who *db.Actor) []string {
	h.T.Helper()
	account, err := h.Store.AccountOf(h.Ctx, who.ID)
	h.OK(err)
	list, err := h.Store.Inbox(h.Ctx, db.InboxQuery{AccountID: account.ID, Limit: 100})
	h.OK(err)
	kinds := []string{}
	for _, n := range list {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

// Post stores a published post.
func (h *Home) Post(g *db.Group, author *db.Actor, parent *db.Post) *db.Post {
	h.T.Helper()
	id := h.Store.NewID()
	p := &db.Post{
		ID: id, URI: author.URI + "/posts/" + time.Duration(id).String(), AuthorID: author.ID, Author: author, Local: author.Local,
		Kind: db.KindDiscussion, Title: "Filters", Content: "<p>Which sand?</p>", State: db.PostPublished, Visibility: db.VisibilityPublic,
	}
	if g != nil {
		p.GroupID = g.ActorID
	}
	if parent != nil {
		p.Kind, p.Title = db.KindComment, ""
	}
	h.OK(h.Store.CreatePost(h.Ctx, p, parent))
	return p
}

// Code is the code of a refusal, "" for success and the whole text of a fault.
func Code(err error) string {
	if err == nil {
		return ""
	}
	if no, ok := errors.AsType[*community.Refusal](err); ok {
		return no.Code
	}
	return err.Error()
}
