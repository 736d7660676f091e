package actors_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
)

func TestInbox_statuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	peer := fedtest.New(t, h.net, "peer.test", fedtest.Mastodon())
	bob, eve := peer.Person("bob"), peer.Person("eve")
	const shared = home + "/ap/inbox"
	follow := bob.Activity("Follow", h.water.Actor.URI)
	signed := func(iri string, body any) *http.Request {
		return peer.Sign(peer.Request(http.MethodPost, iri, body), bob, sign.Cavage)
	}
	with := func(req *http.Request, name, value string) *http.Request {
		req.Header.Set(name, value)
		return req
	}
	tooLarge := follow["id"].(string) + strings.Repeat("x", 1<<20)
	for _, c := range []struct {
		name string
		req  *http.Request
		want int
	}{
		{"accepted", signed(shared, follow), 202},
		{"repeated", signed(shared, follow), 202},
		{"group's own", signed(h.water.Actor.URI+"/inbox", bob.Activity("Like", h.water.Actor.URI)), 202},
		{"person's own", signed(h.ana.Actor.URI+"/inbox", bob.Activity("Like", h.ana.Actor.URI)), 202},
		{"instance's own", signed(h.iris.Instance()+"/inbox", bob.Activity("Like", h.iris.Instance())), 202},
		{"nobody's", signed(home+"/ap/people/7/inbox", follow), 404},
		{"unsigned", peer.Request(http.MethodPost, shared, follow), 401},
		{"in another's name", signed(shared, eve.Activity("Follow", h.water.Actor.URI)), 403},
		{"not JSON", signed(shared, []byte("hello")), 400},
		{"no actor", signed(shared, fedtest.Doc{"type": "Follow", "id": "https://peer.test/1"}), 400},
		{"too large", signed(shared, fedtest.Doc{"id": tooLarge}), 413},
		{"a form", with(signed(shared, follow), "Content-Type", "application/x-www-form-urlencoded"), 415},
		{"packed", with(signed(shared, follow), "Content-Encoding", "gzip"), 415},
	} {
		r := peer.Send(c.req)
		if r.Status != c.want {
			t.Errorf("%s: %d, want %d (%s)", c.name, r.Status, c.want, r.Body)
		}
		if c.want >= 400 && r.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: Content-Type %q", c.name, r.Header.Get("Content-Type"))
		}
	}
	if r := peer.Send(peer.Request(http.MethodPost, shared, follow)); r.Header.Get("WWW-Authenticate") == "" {
		t.Error("401 does not say how to sign")
	}
}

// Without its database the instance keeps no promise: the sender is asked to come back.
func TestInbox_databaseAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	peer := fedtest.New(t, h.net, "peer.test", fedtest.Mastodon())
	bob := peer.Person("bob")
	peer.Post(bob, home+"/ap/inbox", bob.Activity("Follow", h.water.Actor.URI)) // the key is known now
	if err := h.store.Close(); err != nil {
		t.Fatal(err)
	}
	r := peer.Post(bob, home+"/ap/inbox", bob.Activity("Like", h.water.Actor.URI))
	if r.Status != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("status %d, Retry-After %q", r.Status, r.Header.Get("Retry-After"))
	}
}

// A follow from Mastodon, taken from the wire to the Accept in the outbox.
func TestInbox_followEndToEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	peer := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	bob := peer.Person("bob")
	follow := bob.Activity("Follow", h.water.Actor.URI)
	peer.Post(bob, h.water.Actor.URI+"/inbox", follow)
	h.settle()
	if doc := h.get(h.water.Actor.URI + "/followers"); doc["totalItems"] != 1.0 { // the cached count may lag
		h.pass(lag)
	}
	if doc := h.get(h.water.Actor.URI + "/followers"); doc["totalItems"] != 2.0 {
		t.Errorf("followers: %v", doc["totalItems"])
	}
	h.wantReceipt(follow, db.ReceiptDone, "")
	is := h.water.Actor.URI + "/followers?is_follower="
	if r := peer.GetAs(bob, is+bob.ID); r.Status != http.StatusOK {
		t.Errorf("is_follower of bob: %d", r.Status)
	}
	if r := peer.GetAs(bob, is+peer.Person("eve").ID); r.Status != http.StatusNotFound {
		t.Errorf("is_follower of eve: %d", r.Status)
	}
	other := fedtest.New(t, h.net, "other.test", fedtest.Mastodon())
	if r := other.Get(is + bob.ID); r.Status != http.StatusNotFound {
		t.Errorf("asked by a host that is not concerned: %d", r.Status)
	}
}

// wantReceipt checks how a delivered activity ended.
func (h *house) wantReceipt(activity fedtest.Doc, state int16, reason string) {
	h.t.Helper()
	rc, err := h.store.ReceiptByURI(h.ctx, activity["id"].(string), activity["actor"].(string))
	if err != nil {
		h.t.Fatalf("receipt of %v: %v", activity["id"], err)
	}
	if rc.State != state || rc.Reason != reason {
		h.t.Errorf("%v %v ended as %d %q, want %d %q", activity["type"], activity["id"], rc.State, rc.Reason, state, reason)
	}
}

// Activities of every kind, delivered for real: what the table makes of them.
func TestApply_table(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	peer := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	bob := peer.Person("bob")
	answer := bob.Answer(h.get(p.URI), "Ceramic ones.")
	like := bob.Activity("Like", p.URI)
	boost := bob.Announce(p.URI)
	block := bob.Activity("Block", h.ana.Actor.URI)
	follow := bob.Activity("Follow", h.water.Actor.URI)
	for _, c := range []struct {
		doc    fedtest.Doc
		state  int16
		reason string
	}{
		{follow, db.ReceiptDone, ""},
		{bob.Create(answer), db.ReceiptDone, ""},
		{like, db.ReceiptDone, ""},
		{bob.Activity("EmojiReact", p.URI, fedtest.Doc{"content": "🌊"}), db.ReceiptIgnored, "liked-before"},
		{bob.Activity("Dislike", p.URI), db.ReceiptIgnored, "dislike"},
		{bob.Undo(like), db.ReceiptDone, ""},
		{boost, db.ReceiptDone, ""},
		{bob.Undo(boost), db.ReceiptDone, ""},
		{bob.Activity("Lock", p.URI), db.ReceiptRefused, "not-moderator"},
		{bob.Activity("Add", p.URI, fedtest.Doc{"target": h.water.Actor.URI + "/featured"}), db.ReceiptRefused, "not-moderator"},
		{bob.Activity("Add", bob.ID, fedtest.Doc{"target": h.water.Actor.URI + "/moderators"}), db.ReceiptRefused, "not-facilitator"},
		{bob.Activity("Remove", p.URI, fedtest.Doc{"target": h.water.Actor.URI}), db.ReceiptRefused, "not-moderator"},
		{bob.Activity("Remove", p.URI, fedtest.Doc{"target": h.iris.Context(p.ID)}), db.ReceiptRefused, "not-moderator"},
		{bob.Activity("Add", p.URI, fedtest.Doc{"target": "https://masto.test/list"}), db.ReceiptIgnored, "unknown-target"},
		{bob.Activity("Flag", p.URI, fedtest.Doc{"content": "spam"}), db.ReceiptDone, ""},
		{block, db.ReceiptDone, ""},
		{bob.Undo(block), db.ReceiptDone, ""},
		{bob.Activity("Join", h.water.Actor.URI), db.ReceiptDone, ""},
		{bob.Activity("Leave", h.water.Actor.URI), db.ReceiptDone, ""},
		{bob.Undo(follow), db.ReceiptDone, ""},
		{bob.Activity("Move", p.URI, fedtest.Doc{"target": h.water.Actor.URI}), db.ReceiptIgnored, "move-of-object"},
		{bob.Activity("Resolve", p.URI), db.ReceiptIgnored, "unknown-object"},
		{bob.Activity("ChooseAnswer", p.URI), db.ReceiptIgnored, "choose-answer"},
		{bob.Activity("QuoteRequest", p.URI), db.ReceiptIgnored, "quote-request"},
		{bob.Activity("Travel", p.URI), db.ReceiptIgnored, "unknown-type"},
	} {
		if r := peer.Post(bob, home+"/ap/inbox", c.doc); r.Status != http.StatusAccepted {
			t.Fatalf("%v: %d %s", c.doc["type"], r.Status, r.Body)
		}
		h.settle()
		h.wantReceipt(c.doc, c.state, c.reason)
	}
}

// Akkoma undoes by id alone.
func TestApply_undoByIDAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	peer := fedtest.New(t, h.net, "akkoma.test", fedtest.Mastodon())
	bob := peer.Person("bob")
	deliver := func(doc fedtest.Doc) fedtest.Doc {
		t.Helper()
		if r := peer.Post(bob, home+"/ap/inbox", doc); r.Status != http.StatusAccepted {
			t.Fatalf("%v: %d %s", doc["type"], r.Status, r.Body)
		}
		h.settle()
		return doc
	}
	for _, act := range []fedtest.Doc{bob.Activity("Like", p.URI), bob.Announce(p.URI), bob.Activity("Follow", h.water.Actor.URI)} {
		deliver(act)
		h.wantReceipt(deliver(bob.Activity("Undo", act["id"])), db.ReceiptDone, "")
	}
	again, err := h.store.PostByID(h.ctx, p.ID)
	if err != nil || again.LikesCount != 0 || again.SharesCount != 0 {
		t.Errorf("%d likes, %d shares, %v", again.LikesCount, again.SharesCount, err)
	}
}

func TestApply_updateAndDelete(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	peer := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	bob := peer.Person("bob")
	answer := bob.Answer(h.get(p.URI), "Ceramic ones.")
	deliver := func(doc fedtest.Doc) {
		t.Helper()
		peer.Post(bob, home+"/ap/inbox", doc)
		h.settle()
		h.wantReceipt(doc, db.ReceiptDone, "")
	}
	deliver(bob.Create(answer))
	h.pass(time.Minute)
	deliver(bob.Update(answer, fedtest.Doc{"content": "<p>Ceramic ones, cleaned daily.</p>"}))
	post, err := h.store.PostByURI(h.ctx, answer["id"].(string))
	if err != nil || !strings.Contains(post.Content, "daily") {
		t.Fatalf("edited: %+v, %v", post, err)
	}
	peer.Delete(post.URI)
	deliver(bob.Activity("Delete", post.URI))
	if post, err = h.store.PostByURI(h.ctx, post.URI); err != nil || post.State != db.PostDeleted {
		t.Errorf("deleted: %+v, %v", post, err)
	}
	deliver(bob.Activity("Delete", bob.ID))
	if a, err := h.store.ActorByURI(h.ctx, bob.ID); err != nil || a.DeletedAt.IsZero() {
		t.Errorf("actor: %+v, %v", a, err)
	}
}

func TestApply_undoOfAnothers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	peer := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	bob, eve := peer.Person("bob"), peer.Person("eve")
	like := bob.Activity("Like", p.URI)
	peer.Post(bob, home+"/ap/inbox", like)
	h.settle()
	for _, object := range []any{like, like["id"]} {
		undo := eve.Activity("Undo", object)
		peer.Post(eve, home+"/ap/inbox", undo)
		h.settle()
		if got, _ := h.store.PostByID(h.ctx, p.ID); got.LikesCount != 1 {
			t.Errorf("eve undid the like of bob with %v", object)
		}
	}
}

// NodeBB leaves a POST unanswered when it fails and sends a Reject instead: what is on its way
// there ends.
func TestApply_rejectEndsDeliveries(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	create, err := h.store.ActivityByID(h.ctx, p.CreateActivityID)
	if err != nil {
		t.Fatal(err)
	}
	announce, err := h.store.LastActivity(h.ctx, h.water.ActorID, "Announce", create.URI)
	if err != nil {
		t.Fatal(err)
	}
	peer := fedtest.New(t, h.net, "nodebb.test", fedtest.NodeBB())
	for _, object := range []any{
		announce.URI,
		fedtest.Doc{"type": "Announce", "target": h.water.Actor.URI, "object": fedtest.Doc{"id": create.URI, "type": "Create"}}, // as recorded
	} {
		h.cancelled = nil
		peer.Post(peer.Instance(), home+"/ap/inbox", peer.Instance().Activity("Reject", object, fedtest.Doc{"to": nil, "cc": nil}))
		h.settle()
		if want := announce.URI + " nodebb.test"; len(h.cancelled) != 1 || h.cancelled[0] != want {
			t.Errorf("Reject of %v cancelled %v, want %s", object, h.cancelled, want)
		}
	}
}

func TestApply_suspendedActor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	peer := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	bob := peer.Person("bob")
	peer.Post(bob, home+"/ap/inbox", bob.Activity("Follow", h.water.Actor.URI))
	h.settle()
	a, err := h.store.ActorByURI(h.ctx, bob.ID)
	if err != nil {
		t.Fatal(err)
	}
	a.SuspendedAt = h.store.Now()
	h.tx(func(ctx context.Context, tx *db.Store) error { return tx.SaveActor(ctx, a) })
	like := bob.Activity("Join", h.water.Actor.URI)
	peer.Post(bob, home+"/ap/inbox", like)
	h.settle()
	h.wantReceipt(like, db.ReceiptRefused, "suspended")
}
