package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"github.com/copse-social/copse/server/document"
)

// About is what stands around a text in its file.
type About struct {
	Title, Subject, Lang string
	Right                bool // it is written from right to left
	Authors              []string
	At                   time.Time
}

// Write makes a Word file of a text. The same text makes the same bytes.
func Write(d *document.Doc, about About) ([]byte, error) {
	w := &writer{doc: d, right: about.Right, links: map[string]string{}}
	var body strings.Builder
	w.blocks(&body, d.Blocks, where{})
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	put := func(name string, text []byte) error {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err == nil {
			_, err = f.Write(text)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		return nil
	}
	parts := []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageLinks},
		{"docProps/core.xml", core(about)},
		{mainPart, head + `<w:document ` + spaces + `><w:body>` + body.String() + w.section() + `</w:body></w:document>`},
		{"word/styles.xml", styles(about)},
		{"word/numbering.xml", w.numbering()},
		{"word/footnotes.xml", w.footnotes()},
		{"word/_rels/document.xml.rels", w.relations()},
		{"word/_rels/footnotes.xml.rels", w.noteRelations()},
	}
	for _, p := range parts {
		if err := put(p.name, []byte(p.text)); err != nil {
			return nil, err
		}
	}
	for i, p := range d.Pictures {
		if len(p.Body) == 0 {
			continue
		}
		if err := put(fmt.Sprintf("word/media/%d.%s", i+1, ending(p.MediaType)), p.Body); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("close a Word file: %w", err)
	}
	return out.Bytes(), nil
}

func ending(mediaType string) string {
	if mediaType == "image/jpeg" {
		return "jpeg"
	}
	return "png"
}

type writer struct {
	doc    *document.Doc
	right  bool
	links  map[string]string // address to relation
	order  []string
	lists  []bool // numbering from 1; true counts
	notes  []string
	number int // of drawings
	inNote bool
}

// where says how paragraphs of a place look.
type where struct {
	style string
	list  int // numbering, 0 none
	level int
	props string // of a list's later paragraphs
}

func (w *writer) blocks(b *strings.Builder, list []document.Block, at where) {
	for _, one := range list {
		switch one.Kind {
		case document.Heading:
			w.paragraph(b, one.Text, where{style: fmt.Sprintf("Heading%d", min(max(one.Level, 1), 6))})
		case document.List:
			w.list(b, one, at)
		case document.Table:
			w.table(b, one)
		case document.Quote:
			w.blocks(b, one.Blocks, where{style: "Quote"})
		case document.Code:
			for line := range strings.Lines(one.Raw) {
				w.paragraph(b, []document.Span{{Text: strings.TrimRight(line, "\n"), Code: true}}, where{style: "Code"})
			}
		case document.Rule:
			b.WriteString(`<w:p><w:pPr><w:pBdr><w:bottom w:val="single" w:sz="4" w:space="1" w:color="auto"/></w:pBdr></w:pPr></w:p>`)
		default:
			w.paragraph(b, one.Text, at)
		}
	}
}

func (w *writer) list(b *strings.Builder, one document.Block, at where) {
	level := 0
	if at.list > 0 {
		level = min(at.level+1, 8)
	}
	w.lists = append(w.lists, one.Ordered)
	id := len(w.lists)
	for _, item := range one.Items {
		for i, inner := range item {
			here := where{list: id, level: level}
			if i > 0 && inner.Kind != document.List {
				here = where{props: fmt.Sprintf(`<w:ind w:start="%d"/>`, 720*(level+1)), list: 0, level: level}
			}
			w.blocks(b, []document.Block{inner}, here)
		}
	}
}

func (w *writer) paragraph(b *strings.Builder, text []document.Span, at where) {
	b.WriteString(`<w:p><w:pPr>`)
	if at.style != "" {
		b.WriteString(`<w:pStyle w:val="` + at.style + `"/>`)
	}
	if at.list > 0 {
		fmt.Fprintf(b, `<w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr>`, at.level, at.list)
	}
	if w.right {
		b.WriteString(`<w:bidi/>`)
	}
	b.WriteString(at.props + `</w:pPr>`)
	for _, s := range text {
		w.span(b, s)
	}
	b.WriteString(`</w:p>`)
}

func (w *writer) span(b *strings.Builder, s document.Span) {
	if s.Link != "" {
		b.WriteString(`<w:hyperlink r:id="` + w.link(s.Link) + `">`)
		defer b.WriteString(`</w:hyperlink>`)
	}
	switch {
	case s.Break:
		b.WriteString(`<w:r><w:br/></w:r>`)
	case len(s.Note) > 0:
		var note strings.Builder
		w.notes = append(w.notes, "")
		id := len(w.notes)
		w.inNote = true
		w.blocks(&note, s.Note, where{style: "FootnoteText"})
		w.inNote = false
		w.notes[id-1] = note.String()
		fmt.Fprintf(b, `<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="%d"/></w:r>`, id)
	case s.Picture > 0 && !w.inNote && len(w.doc.Pictures[s.Picture-1].Body) > 0:
		w.drawing(b, s)
	case s.Source != "":
		words := s.Text
		if words == "" {
			words = s.Source
		}
		w.span(b, document.Span{Text: words, Link: s.Source})
	default:
		b.WriteString(`<w:r>` + w.manner(s) + `<w:t xml:space="preserve">` + escape(s.Text) + `</w:t></w:r>`)
	}
}

// manner is how a run looks.
func (w *writer) manner(s document.Span) string {
	var b strings.Builder
	for _, one := range []struct {
		on  bool
		xml string
	}{
		{s.Link != "", `<w:rStyle w:val="Hyperlink"/>`},
		{s.Code, `<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>`},
		{s.Bold, `<w:b/><w:bCs/>`},
		{s.Italic, `<w:i/><w:iCs/>`},
		{s.Struck, `<w:strike/>`},
		{s.Raised, `<w:vertAlign w:val="superscript"/>`},
		{s.Lowered, `<w:vertAlign w:val="subscript"/>`},
		{w.right, `<w:rtl/>`},
	} {
		if one.on {
			b.WriteString(one.xml)
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return `<w:rPr>` + b.String() + `</w:rPr>`
}

func (w *writer) link(to string) string {
	if id, ok := w.links[to]; ok {
		return id
	}
	id := fmt.Sprintf("link%d", len(w.links)+1)
	w.links[to], w.order = id, append(w.order, to)
	return id
}

func (w *writer) table(b *strings.Builder, one document.Block) {
	width := 0
	for _, row := range one.Rows {
		width = max(width, len(row))
	}
	b.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/>`)
	if w.right {
		b.WriteString(`<w:bidiVisual/>`)
	}
	b.WriteString(`<w:tblW w:w="5000" w:type="pct"/></w:tblPr><w:tblGrid>` + strings.Repeat(`<w:gridCol w:w="2000"/>`, width) + `</w:tblGrid>`)
	for i, row := range one.Rows {
		b.WriteString(`<w:tr>`)
		if i == 0 {
			b.WriteString(`<w:trPr><w:tblHeader/></w:trPr>`)
		}
		for c := range width {
			b.WriteString(`<w:tc><w:tcPr><w:tcW w:w="0" w:type="auto"/></w:tcPr>`)
			var cell []document.Span
			if c < len(row) {
				cell = row[c]
			}
			w.paragraph(b, cell, where{})
			b.WriteString(`</w:tc>`)
		}
		b.WriteString(`</w:tr>`)
	}
	b.WriteString(`</w:tbl><w:p/>`)
}

// drawing is a picture, no wider than a page has room for.
func (w *writer) drawing(b *strings.Builder, s document.Span) {
	const perPixel, most = 9525, 5_400_000 // EMU at 96 dots an inch; 15 cm
	wide, high := document.PixelsOf(w.doc.Pictures[s.Picture-1].Body)
	x, y := wide*perPixel, high*perPixel
	if x > most {
		x, y = most, y*most/x
	}
	w.number++
	words := escape(s.Text)
	fmt.Fprintf(b, `<w:r><w:drawing><wp:inline><wp:extent cx="%[1]d" cy="%[2]d"/><wp:docPr id="%[3]d" name="Picture %[3]d" descr="%[4]s"/>`+
		`<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="%[3]d" name="%[5]d" descr="%[4]s"/><pic:cNvPicPr/></pic:nvPicPr>`+
		`<pic:blipFill><a:blip r:embed="picture%[5]d"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%[1]d" cy="%[2]d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`,
		x, y, w.number, words, s.Picture)
}

func escape(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes everything
	return b.String()
}
