package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	connectTimeout = 5 * time.Second
	maxHeader      = 16 << 10
	// headerTimeout is the longest any caller waits for an answer: delivery
	// gives a peer 15 s, fetches end sooner by their own clock.
	headerTimeout = 15 * time.Second
	// hostConns keeps one slow host from taking all sockets.
	hostConns = 8
	// idleConns lets an instance with a thousand peers keep one open to each.
	idleConns = 2048
)

// Guard says which addresses outgoing connections may reach (T27, T28). Its
// zero value is right for production: public addresses, https, port 443.
type Guard struct {
	// AllowNetworks turns the transport into that of a lab: these networks may
	// be dialled although they are private, any port and any host name is
	// taken, and names under .localhost mean 127.0.0.1.
	AllowNetworks []netip.Prefix
	// AllowHTTP permits plain http. Labs only.
	AllowHTTP bool
	// RootCAs replaces the system's certificate authorities.
	RootCAs *x509.CertPool
	// Own lists the server's public addresses, so that a peer cannot make it
	// talk to itself past its own proxy.
	Own []netip.Addr
	// Resolver replaces the system's resolver.
	Resolver *net.Resolver
}

// NewTransport builds the one way out of the program, shared by fetch and
// delivery. The address check sits where the socket is made, after DNS, so
// that a name which changes its mind between check and use gains nothing
// (T28). It never follows redirects, never reads proxy variables, and does not
// decompress.
func NewTransport(g Guard) http.RoundTripper {
	return &guarded{guard: g, next: &http.Transport{
		Proxy:                  nil,
		DialContext:            g.dial,
		TLSClientConfig:        &tls.Config{RootCAs: g.RootCAs, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    connectTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		MaxResponseHeaderBytes: maxHeader,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: connectTimeout},
		MaxIdleConns:           idleConns,
		MaxIdleConnsPerHost:    hostConns / 2,
		MaxConnsPerHost:        hostConns,
		IdleConnTimeout:        90 * time.Second,
	}}
}

// guarded checks the address as written before the transport looks it up.
type guarded struct {
	guard Guard
	next  *http.Transport
}

// RoundTrip implements http.RoundTripper. A refusal is ErrRefusedHost.
func (t *guarded) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.guard.permitURL(req.URL); err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	return t.next.RoundTrip(req)
}

// CloseIdleConnections lets http.Client and shutdown release the pool.
func (t *guarded) CloseIdleConnections() { t.next.CloseIdleConnections() }

func (g *Guard) lab() bool { return len(g.AllowNetworks) > 0 }

func (g *Guard) permitURL(u *url.URL) error {
	if u.Scheme != "https" && (u.Scheme != "http" || !g.AllowHTTP) {
		return fmt.Errorf("%w: scheme %q", ErrRefusedHost, clip(u.Scheme))
	}
	if g.lab() {
		return nil
	}
	if port := u.Port(); port != "" && port != "443" {
		return fmt.Errorf("%w: port %s", ErrRefusedHost, clip(port))
	}
	host, err := Host(u.Host)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefusedHost, err)
	}
	return publicName(host)
}

// dial connects to what the name resolves to now, each candidate address
// checked on its own socket.
func (g *Guard) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	d := net.Dialer{
		Timeout:  connectTimeout,
		Resolver: g.Resolver,
		Control:  g.control,
	}
	return d.DialContext(ctx, network, g.labAddr(addr))
}

// control runs between socket and connect; nothing was sent yet.
func (g *Guard) control(network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("%w: network %s", ErrRefusedHost, network)
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", ErrRefusedHost, address)
	}
	return g.permitAddr(ap.Addr())
}

// labAddr spares labs a resolver: RFC 6761 wants localhost names to be
// loopback, yet few resolvers do it for sub-domains.
func (g *Guard) labAddr(addr string) string {
	if !g.lab() {
		return addr
	}
	host, port, err := net.SplitHostPort(addr)
	if err == nil && (host == "localhost" || strings.HasSuffix(host, ".localhost")) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}
