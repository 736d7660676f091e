package actors_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
)

// signed asks as an actor elsewhere.
func (h *house) signed(p *fedtest.Peer, a *fedtest.Actor, target string) *httptest.ResponseRecorder {
	h.t.Helper()
	req := p.Request(http.MethodGet, target, nil)
	req.Header.Set("Accept", asActivity)
	got := p.Send(p.Sign(req, a, sign.Cavage))
	rec := httptest.NewRecorder()
	rec.Code = got.Status
	_, _ = rec.Body.Write(got.Body) // to memory
	return rec
}

// T45: a confidential community exists for the servers that it invites, and for no other: the
// answer to all others is that to what never was.
func TestT45_confidentialForTheInvited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.group("quiet", db.OpennessConfidential)
	friend, stranger := fedtest.New(t, h.net, "friend.example", fedtest.Mastodon()), fedtest.New(t, h.net, "stranger.example", fedtest.Mastodon())
	fay, sam := friend.Person("fay"), stranger.Person("sam")
	at := func(name string) string { return home + "/.well-known/webfinger?resource=acct:" + name + "@copse.test" }
	nothing := h.signed(stranger, sam, at("nosuch"))
	for _, c := range []struct {
		what, target string
	}{{"handle", at("quiet")}, {"actor", g.Actor.URI}} {
		if got := h.signed(friend, fay, c.target); got.Code != http.StatusNotFound {
			t.Errorf("%s before the invitation: %d", c.what, got.Code)
		}
	}
	h.tx(func(ctx context.Context, tx *db.Store) error {
		return tx.PutTrust(ctx, &db.Trust{GroupID: g.ActorID, Host: friend.Host, State: db.TrustInvited})
	})
	for _, target := range []string{at("quiet"), g.Actor.URI} {
		if got := h.signed(friend, fay, target); got.Code != http.StatusOK {
			t.Errorf("GET %s by the invited: %d", target, got.Code)
		}
		if got := h.signed(stranger, sam, target); got.Code != http.StatusNotFound {
			t.Errorf("GET %s by a stranger: %d", target, got.Code)
		}
		if got := h.status(target); got != http.StatusNotFound {
			t.Errorf("GET %s by nobody: %d", target, got)
		}
	}
	if got := h.signed(stranger, sam, at("quiet")); got.Code != nothing.Code || got.Body.Len() != nothing.Body.Len() {
		t.Errorf("a stranger can tell %d from %d", got.Code, nothing.Code)
	}
	if got := h.signed(friend, fay, g.Actor.URI+"/outbox"); got.Code != http.StatusNotFound {
		t.Errorf("the invited read the outbox: %d", got.Code)
	}
}
