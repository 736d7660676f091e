package vocab

import (
	"net/url"
	"strings"
)

// Public is the one spelling of the public audience; Decode turns as:Public
// and Public into it (ActivityPub §5.6).
const Public = "https://www.w3.org/ns/activitystreams#Public"

// IsWebIRI tells whether s is an absolute http or https address with a host
// and without a user part or control characters. Ids stay opaque: NodeBB's hold
// spaces and whole addresses.
func IsWebIRI(s string) bool { return Origin(s) != "" }

// Origin returns scheme, host and port of an address in lower case and
// without a default port, or "" when it is not an absolute web address. Two
// documents belong together when their origins are equal (FEP-fe34).
func Origin(iri string) string {
	scheme, rest, ok := strings.Cut(iri, "://")
	if !ok || len(iri) > maxIRI || strings.ContainsFunc(iri, breaks) {
		return ""
	}
	scheme = strings.ToLower(scheme)
	if scheme != "https" && scheme != "http" {
		return ""
	}
	host := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host = rest[:i]
	}
	// Only names made of these bytes are the same for every reader.
	for i := range len(host) {
		if !hostByte(host[i]) {
			return ""
		}
	}
	u, err := url.Parse(scheme + "://" + host)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	name, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	if port == "" || scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		return scheme + "://" + name
	}
	return scheme + "://" + name + ":" + port
}

// breaks reports what ends a line or a header somewhere, seen or unseen (T43).
func breaks(c rune) bool {
	return c < ' ' || 0x7f <= c && c < 0xa0 || c == '\u2028' || c == '\u2029'
}

func hostByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']'
}

// SameOrigin tells whether two addresses share scheme, host and port. An
// address without an origin shares it with nothing.
func SameOrigin(a, b string) bool {
	o := Origin(a)
	return o != "" && o == Origin(b)
}

// Host returns host and port of an address in lower case, or "".
func Host(iri string) string {
	_, host, _ := strings.Cut(Origin(iri), "://")
	return host
}

func publicName(s string) string {
	if s == "as:Public" || s == "Public" {
		return Public
	}
	return s
}
