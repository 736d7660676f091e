package edition

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/server/document/docx"
	"github.com/copse-social/copse/server/practice"
)

const lid = "https://copse.test/a/7/files/ab"

// work is a version that has everything.
func work(t *testing.T, lang string) *Work {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	source := "Tanks & lids\n\nFor two people.\n\n## Clean it\n\nNever **alone**[^1]. ![A chain](" + lid + ")\n\n1. Drain\n2. Rinse\n\n[^1]: *Leila*, 2025.\n\n" +
		"> [!IMPORTANT]\n> **Important**\n>\n> Rope first[^1].\n>\n> [^1]: Oru.\n\n## كم\n\n| a | b |\n| --- | --- |\n| 1 | ٢ |\n"
	return &Work{
		Title: "Tanks & lids", Abstract: "For two people.", Lang: lang, Group: "Water", Publisher: "WASH Alliance", Version: 2,
		Published: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC), Authors: []string{"Amina Diallo", `Binh "B" Tran`}, Contributors: []string{"Carla"},
		Reviewers: []string{"Leila, Health: accepts"}, Licence: "CC-BY-4.0", Hash: practice.HashOf(source), Address: "https://copse.test/a/7/v/2", Source: source,
		Says: map[string]string{
			SaysBy: "By", SaysWith: "With", SaysVersion: "Version", SaysDate: "Date", SaysReviewed: "Reviewed by", SaysLicence: "Licence", SaysAddress: "Address", SaysHash: "SHA-256", SaysContents: "Contents",
		},
		Picture: func(address string) ([]byte, string) {
			if address == lid {
				return b.Bytes(), "image/png"
			}
			return nil, ""
		},
	}
}

// entries are the files of a zip in order; those of XML are well-formed.
func entries(t *testing.T, body []byte) (names []string, files map[string]string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		names, files[f.Name] = append(names, f.Name), string(text)
		if strings.HasSuffix(f.Name, "html") || strings.HasSuffix(f.Name, "xml") || strings.HasSuffix(f.Name, "opf") {
			wellFormed(t, f.Name, text)
		}
		if f.Name == "mimetype" && f.Method != zip.Store {
			t.Error("the type of an EPUB is packed")
		}
	}
	return names, files
}

func wellFormed(t *testing.T, name string, text []byte) {
	t.Helper()
	in := xml.NewDecoder(bytes.NewReader(text))
	ids := map[string]bool{}
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
			return
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range start.Attr {
			if a.Name.Local == "id" {
				if ids[a.Value] {
					t.Errorf("%s has %q twice", name, a.Value)
				}
				ids[a.Value] = true
			}
		}
	}
}

func TestEPUB_parts(t *testing.T) {
	t.Parallel()
	for lang, dir := range map[string]string{"en": "ltr", "ar": "rtl", "zh": "ltr"} {
		body, err := work(t, lang).EPUB()
		if err != nil {
			t.Fatal(err)
		}
		names, files := entries(t, body)
		if names[0] != "mimetype" || files["mimetype"] != "application/epub+zip" {
			t.Errorf("it begins with %s: %q", names[0], files["mimetype"])
		}
		for name, words := range map[string][]string{
			"META-INF/container.xml": {"book/package.opf"},
			"book/package.opf":       {"<dc:language>" + lang + "<", "Tanks &amp; lids", "<dc:creator>Amina Diallo<", "<dc:rights>CC-BY-4.0<", `dcterms:modified">2026-11-22T09:30:00Z`, `page-progression-direction="` + dir + `"`, `href="picture-1.png" media-type="image/png"`},
			"book/nav.xhtml":         {`epub:type="toc"`, `href="text.xhtml#h-1"`, "Clean it", "كم"},
			"book/title.xhtml":       {"Amina Diallo", "Leila, Health: accepts", "CC-BY-4.0", "2026-11-22", "https://copse.test/a/7/v/2", practice.HashOf(work(t, lang).Source)},
			"book/text.xhtml":        {`dir="` + dir + `"`, `lang="` + lang + `"`, `epub:type="noteref"`, `epub:type="footnote"`, `<em>Leila</em>`, "Oru.", `<img src="picture-1.png" alt="A chain"/>`, "<th>a</th>", "<ol>"},
			"book/style.css":         {":lang(ar)", ":lang(zh)"},
		} {
			for _, w := range words {
				if !strings.Contains(files[name], w) {
					t.Errorf("%s: %s does not have %s\n%s", lang, name, w, files[name])
				}
			}
		}
		if files["book/picture-1.png"] == "" {
			t.Error("the picture is not there")
		}
		if again, err := work(t, lang).EPUB(); err != nil || !bytes.Equal(body, again) {
			t.Errorf("two files of one version differ: %v", err)
		}
	}
}

func TestEPUB_chaptersOfABook(t *testing.T) {
	t.Parallel()
	w := work(t, "en")
	w.Source = "All of it\n"
	for i := range 3 {
		one := *work(t, "en")
		one.Title = fmt.Sprintf("Chapter <%d>", i+1)
		w.Chapters = append(w.Chapters, one)
	}
	body, err := w.EPUB()
	if err != nil {
		t.Fatal(err)
	}
	names, files := entries(t, body)
	for i := range 3 {
		name := fmt.Sprintf("book/chapter-%d.xhtml", i+1)
		title := fmt.Sprintf("Chapter &lt;%d&gt;", i+1)
		if !strings.Contains(files[name], "<h1>"+title) || !strings.Contains(files["book/nav.xhtml"], title) || !strings.Contains(files[name], "Leila, Health") {
			t.Errorf("chapter %d is not whole", i+1)
		}
	}
	pictures := slices.DeleteFunc(names, func(n string) bool { return !strings.Contains(n, "picture") })
	if len(pictures) != 1 {
		t.Errorf("one picture lies there %d times", len(pictures))
	}
}

// What is taken away as Word or Markdown and brought back has the same structure.
func TestWork_comesBack(t *testing.T) {
	t.Parallel()
	w := work(t, "en")
	file, err := w.Word()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Take("tanks.docx", file)
	if err != nil {
		t.Fatal(err)
	}
	d, err := docx.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	plain := d.Plain()
	for _, want := range []string{"Tanks & lids", "Amina Diallo", "Leila, Health: accepts", "CC-BY-4.0", "2026-11-22", w.Hash, w.Address} {
		if !strings.Contains(plain, want) {
			t.Errorf("the Word file does not say %q:\n%s", want, plain)
		}
	}
	text := back.Text(func(string) string { return lid })
	_, after, _ := strings.Cut(text, "## Clean it")
	want := "\n\nNever **alone**[^1]. ![A chain](" + lid + ")\n\n1. Drain\n2. Rinse\n\n> **Important**\n\n> Rope first[^2].\n\n[^1]: *Leila*, 2025.\n\n[^2]: Oru.\n\n## كم\n\n| a | b |\n| --- | --- |\n| 1 | ٢ |\n"
	if diff := cmp.Diff(want, after); diff != "" || back.Title != w.Title || len(back.Lost) != 0 || len(back.Pictures) != 1 {
		t.Errorf("title %q, lost %v: %s", back.Title, back.Lost, diff)
	}
	again, err := Take("tanks.md", w.Markdown())
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(w.Source, "For two people.\n\n")
	body = strings.ReplaceAll(body, "![A chain]("+lid+")", "[A chain](<"+lid+">)")
	if diff := cmp.Diff(strings.TrimSpace(body), again.Text(nil)); diff != "" || again.Title != w.Title || again.Abstract != w.Abstract {
		t.Errorf("%q, %q: %s", again.Title, again.Abstract, diff)
	}
}

func TestMarkdown_above(t *testing.T) {
	t.Parallel()
	w := work(t, "ar")
	want := `---
title: "Tanks & lids"
abstract: "For two people."
version: 2
date: "2026-11-22"
lang: "ar"
authors:
  - "Amina Diallo"
  - "Binh \"B\" Tran"
contributors:
  - "Carla"
reviewers:
  - "Leila, Health: accepts"
license: "CC-BY-4.0"
community: "Water"
publisher: "WASH Alliance"
source: "https://copse.test/a/7/v/2"
sha256: "` + w.Hash + `"
---

# Tanks & lids

## Clean it
`
	if got := string(w.Markdown()); !strings.HasPrefix(got, want) {
		t.Error(cmp.Diff(want, got[:min(len(got), len(want))]))
	}
}

func TestCite_forms(t *testing.T) {
	t.Parallel()
	w := work(t, "en")
	bib := string(w.BibTeX())
	for _, want := range []string{"@techreport{copse-" + w.Hash[:12] + "-v2,", `title = {Tanks \& lids}`, `author = {Amina Diallo and Binh "B" Tran}`, "year = {2026}", "month = {nov}", "url = {https://copse.test/a/7/v/2}"} {
		if !strings.Contains(bib, want) {
			t.Errorf("BibTeX has no %s:\n%s", want, bib)
		}
	}
	w.Title = "Evil}\n@comment{ \\input{/etc/passwd}"
	if bib := string(w.BibTeX()); strings.Count(bib, "{") != strings.Count(bib, "}") || strings.Contains(bib, `\input`) {
		t.Errorf("a title writes an entry of its own:\n%s", bib)
	}
	w.Title = "Two\r\nER  - \r\nTY  - JOUR"
	ris := string(w.RIS())
	if strings.Count(ris, "\r\nER  - ") != 1 || strings.Contains(ris, "\r\nTY") {
		t.Errorf("a title ends its record:\n%s", ris)
	}
	for _, want := range []string{"TY  - RPRT\r\n", "AU  - Amina Diallo\r\n", "ET  - 2\r\n", "DA  - 2026/11/22\r\n", "UR  - https://copse.test/a/7/v/2\r\n"} {
		if !strings.Contains(ris, want) {
			t.Errorf("RIS has no %q:\n%s", want, ris)
		}
	}
}

func TestDir_ofLanguages(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{"ar": "rtl", "AR-EG": "rtl", "fa": "rtl", "he-IL": "rtl", "en": "ltr", "zh-Hans": "ltr", "": "ltr", "arn": "ltr"} {
		if got := Dir(lang); got != want {
			t.Errorf("%q goes %s", lang, got)
		}
	}
}
