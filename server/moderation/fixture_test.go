package moderation_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/moderation"
)

// home is one instance without doors: a store, the rules, and what came of them.
type home struct {
	t   testing.TB
	ctx context.Context
	s   *db.Store
	com *community.Rules
	r   *moderation.Rules

	mu   sync.Mutex
	at   time.Time
	made map[string]int
}

// newHome starts at a fixed moment; pass moves it.
func newHome(t testing.TB) *home {
	t.Helper()
	h := &home{t: t, ctx: context.Background(), at: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), made: map[string]int{}}
	h.s = dbtest.At(t, h.now)
	base, err := url.Parse("https://copse.test")
	if err != nil {
		t.Fatal(err)
	}
	pub := federation.NewPublisher(federation.NewIRIs(base), federation.NewKeys([32]byte{7}), h.now, func() {})
	h.com = community.New(community.Options{
		Pub: pub, Log: slog.New(slog.DiscardHandler),
		Words: func(lang, code string, args map[string]string) string {
			if code == "wordless" {
				return ""
			}
			return lang + " " + code + " in " + args["group"]
		},
	})
	h.r = moderation.New(moderation.Options{Pub: pub, Community: h.com})
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

// ring keeps actors with keys for the whole test process: making a key takes a tenth of a second.
var ring = struct {
	sync.Mutex
	actors map[string][]*db.Actor
}{actors: map[string][]*db.Actor{}}

// prepared is an actor that no other actor of this home has.
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

func (h *home) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// do runs a rule in a transaction and fails the test unless it succeeds.
func (h *home) do(rule func(ctx context.Context, tx *db.Store) error) {
	h.t.Helper()
	h.ok(h.s.InTx(h.ctx, rule))
}

// refused runs a rule that must say no with a code.
func (h *home) refused(code string, rule func(ctx context.Context, tx *db.Store) error) {
	h.t.Helper()
	err := h.s.InTx(h.ctx, rule)
	if got := codeOf(err); got != code {
		h.t.Errorf("got %q (%v), want refusal %q", got, err, code)
	}
}

// person makes one of ours.
func (h *home) person(handle string) *db.Actor { return h.account(handle, false).Actor }

func (h *home) account(handle string, admin bool) *db.Account {
	h.t.Helper()
	var a *db.Account
	n := community.NewPerson{Handle: handle, Email: handle + "@copse.test", Admin: admin, Actor: h.prepared(db.ActorPerson)}
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		a, err = h.com.CreatePerson(ctx, tx, n)
		return err
	})
	return a
}

// group makes a community of ours; n says what differs from an open one.
func (h *home) group(handle string, n community.NewGroup) *db.Group {
	h.t.Helper()
	var g *db.Group
	n.Handle, n.Actor = handle, h.prepared(db.ActorGroup)
	if n.Name == "" {
		n.Name = "Group " + handle
	}
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		g, err = h.com.CreateGroup(ctx, tx, n)
		return err
	})
	return g
}

// remote stores somebody from elsewhere; the software decides the family of the host.
func (h *home) remote(kind, handle, host, software string) *db.Actor {
	h.t.Helper()
	uri := "https://" + host + "/" + handle
	a := &db.Actor{
		URI: uri, Type: kind, Handle: handle, Host: host, URL: uri + "/page", Inbox: uri + "/inbox",
		SharedInbox: "https://" + host + "/inbox", FollowersURI: uri + "/followers",
	}
	if kind == db.ActorGroup {
		a.ModeratorsURI = uri + "/moderators"
	}
	h.ok(h.s.UpsertRemoteActor(h.ctx, a))
	families := map[string]string{
		"lemmy": db.FamilyForum, "nodebb": db.FamilyForum, "copse": db.FamilyForum,
		"mastodon": db.FamilyMicroblog, "gotosocial": db.FamilyMicroblog,
	}
	if software != "" {
		h.ok(h.s.SetHostProfile(h.ctx, &db.Host{Name: host, Software: software, Family: families[software]}))
	}
	return a
}

// remoteGroup stores a community from elsewhere.
func (h *home) remoteGroup(handle, host, software string) *db.Group {
	h.t.Helper()
	a := h.remote(db.ActorGroup, handle, host, software)
	h.ok(h.s.EnsureGroup(h.ctx, &db.Group{ActorID: a.ID, Openness: db.OpennessOpen, PostPolicy: db.PostAnyone}))
	g, err := h.s.GroupByID(h.ctx, a.ID)
	h.ok(err)
	return g
}

// take hands an activity from elsewhere to a rule and expects how it ends: "" is done.
func (h *home) take(rule take, from *db.Actor, body string, want string) *federation.Incoming {
	h.t.Helper()
	act, err := vocab.Decode([]byte(body))
	h.ok(err)
	in := &federation.Incoming{Receipt: &db.Receipt{}, Actor: from, Activity: act, Body: []byte(body), Vouched: true}
	h.takeIn(rule, in, want)
	return in
}

// take is a rule for what comes over the wire.
type take func(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error)

func (h *home) takeIn(rule take, in *federation.Incoming, want string) {
	h.t.Helper()
	var out federation.Outcome
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		out, err = rule(ctx, tx, in)
		return err
	})
	if out.Reason != want || (want == "") != (out.State == db.ReceiptDone) {
		h.t.Errorf("%s ended with state %d, reason %q; want %q", in.Activity.Type, out.State, out.Reason, want)
	}
}

// sent is one activity of ours with where it goes.
type sent struct {
	db.Activity
	doc map[string]any
	to  db.Audience
	row *db.OutboxRow
}

func (s sent) inboxes() []string {
	var list []string
	for _, i := range s.to.Inboxes {
		list = append(list, i.Inbox)
	}
	return list
}

// outbox is what went out, oldest first, one entry for each audience; types narrows it.
func (h *home) outbox(types ...string) []sent {
	h.t.Helper()
	rows, err := h.s.PendingOutbox(h.ctx, 1000)
	h.ok(err)
	var list []sent
	for _, row := range rows {
		act, err := h.s.ActivityByID(h.ctx, row.ActivityID)
		h.ok(err)
		if len(types) > 0 && !slices.Contains(types, act.Type) {
			continue
		}
		to, err := row.To()
		h.ok(err)
		s := sent{Activity: *act, to: to, row: row}
		h.ok(json.Unmarshal(act.Body, &s.doc))
		list = append(list, s)
	}
	return list
}

// one is the only activity of a type that went out.
func (h *home) one(kind string) sent {
	h.t.Helper()
	list := h.outbox(kind)
	if len(list) != 1 {
		h.t.Fatalf("%d of %s went out, want 1: %v", len(list), kind, list)
	}
	return list[0]
}

// lines are the kinds of notification that a person of ours has, newest first.
func (h *home) lines(who *db.Actor) []string {
	h.t.Helper()
	account, err := h.s.AccountOf(h.ctx, who.ID)
	h.ok(err)
	list, err := h.s.Inbox(h.ctx, db.InboxQuery{AccountID: account.ID, Limit: 100})
	h.ok(err)
	kinds := []string{}
	for _, n := range list {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

// post stores a published post.
func (h *home) post(g *db.Group, author *db.Actor, parent *db.Post) *db.Post {
	h.t.Helper()
	id := h.s.NewID()
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
	h.ok(h.s.CreatePost(h.ctx, p, parent))
	return p
}

func replace(body string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(body) }

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	if no, ok := errors.AsType[*community.Refusal](err); ok {
		return no.Code
	}
	return err.Error()
}

// acts are what the log of a group says, newest first.
func (h *home) acts(g *db.Group) []string {
	h.t.Helper()
	list, err := h.s.ModerationLog(h.ctx, g.ActorID, 0, 50)
	h.ok(err)
	acts := []string{}
	for _, e := range list {
		acts = append(acts, e.Act)
	}
	return acts
}

// moderates gives somebody a role without a word.
func (h *home) moderates(g *db.Group, who *db.Actor, role string) {
	h.t.Helper()
	h.ok(h.s.GrantRole(h.ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: who.ID, Role: role}))
}

// bans closes a group to somebody, by somebody.
func (h *home) bans(g *db.Group, by, who *db.Actor) *db.Ban {
	h.t.Helper()
	b := &db.Ban{GroupID: g.ActorID, ActorID: who.ID, URI: by.URI + "/bans/" + who.Handle, Reason: "off topic", BannedBy: by.ID}
	h.ok(h.s.PutBan(h.ctx, b))
	return b
}
