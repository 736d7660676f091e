package docx

import (
	"fmt"
	"strings"
	"time"
)

// The parts of a file that stand around its text (ECMA-376 parts 1 and 2).
const (
	head   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	spaces = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" ` +
		`xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" ` +
		`xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"`
	linkSpace = `http://schemas.openxmlformats.org/package/2006/relationships`
	office    = `http://schemas.openxmlformats.org/officeDocument/2006/relationships/`
	wordType  = `application/vnd.openxmlformats-officedocument.wordprocessingml.`

	contentTypes = head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/><Default Extension="jpeg" ContentType="image/jpeg"/>` +
		`<Override PartName="/word/document.xml" ContentType="` + wordType + `document.main+xml"/><Override PartName="/word/styles.xml" ContentType="` + wordType + `styles+xml"/>` +
		`<Override PartName="/word/numbering.xml" ContentType="` + wordType + `numbering+xml"/><Override PartName="/word/footnotes.xml" ContentType="` + wordType + `footnotes+xml"/>` +
		`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`
	packageLinks = head + `<Relationships xmlns="` + linkSpace + `"><Relationship Id="r1" Type="` + office + `officeDocument" Target="word/document.xml"/>` +
		`<Relationship Id="r2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`
)

func core(about About) string {
	at := about.At.UTC().Format(time.RFC3339)
	return head + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" ` +
		`xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>` + escape(about.Title) + `</dc:title><dc:subject>` + escape(about.Subject) +
		`</dc:subject><dc:creator>` + escape(strings.Join(about.Authors, "; ")) + `</dc:creator><dc:language>` + escape(about.Lang) + `</dc:language>` +
		`<dcterms:created xsi:type="dcterms:W3CDTF">` + at + `</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">` + at + `</dcterms:modified></cp:coreProperties>`
}

// styles are few, named as Word names its own, so that a reader's template takes over.
func styles(about About) string {
	lang := escape(about.Lang)
	var b strings.Builder
	b.WriteString(head + `<w:styles ` + spaces + `><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="Noto Sans CJK SC" w:cs="Arial"/><w:sz w:val="22"/><w:szCs w:val="22"/>` +
		`<w:lang w:val="` + lang + `" w:eastAsia="` + lang + `" w:bidi="` + lang + `"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="140" w:line="276" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>`)
	paragraph := func(id, name, pPr, rPr string) {
		fmt.Fprintf(&b, `<w:style w:type="paragraph" w:styleId="%s"><w:name w:val="%s"/><w:qFormat/><w:pPr>%s</w:pPr><w:rPr>%s</w:rPr></w:style>`, id, name, pPr, rPr)
	}
	paragraph("Normal", "Normal", "", "")
	paragraph("Title", "Title", `<w:spacing w:after="240"/>`, `<w:b/><w:bCs/><w:sz w:val="40"/><w:szCs w:val="40"/>`)
	for n := 1; n <= 6; n++ {
		size := 34 - 3*n
		paragraph(fmt.Sprintf("Heading%d", n), fmt.Sprintf("heading %d", n), fmt.Sprintf(`<w:keepNext/><w:spacing w:before="280" w:after="100"/><w:outlineLvl w:val="%d"/>`, n-1), fmt.Sprintf(`<w:b/><w:bCs/><w:sz w:val="%d"/><w:szCs w:val="%d"/>`, size, size))
	}
	paragraph("Quote", "Quote", `<w:ind w:start="567"/>`, ``)
	paragraph("Code", "Code", `<w:spacing w:after="0"/>`, `<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>`)
	paragraph("FootnoteText", "footnote text", `<w:spacing w:after="0"/>`, `<w:sz w:val="18"/><w:szCs w:val="18"/>`)
	b.WriteString(`<w:style w:type="character" w:styleId="FootnoteReference"><w:name w:val="footnote reference"/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>` +
		`<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/><w:rPr><w:color w:val="0563C1"/><w:u w:val="single"/></w:rPr></w:style>` +
		`<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:tblPr><w:tblBorders>`)
	for _, side := range []string{"top", "start", "bottom", "end", "insideH", "insideV"} {
		b.WriteString(`<w:` + side + ` w:val="single" w:sz="4" w:space="0" w:color="auto"/>`)
	}
	b.WriteString(`</w:tblBorders></w:tblPr></w:style></w:styles>`)
	return b.String()
}

// numbering has one list for each in the text, so that each counts from one.
func (w *writer) numbering() string {
	var b strings.Builder
	b.WriteString(head + `<w:numbering ` + spaces + `>`)
	for kind, format := range []string{"bullet", "decimal"} {
		fmt.Fprintf(&b, `<w:abstractNum w:abstractNumId="%d"><w:multiLevelType w:val="multilevel"/>`, kind)
		for level := range 9 {
			text := "•"
			if format == "decimal" {
				text = fmt.Sprintf("%%%d.", level+1)
			}
			fmt.Fprintf(&b, `<w:lvl w:ilvl="%d"><w:start w:val="1"/><w:numFmt w:val="%s"/><w:lvlText w:val="%s"/><w:lvlJc w:val="start"/><w:pPr><w:ind w:start="%d" w:hanging="360"/></w:pPr></w:lvl>`, level, format, text, 720*(level+1))
		}
		b.WriteString(`</w:abstractNum>`)
	}
	for i, ordered := range w.lists {
		kind := 0
		if ordered {
			kind = 1
		}
		fmt.Fprintf(&b, `<w:num w:numId="%d"><w:abstractNumId w:val="%d"/>`, i+1, kind)
		for level := range 9 {
			fmt.Fprintf(&b, `<w:lvlOverride w:ilvl="%d"><w:startOverride w:val="1"/></w:lvlOverride>`, level)
		}
		b.WriteString(`</w:num>`)
	}
	return b.String() + `</w:numbering>`
}

func (w *writer) footnotes() string {
	var b strings.Builder
	b.WriteString(head + `<w:footnotes ` + spaces + `><w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>` +
		`<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>`)
	for i, note := range w.notes {
		mark := `</w:pPr><w:r><w:rPr><w:rStyle w:val="FootnoteReference"/><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> </w:t></w:r>`
		fmt.Fprintf(&b, `<w:footnote w:id="%d">%s</w:footnote>`, i+1, strings.Replace(note, `</w:pPr>`, mark, 1))
	}
	return b.String() + `</w:footnotes>`
}

// relations name what the text points at. Links of footnotes are in a part of their own.
func (w *writer) relations() string {
	var b strings.Builder
	b.WriteString(head + `<Relationships xmlns="` + linkSpace + `"><Relationship Id="styles" Type="` + office + `styles" Target="styles.xml"/>` +
		`<Relationship Id="numbering" Type="` + office + `numbering" Target="numbering.xml"/><Relationship Id="footnotes" Type="` + office + `footnotes" Target="footnotes.xml"/>`)
	for i, p := range w.doc.Pictures {
		if len(p.Body) > 0 {
			fmt.Fprintf(&b, `<Relationship Id="picture%d" Type="%simage" Target="media/%d.%s"/>`, i+1, office, i+1, ending(p.MediaType))
		}
	}
	return b.String() + w.addresses() + `</Relationships>`
}

func (w *writer) noteRelations() string {
	return head + `<Relationships xmlns="` + linkSpace + `">` + w.addresses() + `</Relationships>`
}

func (w *writer) addresses() string {
	var b strings.Builder
	for _, to := range w.order {
		fmt.Fprintf(&b, `<Relationship Id="%s" Type="%shyperlink" Target="%s" TargetMode="External"/>`, w.links[to], office, escape(to))
	}
	return b.String()
}

// section ends the text: an A4 page, and from which side it is read.
func (w *writer) section() string {
	side := ""
	if w.right {
		side = `<w:bidi/>`
	}
	return `<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/>` + side + `</w:sectPr>`
}
