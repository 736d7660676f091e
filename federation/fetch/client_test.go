package fetch_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/sign"
)

const apType = "application/activity+json"

// world is a network with a home whose instance actor signs for the client.
type world struct {
	*testing.T
	net  *fedtest.Network
	home *fedtest.Peer
	opt  fetch.Options
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, net: &fedtest.Network{}}
	w.home = fedtest.New(t, w.net, "copse.test", fedtest.Mastodon())
	w.opt = fetch.Options{
		Transport: w.net, UserAgent: "Copse/1.0 (+https://copse.test)",
		CausedPerSecond: 10_000, CausedPerHour: 10_000,
		Signer: func(context.Context) (*sign.Signer, error) { return w.home.Instance().Signer(), nil },
	}
	return w
}

func (w *world) client() *fetch.Client { return fetch.New(w.opt) }

func (w *world) peer(host string, k fedtest.Kind) *fedtest.Peer {
	w.Helper()
	return fedtest.New(w.T, w.net, host, k)
}

// page makes host answer every request with the body.
func (w *world) page(host, contentType, body string) {
	w.net.Handle(host, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(rw, body)
	}))
}

// still runs do while the clock stands, unless all wait: large bodies that come at once are never
// too slow, however busy the machine is. Requests go unsigned.
func (w *world) still(do func(ctx context.Context)) {
	w.Helper()
	w.opt.Signer = nil
	synctest.Test(w.T, func(t *testing.T) { do(t.Context()) })
}

// wantErr checks one refused fetch.
func (w *world) wantErr(err, want error, what string) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Errorf("%s: %v, want %v", what, err, want)
	}
}

func TestNew_missingParts(t *testing.T) {
	t.Parallel()
	for _, o := range []fetch.Options{{}, {Transport: &fedtest.Network{}}, {UserAgent: "Copse"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("New(%+v) did not panic", o)
				}
			}()
			fetch.New(o)
		}()
	}
}

func TestObject_signedAndNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gts := w.peer("gts.test", fedtest.GoToSocial())
	bob := gts.Person("bob")
	note := bob.Note("hello")
	doc, err := w.client().Object(t.Context(), note["id"].(string))
	if err != nil {
		t.Fatal(err)
	}
	if doc.IRI != note["id"] || doc.ETag == "" {
		t.Errorf("document %+v", doc)
	}
	got := gts.Requests()[0]
	if !got.Verified || got.KeyID != w.home.Instance().KeyID {
		t.Errorf("signature: %+v", got)
	}
	for name, want := range map[string]string{
		"User-Agent": "Copse/1.0 (+https://copse.test)", "Accept-Encoding": "gzip", "Cookie": "", "Authorization": "",
		"Accept": `application/ld+json; profile="https://www.w3.org/ns/activitystreams", application/activity+json`,
	} {
		if h := got.Header.Get(name); h != want {
			t.Errorf("%s: %q, want %q", name, h, want)
		}
	}
}

func TestObject_doubleKnock(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]fedtest.Kind{"401": fedtest.GoToSocial(), "400": fedtest.NodeBB()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.peer("peer.test", k)
			learned := map[string]sign.Scheme{}
			w.opt.Scheme = func(context.Context, string) sign.Scheme { return sign.RFC9421 }
			w.opt.Learn = func(_ context.Context, host string, s sign.Scheme) { learned[host] = s }
			if _, err := w.client().Object(t.Context(), p.Person("bob").ID); err != nil {
				t.Fatal(err)
			}
			if len(p.Requests()) != 2 || learned["peer.test"] != sign.Cavage {
				t.Errorf("%d requests, learned %v", len(p.Requests()), learned)
			}
		})
	}
}

func TestObject_bothKnocksRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.peer("peer.test", fedtest.Mastodon())
	id := p.Person("bob").ID
	p.RefuseReads(http.StatusForbidden)
	_, err := w.client().Object(t.Context(), id)
	w.wantErr(err, fetch.ErrForbidden, "refused")
	if n := len(p.Requests()); n != 2 || fetch.Temporary(err) {
		t.Errorf("%d requests, temporary %t", n, fetch.Temporary(err))
	}
	w.opt.Signer = nil
	p.Forget()
	_, err = w.client().Object(t.Context(), id)
	w.wantErr(err, fetch.ErrForbidden, "unsigned")
	if n := len(p.Requests()); n != 1 || p.Requests()[0].Signed() {
		t.Errorf("unsigned: %d requests", n)
	}
}

func TestObject_status(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status    int
		is        error
		temporary bool
	}{
		{404, fetch.ErrNotFound, false},
		{410, fetch.ErrGone, false},
		{406, nil, false},
		{408, nil, true},
		{429, nil, true},
		{500, nil, true},
		{501, nil, false},
		{503, nil, true},
		{204, nil, false},
		{300, nil, false},
		{304, nil, false},
	} {
		w := newWorld(t)
		w.net.Handle("peer.test", http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Retry-After", "120")
			rw.WriteHeader(c.status)
		}))
		_, err := w.client().Object(t.Context(), "https://peer.test/x")
		var status *fetch.StatusError
		if !errors.As(err, &status) || status.Status != c.status || fetch.RetryAfter(err) != 2*time.Minute {
			t.Errorf("%d: %v", c.status, err)
		}
		if c.is != nil && !errors.Is(err, c.is) || fetch.Temporary(err) != c.temporary {
			t.Errorf("%d: %v, temporary %t", c.status, err, fetch.Temporary(err))
		}
	}
}

func TestObject_networkFaultIsTemporary(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.peer("peer.test", fedtest.Mastodon())
	id := p.Person("bob").ID
	p.Vanish()
	_, err := w.client().Object(t.Context(), id)
	if err == nil || !fetch.Temporary(err) {
		t.Errorf("vanished: %v", err)
	}
	p.Return()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = w.client().Object(ctx, id)
	w.wantErr(err, context.Canceled, "cancelled")
	if fetch.Temporary(err) {
		t.Error("the caller's own cancellation is no fault of the network")
	}
}

func TestObject_refusedByPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.peer("peer.test", fedtest.Mastodon())
	blocked := errors.New("blocked")
	w.opt.Allowed = func(_ context.Context, host string) error {
		if host == "peer.test" {
			return blocked
		}
		return nil
	}
	id := p.Person("bob").ID
	w.page("other.test", apType, `{"id":"https://other.test/"}`)
	w.net.Handle("via.test", http.RedirectHandler(id, http.StatusFound))
	for _, iri := range []string{id, "https://PEER.test./users/bob", "https://via.test/"} {
		_, err := w.client().Object(t.Context(), iri)
		w.wantErr(err, fetch.ErrRefusedHost, iri)
		w.wantErr(err, blocked, iri)
	}
	if n := w.net.Asked("peer.test"); n != 0 {
		t.Errorf("%d requests to a blocked host", n)
	}
}

func TestObject_signerFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.peer("peer.test", fedtest.Mastodon())
	broken := errors.New("no key")
	w.opt.Signer = func(context.Context) (*sign.Signer, error) { return nil, broken }
	_, err := w.client().Object(t.Context(), p.Person("bob").ID)
	w.wantErr(err, broken, "signer")
	if n := w.net.Asked("peer.test"); n != 0 {
		t.Errorf("%d unsigned requests", n)
	}
}

func TestConditional(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.peer("peer.test", fedtest.Mastodon())
	bob := p.Person("bob")
	c := w.client()
	doc, err := c.Object(t.Context(), bob.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Conditional(t.Context(), bob.ID, doc.ETag)
	w.wantErr(err, fetch.ErrUnchanged, "same")
	p.Rotate(bob)
	again, err := c.Conditional(t.Context(), bob.ID, doc.ETag)
	if err != nil || again.ETag == doc.ETag {
		t.Errorf("changed: %v", err)
	}
	if _, err := c.Conditional(t.Context(), bob.ID, "\"a\r\nX: y\""); err != nil {
		t.Errorf("unsendable ETag: %v", err)
	}
}

func TestObject_singleFlight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.peer("peer.test", fedtest.Mastodon())
	id := p.Person("bob").ID
	synctest.Test(t, func(t *testing.T) {
		release := p.Stall()
		c := w.client()
		leads, follow := make(chan error), make(chan error)
		impatient, cancel := context.WithCancel(t.Context())
		go func() {
			_, err := c.Object(impatient, id)
			leads <- err
		}()
		synctest.Wait()
		for range 20 {
			go func() {
				_, err := c.Object(t.Context(), id)
				follow <- err
			}()
		}
		synctest.Wait()
		if n := w.net.Asked("peer.test"); n != 1 {
			t.Errorf("%d requests at once", n)
		}
		cancel()
		w.wantErr(<-leads, context.Canceled, "the first caller")
		synctest.Wait()
		release()
		for range 20 {
			if err := <-follow; err != nil {
				t.Errorf("patient caller: %v", err)
			}
		}
		if n := w.net.Asked("peer.test"); n != 2 {
			t.Errorf("%d requests", n)
		}
	})
}
