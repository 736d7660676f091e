package federation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
)

func TestT03_window(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	for _, c := range []struct {
		age  time.Duration
		want int
	}{{2 * time.Hour, 401}, {-2 * time.Hour, 401}, {50 * time.Minute, 202}} {
		req := p.Sign(p.Request(http.MethodPost, sharedInbox, ana.Activity("Like", home+"/ap/objects/1")), ana, sign.Cavage)
		h.clock.pass(c.age)
		if r := p.Send(req); r.Status != c.want {
			t.Errorf("signed %s ago: %d, want %d", c.age, r.Status, c.want)
		}
		h.clock.pass(-c.age)
	}
}

func TestT04_keyOwnedByAnotherActor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	evil := fedtest.New(t, h.net, "evil.test", fedtest.Mastodon())
	victim := fedtest.New(t, h.net, "victim.test", fedtest.Mastodon())
	e, v := evil.Person("e"), victim.Person("v")
	water := h.local(db.ActorGroup, "water")
	act := func(kind, actor, id string) fedtest.Doc {
		return fedtest.Doc{"id": id, "type": kind, "actor": actor, "object": water.URI}
	}
	for name, act := range map[string]fedtest.Doc{
		"another's act":    act("Follow", v.ID, v.ID+"#follow"),
		"another's id":     act("Follow", e.ID, v.ID+"#follow"),
		"a neighbour's":    act("Follow", evil.Person("n").ID, "https://evil.test/1"),
		"one of ours":      act("Follow", water.URI, water.URI+"#x"),
		"a person's hint":  act("Like", v.ID, v.ID+"#like"),
		"instance, Follow": act("Follow", v.ID, v.ID+"#f2"),
	} {
		by := e
		if strings.HasPrefix(name, "instance") {
			by = evil.Instance()
		}
		if r := evil.Post(by, sharedInbox, act); r.Status != http.StatusForbidden {
			t.Errorf("%s: %d, want 403", name, r.Status)
		}
	}
	if list := h.settle(); len(list) != 0 {
		t.Errorf("applied %v", list)
	}
	if n := len(victim.Requests()); n != 0 {
		t.Errorf("asked the victim %d times", n)
	}
}

func TestT04_forgedProofIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	kind := fedtest.Mastodon()
	kind.Proofs = true
	evil, victim := fedtest.New(t, h.net, "evil.test", kind), fedtest.New(t, h.net, "victim.test", kind)
	e, v := evil.Person("e"), victim.Person("v")
	water := h.local(db.ActorGroup, "water")
	act := v.Activity("Like", h.stored("", water, water).URI)
	forged := prove(t, act, &sign.Signer{ProofKeyID: v.Signer().ProofKeyID, Ed25519: e.Ed25519}, h.clock.now())
	if r := evil.Post(e, sharedInbox, forged); r.Status != http.StatusAccepted {
		t.Fatalf("status %d", r.Status)
	}
	if list := h.settle(); len(list) != 0 {
		t.Error("a forged proof was believed")
	}
	true1 := prove(t, act, v.Signer(), h.clock.now())
	if r := evil.Post(e, sharedInbox, true1); r.Status != http.StatusAccepted {
		t.Fatalf("status %d", r.Status)
	}
	list := h.settle()
	if len(list) != 1 || list[0].Actor.URI != v.ID || !list[0].Vouched {
		t.Errorf("a forwarded activity with a proof: applied %v", list)
	}
}

func TestT05_keyDocuments(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	evil := fedtest.New(t, h.net, "evil.test", fedtest.Mastodon())
	victim := fedtest.New(t, h.net, "victim.test", fedtest.Mastodon())
	e, v := evil.Person("e"), victim.Person("v")
	pem := e.Document()["publicKey"].(fedtest.Doc)["publicKeyPem"]
	key := func(id, owner string) []byte {
		return fmt.Appendf(nil, `{"@context":"https://w3id.org/security/v1","id":%q,"type":"Key","owner":%q,"publicKeyPem":%q}`, id, owner, pem)
	}
	serve := func(id, owner, at string) {
		evil.Serve(at, 200, "application/activity+json", key(id, owner))
	}
	serve("https://evil.test/k1", v.ID, "https://evil.test/k1") // calls the victim its owner
	serve("https://evil.test/k2", e.ID, "https://evil.test/k2") // not listed by its owner
	serve("https://evil.test/k1", e.ID, "https://evil.test/k3") // names itself otherwise
	victim.Serve("https://victim.test/k4", 302, "text/plain", nil)
	for _, id := range []string{"https://evil.test/k1", "https://evil.test/k2", "https://evil.test/k3", "https://victim.test/k4", v.KeyID, home + "/ap/instance#main-key", "no-address"} {
		forger := *e
		forger.KeyID = id
		act := e.Activity("Like", home+"/ap/objects/1")
		if r := evil.Post(&forger, sharedInbox, act); r.Status != http.StatusUnauthorized {
			t.Errorf("key %s: %d, want 401", id, r.Status)
		}
	}
}

func TestT05_secondKeyOfAnActor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "peer.test", fedtest.Mastodon())
	ana, other := p.Person("ana"), p.Person("other")
	doc := ana.Document()
	second := other.Document()["publicKey"].(fedtest.Doc)
	second["id"], second["owner"] = ana.ID+"#second", ana.ID
	doc["publicKey"] = []any{doc["publicKey"], second}
	p.Put(doc)
	by := *other
	by.KeyID = ana.ID + "#second"
	if in := h.one(p, &by, ana.Activity("Like", home+"/ap/objects/1")); in.Actor.URI != ana.ID {
		t.Errorf("actor %s", in.Actor.URI)
	}
	by.KeyID = ana.ID + "#third"
	if r := p.Post(&by, sharedInbox, ana.Activity("Like", home+"/ap/objects/1")); r.Status != http.StatusUnauthorized {
		t.Errorf("unlisted key: %d, want 401", r.Status)
	}
}

func TestT05_pathStyleKeyAndEd25519(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	kind := fedtest.Mastodon()
	kind.Proofs = true
	p := fedtest.New(t, h.net, "peer.test", kind)
	ana := p.Person("ana")
	ed := *ana
	req := p.Request(http.MethodPost, sharedInbox, ana.Activity("Like", home+"/ap/objects/1"))
	body, _ := io.ReadAll(req.Body)
	req.Body = io.NopCloser(bytes.NewReader(body))
	signer := &sign.Signer{KeyID: ed.Signer().ProofKeyID, Ed25519: ed.Ed25519}
	if err := signer.Sign(req, body, sign.RFC9421, h.clock.now()); err != nil {
		t.Fatal(err)
	}
	if r := p.Send(req); r.Status != http.StatusAccepted {
		t.Errorf("RFC 9421 with Ed25519: %d", r.Status)
	}
}

func TestReader(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "gts.test", fedtest.GoToSocial())
	ana := p.Person("ana")
	if r := p.GetAs(nil, home+"/reader"); r.Status != http.StatusUnauthorized {
		t.Errorf("unsigned: %d", r.Status)
	}
	if r := p.GetAs(ana, home+"/reader"); r.Status != http.StatusOK || string(r.Body) != ana.ID {
		t.Errorf("signed: %d %s", r.Status, r.Body)
	}
	req := p.Sign(p.Request(http.MethodGet, home+"/reader", nil), ana, sign.Cavage)
	req.URL.Path = "/ap/instance"
	req2 := req.Clone(context.Background())
	if _, err := h.receiver.Reader(req2); !errors.Is(err, federation.ErrUnauthentic) {
		t.Errorf("signature for another path: %v", err)
	}
}

func TestReader_suspended(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	row := h.meet(ana)
	row.SuspendedAt = db.At(h.clock.now())
	if err := h.store.SaveActor(context.Background(), row); err != nil {
		t.Fatal(err)
	}
	if r := p.GetAs(ana, home+"/reader"); r.Status != http.StatusForbidden {
		t.Errorf("signed read: %d, want 403", r.Status)
	}
}

func TestT10_hosts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	req := p.Sign(p.Request(http.MethodPost, "https://other.test/ap/inbox", ana.Activity("Like", home+"/ap/objects/1")), ana, sign.Cavage)
	body, _ := io.ReadAll(req.Body)
	req.Header.Set("X-Forwarded-Host", "copse.test")
	if err := h.receiver.Receive(req, body, 0); !errors.Is(err, federation.ErrUnauthentic) {
		t.Errorf("for another host: %v", err)
	}
}

func TestT11_rotation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	like := func() fedtest.Doc { return ana.Activity("Like", home+"/ap/objects/1") }
	h.one(p, ana, like())
	p.Rotate(ana)
	p.Forget()
	h.one(p, ana, like())
	if n := len(p.Requests()); n != 1 {
		t.Errorf("%d reads after a rotation, want 1", n)
	}
	old := *ana
	old.RSA = p.Person("other").RSA
	for range 20 {
		if r := p.Post(&old, sharedInbox, like()); r.Status != http.StatusUnauthorized {
			t.Fatalf("a foreign key: %d", r.Status)
		}
	}
	if n := len(p.Requests()); n != 1 {
		t.Errorf("%d reads within five minutes, want 1", n)
	}
	h.clock.pass(6 * time.Minute)
	_ = p.Post(&old, sharedInbox, like())
	if n := len(p.Requests()); n != 2 {
		t.Errorf("%d reads after six minutes, want 2", n)
	}
}

func TestT11_othersWaitForTheSameKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	for _, moment := range []string{"unknown", "rotated"} {
		if moment == "rotated" {
			p.Rotate(ana)
		}
		p.Forget()
		var reqs []*http.Request
		for i := range 10 {
			act := ana.Activity("Like", fmt.Sprintf("%s/ap/objects/%d", home, i+1))
			reqs = append(reqs, p.Sign(p.Request(http.MethodPost, sharedInbox, act), ana, sign.Cavage))
		}
		release := p.Stall()
		answers := make(chan int, len(reqs))
		for _, req := range reqs {
			go func() {
				resp, err := h.net.RoundTrip(req)
				if err != nil {
					answers <- 0
					return
				}
				_ = resp.Body.Close()
				answers <- resp.StatusCode
			}()
		}
		for len(p.Requests()) == 0 {
			runtime.Gosched()
		}
		release()
		for range reqs {
			if got := <-answers; got != http.StatusAccepted {
				t.Errorf("%s: %d, want 202", moment, got)
			}
		}
		if n := len(p.Requests()); n > 2 {
			t.Errorf("%s: %d reads, want one", moment, n)
		}
		h.settle()
	}
}

// Strangers who name bad keys in the name of a host don't keep its new people out: who has proved to
// speak for the host has a share of its own.
func TestT11_strangersLeaveRoomForNewPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana, bo := p.Person("ana"), p.Person("bo")
	like := func(who *fedtest.Actor, n int) *http.Request {
		act := who.Activity("Like", fmt.Sprintf("%s/ap/objects/%d", home, n))
		return p.Sign(p.Request(http.MethodPost, sharedInbox, act), who, sign.Cavage)
	}
	if r := p.Send(like(ana, 1)); r.Status != http.StatusAccepted {
		t.Fatalf("status %d", r.Status)
	}
	forged := *ana
	for n := range 20 {
		forged.KeyID = fmt.Sprintf("https://masto.test/k%d", n)
		resp, err := h.net.From("198.51.100.66:4711").RoundTrip(like(&forged, 2))
		if err != nil || resp.StatusCode == http.StatusAccepted {
			t.Fatalf("%v, %v", resp, err)
		}
		_ = resp.Body.Close()
	}
	resp, err := h.net.From("198.51.100.67:4711").RoundTrip(like(bo, 3))
	if err != nil || resp.StatusCode == http.StatusAccepted {
		t.Errorf("a third stranger: %v, %v; want the host to be left alone", resp, err)
	}
	_ = resp.Body.Close()
	if r := p.Send(like(bo, 4)); r.Status != http.StatusAccepted {
		t.Errorf("somebody new from where the host has spoken: %d", r.Status)
	}
}

// Nor do they keep somebody out whose host never spoke from where he comes: each network that has
// named no bad key has a try of its own, up to a bound.
func TestT11_newcomersDoNotWaitBehindStrangers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	bo := p.Person("bo")
	like := func(who *fedtest.Actor) *http.Request {
		act := who.Activity("Like", home+"/ap/objects/1")
		return p.Sign(p.Request(http.MethodPost, sharedInbox, act), who, sign.Cavage)
	}
	from := func(address string, who *fedtest.Actor) int {
		resp, err := h.net.From(address).RoundTrip(like(who))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	forged, named := *bo, 0
	strange := func(address string) {
		t.Helper()
		named++
		forged.KeyID = fmt.Sprintf("https://masto.test/k%d", named)
		if got := from(address, &forged); got == http.StatusAccepted {
			t.Fatal("a bad key was taken")
		}
	}
	for n := range 40 { // one network, v4 and v6
		strange(fmt.Sprintf("198.51.100.%d:4711", n))
		strange(fmt.Sprintf("[2001:db8:66:%x::1]:4711", n))
	}
	if n := h.net.Asked("masto.test"); n > 11 {
		t.Errorf("%d reads for two networks of strangers", n)
	}
	if got := from("203.0.113.5:4711", bo); got != http.StatusAccepted {
		t.Errorf("somebody new from where nobody named a bad key: %d", got)
	}
	before := h.net.Asked("masto.test")
	for n := range 100 {
		strange(fmt.Sprintf("198.18.%d.1:4711", n))
	}
	if n := h.net.Asked("masto.test") - before; n > 20 {
		t.Errorf("%d reads for a hundred networks", n)
	}
}

func TestT11_randomKeysCauseFewReads(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "evil.test", fedtest.Mastodon())
	e := *p.Person("e")
	act := e.Activity("Like", home+"/ap/objects/1")
	for i := range 100 {
		e.KeyID = fmt.Sprintf("https://evil.test/k%d", i)
		if r := p.Post(&e, sharedInbox, act); r.Status != http.StatusUnauthorized {
			t.Fatalf("status %d", r.Status)
		}
	}
	if n := h.net.Asked("evil.test"); n > 10 {
		t.Errorf("%d reads for random keys, want at most 10", n)
	}
}
