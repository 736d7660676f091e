package fetch

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// maxIRI bounds every address we follow; ids of NodeBB hold whole URLs, so it
// is generous.
const maxIRI = 4096

// profile is UTS 46 lookup as browsers do it, plus the DNS length limits.
var profile = idna.New(
	idna.MapForLookup(),
	idna.BidiRule(),
	idna.StrictDomainName(true),
	idna.VerifyDNSLength(true),
)

// Host gives the one spelling of a host under which rows, policies and handles
// are kept: IDNA, lower case, without trailing dot and without port 443
// (T20). Another port is kept, since labs tell instances apart by it; outside
// a lab no such host can ever be reached.
func Host(s string) (string, error) {
	name, port, err := splitPort(s)
	if err != nil {
		return "", fmt.Errorf("host %q: %w", clip(s), err)
	}
	if strings.HasPrefix(name, "[") {
		ip, err := netip.ParseAddr(strings.Trim(name, "[]"))
		if err != nil || !ip.Is6() || ip.Zone() != "" {
			return "", fmt.Errorf("host %q: %w", clip(s), ErrMalformed)
		}
		return "[" + ip.String() + "]" + port, nil
	}
	ascii, err := asciiName(strings.TrimSuffix(name, "."))
	if err != nil {
		return "", fmt.Errorf("host %q: %w", clip(s), err)
	}
	return ascii + port, nil
}

// asciiName answers only what maps to itself: a spelling that needs a second
// pass is one that two programs would read as two hosts.
func asciiName(name string) (string, error) {
	once, err := profile.ToASCII(name)
	if err != nil || once == "" || strings.HasSuffix(once, ".") {
		return "", ErrMalformed
	}
	if once == name {
		return once, nil
	}
	if twice, err := profile.ToASCII(once); err != nil || twice != once {
		return "", ErrMalformed
	}
	return once, nil
}

// splitPort cuts ":8080" off and answers it with its colon, or "" for none and
// for 443.
func splitPort(s string) (name, port string, err error) {
	if s == "" || len(s) > 512 {
		return "", "", ErrMalformed
	}
	i := strings.LastIndexByte(s, ':')
	if i < 0 || strings.HasSuffix(s, "]") {
		return s, "", nil
	}
	n, err := strconv.ParseUint(s[i+1:], 10, 16)
	if err != nil || n == 0 || s[i+1] == '+' {
		return "", "", ErrMalformed
	}
	if n == 443 {
		return s[:i], "", nil
	}
	return s[:i], ":" + strconv.FormatUint(n, 10), nil
}

// Site is the registrable domain of a host: what one owner can make
// sub-domains of. Limits and look-alike checks count by it (T19, T32, T57).
func Site(host string) string {
	name, _, err := splitPort(host)
	if err != nil {
		return host
	}
	if site, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil && !numeric(name) {
		return site
	}
	return name
}

// SameSite tells whether two addresses lie under one registrable domain.
func SameSite(a, b string) bool {
	ua, errA := parse(a)
	ub, errB := parse(b)
	return errA == nil && errB == nil && Site(ua.Host) == Site(ub.Host)
}

// sameOrigin tells whether two parsed addresses share scheme, host and port: the
// unit that may speak for an id (FEP-fe34, T17).
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && a.Host == b.Host
}

// parse reads an absolute web address, its host normalised, its fragment and
// the emptiness of its path removed.
func parse(iri string) (*url.URL, error) {
	if len(iri) > maxIRI {
		return nil, fmt.Errorf("address %q: %w", clip(iri), ErrMalformed)
	}
	u, err := url.Parse(iri)
	if err != nil || u.Opaque != "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("address %q: %w", clip(iri), ErrMalformed)
	}
	host := u.Host
	if u.Scheme == "http" {
		host = strings.TrimSuffix(host, ":80")
	}
	if u.Host, err = Host(host); err != nil {
		return nil, err
	}
	u.Fragment, u.RawFragment = "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	return u, nil
}

// lastLabel is the part of a host name after its last dot.
func lastLabel(name string) string {
	return name[strings.LastIndexByte(name, '.')+1:]
}

// numeric tells whether a resolver could read the name as an IPv4 address:
// "127.1", "2130706433" and "0x7f.1" are all loopback to some (WHATWG URL,
// "ends in a number").
func numeric(name string) bool {
	last := lastLabel(name)
	if strings.HasPrefix(last, "0x") {
		return true
	}
	_, err := strconv.ParseUint(last, 10, 64)
	return err == nil || last != "" && strings.Trim(last, "0123456789") == ""
}

// publicName refuses what no public instance is called, before any look-up.
func publicName(host string) error {
	name, _, _ := net.SplitHostPort(host)
	if name == "" {
		name = host
	}
	switch {
	case strings.HasPrefix(name, "["), strings.Contains(name, ":"), numeric(name):
		return fmt.Errorf("%w: %s is an address, not a name", ErrRefusedHost, host)
	case !strings.Contains(name, "."):
		return fmt.Errorf("%w: %s has a single label", ErrRefusedHost, host)
	}
	switch lastLabel(name) {
	case "local", "internal", "onion", "localhost":
		return fmt.Errorf("%w: %s is not a public name", ErrRefusedHost, host)
	}
	return nil
}

// clip keeps foreign text short in errors.
func clip(s string) string {
	if len(s) > 100 {
		return s[:100]
	}
	return s
}
