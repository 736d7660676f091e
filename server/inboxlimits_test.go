package server_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
)

func (h *house) meets(hosts ...string) {
	h.t.Helper()
	for _, name := range hosts {
		if err := h.store.EnsureHost(context.Background(), name); err != nil {
			h.t.Fatal(err)
		}
		if err := h.store.HeardFromHost(context.Background(), name); err != nil {
			h.t.Fatal(err)
		}
	}
}

// delivers posts to the inbox from an address as a host; the house's actors door answers what it
// answers to a body of nothing.
func (h *house) delivers(address, host, kind string) int {
	h.t.Helper()
	return h.ask(http.MethodPost, "/ap/inbox", "X-Forwarded-For", address, "Content-Type", kind,
		"Signature", `keyId="https://`+host+`/u#k"`).Code
}

// What is of no known type is refused before anything is looked at and is no forgery: the share of
// a host is all that counts here.
const noType = "text/plain"

// T55: twenty known hosts behind one address, as a load tool or a hoster has them, each have their
// whole share of 100 a second and 500 at once.
func TestT55_knownHostsBehindOneAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	for n := range 20 {
		host := fmt.Sprintf("peer%d.test", n)
		h.meets(host)
		if got := until(600, func() int { return h.delivers("198.51.100.1", host, noType) }); got != 500 {
			t.Fatalf("%s: %d", host, got)
		}
	}
}

// T53: a wildcard of hosts that nobody has met is one stranger.
func TestT53_wildcardIsOneStranger(t *testing.T) {
	t.Parallel()
	h, n := newHouse(t, nil), 0
	got := until(200, func() int {
		n++
		return h.delivers("198.51.100.1", fmt.Sprintf("h%d.evil.test", n), noType)
	})
	if got != 25 {
		t.Errorf("%d deliveries of strangers under one domain", got)
	}
	if got := until(200, func() int { return h.delivers("198.51.100.1", "honest.test", noType) }); got != 25 {
		t.Errorf("another domain: %d", got)
	}
}

// T11: whoever forges the signatures of hosts that we know is soon not looked at any more, and they
// are.
func TestT11_forgersAreTurnedAway(t *testing.T) {
	t.Parallel()
	h, n := newHouse(t, nil), 0
	for i := range 20 {
		h.meets(fmt.Sprintf("peer%d.test", i))
	}
	got := until(2000, func() int {
		n++
		return h.delivers("198.51.100.1", fmt.Sprintf("peer%d.test", n%20), "application/activity+json")
	})
	if got != 600 {
		t.Errorf("%d forgeries were looked at", got)
	}
	if code := h.delivers("198.51.100.2", "peer1.test", "application/activity+json"); code == http.StatusTooManyRequests {
		t.Error("the host whose name was used is refused elsewhere")
	}
}

// T54: a signature nobody has proved reads no more than anybody.
func TestT54_claimedSignatureBuysNoReads(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.meets("peer.test")
	read := func(address, host string) func() int {
		return func() int {
			return h.ask(http.MethodGet, "/ap/instance", "X-Forwarded-For", address, "Signature", `keyId="https://`+host+`/u#k"`).Code
		}
	}
	if got := until(2000, read("198.51.100.1", "stranger.test")); got != 300 {
		t.Errorf("a stranger read %d", got)
	}
	if got := until(2000, read("198.51.100.2", "peer.test")); got != 1500 {
		t.Errorf("a known host read %d", got)
	}
}
