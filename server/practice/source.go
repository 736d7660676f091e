package practice

import (
	"html"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
)

// Frozen is what stands above the parts of a text.
type Frozen struct {
	Title    string
	Abstract string
}

// Section is one part of a frozen text, to show.
type Section struct {
	Title   string
	Callout string // "" for plain text below a heading
	Text    string // Markdown
}

// HTML is the text of a section, safe to show.
func (s Section) HTML() string { return s.Shown("") }

// Shown is HTML whose addresses within the page begin with a prefix.
func (s Section) Shown(prefix string) string { return content.Document(s.Text, prefix) }

// Compose puts a draft into the one text that is frozen: the title as a plain line (wire.md 0.1), the
// abstract, then each block that has text below its heading. What a kind sets off becomes a quotation
// that begins with its type. Headings within a block go below its own.
func Compose(f Frozen, blocks []db.Block, k *Kind) string {
	var b strings.Builder
	b.WriteString(f.Title + "\n")
	if f.Abstract != "" {
		b.WriteString("\n" + f.Abstract + "\n")
	}
	for _, one := range blocks {
		if one.Text == "" {
			continue
		}
		callout := ""
		if k != nil && one.Code != "" {
			callout = k.Part(one.Code).Callout
		}
		title := one.Title
		if title == "" {
			title = "…"
		}
		if callout == "" {
			b.WriteString("\n## " + title + "\n\n" + lower(one.Text) + "\n")
			continue
		}
		b.WriteString("\n> [!" + strings.ToUpper(callout) + "]\n> **" + title + "**\n>\n")
		for line := range strings.Lines(lower(one.Text)) {
			b.WriteString("> " + strings.TrimRight(line, "\n") + "\n")
		}
	}
	return b.String()
}

// lower moves headings of the first two levels to the third, so that they do not end their block.
func lower(text string) string {
	lines := strings.Split(text, "\n")
	fenced := false
	for i, l := range lines {
		if fence(l) {
			fenced = !fenced
		}
		if fenced {
			continue
		}
		if strings.HasPrefix(l, "# ") {
			lines[i] = "##" + l
		} else if strings.HasPrefix(l, "## ") {
			lines[i] = "#" + l
		}
	}
	return strings.Join(lines, "\n")
}

func fence(line string) bool {
	line = strings.TrimLeft(line, " ")
	return strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~")
}

// Split reads a frozen text back: what stands above, and its parts in order. It is the same at home
// and wherever there is a copy.
func Split(source string) (Frozen, []Section) {
	title, rest, _ := strings.Cut(source, "\n")
	f := Frozen{Title: content.PlainName(title)}
	var list []Section
	var now Section
	var text []string
	end := func() {
		now.Text = strings.TrimSpace(strings.Join(text, "\n"))
		switch {
		case len(list) == 0 && now.Title == "" && now.Callout == "":
			f.Abstract = now.Text
		case now.Text != "":
			list = append(list, now)
		}
		text = nil
	}
	begun, fenced := false, false
	next := func(s Section) {
		end()
		if !begun { // what stood above was the abstract
			begun = true
		}
		now = s
	}
	for line := range strings.Lines(rest) {
		line = strings.TrimRight(line, "\r\n")
		if fence(line) {
			fenced = !fenced
		}
		kind := calloutOf(line)
		switch {
		case fenced:
		case strings.HasPrefix(line, "## "):
			next(Section{Title: strings.TrimSpace(line[3:])})
			continue
		case kind != "":
			next(Section{Callout: kind})
			continue
		case now.Callout != "" && !strings.HasPrefix(line, ">"):
			if strings.TrimSpace(line) != "" {
				next(Section{})
				now.Title = ""
				begun = true
			}
		case now.Callout != "":
			line = strings.TrimPrefix(strings.TrimPrefix(line, ">"), " ")
			if bold, ok := wholeBold(line); ok && now.Title == "" && len(text) == 0 {
				now.Title = bold
				continue
			}
		}
		text = append(text, line)
	}
	end()
	return f, list
}

func calloutOf(line string) string {
	name, ok := strings.CutPrefix(line, "> [!")
	if !ok {
		return ""
	}
	name, ok = strings.CutSuffix(strings.TrimSpace(name), "]")
	name = strings.ToLower(name)
	if !ok || !slices.Contains(Callouts(), name) {
		return ""
	}
	return name
}

func wholeBold(line string) (string, bool) {
	t, a := strings.CutPrefix(line, "**")
	t, b := strings.CutSuffix(t, "**")
	return t, a && b && t != "" && !strings.Contains(t, "**")
}

// HTML is a frozen text as HTML, for servers that know no blocks and for search: headings, texts, and
// what is set off as quotations.
func HTML(source string) string {
	_, parts := Split(source)
	var b strings.Builder
	for _, s := range parts {
		title := html.EscapeString(s.Title)
		switch {
		case s.Callout != "":
			b.WriteString("<blockquote><p><strong>" + title + "</strong></p>" + s.HTML() + "</blockquote>")
		case s.Title != "":
			b.WriteString("<h2>" + title + "</h2>" + s.HTML())
		default:
			b.WriteString(s.HTML())
		}
	}
	return content.SanitiseLocal(b.String())
}

// Blocks are the parts of a frozen text as a draft that can be written on, in a kind's template where
// headings are those of its parts.
func Blocks(source, lang string, k *Kind) []db.Block {
	_, parts := Split(source)
	var list []db.Block
	used := make(map[string]bool)
	for _, s := range parts {
		b := db.Block{Title: s.Title, Text: s.Text}
		for _, p := range k.Blocks {
			if !used[p.Code] && (p.Label(lang) == s.Title || p.Name["en"] == s.Title) {
				b.Key, b.Code = p.Code, p.Code
			}
		}
		if b.Key == "" {
			b.Key = FreeKey(list)
		}
		used[b.Key] = true
		list = append(list, b)
	}
	for _, p := range k.Blocks {
		if !used[p.Code] {
			list = append(list, db.Block{Key: p.Code, Code: p.Code, Title: p.Label(lang)})
		}
	}
	return list
}

// FreeKey is a key that none of some blocks has.
func FreeKey(list []db.Block) string {
	for n := len(list) + 1; ; n++ {
		key := "own-" + digits(n)
		if !slices.ContainsFunc(list, func(b db.Block) bool { return b.Key == key }) {
			return key
		}
	}
}

// FromMarkdown makes a text of one's own into the form that Split reads: its title first, headings of
// the first two levels as parts.
func FromMarkdown(title, text string) string {
	var b strings.Builder
	b.WriteString(content.PlainName(title) + "\n\n")
	fenced, headed := false, false
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		line = strings.TrimRight(line, "\n")
		if fence(line) {
			fenced = !fenced
		}
		if h, ok := strings.CutPrefix(line, "# "); ok && !fenced {
			line = "## " + h
		}
		if !headed && strings.TrimSpace(line) != "" {
			headed = true
			if !strings.HasPrefix(line, "## ") { // what stands above the first heading is text too
				b.WriteString("## …\n\n")
			}
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}
