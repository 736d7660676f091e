package actors_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/server/exchange"
)

const secret = "the canary sings at dawn"

// notFound is the one answer for all that is not there for a reader.
const notFound = `{"type":"about:blank","title":"Not Found","status":404}`

func (h *house) wantHidden(iri string) {
	h.t.Helper()
	rec := h.ask(http.MethodGet, iri, "Accept", asActivity)
	if rec.Code != http.StatusNotFound || rec.Body.String() != notFound {
		h.t.Errorf("GET %s: %d %s", iri, rec.Code, rec.Body)
	}
}

func TestT07_signatureForAnotherPath(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	peer := fedtest.New(t, h.net, "peer.test", fedtest.Mastodon())
	bob := peer.Person("bob")
	follow := bob.Activity("Follow", h.water.Actor.URI)
	inbox := h.water.Actor.URI + "/inbox"
	for _, target := range []string{
		h.ana.Actor.URI + "/inbox",
		strings.Replace(inbox, "/inbox", "%2Finbox", 1),
		strings.Replace(inbox, "/ap/", "//ap/", 1),
		strings.Replace(inbox, "/ap/", "/ap/./", 1),
		strings.Replace(inbox, "/inbox", "/%69nbox", 1),
	} {
		req := peer.Sign(peer.Request(http.MethodPost, inbox, follow), bob, sign.Cavage)
		aimed := peer.Request(http.MethodPost, target, follow)
		aimed.Header = req.Header
		if r := peer.Send(aimed); r.Status < 401 || r.Status > 405 {
			t.Errorf("sent to %s: %d", target, r.Status)
		}
	}
	h.settle()
	if ok, _ := h.store.HasLocalFollower(h.ctx, h.water.ActorID); !ok {
		t.Error("ana no longer follows") // the house is still in order
	}
}

func TestT08_inboxWithQuery(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	peer := fedtest.New(t, h.net, "peer.test", fedtest.Mastodon())
	bob := peer.Person("bob")
	for _, query := range []string{"?", "?page=true"} {
		if r := peer.Post(bob, home+"/ap/inbox"+query, bob.Activity("Follow", h.water.Actor.URI)); r.Status != http.StatusBadRequest {
			t.Errorf("inbox%s: %d", query, r.Status)
		}
	}
}

func TestT08_queryWidensNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	peer, other := fedtest.New(t, h.net, "peer.test", fedtest.Mastodon()), fedtest.New(t, h.net, "other.test", fedtest.Mastodon())
	bob, eve := peer.Person("bob"), other.Person("eve")
	for p, who := range map[*fedtest.Peer]*fedtest.Actor{peer: bob, other: eve} {
		p.Post(who, home+"/ap/inbox", who.Activity("Follow", h.water.Actor.URI))
	}
	h.settle()
	followers := h.water.Actor.URI + "/followers"
	for _, query := range []string{"", "?page=1", "?page=1&max=9999", "?page=1&after=a"} {
		rec := h.ask(http.MethodGet, followers+query)
		if rec.Code != http.StatusOK || strings.Contains(rec.Body.String(), "/bob") || strings.Contains(rec.Body.String(), "ana") {
			t.Errorf("unsigned %s: %d %s", query, rec.Code, rec.Body)
		}
	}
	r := peer.GetAs(bob, followers+"?page=1&max=9999")
	if body := string(r.Body); !strings.Contains(body, bob.ID) || strings.Contains(body, eve.ID) {
		t.Errorf("signed by %s: %s", bob.ID, body)
	}
}

func TestT10_anotherHost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	peer := fedtest.New(t, h.net, "peer.test", fedtest.Mastodon())
	bob := peer.Person("bob")
	req := peer.Sign(peer.Request(http.MethodPost, home+"/ap/inbox", bob.Activity("Follow", h.water.Actor.URI)), bob, sign.Cavage)
	req.Header.Set("X-Forwarded-Host", "other.test")
	req.Host = "other.test"
	if r := peer.Send(req); r.Status != http.StatusUnauthorized {
		t.Errorf("host other.test: %d", r.Status)
	}
}

func TestT34_signedAndUnsignedNeverShareAnAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	closed := h.group("inner", db.OpennessPrivate)
	p := h.start(closed, "Only among us", secret)
	peer := fedtest.New(t, h.net, "peer.test", fedtest.Mastodon())
	bob := peer.Person("bob")
	h.admit(peer, bob, closed)

	h.wantHidden(p.URI)
	r := peer.GetAs(bob, p.URI)
	if r.Status != http.StatusOK || !strings.Contains(string(r.Body), secret) {
		t.Fatalf("a member reads: %d %s", r.Status, r.Body)
	}
	if got := r.Header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("private answer: Cache-Control %q", got)
	}
	if r.Header.Get("ETag") != "" {
		t.Error("private answer has an ETag")
	}
	h.wantHidden(p.URI)
	for _, iri := range []string{h.water.Actor.URI, p.URI} {
		vary := h.ask(http.MethodGet, iri, "Accept", asActivity).Header().Get("Vary")
		for _, name := range []string{"Accept", "Authorization", "Cookie", "Signature"} {
			if !strings.Contains(vary, name) {
				t.Errorf("%s: Vary %q lacks %s", iri, vary, name)
			}
		}
	}
}

// admit makes bob a follower of a closed group, as an approval would.
func (h *house) admit(peer *fedtest.Peer, who *fedtest.Actor, g *db.Group) {
	h.t.Helper()
	peer.GetAs(who, h.water.Actor.URI+"/followers?page=1") // a signed read makes who known
	a, err := h.store.ActorByURI(h.ctx, who.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	h.tx(func(ctx context.Context, tx *db.Store) error {
		return tx.PutFollow(ctx, &db.Follow{URI: who.ID + "#f", FollowerID: a.ID, FolloweeID: g.ActorID, State: db.FollowAccepted}, a)
	})
}

func TestT43_lineBreaksInResource(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, resource := range []string{"acct:water%0d%0aX:y@copse.test", "acct:water@copse.test%0a", "%00", ""} {
		if got := h.status(home + "/.well-known/webfinger?resource=" + resource); got != http.StatusBadRequest {
			t.Errorf("%q: %d", resource, got)
		}
	}
}

// What is held, removed or direct is nowhere to be had, under no address of ours.
func TestT45_heldRemovedAndDirectAreNeverServed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	held := h.start(h.water, "A held title", secret)
	removed := h.start(h.water, "A removed title", secret)
	answer := h.reply(h.start(h.water, "A public title", "Hello."), secret)
	var direct *db.Post
	h.tx(func(ctx context.Context, tx *db.Store) (err error) {
		direct, err = h.ex.Start(ctx, tx, &exchange.Draft{Author: h.ana.Actor, Group: h.water, Title: "A direct title", Source: secret, ToFacilitators: true})
		return err
	})
	h.tx(func(ctx context.Context, tx *db.Store) error {
		if err := tx.SetPostState(ctx, held, db.PostHeld, "", 0); err != nil {
			return err
		}
		if err := h.ex.Remove(ctx, tx, h.ana.Actor, removed, "off topic"); err != nil {
			return err
		}
		return h.ex.Remove(ctx, tx, h.ana.Actor, answer, "off topic")
	})
	for _, p := range []*db.Post{held, removed, answer, direct} {
		for _, part := range []string{"", "/replies", "/likes", "/shares"} {
			h.wantHidden(p.URI + part)
		}
		h.wantHidden(h.iris.PostPage(p.ID))
	}
	h.wantHidden(h.iris.Context(held.ID))
	h.wantHidden(h.iris.Context(direct.ID))
	h.wantNoSecretIn(append(h.everyActivity(), h.iris.Context(removed.ID), h.iris.Context(answer.DiscussionID),
		h.water.Actor.URI+"/outbox?page=1", h.water.Actor.URI+"/featured", h.ana.Actor.URI+"/outbox?page=1",
		h.iris.Object(answer.ReplyToID)+"/replies?page=1")...)
}

// A closed group tells strangers nothing through any channel.
func TestT45_closedGroups(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, openness := range []string{db.OpennessRestricted, db.OpennessPrivate, db.OpennessConfidential} {
		g := h.group("g_"+openness[:4], openness)
		p := h.start(g, "Only among us", secret)
		r := h.reply(p, secret)
		for _, iri := range []string{
			p.URI, p.URI + "/replies", p.URI + "/likes", p.URI + "/shares", r.URI, h.iris.Context(p.ID),
			g.Actor.URI + "/outbox", g.Actor.URI + "/outbox?page=1", g.Actor.URI + "/featured", g.Actor.URI + "/followers",
			g.Actor.URI + "/followers?page=1", g.Actor.URI + "/followers?is_follower=" + h.ana.Actor.URI,
			g.Actor.URI + "/moderators", h.iris.DiscussionPage(p.ID), h.iris.PostPage(r.ID),
		} {
			h.wantHidden(iri)
		}
		h.wantNoSecretIn(append(h.everyActivity(), h.ana.Actor.URI+"/outbox?page=1")...)
		finger := h.status(home + "/.well-known/webfinger?resource=acct:" + g.Actor.Handle + "@copse.test")
		actor := h.ask(http.MethodGet, g.Actor.URI, "Accept", asActivity)
		switch openness {
		case db.OpennessConfidential:
			if finger != http.StatusNotFound || actor.Code != http.StatusNotFound {
				t.Errorf("confidential group: WebFinger %d, actor %d", finger, actor.Code)
			}
		default:
			if finger != http.StatusOK || actor.Code != http.StatusOK {
				t.Errorf("%s group: WebFinger %d, actor %d", openness, finger, actor.Code)
			}
		}
		if openness == db.OpennessPrivate && strings.Contains(actor.Body.String(), "summary") {
			t.Errorf("private group tells of itself: %s", actor.Body)
		}
	}
}

func (h *house) wantNoSecretIn(iris ...string) {
	h.t.Helper()
	for _, iri := range iris {
		if rec := h.ask(http.MethodGet, iri, "Accept", asActivity); strings.Contains(rec.Body.String(), secret) {
			h.t.Errorf("GET %s tells: %.300s", iri, rec.Body)
		}
	}
}

// everyActivity lists the addresses of all activities of ours.
func (h *house) everyActivity() []string {
	h.t.Helper()
	var list []string
	rows, err := h.store.PendingOutbox(h.ctx, 100) // nothing sends them here
	if err != nil {
		h.t.Fatal(err)
	}
	for _, row := range rows {
		act, err := h.store.ActivityByID(h.ctx, row.ActivityID)
		if err != nil {
			h.t.Fatal(err)
		}
		list = append(list, act.URI)
	}
	return list
}

// With signed fetch on, whoever checks a signature of ours still gets the key: otherwise two such
// servers wait for each other for ever.
func TestServe_signedFetchOnlyStillShowsTheKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	h.water.SignedFetch = true
	h.tx(func(ctx context.Context, tx *db.Store) error { return tx.SaveGroup(ctx, h.water) })
	h.wantHidden(p.URI)
	stub := h.get(h.water.Actor.URI)
	if stub["publicKey"] == nil || stub["inbox"] == nil || stub["summary"] != nil || stub["name"] != nil {
		t.Errorf("stub: %v", stub)
	}
	peer := fedtest.New(t, h.net, "peer.test", fedtest.GoToSocial())
	if r := peer.GetAs(peer.Person("bob"), h.water.Actor.URI); r.Status != http.StatusOK || !strings.Contains(string(r.Body), `"name"`) {
		t.Errorf("signed: %d %s", r.Status, r.Body)
	}
	if r := peer.Get(p.URI); r.Status != http.StatusOK {
		t.Errorf("post, signed by the instance: %d", r.Status)
	}
}

func TestServe_bothSchemesRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	closed := h.group("inner", db.OpennessPrivate)
	p := h.start(closed, "Only among us", secret)
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		k := fedtest.Mastodon()
		k.Scheme = scheme
		peer := fedtest.New(t, h.net, string(scheme)+".test", k)
		bob := peer.Person("bob")
		h.admit(peer, bob, closed)
		if r := peer.GetAs(bob, p.URI); r.Status != http.StatusOK {
			t.Errorf("%s, member: %d", scheme, r.Status)
		}
		if r := peer.Get(p.URI); r.Status != http.StatusOK {
			t.Errorf("%s, server of a member: %d", scheme, r.Status)
		}
		if r := peer.GetAs(peer.Person("eve"), p.URI); r.Status != http.StatusNotFound {
			t.Errorf("%s, somebody else there: %d", scheme, r.Status)
		}
	}
}
