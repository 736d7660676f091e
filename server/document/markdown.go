package document

import (
	"fmt"
	"strings"
)

// Markdown is the text as Copse keeps it. Where lies a picture says at; one it gives no address is its
// words alone. Footnotes stand before the next heading of the first two levels, so that they stay with
// the block that such a heading begins.
func (d *Doc) Markdown(at func(picture int) string) string {
	w := &markdown{at: at}
	for _, b := range d.Blocks {
		if b.Kind == Heading && b.Level <= 2 {
			w.settle()
		}
		w.block(b, "")
	}
	w.settle()
	return strings.TrimSpace(w.b.String()) + "\n"
}

type markdown struct {
	b     strings.Builder
	at    func(int) string
	count int
	notes [][]Block
}

// settle writes the footnotes that wait.
func (w *markdown) settle() {
	first := w.count - len(w.notes) + 1
	for i, note := range w.notes {
		inner := &markdown{at: w.at}
		for _, b := range note {
			inner.block(b, "")
		}
		text := strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(inner.b.String()), "\n", "\n    "), "\n    \n", "\n\n")
		fmt.Fprintf(&w.b, "[^%d]: %s\n\n", first+i, text)
	}
	w.notes = nil
}

func (w *markdown) block(b Block, indent string) {
	switch b.Kind {
	case Heading:
		if text := w.spans(b.Text); text != "" {
			w.line(indent, strings.Repeat("#", min(max(b.Level, 1), 6))+" "+strings.ReplaceAll(text, "\\\n", " "))
		}
	case List:
		w.list(b, indent)
	case Table:
		w.table(b, indent)
	case Quote:
		inner := &markdown{at: w.at, count: w.count}
		for _, one := range b.Blocks {
			inner.block(one, "")
		}
		w.count, w.notes = inner.count, append(w.notes, inner.notes...)
		for line := range strings.Lines(strings.TrimSpace(inner.b.String())) {
			w.b.WriteString(strings.TrimRight(indent+"> "+strings.TrimRight(line, "\n"), " ") + "\n")
		}
		w.b.WriteString("\n")
	case Code:
		fence := "```"
		for strings.Contains(b.Raw, fence) {
			fence += "`"
		}
		w.line(indent, fence+"\n"+b.Raw+"\n"+fence)
	case Rule:
		w.line(indent, "---")
	default:
		if text := w.spans(b.Text); text != "" {
			w.line(indent, opening(text))
		}
	}
}

func (w *markdown) line(indent, text string) {
	w.b.WriteString(indent + strings.ReplaceAll(text, "\n", "\n"+indent) + "\n\n")
}

func (w *markdown) list(b Block, indent string) {
	for i, item := range b.Items {
		mark := "- "
		if b.Ordered {
			mark = fmt.Sprintf("%d. ", i+1)
		}
		inner := &markdown{at: w.at, count: w.count}
		for _, one := range item {
			inner.block(one, "")
		}
		w.count, w.notes = inner.count, append(w.notes, inner.notes...)
		text := strings.TrimSpace(inner.b.String())
		if tight(item) {
			text = strings.ReplaceAll(text, "\n\n", "\n")
		}
		below := indent + strings.Repeat(" ", len(mark))
		w.b.WriteString(indent + mark + strings.ReplaceAll(strings.ReplaceAll(text, "\n", "\n"+below), "\n"+below+"\n", "\n\n") + "\n")
	}
	w.b.WriteString("\n")
}

// tight says that a point is one line with at most a list below.
func tight(item []Block) bool {
	return len(item) < 2 || len(item) == 2 && item[0].Kind == Paragraph && item[1].Kind == List
}

func (w *markdown) table(b Block, indent string) {
	width := 0
	for _, row := range b.Rows {
		width = max(width, len(row))
	}
	for i, row := range b.Rows {
		var line strings.Builder
		line.WriteString("|")
		for c := range width {
			cell := ""
			if c < len(row) {
				cell = strings.ReplaceAll(strings.ReplaceAll(w.spans(row[c]), "\\\n", " / "), "|", "\\|")
			}
			line.WriteString(" " + cell + " |")
		}
		w.b.WriteString(indent + line.String() + "\n")
		if i == 0 {
			w.b.WriteString(indent + "|" + strings.Repeat(" --- |", width) + "\n")
		}
	}
	w.b.WriteString("\n")
}

// spans writes runs; marks stand beside letters, not beside blanks, or they would be signs.
func (w *markdown) spans(list []Span) string {
	var b strings.Builder
	for i := range list {
		s := list[i]
		switch {
		case s.Break:
			b.WriteString("\\\n")
		case len(s.Note) > 0:
			w.count++
			w.notes = append(w.notes, s.Note)
			fmt.Fprintf(&b, "[^%d]", w.count)
		case s.Picture > 0 || s.Source != "":
			b.WriteString(w.picture(s))
		default:
			b.WriteString(marked(s))
		}
	}
	return strings.TrimSpace(b.String())
}

func (w *markdown) picture(s Span) string {
	words := escape(s.Text)
	if s.Picture > 0 {
		if at := w.at(s.Picture); at != "" {
			return "![" + words + "](" + at + ")"
		}
		return words
	}
	if words == "" {
		words = escape(s.Source)
	}
	return "[" + words + "](<" + s.Source + ">)"
}

func marked(s Span) string {
	text := strings.TrimSpace(s.Text)
	if text == "" {
		return s.Text
	}
	before, after := edge(s.Text, text)
	switch {
	case s.Code:
		tick := "`"
		for strings.Contains(text, tick) {
			tick += "`"
		}
		text = tick + text + tick
	default:
		text = escape(text)
	}
	if s.Struck {
		text = "~~" + text + "~~"
	}
	switch {
	case s.Bold && s.Italic:
		text = "***" + text + "***"
	case s.Bold:
		text = "**" + text + "**"
	case s.Italic:
		text = "*" + text + "*"
	}
	if s.Link != "" {
		text = "[" + text + "](<" + s.Link + ">)"
	}
	return before + text + after
}

// edge is the white space around a text, as one blank each.
func edge(whole, text string) (before, after string) {
	i := strings.Index(whole, text)
	if i > 0 {
		before = " "
	}
	if i+len(text) < len(whole) {
		after = " "
	}
	return before, after
}

var signs = strings.NewReplacer("\\", "\\\\", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "]", "\\]", "<", "\\<", "~", "\\~", "&", "\\&")

func escape(text string) string { return signs.Replace(text) }

// opening keeps a paragraph from being read as a list, a heading or a quotation.
func opening(text string) string {
	if text == "" {
		return text
	}
	switch text[0] {
	case '#', '>', '|':
		return "\\" + text
	case '-', '+', '=':
		if len(text) == 1 || text[1] == ' ' || text[1] == text[0] {
			return "\\" + text
		}
	}
	i := 0
	for i < len(text) && i < 9 && text[i] >= '0' && text[i] <= '9' {
		i++
	}
	if i > 0 && i < len(text) && (text[i] == '.' || text[i] == ')') && (i+1 == len(text) || text[i+1] == ' ') {
		return text[:i] + "\\" + text[i:]
	}
	return text
}
