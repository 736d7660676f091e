package rig

import (
	"context"
	"net"
)

// dialLocal connects to names below localhost, which mean this machine (RFC 6761), whatever the
// system's resolver makes of them.
func dialLocal(ctx context.Context, network, addr string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
}
