package content

import (
	"strings"

	"golang.org/x/net/html"
)

// render writes the tree as HTML: attributes in one order, everything that is
// not markup escaped.
func render(root *node) string {
	var b strings.Builder
	for _, k := range root.kids {
		renderNode(&b, k)
	}
	return b.String()
}

func renderNode(b *strings.Builder, n *node) {
	if n.tag == "" {
		b.WriteString(html.EscapeString(n.text))
		return
	}
	bare := n.tag == "span" && n.attr == attrs{}
	if !bare {
		renderStart(b, n)
	}
	if n.tag == "br" || n.tag == "img" || n.tag == "hr" {
		return
	}
	for _, k := range n.kids {
		renderNode(b, k)
	}
	if !bare {
		b.WriteString("</" + n.tag + ">")
	}
}

// linkRel keeps what people post from counting for search engines and from
// telling the target where the reader came from (T36).
const linkRel = "nofollow noopener noreferrer ugc"

func renderStart(b *strings.Builder, n *node) {
	b.WriteString("<" + n.tag)
	put := func(key, val string) {
		if val != "" {
			b.WriteString(" " + key + `="` + html.EscapeString(val) + `"`)
		}
	}
	put("href", n.attr.href)
	put("src", n.attr.src)
	if n.tag == "img" {
		b.WriteString(` alt="` + html.EscapeString(n.attr.alt) + `" loading="lazy"`)
	}
	put("class", n.attr.class)
	put("lang", n.attr.lang)
	put("dir", n.attr.dir)
	put("start", n.attr.start)
	if n.attr.reversed {
		b.WriteString(` reversed=""`)
	}
	put("colspan", n.attr.span)
	put("rowspan", n.attr.rows)
	if n.tag == "a" {
		put("rel", linkRel)
	}
	put("data-host", n.attr.host)
	b.WriteByte('>')
}
