package web_test

import (
	"archive/zip"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// unzipped is one entry of a file.
func unzipped(t *testing.T, body, name string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestExport_everyForm(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	b := h.as(amina)
	page := b.imported(g, "tanks.html", `<h1>Tanks</h1><p>Look<sup><a href="#n">1</a></sup> <img alt="A chain" src="data:image/png;base64,`+
		base64.StdEncoding.EncodeToString(aPicture(t))+`"></p><ol><li id="n">Leila</li></ol>`)
	h.filled(g, page)
	h.published(b, page)
	b.get(page).shows(`href="`+page+`/v/1/pdf"`, `href="`+page+`/v/1/epub"`, `href="`+page+`/v/1/docx"`, `href="`+page+`/v/1/md"`, `href="`+page+`/v/1/bib"`)
	v := h.visitor()
	for form, row := range map[string]struct{ kind, entry, says string }{
		"epub": {"application/epub+zip", "book/text.xhtml", `alt="A chain"`},
		"docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word/footnotes.xml", "Leila"},
		"md":   {"text/markdown; charset=utf-8", "", "sha256: "},
		"bib":  {"application/x-bibtex; charset=utf-8", "", "@techreport{"},
		"ris":  {"application/x-research-info-systems; charset=utf-8", "", "TI  - Tanks"},
		"pdf":  {"application/pdf", "", "data:image/png;base64,"},
	} {
		a := v.get(page + "/v/1/" + form).want(http.StatusOK)
		text := a.body
		if row.entry != "" {
			text = unzipped(t, a.body, row.entry)
		}
		if a.header.Get("Content-Type") != row.kind || !strings.Contains(text, row.says) || !strings.Contains(a.header.Get("Content-Disposition"), "."+form) ||
			!strings.Contains(a.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %v\n%s", form, a.header, text)
		}
		v.header.Set("If-None-Match", a.header.Get("ETag"))
		v.get(page + "/v/1/" + form).want(http.StatusNotModified)
		v.header.Del("If-None-Match")
	}
	pdf := v.get(page + "/v/1/pdf")
	for _, want := range []string{`lang="en"`, `dir="ltr"`, "Leila", "SHA-256"} {
		if !strings.Contains(pdf.body, want) {
			t.Errorf("the PDF is printed without %s", want)
		}
	}
	if strings.Contains(pdf.body, `src="https://`) {
		t.Error("the renderer would have to fetch a picture")
	}
	v.get(page + "/v/1/print").want(http.StatusOK).hides("This server itself makes no PDF")
	v.get(page + "/v/1/exe").want(http.StatusNotFound)
	v.get(page + "/v/2/epub").want(http.StatusNotFound)
	h.pressBroken = true
	h.filled(g, page)
	b.post(page+"/do/publish", form("idea", "1", "note", "Second")).want(http.StatusSeeOther)
	v.get(page + "/v/2/pdf").leads(page + "/v/2/print")
}

func TestExport_ofWhatIsPrivate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("quiet", amina, func(n *community.NewGroup) { n.Openness = db.OpennessPrivate })
	b := h.as(amina)
	page := b.imported(g, "tanks.md", "# Tanks\n\nText")
	h.filled(g, page)
	h.visitor().get(page + "/v/1/epub").want(http.StatusNotFound)
	h.published(b, page)
	for _, form := range []string{"epub", "docx", "md", "pdf", "print", "bib", "ris"} {
		h.visitor().get(page + "/v/1/" + form).want(http.StatusNotFound)
		if form == "print" {
			continue
		}
		if got := b.get(page + "/v/1/" + form).want(http.StatusOK).header.Get("Cache-Control"); got != "private, no-cache" {
			t.Errorf("%s may be kept: %q", form, got)
		}
	}
}

func TestBook_readAndTakenAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	b := h.as(amina)
	var chapters []string
	for _, title := range []string{"Draining", "Rinsing", "Filling"} {
		page := b.imported(g, "a.md", "# "+title+"\n\n## How\n\nThe text of "+title+"[^1].\n\n[^1]: Oru\n")
		h.filled(g, page)
		h.published(b, page)
		chapters = append(chapters, page)
	}
	a := b.post("/c/water/library/new", form("kind", "book", "title", "All about tanks"))
	book := strings.TrimSuffix(a.want(http.StatusSeeOther).header.Get("Location"), "/draft")
	h.filled(g, book)
	for _, page := range chapters {
		b.post(book+"/do/chapter", form("chapter", strings.TrimPrefix(page, "/a/"))).want(http.StatusSeeOther)
	}
	h.published(b, book)
	v := h.visitor()
	v.get(book).want(http.StatusOK).shows(`id="toc"`, "Draining", "Rinsing", "Filling")
	v.get(chapters[1]).shows("Chapter 2 of 3", `rel="prev" href="`+chapters[0]+`"`, `rel="next" href="`+chapters[2]+`"`, "All about tanks")
	v.get(chapters[0]).shows("Chapter 1 of 3").hides(`rel="prev"`)
	epub := v.get(book + "/v/1/epub").want(http.StatusOK)
	if text := unzipped(t, epub.body, "book/chapter-3.xhtml"); !strings.Contains(text, "The text of Filling") || !strings.Contains(text, "Oru") {
		t.Errorf("the last chapter is %s", text)
	}
	if nav := unzipped(t, epub.body, "book/nav.xhtml"); strings.Index(nav, "Draining") > strings.Index(nav, "Filling") {
		t.Errorf("the chapters are out of order: %s", nav)
	}
	pdf := v.get(book + "/v/1/pdf").want(http.StatusOK)
	for _, want := range []string{"The text of Draining", "The text of Rinsing", "The text of Filling"} {
		if !strings.Contains(pdf.body, want) {
			t.Errorf("the PDF has no %q", want)
		}
	}
	// A later version of a chapter does not change a book that is out.
	h.filled(g, chapters[0])
	b.post(chapters[0]+"/do/publish", form("idea", "1", "note", "Better")).want(http.StatusSeeOther)
	again := v.get(book + "/v/1/epub").want(http.StatusOK)
	if again.body != epub.body || again.header.Get("ETag") != epub.header.Get("ETag") {
		t.Error("a version of a book has changed")
	}
}
