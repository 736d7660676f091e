package fetch

import (
	"fmt"
	"net/netip"
)

// special4 are the IPv4 networks of the IANA special-purpose registry that are
// not globally reachable, and multicast. Everything else is global.
var special4 = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
	"172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24",
	"192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)

// global6 is the only IPv6 range handed out to hosts. It leaves out loopback,
// link-local, unique-local, multicast, ::a.b.c.d and 64:ff9b::/96 by itself.
var global6 = netip.MustParsePrefix("2000::/3")

// special6 are the holes in it: protocol assignments with Teredo and ORCHID,
// documentation, and 6to4, which hides an IPv4 address.
var special6 = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

func within(ip netip.Addr, list []netip.Prefix) bool {
	for _, p := range list {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// permitAddr decides about one address that is about to be dialled (T27).
func (g *Guard) permitAddr(ip netip.Addr) error {
	ip = ip.Unmap()
	if ip.Zone() == "" && within(ip, g.AllowNetworks) {
		return nil
	}
	for _, own := range g.Own {
		if own.Unmap() == ip {
			return fmt.Errorf("%w: %s is this server", ErrRefusedHost, ip)
		}
	}
	ok := ip.Is4() && !within(ip, special4) ||
		ip.Is6() && ip.Zone() == "" && global6.Contains(ip) && !within(ip, special6)
	if !ok {
		return fmt.Errorf("%w: %s is not a public address", ErrRefusedHost, ip)
	}
	return nil
}
