package server_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/labstack/echo/v4"
	"github.com/redis/go-redis/v9"

	"github.com/copse-social/copse/server"
)

// from asks for a page through the trusted proxy as a client at an address.
func (h *house) from(address string, headers ...string) int {
	h.t.Helper()
	return h.ask(http.MethodGet, "/small", append(headers, "X-Forwarded-For", address)...).Code
}

// until asks until it is refused, at most most times, and tells how often it was let pass.
func until(most int, ask func() int) int {
	for n := range most {
		if ask() == http.StatusTooManyRequests {
			return n
		}
	}
	return most
}

func TestLimits_anonymousAndKnown(t *testing.T) {
	t.Parallel()
	h := newHouse(t, pages{})
	if n := until(2000, func() int { return h.from("198.51.100.1") }); n != 300 {
		t.Errorf("anonymous: %d", n)
	}
	// Nobody looks at cookies here; they earn the outer bound of an address and no more.
	if n := until(7000, func() int { return h.from("198.51.100.2", "Cookie", "__Host-copse=x") }); n != 6000 {
		t.Errorf("with a cookie: %d", n)
	}
	rec := h.ask(http.MethodGet, "/small", "X-Forwarded-For", "198.51.100.1")
	if rec.Header().Get("Retry-After") != "300" {
		t.Errorf("Retry-After %q", rec.Header().Get("Retry-After"))
	}
	if code := h.ask(http.MethodGet, "/livez", "X-Forwarded-For", "198.51.100.1").Code; code != http.StatusOK {
		t.Errorf("health is limited: %d", code)
	}
}

// T54: what a client says of its own address changes nothing.
func TestT54_spoofedForwarding(t *testing.T) {
	t.Parallel()
	h := newHouse(t, pages{})
	n := 0
	direct := func() int {
		n++
		req := newRequest("/small")
		req.RemoteAddr = "203.0.113.9:1000" // no trusted proxy
		req.Header.Set("X-Forwarded-For", fmtAddress(n))
		req.Header.Set("X-Real-IP", fmtAddress(n))
		rec := httptest.NewRecorder()
		h.handler.ServeHTTP(rec, req)
		return rec.Code
	}
	if got := until(400, direct); got != 300 {
		t.Errorf("spoofing let %d pass", got)
	}
	n = 0
	behind := func() int { n++; return h.from(fmtAddress(n) + ", 198.51.100.3") } // the right-most counts
	if got := until(400, behind); got != 300 {
		t.Errorf("a spoofed first hop let %d pass", got)
	}
	n = 0
	household := func() int { n++; return h.from(fmt.Sprintf("2001:db8:1:2::%x", n)) }
	if got := until(400, household); got != 300 {
		t.Errorf("one /64 had %d", got)
	}
	if code := h.from("2001:db8:1:3::1"); code != http.StatusOK {
		t.Errorf("its neighbour: %d", code)
	}
}

func fmtAddress(n int) string { return fmt.Sprintf("10.%d.%d.%d", n%7, n/100, n%100) }

// T54: the limit of an account holds over any number of addresses.
func TestT54_loginOverManyAddresses(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	limits := server.NewLimits(func() time.Time { return now }, slog.New(slog.DiscardHandler))
	if got := signIns(limits, 100, func(n int) (string, string) { return fmtAddress(n), " Ana@copse.test" }); got != 10 {
		t.Errorf("one account from 100 addresses: %d", got)
	}
	if got := signIns(limits, 100, func(n int) (string, string) { return "198.51.100.9", fmt.Sprintf("user%d", n) }); got != 10 {
		t.Errorf("100 accounts from one address: %d", got)
	}
	now = now.Add(5 * time.Minute)
	if got := signIns(limits, 1, func(int) (string, string) { return "198.51.100.9", "bob" }); got != 1 {
		t.Error("an address stays locked out")
	}
}

// signIns tries to sign in and tells how often it was let.
func signIns(limits *server.Limits, times int, who func(n int) (address, login string)) int {
	e, passed := echo.New(), 0
	e.IPExtractor = echo.ExtractIPDirect()
	for n := range times {
		address, login := who(n)
		req := newRequest("/sign-in")
		req.RemoteAddr = address + ":1"
		if limits.Login(e.NewContext(req, httptest.NewRecorder()), login) {
			passed++
		}
	}
	return passed
}

func TestLimits_redis(t *testing.T) {
	t.Parallel()
	mini := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: mini.Addr(), MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { _ = client.Close() })
	log := slog.New(slog.DiscardHandler)
	one, two := server.NewRedisLimits(client, log), server.NewRedisLimits(client, log)
	anas := func(n int) (string, string) { return fmtAddress(n), "ana" }
	if got := signIns(one, 6, anas) + signIns(two, 6, anas); got != 10 {
		t.Errorf("two processes let %d pass", got)
	}
	for _, key := range mini.Keys() {
		if mini.TTL(key) <= 0 {
			t.Errorf("%s stays for ever", key) // T53
		}
	}
	h := newHouse(t, pages{}, func(o *server.Options) { o.Limits = one })
	mini.Close()
	if got := signIns(one, 1, func(int) (string, string) { return "198.51.100.77", "eve" }); got != 0 {
		t.Error("sign-in passes while nobody counts")
	}
	if code := h.from("198.51.100.78"); code != http.StatusOK {
		t.Errorf("reading stops while nobody counts: %d", code)
	}
}

func TestLimits_inboxPerHost(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	ctx := context.Background()
	for _, name := range []string{"met.test", "noted.test"} {
		if err := h.store.EnsureHost(ctx, name); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.store.HeardFromHost(ctx, "met.test"); err != nil {
		t.Fatal(err)
	}
	deliver := func(address, signature string) func() int {
		return func() int {
			return h.ask(http.MethodPost, "/ap/inbox", "X-Forwarded-For", address, "Signature", signature).Code
		}
	}
	if n := until(1200, deliver("198.51.100.1", `keyId="https://met.test/u#k"`)); n != 500 {
		t.Errorf("host that was met: %d", n)
	}
	for _, host := range []string{"noted.test", "stranger.test"} {
		if n := until(100, deliver("198.51.100.1", `a="b",keyId="https://`+host+`/u#k"`)); n != 25 {
			t.Errorf("%s: %d", host, n)
		}
	}
	// Whoever uses a host's name from elsewhere uses up nothing of its share.
	if code := deliver("198.51.100.2", `keyId="https://met.test/u#k"`)(); code == http.StatusTooManyRequests {
		t.Error("another address used up the share of a host")
	}
	if code := h.ask(http.MethodGet, "/ap/instance", "X-Forwarded-For", "198.51.100.1").Code; code != http.StatusOK {
		t.Errorf("reading is limited by deliveries: %d", code)
	}
}

func TestLimits_off(t *testing.T) {
	t.Parallel()
	h := newHouse(t, pages{}, func(o *server.Options) { o.Unlimited = true })
	if n := until(400, func() int { return h.from("198.51.100.1") }); n != 400 {
		t.Errorf("limited after %d", n)
	}
}

func TestCapacity_perAddress(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}, 200), make(chan struct{})
	h := newHouse(t, pages{more: func(e *echo.Echo) {
		e.GET("/stream", func(c echo.Context) error {
			begun <- struct{}{}
			<-end
			return c.NoContent(http.StatusNoContent)
		})
	}}, func(o *server.Options) { o.Streams = []string{"/stream"} })
	var wg sync.WaitGroup
	for range 150 { // streams do not count
		wg.Go(func() {
			h.ask(http.MethodGet, "/stream", "Accept", "text/event-stream", "X-Forwarded-For", "198.51.100.1")
		})
	}
	for range 150 {
		<-begun
	}
	if code := h.from("198.51.100.1"); code != http.StatusOK {
		t.Errorf("page beside streams: %d", code)
	}
	close(end)
	wg.Wait()
}

// T54: a client that says it wants a stream is counted as everybody.
func TestT54_acceptOpensNoOtherLane(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}, 200), make(chan struct{})
	h := newHouse(t, pages{more: func(e *echo.Echo) {
		e.GET("/slow", func(c echo.Context) error {
			begun <- struct{}{}
			<-end
			return c.NoContent(http.StatusNoContent)
		})
	}})
	refused := make(chan int, 200)
	var wg sync.WaitGroup
	for range 150 {
		wg.Go(func() {
			rec := h.ask(http.MethodGet, "/slow", "Accept", "text/event-stream", "X-Forwarded-For", "198.51.100.1")
			if rec.Code == http.StatusServiceUnavailable {
				refused <- 1
			}
		})
	}
	for range 50 { // one address has 100 places
		<-refused
	}
	close(end)
	wg.Wait()
	if len(begun) > 100 {
		t.Errorf("%d at work at once", len(begun))
	}
}
