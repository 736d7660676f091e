package document

import (
	"fmt"
	"html"
	"strings"
)

// XHTML is the text as well-formed XHTML for an EPUB: where a picture lies, at says. Footnotes stand at
// the end, marked so that a reader's device shows them in place (EPUB 3 structural semantics).
func (d *Doc) XHTML(prefix string, at func(picture int) string) string {
	w := &xhtml{at: at, prefix: prefix}
	w.blocks(d.Blocks)
	for i := 0; i < len(w.notes); i++ {
		fmt.Fprintf(&w.b, `<aside epub:type="footnote" id="%snote-%d"><p><a href="#%sat-%d">%d</a></p>`, prefix, i+1, prefix, i+1, i+1)
		w.blocks(w.notes[i])
		w.b.WriteString("</aside>\n")
	}
	return w.b.String()
}

// Headings are the headings of the first levels, in order, with the ids that XHTML gives them.
func (d *Doc) Headings(prefix string) []Mark {
	var out []Mark
	n := 0
	for _, b := range d.Blocks {
		if b.Kind != Heading {
			continue
		}
		n++
		if b.Level <= 2 {
			var text strings.Builder
			plainSpans(&text, b.Text)
			out = append(out, Mark{ID: fmt.Sprintf("%sh-%d", prefix, n), Text: strings.TrimSpace(text.String())})
		}
	}
	return out
}

// Mark is a place in a text.
type Mark struct{ ID, Text string }

type xhtml struct {
	b      strings.Builder
	at     func(int) string
	prefix string
	heads  int
	depth  int
	notes  [][]Block
}

func (w *xhtml) blocks(list []Block) {
	w.depth++
	defer func() { w.depth-- }()
	for _, b := range list {
		switch b.Kind {
		case Heading:
			id := ""
			if w.depth == 1 {
				w.heads++
				id = fmt.Sprintf(` id="%sh-%d"`, w.prefix, w.heads)
			}
			level := min(max(b.Level, 1), 6)
			fmt.Fprintf(&w.b, "<h%d%s>%s</h%d>\n", level, id, w.spans(b.Text), level)
		case List:
			tag := "ul"
			if b.Ordered {
				tag = "ol"
			}
			w.b.WriteString("<" + tag + ">\n")
			for _, item := range b.Items {
				w.b.WriteString("<li>")
				w.blocks(item)
				w.b.WriteString("</li>\n")
			}
			w.b.WriteString("</" + tag + ">\n")
		case Table:
			w.table(b)
		case Quote:
			w.b.WriteString("<blockquote>")
			w.blocks(b.Blocks)
			w.b.WriteString("</blockquote>\n")
		case Code:
			w.b.WriteString("<pre><code>" + html.EscapeString(legal(b.Raw)) + "</code></pre>\n")
		case Rule:
			w.b.WriteString("<hr/>\n")
		default:
			w.b.WriteString("<p>" + w.spans(b.Text) + "</p>\n")
		}
	}
}

func (w *xhtml) table(b Block) {
	w.b.WriteString("<table>\n")
	for i, row := range b.Rows {
		tag := "td"
		if i == 0 {
			tag = "th"
		}
		w.b.WriteString("<tr>")
		for _, cell := range row {
			w.b.WriteString("<" + tag + ">" + w.spans(cell) + "</" + tag + ">")
		}
		w.b.WriteString("</tr>\n")
	}
	w.b.WriteString("</table>\n")
}

func (w *xhtml) spans(list []Span) string {
	var b strings.Builder
	for _, s := range list {
		switch {
		case s.Break:
			b.WriteString("<br/>")
		case len(s.Note) > 0:
			w.notes = append(w.notes, s.Note)
			n := len(w.notes)
			fmt.Fprintf(&b, `<sup><a epub:type="noteref" href="#%snote-%d" id="%sat-%d">%d</a></sup>`, w.prefix, n, w.prefix, n, n)
		case s.Picture > 0 && w.at(s.Picture) != "":
			fmt.Fprintf(&b, `<img src="%s" alt="%s"/>`, html.EscapeString(w.at(s.Picture)), html.EscapeString(legal(s.Text)))
		default:
			b.WriteString(dressed(s))
		}
	}
	return b.String()
}

// dressed is a run in its manner.
func dressed(s Span) string {
	if s.Source != "" {
		s.Link = s.Source
		if s.Text == "" {
			s.Text = s.Source
		}
	}
	text := html.EscapeString(legal(s.Text))
	for _, one := range []struct {
		on  bool
		tag string
	}{{s.Code, "code"}, {s.Raised, "sup"}, {s.Lowered, "sub"}, {s.Struck, "s"}, {s.Italic, "em"}, {s.Bold, "strong"}} {
		if one.on {
			text = "<" + one.tag + ">" + text + "</" + one.tag + ">"
		}
	}
	if s.Link != "" {
		text = `<a href="` + html.EscapeString(s.Link) + `">` + text + `</a>`
	}
	return text
}

// legal takes out what XML has no sign for.
func legal(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}
