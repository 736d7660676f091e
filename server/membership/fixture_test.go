package membership_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/membership"
)

// home is one instance without doors: a store and the rules of belonging on those of community.
type home struct {
	t   testing.TB
	ctx context.Context
	s   *db.Store
	com *community.Rules
	ex  *exchange.Rules
	r   *membership.Rules

	mu   sync.Mutex
	at   time.Time
	made map[string]int
}

func newHome(t testing.TB) *home {
	t.Helper()
	h := &home{t: t, ctx: context.Background(), at: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), made: map[string]int{}}
	h.s = dbtest.At(t, h.now)
	base, err := url.Parse("https://copse.test")
	h.ok(err)
	pub := federation.NewPublisher(federation.NewIRIs(base), federation.NewKeys([32]byte{7}), h.now, func() {})
	h.com = community.New(community.Options{
		Pub: pub, Log: slog.New(slog.DiscardHandler),
		Words: func(lang, code string, args map[string]string) string {
			return lang + " " + code + " in " + args["group"]
		},
	})
	words := func(_, code string, args map[string]string) string {
		return code + " " + args["person"] + " " + args["other"]
	}
	h.ex = exchange.New(exchange.Options{Pub: pub, Community: h.com, Log: slog.New(slog.DiscardHandler)})
	h.r = membership.New(membership.Options{Pub: pub, Community: h.com, Exchange: h.ex, Words: words})
	return h
}

func (h *home) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(time.Millisecond)
	return h.at
}

func (h *home) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

func (h *home) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// ring keeps actors with keys for the whole test process: making a key takes a tenth of a second.
var ring = struct {
	sync.Mutex
	actors map[string][]*db.Actor
}{actors: map[string][]*db.Actor{}}

func (h *home) prepared(kind string) *db.Actor {
	h.t.Helper()
	ring.Lock()
	defer ring.Unlock()
	i := h.made[kind]
	h.made[kind]++
	if i == len(ring.actors[kind]) {
		a, err := h.com.PrepareActor(h.s, kind)
		h.ok(err)
		ring.actors[kind] = append(ring.actors[kind], a)
	}
	a := *ring.actors[kind][i]
	return &a
}

type rule = func(ctx context.Context, tx *db.Store) error

func (h *home) do(r rule) {
	h.t.Helper()
	h.ok(h.s.InTx(h.ctx, r))
}

// refused runs a rule that must say no with a code.
func (h *home) refused(code string, r rule) {
	h.t.Helper()
	err := h.s.InTx(h.ctx, r)
	no, is := errors.AsType[*community.Refusal](err)
	if !is || no.Code != code {
		h.t.Errorf("got %v, want refusal %q", err, code)
	}
}

func (h *home) person(handle string) *db.Actor {
	h.t.Helper()
	var a *db.Account
	n := community.NewPerson{Handle: handle, Email: handle + "@copse.test", Actor: h.prepared(db.ActorPerson)}
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		a, err = h.com.CreatePerson(ctx, tx, n)
		return err
	})
	return a.Actor
}

func (h *home) group(handle, openness string, facilitator *db.Actor) *db.Group {
	h.t.Helper()
	var g *db.Group
	n := community.NewGroup{Handle: handle, Name: "Group " + handle, Openness: openness, Facilitator: facilitator, Actor: h.prepared(db.ActorGroup)}
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		g, err = h.com.CreateGroup(ctx, tx, n)
		return err
	})
	return g
}

// adopts gives a group a charter in force.
func (h *home) adopts(g *db.Group, version int64) *db.Charter {
	h.t.Helper()
	c := &db.Charter{ID: h.s.NewID(), GroupID: g.ActorID, Version: version, State: db.CharterAdopted, Language: "en", AdoptedAt: h.s.Now()}
	c.URI = g.Actor.URI + "/charter/" + string(rune('0'+version))
	h.ok(h.s.CreateCharter(h.ctx, c))
	return c
}

func (h *home) remote(kind, handle, host, software string) *db.Actor {
	h.t.Helper()
	uri := "https://" + host + "/" + handle
	a := &db.Actor{
		URI: uri, Type: kind, Handle: handle, Host: host, URL: uri + "/page", Inbox: uri + "/inbox",
		SharedInbox: "https://" + host + "/inbox", FollowersURI: uri + "/followers",
	}
	h.ok(h.s.UpsertRemoteActor(h.ctx, a))
	family := db.FamilyForum
	if software == "mastodon" {
		family = db.FamilyMicroblog
	}
	h.ok(h.s.SetHostProfile(h.ctx, &db.Host{Name: host, Software: software, Family: family}))
	return a
}

func (h *home) remoteGroup(handle, host string) *db.Group {
	h.t.Helper()
	a := h.remote(db.ActorGroup, handle, host, "copse")
	h.ok(h.s.EnsureGroup(h.ctx, &db.Group{ActorID: a.ID, Openness: db.OpennessOpen, PostPolicy: db.PostAnyone}))
	g, err := h.s.GroupByID(h.ctx, a.ID)
	h.ok(err)
	return g
}

// incoming is an activity from elsewhere as the inbox hands it over.
func (h *home) incoming(from *db.Actor, body string) *federation.Incoming {
	h.t.Helper()
	act, err := vocab.Decode([]byte(body))
	h.ok(err)
	return &federation.Incoming{Receipt: &db.Receipt{}, Actor: from, Activity: act, Body: []byte(body), Vouched: true}
}

// take hands an activity from elsewhere to a rule and expects how it ends: "" is done.
func (h *home) take(do func(context.Context, *db.Store, *federation.Incoming) (federation.Outcome, error), from *db.Actor, body, want string) {
	h.t.Helper()
	in := h.incoming(from, body)
	var out federation.Outcome
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		out, err = do(ctx, tx, in)
		return err
	})
	if out.Reason != want {
		h.t.Errorf("%s ended with %q, want %q", in.Activity.Type, out.Reason, want)
	}
}

// note is a message from elsewhere; it says whether it was heard as one about belonging.
func (h *home) note(from *db.Actor, body string) bool {
	h.t.Helper()
	doc, err := vocab.Decode([]byte(body))
	h.ok(err)
	in := &federation.Incoming{
		Actor: from, Vouched: true, Activity: &vocab.Object{Type: "Create", ID: doc.ID + "#create"}, Object: &federation.Fetched{Doc: doc, Author: from},
	}
	var heard bool
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		_, heard, err = h.r.Hear(ctx, tx, in)
		return err
	})
	return heard
}

// outbox are the documents of what went out of some types, oldest first.
func (h *home) outbox(kind string) []map[string]any {
	h.t.Helper()
	rows, err := h.s.PendingOutbox(h.ctx, 1000)
	h.ok(err)
	var list []map[string]any
	for _, row := range rows {
		act, err := h.s.ActivityByID(h.ctx, row.ActivityID)
		h.ok(err)
		if act.Type != kind {
			continue
		}
		var doc map[string]any
		h.ok(json.Unmarshal(act.Body, &doc))
		list = append(list, doc)
	}
	return list
}

// status is the status of a membership, "" where there is none.
func (h *home) status(who *db.Actor, g *db.Group) string {
	h.t.Helper()
	m, err := h.s.MembershipOf(h.ctx, g.ActorID, who.ID)
	if err != nil {
		return ""
	}
	return m.Status
}

// asks is a wish of the web door.
func (h *home) asks(who *db.Actor, g *db.Group) rule {
	return func(ctx context.Context, tx *db.Store) error {
		return h.r.Ask(ctx, tx, who, g, membership.Wish{
			Link: "I look after pumps in the north.", Introduction: "Hello from the north.", Commits: true, Door: "web",
		})
	}
}
