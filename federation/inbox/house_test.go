package inbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/inbox"
	"github.com/copse-social/copse/federation/vocab"
)

const (
	home        = "https://copse.test"
	sharedInbox = home + "/ap/inbox"
)

// clock is the time of one test.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// house is an inbox behind its receiver, without doors and rules: it keeps what would be applied.
type house struct {
	t        testing.TB
	clock    *clock
	net      *fedtest.Network
	store    *db.Store
	iris     federation.IRIs
	resolver *federation.Resolver
	receiver *federation.Receiver
	inbox    *inbox.Worker

	mu      sync.Mutex
	applied []*federation.Incoming
	// apply takes the place of the rules.
	apply func(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error)
}

func newHouse(t testing.TB) *house {
	t.Helper()
	base, err := url.Parse(home)
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{at: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	h := &house{t: t, clock: c, net: &fedtest.Network{Now: c.now}, store: dbtest.At(t, c.now), iris: federation.NewIRIs(base)}
	client := fetch.New(fetch.Options{
		Transport: h.net, UserAgent: "Copse/test (+" + home + ")", Now: c.now,
		CausedPerSecond: 10_000, CausedPerHour: 1_000_000,
	})
	h.resolver = federation.NewResolver(federation.ResolverOptions{Store: h.store, Fetch: client, IRIs: h.iris, Now: c.now})
	h.receiver = federation.NewReceiver(federation.ReceiverOptions{Store: h.store, Resolver: h.resolver, IRIs: h.iris, Now: c.now})
	h.inbox = inbox.New(inbox.Options{Store: h.store, Resolver: h.resolver, Now: c.now, Apply: h.take})
	h.net.Handle(base.Host, http.HandlerFunc(h.serve))
	return h
}

// serve takes what comes to the shared inbox, or refuses it without telling why.
func (h *house) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, vocab.MaxBytes+1))
	if err = errors.Join(err, h.receiver.Receive(r, body, 0)); err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func (h *house) take(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	h.mu.Lock()
	apply := h.apply
	h.applied = append(h.applied, in)
	h.mu.Unlock()
	if apply == nil {
		return federation.Done(), nil
	}
	return apply(ctx, tx, in)
}

// settle steps the inbox until nothing moves, and answers what was applied since the last time.
func (h *house) settle() []*federation.Incoming {
	h.t.Helper()
	for {
		worked, err := h.inbox.Step(context.Background())
		if err != nil {
			h.t.Fatalf("step: %v", err)
		}
		if !worked {
			break
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	list := h.applied
	h.applied = nil
	return list
}

// post delivers and wants 202.
func (h *house) post(p *fedtest.Peer, a *fedtest.Actor, activity fedtest.Doc) {
	h.t.Helper()
	if r := p.Post(a, sharedInbox, activity); r.Status != http.StatusAccepted {
		h.t.Fatalf("inbox answered %d to %v: %s", r.Status, activity, r.Body)
	}
}

func (h *house) receipt(activity fedtest.Doc) *db.Receipt {
	h.t.Helper()
	rc, err := h.store.ReceiptByURI(context.Background(), activity["id"].(string), activity["actor"].(string))
	if err != nil {
		h.t.Fatalf("receipt of %v: %v", activity["id"], err)
	}
	return rc
}

// meet stores an actor of a peer without its having written to us.
func (h *house) meet(a *fedtest.Actor) *db.Actor {
	h.t.Helper()
	row, err := h.resolver.Actor(context.Background(), a.ID)
	if err != nil {
		h.t.Fatalf("meet %s: %v", a.ID, err)
	}
	return row
}

// local stores a person of ours.
func (h *house) local(handle string) *db.Actor {
	h.t.Helper()
	a := &db.Actor{ID: h.store.NewID(), Type: db.ActorPerson, Local: true, Handle: handle, Host: h.iris.Host()}
	a.URI = h.iris.Person(a.ID)
	a.Inbox = a.URI + federation.Inbox
	if err := h.store.CreateActor(context.Background(), a); err != nil {
		h.t.Fatal(err)
	}
	return a
}

// followed makes somebody here follow a group elsewhere.
func (h *house) followed(a *fedtest.Actor) {
	h.t.Helper()
	group, who := h.meet(a), h.local("fan")
	err := h.store.PutFollow(context.Background(), &db.Follow{
		URI: who.URI + "#follow", FollowerID: who.ID, FolloweeID: group.ID, State: db.FollowAccepted,
	}, who)
	if err != nil {
		h.t.Fatal(err)
	}
}

// stored keeps a post of ours as the rules would.
func (h *house) stored(author *db.Actor) *db.Post {
	h.t.Helper()
	p := &db.Post{
		ID: h.store.NewID(), AuthorID: author.ID, Kind: db.KindDiscussion, State: db.PostPublished,
		Visibility: db.VisibilityPublic, Local: true,
	}
	p.URI = h.iris.Object(p.ID)
	if err := h.store.CreatePost(context.Background(), p, nil); err != nil {
		h.t.Fatal(err)
	}
	return p
}

func encode(t testing.TB, d fedtest.Doc) []byte {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
