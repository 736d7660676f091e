package fedtest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/federation/sign"
)

// Peer is a scripted server at one host of a Network. All its methods may be
// called while requests are under way. Misuse fails the test it was made for.
type Peer struct {
	// Host is where it answers, "masto.example".
	Host string

	t    testing.TB
	net  *Network
	kind Kind

	mu       sync.Mutex
	next     int
	actors   []*Actor
	served   map[string]page // by path and query
	requests []*Request
	keys     map[string]sign.PublicKey
	mood     mood
}

// page is what stands at an address.
type page struct {
	status int
	media  string
	body   []byte
	open   bool // readable unsigned even where reads are to be signed
	etag   string
}

// New puts a peer of the kind at host.
func New(t testing.TB, net *Network, host string, k Kind) *Peer {
	t.Helper()
	p := &Peer{
		Host: host, t: t, net: net, kind: k,
		served: map[string]page{}, keys: map[string]sign.PublicKey{}, next: 100,
	}
	p.add(&Actor{Name: strings.Split(host, ":")[0], Type: k.instanceType}, p.instancePaths())
	net.Handle(host, p)
	return p
}

func (p *Peer) instancePaths() paths {
	id := strings.Replace(p.kind.instancePath, "HOST", p.Host, 1)
	key := id + "#main-key"
	switch p.kind.Software {
	case "gotosocial":
		key = id + "/main-key"
	case "nodebb":
		key = id + "#key"
	}
	return paths{id: id, url: id, key: key}
}

// Person makes an actor of type Person.
func (p *Peer) Person(name string) *Actor { return p.Actor(name, "Person") }

// Group makes an actor of type Group: a community, category or group account.
func (p *Peer) Group(name string) *Actor { return p.Actor(name, "Group") }

// Instance is the host's own actor, which signs its reads.
func (p *Peer) Instance() *Actor {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.actors[0]
}

// Actor makes an actor of any type and serves its document, collections and
// WebFinger.
func (p *Peer) Actor(name, kind string) *Actor {
	p.t.Helper()
	return p.add(&Actor{Name: name, Type: kind}, p.kind.paths(p, name, kind))
}

func (p *Peer) add(a *Actor, at paths) *Actor {
	a.peer = p
	a.ID, a.URL, a.KeyID = p.iri(at.id), p.iri(at.url), p.iri(at.key)
	base := strings.TrimSuffix(a.ID, "/")
	a.Inbox, a.Outbox = base+"/inbox", base+"/outbox"
	for _, c := range []struct {
		field *string
		path  string
	}{
		{&a.Followers, at.followers},
		{&a.Following, at.following},
		{&a.Featured, at.featured},
		{&a.Moderators, at.moderators},
	} {
		if c.path != "" {
			*c.field = p.iri(c.path)
			p.Collection(*c.field)
		}
	}
	p.Collection(a.Outbox)
	a.RSA, a.Ed25519 = p.net.newKeys(p.t)
	p.mu.Lock()
	p.actors = append(p.actors, a)
	p.mu.Unlock()
	p.publish(a)
	return a
}

// publish serves the actor's present document, and its key where that has a
// path of its own.
func (p *Peer) publish(a *Actor) {
	d := a.Document()
	if p.kind.Proofs {
		d["assertionMethod"] = []any{a.multikey()}
	}
	p.Put(d)
	if !strings.Contains(a.KeyID, "#") {
		p.put(a.KeyID, page{status: http.StatusOK, media: p.kind.MediaType, body: p.encode(a.stub()), open: true})
	}
}

// Rotate gives the actor new keys under the old id and publishes them.
func (p *Peer) Rotate(a *Actor) {
	p.t.Helper()
	a.RSA, a.Ed25519 = p.net.newKeys(p.t)
	p.publish(a)
}

// Put serves d at its own id, and answers d.
func (p *Peer) Put(d Doc) Doc {
	p.t.Helper()
	id, _ := d["id"].(string)
	if id == "" {
		p.t.Fatalf("Put: document without id: %v", d)
	}
	p.put(id, page{status: http.StatusOK, media: p.kind.MediaType, body: p.encode(d)})
	return d
}

// Collection serves an OrderedCollection of the items at iri, in place of what
// was there.
func (p *Peer) Collection(iri string, items ...any) {
	p.t.Helper()
	if items == nil {
		items = []any{}
	}
	p.Put(Doc{
		"@context": "https://www.w3.org/ns/activitystreams",
		"id":       iri, "type": "OrderedCollection", "totalItems": len(items), "orderedItems": items,
	})
}

// Serve answers GETs of iri with anything: for wrong types, broken JSON, lies.
func (p *Peer) Serve(iri string, status int, mediaType string, body []byte) {
	p.t.Helper()
	p.put(iri, page{status: status, media: mediaType, body: body})
}

// Delete takes the document at iri away as the kind's software does: 404, 410
// with a Tombstone, or a Tombstone with 200.
func (p *Peer) Delete(iri string) {
	p.t.Helper()
	p.tombstone(iri, p.kind.Deleted)
}

// Gone answers 410 with a Tombstone, whatever the kind does.
func (p *Peer) Gone(iri string) {
	p.t.Helper()
	p.tombstone(iri, http.StatusGone)
}

func (p *Peer) tombstone(iri string, status int) {
	if status == http.StatusNotFound {
		p.put(iri, page{status: status, media: "text/plain"})
		return
	}
	p.put(iri, page{status: status, media: p.kind.MediaType, body: p.encode(Doc{
		"@context": "https://www.w3.org/ns/activitystreams", "id": iri, "type": "Tombstone",
	})})
}

func (p *Peer) put(iri string, pg page) {
	p.t.Helper()
	u, err := url.Parse(iri)
	if err != nil || u.Host != p.Host {
		p.t.Fatalf("%s cannot serve %q", p.Host, iri)
	}
	if pg.status == http.StatusOK {
		pg.etag = strconv.Quote(strconv.FormatUint(checksum(pg.body), 36))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.served[u.RequestURI()] = pg
}

func (p *Peer) encode(v any) []byte {
	p.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		p.t.Fatalf("encode: %v", err)
	}
	return b
}

// SharedInbox is the address for all, whether or not the kind tells of it.
func (p *Peer) SharedInbox() string { return p.iri("/inbox") }

func (p *Peer) iri(path string) string { return scheme(p.Host) + "://" + p.Host + path }

// number is a new id within the host.
func (p *Peer) number() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next++
	return strconv.Itoa(p.next)
}

// mood is how the peer treats its guests.
type mood struct {
	inbox, reads int // status in place of the usual, 0 for none
	retryAfter   time.Duration
	stall        chan struct{}
}

// Refuse answers every inbox POST with status.
func (p *Peer) Refuse(status int) { p.feel(func(m *mood) { m.inbox, m.retryAfter = status, 0 }) }

// Busy answers every inbox POST with status and a Retry-After.
func (p *Peer) Busy(status int, retryAfter time.Duration) {
	p.feel(func(m *mood) { m.inbox, m.retryAfter = status, retryAfter })
}

// RefuseReads answers every GET with status, WebFinger and NodeInfo included.
func (p *Peer) RefuseReads(status int) { p.feel(func(m *mood) { m.reads = status }) }

// Stall leaves every request without an answer until release is called or the
// client gives up. Requests are recorded when they arrive.
func (p *Peer) Stall() (release func()) {
	gate := make(chan struct{})
	p.feel(func(m *mood) { m.stall = gate })
	return sync.OnceFunc(func() {
		p.feel(func(m *mood) { m.stall = nil })
		close(gate)
	})
}

// Recover ends Refuse, Busy and RefuseReads.
func (p *Peer) Recover() { p.feel(func(m *mood) { m.inbox, m.reads, m.retryAfter = 0, 0, 0 }) }

// Vanish takes the host off the network, as when a name runs out.
func (p *Peer) Vanish() { p.net.Remove(p.Host) }

// Return puts it back.
func (p *Peer) Return() { p.net.Handle(p.Host, p) }

func (p *Peer) feel(change func(*mood)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.mood)
}
