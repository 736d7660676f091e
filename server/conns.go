package server

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
)

// connsPerAddress bounds the open connections of one address (T55). Servers that deliver keep a few,
// browsers six each; trusted proxies, which speak for many, and this machine have no bound.
const connsPerAddress = 512

// conns counts open connections by address. It sits where net/http tells of new ones, so that a
// client that never ends its headers is counted as well.
type conns struct {
	trusted []netip.Prefix
	mu      sync.Mutex
	open    map[string]int
}

func newConns(trusted []netip.Prefix) *conns {
	return &conns{trusted: trusted, open: make(map[string]int)}
}

// state suits http.Server.ConnState: it closes a connection too many before a byte is read.
func (k *conns) state(c net.Conn, now http.ConnState) {
	ap, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return // a socket of this machine
	}
	a := ap.Addr().Unmap().WithZone("")
	if slices.ContainsFunc(k.trusted, func(p netip.Prefix) bool { return p.Contains(a) }) {
		return
	}
	key := addressKey(a.String())
	k.mu.Lock()
	defer k.mu.Unlock()
	switch now {
	case http.StateNew:
		k.open[key]++
		if k.open[key] > connsPerAddress {
			_ = c.Close() // net/http notices, and counts it out again
		}
	case http.StateClosed, http.StateHijacked:
		if k.open[key]--; k.open[key] <= 0 {
			delete(k.open, key)
		}
	}
}
