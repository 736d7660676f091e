package content

import (
	"net/url"
	"strings"
)

// alias names the element an old or foreign one is treated as. Anything that
// starts a new line becomes a paragraph, so that words do not run together.
func alias(tag string) string {
	switch tag {
	case "div", "section", "article", "header", "footer", "main", "aside", "nav", "figure",
		"figcaption", "address", "center", "dl", "dt", "dd", "fieldset", "legend", "form":
		return "p"
	case "strike":
		return "s"
	case "tt", "kbd", "samp":
		return "code"
	}
	return tag
}

func allowed(tag string) bool {
	switch tag {
	case "p", "br", "a", "span", "blockquote", "pre", "code", "ul", "ol", "li", "strong", "em",
		"b", "i", "u", "s", "del", "ins", "sub", "sup", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
		"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "details", "summary", "img":
		return true
	}
	return false
}

// silent elements hold no text for people.
func silent(tag string) bool {
	switch tag {
	case "script", "style", "title", "iframe", "noembed", "noframes", "template", "textarea",
		"select", "svg", "head", "object", "xmp", "plaintext":
		return true
	}
	return false
}

func isBlock(tag string) bool {
	switch tag {
	case "p", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "table",
		"details", "summary", "li", "tr", "td", "th", "caption":
		return true
	}
	return false
}

// tablePart elements hold rows or cells and nothing else.
func tablePart(tag string) bool {
	return tag == "table" || tag == "thead" || tag == "tbody" || tag == "tfoot" || tag == "tr"
}

// attributes reads what tag may carry and drops the rest.
func (b *builder) attributes(tag string) attrs {
	var a attrs
	for {
		key, val, more := b.z.TagAttr()
		v := string(val)
		switch string(key) {
		case "href":
			if tag == "a" {
				a.href = webAddress(v)
			}
		case "src":
			if tag == "img" {
				a.src = webAddress(v)
			}
		case "alt":
			if tag == "img" {
				a.alt = clip(cleanText(v), maxAlt)
			}
		case "class":
			a.class = classes(tag, v)
		case "data-host":
			// always computed anew, see links.go
		case "lang":
			a.lang = languageTag(v)
		case "dir":
			if v == "ltr" || v == "rtl" || v == "auto" {
				a.dir = v
			}
		case "start":
			if tag == "ol" {
				a.start = digits(v)
			}
		case "reversed":
			a.reversed = tag == "ol"
		case "colspan":
			if tag == "td" || tag == "th" {
				a.span = digits(v)
			}
		case "rowspan":
			if tag == "td" || tag == "th" {
				a.rows = digits(v)
			}
		}
		if !more {
			return a
		}
	}
}

const maxAlt = 1500

// classes keeps those that microformats and other servers give a meaning
// (T36), and the language of a code block.
func classes(tag, v string) string {
	var kept []string
	for c := range strings.FieldsSeq(v) {
		switch c {
		case "mention", "hashtag", "u-url", "h-card", "invisible", "ellipsis", "quote-inline":
			if tag == "a" || tag == "span" || tag == "p" {
				kept = append(kept, c)
			}
		default:
			if tag == "code" && strings.HasPrefix(c, "language-") && len(c) < 40 && plainWord(c) {
				kept = append(kept, c)
			}
		}
		if len(kept) == 7 {
			break
		}
	}
	return strings.Join(kept, " ")
}

func plainWord(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '+' {
			return false
		}
	}
	return s != ""
}

func languageTag(v string) string {
	if len(v) > 35 || !plainWord(v) {
		return ""
	}
	return v
}

// digits keeps a small number, else nothing.
func digits(v string) string {
	if v == "" || len(v) > 4 {
		return ""
	}
	for i := range len(v) {
		if v[i] < '0' || v[i] > '9' {
			return ""
		}
	}
	return v
}

// webAddress returns an absolute http, https or mailto address in one
// spelling: no user part, the host in ASCII, no white space. Anything else
// gives "".
func webAddress(raw string) string {
	raw = strings.Join(strings.Fields(raw), "")
	if raw == "" || len(raw) > maxURL {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	switch u.Scheme {
	case "mailto":
		if u.Opaque == "" || !strings.Contains(u.Opaque, "@") {
			return ""
		}
		return u.String()
	case "http", "https":
	default:
		return ""
	}
	host, ok := asciiHost(u)
	if !ok {
		return ""
	}
	u.Host, u.User = host, nil
	return u.String()
}

const maxURL = 2048
