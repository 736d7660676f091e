package trust_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/trust"
)

// home is an instance with the rules of trust and a community that ana facilitates.
type home struct {
	t     *testing.T
	store *db.Store
	com   *community.Rules
	r     *trust.Rules
	ana   *db.Actor
	now   time.Time
}

func newHome(t *testing.T) *home {
	t.Helper()
	base, err := url.Parse("https://copse.test")
	if err != nil {
		t.Fatal(err)
	}
	h := &home{t: t, now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return h.now }
	h.store = dbtest.At(t, clock)
	pub := federation.NewPublisher(federation.NewIRIs(base), federation.NewKeys([32]byte{1}), clock, func() {})
	words := func(_, code string, args map[string]string) string {
		return code + " " + args["person"] + args["group"]
	}
	h.com = community.New(community.Options{
		Pub: pub, Log: slog.New(slog.DiscardHandler), Words: words,
		Closed: trust.Closed(func() *trust.Rules { return h.r }),
	})
	h.r = trust.New(trust.Options{Pub: pub, Community: h.com, Words: words})
	h.do(func(ctx context.Context, tx *db.Store) error {
		_, err := h.com.EnsureInstance(ctx, tx)
		return err
	})
	h.ana = h.person("ana")
	return h
}

func (h *home) do(do func(ctx context.Context, tx *db.Store) error) {
	h.t.Helper()
	if err := h.store.InTx(context.Background(), do); err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) person(handle string) *db.Actor {
	h.t.Helper()
	var a *db.Actor
	h.do(func(ctx context.Context, tx *db.Store) error {
		name := strings.ToUpper(handle[:1]) + handle[1:]
		account, err := h.com.CreatePerson(ctx, tx, community.NewPerson{Handle: handle, Name: name, Email: handle + "@mail.example"})
		if err == nil {
			a = account.Actor
		}
		return err
	})
	return a
}

func (h *home) group(openness string) *db.Group {
	h.t.Helper()
	var g *db.Group
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		g, err = h.com.CreateGroup(ctx, tx, community.NewGroup{Handle: "cold", Name: "Cold", Openness: openness, Facilitator: h.ana})
		return err
	})
	return g
}

// remote is an actor at a host that runs some software.
func (h *home) remote(kind, handle, host, software string) *db.Actor {
	h.t.Helper()
	a := &db.Actor{
		Type: kind, Handle: handle, Host: host, URI: "https://" + host + "/" + handle, Inbox: "https://" + host + "/" + handle + "/inbox",
		SharedInbox: "https://" + host + "/inbox", FollowersURI: "https://" + host + "/" + handle + "/followers",
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		if err := tx.SetHostProfile(ctx, &db.Host{Name: host, Software: software}); err != nil {
			return err
		}
		return tx.CreateActor(ctx, a)
	})
	return a
}

func (h *home) follows(who *db.Actor, g *db.Group) {
	h.t.Helper()
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.PutFollow(ctx, &db.Follow{URI: who.URI + "#follow", FollowerID: who.ID, FolloweeID: g.ActorID, State: db.FollowAccepted}, who)
	})
}

// post is something ana said in a group.
func (h *home) post(g *db.Group, title, text string, parent *db.Post) *db.Post {
	h.t.Helper()
	p := &db.Post{
		ID: h.store.NewID(), GroupID: g.ActorID, AuthorID: h.ana.ID, Author: h.ana, Local: true, Kind: db.KindDiscussion, Title: title,
		Content: "<p>" + text + "</p>", Lang: "en", Visibility: db.VisibilityPublic, State: db.PostPublished,
	}
	p.URI = "https://copse.test/ap/objects/" + title + text
	h.do(func(ctx context.Context, tx *db.Store) error { return tx.CreatePost(ctx, p, parent) })
	return p
}

// incoming is an activity as the inbox hands it over, proved.
func incoming(t *testing.T, by *db.Actor, doc map[string]any) *federation.Incoming {
	t.Helper()
	doc["actor"] = by.URI
	body, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	act, err := vocab.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	return &federation.Incoming{Actor: by, Activity: act, Body: body, Vouched: true}
}

// sent is an activity on its way to an audience.
type sent struct {
	doc map[string]any
	to  db.Audience
}

// sent lists what goes out of a type, oldest first.
func (h *home) sent(kind string) []sent {
	h.t.Helper()
	rows, err := h.store.PendingOutbox(context.Background(), 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	var list []sent
	for _, row := range rows {
		act, err := h.store.ActivityByID(context.Background(), row.ActivityID)
		if err != nil {
			h.t.Fatal(err)
		}
		if act.Type != kind {
			continue
		}
		var s sent
		if s.to, err = row.To(); err != nil {
			h.t.Fatal(err)
		}
		if err := json.Unmarshal(act.Body, &s.doc); err != nil {
			h.t.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}
