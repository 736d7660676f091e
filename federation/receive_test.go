package federation_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
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
