package fetch_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/federation/fetch"
)

// Strangers use up their own tries, and those of no network that has not asked before.
func TestT11_eachNetworkHasATry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.net.Handle("masto.test", http.NotFoundHandler())
	var mu sync.Mutex
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	w.opt.Now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	c, asked := w.client(), 0
	ask := func(address string) int {
		before := w.net.Asked("masto.test")
		asked++
		_, _ = c.Key(fetch.AskedFrom(t.Context(), address), fmt.Sprintf("https://masto.test/k%d", asked))
		return w.net.Asked("masto.test") - before
	}
	for range 10 {
		ask("198.51.100.1")
	}
	for _, c := range []struct {
		address string
		want    int
	}{
		{"198.51.100.2", 0},           // the same network
		{"::ffff:198.51.100.2", 0},    // in another spelling
		{"", 0},                       // nobody knows whose
		{"no address", 0},             //
		{"203.0.113.9:4711", 1},       // another one
		{"203.0.113.10", 0},           // which has had its try
		{"2001:db8:1::1", 1},          //
		{"2001:db8:1:ffff::/64", 0},   // a customer has many such
		{"[2001:db8:2::1]:4711", 1},   //
		{"2001:db8:2:1::1%eth0", 0},   //
		{"198.51.101.1", 1},           //
		{"2001:db8:ffff:ffff::2", 1},  //
		{"[2001:db8:ffff::9]:443", 0}, //
	} {
		if got := ask(c.address); got != c.want {
			t.Errorf("%q: %d reads, want %d", c.address, got, c.want)
		}
	}
	now = now.Add(time.Minute)
	if ask("198.51.100.1") != 1 {
		t.Error("a new minute changes nothing")
	}
}

// T11, T57: keys that strangers name use up three quarters of what may be read of a host in an hour;
// the rest is for who has proved to speak for it.
func TestT11_badKeysLeaveAQuarterOfTheHour(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.net.Handle("masto.test", http.NotFoundHandler())
	w.opt.Signer, w.opt.CausedPerHour, w.opt.CausedPerSecond = nil, 40, 10_000
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	w.opt.Now = func() time.Time { return now }
	c := w.client()
	for i := range 100 {
		now = now.Add(time.Minute)
		_, _ = c.Key(fetch.WithBudget(t.Context(), fetch.BudgetOf("masto.test", 6)), fmt.Sprintf("https://masto.test/k%d", i))
	}
	if n := w.net.Asked("masto.test"); n > 31 { // one may come back while the test runs
		t.Errorf("%d of 40 reads for strangers", n)
	}
	before := w.net.Asked("masto.test")
	for i := range 5 {
		_, _ = c.Key(fetch.WithBudget(fetch.Vouched(t.Context()), fetch.BudgetOf("masto.test", 6)), fmt.Sprintf("https://masto.test/o%d", i))
	}
	if n := w.net.Asked("masto.test") - before; n != 5 {
		t.Errorf("%d of 5 reads for its own people", n)
	}
}
