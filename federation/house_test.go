package federation_test

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/inbox"
	"github.com/copse-social/copse/federation/sign"
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

// house is the receiving half of an instance, without doors and rules: it keeps what would be
// applied.
type house struct {
	t        testing.TB
	clock    *clock
	net      *fedtest.Network
	store    *db.Store
	iris     federation.IRIs
	resolver *federation.Resolver
	receiver *federation.Receiver
	inbox    *inbox.Worker
	policy   *federation.Policy

	mu      sync.Mutex
	applied []*federation.Incoming
	// apply takes the place of the rules.
	apply func(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error)
}

var instanceKey = sync.OnceValues(sign.GenerateRSA)

func newHouse(t testing.TB) *house {
	t.Helper()
	base, err := url.Parse(home)
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{at: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	h := &house{t: t, clock: c, net: &fedtest.Network{Now: c.now}, store: dbtest.At(t, c.now), iris: federation.NewIRIs(base)}
	key, err := instanceKey()
	if err != nil {
		t.Fatal(err)
	}
	signer := &sign.Signer{KeyID: h.iris.Instance() + federation.MainKey, RSA: key}
	client := fetch.New(fetch.Options{
		Transport: h.net, UserAgent: "Copse/test (+" + home + ")", Now: c.now,
		Signer:          func(context.Context) (*sign.Signer, error) { return signer, nil },
		CausedPerSecond: 10_000, CausedPerHour: 1_000_000,
	})
	h.policy = federation.NewPolicy(h.store, c.now)
	h.resolver = federation.NewResolver(federation.ResolverOptions{Store: h.store, Fetch: client, IRIs: h.iris, Now: c.now})
	h.receiver = federation.NewReceiver(federation.ReceiverOptions{
		Store: h.store, Resolver: h.resolver, IRIs: h.iris, Now: c.now, Policy: h.policy.Allowed,
	})
	h.inbox = inbox.New(inbox.Options{
		Store: h.store, Resolver: h.resolver, Now: c.now, Apply: h.take,
	})
	h.net.Handle(base.Host, h.handler(&key.PublicKey))
	return h
}

// handler is what the doors do with federation: an inbox and a page for signed readers.
func (h *house) handler(key *rsa.PublicKey) http.Handler {
	mux := http.NewServeMux()
	inbox := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, vocab.MaxBytes+1))
		w.WriteHeader(status(h.receiver.Receive(r.WithContext(federation.From(r.Context(), r.RemoteAddr)), body, 0)))
	}
	mux.HandleFunc("POST /ap/inbox", inbox)
	mux.HandleFunc("POST /ap/groups/{id}/inbox", inbox)
	mux.HandleFunc("GET /reader", func(w http.ResponseWriter, r *http.Request) {
		a, err := h.receiver.Reader(r)
		if err != nil {
			w.WriteHeader(status(err))
			return
		}
		_, _ = io.WriteString(w, a.URI)
	})
	mux.HandleFunc("GET /ap/instance", func(w http.ResponseWriter, _ *http.Request) {
		pem, _ := sign.EncodePublicPEM(key)
		id := h.iris.Instance()
		w.Header().Set("Content-Type", vocab.ActivityType)
		_ = json.NewEncoder(w).Encode(fedtest.Doc{
			"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "Application", "inbox": sharedInbox,
			"preferredUsername": "copse.test",
			"publicKey":         fedtest.Doc{"id": id + federation.MainKey, "owner": id, "publicKeyPem": pem},
		})
	})
	return mux
}

func status(err error) int {
	switch {
	case err == nil:
		return http.StatusAccepted
	case errors.Is(err, federation.ErrForbidden):
		return http.StatusForbidden
	case errors.Is(err, federation.ErrUnauthentic):
		return http.StatusUnauthorized
	case errors.Is(err, vocab.ErrMalformed):
		return http.StatusBadRequest
	case errors.Is(err, vocab.ErrTooLarge):
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusInternalServerError
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
	for range 50 {
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
		h.t.Fatalf("inbox answered %d to %v", r.Status, activity)
	}
}

// one delivers an activity and wants it applied, alone.
func (h *house) one(p *fedtest.Peer, a *fedtest.Actor, activity fedtest.Doc) *federation.Incoming {
	h.t.Helper()
	h.post(p, a, activity)
	list := h.settle()
	if len(list) != 1 {
		h.t.Fatalf("%d applied, want 1; receipt ended as %q", len(list), h.reason(activity))
	}
	return list[0]
}

// none delivers an activity and wants it to end with a reason, without being applied.
func (h *house) none(p *fedtest.Peer, a *fedtest.Actor, activity fedtest.Doc, reason string) {
	h.t.Helper()
	h.post(p, a, activity)
	if list := h.settle(); len(list) != 0 {
		h.t.Fatalf("applied %s %s, want %q", list[0].Activity.Type, list[0].Activity.ID, reason)
	}
	if got := h.reason(activity); got != reason {
		h.t.Errorf("receipt ended as %q, want %q", got, reason)
	}
}

// reason is how the receipt of an activity ended; "" too when there is none.
func (h *house) reason(activity fedtest.Doc) string {
	h.t.Helper()
	rc := h.receipt(activity)
	if rc == nil {
		return ""
	}
	return rc.Reason
}

func (h *house) receipt(activity fedtest.Doc) *db.Receipt {
	h.t.Helper()
	id, _ := activity["id"].(string)
	actor, _ := activity["actor"].(string)
	for _, signer := range []string{actor, ""} {
		rc, err := h.store.ReceiptByURI(context.Background(), id, signer)
		if err == nil {
			return rc
		}
	}
	return nil
}

// local stores an actor of ours.
func (h *house) local(kind, handle string) *db.Actor {
	h.t.Helper()
	a := &db.Actor{ID: h.store.NewID(), Type: kind, Local: true, Handle: handle, Host: h.iris.Host()}
	a.URI = h.iris.Person(a.ID)
	if kind == db.ActorGroup {
		a.URI = h.iris.Group(a.ID)
	}
	a.Inbox, a.FollowersURI = a.URI+federation.Inbox, a.URI+federation.Followers
	if err := h.store.CreateActor(context.Background(), a); err != nil {
		h.t.Fatal(err)
	}
	if kind == db.ActorGroup {
		g := &db.Group{ActorID: a.ID, Openness: db.OpennessOpen, PostPolicy: db.PostAnyone, HoldPolicy: db.HoldNone}
		if err := h.store.CreateGroup(context.Background(), g); err != nil {
			h.t.Fatal(err)
		}
	}
	return a
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

// followed makes somebody here follow a remote group.
func (h *house) followed(a *fedtest.Actor) *db.Actor {
	h.t.Helper()
	group, who := h.meet(a), h.local(db.ActorPerson, "fan_"+strings.ToLower(a.Name))
	err := h.store.PutFollow(context.Background(), &db.Follow{
		URI: who.URI + "#follow", FollowerID: who.ID, FolloweeID: group.ID, State: db.FollowAccepted,
	}, who)
	if err != nil {
		h.t.Fatal(err)
	}
	return group
}

// stored keeps a post as the rules would.
func (h *house) stored(uri string, author, group *db.Actor) *db.Post {
	h.t.Helper()
	p := &db.Post{
		ID: h.store.NewID(), URI: uri, AuthorID: author.ID, Kind: db.KindDiscussion, State: db.PostPublished,
		Visibility: db.VisibilityPublic, Local: author.Local,
	}
	if uri == "" {
		p.URI = h.iris.Object(p.ID)
	}
	if group != nil {
		p.GroupID = group.ID
	}
	if err := h.store.CreatePost(context.Background(), p, nil); err != nil {
		h.t.Fatal(err)
	}
	return p
}

func (h *house) target(a *db.Actor) fedtest.Target {
	return fedtest.Target{ID: a.URI, Handle: a.Handle + "@" + a.Host}
}

// rawJSON is embedded in a Doc byte for byte.
type rawJSON []byte

func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }

func encode(t testing.TB, d fedtest.Doc) []byte {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
