package fedtest

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Network is an internet in memory: it maps hosts to handlers and is the
// http.RoundTripper through which they reach each other. Nothing is dialled,
// resolved or encrypted, but handlers see what a server would see: a Host, a
// RemoteAddr, a TLS state for https, headers and a body of their own, and a
// context that carries no values of the client's.
//
// The zero value is an empty network, ready to use.
type Network struct {
	// Now is the clock peers sign and verify by; nil means time.Now. Set it
	// before the first request.
	Now func() time.Time

	mu    sync.Mutex
	hosts map[string]http.Handler
	down  map[string]bool
	asked map[string]int
	keys  int
}

// Handle puts h at host, in place of what stood there. A lab host keeps its
// port: "health.localhost:8082".
func (n *Network) Handle(host string, h http.Handler) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.hosts == nil {
		n.hosts = map[string]http.Handler{}
	}
	n.hosts[strings.ToLower(host)] = h
}

// Remove makes host unknown, as if its name had been given back.
func (n *Network) Remove(host string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.hosts, strings.ToLower(host))
}

// Down refuses all connections to host until Up.
func (n *Network) Down(host string) { n.setDown(host, true) }

// Up undoes Down.
func (n *Network) Up(host string) { n.setDown(host, false) }

func (n *Network) setDown(host string, down bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down == nil {
		n.down = map[string]bool{}
	}
	n.down[strings.ToLower(host)] = down
}

// Asked counts the requests made to host, to hosts that do not exist too.
func (n *Network) Asked(host string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked[strings.ToLower(host)]
}

// Hosts lists every name that was ever asked for, in order: a test of what must
// not be contacted compares it.
func (n *Network) Hosts() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Sorted(maps.Keys(n.asked))
}

// From is the network as seen from one client address, such as
// "198.51.100.7:4711"; requests made straight on the Network come from
// 192.0.2.1.
func (n *Network) From(remoteAddr string) http.RoundTripper {
	return &vantage{net: n, addr: remoteAddr}
}

type vantage struct {
	net  *Network
	addr string
}

// RoundTrip implements http.RoundTripper.
func (v *vantage) RoundTrip(req *http.Request) (*http.Response, error) {
	return v.net.roundTrip(req, v.addr)
}

// RoundTrip implements http.RoundTripper. It answers as soon as the handler has
// sent its header; the body follows as it is written. When the client's context
// ends, the handler's ends too.
func (n *Network) RoundTrip(req *http.Request) (*http.Response, error) {
	return n.roundTrip(req, "192.0.2.1:49152")
}

func (n *Network) roundTrip(req *http.Request, from string) (*http.Response, error) {
	body, err := consume(req)
	if err != nil {
		return nil, err
	}
	h, err := n.find(req.URL.Host)
	if err != nil {
		return nil, err
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return converse(h, req, received(req, body, from))
}

func (n *Network) find(host string) (http.Handler, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	host = strings.ToLower(host)
	if n.asked == nil {
		n.asked = map[string]int{}
	}
	n.asked[host]++
	h := n.hosts[host]
	if h == nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
	}
	if n.down[host] {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: fmt.Errorf("%s: connection refused", host)}
	}
	return h, nil
}

func (n *Network) now() time.Time {
	if n.Now != nil {
		return n.Now()
	}
	return time.Now()
}

// consume reads and closes the body, as a RoundTripper must.
func consume(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer func() { _ = req.Body.Close() }()
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, fmt.Errorf("read request body: %w", err)
	}
	return body, nil
}

// received is the server's side of a client request.
func received(req *http.Request, body []byte, from string) *http.Request {
	in := &http.Request{
		Method: req.Method, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: req.Header.Clone(), Host: req.Host, RemoteAddr: from,
		RequestURI: req.URL.RequestURI(), ContentLength: int64(len(body)),
		Body: io.NopCloser(bytes.NewReader(body)),
	}
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if in.Header == nil {
		in.Header = http.Header{}
	}
	in.Header.Del("Host")
	u := *req.URL
	u.Scheme, u.Host, u.User, u.Fragment = "", "", nil, ""
	in.URL = &u
	if req.URL.Scheme == "https" {
		in.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true, ServerName: req.URL.Hostname()}
	}
	return in
}
