package content

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Bounds of one text. What is longer is cut, what nests deeper is flattened.
const (
	maxHTML  = 512 << 10
	maxDepth = 48
	maxNodes = 40_000
)

// node is an element or, with an empty tag, a piece of text. The root has the
// tag "root". A tree from build holds only elements and attributes of the
// tables below, closed in the right order.
type node struct {
	tag  string
	text string
	attr attrs
	kids []*node
}

// attrs are the only attributes that exist. Those that are derived (rel,
// loading) are written by render.
type attrs struct {
	href, src, alt, class, lang, dir, start, span, rows, host string
	reversed                                                  bool
}

// build reads any HTML into a whole tree. Unknown elements vanish and leave
// their text, except those whose text is no text (script, style).
func build(src string) *node {
	b := &builder{
		z:     html.NewTokenizer(strings.NewReader(clip(src, maxHTML))),
		stack: []*node{{tag: "root"}},
	}
	for {
		switch b.z.Next() {
		case html.ErrorToken:
			root := b.stack[0]
			prune(root)
			return root
		case html.TextToken:
			b.write(string(b.z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			b.start()
		case html.EndTagToken:
			name, _ := b.z.TagName()
			b.end(string(name))
		}
	}
}

type builder struct {
	z     *html.Tokenizer
	stack []*node
	mute  string // element whose content is being passed over
	count int
}

func (b *builder) top() *node { return b.stack[len(b.stack)-1] }

func (b *builder) write(s string) {
	if b.mute != "" {
		return
	}
	s = cleanText(s)
	top := b.top()
	if s == "" || tablePart(top.tag) {
		return // between rows there is room for cells only
	}
	if n := len(top.kids); n > 0 && top.kids[n-1].tag == "" {
		top.kids[n-1].text += s
		return
	}
	b.add(&node{text: s})
}

func (b *builder) add(n *node) bool {
	if b.count++; b.count > maxNodes {
		return false
	}
	top := b.top()
	top.kids = append(top.kids, n)
	return true
}

func (b *builder) start() {
	raw, more := b.z.TagName()
	tag := alias(string(raw))
	if b.mute != "" {
		return
	}
	if silent(tag) {
		b.mute = tag
		return
	}
	n := &node{tag: tag}
	if more {
		n.attr = b.attributes(tag)
	}
	switch {
	case !allowed(tag):
	case tag == "br" || tag == "img" || tag == "hr":
		if tag == "hr" {
			b.closeParagraph()
		}
		if !tablePart(b.top().tag) {
			b.add(n)
		}
	case b.place(tag) && len(b.stack) < maxDepth && b.add(n):
		b.stack = append(b.stack, n)
	}
}

// place closes what cannot stay open around tag and tells whether tag may
// stand here at all.
func (b *builder) place(tag string) bool {
	switch tag {
	case "li":
		if b.open("li", "ul", "ol") {
			b.pop("li")
		}
		return b.top().tag == "ul" || b.top().tag == "ol"
	case "thead", "tbody", "tfoot", "caption":
		b.popTo("table")
		return b.top().tag == "table"
	case "tr":
		return b.popTo("thead", "tbody", "tfoot", "table")
	case "td", "th":
		return b.popTo("tr")
	case "a":
		if b.open("a") {
			b.pop("a")
		}
	case "summary":
		return b.top().tag == "details" && len(b.top().kids) == 0
	}
	if isBlock(tag) {
		if h := b.heading(); h != "" && tag == "p" {
			return false
		} else if h != "" {
			b.pop(h)
		}
		b.closeParagraph()
	}
	return !tablePart(b.top().tag)
}

// heading returns the heading that is open in this cell or item, if any.
func (b *builder) heading() string {
	for i := len(b.stack) - 1; i > 0; i-- {
		switch t := b.stack[i].tag; t {
		case "h1", "h2", "h3", "h4", "h5", "h6":
			return t
		case "td", "th", "li", "blockquote", "details":
			return ""
		}
	}
	return ""
}

func (b *builder) closeParagraph() {
	if b.open("p", "li", "td", "th", "blockquote", "details", "caption") {
		b.pop("p")
	}
}

// open tells whether tag is open above the nearest of the walls.
func (b *builder) open(tag string, walls ...string) bool {
	for i := len(b.stack) - 1; i > 0; i-- {
		t := b.stack[i].tag
		if t == tag {
			return true
		}
		if slices.Contains(walls, t) {
			return false
		}
		if t == "td" || t == "th" {
			return false
		}
	}
	return false
}

// pop closes the innermost tag and all inside it.
func (b *builder) pop(tag string) {
	for len(b.stack) > 1 {
		t := b.top().tag
		b.stack = b.stack[:len(b.stack)-1]
		if t == tag {
			return
		}
	}
}

// popTo closes everything above the innermost of tags, if one is open inside
// the innermost table; else nothing changes.
func (b *builder) popTo(tags ...string) bool {
	for i := len(b.stack) - 1; i > 0; i-- {
		t := b.stack[i].tag
		if slices.Contains(tags, t) {
			b.stack = b.stack[:i+1]
			return true
		}
		if t == "table" {
			return false
		}
	}
	return false
}

func (b *builder) end(name string) {
	tag := alias(name)
	if b.mute != "" {
		if tag == b.mute {
			b.mute = ""
		}
		return
	}
	switch {
	case tag == "br":
		return
	case tag == "td" || tag == "th" || tag == "tr" || tablePart(tag):
		if b.popTo(tag) {
			b.pop(tag)
		}
	case b.open(tag):
		b.pop(tag)
	}
}

// prune drops elements that hold nothing and so would only show as a gap.
func prune(n *node) {
	kept := n.kids[:0]
	for _, k := range n.kids {
		prune(k)
		if !k.empty() {
			kept = append(kept, k)
		}
	}
	n.kids = kept
}

func (n *node) empty() bool {
	switch n.tag {
	case "":
		return n.text == ""
	case "br", "img", "hr", "td", "th", "li":
		return false
	case "p", "a", "h1", "h2", "h3", "h4", "h5", "h6", "summary", "blockquote":
		return n.blank()
	}
	return len(n.kids) == 0
}

// blank tells whether nothing of n can be seen.
func (n *node) blank() bool {
	if n.tag == "" {
		return strings.TrimSpace(n.text) == ""
	}
	if n.tag == "img" || n.tag == "hr" {
		return false
	}
	for _, k := range n.kids {
		if !k.blank() {
			return false
		}
	}
	return true
}
