package content

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMentions bounds how many people and tags one text can name.
const maxMentions = 50

// MentionTarget is the page a mention leads to.
type MentionTarget struct {
	URL string
}

// Mentions returns whom a Markdown text names, as "name" or "name@host" in
// lower case, each once. Names in code and inside links do not count.
func Mentions(markdown string) []string {
	var out []string
	eachWord(build(Markdown(markdown)), func(text *node) {
		for i := 0; i < len(text.text) && len(out) < maxMentions; {
			h := nextHandle(text.text, &i)
			if h == "" {
				break
			}
			if name := strings.ToLower(h[1:]); !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	})
	return out
}

// LinkMentions links the people named in HTML that Markdown made. Keys of
// resolve are what Mentions returned; names without an entry stay words.
func LinkMentions(src string, resolve map[string]MentionTarget) string {
	root := build(src)
	splitWords(root, func(text string) []*node {
		var out []*node
		done := 0
		for i := 0; i < len(text); {
			h := nextHandle(text, &i)
			if h == "" {
				break
			}
			to, known := resolve[strings.ToLower(h[1:])]
			if !known || webAddress(to.URL) == "" {
				continue
			}
			out = append(out, &node{text: text[done : i-len(h)]}, mention(to.URL, h))
			done = i
		}
		return append(out, &node{text: text[done:]})
	})
	settleLinks(root)
	return render(root)
}

// Hashtags returns the tags of a text without the sign and as written, each
// once whatever its case, whether they are links or words.
func Hashtags(src string) []string {
	var out []string
	for _, l := range linesOf(build(src)) {
		for _, w := range l.words {
			tag := strings.TrimRight(w.text, ".,:;!?)")
			if w.kind != '#' || len(out) >= maxMentions {
				continue
			}
			tag = strings.TrimPrefix(tag, "#")
			same := func(s string) bool { return strings.EqualFold(s, tag) }
			if isTag(tag) && !slices.ContainsFunc(out, same) {
				out = append(out, tag)
			}
		}
	}
	return out
}

// eachWord visits the text outside links and code.
func eachWord(n *node, visit func(*node)) {
	switch n.tag {
	case "a", "code", "pre":
		return
	case "":
		visit(n)
	}
	for _, k := range n.kids {
		eachWord(k, visit)
	}
}

// splitWords puts what split returns in the place of each text outside links
// and code.
func splitWords(n *node, split func(string) []*node) {
	var out []*node
	for _, k := range n.kids {
		switch k.tag {
		case "":
			out = append(out, split(k.text)...)
			continue
		case "a", "code", "pre":
		default:
			splitWords(k, split)
		}
		out = append(out, k)
	}
	n.kids = out
}

// nextHandle finds the next @name or @name@host at or after *i, sets *i
// behind it and returns it, or "".
func nextHandle(s string, i *int) string {
	for j := *i; j < len(s); j++ {
		if s[j] != '@' {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(s[:j])
		if j > 0 && (unicode.IsLetter(before) || unicode.IsDigit(before) || strings.ContainsRune("@/._-", before)) {
			continue
		}
		if h := handleAt(s, j); h != "" {
			*i = j + len(h)
			return h
		}
	}
	*i = len(s)
	return ""
}

// handleAt returns the handle that starts with the sign at s[i], or "".
func handleAt(s string, i int) string {
	end := i + 1
	for end < len(s) && nameByte(s[end]) {
		end++
	}
	for end > i+1 && (s[end-1] == '.' || s[end-1] == '-') {
		end--
	}
	if end == i+1 || end-i > 65 {
		return ""
	}
	if end >= len(s) || s[end] != '@' {
		return s[i:end]
	}
	host := end + 1
	for host < len(s) && (nameByte(s[host]) && s[host] != '_' || s[host] == ':') {
		host++
	}
	for host > end+1 && (s[host-1] == '.' || s[host-1] == '-' || s[host-1] == ':') {
		host--
	}
	if name := s[end+1 : host]; strings.Contains(name, ".") || strings.Contains(name, ":") {
		return s[i:host]
	}
	return s[i:end]
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-'
}
