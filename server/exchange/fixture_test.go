package exchange_test

import (
	"context"
	"encoding/json"
	"fmt"
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
	"github.com/copse-social/copse/server/exchange"
)

// house is one instance with rules and no network: what it would send lies in its outbox.
type house struct {
	t     testing.TB
	store *db.Store
	pub   *federation.Publisher
	iris  federation.IRIs
	com   *community.Rules
	ex    *exchange.Rules
	clock time.Time
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, clock: time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)}
	base, err := url.Parse("https://copse.test")
	if err != nil {
		t.Fatal(err)
	}
	h.store = dbtest.At(t, h.now)
	h.iris = federation.NewIRIs(base)
	h.pub = federation.NewPublisher(h.iris, federation.NewKeys([32]byte{1}), h.now, func() {})
	quiet := slog.New(slog.DiscardHandler)
	h.com = community.New(community.Options{Pub: h.pub, Log: quiet, Words: func(_, code string, args map[string]string) string {
		return code + " " + args["link"]
	}})
	h.ex = exchange.New(exchange.Options{Pub: h.pub, Community: h.com, Log: quiet})
	return h
}

// now moves on by a second at each look, so that nothing happens at one moment.
func (h *house) now() time.Time {
	clockMu.Lock()
	defer clockMu.Unlock()
	h.clock = h.clock.Add(time.Second)
	return h.clock
}

var clockMu sync.Mutex

// do runs one act in a transaction and fails the test where it does.
func (h *house) do(what func(ctx context.Context, tx *db.Store) error) {
	h.t.Helper()
	if err := h.try(what); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) try(what func(ctx context.Context, tx *db.Store) error) error {
	return h.store.InTx(context.Background(), what)
}

// person makes somebody of ours.
func (h *house) person(handle string) *db.Actor {
	h.t.Helper()
	var account *db.Account
	h.do(func(ctx context.Context, tx *db.Store) error {
		var err error
		account, err = h.com.CreatePerson(ctx, tx, community.NewPerson{
			Handle: handle, Name: handle, Email: handle + "@copse.test", PasswordHash: "x",
		})
		return err
	})
	a, err := h.store.ActorByID(context.Background(), account.ActorID)
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

// group makes a community of ours with a facilitator.
func (h *house) group(handle string, facilitator *db.Actor, mend ...func(*community.NewGroup)) *db.Group {
	h.t.Helper()
	n := community.NewGroup{Handle: handle, Name: handle, HoldPolicy: db.HoldNone, Facilitator: facilitator}
	for _, m := range mend {
		m(&n)
	}
	var g *db.Group
	h.do(func(ctx context.Context, tx *db.Store) error {
		var err error
		g, err = h.com.CreateGroup(ctx, tx, n)
		return err
	})
	return h.reload(g)
}

func (h *house) reload(g *db.Group) *db.Group {
	h.t.Helper()
	g, err := h.store.GroupByID(context.Background(), g.ActorID)
	if err != nil {
		h.t.Fatal(err)
	}
	return g
}

// stranger stores somebody from elsewhere; kind is a db.Actor type.
func (h *house) stranger(handle, host, kind string) *db.Actor {
	h.t.Helper()
	uri := "https://" + host + "/users/" + handle
	a := &db.Actor{
		URI: uri, URL: uri, Type: kind, Handle: handle, Host: host, Inbox: uri + "/inbox",
		SharedInbox: "https://" + host + "/inbox", FollowersURI: uri + "/followers",
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		if err := tx.CreateActor(ctx, a); err != nil {
			return err
		}
		if kind != db.ActorGroup {
			return nil
		}
		return tx.CreateGroup(ctx, &db.Group{ActorID: a.ID, Openness: db.OpennessOpen})
	})
	return a
}

// followed lets an actor at a host of some software follow a group.
func (h *house) followed(g *db.Group, who *db.Actor, family, software string) {
	h.t.Helper()
	h.do(func(ctx context.Context, tx *db.Store) error {
		if err := tx.SetHostProfile(ctx, &db.Host{Name: who.Host, Family: family, Software: software}); err != nil {
			return err
		}
		return tx.PutFollow(ctx, &db.Follow{FollowerID: who.ID, FolloweeID: g.ActorID, State: db.FollowAccepted}, who)
	})
}

// start opens a discussion.
func (h *house) start(g *db.Group, by *db.Actor, title, text string) *db.Post {
	h.t.Helper()
	var p *db.Post
	h.do(func(ctx context.Context, tx *db.Store) error {
		var err error
		p, err = h.ex.Start(ctx, tx, &exchange.Draft{Author: by, Group: g, Title: title, Source: text, Door: "web"})
		return err
	})
	return h.post(p.ID)
}

// answer replies to a post.
func (h *house) answer(parent *db.Post, by *db.Actor, text string) (*db.Post, error) {
	h.t.Helper()
	var p *db.Post
	err := h.try(func(ctx context.Context, tx *db.Store) error {
		var err error
		p, err = h.ex.Reply(ctx, tx, &exchange.Draft{Author: by, Parent: parent, Source: text, Door: "web"})
		return err
	})
	if err != nil {
		return nil, err
	}
	return h.post(p.ID), nil
}

func (h *house) post(id int64) *db.Post {
	h.t.Helper()
	p, err := h.store.PostByID(context.Background(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

// sent is one row of the outbox with the activity it carries.
type sent struct {
	Type, Actor string
	Body        map[string]any
	To          db.Audience
}

// outbox lists what would be sent since the last look.
func (h *house) outbox() []sent {
	h.t.Helper()
	ctx := context.Background()
	rows, err := h.store.PendingOutbox(ctx, 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	var list []sent
	for _, row := range rows {
		act, err := h.store.ActivityByID(ctx, row.ActivityID)
		if err != nil {
			h.t.Fatal(err)
		}
		to, err := row.To()
		if err != nil {
			h.t.Fatal(err)
		}
		s := sent{Type: act.Type, To: to}
		if err := json.Unmarshal(act.Body, &s.Body); err != nil {
			h.t.Fatal(err)
		}
		s.Actor, _ = s.Body["actor"].(string)
		list = append(list, s)
		h.do(func(ctx context.Context, tx *db.Store) error { return tx.AdvanceOutbox(ctx, row, "", tx.Now()) })
	}
	return list
}

// reaches says whether an activity of a type went to a follower host of a family, or to an inbox
// named outright.
func reaches(list []sent, kind, where string) bool {
	for _, s := range list {
		if s.Type != kind {
			continue
		}
		if slices.Contains(s.To.Families, where) {
			return true
		}
		for _, box := range s.To.Inboxes {
			if box.Inbox == where {
				return true
			}
		}
	}
	return false
}

// incoming is an activity as federation hands it over, its sender beyond doubt.
func incoming(t testing.TB, actor *db.Actor, activity map[string]any) *federation.Incoming {
	t.Helper()
	body, err := json.Marshal(activity)
	if err != nil {
		t.Fatal(err)
	}
	act, err := vocab.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	in := &federation.Incoming{Actor: actor, Activity: act, Body: body, Vouched: true}
	if o := act.Inner().Object; o != nil && vocab.IsPost(o.Type) {
		in.Object = &federation.Fetched{Doc: o, Author: actor}
	}
	return in
}

var serial struct {
	sync.Mutex
	n int
}

// fresh is an id nobody used.
func fresh(a *db.Actor, kind string) string {
	serial.Lock()
	defer serial.Unlock()
	serial.n++
	return fmt.Sprintf("%s/%s/%d", a.URI, kind, serial.n)
}

// note is a Note as a Mastodon server writes it: public, mentioning the actors given.
func note(author *db.Actor, html, inReplyTo string, mentions ...*db.Actor) map[string]any {
	var tags []any
	cc := []any{author.FollowersURI}
	for _, m := range mentions {
		tags = append(tags, map[string]any{"type": "Mention", "href": m.URI, "name": "@" + m.Acct()})
		cc = append(cc, m.URI)
	}
	n := map[string]any{
		"id": fresh(author, "notes"), "type": "Note", "attributedTo": author.URI, "content": html,
		"to": []any{vocab.Public}, "cc": cc, "tag": tags, "published": "2026-11-20T13:00:00Z",
	}
	if inReplyTo != "" {
		n["inReplyTo"] = inReplyTo
	}
	return n
}

// activity wraps an object.
func activity(kind string, actor *db.Actor, object any) map[string]any {
	a := map[string]any{"id": fresh(actor, "activities"), "type": kind, "actor": actor.URI, "object": object}
	if o, ok := object.(map[string]any); ok && o["to"] != nil {
		a["to"], a["cc"] = o["to"], o["cc"]
	}
	return a
}

type taker func(context.Context, *db.Store, *federation.Incoming) (federation.Outcome, error)

// take applies an incoming activity and returns how it ended.
func (h *house) take(do taker, in *federation.Incoming) federation.Outcome {
	h.t.Helper()
	var out federation.Outcome
	h.do(func(ctx context.Context, tx *db.Store) error {
		var err error
		out, err = do(ctx, tx, in)
		return err
	})
	return out
}

// byURI is a post by its address, nil where there is none.
func (h *house) byURI(uri string) *db.Post {
	h.t.Helper()
	p, err := h.store.PostByURI(context.Background(), uri)
	if err != nil {
		return nil
	}
	return p
}

// inbox lists the kinds of notifications of a person, newest first.
func (h *house) inbox(a *db.Actor) []string {
	h.t.Helper()
	ctx := context.Background()
	account, err := h.store.AccountOf(ctx, a.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	list, err := h.store.Inbox(ctx, db.InboxQuery{AccountID: account.ID, Limit: 50})
	if err != nil {
		h.t.Fatal(err)
	}
	var kinds []string
	for _, n := range list {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}
