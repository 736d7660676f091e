// Package document holds a text as its parts, between the forms in which people bring it and take it
// away: Word, HTML, EPUB, Markdown.
//
// It reads and writes files; it knows no artifact, no person and no store, and fetches nothing: what a
// text only points at stays a link. What a reader does not understand it says, and nothing is lost in
// silence (domain.md 4.4). Start with Doc; html.go reads HTML, markdown.go writes Markdown, xhtml.go
// writes what an EPUB holds, and server/document/docx is for Word.
package document

import (
	"bytes"
	"errors"
	"image"
	_ "image/jpeg" // its size is read
	_ "image/png"
	"slices"
	"strings"
)

// What goes wrong with a file that somebody brings.
var (
	ErrForm  = errors.New("not a file of this kind")
	ErrLarge = errors.New("more than can be read")
)

// Doc is one text.
type Doc struct {
	Title    string
	Blocks   []Block
	Pictures []Picture // that stand in the text; a Span names one by its place here, from 1
	Lost     []Loss
}

// Kind is what a block is.
type Kind int

// The kinds of blocks.
const (
	Paragraph Kind = iota
	Heading
	List
	Table
	Quote
	Code
	Rule
)

// Block is one part of a text; which members mean something depends on its kind.
type Block struct {
	Kind    Kind
	Level   int    // of a heading, from 1
	Text    []Span // of a paragraph and a heading
	Ordered bool   // of a list
	Items   [][]Block
	Rows    [][][]Span // of a table; the first are its headings
	Blocks  []Block    // of a quotation
	Raw     string     // of code
}

// Span is a run of text in one manner.
type Span struct {
	Text                       string
	Bold, Italic, Code, Struck bool
	Raised, Lowered            bool
	Break                      bool   // a line ends here; there is no text then
	Link                       string // http, https or mailto
	Picture                    int    // the place of a picture, from 1; Text says what it shows
	Source                     string // where a picture lies that the text does not hold
	Note                       []Block
}

// Picture is one that a text holds.
type Picture struct {
	Name      string
	MediaType string // as the file says; whoever keeps it looks for himself
	Body      []byte
}

// Loss is something that was not understood, and how often. What is one of the codes below.
type Loss struct {
	What   string `json:"what"`
	Detail string `json:"detail,omitzero"`
	Count  int    `json:"count"`
}

// What can be lost.
const (
	LostElement  = "element"  // of HTML, its text stays where it has any
	LostObject   = "object"   // a drawing, a chart, a sheet within the text
	LostPicture  = "picture"  // in a form that can't be shown, or damaged
	LostFetch    = "fetch"    // a picture elsewhere; a link to it stays
	LostEquation = "equation" // its letters stay
	LostComment  = "comment"
	LostDeletion = "deletion" // text that somebody struck while changes were tracked
	LostTextBox  = "text-box" // its text stands after its paragraph
	LostMargin   = "margin"   // headers and footers of the pages
	LostCells    = "cells"    // that were joined; the text stands in the first
	LostNested   = "nested"   // a table or list within a cell, as lines
	LostSymbol   = "symbol"
	LostHTML     = "html"  // tags within Markdown, shown as they were typed
	LostField    = "field" // of what stands above a Markdown text
	LostMoving   = "moving"
)

// maxLost bounds the list; what goes beyond is counted with the last.
const maxLost = 60

// Lose notes something that was not understood.
func (d *Doc) Lose(what, detail string) {
	if r := []rune(detail); len(r) > 120 {
		detail = string(r[:119]) + "…"
	}
	i := slices.IndexFunc(d.Lost, func(l Loss) bool { return l.What == what && l.Detail == detail })
	if i < 0 && len(d.Lost) >= maxLost {
		i = len(d.Lost) - 1
	}
	if i >= 0 {
		d.Lost[i].Count++
		return
	}
	d.Lost = append(d.Lost, Loss{What: what, Detail: detail, Count: 1})
}

// Plain is the text alone, block by block, for search.
func (d *Doc) Plain() string {
	var b strings.Builder
	plainBlocks(&b, d.Blocks)
	return strings.TrimSpace(b.String())
}

func plainBlocks(b *strings.Builder, list []Block) {
	for _, one := range list {
		plainSpans(b, one.Text)
		b.WriteString(one.Raw)
		for _, item := range one.Items {
			plainBlocks(b, item)
		}
		for _, row := range one.Rows {
			for _, cell := range row {
				plainSpans(b, cell)
				b.WriteByte(' ')
			}
			b.WriteByte('\n')
		}
		plainBlocks(b, one.Blocks)
		b.WriteByte('\n')
	}
}

func plainSpans(b *strings.Builder, list []Span) {
	for _, s := range list {
		b.WriteString(s.Text)
		if s.Break {
			b.WriteByte('\n')
		}
		if len(s.Note) > 0 {
			b.WriteString(" (")
			plainBlocks(b, s.Note)
			b.WriteString(")")
		}
	}
}

// Join puts runs of one manner together and takes white space from both ends.
func Join(list []Span) []Span {
	var out []Span
	for _, s := range list {
		if s.Text == "" && !s.Break && s.Picture == 0 && s.Source == "" && len(s.Note) == 0 {
			continue
		}
		if n := len(out); n > 0 && same(out[n-1], s) {
			out[n-1].Text += s.Text
			continue
		}
		out = append(out, s)
	}
	for len(out) > 0 && (out[0].Break || blank(out[0])) {
		out = out[1:]
	}
	for len(out) > 0 && (out[len(out)-1].Break || blank(out[len(out)-1])) {
		out = out[:len(out)-1]
	}
	if len(out) > 0 {
		out[0].Text = strings.TrimLeft(out[0].Text, " \t\n")
		last := &out[len(out)-1]
		last.Text = strings.TrimRight(last.Text, " \t\n")
	}
	return out
}

func blank(s Span) bool {
	return strings.TrimSpace(s.Text) == "" && s.Picture == 0 && s.Source == "" && len(s.Note) == 0
}

// same says that two runs are of one manner, and both of text alone.
func same(a, b Span) bool {
	plain := func(s Span) bool { return !s.Break && s.Picture == 0 && s.Source == "" && len(s.Note) == 0 }
	return plain(a) && plain(b) && a.Bold == b.Bold && a.Italic == b.Italic && a.Code == b.Code && a.Struck == b.Struck &&
		a.Raised == b.Raised && a.Lowered == b.Lowered && a.Link == b.Link
}

// Leads is an address that a text may lead to, else "".
func Leads(address string) string {
	a := strings.TrimSpace(address)
	low := strings.ToLower(a)
	if len(a) > 2000 || strings.ContainsAny(a, " \t\r\n<>\"\\") {
		return ""
	}
	if strings.HasPrefix(low, "https://") || strings.HasPrefix(low, "http://") || strings.HasPrefix(low, "mailto:") {
		return a
	}
	return ""
}

// PixelsOf is how large a picture is, by its head; a small square where that can't be read.
func PixelsOf(body []byte) (wide, high int) {
	c, _, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width > 1<<16 || c.Height > 1<<16 {
		return 96, 96
	}
	return c.Width, c.Height
}
