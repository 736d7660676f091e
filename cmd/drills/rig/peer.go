package rig

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/copse-social/copse/federation/sign"
)

// What the NodeInfo of peers says: a microblog, and a forum, which is told of each reply too.
const (
	microblog = "mastodon"
	forum     = "lemmy"
)

// maxBody is the largest POST that a peer takes.
const maxBody = 1 << 20

// Peer is another server, at a host of its own, with one person on it. It keeps everything that it
// was sent.
type Peer struct {
	// Host is its name with the port of its proxy; Software what its NodeInfo says.
	Host, Software string
	// Actor is the IRI of the person, Inbox the address for all at the host.
	Actor, Inbox string
	// Proxy stands between the instance and the peer.
	Proxy *Proxy

	server *http.Server
	signer *signer
	keys   *keyring
	next   atomic.Int64

	mu     sync.Mutex
	ledger []Entry
	notes  map[string]doc
	behave Behaviour
	papers map[Papers]*tls.Certificate // nil: plain http
	shown  Papers
}

// Entry is one POST to the inbox.
type Entry struct {
	At time.Time
	// Activity is its id, Type and About what it is and the innermost object it is about.
	Activity, Type, About string
	Size                  int
	Sum                   [sha256.Size]byte
	// Fault says what was wrong with the signature, "" when it was proved.
	Fault string
	// Status is what the peer answered; 2xx means that it took the activity.
	Status int
}

// Taken says that the peer took the activity.
func (e Entry) Taken() bool { return e.Status >= 200 && e.Status < 300 }

// Behaviour decides about an activity that came in: the status to answer, with headers that may be
// added to h. It may also take its time.
type Behaviour func(e Entry, h http.Header) (status int)

type doc = map[string]any

// newPeer makes the n-th peer. It speaks https where there is an office to issue its certificates.
func newPeer(n int, s *signer, keys *keyring, o *office) (*Peer, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen as peer: %w", err)
	}
	p := &Peer{Software: microblog, signer: s, keys: keys, notes: map[string]doc{}, shown: Sound}
	name := fmt.Sprintf("p%02d.localhost", n)
	if n%4 == 3 {
		p.Software = forum
	}
	if p.Proxy, err = newProxy(l.Addr().String()); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	p.Host = fmt.Sprintf("%s:%d", name, p.Proxy.port)
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	serve := func() error { return p.server.Serve(l) }
	if o != nil {
		if p.papers, err = o.papersFor(name); err != nil {
			return nil, errors.Join(err, p.Proxy.close(), l.Close())
		}
		p.server.TLSConfig = &tls.Config{GetCertificate: p.certificate, MinVersion: tls.VersionTLS12}
		serve = func() error { return p.server.ServeTLS(l, "", "") }
	}
	p.Actor, p.Inbox = p.at("/users/u"), p.at("/inbox")
	go func() { _ = serve() }() // ends with close
	return p, nil
}

func (p *Peer) scheme() string {
	if p.papers != nil {
		return "https"
	}
	return "http"
}

func (p *Peer) at(path string) string { return p.scheme() + "://" + p.Host + path }

func (p *Peer) close() error { return errors.Join(p.Proxy.close(), p.server.Close()) }

// Behave replaces how the peer answers; nil takes everything.
func (p *Peer) Behave(b Behaviour) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.behave = b
}

// Entries is a copy of the ledger.
func (p *Peer) Entries() []Entry {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Entry(nil), p.ledger...)
}

// Count is how many POSTs came in so far.
func (p *Peer) Count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.ledger)
}

// ServeHTTP answers as a small ActivityPub server does.
func (p *Peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		p.receive(w, r)
		return
	}
	p.mu.Lock()
	note, known := p.notes[r.URL.Path]
	p.mu.Unlock()
	switch path := r.URL.Path; {
	case known:
		answer(w, "application/activity+json", note)
	case path == "/users/u":
		answer(w, "application/activity+json", p.person())
	case path == "/users/u/outbox" || path == "/users/u/followers":
		answer(w, "application/activity+json", doc{
			"@context": "https://www.w3.org/ns/activitystreams", "id": p.at(path), "type": "OrderedCollection", "totalItems": 0, "orderedItems": []any{},
		})
	case path == "/.well-known/webfinger":
		answer(w, "application/jrd+json", doc{
			"subject": "acct:u@" + p.Host, "links": []any{doc{"rel": "self", "type": "application/activity+json", "href": p.Actor}},
		})
	case path == "/.well-known/nodeinfo":
		answer(w, "application/json", doc{"links": []any{doc{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": p.at("/nodeinfo/2.0")}}})
	case path == "/nodeinfo/2.0":
		answer(w, "application/json", doc{
			"version": "2.0", "software": doc{"name": p.Software, "version": "4.5.2"}, "protocols": []any{"activitypub"},
			"services": doc{"inbound": []any{}, "outbound": []any{}}, "usage": doc{"users": doc{}}, "openRegistrations": false, "metadata": doc{},
		})
	default:
		http.NotFound(w, r)
	}
}

func answer(w http.ResponseWriter, media string, d doc) {
	w.Header().Set("Content-Type", media)
	_ = json.NewEncoder(w).Encode(d) // the reader may be gone
}

func (p *Peer) person() doc {
	return doc{
		"@context": []any{"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"},
		"id":       p.Actor, "type": "Person", "preferredUsername": "u", "name": "U of " + p.Host, "url": p.Actor,
		"inbox": p.Actor + "/inbox", "outbox": p.Actor + "/outbox", "followers": p.Actor + "/followers",
		"published": "2026-01-05T08:00:00Z", "manuallyApprovesFollowers": false, "discoverable": true,
		"endpoints": doc{"sharedInbox": p.Inbox},
		"publicKey": doc{"id": p.Actor + "#main-key", "owner": p.Actor, "publicKeyPem": p.signer.pem},
	}
}

// receive takes an activity into the ledger and answers.
func (p *Peer) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return // cut off on the way: it never came
	}
	e := Entry{At: time.Now(), Size: len(body), Sum: sha256.Sum256(body), Status: http.StatusAccepted}
	e.read(body)
	switch err := p.keys.verify(r, body, &url.URL{Scheme: p.scheme(), Host: p.Host}); {
	case errors.Is(err, errNoKey):
		e.Status = http.StatusServiceUnavailable
	case err != nil:
		e.Fault, e.Status = err.Error(), http.StatusUnauthorized
	}
	p.mu.Lock()
	behave := p.behave
	p.mu.Unlock()
	if behave != nil && e.Taken() {
		e.Status = behave(e, w.Header())
	}
	p.mu.Lock()
	p.ledger = append(p.ledger, e)
	p.mu.Unlock()
	w.WriteHeader(e.Status)
}

// read finds out what an activity is and what it is about, through any wrapping.
func (e *Entry) read(body []byte) {
	var d struct {
		ID     string          `json:"id"`
		Type   string          `json:"type"`
		Object json.RawMessage `json:"object"`
	}
	if json.Unmarshal(body, &d) != nil {
		return
	}
	e.Activity, e.Type = d.ID, d.Type
	for inner := d.Object; ; {
		var iri string
		if json.Unmarshal(inner, &iri) == nil {
			e.About = iri
			return
		}
		var o struct {
			ID     string          `json:"id"`
			Type   string          `json:"type"`
			Object json.RawMessage `json:"object"`
		}
		if json.Unmarshal(inner, &o) != nil {
			return
		}
		e.About = o.ID
		if o.Object == nil {
			return
		}
		e.Type, inner = e.Type+" "+o.Type, o.Object
	}
}

// Post sends a signed activity of the peer's person to an inbox of the instance and gives the
// status, 0 when there was no answer.
func (p *Peer) Post(ctx context.Context, client *http.Client, inbox string, activity doc) (int, error) {
	body, err := json.Marshal(activity)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, inbox, strings.NewReader(string(body)))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`)
	req.Header.Set("User-Agent", "drill/1 (+"+p.at("/")+")")
	s := &sign.Signer{KeyID: p.Actor + "#main-key", RSA: p.signer.key}
	if err := s.Sign(req, body, sign.Cavage, p.keys.now()); err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxBody))
	return resp.StatusCode, resp.Body.Close()
}

// Follow is an activity by which the person follows a group.
func (p *Peer) Follow(group string) doc {
	return doc{
		"@context": "https://www.w3.org/ns/activitystreams", "id": p.at("/activities/" + p.number()), "type": "Follow",
		"actor": p.Actor, "object": group, "to": []any{group},
	}
}

// Reply is a Create of a note that answers a post of a group; the note can be fetched too.
func (p *Peer) Reply(to, group, text string) (activity doc, note string) {
	const public = "https://www.w3.org/ns/activitystreams#Public"
	n := p.number()
	path := "/notes/" + n
	d := doc{
		"@context": "https://www.w3.org/ns/activitystreams", "id": p.at(path), "type": "Note", "attributedTo": p.Actor,
		"to": []any{public}, "cc": []any{p.Actor + "/followers", group}, "inReplyTo": to, "content": "<p>" + text + "</p>",
		"published": p.keys.now().UTC().Format(time.RFC3339), "tag": []any{doc{"type": "Mention", "href": group, "name": "@group"}},
	}
	p.mu.Lock()
	p.notes[path] = d
	p.mu.Unlock()
	return doc{
		"@context": "https://www.w3.org/ns/activitystreams", "id": p.at("/activities/" + n), "type": "Create", "actor": p.Actor,
		"object": d, "to": d["to"], "cc": d["cc"], "published": d["published"],
	}, p.at(path)
}

func (p *Peer) number() string { return strconv.FormatInt(p.next.Add(1), 10) }
