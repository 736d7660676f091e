package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation/delivery/queue"
	"github.com/copse-social/copse/federation/sign"
)

// house is an instance with one group, a clock that stands still, and a network of scripted hosts.
type house struct {
	*Deliverer
	t     testing.TB
	clock *clock
	store *db.Store
	queue queue.Queue
	group *db.Actor
	net   *network
	opt   Options
	posts int64 // made so far; each activity is about one of its own, to find its deliveries by
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, clock: newClock(), net: &network{hosts: make(map[string]script)}}
	h.store = dbtest.At(t, h.clock.now)
	h.group = h.actor(db.Actor{Handle: "water", Host: "copse.test", Type: db.ActorGroup, Local: true})
	h.opt = Options{
		Store: h.store, Transport: h.net, UserAgent: "Copse/test (+https://copse.test)", OwnHost: "copse.test",
		SignerOf: func(context.Context, int64) (*sign.Signer, error) { return testSigner(), nil },
		Now:      h.clock.now, Log: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry(),
		Random: func() float64 { return 0.5 }, // waits come as they stand in the table
	}
	h.restart()
	return h
}

// restart is what a kill does: the queue in memory is gone.
func (h *house) restart() {
	h.queue = queue.NewMemory(h.clock.now)
	h.opt.Queue, h.opt.Registry = h.queue, prometheus.NewRegistry()
	h.Deliverer = New(h.opt)
}

var testSigner = sync.OnceValue(func() *sign.Signer {
	key, err := sign.GenerateRSA()
	if err != nil {
		panic(err)
	}
	return &sign.Signer{KeyID: "https://copse.test/ap/groups/1#main-key", RSA: key}
})

func (h *house) actor(a db.Actor) *db.Actor {
	h.t.Helper()
	a.URI = "https://" + a.Host + "/u/" + a.Handle
	a.Inbox = a.URI + "/inbox"
	if a.Type == "" {
		a.Type = db.ActorPerson
	}
	if err := h.store.CreateActor(context.Background(), &a); err != nil {
		h.t.Fatal(err)
	}
	return &a
}

// follower makes a person at a host follow the group, reached at the host's shared inbox.
func (h *house) follower(host, handle string) {
	h.t.Helper()
	h.followAs(db.Actor{Handle: handle, Host: host, SharedInbox: "https://" + host + "/inbox"})
}

func (h *house) followAs(a db.Actor) *db.Actor {
	h.t.Helper()
	who := h.actor(a)
	f := &db.Follow{FollowerID: who.ID, FolloweeID: h.group.ID, State: db.FollowAccepted}
	err := h.store.InTx(context.Background(), func(ctx context.Context, tx *db.Store) error { return tx.PutFollow(ctx, f, who) })
	if err != nil {
		h.t.Fatal(err)
	}
	return who
}

func (h *house) profile(host, software, family string) {
	h.t.Helper()
	err := h.store.SetHostProfile(context.Background(), &db.Host{Name: host, Software: software, Family: family})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) followers() db.Audience { return db.Audience{FollowersOf: h.group.ID} }

func (h *house) inbox(host, inbox string) db.Audience {
	return db.Audience{Inboxes: []db.FollowerInbox{{Host: host, Inbox: inbox}}}
}

// publish stores an activity about an object, and a way to each audience. The name is what tests
// find it by.
func (h *house) publish(kind, name, object string, to ...db.Audience) *db.Activity {
	h.t.Helper()
	a := &db.Activity{URI: "https://copse.test/ap/activities/" + name, ActorID: h.group.ID, Type: kind, ObjectURI: object, Local: true}
	h.posts++
	a.PostID = h.posts
	a.Body = fmt.Appendf(nil, `{"id":%q,"type":%q,"actor":%q,"object":%q}`, a.URI, kind, h.group.URI, object)
	h.keep(a, to...)
	return a
}

func (h *house) keep(a *db.Activity, to ...db.Audience) {
	h.t.Helper()
	key := fnv.New64a()
	_, _ = io.WriteString(key, a.ObjectURI)
	err := h.store.InTx(context.Background(), func(ctx context.Context, tx *db.Store) error {
		if err := tx.CreateActivity(ctx, a); err != nil {
			return err
		}
		for _, audience := range to {
			row := &db.OutboxRow{ActivityID: a.ID, OKey: int64(key.Sum64())}
			if err := tx.CreateOutbox(ctx, row, audience); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// settle steps until nothing moves.
func (h *house) settle() {
	h.t.Helper()
	for range 1000 {
		worked, err := h.Step(context.Background())
		if err != nil {
			h.t.Fatal(err)
		}
		if !worked {
			return
		}
	}
	h.t.Fatal("delivery does not come to rest")
}

// after lets time pass and settles.
func (h *house) after(d time.Duration) {
	h.t.Helper()
	h.clock.pass(d)
	h.settle()
}

func (h *house) host(name string) *db.Host {
	h.t.Helper()
	hosts, err := h.store.HostsByName(context.Background(), []string{name})
	if err != nil {
		h.t.Fatal(err)
	}
	return known(hosts, name)
}

// delivery returns the only delivery of an activity to a host.
func (h *house) delivery(a *db.Activity, host string) *db.Delivery {
	h.t.Helper()
	var found *db.Delivery
	for _, d := range h.deliveries(a) {
		if d.Host == host {
			if found != nil {
				h.t.Fatalf("two deliveries of %s to %s", a.URI, host)
			}
			found = d
		}
	}
	if found == nil {
		h.t.Fatalf("no delivery of %s to %s", a.URI, host)
	}
	return found
}

func (h *house) deliveries(a *db.Activity) []*db.Delivery {
	h.t.Helper()
	list, err := h.store.DeliveriesOf(context.Background(), a.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

func (h *house) wantState(a *db.Activity, host string, state int16) {
	h.t.Helper()
	if got := h.delivery(a, host); got.State != state {
		h.t.Errorf("delivery of %s to %s is in state %d (code %d, %s), want %d", a.URI, host, got.State, got.LastCode, got.LastError, state)
	}
}

// script is how a host answers: with a status, or an error.
type script func(p *parcel) (status int, err error)

func always(status int) script { return func(*parcel) (int, error) { return status, nil } }

// parcel is a request as a peer sees it.
type parcel struct {
	host, path string
	name       string // of the activity
	scheme     sign.Scheme
	header     http.Header
	body       []byte
	answer     http.Header // for the script to fill
}

// network answers for all hosts and keeps what they got. Hosts without a script answer 202.
type network struct {
	mu    sync.Mutex
	hosts map[string]script
	got   []*parcel
	// arrived, when set, gets each parcel after it was answered.
	arrived chan *parcel
}

// RoundTrip implements http.RoundTripper.
func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	var doc struct{ ID string }
	if err := json.Unmarshal(body, &doc); err != nil {
		return nil, err
	}
	p := &parcel{
		host: req.URL.Host, path: req.URL.Path, name: doc.ID[strings.LastIndex(doc.ID, "/")+1:],
		header: req.Header.Clone(), body: body, scheme: sign.Cavage, answer: make(http.Header),
	}
	if req.Header.Get("Signature-Input") != "" {
		p.scheme = sign.RFC9421
	}
	n.mu.Lock()
	answer := n.hosts[p.host]
	n.got = append(n.got, p)
	n.mu.Unlock()
	status := http.StatusAccepted
	if answer != nil {
		if status, err = answer(p); err != nil {
			return nil, err
		}
	}
	if n.arrived != nil {
		n.arrived <- p
	}
	return &http.Response{
		StatusCode: status, Header: p.answer, Body: io.NopCloser(strings.NewReader("{}")), Request: req,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

func (n *network) answer(host string, s script) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[host] = s
}

// names lists the activities a host got, in order.
func (n *network) names(host string) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []string
	for _, p := range n.got {
		if p.host == host {
			out = append(out, p.name)
		}
	}
	return out
}

func (n *network) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.got = nil
}

func (h *house) wantGot(host string, names ...string) {
	h.t.Helper()
	if got := strings.Join(h.net.names(host), " "); got != strings.Join(names, " ") {
		h.t.Errorf("%s got [%s], want %v", host, got, names)
	}
}

func TestDeliver_signedToEachInboxOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, who := range []string{"ana", "bo"} {
		h.follower("one.test", who)
		h.follower("two.test", who)
	}
	a := h.publish("Create", "c1", "https://copse.test/ap/objects/1", h.followers(), h.inbox("one.test", "https://one.test/inbox"))
	h.settle()
	h.wantGot("one.test", "c1")
	h.wantGot("two.test", "c1")
	h.wantState(a, "one.test", db.DeliveryDone)
	p := h.net.got[0]
	if string(p.body) != string(a.Body) {
		t.Errorf("sent %s, want the stored bytes %s", p.body, a.Body)
	}
	if got := p.header.Get("Content-Type"); got != `application/ld+json; profile="https://www.w3.org/ns/activitystreams"` {
		t.Errorf("content type %s", got)
	}
	verify(t, p)
	if host := h.host("one.test"); host.Scheme != string(sign.Cavage) || host.LastOKAt.IsZero() {
		t.Errorf("host %+v, want its scheme and success noted", host)
	}
}

// verify proves the signature of a request as its receiver would.
func verify(t *testing.T, p *parcel) {
	t.Helper()
	u, _ := url.Parse("https://" + p.host + p.path)
	req := &http.Request{Method: http.MethodPost, URL: u, Host: p.host, Header: p.header, RequestURI: p.path}
	claim, err := sign.Parse(req)
	if err != nil {
		t.Fatal(err)
	}
	key := sign.PublicKey{RSA: &testSigner().RSA.PublicKey}
	if err := claim.Verify(req, p.body, key, sign.VerifyOptions{Hosts: []string{p.host}, Now: newClock().now()}); err != nil {
		t.Error(err)
	}
}

func TestDeliver_restartLosesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.follower("two.test", "bo")
	h.net.answer("two.test", always(http.StatusBadGateway))
	h.publish("Create", "c1", "o1", h.followers())
	h.settle()
	h.publish("Create", "c2", "o2", h.followers())
	if _, err := h.expand(t.Context()); err != nil { // killed after expanding, before sending
		t.Fatal(err)
	}
	h.net.answer("two.test", nil)
	h.net.forget()
	h.restart()
	h.settle()
	h.wantGot("one.test", "c2")
	h.wantGot("two.test") // its wait outlived the kill
	h.after(time.Minute)
	h.wantGot("two.test", "c2", "c1") // a failing host is probed with what has failed least
}

func TestDeliver_windowGrowsAndKeepsOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	var mu sync.Mutex
	now, most, seen := 0, 0, make(map[string][]string)
	h.net.answer("one.test", func(p *parcel) (int, error) {
		object := strings.SplitN(p.name, "-", 2)[0]
		mu.Lock()
		now++
		most = max(most, now)
		seen[object] = append(seen[object], p.name)
		mu.Unlock()
		<-time.After(time.Millisecond)
		mu.Lock()
		now--
		mu.Unlock()
		return http.StatusAccepted, nil
	})
	for version := range 6 {
		for object := range 20 {
			h.publish("Update", fmt.Sprintf("o%d-%d", object, version), fmt.Sprintf("o%d", object), h.followers())
		}
	}
	h.settle()
	if len(seen) != 20 {
		t.Errorf("%d objects arrived, want 20", len(seen))
	}
	for object, names := range seen {
		for version, name := range names {
			if want := fmt.Sprintf("%s-%d", object, version); name != want || len(names) != 6 {
				t.Errorf("%s arrived as %v, want versions 0 to 5 in order", object, names)
				break
			}
		}
	}
	if most < 3 || most > maxWindow {
		t.Errorf("up to %d requests at a time, want 3 to %d", most, maxWindow)
	}
	if w := h.host("one.test").SendWindow; w != maxWindow {
		t.Errorf("window %d after 120 successes, want %d", w, maxWindow)
	}
}

func TestDeliver_oneActivityToManyInboxesAtOneHost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := db.Audience{}
	for i := range 30 {
		to.Inboxes = append(to.Inboxes, db.FollowerInbox{Host: "one.test", Inbox: fmt.Sprintf("https://one.test/u/%d/inbox", i)})
	}
	h.publish("Create", "c1", "o1", to)
	h.settle()
	paths := make(map[string]bool)
	for _, p := range h.net.got {
		paths[p.path] = true
	}
	if len(paths) != 30 || len(h.net.got) != 30 {
		t.Errorf("%d requests to %d inboxes, want 30 to 30", len(h.net.got), len(paths))
	}
}
