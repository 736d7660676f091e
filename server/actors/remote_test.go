package actors_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/exchange"
)

// know makes a remote actor known here, and answers its row.
func (h *house) know(peer *fedtest.Peer, who *fedtest.Actor) *db.Actor {
	h.t.Helper()
	a, err := h.resolver.Actor(h.ctx, who.ID)
	if err != nil {
		h.t.Fatalf("know %s at %s: %v", who.ID, peer.Host, err)
	}
	return a
}

// What is at home elsewhere has no id here; its page leads a server to where it is.
func TestServe_othersHaveNoAddressHere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	peer := fedtest.New(t, h.net, "lemmy.test", fedtest.Lemmy())
	bob, fish := peer.Person("bob"), peer.Group("fish")
	answer := bob.Answer(h.get(p.URI), "Ceramic ones.")
	peer.Post(bob, home+"/ap/inbox", bob.Create(answer))
	h.settle()
	h.wantReceiptOf(bob.ID, "Create")
	post, err := h.store.PostByURI(h.ctx, answer["id"].(string))
	if err != nil {
		t.Fatal(err)
	}
	person, group := h.know(peer, bob), h.know(peer, fish)
	for _, iri := range []string{
		h.iris.Object(post.ID), h.iris.Object(post.ID) + "/replies", h.iris.Context(post.ID),
		h.iris.Person(person.ID), h.iris.Person(person.ID) + "/outbox", h.iris.Group(group.ID), h.iris.Group(group.ID) + "/followers",
		finger + "acct:bob@lemmy.test", finger + bob.ID,
	} {
		h.wantHidden(iri)
	}
	for page, id := range map[string]string{
		h.iris.PostPage(post.ID): post.URI, home + "/c/fish@lemmy.test": fish.ID, home + "/u/bob@lemmy.test": bob.ID,
	} {
		rec := h.ask(http.MethodGet, page, "Accept", asActivity)
		if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != id {
			t.Errorf("%s: %d %q", page, rec.Code, rec.Header().Get("Location"))
		}
	}
	for _, page := range []string{"/c/bob@lemmy.test", "/u/fish@lemmy.test", "/u/nobody@lemmy.test"} {
		h.wantHidden(home + page)
	}
	// In our collections it stands by its own id.
	if items := h.get(h.iris.Context(p.ID))["orderedItems"].([]any); !slices.Contains(items, any(post.URI)) {
		t.Errorf("context: %v", items)
	}
}

// wantReceiptOf makes sure that something of a type by an actor was taken.
func (h *house) wantReceiptOf(actor, kind string) {
	h.t.Helper()
	if _, err := h.store.ActorByURI(h.ctx, actor); err != nil {
		h.t.Fatalf("%s of %s was not taken: %v", kind, actor, err)
	}
}

// A post of ours in a group elsewhere is read by that group before it passes it on, and NodeBB
// drops it when the context that it names does not hold it.
func TestServe_postWaitingForItsGroup(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	peer := fedtest.New(t, h.net, "nodebb.test", fedtest.NodeBB())
	fish := h.know(peer, peer.Group("fish"))
	g, err := h.store.GroupByID(h.ctx, fish.ID)
	if err != nil {
		t.Fatal(err)
	}
	p := h.start(g, "Nets in the dry season", "Which nets last?")
	if p.State != db.PostWaiting {
		t.Fatalf("state %s", p.State)
	}
	conv := h.get(h.get(p.URI)["context"].(string))
	if items := conv["orderedItems"].([]any); len(items) != 1 || items[0] != p.URI || conv["attributedTo"] != h.ana.Actor.URI {
		t.Errorf("context: %v", conv)
	}
	if err := h.store.SetPostState(h.ctx, p, db.PostRefused, "", 0); err != nil {
		t.Fatal(err)
	}
	h.pass(lag)
	h.wantHidden(p.URI)
}

// A private message is read by the hosts it was sent to and by nobody else.
func TestServe_directMessage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	peer, other := fedtest.New(t, h.net, "lemmy.test", fedtest.Lemmy()), fedtest.New(t, h.net, "other.test", fedtest.Lemmy())
	fish := h.know(peer, peer.Group("fish"))
	g, err := h.store.GroupByID(h.ctx, fish.ID)
	if err != nil {
		t.Fatal(err)
	}
	var p *db.Post
	h.tx(h.write(&p, &exchange.Draft{Author: h.ana.Actor, Group: g, Title: "For the facilitators", Source: secret, ToFacilitators: true}))
	h.wantHidden(p.URI)
	if r := other.Get(p.URI); r.Status != http.StatusNotFound {
		t.Errorf("another host: %d", r.Status)
	}
	if r := peer.Get(p.URI); r.Status != http.StatusOK || !strings.Contains(string(r.Body), secret) {
		t.Errorf("its host: %d", r.Status)
	}
	sent, err := h.store.LastActivity(h.ctx, h.ana.ActorID, "Create", p.URI)
	if err != nil {
		t.Fatal(err)
	}
	h.wantHidden(sent.URI)
	if r := other.Get(sent.URI); r.Status != http.StatusNotFound {
		t.Errorf("its Create, another host: %d", r.Status)
	}
	if r := peer.Get(sent.URI); r.Status != http.StatusOK {
		t.Errorf("its Create, its host: %d", r.Status)
	}
}

// An answer to one server is not for the others: the Accept of a Follow.
func TestServe_activityForOneHost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	peer, other := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon()), fedtest.New(t, h.net, "other.test", fedtest.Mastodon())
	bob := peer.Person("bob")
	peer.Post(bob, home+"/ap/inbox", bob.Activity("Follow", h.water.Actor.URI))
	h.settle()
	accept, err := h.store.LastActivity(h.ctx, h.water.ActorID, "Accept", bob.ID)
	if err != nil {
		t.Fatal(err)
	}
	h.wantHidden(accept.URI)
	if r := other.Get(accept.URI); r.Status != http.StatusNotFound {
		t.Errorf("another host: %d", r.Status)
	}
	if r := peer.Get(accept.URI); r.Status != http.StatusOK {
		t.Errorf("its host: %d", r.Status)
	}
}
