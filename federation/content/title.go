package content

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTitle is the longest title taken from a text as it stands.
const maxTitle = 120

// Title finds the title in a post that has none of its own, as posts from
// microblogs do: the first line, without the people and hashtags at its ends
// and without the groups named, each given as address or as @name@host. A
// line ends at a break, a paragraph or a heading. A line over 120 characters
// gives its first sentence, cut at a word.
//
// Rest is the HTML that remains to be read: without the title's line when an
// empty line or a paragraph's end follows it, the whole text otherwise.
func Title(src string, groups ...string) (title, rest string) {
	root := build(src)
	settleLinks(root)
	lines := linesOf(root)
	for i, l := range lines {
		title = l.title(groups)
		if title == "" {
			continue
		}
		if utf8.RuneCountInString(title) > maxTitle {
			return PlainName(cutAtWord(strings.TrimSpace(title[:sentenceEnd(title)]), maxTitle)), render(root)
		}
		if l.closed || i == len(lines)-1 {
			for _, gone := range lines[:i+1] {
				gone.remove()
			}
			prune(root)
		}
		return PlainName(title), render(root)
	}
	return "", render(root)
}

// line is one line of a text: its words, the nodes they come from, and
// whether an empty line or the end of a block closes it.
type line struct {
	words  []word
	nodes  []*node
	closed bool
}

// word is a piece without white space, or the whole text of a mention or
// hashtag that is a link.
type word struct {
	text  string
	kind  byte // '@' for people and groups, '#' for hashtags
	href  string
	glued bool // no white space before it
}

// linesOf cuts the tree into lines. Two breaks in a row close a line.
func linesOf(root *node) []*line {
	r := &lineReader{now: &line{}}
	r.walk(root)
	r.flush(true)
	return r.lines
}

type lineReader struct {
	lines []*line
	now   *line
	space bool
	code  bool // inside code a sign is only a sign
}

func (r *lineReader) walk(n *node) {
	switch {
	case n.tag == "":
		r.text(n)
	case n.tag == "br":
		r.now.nodes = append(r.now.nodes, n)
		r.flush(false)
	case n.tag == "img", n.tag == "pre":
		r.now.nodes = append(r.now.nodes, n)
		if n.tag == "pre" {
			r.flush(true)
		}
	case n.tag == "a" && n.handle():
		text := strings.TrimSpace(textOf(n))
		r.now.nodes = append(r.now.nodes, n)
		kind := byte('@')
		if text[0] == '#' {
			kind = '#'
		}
		r.add(word{text: text, kind: kind, href: n.attr.href})
	default:
		block := isBlock(n.tag)
		if block {
			r.flush(true)
		}
		outer := r.code
		r.code = r.code || n.tag == "code"
		for _, k := range n.kids {
			r.walk(k)
		}
		r.code = outer
		if block {
			r.flush(true)
		}
	}
}

func (r *lineReader) text(n *node) {
	r.now.nodes = append(r.now.nodes, n)
	start := -1
	for i, c := range n.text {
		if unicode.IsSpace(c) {
			if start >= 0 {
				r.add(r.word(n.text[start:i]))
			}
			start, r.space = -1, true
		} else if start < 0 {
			start = i
		}
	}
	if start >= 0 {
		r.add(r.word(n.text[start:]))
	}
}

func (r *lineReader) add(w word) {
	w.glued = !r.space && len(r.now.words) > 0
	r.space = false
	r.now.words = append(r.now.words, w)
}

// flush ends the line. Where nothing was written, the break before it was an
// empty line and closes the one that came last.
func (r *lineReader) flush(closed bool) {
	r.space = false
	if len(r.now.words) == 0 {
		if n := len(r.lines); n > 0 {
			last := r.lines[n-1]
			last.closed = true
			last.nodes = append(last.nodes, onlyBreaks(r.now.nodes)...)
		} else {
			r.lines = append(r.lines, r.now)
		}
		r.now = &line{}
		return
	}
	r.now.closed = closed
	r.lines = append(r.lines, r.now)
	r.now = &line{}
}

// onlyBreaks leaves pictures and code where they are when a title goes.
func onlyBreaks(nodes []*node) []*node {
	var out []*node
	for _, n := range nodes {
		if n.tag == "br" || n.tag == "" {
			out = append(out, n)
		}
	}
	return out
}

func (l *line) remove() {
	for _, n := range onlyBreaks(l.nodes) {
		*n = node{}
	}
	for _, n := range l.nodes {
		if n.tag == "a" {
			*n = node{}
		}
	}
}

// title joins the words that belong to a title.
func (l *line) title(groups []string) string {
	words := slices.DeleteFunc(slices.Clone(l.words), func(w word) bool {
		return w.kind == '@' && w.names(groups)
	})
	for len(words) > 0 && (words[0].kind == '@' || lonePunctuation(words[0].text)) {
		words = words[1:]
	}
	for len(words) > 0 && words[len(words)-1].kind != 0 {
		words = words[:len(words)-1]
	}
	var b strings.Builder
	for i, w := range words {
		if i > 0 && !w.glued {
			b.WriteByte(' ')
		}
		b.WriteString(w.text)
	}
	return strings.TrimSpace(strings.TrimLeft(b.String(), " ,:;"))
}

func lonePunctuation(s string) bool {
	return strings.Trim(s, ".,:;-–—") == ""
}

func (w word) names(groups []string) bool {
	name := strings.TrimRight(w.text, ".,:;!?")
	for _, g := range groups {
		if w.href != "" && w.href == g || strings.EqualFold(name, g) || strings.EqualFold(name, "@"+strings.TrimPrefix(g, "@")) {
			return true
		}
	}
	return false
}

// word tells bare mentions and hashtags, which some clients leave without a
// link, from other words.
func (r *lineReader) word(s string) word {
	w := word{text: s}
	bare := strings.TrimRight(s, ".,:;!?)")
	switch {
	case len(bare) < 2 || r.code:
	case bare[0] == '@' && len(handleAt(bare, 0)) == len(bare):
		w.kind = '@'
	case bare[0] == '#' && isTag(bare[1:]):
		w.kind = '#'
	}
	return w
}

// isTag tells a hashtag from "#1" and "#!".
func isTag(s string) bool {
	letter := false
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsMark(r):
			letter = true
		case r == '_' || unicode.IsDigit(r) || r == '\u200c':
		default:
			return false
		}
	}
	return letter
}
