package content

import (
	"net/url"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// hosts maps names as browsers do before they look them up, but lets the
// underscore of some real hosts through.
var hosts = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

// asciiHost returns host and port of u as they go over the wire: letters
// that look like others show as what they are (T26).
func asciiHost(u *url.URL) (string, bool) {
	name := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if strings.Contains(name, ":") {
		return u.Host, true // an IPv6 address, already checked by url.Parse
	}
	name, err := hosts.ToASCII(name)
	if err != nil || name == "" || !hostName(name) {
		return "", false
	}
	if port := u.Port(); port != "" {
		return name + ":" + port, true
	}
	return name, true
}

func hostName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return true
}

// settleLinks makes every link say where it leads. A link whose text claims
// another address shows its own; one whose text names no address gets the
// host beside it, in the attribute data-host, which the page prints. Mentions
// and hashtags are told by their form and left alone.
func settleLinks(n *node) {
	for i, k := range n.kids {
		settleLinks(k)
		switch {
		case k.tag != "a":
		case k.attr.href == "":
			n.kids[i] = &node{tag: "span", kids: k.kids}
		default:
			settleLink(k)
		}
	}
}

func settleLink(a *node) {
	u, err := url.Parse(a.attr.href)
	if err != nil || u.Scheme == "mailto" {
		return
	}
	shown := visible(a)
	if strings.TrimSpace(shown) == "" && !a.has("img") {
		a.kids = []*node{{text: a.attr.href}}
		return
	}
	if a.handle() {
		return
	}
	host := u.Hostname()
	bare := strings.TrimPrefix(host, "www.")
	if claimed := claimedHost(shown); claimed != "" && strings.TrimPrefix(claimed, "www.") != bare {
		a.kids = []*node{{text: a.attr.href}}
	} else if !strings.Contains(strings.ToLower(shown), bare) {
		a.attr.host = host
	}
}

// handle tells whether a is a mention or a hashtag: marked as one, and
// written as one word with the sign in front.
func (a *node) handle() bool {
	if !strings.Contains(a.attr.class, "mention") && !strings.Contains(a.attr.class, "hashtag") {
		return false
	}
	s := strings.TrimSpace(textOf(a))
	return len(s) > 1 && (s[0] == '@' || s[0] == '#' || s[0] == '!') && !strings.ContainsAny(s, " \n\t/")
}

// claimedHost returns the host that a link's text pretends to lead to, or ""
// when the text is no address.
func claimedHost(shown string) string {
	word := strings.ToLower(strings.TrimSpace(shown))
	if i := strings.IndexAny(word, " \n\t\u00a0"); i >= 0 {
		word = word[:i]
	}
	certain := false
	if _, rest, ok := strings.Cut(word, "://"); ok {
		word, certain = rest, true
	}
	if i := strings.IndexAny(word, "/?#\\"); i >= 0 {
		word = word[:i]
	}
	if i := strings.LastIndexByte(word, '@'); i >= 0 && certain {
		word = word[i+1:]
	}
	word = strings.TrimRight(word, ".…,;:)")
	if i := strings.LastIndexByte(word, ':'); i >= 0 {
		word = word[:i]
	}
	if !strings.Contains(word, ".") || strings.Contains(word, "@") {
		return ""
	}
	ascii, err := hosts.ToASCII(word)
	if err != nil || !hostName(ascii) {
		if certain {
			return word
		}
		return ""
	}
	if _, icann := publicsuffix.PublicSuffix(ascii); certain || icann || strings.HasPrefix(ascii, "www.") {
		return ascii
	}
	return ""
}

// visible is the text of a link without the parts Mastodon hides.
func visible(n *node) string {
	var b strings.Builder
	var walk func(*node)
	walk = func(n *node) {
		if n.tag == "" {
			b.WriteString(n.text)
		}
		if n.tag == "img" {
			b.WriteString(n.attr.alt)
		}
		if strings.Contains(n.attr.class, "invisible") {
			return
		}
		for _, k := range n.kids {
			walk(k)
		}
	}
	walk(n)
	return b.String()
}

// has tells whether an element of this name is inside n.
func (n *node) has(tag string) bool {
	for _, k := range n.kids {
		if k.tag == tag || k.has(tag) {
			return true
		}
	}
	return false
}
