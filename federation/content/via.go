package content

import (
	"slices"
	"strings"
)

// WithTitle puts the title before the body as wire.md orders it for Notes:
// Lemmy, NodeBB and PieFed take it from there, microblogs show it in bold.
func WithTitle(title, body string) string {
	title = PlainName(title)
	if title == "" {
		return body
	}
	return render(&node{kids: []*node{bold(title)}}) + body
}

// WithVia ends a Note with the link that mentions the group. Without it a
// reply written on Mastodon to a member of a third server never reaches the
// group. The handle is name@host without a sign in front.
func WithVia(body, groupURL, handle string) string {
	p := &node{tag: "p", kids: []*node{{text: "via "}, mention(groupURL, handle)}}
	return body + render(&node{kids: []*node{p}})
}

// SourceOf is the Markdown of a thread starter as NodeBB wants it: the title
// as a plain line, an empty line, the body. NodeBB reads the source before
// the content and takes the first line as it stands.
func SourceOf(title, markdown string) string {
	title = PlainName(title)
	if title == "" {
		return markdown
	}
	return title + "\n\n" + markdown
}

// StripQuotedVia drops the closing paragraph that WithVia put there
// when it leads to one of groups, so that a copy of a post does not
// repeat on every line what page it is on.
func StripQuotedVia(src string, groups ...string) string {
	root := build(src)
	last := len(root.kids) - 1
	for last >= 0 && root.kids[last].blank() {
		last--
	}
	if last < 0 || !isVia(root.kids[last], groups) {
		return src
	}
	root.kids = root.kids[:last]
	settleLinks(root)
	return render(root)
}

func isVia(p *node, groups []string) bool {
	if p.tag != "p" || len(p.kids) == 0 {
		return false
	}
	link := p.kids[len(p.kids)-1]
	if link.tag != "a" || !link.handle() || !slices.Contains(groups, link.attr.href) {
		return false
	}
	return strings.TrimSpace(strings.TrimSuffix(textOf(p), textOf(link))) == "via"
}

func bold(s string) *node {
	return &node{tag: "p", kids: []*node{{tag: "strong", kids: []*node{{text: s}}}}}
}

func mention(href, handle string) *node {
	return &node{
		tag:  "a",
		attr: attrs{href: webAddress(href), class: "u-url mention"},
		kids: []*node{{text: "@" + strings.TrimPrefix(handle, "@")}},
	}
}
