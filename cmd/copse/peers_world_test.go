package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/federation/vocab"
)

// recordedKey signs for everybody in the recorded documents, whose own keys nobody has.
var recordedKey = sync.OnceValues(sign.GenerateRSA)

// peersWorld is one instance, and the servers of a folder of recorded documents: each document is
// served at its id. Three things are not as recorded. Signatures are checked for real, so an
// actor's publicKey is one of the test's, under the id that the document gives it. Documentation
// shows excerpts of actors, so one without name or inbox gets them. And an actor that is named but
// not recorded is made up: a Person, or a Group where it is the audience of something. The instance
// stands in a laboratory, because some ids are plain http.
type peersWorld struct {
	*lab
	clock  *clock
	key    *rsa.PrivateKey
	keyIDs map[string]string // by actor
	pages  map[string][]byte // by address as asked for
	kinds  map[string]string // types of actors that are made up
	hall   *fedtest.Actor    // a group elsewhere that ana follows and that announces recorded posts
	relay  *fedtest.Peer
}

// newPeersWorld starts an instance at host with the person ana, and the server of the group hall.
func newPeersWorld(t testing.TB, host string) *peersWorld {
	t.Helper()
	w := &peersWorld{clock: newClock(), keyIDs: map[string]string{}, pages: map[string][]byte{}, kinds: map[string]string{}}
	net := &fedtest.Network{Now: w.clock.now}
	at := dbtest.Options(t)
	cfg, err := config.Load([]string{"url=https://" + host, "data=" + at.Data, "lab_http=true", "lab_allow_networks=127.0.0.0/8"}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	cfg.DatabaseURL, cfg.Secret = at.URL, worldSecret
	w.lab = &lab{site: &site{t: t, host: host}, ctx: context.WithoutCancel(t.Context()), net: net}
	w.settleIn(at, federation.NewIRIs(cfg.URL))
	w.open(cfg)
	w.key, err = recordedKey()
	w.ok(err)
	w.numberedPerson(1, "ana")
	w.relay = fedtest.New(t, net, "relay.test", fedtest.Lemmy())
	w.hall = w.relay.Group("hall")
	return w
}

// worldSecret seals the keys of all worlds, so that they can share them: making one takes a tenth
// of a second.
const worldSecret = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="

// equipped keeps actors of ours with their keys, by address.
var equipped = struct {
	sync.Mutex
	actors map[string]db.Actor
}{actors: map[string]db.Actor{}}

// settleIn gives the database the actor of the server itself, which starts with it then.
func (w *peersWorld) settleIn(at db.Options, iris federation.IRIs) {
	w.t.Helper()
	at.Now = w.clock.now
	store, err := db.Open(w.ctx, at)
	w.ok(err)
	a := w.numbered(iris, &db.Actor{ID: 7, Type: db.ActorApplication, URI: iris.Instance(), Handle: iris.Host(), URL: iris.Page("/"), Locked: true})
	w.ok(errors.Join(store.CreateActor(w.ctx, a), store.Close()))
}

// numbered is an actor of ours with an id that was drawn elsewhere, and keys.
func (w *peersWorld) numbered(iris federation.IRIs, a *db.Actor) *db.Actor {
	w.t.Helper()
	equipped.Lock()
	defer equipped.Unlock()
	if done, ok := equipped.actors[a.URI]; ok {
		*a = done
		return a
	}
	a.Local, a.Host = true, iris.Host()
	a.Inbox, a.SharedInbox, a.Outbox = a.URI+federation.Inbox, iris.SharedInbox(), a.URI+federation.Outbox
	a.FollowersURI, a.FollowingURI, a.FeaturedURI = a.URI+federation.Followers, a.URI+federation.Following, a.URI+federation.Featured
	w.ok(federation.NewKeys([32]byte(bytes.Repeat([]byte{1}, 32))).Equip(a))
	equipped.actors[a.URI] = *a
	return a
}

// gather puts what a recorded document holds where its ids say: itself and what is embedded.
// What stands there already stays.
func (w *peersWorld) gather(raw []byte) {
	w.t.Helper()
	var doc fedtest.Doc
	if json.Unmarshal(raw, &doc) != nil {
		return // a list, or broken on purpose
	}
	plain, err := json.Marshal(doc)
	w.ok(err)
	for _, iri := range addresses.FindAllString(string(plain), -1) {
		w.reach(iri)
	}
	w.place(doc)
}

// addresses finds the hosts that a document speaks of.
var addresses = regexp.MustCompile(`https?://[a-zA-Z0-9.-]+(:[0-9]+)?`)

func (w *peersWorld) place(doc fedtest.Doc) {
	w.t.Helper()
	id, _ := doc["id"].(string)
	kind, _ := doc["type"].(string)
	if group, ok := doc["audience"].(string); ok {
		w.kinds[group] = db.ActorGroup
	}
	if vocab.IsWebIRI(id) && kind != "" && !strings.Contains(id, "#") && w.pages[pageName(id)] == nil {
		if vocab.IsActor(kind) {
			doc = w.equip(doc)
		}
		w.put(id, doc)
	}
	for _, member := range []string{"object", "actor", "attributedTo"} {
		if inner, ok := doc[member].(fedtest.Doc); ok {
			w.place(inner)
		}
	}
}

// put serves a document at its id.
func (w *peersWorld) put(id string, doc fedtest.Doc) {
	w.t.Helper()
	raw, err := json.Marshal(doc)
	w.ok(err)
	w.pages[pageName(id)] = raw
	w.reach(id)
}

// pageName is an address as a server is asked for it.
func pageName(iri string) string {
	u, err := url.Parse(iri)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host) + u.RequestURI()
}

// equip gives an actor a key that the test can sign with, and what an excerpt leaves out.
func (w *peersWorld) equip(doc fedtest.Doc) fedtest.Doc {
	w.t.Helper()
	id, _ := doc["id"].(string)
	keyID := cmp.Or(w.keyIDs[id], id+"#main-key")
	if k, ok := doc["publicKey"].(fedtest.Doc); ok {
		if named, ok := k["id"].(string); ok && strings.HasPrefix(named, id+"#") {
			keyID = named
		}
	}
	text, err := sign.EncodePublicPEM(&w.key.PublicKey)
	w.ok(err)
	out := maps.Clone(doc)
	delete(out, "assertionMethod") // Mitra lists the key of requests there once more
	if out["preferredUsername"] == nil {
		name := strings.TrimRight(id, "/")
		out["preferredUsername"] = name[strings.LastIndexAny(name, "/@=")+1:]
	}
	if out["inbox"] == nil {
		out["inbox"] = id + "/inbox"
	}
	out["publicKey"] = fedtest.Doc{"id": keyID, "owner": id, "publicKeyPem": text}
	w.keyIDs[id] = keyID
	return out
}

// keyOf is the key id of an actor, who is made up where nothing was recorded.
func (w *peersWorld) keyOf(actor string) string {
	w.t.Helper()
	if w.pages[pageName(actor)] != nil {
		return w.keyIDs[actor]
	}
	doc := fedtest.Doc{
		"@context": "https://www.w3.org/ns/activitystreams", "id": actor, "type": cmp.Or(w.kinds[actor], db.ActorPerson),
		"outbox": actor + "/outbox", "followers": actor + "/followers",
	}
	if doc["type"] == db.ActorGroup { // as Lemmy and Mbin name them
		doc["featured"], doc["attributedTo"] = actor+"/featured", actor+"/moderators"
	}
	w.put(actor, w.equip(doc))
	return w.keyIDs[actor]
}

// reach puts the host of an address on the network: it serves the pages, takes whatever is sent to
// it, and answers 404 for everything that was not recorded.
func (w *peersWorld) reach(iri string) {
	u, err := url.Parse(iri)
	if err != nil || u.Host == "" || u.Host == w.iris.Host() || u.Host == w.relay.Host {
		return
	}
	w.net.Handle(u.Host, http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		scheme := "https://"
		if req.TLS == nil {
			scheme = "http://"
		}
		body := w.pages[scheme+req.Host+req.URL.RequestURI()]
		switch {
		case req.Method == http.MethodPost:
			rw.WriteHeader(http.StatusAccepted)
		case body == nil:
			rw.WriteHeader(http.StatusNotFound)
		default:
			rw.Header().Set("Content-Type", "application/activity+json")
			_, _ = rw.Write(body)
		}
	}))
}

// post sends a body to the shared inbox, signed by an actor, and lets the instance work on it
// until it is decided, even where that takes all the attempts there are.
func (w *peersWorld) post(actor string, body []byte) string {
	w.t.Helper()
	w.clock.pass(time.Hour)
	keyID := w.keyOf(actor)
	_, _ = w.resolver.Actor(w.ctx, actor) // so that it is no stranger; one that cannot be had stays one
	req, err := http.NewRequestWithContext(w.ctx, http.MethodPost, w.iris.SharedInbox(), bytes.NewReader(body))
	w.ok(err)
	req.Header.Set("Content-Type", "application/activity+json")
	signer := &sign.Signer{KeyID: keyID, RSA: w.key}
	w.ok(signer.Sign(req, body, sign.Cavage, w.clock.now()))
	resp, err := w.net.RoundTrip(req)
	w.ok(err)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		return fmt.Sprintf("refused (%d)", resp.StatusCode)
	}
	return w.decided(actor, body)
}

// decided works an activity off and words its outcome.
func (w *peersWorld) decided(actor string, body []byte) string {
	w.t.Helper()
	for range 14 {
		rest(w.t, w.lab)
		rc, err := w.store.ReceiptByURI(w.ctx, receiptName(body), actor)
		if err != nil {
			return "ignored (stranger)" // T12: a Delete by somebody never met is not stored
		}
		switch rc.State {
		case db.ReceiptDone:
			return "applied"
		case db.ReceiptIgnored:
			return "ignored (" + rc.Reason + ")"
		case db.ReceiptRefused:
			return "refused (" + rc.Reason + ")"
		}
		w.clock.pass(12 * time.Hour)
	}
	w.t.Errorf("%.200s is never decided", body)
	return "undecided"
}

// receiptName is the name under which an activity is kept, which may have none of its own.
func receiptName(body []byte) string {
	if doc, err := vocab.Decode(body); err == nil && doc.ID != "" {
		return doc.ID
	}
	return "urn:copse:unnamed:" + hex.EncodeToString(db.HashOf(nil, body))
}

// announced lets the hall pass a post on by its id, as NodeBB and Lemmy do for microblogs.
func (w *peersWorld) announced(doc *vocab.Object) string {
	w.t.Helper()
	w.clock.pass(time.Hour)
	if author := doc.Author(); vocab.IsWebIRI(author) {
		w.keyOf(author)
	}
	act := w.hall.Announce(doc.ID)
	if reply := w.relay.Post(w.hall, w.iris.SharedInbox(), act); reply.Status != http.StatusAccepted {
		return fmt.Sprintf("refused (%d)", reply.Status)
	}
	raw, err := json.Marshal(act)
	w.ok(err)
	return w.decided(w.hall.ID, raw)
}

// followed lets a recorded actor follow ana: its document, its key and its inbox must be of use.
func (w *peersWorld) followed(actor string) string {
	w.t.Helper()
	body, err := json.Marshal(fedtest.Doc{
		"@context": "https://www.w3.org/ns/activitystreams", "id": actor + "#follows/ana", "type": "Follow",
		"actor": actor, "object": w.actor("ana").URI,
	})
	w.ok(err)
	return w.post(actor, body)
}

// begin lets ana follow the hall.
func (w *peersWorld) begin() {
	w.t.Helper()
	w.follows("ana", w.hall.Handle())
	rest(w.t, w.lab)
	follow := w.relay.Received("Follow")
	if len(follow) != 1 {
		w.t.Fatalf("the hall got %d follows", len(follow))
	}
	w.relay.Post(w.hall, w.iris.SharedInbox(), w.hall.Activity("Accept", follow[0]))
	rest(w.t, w.lab)
}

// joinAll lets ana follow every group, so that what they pass on is of interest here.
func (w *peersWorld) joinAll() {
	w.t.Helper()
	ana := w.actor("ana")
	for id := range w.kinds {
		w.keyOf(id)
	}
	for id := range w.keyIDs {
		a, err := w.resolver.Actor(w.ctx, id)
		if err != nil || a.Type != db.ActorGroup {
			continue
		}
		w.tx(func(ctx context.Context, tx *db.Store) error {
			f := &db.Follow{URI: w.iris.Activity(tx.NewID()), FollowerID: ana.ID, FolloweeID: a.ID, State: db.FollowAccepted}
			return tx.PutFollow(ctx, f, ana)
		})
	}
}
