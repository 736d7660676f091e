package content

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns the words of HTML, one line for each block, for search, mail
// and lists. Cells of a row stand on one line.
func Text(src string) string { return textOf(build(src)) }

func textOf(n *node) string {
	var b strings.Builder
	writeText(&b, n, false)
	lines := strings.Split(b.String(), "\n")
	kept := lines[:0]
	for _, l := range lines {
		if l = strings.TrimSpace(l); l != "" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n")
}

// writeText writes the words below n; verbatim is true inside pre, where
// white space means something.
func writeText(b *strings.Builder, n *node, verbatim bool) {
	switch n.tag {
	case "":
		if verbatim {
			b.WriteString(n.text)
		} else {
			writeSpaced(b, n.text)
		}
		return
	case "br":
		b.WriteByte('\n')
		return
	case "img":
		writeSpaced(b, " "+n.attr.alt+" ")
		return
	case "td", "th":
		for _, k := range n.kids {
			writeText(b, k, verbatim)
		}
		b.WriteByte(' ')
		return
	}
	block := isBlock(n.tag)
	if block {
		b.WriteByte('\n')
	}
	for _, k := range n.kids {
		writeText(b, k, verbatim || n.tag == "pre")
	}
	if block {
		b.WriteByte('\n')
	}
}

// writeSpaced writes s with every run of white space as one blank.
func writeSpaced(b *strings.Builder, s string) {
	space := false
	for _, r := range s {
		if unicode.IsSpace(r) && r != '\u00a0' {
			space = true
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	if space {
		b.WriteByte(' ')
	}
}

// Excerpt returns the first n runes of the text on one line, cut at a word
// and ended by an ellipsis when something is missing.
func Excerpt(src string, n int) string {
	return cutAtWord(oneLine(Text(src)), n)
}

// Abstract returns whole sentences from the start of the text, together at
// most n runes; a first sentence that is longer is cut at a word. It serves
// where a piece has no summary written by its author.
func Abstract(src string, n int) string {
	s := oneLine(Text(src))
	end := 0
	for rest := s; rest != ""; {
		l := sentenceEnd(rest)
		if utf8.RuneCountInString(strings.TrimRight(s[:end+l], " ")) > n {
			break
		}
		end += l
		rest = rest[l:]
	}
	if end == 0 {
		return cutAtWord(s, n)
	}
	return strings.TrimSpace(s[:end])
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// cutAtWord keeps at most n runes of s, the ellipsis counted.
func cutAtWord(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	if n < 1 {
		return ""
	}
	head := []rune(s)[:n-1]
	for i := len(head); i > len(head)/2; i-- {
		if unicode.IsSpace(head[i-1]) {
			head = head[:i-1]
			break
		}
	}
	return strings.TrimRight(string(head), " ,;:–-") + "…"
}

// sentenceEnd returns how many bytes the first sentence of s takes, with the
// blank behind it. A full stop ends a sentence only before a blank; Chinese
// and Japanese ones end it anywhere.
func sentenceEnd(s string) int {
	for i, r := range s {
		size := utf8.RuneLen(r)
		switch r {
		case '。', '！', '？':
			return i + size
		case '.', '!', '?', '؟', '۔', '…', '।':
			rest := s[i+size:]
			if rest == "" {
				return len(s)
			}
			if rest[0] == ' ' {
				return i + size + 1
			}
		}
	}
	return len(s)
}

// HasLinks tells whether the text leads anywhere but to people and hashtags.
// Addresses that were left as plain words count.
func HasLinks(src string) bool { return hasLinks(build(src)) }

func hasLinks(n *node) bool {
	switch {
	case n.tag == "":
		return strings.Contains(n.text, "://") || strings.Contains(n.text, "www.")
	case n.tag == "img":
		return n.attr.src != ""
	case n.tag == "a" && n.attr.href != "" && !n.handle():
		return true
	}
	return slices.ContainsFunc(n.kids, hasLinks)
}
