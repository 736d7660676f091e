package fetch_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/fetch"
)

func TestKey_stubOnAPathOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bob := w.peer("gts.test", fedtest.GoToSocial()).Person("bob")
	doc, err := w.client().Key(t.Context(), bob.KeyID)
	if err != nil || doc.IRI != bob.ID {
		t.Errorf("%+v, %v", doc, err)
	}
}

func TestT05_keyOfAnotherOrigin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.page("evil.test", apType, `{"id":"https://evil.test/k","owner":"https://victim.test/u/v"}`)
	w.net.Handle("victim.test", http.RedirectHandler("https://evil.test/k", http.StatusFound))
	_, err := w.client().Key(t.Context(), "https://victim.test/k#main-key")
	w.wantErr(err, fetch.ErrOrigin, "redirected key")
	w.page("evil.test", apType, `{"id":"https://victim.test/k"}`)
	_, err = w.client().Key(t.Context(), "https://evil.test/k")
	w.wantErr(err, fetch.ErrOrigin, "foreign id")
}

// A redirect to another host could never bring a key that counts, so that host is not even asked.
func TestT58_keyRedirectsReachNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.net.Handle("evil.test", http.RedirectHandler("https://victim.test/u/v", http.StatusFound))
	w.page("victim.test", apType, `{"id":"https://victim.test/u/v"}`)
	_, err := w.client().Key(t.Context(), "https://evil.test/k")
	w.wantErr(err, fetch.ErrOrigin, "redirected")
	if n := w.net.Asked("victim.test"); n != 0 {
		t.Errorf("the victim was asked %d times", n)
	}
}

func TestT11_failureIsRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.peer("peer.test", fedtest.Mastodon())
	bob := p.Person("bob")
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	w.opt.Now = func() time.Time { return now }
	c := w.client()
	p.Gone(bob.ID)
	for range 5 {
		_, err := c.Key(t.Context(), bob.KeyID)
		w.wantErr(err, fetch.ErrGone, "gone")
	}
	if n := len(p.Requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
	p.Rotate(bob)
	now = now.Add(10 * time.Minute)
	if _, err := c.Key(t.Context(), bob.KeyID); err != nil {
		t.Errorf("after 10 minutes: %v", err)
	}
}

func TestT11_networkFaultIsForgivenSooner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.peer("peer.test", fedtest.Mastodon())
	bob := p.Person("bob")
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	w.opt.Now = func() time.Time { return now }
	c := w.client()
	p.RefuseReads(http.StatusBadGateway)
	if _, err := c.Key(t.Context(), bob.KeyID); !fetch.Temporary(err) {
		t.Errorf("fault: %v", err)
	}
	p.Recover()
	if _, err := c.Key(t.Context(), bob.KeyID); !fetch.Temporary(err) {
		t.Errorf("remembered fault: %v", err)
	}
	now = now.Add(time.Minute)
	if _, err := c.Key(t.Context(), bob.KeyID); err != nil {
		t.Errorf("after a minute: %v", err)
	}
}

func TestT11_randomKeyIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.net.Handle("evil.test", http.NotFoundHandler())
	w.net.Handle("a.evil.test", http.NotFoundHandler())
	var mu sync.Mutex
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	w.opt.Now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	c := w.client()
	var wg sync.WaitGroup
	for i := range 1000 {
		host := "evil.test"
		if i%2 == 0 {
			host = "a.evil.test"
		}
		wg.Go(func() { _, _ = c.Key(t.Context(), fmt.Sprintf("https://%s/u/%d#main-key", host, i)) })
	}
	wg.Wait()
	if n := w.net.Asked("evil.test") + w.net.Asked("a.evil.test"); n > 10 {
		t.Errorf("%d fetches in a minute", n)
	}
	honest := w.peer("peer.test", fedtest.Mastodon()).Person("bob")
	if _, err := c.Key(t.Context(), honest.KeyID); err != nil {
		t.Errorf("another host: %v", err)
	}
}

func TestT11_manyGoodKeysAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.peer("peer.test", fedtest.Mastodon())
	template := p.Person("bob").Document()
	for i := range 100 {
		d := fedtest.Doc{"id": fmt.Sprintf("https://peer.test/u/%d", i), "publicKey": template["publicKey"]}
		p.Put(d)
	}
	c := w.client()
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			if _, err := c.Key(t.Context(), fmt.Sprintf("https://peer.test/u/%d#main-key", i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// T11: requests of one actor wait together for its key.
func TestT11_oneFetchForManyRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.peer("peer.test", fedtest.Mastodon())
	bob := p.Person("bob")
	synctest.Test(t, func(t *testing.T) {
		release := p.Stall()
		c := w.client()
		errs := make(chan error)
		for range 20 {
			go func() {
				_, err := c.Key(t.Context(), bob.KeyID)
				errs <- err
			}()
		}
		synctest.Wait()
		release()
		for range 20 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
	if n := len(p.Requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// T11: who makes us ask and hangs up, or points at a host that never answers,
// gains no more fetches than another.
func TestT11_stallsAndHangUpsCount(t *testing.T) {
	t.Parallel()
	for name, patience := range map[string]time.Duration{"stalls": time.Hour, "hang-ups": time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.opt.Signer = nil
			synctest.Test(t, func(t *testing.T) {
				w.net.Handle("victim.test", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
				c := w.client()
				var wg sync.WaitGroup
				for i := range 100 {
					wg.Go(func() {
						<-time.After(time.Duration(i) * 500 * time.Millisecond)
						ctx, cancel := context.WithTimeout(t.Context(), patience)
						defer cancel()
						_, err := c.Key(ctx, fmt.Sprintf("https://victim.test/%d", i))
						if err == nil || !fetch.Temporary(err) {
							t.Errorf("%d: %v", i, err)
						}
					})
				}
				wg.Wait()
			})
			if n := w.net.Asked("victim.test"); n > 10 {
				t.Errorf("%d fetches in 50 s", n)
			}
		})
	}
}
