package fetch

import (
	"context"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// forbidden are addresses no stranger may make us connect to.
var forbidden = strings.Fields(`
	127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255
	100.64.0.1 100.127.255.255 169.254.169.254 169.254.0.1 172.16.0.1 172.31.255.255
	192.0.0.1 192.0.0.170 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1
	192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1
	203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
	:: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 ::10.0.0.1
	fe80::1 febf::1 fc00::1 fd00::1 fec0::1 ff02::1 ff0e::1 100::1 100:0:0:1::1
	64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1 2002:7f00:1:: 2002:a00:1::
	2001:0::1 2001:10::1 2001:20::1 2001:1ff:ffff::1 2001:db8::1 3fff::1 3fff:fff::1
	5f00::1 4000::1 2620:4f:8000::1
`)

// unreadable are spellings that some resolvers take for loopback, and names no
// public instance has.
var unreadable = strings.Fields(`
	127.1 2130706433 0x7f.1 0x7f000001 0177.0.0.1 017700000001 127.0.0.1. localhost
	intranet printer.local metadata.google.internal abc.onion a.localhost 1.2.3.4.5
`)

func TestT27_specialAddresses(t *testing.T) {
	t.Parallel()
	if n := len(forbidden); n < 60 {
		t.Fatalf("%d addresses, want 60", n)
	}
	l := listenEverywhere(t)
	for _, s := range forbidden {
		ip := netip.MustParseAddr(s)
		g := Guard{Resolver: answering(ip)}
		if err := g.permitAddr(ip); !errors.Is(err, ErrRefusedHost) {
			t.Errorf("%s is permitted: %v", s, err)
		}
		conn, err := g.dial(t.Context(), "tcp", "evil.test:"+l.port)
		if err == nil {
			_ = conn.Close()
		}
		if !errors.Is(err, ErrRefusedHost) && !noFamily(err) {
			t.Errorf("%s by DNS: %v", s, err)
		}
		literal := s
		if ip.Is6() {
			literal = "[" + s + "]"
		}
		refusedURL(t, NewTransport(Guard{}), "https://"+literal+"/")
	}
	for _, name := range unreadable {
		refusedURL(t, NewTransport(Guard{}), "https://"+name+"/")
	}
	if n := l.count.Load(); n != 0 {
		t.Errorf("%d connections reached a forbidden address", n)
	}
}

// noFamily: this machine has no IPv6, so the dialler never got to its check.
func noFamily(err error) bool {
	return strings.Contains(err.Error(), "address family not supported") || strings.Contains(err.Error(), "no suitable address")
}

func TestT27_publicAddresses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"1.1.1.1", "172.32.0.1", "100.128.0.1", "::ffff:9.9.9.9", "2606:4700::1111", "2a00:1450::1"} {
		if err := (&Guard{}).permitAddr(netip.MustParseAddr(s)); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestT27_ownAddress(t *testing.T) {
	t.Parallel()
	g := Guard{Own: []netip.Addr{netip.MustParseAddr("::ffff:1.1.1.1"), netip.MustParseAddr("2606:4700::1111")}}
	for _, s := range []string{"1.1.1.1", "::ffff:1.1.1.1", "2606:4700::1111"} {
		if err := g.permitAddr(netip.MustParseAddr(s)); !errors.Is(err, ErrRefusedHost) {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestT27_schemesAndPorts(t *testing.T) {
	t.Parallel()
	for _, u := range []string{
		"http://peer.test/", "https://peer.test:8443/", "https://peer.test:80/", "ftp://peer.test/", "gopher://peer.test/",
	} {
		refusedURL(t, NewTransport(Guard{}), u)
	}
	lab := Guard{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	refusedURL(t, NewTransport(lab), "http://a.localhost:8080/")
}

func TestT28_rebinding(t *testing.T) {
	t.Parallel()
	l := listenEverywhere(t)
	public, loopback := netip.MustParseAddr("1.1.1.1"), netip.MustParseAddr("127.0.0.1")
	r := answering(public, loopback)
	g := Guard{Resolver: r}
	first, err := r.LookupNetIP(t.Context(), "ip4", "rebind.test")
	if err != nil {
		t.Fatal(err)
	}
	if err := g.permitAddr(first[0]); err != nil {
		t.Fatalf("the look-up before the connection must find nothing wrong: %v", err)
	}
	if _, err := g.dial(t.Context(), "tcp", "rebind.test:"+l.port); !errors.Is(err, ErrRefusedHost) {
		t.Errorf("dial: %v", err)
	}
	if n := l.count.Load(); n != 0 {
		t.Errorf("%d connections to loopback", n)
	}
}

func TestTransport_lab(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Host)
	}))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	rt := NewTransport(Guard{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowHTTP: true})
	for _, host := range []string{"health.localhost:" + port, "127.0.0.1:" + port, "localhost:" + port} {
		resp, err := roundTrip(t, rt, "http://"+host+"/")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if string(body) != host {
			t.Errorf("%s: %q", host, body)
		}
	}
	rt.(interface{ CloseIdleConnections() }).CloseIdleConnections()
}

func TestTransport_http2OverPrivateCA(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	srv.EnableHTTP2 = true
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	g := Guard{
		AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		RootCAs:       pool, Resolver: answering(netip.MustParseAddr("127.0.0.1")),
	}
	resp, err := roundTrip(t, NewTransport(g), "https://example.com:"+port+"/")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.ProtoMajor != 2 {
		t.Errorf("protocol %s", resp.Proto)
	}
	g.RootCAs = nil
	if _, err := roundTrip(t, NewTransport(g), "https://example.com:"+port+"/"); err == nil {
		t.Error("an unknown authority was believed")
	}
}

func TestT31_endlessHeader(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 1000 {
			w.Header().Add("X-More", strings.Repeat("a", 100))
		}
	}))
	defer srv.Close()
	rt := NewTransport(Guard{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowHTTP: true})
	if resp, err := roundTrip(t, rt, srv.URL); err == nil {
		_ = resp.Body.Close()
		t.Error("100 KB of header were read")
	}
}

func roundTrip(t *testing.T, rt http.RoundTripper, url string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	return rt.RoundTrip(req)
}

func refusedURL(t *testing.T, rt http.RoundTripper, url string) {
	t.Helper()
	resp, err := roundTrip(t, rt, url)
	if err == nil {
		_ = resp.Body.Close()
	}
	if !errors.Is(err, ErrRefusedHost) || Temporary(err) {
		t.Errorf("%s: %v", url, err)
	}
}

// counter is a listener on every address of the machine.
type counter struct {
	port  string
	count atomic.Int32
}

func listenEverywhere(t *testing.T) *counter {
	t.Helper()
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	c := &counter{}
	_, c.port, _ = net.SplitHostPort(l.Addr().String())
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.count.Add(1)
			_ = conn.Close()
		}
	}()
	return c
}

// answering is a resolver that gives the addresses in turn, one to a look-up,
// the last for ever. It speaks DNS, so that the real dialler is under test.
func answering(addrs ...netip.Addr) *net.Resolver {
	var mu sync.Mutex
	next := 0
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer func() { _ = server.Close() }()
			query, err := readDNS(server)
			if err != nil {
				return
			}
			mu.Lock()
			addr := addrs[min(next, len(addrs)-1)]
			if wants(query, addr) {
				next++
			}
			mu.Unlock()
			_ = writeDNS(server, query, addr)
		}()
		return client, nil
	}}
}

func wants(q dnsmessage.Message, addr netip.Addr) bool {
	return q.Questions[0].Type == dnsmessage.TypeA && addr.Is4() || q.Questions[0].Type == dnsmessage.TypeAAAA && addr.Is6()
}

func readDNS(r io.Reader) (m dnsmessage.Message, err error) {
	var size [2]byte
	if _, err = io.ReadFull(r, size[:]); err != nil {
		return m, err
	}
	buf := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err = io.ReadFull(r, buf); err != nil {
		return m, err
	}
	return m, m.Unpack(buf)
}

func writeDNS(w io.Writer, m dnsmessage.Message, addr netip.Addr) error {
	m.Response, m.RecursionAvailable = true, true
	m.Additionals = nil
	if wants(m, addr) {
		h := dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Type: m.Questions[0].Type, Class: dnsmessage.ClassINET}
		var body dnsmessage.ResourceBody = &dnsmessage.AAAAResource{AAAA: addr.As16()}
		if addr.Is4() {
			body = &dnsmessage.AResource{A: addr.As4()}
		}
		m.Answers = []dnsmessage.Resource{{Header: h, Body: body}}
	}
	buf, err := m.Pack()
	if err != nil {
		return err
	}
	_, err = w.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(buf))), buf...)) //nolint:gosec // small
	return err
}
