package server

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

func TestLane_sendsAwayInsteadOfWaitingForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLane("pages", 1, 1)
		req := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/", nil)
		if !l.enter(req) {
			t.Fatal("the first is sent away")
		}
		start, got := time.Now(), make(chan bool)
		go func() { got <- l.enter(req) }()
		synctest.Wait()
		if l.enter(req) {
			t.Error("a second waits where there is room for one")
		}
		if <-got || time.Since(start) != patience {
			t.Errorf("waited %v", time.Since(start))
		}
		go func() { got <- l.enter(req) }()
		synctest.Wait()
		l.leave()
		if !<-got {
			t.Error("who waits does not get the place")
		}
		l.leave()
		if l.waiting.Load() != 0 || len(l.working) != 0 {
			t.Errorf("%d wait, %d work", l.waiting.Load(), len(l.working))
		}
	})
}

func TestLane_letsGoOfWhoLeft(t *testing.T) {
	t.Parallel()
	l := newLane("pages", 1, 1)
	ctx, cancel := context.WithCancel(context.Background())
	req := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	l.enter(req)
	cancel()
	if l.enter(req) {
		t.Error("a request whose client left got a place")
	}
}

func TestCrowd_boundsOneAddress(t *testing.T) {
	t.Parallel()
	k := newCrowd(perAddress)
	for range perAddress {
		if !k.enter("a") {
			t.Fatal("sent away too early")
		}
	}
	if k.enter("a") || !k.enter("b") {
		t.Error("one address has no bound, or bounds another")
	}
	for range perAddress {
		k.leave("a")
	}
	k.leave("b")
	if len(k.here) != 0 {
		t.Errorf("remembers %v", k.here)
	}
}

func TestClaimedHost(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`keyId="https://Peer.test/u#k",headers="date"`:                "peer.test",
		`sig1=("@method");created=1;keyid="https://peer.test:8443/k"`: "peer.test:8443",
		`keyId="nonsense`: "", `keyId="%zz"`: "", "": "", `headers="date"`: "",
	} {
		for _, name := range []string{"Signature", "Signature-Input"} {
			if got := claimedHost(http.Header{name: {text}}); got != want {
				t.Errorf("%s: %s: %q, want %q", name, text, got, want)
			}
		}
	}
}
