package docx

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/copse-social/copse/server/document"
)

const mainPart = "word/document.xml"

// Read takes the text out of a Word file.
func Read(body []byte) (*document.Doc, error) {
	a, err := open(body)
	if err != nil {
		return nil, err
	}
	root, err := a.part(mainPart)
	if err != nil {
		return nil, err
	}
	text := root.child("document", "body")
	if text == nil {
		return nil, fmt.Errorf("%w: it has no text", document.ErrForm)
	}
	r := &reader{a: a, doc: new(document.Doc), pictures: map[string]int{}, notes: map[string]*node{}}
	if err := r.prepare(); err != nil {
		return nil, err
	}
	r.doc.Blocks = r.blocks(text)
	for name := range a.files {
		if strings.HasPrefix(name, "word/header") || strings.HasPrefix(name, "word/footer") {
			r.margins(name)
		}
	}
	return r.doc, r.err
}

type reader struct {
	a        *archive
	doc      *document.Doc
	links    map[string]string
	styles   map[string]style
	lists    map[string]bool // numbering and level: is it ordered
	notes    map[string]*node
	pictures map[string]int // by part
	boxes    []document.Block
	field    []string // addresses of the fields that are open; "" leads nowhere
	shown    []bool   // whether the result of an open field has begun
	inNote   bool
	cells    int
	err      error
}

// style is what a named style means to a text.
type style struct {
	heading       int // 1 to 6; 0 none
	title, quote  bool
	bold, italics bool
	list          string // numbering
	level         string
}

// prepare reads the parts that the text refers to.
func (r *reader) prepare() error {
	var err error
	if r.links, err = r.a.links(mainPart); err != nil {
		return err
	}
	styles, err := r.a.part("word/styles.xml")
	if err != nil {
		return err
	}
	r.readStyles(styles.child("styles"))
	numbering, err := r.a.part("word/numbering.xml")
	if err != nil {
		return err
	}
	r.readLists(numbering.child("numbering"))
	for _, kind := range []string{"footnote", "endnote"} {
		part, err := r.a.part("word/" + kind + "s.xml")
		if err != nil {
			return err
		}
		if list := part.child(kind + "s"); list != nil {
			for _, n := range list.kids {
				r.notes[kind+n.val("id")] = n
			}
		}
	}
	return nil
}

func (r *reader) readStyles(list *node) {
	r.styles = map[string]style{}
	if list == nil {
		return
	}
	for _, s := range list.kids {
		if s.name != "style" {
			continue
		}
		name := strings.ToLower(s.child("name").val("val"))
		one := style{title: name == "title", quote: strings.Contains(name, "quote")}
		if n, ok := strings.CutPrefix(name, "heading "); ok {
			one.heading, _ = strconv.Atoi(n)
		} else if l := s.child("pPr", "outlineLvl").val("val"); l != "" {
			if n, err := strconv.Atoi(l); err == nil && n < 6 {
				one.heading = n + 1
			}
		}
		one.heading = min(max(one.heading, 0), 6)
		if s.val("type") == "character" {
			one.bold, one.italics = on(s.child("rPr", "b")), on(s.child("rPr", "i"))
		}
		if num := s.child("pPr", "numPr"); num != nil {
			one.list, one.level = num.child("numId").val("val"), num.child("ilvl").val("val")
		}
		r.styles[s.val("styleId")] = one
	}
}

// readLists notes which levels of which numbering count.
func (r *reader) readLists(list *node) {
	r.lists = map[string]bool{}
	if list == nil {
		return
	}
	abstract := map[string]map[string]bool{}
	for _, n := range list.kids {
		if n.name == "abstractNum" {
			levels := map[string]bool{}
			for _, l := range n.kids {
				if f := l.child("numFmt").val("val"); l.name == "lvl" && f != "" {
					levels[l.val("ilvl")] = f != "bullet" && f != "none"
				}
			}
			abstract[n.val("abstractNumId")] = levels
		}
	}
	for _, n := range list.kids {
		if n.name == "num" {
			for level, ordered := range abstract[n.child("abstractNumId").val("val")] {
				r.lists[n.val("numId")+"/"+level] = ordered
			}
		}
	}
}

// on reads a switch: there, and not said to be off.
func on(n *node) bool {
	return n != nil && n.val("val") != "0" && n.val("val") != "false" && n.val("val") != "none"
}

// margins tells of headers and footers that say something.
func (r *reader) margins(name string) {
	part, err := r.a.part(name)
	if err != nil {
		r.err = err
		return
	}
	var b strings.Builder
	for _, k := range part.kids {
		k.words(&b)
	}
	if text := strings.Join(strings.Fields(b.String()), " "); text != "" {
		r.doc.Lose(document.LostMargin, text)
	}
}

// blocks reads what a body, a cell, a note or a box holds. Paragraphs of one list become a list.
func (r *reader) blocks(n *node) []document.Block {
	var out []document.Block
	var open lists
	flush := func() { out = append(out, open.end()...) }
	for _, k := range n.kids {
		switch k.name {
		case "p":
			b, l := r.paragraph(k)
			if l != nil && len(b.Text) > 0 {
				open.add(*l, b)
			} else if len(b.Text) > 0 {
				flush()
				out = append(out, r.put(b)...)
			}
			if len(r.boxes) > 0 {
				flush()
				out, r.boxes = append(out, r.boxes...), nil
			}
		case "tbl":
			flush()
			out = append(out, r.table(k)...)
		case "sdt":
			flush()
			if c := k.child("sdtContent"); c != nil {
				out = append(out, r.blocks(c)...)
			}
		case "ins", "smartTag", "customXml", "moveTo":
			flush()
			out = append(out, r.blocks(k)...)
		case "del", "moveFrom":
			r.doc.Lose(document.LostDeletion, textOf(k))
		case "altChunk":
			r.doc.Lose(document.LostObject, k.name)
		}
	}
	flush()
	return out
}

// put is a paragraph in its place; the first that is a title is the one of the text.
func (r *reader) put(b document.Block) []document.Block {
	if b.Kind == document.Quote {
		return []document.Block{{Kind: document.Quote, Blocks: []document.Block{{Text: b.Text}}}}
	}
	if b.Kind == document.Heading && b.Level == 0 {
		if r.doc.Title == "" {
			r.doc.Title = plain(b.Text)
			return nil
		}
		b.Level = 1
	}
	return []document.Block{b}
}

// point is a place in a list.
type point struct {
	list    string
	level   int
	ordered bool
}

func (r *reader) paragraph(n *node) (document.Block, *point) {
	props := n.child("pPr")
	s := r.styles[props.child("pStyle").val("val")]
	b := document.Block{Text: document.Join(r.runs(n, document.Span{}))}
	switch {
	case s.heading > 0:
		b.Kind, b.Level = document.Heading, s.heading
		for i := range b.Text {
			b.Text[i].Bold = false
		}
		return b, nil
	case s.title:
		b.Kind = document.Heading
		return b, nil
	case s.quote:
		b.Kind = document.Quote
		return b, nil
	}
	num := props.child("numPr")
	id, level := num.child("numId").val("val"), num.child("ilvl").val("val")
	if num == nil {
		id, level = s.list, s.level
	}
	if id == "" || id == "0" {
		return b, nil
	}
	if level == "" {
		level = "0"
	}
	depth, _ := strconv.Atoi(level)
	return b, &point{list: id, level: min(max(depth, 0), 8), ordered: r.lists[id+"/"+level]}
}

func (r *reader) table(n *node) []document.Block {
	b := document.Block{Kind: document.Table}
	for _, row := range n.kids {
		if row.name != "tr" {
			continue
		}
		var line [][]document.Span
		for _, c := range row.kids {
			if c.name == "sdt" {
				if inner := c.child("sdtContent", "tc"); inner != nil {
					c = inner
				}
			}
			if c.name != "tc" {
				continue
			}
			if r.cells++; r.cells > document.MaxCells {
				r.err = fmt.Errorf("%w: more than %d cells", document.ErrLarge, document.MaxCells)
				return nil
			}
			if wide := c.child("tcPr", "gridSpan").val("val"); wide != "" && wide != "1" || c.child("tcPr", "vMerge") != nil {
				r.doc.Lose(document.LostCells, "")
			}
			inside := r.blocks(c)
			for _, one := range inside {
				if one.Kind == document.Table || one.Kind == document.List {
					r.doc.Lose(document.LostNested, "")
				}
			}
			line = append(line, document.Lines(inside))
		}
		if len(line) > 0 {
			b.Rows = append(b.Rows, line)
		}
	}
	if len(b.Rows) == 0 {
		return nil
	}
	return []document.Block{b}
}

func textOf(n *node) string {
	var b strings.Builder
	n.words(&b)
	return strings.Join(strings.Fields(b.String()), " ")
}

func plain(list []document.Span) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString(s.Text)
		if s.Break {
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// picture is the place of one that stands in the file, by the relation that names it.
func (r *reader) picture(id string) int {
	part := r.links[id]
	if n, ok := r.pictures[part]; ok {
		return n
	}
	if r.a.files[part] == nil || len(r.doc.Pictures) >= document.MaxPictures {
		return 0
	}
	body, err := r.a.read(part, document.MaxPicture)
	if err != nil || len(body) == 0 {
		return 0
	}
	r.doc.Pictures = append(r.doc.Pictures, document.Picture{Name: path.Base(part), Body: body})
	r.pictures[part] = len(r.doc.Pictures)
	return len(r.doc.Pictures)
}
