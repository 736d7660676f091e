package federation_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
)

func TestHandle(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	water := h.local(db.ActorGroup, "water")
	bo := h.local(db.ActorPerson, "bo")
	for handle, want := range map[string]string{
		"ana@masto.test": ana.ID, "@ana@masto.test": ana.ID, " @ana@MASTO.test. ": ana.ID, ana.ID: ana.ID,
		"water@copse.test": water.URI, "@Water": water.URI, home + "/c/water": water.URI, home + "/u/bo": bo.URI,
		water.URI: water.URI, home + "/u/ana@masto.test": ana.ID,
	} {
		a, err := h.resolver.Handle(context.Background(), handle)
		if err != nil || a.URI != want {
			t.Errorf("%q: %v, %v; want %s", handle, a, err, want)
		}
	}
	for _, handle := range []string{"", "@", "x@", "nobody", "nobody@copse.test", "nobody@masto.test", "ana@nowhere.test", home + "/c/nobody", "https://masto.test/nothing"} {
		if a, err := h.resolver.Handle(context.Background(), handle); err == nil {
			t.Errorf("%q: found %s", handle, a.URI)
		}
	}
}

func TestHandle_postIsNoActor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	note := p.Person("ana").Note("hello")
	if _, err := h.resolver.Handle(context.Background(), note["id"].(string)); !errors.Is(err, federation.ErrNotFound) {
		t.Errorf("a post: %v", err)
	}
}

// finger serves WebFinger answers of its own making.
func finger(h *house, host, subject, self string) {
	h.net.Handle(host, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jrd+json")
		fmt.Fprintf(w, `{"subject":"acct:%s","links":[{"rel":"self","type":"application/activity+json","href":%q}]}`, subject, self)
	}))
}

func TestT20_handleThatPointsElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	victim := fedtest.New(t, h.net, "victim.test", fedtest.Mastodon())
	v := victim.Person("v")
	finger(h, "evil.test", "v@evil.test", v.ID)
	if a, err := h.resolver.Handle(ctx, "v@evil.test"); err == nil {
		t.Errorf("found %s as %s", a.URI, a.Acct())
	}
	if a := h.meet(v); a.Acct() != "v@victim.test" {
		t.Errorf("victim is now called %s", a.Acct())
	}
	finger(h, "evil2.test", "e@evil2.test", h.local(db.ActorPerson, "bo").URI)
	if a, err := h.resolver.Handle(ctx, "e@evil2.test"); err == nil {
		t.Errorf("found one of ours as e@evil2.test: %s", a.URI)
	}
}

func TestT20_claimOfAnotherHost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	evil := fedtest.New(t, h.net, "evil.test", fedtest.Mastodon())
	victim := fedtest.New(t, h.net, "victim.test", fedtest.Mastodon())
	victim.Person("v")
	e := evil.Person("v")
	for _, claim := range []string{"v@victim.test", "v@copse.test", "v@nowhere.test", "x@victim.test", "\r\n"} {
		doc := e.Document()
		doc["webfinger"] = claim
		evil.Put(doc)
		a, err := h.resolver.Refresh(context.Background(), e.ID)
		if err != nil || a.Acct() != "v@evil.test" {
			t.Errorf("claims %q: %v, %v", claim, a, err)
		}
	}
}

func TestHandle_ofAnotherHostThanTheID(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	p := fedtest.New(t, h.net, "web.org.test", fedtest.Mastodon())
	ana, bo := p.Person("ana"), p.Person("bo")
	finger(h, "org.test", "ana@org.test", ana.ID)
	a, err := h.resolver.Handle(ctx, "ana@org.test")
	if err == nil {
		t.Fatalf("not confirmed by its own host, but found %s", a.Acct())
	}
	doc := ana.Document()
	doc["webfinger"] = "ana@org.test"
	p.Put(doc)
	for range 2 {
		a, err = h.resolver.Handle(ctx, "ana@org.test")
		if err != nil || a.Acct() != "ana@org.test" || a.URI != ana.ID {
			t.Fatalf("named by the actor: %v, %v", a, err)
		}
	}
	// Mastodon before 4.6 says it by WebFinger alone.
	finger(h, "org.test", "bo@org.test", bo.ID)
	h.net.Handle("web.org.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/.well-known/webfinger" {
			w.Header().Set("Content-Type", "application/jrd+json")
			fmt.Fprintf(w, `{"subject":"acct:bo@org.test","links":[{"rel":"self","type":"application/activity+json","href":%q}]}`, bo.ID)
			return
		}
		p.ServeHTTP(w, r)
	}))
	a, err = h.resolver.Handle(ctx, "bo@org.test")
	if err != nil || a.Acct() != "bo@org.test" {
		t.Fatalf("confirmed by WebFinger: %v, %v", a, err)
	}
	if a, err = h.resolver.Refresh(ctx, bo.ID); err != nil || a.Acct() != "bo@org.test" {
		t.Errorf("after a refresh: %v, %v", a, err)
	}
}
