package document

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Bounds of one text, whatever form it comes in.
const (
	MaxRead     = 8 << 20 // bytes of HTML or XML
	MaxCells    = 5000    // of one table
	MaxPictures = 40
	MaxPicture  = 8 << 20 // bytes
)

// FromHTML reads a text out of HTML: a page somebody saved, or what our own Markdown becomes. Whatever
// runs, loads or sends is not a text; what else is not understood stays as text where it has any.
func FromHTML(src string) (*Doc, error) {
	if len(src) > MaxRead {
		return nil, ErrLarge
	}
	root, err := html.Parse(strings.NewReader(src)) // refuses more than 512 elements within each other
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForm, err)
	}
	r := &htmlReader{doc: new(Doc), byID: map[string]*html.Node{}, notes: map[*html.Node]bool{}}
	for n := range root.Descendants() {
		if id := attribute(n, "id"); id != "" && r.byID[id] == nil {
			r.byID[id] = n
		}
	}
	for n := range root.Descendants() {
		if note := r.noteOf(n); note != nil {
			r.notes[note] = true
		}
	}
	r.doc.Blocks = r.blocks(root)
	if r.large {
		return nil, ErrLarge
	}
	return r.doc, nil
}

type htmlReader struct {
	doc    *Doc
	byID   map[string]*html.Node
	notes  map[*html.Node]bool
	inNote bool
	large  bool
}

// silent are elements that hold no text for readers; those that may matter to them are told of.
var silent = map[string]bool{
	"script": true, "style": false, "head": false, "template": false, "iframe": true, "object": true, "embed": true, "svg": true,
	"video": true, "audio": true, "canvas": true, "select": true, "textarea": true, "input": true, "noscript": true, "noframes": true,
	"math": true, "applet": true, "frame": true, "map": true, "meta": false, "link": false, "base": false,
}

// blocks reads what is below a node; text that stands between blocks becomes paragraphs.
func (r *htmlReader) blocks(n *html.Node) []Block {
	var out []Block
	var loose []Span
	flush := func() {
		if text := Join(loose); len(text) > 0 {
			out = append(out, Block{Text: text})
		}
		loose = nil
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if r.notes[c] && !r.inNote {
			continue
		}
		if !isBlock(c) {
			loose = append(loose, r.spans(c, Span{})...)
			continue
		}
		flush()
		out = append(out, r.block(c)...)
	}
	flush()
	return out
}

// isBlock says that an element starts on a line of its own, or holds one that does.
func isBlock(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return false
	}
	switch n.Data {
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre", "hr", "div", "section", "article", "main", "header",
		"footer", "nav", "aside", "figure", "figcaption", "address", "details", "summary", "html", "body", "head", "form", "fieldset", "center", "dt", "dd", "li":
		return true
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if isBlock(c) {
			return n.Data != "a" && n.Data != "span" && n.Data != "font" || c.Data != "br"
		}
	}
	return false
}

func (r *htmlReader) block(n *html.Node) []Block {
	if tell, ok := silent[n.Data]; ok {
		if n.Data == "head" {
			r.title(n)
		}
		if tell {
			r.doc.Lose(LostElement, n.Data)
		}
		return nil
	}
	switch n.Data {
	case "h1", "h2", "h3", "h4", "h5", "h6":
		text := Join(r.inside(n, Span{}))
		if len(text) == 0 {
			return nil
		}
		return []Block{{Kind: Heading, Level: int(n.Data[1] - '0'), Text: text}}
	case "ul", "ol":
		return r.list(n)
	case "table":
		return r.table(n)
	case "blockquote":
		return []Block{{Kind: Quote, Blocks: r.blocks(n)}}
	case "pre":
		return []Block{{Kind: Code, Raw: strings.Trim(textBelow(n), "\n")}}
	case "hr":
		return []Block{{Kind: Rule}}
	case "form":
		r.doc.Lose(LostElement, "form")
	}
	return r.blocks(n)
}

func (r *htmlReader) title(head *html.Node) {
	for c := range head.Descendants() {
		if c.Data == "title" && r.doc.Title == "" {
			r.doc.Title = strings.Join(strings.Fields(textBelow(c)), " ")
		}
	}
}

func (r *htmlReader) list(n *html.Node) []Block {
	b := Block{Kind: List, Ordered: n.Data == "ol"}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case c.Type != html.ElementNode || r.notes[c] && !r.inNote:
		case (c.Data == "ul" || c.Data == "ol") && len(b.Items) > 0: // as Word writes lists within lists
			last := len(b.Items) - 1
			b.Items[last] = append(b.Items[last], r.list(c)...)
		default:
			if item := r.blocks(c); len(item) > 0 {
				b.Items = append(b.Items, item)
			}
		}
	}
	if len(b.Items) == 0 {
		return nil
	}
	return []Block{b}
}

func (r *htmlReader) table(n *html.Node) []Block {
	b := Block{Kind: Table}
	cells := 0
	for row := range n.Descendants() {
		if row.Data != "tr" || row.Type != html.ElementNode || within(row, n) {
			continue
		}
		var line [][]Span
		for c := row.FirstChild; c != nil; c = c.NextSibling {
			if c.Type != html.ElementNode || c.Data != "td" && c.Data != "th" {
				continue
			}
			if wide := attribute(c, "colspan"); wide != "" && wide != "1" || attribute(c, "rowspan") > "1" {
				r.doc.Lose(LostCells, "")
			}
			line = append(line, r.cell(c))
			if cells++; cells > MaxCells {
				r.large = true
				return nil
			}
		}
		if len(line) > 0 {
			b.Rows = append(b.Rows, line)
		}
	}
	if len(b.Rows) == 0 {
		return nil
	}
	return []Block{b}
}

// within says that another table stands between a row and its table.
func within(row, table *html.Node) bool {
	for p := row.Parent; p != nil && p != table; p = p.Parent {
		if p.Data == "table" {
			return true
		}
	}
	return false
}

// cell is what stands in a cell, as lines.
func (r *htmlReader) cell(n *html.Node) []Span {
	list := r.blocks(n)
	if slices.ContainsFunc(list, func(b Block) bool { return b.Kind == Table || b.Kind == List || b.Kind == Quote }) {
		r.doc.Lose(LostNested, "")
	}
	return Lines(list)
}

// Lines are blocks where only lines can stand, as in a cell.
func Lines(list []Block) []Span {
	var out []Span
	line := func(s []Span) {
		if len(s) == 0 {
			return
		}
		if len(out) > 0 {
			out = append(out, Span{Break: true})
		}
		out = append(out, s...)
	}
	for _, b := range list {
		line(b.Text)
		if b.Raw != "" {
			line([]Span{{Text: strings.Join(strings.Fields(b.Raw), " "), Code: true}})
		}
		for _, item := range b.Items {
			line(append([]Span{{Text: "• "}}, Lines(item)...))
		}
		for _, row := range b.Rows {
			var joined []Span
			for _, c := range row {
				joined = append(append(joined, c...), Span{Text: " "})
			}
			line(Join(joined))
		}
		line(Lines(b.Blocks))
	}
	return out
}

// inside are the runs below a node.
func (r *htmlReader) inside(n *html.Node, s Span) []Span {
	var out []Span
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		out = append(out, r.spans(c, s)...)
	}
	return out
}

func (r *htmlReader) spans(n *html.Node, s Span) []Span {
	if n.Type == html.TextNode {
		s.Text = collapse(n.Data)
		return []Span{s}
	}
	if n.Type != html.ElementNode {
		return nil
	}
	if tell, ok := silent[n.Data]; ok {
		if tell {
			r.doc.Lose(LostElement, n.Data)
		}
		return nil
	}
	if note := r.noteOf(n); note != nil {
		if r.inNote {
			return nil
		}
		r.inNote = true
		blocks := r.blocks(note)
		r.inNote = false
		return []Span{{Note: blocks}}
	}
	switch n.Data {
	case "br":
		return []Span{{Break: true}}
	case "img":
		return r.picture(n, s)
	case "a":
		if r.inNote && backLink(n) {
			return nil
		}
		if to := Leads(attribute(n, "href")); to != "" {
			s.Link = to
		}
	case "sup":
		if only := onlyChild(n); only != nil && r.noteOf(only) != nil {
			return r.spans(only, s)
		}
		s.Raised = true
	case "sub":
		s.Lowered = true
	case "b", "strong":
		s.Bold = true
	case "i", "em", "cite", "dfn", "var":
		s.Italic = true
	case "code", "kbd", "samp", "tt":
		s.Code = true
	case "s", "del", "strike":
		s.Struck = true
	}
	return r.inside(n, s)
}

// collapse makes white space one blank, as a browser does.
func collapse(text string) string {
	if strings.TrimSpace(text) == "" {
		if text == "" {
			return ""
		}
		return " "
	}
	out := strings.Join(strings.Fields(text), " ")
	if strings.ContainsAny(text[:1], " \t\r\n") {
		out = " " + out
	}
	if strings.ContainsAny(text[len(text)-1:], " \t\r\n") {
		out += " "
	}
	return out
}

// noteOf is the footnote that a link leads to; nil for other links. Pandoc, Word, goldmark and our own
// pages write them so: a raised link or one of that class, to a list item, a paragraph or a box.
func (r *htmlReader) noteOf(n *html.Node) *html.Node {
	if n.Type != html.ElementNode || n.Data != "a" {
		return nil
	}
	id, ok := strings.CutPrefix(attribute(n, "href"), "#")
	if !ok || id == "" || r.byID[id] == nil {
		return nil
	}
	manner := attribute(n, "class") + " " + attribute(n, "role") + " " + attribute(n, "epub:type")
	marked := strings.Contains(manner, "noteref") || strings.Contains(manner, "footnote-ref") || strings.HasPrefix(id, "_ftn") && !strings.HasPrefix(id, "_ftnref")
	if !marked && (n.Parent == nil || n.Parent.Data != "sup") || backLink(n) {
		return nil
	}
	for to := r.byID[id]; to != nil; to = to.Parent {
		switch to.Data {
		case "li", "aside", "div", "p":
			return to
		case "body":
			return nil
		}
	}
	return nil
}

func backLink(n *html.Node) bool {
	manner := attribute(n, "class") + " " + attribute(n, "role")
	text := strings.TrimSpace(textBelow(n))
	return strings.Contains(manner, "back") || strings.HasPrefix(text, "↩") || strings.HasPrefix(text, "^") || strings.HasPrefix(attribute(n, "href"), "#_ftnref")
}

func onlyChild(n *html.Node) *html.Node {
	if n.FirstChild != nil && n.FirstChild == n.LastChild {
		return n.FirstChild
	}
	return nil
}

// picture takes one that stands in the page itself. One that lies elsewhere is not fetched: it would
// tell where the reader is, and reach what only this server sees.
func (r *htmlReader) picture(n *html.Node, s Span) []Span {
	s.Text = strings.Join(strings.Fields(attribute(n, "alt")), " ")
	src := attribute(n, "src")
	if data, ok := strings.CutPrefix(src, "data:"); ok {
		body, mediaType, ok := inPage(data)
		if !ok || len(r.doc.Pictures) >= MaxPictures {
			r.doc.Lose(LostPicture, s.Text)
			return []Span{s}
		}
		r.doc.Pictures = append(r.doc.Pictures, Picture{MediaType: mediaType, Body: body})
		s.Picture = len(r.doc.Pictures)
		return []Span{s}
	}
	if to := Leads(src); to != "" {
		s.Source = to
		return []Span{s}
	}
	r.doc.Lose(LostPicture, src)
	return []Span{s}
}

// inPage is the body of a data: address.
func inPage(data string) (body []byte, mediaType string, ok bool) {
	head, rest, ok := strings.Cut(data, ",")
	if !ok || len(rest) > MaxPicture*4/3+4 {
		return nil, "", false
	}
	mediaType, coded := strings.CutSuffix(head, ";base64")
	if !coded {
		return nil, "", false
	}
	if plain, err := url.PathUnescape(rest); err == nil {
		rest = plain
	}
	body, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(rest), ""))
	return body, mediaType, err == nil && len(body) > 0
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textBelow(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}
