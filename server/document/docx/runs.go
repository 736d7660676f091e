package docx

import (
	"strings"

	"github.com/copse-social/copse/server/document"
)

// runs reads what stands in a paragraph.
func (r *reader) runs(n *node, s document.Span) []document.Span {
	var out []document.Span
	for _, k := range n.kids {
		switch k.name {
		case "r":
			out = append(out, r.run(k, s)...)
		case "hyperlink":
			inner := s
			if to := document.Leads(r.links[k.val("id")]); to != "" {
				inner.Link = to
			}
			out = append(out, r.runs(k, inner)...)
		case "ins", "smartTag", "customXml", "moveTo", "sdtContent", "bdo", "dir":
			out = append(out, r.runs(k, s)...)
		case "sdt":
			if c := k.child("sdtContent"); c != nil {
				out = append(out, r.runs(c, s)...)
			}
		case "fldSimple":
			inner := s
			if to := addressOf(k.val("instr")); to != "" {
				inner.Link = to
			}
			out = append(out, r.runs(k, inner)...)
		case "del", "moveFrom":
			r.doc.Lose(document.LostDeletion, textOf(k))
		case "oMath", "oMathPara":
			text := textOf(k)
			r.doc.Lose(document.LostEquation, text)
			s := s
			s.Text = text
			out = append(out, s)
		case "commentReference", "commentRangeStart":
			r.doc.Lose(document.LostComment, "")
		}
	}
	return out
}

// run reads one run: text in one manner.
func (r *reader) run(n *node, s document.Span) []document.Span {
	if p := n.child("rPr"); p != nil {
		st := r.styles[p.child("rStyle").val("val")]
		s.Bold = s.Bold || on(p.child("b")) || st.bold
		s.Italic = s.Italic || on(p.child("i")) || st.italics
		s.Struck = s.Struck || on(p.child("strike"))
		s.Raised = p.child("vertAlign").val("val") == "superscript"
		s.Lowered = p.child("vertAlign").val("val") == "subscript"
		fonts := strings.ToLower(p.child("rFonts").val("ascii"))
		s.Code = strings.Contains(fonts, "courier") || strings.Contains(fonts, "mono") || strings.Contains(fonts, "consolas")
		if on(p.child("vanish")) {
			r.doc.Lose(document.LostField, textOf(n))
			return nil
		}
	}
	for i := len(r.field) - 1; i >= 0 && s.Link == ""; i-- {
		if r.shown[i] {
			s.Link = r.field[i]
		}
	}
	var out []document.Span
	for _, k := range n.kids {
		out = append(out, r.piece(k, s)...)
	}
	return out
}

// piece reads one element of a run.
func (r *reader) piece(k *node, s document.Span) []document.Span {
	switch k.name {
	case "t":
		for _, t := range k.kids {
			s.Text += t.text
		}
	case "tab", "ptab":
		s.Text = " "
	case "noBreakHyphen":
		s.Text = "\u2011"
	case "br", "cr":
		if kind := k.val("type"); kind == "" || kind == "textWrapping" {
			return []document.Span{{Break: true}}
		}
		return nil
	case "sym":
		r.doc.Lose(document.LostSymbol, k.val("font")+" "+k.val("char"))
		s.Text = "\ufffd"
	case "fldChar":
		r.fieldMark(k.val("fldCharType"))
		return nil
	case "instrText":
		if i := len(r.field) - 1; i >= 0 && !r.shown[i] {
			r.field[i] += textRaw(k)
		}
		return nil
	case "footnoteReference", "endnoteReference":
		return r.note(strings.TrimSuffix(k.name, "Reference") + k.val("id"))
	case "drawing", "pict", "object":
		return r.drawing(k, s)
	case "AlternateContent":
		if c := k.child("Choice"); c != nil {
			var out []document.Span
			for _, one := range c.kids {
				out = append(out, r.piece(one, s)...)
			}
			return out
		}
		return nil
	case "commentReference":
		r.doc.Lose(document.LostComment, "")
		return nil
	case "delText":
		r.doc.Lose(document.LostDeletion, textOf(k))
		return nil
	default:
		return nil
	}
	return []document.Span{s}
}

// fieldMark follows a field through its runs: what it says, then what it shows.
func (r *reader) fieldMark(kind string) {
	last := len(r.field) - 1
	switch {
	case kind == "begin":
		r.field, r.shown = append(r.field, ""), append(r.shown, false)
	case last < 0:
	case kind == "separate":
		r.field[last], r.shown[last] = addressOf(r.field[last]), true
	case kind == "end":
		r.field, r.shown = r.field[:last], r.shown[:last]
	}
}

// addressOf is where a HYPERLINK field leads.
func addressOf(field string) string {
	rest, ok := strings.CutPrefix(strings.TrimSpace(field), "HYPERLINK")
	if !ok {
		return ""
	}
	parts := strings.Split(rest, `"`)
	if len(parts) < 2 || strings.Contains(parts[0], `\l`) {
		return ""
	}
	return document.Leads(parts[1])
}

func textRaw(n *node) string {
	var b strings.Builder
	n.words(&b)
	return b.String()
}

// note is a footnote where it is referred to.
func (r *reader) note(id string) []document.Span {
	n := r.notes[id]
	if n == nil || r.inNote {
		return nil
	}
	r.inNote = true
	links := r.links
	if l, err := r.a.links("word/" + strings.TrimRight(id, "-0123456789") + "s.xml"); err == nil {
		r.links = l
	}
	blocks := r.blocks(n)
	r.inNote, r.links = false, links
	if len(blocks) == 0 {
		return nil
	}
	return []document.Span{{Note: blocks}}
}

// drawing is a picture, a box with text, or something that no text holds.
func (r *reader) drawing(k *node, s document.Span) []document.Span {
	words := k.first("docPr")
	s.Text = strings.Join(strings.Fields(words.val("descr")), " ")
	if s.Text == "" {
		s.Text = strings.Join(strings.Fields(words.val("title")), " ")
	}
	if box := k.first("txbxContent"); box != nil {
		r.doc.Lose(document.LostTextBox, textOf(box))
		boxes := r.boxes
		r.boxes = nil
		inner := r.blocks(box)
		r.boxes = append(boxes, inner...)
		return nil
	}
	blip := k.first("blip")
	id := blip.val("embed")
	if id == "" {
		id = k.first("imagedata").val("id")
	}
	if id == "" && document.Leads(r.links[blip.val("link")]) != "" {
		s.Source = r.links[blip.val("link")]
		return []document.Span{s}
	}
	if k.name == "object" || id == "" {
		r.doc.Lose(document.LostObject, s.Text)
		return nil
	}
	if to := document.Leads(r.links[id]); to != "" {
		s.Source = to
		return []document.Span{s}
	}
	if s.Picture = r.picture(id); s.Picture == 0 {
		r.doc.Lose(document.LostPicture, s.Text)
	}
	return []document.Span{s}
}
