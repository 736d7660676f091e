package actors_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/inbox"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/server"
	"github.com/copse-social/copse/server/actors"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/membership"
	"github.com/copse-social/copse/server/moderation"
	"github.com/copse-social/copse/server/moving"
	"github.com/copse-social/copse/server/sanction"
	"github.com/copse-social/copse/server/trust"
)

const (
	home = "https://copse.test"
	lag  = 6 * time.Second // after which counts of actors are true
)

// house is an instance without pages and workers: the door under test behind the real shell, with
// the real rules behind it.
type house struct {
	t        testing.TB
	ctx      context.Context
	net      *fedtest.Network
	sent     *ledger // what the instance sends
	store    *db.Store
	rows     func() map[string]int // of each table
	iris     federation.IRIs
	com      *community.Rules
	ex       *exchange.Rules
	resolver *federation.Resolver
	inbox    *inbox.Worker
	door     *actors.Door
	handler  http.Handler

	mu        sync.Mutex
	now       time.Time
	cancelled []string

	instance *db.Actor
	ana      *db.Account
	water    *db.Group
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(time.Millisecond) // so that ids and times tell what was first
	return h.now
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// newHouse builds an instance with one person, ana, and the open group water that she looks after.
func newHouse(t testing.TB) *house {
	t.Helper()
	base, err := url.Parse(home)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, ctx: context.Background(), now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), iris: federation.NewIRIs(base)}
	h.net = &fedtest.Network{Now: h.clock}
	h.sent = &ledger{next: h.net}
	h.store, h.rows = dbtest.Counted(t, h.clock)
	log := slog.New(slog.DiscardHandler)
	keys := federation.NewKeys([32]byte{1})
	pub := federation.NewPublisher(h.iris, keys, h.clock, func() {})
	h.com = community.New(community.Options{Pub: pub, Log: log, Words: func(_, code string, _ map[string]string) string { return code }})
	h.ex = exchange.New(exchange.Options{Pub: pub, Community: h.com, Log: log})
	h.tx(func(ctx context.Context, tx *db.Store) error {
		h.instance, err = h.com.EnsureInstance(ctx, tx)
		return err
	})
	client := fetch.New(fetch.Options{
		Transport: h.sent, UserAgent: "Copse/test (+" + home + ")", Now: h.clock,
		Signer:          func(context.Context) (*sign.Signer, error) { return keys.Signer(h.instance) },
		Allowed:         federation.NewPolicy(h.store, h.clock).Allowed,
		CausedPerSecond: 10_000, CausedPerHour: 1_000_000,
	})
	resolver := federation.NewResolver(federation.ResolverOptions{Store: h.store, Fetch: client, IRIs: h.iris, Now: h.clock})
	h.resolver = resolver
	receiver := federation.NewReceiver(federation.ReceiverOptions{
		Store: h.store, Resolver: resolver, IRIs: h.iris, Now: h.clock, Policy: federation.NewPolicy(h.store, h.clock).Allowed,
	})
	trusts := trust.New(trust.Options{Pub: pub, Community: h.com})
	h.door = actors.New(actors.Options{
		Store: h.store, IRIs: h.iris, Receiver: receiver, Community: h.com, Exchange: h.ex, Trust: trusts, Sanction: sanction.New(sanction.Options{Pub: pub, Community: h.com, Trust: trusts}),
		Membership: membership.New(membership.Options{Pub: pub, Community: h.com, Exchange: h.ex, Words: func(_, code string, _ map[string]string) string { return code }}), Moderation: moderation.New(moderation.Options{Pub: pub, Community: h.com}),
		Moving:  moving.New(moving.Options{Pub: pub, Community: h.com, Exchange: h.ex, Log: log}),
		Charter: charter.New(charter.Options{Pub: pub, Community: h.com, Words: func(_, code string, _ map[string]string) string { return code }, Log: log}),
		Version: "0.1.0", Now: h.clock, Log: log,
		Cancel: func(_ context.Context, _ *db.Store, activity, host string) (bool, error) {
			h.cancelled = append(h.cancelled, activity+" "+host)
			return true, nil
		},
	})
	h.inbox = inbox.New(inbox.Options{
		Store: h.store, Resolver: resolver, Now: h.clock, Apply: h.door.Apply,
	})
	shell, err := server.New(server.Options{
		Store: h.store, Actors: h.door, BaseURL: base, Limits: server.NewLimits(h.clock, log), Unlimited: true,
		Registry: prometheus.NewRegistry(), Now: h.clock, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	h.handler = shell.Handler()
	h.net.Handle(base.Host, h.handler)
	h.settleIn()
	return h
}

// settleIn makes ana and water.
func (h *house) settleIn() {
	h.t.Helper()
	h.ana = h.person("ana", "Ana Lima")
	h.water = h.group("water", db.OpennessOpen)
}

func (h *house) person(handle, name string) *db.Account {
	h.t.Helper()
	var account *db.Account
	h.tx(func(ctx context.Context, tx *db.Store) (err error) {
		account, err = h.com.CreatePerson(ctx, tx, community.NewPerson{Handle: handle, Name: name, Email: handle + "@copse.test", Organisation: "Health & Water"})
		return err
	})
	return account
}

func (h *house) group(handle, openness string) *db.Group {
	h.t.Helper()
	var g *db.Group
	h.tx(func(ctx context.Context, tx *db.Store) (err error) {
		g, err = h.com.CreateGroup(ctx, tx, community.NewGroup{
			Handle: handle, Name: "Water safety", Tagline: "Clean water for all", Summary: "What we *share*.",
			Openness: openness, Languages: "en", HoldPolicy: db.HoldNone, Facilitator: h.ana.Actor,
		})
		return err
	})
	return g
}

// start opens a discussion by ana.
func (h *house) start(g *db.Group, title, text string) *db.Post {
	h.t.Helper()
	var p *db.Post
	h.tx(func(ctx context.Context, tx *db.Store) (err error) {
		p, err = h.ex.Start(ctx, tx, &exchange.Draft{Author: h.ana.Actor, Group: g, Title: title, Source: text})
		return err
	})
	return p
}

func (h *house) reply(parent *db.Post, text string) *db.Post {
	h.t.Helper()
	var p *db.Post
	h.tx(func(ctx context.Context, tx *db.Store) error {
		g, err := tx.GroupByID(ctx, parent.GroupID)
		if err != nil {
			return err
		}
		p, err = h.ex.Reply(ctx, tx, &exchange.Draft{Author: h.ana.Actor, Group: g, Parent: parent, Source: text})
		return err
	})
	return p
}

func (h *house) tx(do func(ctx context.Context, tx *db.Store) error) {
	h.t.Helper()
	if err := h.store.InTx(h.ctx, do); err != nil {
		h.t.Fatal(err)
	}
}

// settle works the inbox off.
func (h *house) settle() {
	h.t.Helper()
	for range 50 {
		worked, err := h.inbox.Step(h.ctx)
		if err != nil {
			h.t.Fatalf("step: %v", err)
		}
		if !worked {
			return
		}
	}
	h.t.Fatal("the inbox does not settle")
}

// ask sends an unsigned request; headers come in pairs.
func (h *house) ask(method, target string, headers ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	return h.send(method, target, nil, headers...)
}

func (h *house) send(method, target string, body []byte, headers ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	if len(target) > 0 && target[0] == '/' {
		target = home + target
	}
	var from io.Reader
	if body != nil {
		from = bytes.NewReader(body)
	}
	req := httptest.NewRequestWithContext(h.ctx, method, target, from)
	req.RequestURI = req.URL.RequestURI()
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	h.handler.ServeHTTP(rec, req)
	return rec
}

const asActivity = `application/ld+json; profile="https://www.w3.org/ns/activitystreams", application/activity+json`

// get reads a document unsigned and wants 200.
func (h *house) get(iri string) map[string]any {
	h.t.Helper()
	rec := h.ask(http.MethodGet, iri, "Accept", asActivity)
	if rec.Code != http.StatusOK {
		h.t.Fatalf("GET %s: %d %s", iri, rec.Code, rec.Body)
	}
	return decode(h.t, rec.Body.Bytes())
}

func decode(t testing.TB, body []byte) map[string]any {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatalf("decode %s: %v", body, err)
	}
	return doc
}

// status asks for a document unsigned.
func (h *house) status(iri string) int {
	h.t.Helper()
	return h.ask(http.MethodGet, iri, "Accept", asActivity).Code
}

// id prints a number as addresses do.
func id(n int64) string { return strconv.FormatInt(n, 10) }

// pinAndDelete pins one post of ana's and deletes another.
func (h *house) pinAndDelete(pin, gone *db.Post) func(context.Context, *db.Store) error {
	return func(ctx context.Context, tx *db.Store) error {
		if err := h.ex.Pin(ctx, tx, h.ana.Actor, pin); err != nil {
			return err
		}
		return h.ex.Delete(ctx, tx, h.ana.Actor, gone)
	}
}

// write starts a discussion or answers in one.
func (h *house) write(p **db.Post, draft *exchange.Draft) func(context.Context, *db.Store) error {
	return func(ctx context.Context, tx *db.Store) (err error) {
		if draft.Parent == nil {
			*p, err = h.ex.Start(ctx, tx, draft)
		} else {
			*p, err = h.ex.Reply(ctx, tx, draft)
		}
		return err
	}
}
