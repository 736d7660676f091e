package federation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
)

func peers() map[string]fedtest.Kind {
	return map[string]fedtest.Kind{
		"mastodon": fedtest.Mastodon(), "gotosocial": fedtest.GoToSocial(),
		"lemmy": fedtest.Lemmy(), "nodebb": fedtest.NodeBB(),
	}
}

func TestReceive_everyKindOfPeer(t *testing.T) {
	t.Parallel()
	for name, kind := range peers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			water := h.local(db.ActorGroup, "water")
			p := fedtest.New(t, h.net, "peer.test", kind)
			ana := p.Person("ana")
			in := h.one(p, ana, ana.Activity("Follow", water.URI))
			if in.Actor.URI != ana.ID || !in.Vouched || in.Activity.Type != "Follow" || in.Via != nil {
				t.Errorf("applied %+v", in)
			}
			if in.Actor.Handle != "ana" || in.Actor.Host != "peer.test" || in.Actor.PublicKeyID != ana.KeyID {
				t.Errorf("stored %+v", in.Actor)
			}
			host, err := h.store.HostByName(context.Background(), "peer.test")
			if err != nil || host.Software != name || host.LastInAt.IsZero() {
				t.Errorf("host %+v, %v", host, err)
			}
		})
	}
}

func TestReceive_costsAStrangerTwoReads(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	water := h.local(db.ActorGroup, "water")
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	post := h.stored("", water, water)
	h.one(p, ana, ana.Activity("Like", post.URI))
	if n := len(p.Requests()); n > 2 {
		t.Errorf("%d reads of a stranger's server, want at most 2", n)
	}
	p.Forget()
	h.one(p, ana, ana.Activity("Like", post.URI))
	if n := len(p.Requests()); n != 0 {
		t.Errorf("%d reads for somebody we know", n)
	}
}

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
	act := v.Activity("Follow", water.URI)
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

func TestT08_query(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	if r := p.Post(ana, sharedInbox+"?x=1", ana.Activity("Like", home+"/ap/objects/1")); r.Status != http.StatusBadRequest {
		t.Errorf("inbox with a query: %d, want 400", r.Status)
	}
	if r := p.GetAs(ana, home+"/reader?page=1"); r.Status != http.StatusOK || string(r.Body) != ana.ID {
		t.Errorf("signed read with a query: %d %s", r.Status, r.Body)
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

func TestT12_deletesOfStrangers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	for i := range 200 {
		id := fmt.Sprintf("https://masto.test/users/gone%d", i)
		h.post(p, ana, fedtest.Doc{"id": id + "#delete", "type": "Delete", "actor": id, "object": id})
	}
	if n := h.net.Asked("masto.test"); n != 0 {
		t.Errorf("%d reads", n)
	}
	if list := h.settle(); len(list) != 0 {
		t.Errorf("applied %d", len(list))
	}
}

func TestT12_deleteWithAGoneKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana, bo := p.Person("ana"), p.Person("bo")
	h.meet(ana)
	h.meet(bo)
	in := h.one(p, ana, ana.Activity("Delete", ana.ID))
	if !in.Vouched || in.Gone || in.Actor.URI != ana.ID {
		t.Errorf("with the stored key: %+v", in)
	}
	// bo's key was never seen here, and his server knows him no more.
	farewell := bo.Activity("Delete", bo.ID)
	p.Gone(bo.ID)
	stranger := *bo
	stranger.KeyID = bo.ID + "#other-key"
	in = h.one(p, &stranger, farewell)
	if in.Vouched || !in.Gone || in.Actor.URI != bo.ID {
		t.Errorf("with a key that is gone: %+v", in)
	}
	// A key that is not there proves nothing about somebody who is.
	cy := p.Person("cy")
	h.meet(cy)
	forger := *ana
	forger.KeyID = "https://masto.test/no-such-key"
	h.none(p, &forger, cy.Activity("Delete", cy.ID), "not-gone")
}

func TestT13_replay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	act := ana.Activity("Like", home+"/ap/objects/1")
	h.post(p, ana, act)
	h.post(p, ana, act)
	if r := p.Post(ana, home+"/ap/groups/1/inbox", act); r.Status != http.StatusAccepted {
		t.Errorf("a second inbox: %d", r.Status)
	}
	if list := h.settle(); len(list) != 1 {
		t.Errorf("%d effects, want 1", len(list))
	}
	h.clock.pass(10 * time.Minute)
	h.post(p, ana, act)
	if list := h.settle(); len(list) != 0 {
		t.Errorf("a late replay had %d effects", len(list))
	}
}

func TestReceive_sameIDOtherContent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "gts.test", fedtest.GoToSocial())
	ana := p.Person("ana")
	note := ana.Note("one")
	id := fedtest.Doc{"id": note["id"].(string) + "/activity#Update"}
	for _, text := range []string{"two", "three"} {
		in := h.one(p, ana, ana.Update(note, fedtest.Doc{"content": text}, id))
		if in.Object == nil || in.Object.Doc.Content != text {
			t.Errorf("edit to %q: applied %+v", text, in.Object)
		}
	}
}

func TestReceive_strangeIDs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "nodebb.test", fedtest.NodeBB())
	ana := p.Person("ana")
	water := h.local(db.ActorGroup, "water")
	id := "https://nodebb.test/category/7#activity/accept/ana maria/https://copse.test/ap/people/1"
	if in := h.one(p, ana, ana.Activity("Follow", water.URI, fedtest.Doc{"id": nil}, fedtest.Doc{"id": id})); in.Activity.ID != id {
		t.Errorf("id %q", in.Activity.ID)
	}
}

func TestReceive_withoutID(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	act := fedtest.Doc{"type": "Like", "actor": ana.ID, "object": home + "/ap/objects/1"}
	h.post(p, ana, act)
	h.post(p, ana, act)
	list := h.settle()
	if len(list) != 1 || !strings.HasPrefix(list[0].Activity.ID, "urn:copse:unnamed:") {
		t.Errorf("applied %d times, %+v", len(list), list)
	}
}

func TestReceive_whatIsNotAnActivity(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"not JSON":   {`{`, 400},
		"a list":     {`[]`, 400},
		"no actor":   {`{"id":"https://masto.test/1","type":"Like","object":"x"}`, 400},
		"no type":    {`{"id":"https://masto.test/1","actor":"` + ana.ID + `"}`, 400},
		"two actors": {`{"id":"https://masto.test/1","type":"Like","actor":["` + ana.ID + `","https://a.test/b"]}`, 400},
		"twice":      {`{"id":"https://masto.test/1","type":"Like","actor":"` + ana.ID + `","actor":"https://a.test/b"}`, 400},
		"odd id":     {`{"id":"mailto:x","type":"Like","actor":"` + ana.ID + `"}`, 400},
		"graph":      {`{"@graph":[{"id":"https://masto.test/1","type":"Like","actor":"` + ana.ID + `"}]}`, 400},
		"too large":  {`{"x":"` + strings.Repeat("a", 1<<20) + `"}`, 413},
	} {
		if r := p.Post(ana, sharedInbox, []byte(c.body)); r.Status != c.want {
			t.Errorf("%s: %d, want %d", name, r.Status, c.want)
		}
	}
	req := p.Request(http.MethodPost, sharedInbox, ana.Activity("Like", "https://x.test/1"))
	req.Header.Set("Content-Type", "text/html")
	if r := p.Send(p.Sign(req, ana, sign.Cavage)); r.Status != http.StatusBadRequest {
		t.Errorf("text/html: %d, want 400", r.Status)
	}
}

func TestReceive_blockedHosts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	if err := h.store.SetHostPolicy(ctx, "evil.test", db.HostBlocked, "spam"); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{"evil.test": 403, "sub.evil.test": 403, "notevil.test": 202} {
		p := fedtest.New(t, h.net, host, fedtest.Mastodon())
		e := p.Person("e")
		if r := p.Post(e, sharedInbox, e.Activity("Like", home+"/ap/objects/1")); r.Status != want {
			t.Errorf("%s: %d, want %d", host, r.Status, want)
		}
		if r := p.GetAs(e, home+"/reader"); (r.Status == 403) != (want == 403) {
			t.Errorf("%s reads: %d", host, r.Status)
		}
	}
	if n := h.net.Asked("evil.test") + h.net.Asked("sub.evil.test"); n != 0 {
		t.Errorf("%d reads of blocked hosts", n)
	}
}

func TestReceive_othersDoNotUseUpAnActivity(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	evil := fedtest.New(t, h.net, "evil.test", fedtest.Mastodon())
	masto := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := masto.Person("ana")
	water := h.local(db.ActorGroup, "water")
	post := h.stored("", water, water)
	like := ana.Activity("Like", post.URI)
	h.post(evil, evil.Instance(), like)
	if list := h.settle(); len(list) != 0 {
		t.Fatalf("a hint by a stranger was applied: %+v", list[0])
	}
	if in := h.one(masto, ana, like); !in.Vouched {
		t.Error("the like itself is not believed")
	}
}

func prove(t *testing.T, act fedtest.Doc, s *sign.Signer, now time.Time) []byte {
	t.Helper()
	proved, err := sign.Prove(encode(t, act), s, now)
	if err != nil {
		t.Fatal(err)
	}
	return proved
}
