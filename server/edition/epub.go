package edition

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/copse-social/copse/server/document"
)

// bookStyle is the style sheet of an EPUB: few rules, so that a reader's own settings hold.
const bookStyle = `body { margin: 5%; line-height: 1.5 } h1, h2, h3 { line-height: 1.2 } img { max-width: 100% } table { border-collapse: collapse }
th, td { border: 1px solid; padding: .3em .5em; text-align: start } blockquote { margin-inline: 1em; padding-inline-start: 1em; border-inline-start: 3px solid }
dt { font-weight: bold } aside { font-size: .9em }
:lang(ar), :lang(fa), :lang(ur) { font-family: "Noto Naskh Arabic", "Noto Sans Arabic", "Geeza Pro", serif }
:lang(zh) { font-family: "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", sans-serif }
`

// page is one file of an EPUB.
type page struct {
	name, title, body, lang string
	marks                   []document.Mark
}

// book gathers what goes into an EPUB.
type book struct {
	pages    []page
	pictures []document.Picture
	names    []string
	have     map[string]string
}

// EPUB is the version, with the chapters of a book, as EPUB 3.3.
func (w *Work) EPUB() ([]byte, error) {
	b := &book{have: map[string]string{}}
	b.pages = append(b.pages, page{name: "title.xhtml", title: w.Title, lang: w.Lang, body: w.front()})
	if err := b.add(w, "text"); err != nil {
		return nil, err
	}
	for i := range w.Chapters {
		if err := b.add(&w.Chapters[i], fmt.Sprintf("chapter-%d", i+1)); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	put := func(name string, method uint16, body []byte) error {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = f.Write(body)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		return nil
	}
	if err := put("mimetype", zip.Store, []byte("application/epub+zip")); err != nil { // first and as it is, OCF 4.3
		return nil, err
	}
	files := []struct{ name, body string }{
		{"META-INF/container.xml", `<?xml version="1.0" encoding="UTF-8"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`},
		{"book/package.opf", b.manifest(w)},
		{"book/nav.xhtml", b.nav(w)},
		{"book/style.css", bookStyle},
	}
	for _, p := range b.pages {
		files = append(files, struct{ name, body string }{"book/" + p.name, sheet(p.title, p.lang, p.body)})
	}
	for _, f := range files {
		if err := put(f.name, zip.Deflate, []byte(f.body)); err != nil {
			return nil, err
		}
	}
	for i, p := range b.pictures {
		if err := put("book/"+b.names[i], zip.Store, p.Body); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("close an EPUB: %w", err)
	}
	return out.Bytes(), nil
}

// add puts a text into the book as a page of its own.
func (b *book) add(w *Work, name string) error {
	d, err := w.text()
	if err != nil {
		return err
	}
	at := func(n int) string {
		p := d.Pictures[n-1]
		if b.have[p.Name] == "" {
			end := "png"
			if p.MediaType == "image/jpeg" {
				end = "jpeg"
			}
			b.have[p.Name] = fmt.Sprintf("picture-%d.%s", len(b.pictures)+1, end)
			b.pictures, b.names = append(b.pictures, p), append(b.names, b.have[p.Name])
		}
		return b.have[p.Name]
	}
	body := d.XHTML("", at)
	if name != "text" {
		body = "<h1>" + html.EscapeString(w.Title) + "</h1>\n" + w.lines() + body
	}
	b.pages = append(b.pages, page{name: name + ".xhtml", title: w.Title, lang: w.Lang, body: body, marks: d.Headings("")})
	return nil
}

// front is the page that says what the book is.
func (w *Work) front() string {
	return "<h1>" + html.EscapeString(w.Title) + "</h1>\n" + w.lines()
}

func (w *Work) lines() string {
	var b strings.Builder
	if w.Abstract != "" {
		b.WriteString("<p><em>" + html.EscapeString(w.Abstract) + "</em></p>\n")
	}
	b.WriteString("<dl>\n")
	for _, one := range w.record() {
		value := html.EscapeString(one[1])
		if to := document.Leads(one[1]); to != "" {
			value = `<a href="` + html.EscapeString(to) + `">` + value + `</a>`
		}
		b.WriteString("<dt>" + html.EscapeString(one[0]) + "</dt><dd>" + value + "</dd>\n")
	}
	return b.String() + "</dl>\n"
}

// sheet is a whole page of XHTML.
func sheet(title, lang, body string) string {
	lang = html.EscapeString(lang)
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n<!DOCTYPE html>\n" +
		`<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="` + lang + `" xml:lang="` + lang + `" dir="` + Dir(lang) + `">` +
		`<head><meta charset="utf-8"/><title>` + html.EscapeString(title) + `</title><link rel="stylesheet" type="text/css" href="style.css"/></head><body>` + "\n" + body + "</body></html>\n"
}

// nav is the table of contents.
func (b *book) nav(w *Work) string {
	var list strings.Builder
	for _, p := range b.pages[1:] {
		if len(p.marks) == 0 && p.name == "text.xhtml" && len(b.pages) > 2 {
			continue // a book of chapters alone
		}
		list.WriteString(`<li><a href="` + p.name + `">` + html.EscapeString(p.title) + `</a>`)
		if len(p.marks) > 0 {
			list.WriteString("<ol>")
			for _, m := range p.marks {
				if m.Text == "" {
					continue
				}
				list.WriteString(`<li><a href="` + p.name + `#` + m.ID + `">` + html.EscapeString(m.Text) + `</a></li>`)
			}
			list.WriteString("</ol>")
		}
		list.WriteString("</li>\n")
	}
	title := html.EscapeString(w.Says[SaysContents])
	return sheet(w.Title, w.Lang, `<nav epub:type="toc" id="toc"><h1>`+title+`</h1><ol><li><a href="title.xhtml">`+html.EscapeString(w.Title)+`</a></li>`+"\n"+list.String()+`</ol></nav>`)
}

// manifest is the package document: what the book is, and which files it has in which order.
func (b *book) manifest(w *Work) string {
	var items, spine, people strings.Builder
	for i, p := range b.pages {
		fmt.Fprintf(&items, `<item id="page-%d" href="%s" media-type="application/xhtml+xml"/>`, i, p.name)
		fmt.Fprintf(&spine, `<itemref idref="page-%d"/>`, i)
	}
	for i, p := range b.pictures {
		fmt.Fprintf(&items, `<item id="picture-%d" href="%s" media-type="%s"/>`, i, b.names[i], p.MediaType)
	}
	tag := func(name, value string) {
		if value != "" {
			people.WriteString("<dc:" + name + ">" + html.EscapeString(value) + "</dc:" + name + ">")
		}
	}
	for _, who := range w.Authors {
		tag("creator", who)
	}
	for _, who := range w.Contributors {
		tag("contributor", who)
	}
	tag("publisher", w.Publisher)
	tag("rights", w.Licence)
	tag("description", w.Abstract)
	lang, dir := html.EscapeString(w.Lang), Dir(w.Lang)
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="` + lang + `" dir="` + dir + `"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">` +
		`<dc:identifier id="id">` + html.EscapeString(w.Address) + `</dc:identifier><dc:title>` + html.EscapeString(w.Title) + `</dc:title><dc:language>` + lang + `</dc:language>` + people.String() +
		`<dc:date>` + w.Published.UTC().Format(time.DateOnly) + `</dc:date><meta property="dcterms:modified">` + w.Published.UTC().Format("2006-01-02T15:04:05Z") + `</meta></metadata>` +
		`<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/><item id="style" href="style.css" media-type="text/css"/>` + items.String() + `</manifest>` +
		`<spine page-progression-direction="` + dir + `">` + spine.String() + `</spine></package>` + "\n"
}
