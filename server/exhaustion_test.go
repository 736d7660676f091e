package server_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/copse-social/copse/server"
)

// serve runs the real server with all its limits on a port of this machine.
func (h *house) serve() (address string) {
	h.t.Helper()
	l, err := (&net.ListenConfig{}).Listen(h.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	srv := h.shell.HTTPServer("")
	srv.ReadHeaderTimeout, srv.ReadTimeout = time.Hour, time.Hour // who is slow stays for the whole test
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }()
	h.t.Cleanup(func() { _ = srv.Close(); <-done })
	return l.Addr().String()
}

func (h *house) dial(address string) net.Conn { return h.dialFrom("127.0.0.1", address) }

func (h *house) dialFrom(own, address string) net.Conn {
	h.t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(own)}}
	c, err := dialer.DialContext(h.t.Context(), "tcp", address)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = c.Close() })
	return c
}

// loopback is trusted, as behind a proxy on the same machine.
func behindProxy(o *server.Options) {
	o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
}

// T55: 2,000 requests that never end their headers hold nobody up: others are answered while these
// are still open. Of those of one address, the most are shut out at once.
func TestT55_halfOpenRequests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*server.Options)
		most   int
	}{
		"through a proxy": {behindProxy, 2000},
		"of one address":  {func(*server.Options) {}, 512},
	} {
		h := newHouse(t, pages{}, c.change)
		address := h.serve()
		for range 2000 {
			conn := h.dial(address)
			_, _ = io.WriteString(conn, "GET /small HTTP/1.1\r\nHost: copse.test\r\nX-Slow: ") // and no more
		}
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
		served := 0
		for range 100 {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/small", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			res, err := client.Do(req)
			if err != nil {
				continue
			}
			_ = res.Body.Close()
			served++
		}
		if c.most < 2000 {
			if served != 0 {
				t.Errorf("%s: %d requests of an address that holds all its connections", name, served)
			}
			continue
		}
		if served != 100 {
			t.Errorf("%s: %d of 100 served", name, served)
		}
	}
}

// T55: what one address holds open is counted, given back, and no other's.
func TestT55_connectionsOfAnAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t, pages{})
	state := h.shell.HTTPServer("").ConnState
	open := make([]*fakeConn, 0, 600)
	for n := range 600 {
		c := &fakeConn{from: fmt.Sprintf("198.51.100.1:%d", n+1)}
		state(c, http.StateNew)
		open = append(open, c)
	}
	if n := shut(open); n != 88 {
		t.Errorf("%d of 600 shut, want 88", n)
	}
	other := &fakeConn{from: "198.51.100.2:1"}
	state(other, http.StateNew)
	for _, c := range open {
		state(c, http.StateClosed)
	}
	again := &fakeConn{from: "198.51.100.1:1"}
	state(again, http.StateNew)
	if other.closed || again.closed {
		t.Error("another address, or the same one later, is shut out")
	}
	household := make([]*fakeConn, 0, 600)
	for n := range 600 {
		c := &fakeConn{from: fmt.Sprintf("[2001:db8:1:2::%x]:1", n+1)}
		state(c, http.StateNew)
		household = append(household, c)
	}
	if n := shut(household); n != 88 {
		t.Errorf("one /64: %d of 600 shut", n)
	}
}

// fakeConn is a connection of which only its other end and its closing matter.
type fakeConn struct {
	net.Conn
	from   string
	closed bool
}

func (c *fakeConn) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(c.from))
}
func (c *fakeConn) Close() error { c.closed = true; return nil }

func shut(list []*fakeConn) (n int) {
	for _, c := range list {
		if c.closed {
			n++
		}
	}
	return n
}

// T56: 10,000 streams opened and reset at once keep no more handlers busy than a connection may
// have, and others are served meanwhile.
func TestT56_rapidReset(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	busy, most, all := 0, 0, 0
	h := newHouse(t, pages{more: func(e *echo.Echo) {
		e.GET("/work", func(c echo.Context) error {
			mu.Lock()
			busy++
			all++
			most = max(most, busy)
			mu.Unlock()
			<-c.Request().Context().Done()
			mu.Lock()
			busy--
			mu.Unlock()
			return nil
		})
	}})
	address := h.serve()
	conn := h.dial(address)
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	go func() { _, _ = io.Copy(io.Discard, conn) }() // ends with the connection
	w := bufio.NewWriter(conn)
	_, _ = w.WriteString(http2.ClientPreface)
	framer := http2.NewFramer(w, nil)
	_ = framer.WriteSettings()
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	for i := range 10_000 {
		block.Reset()
		for _, f := range []hpack.HeaderField{{Name: ":method", Value: "GET"}, {Name: ":scheme", Value: "http"}, {Name: ":authority", Value: "copse.test"}, {Name: ":path", Value: "/work"}} {
			_ = enc.WriteField(f)
		}
		id := uint32(2*i + 1) //nolint:gosec // small
		if framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: true}) != nil ||
			framer.WriteRSTStream(id, http2.ErrCodeCancel) != nil {
			break // the server has had enough
		}
	}
	_ = w.Flush()
	if code := h.plain(h.dialFrom("127.0.0.2", address), "GET /small HTTP/1.1\r\nHost: copse.test\r\nConnection: close\r\n\r\n"); code != "200" {
		t.Errorf("an honest request from elsewhere beside it: %s", code)
	}
	mu.Lock()
	defer mu.Unlock()
	if most > 200 {
		t.Errorf("%d handlers at once", most)
	}
	t.Logf("%d of 10,000 streams reached a handler, %d at once", all, most)
}

// plain sends bytes and answers the statuses that come back, with a space between.
func (h *house) plain(conn net.Conn, request string) string {
	h.t.Helper()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	_, _ = io.WriteString(conn, request)
	var list []string
	r := bufio.NewReader(conn)
	for {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return strings.Join(list, " ")
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		list = append(list, fmt.Sprint(res.StatusCode))
	}
}

// T56: where two readers could disagree about where a request ends, it is refused, and nothing after
// it is taken for a request.
func TestT56_framing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, pages{}, behindProxy)
	address := h.serve()
	const head = "POST /act HTTP/1.1\r\nHost: copse.test\r\n"
	const smuggled = "GET /small HTTP/1.1\r\nHost: copse.test\r\n\r\n"
	for name, c := range map[string]struct{ request, want string }{
		"two lengths":          {head + "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabc" + smuggled, "400"},
		"list of lengths":      {head + "Content-Length: 3, 5\r\n\r\nabc" + smuggled, "400"},
		"signed length":        {head + "Content-Length: +3\r\n\r\nabc" + smuggled, "400"},
		"negative length":      {head + "Content-Length: -3\r\n\r\nabc" + smuggled, "400"},
		"unknown coding":       {head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled, "501"},
		"two codings":          {head + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + smuggled, "501"},
		"coding twice":         {head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, "501"},
		"space before colon":   {head + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + smuggled, "400"},
		"bad chunk size":       {head + "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n" + smuggled, "200"}, // unread, and the last of its connection
		"two hosts":            {"GET /small HTTP/1.1\r\nHost: copse.test\r\nHost: evil.test\r\n\r\n", "400"},
		"no host":              {"GET /small HTTP/1.1\r\n\r\n", "400"},
		"folded header":        {"GET /small HTTP/1.1\r\nHost: copse.test\r\n X: y\r\n\r\n", "400"},
		"headers without end":  {"GET /small HTTP/1.1\r\nHost: copse.test\r\n" + strings.Repeat("X-A: "+strings.Repeat("a", 1000)+"\r\n", 64) + "\r\n", "431"},
		"http/1.1 in one line": {"GET /small\r\n\r\n", "400"},
	} {
		if got := h.plain(h.dial(address), c.request); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// T52: of 10,000 follows in a minute from one host, those beyond its share are told to come later.
func TestT52_followBombMeetsItsLimit(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	h := newHouse(t, nil, func(o *server.Options) {
		o.Limits = server.NewLimits(func() time.Time { return now }, o.Log)
	})
	h.meets("evil.test")
	refused := 0
	for range 10_000 {
		now = now.Add(6 * time.Millisecond)
		if h.delivers("198.51.100.1", "evil.test", noType) == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused < 3400 || refused > 3600 { // 500 at once and 100 a second pass
		t.Errorf("%d of 10,000 refused", refused)
	}
	if err := h.store.Ping(context.Background()); err != nil {
		t.Error(err)
	}
}
