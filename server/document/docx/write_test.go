package docx

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/server/document"
)

// whole has everything that a text can hold.
const whole = `<h2>Clean it</h2>
<p>Never <strong>alone</strong>, <em>says</em> <a href="https://who.test/a?b=1&amp;c=2">WHO</a><sup><a href="#n1" class="footnote-ref">1</a></sup>.<br>Then <del>not</del> <code>x &lt; 1</code></p>
<ol><li>Drain<ul><li>slowly</li><li>twice</li></ul></li><li>Rinse</li></ol>
<p>Between</p>
<ol><li>Again from one</li></ol>
<table><tr><th>Litres</th><th>Grams</th></tr><tr><td>1,000</td><td><strong>100</strong></td></tr></table>
<blockquote><p>We had a burn.</p></blockquote>
<h3>Deeper</h3>
<p>كلور حر &amp; 余氯<sup><a href="#n2" class="footnote-ref">2</a></sup></p>
<ol><li id="n1"><p>Leila, <a href="https://l.test/">2025</a>.</p></li><li id="n2"><p>ميزان</p></li></ol>`

func textWith(t *testing.T, src string) *document.Doc {
	t.Helper()
	d, err := document.FromHTML(src)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func write(t *testing.T, d *document.Doc, about About) []byte {
	t.Helper()
	file, err := Write(d, about)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// What is taken away and brought back is the same text.
func TestWrite_comesBackTheSame(t *testing.T) {
	t.Parallel()
	for _, right := range []bool{false, true} {
		d := textWith(t, whole)
		var lid bytes.Buffer
		if err := png.Encode(&lid, image.NewRGBA(image.Rect(0, 0, 4000, 30))); err != nil {
			t.Fatal(err)
		}
		d.Pictures = []document.Picture{{MediaType: "image/png", Body: lid.Bytes()}}
		d.Blocks = append(d.Blocks, document.Block{Text: []document.Span{{Picture: 1, Text: `A "chain" & a lid`}}})
		back := read(t, write(t, d, About{Title: "Tanks", Lang: "ar", Right: right}))
		at := func(n int) string { return fmt.Sprintf("p%d", n) }
		if diff := cmp.Diff(d.Markdown(at), back.Markdown(at)); diff != "" {
			t.Errorf("right %v: %s", right, diff)
		}
		if len(back.Lost) != 0 || len(back.Pictures) != 1 || !bytes.Equal(back.Pictures[0].Body, lid.Bytes()) {
			t.Errorf("right %v: lost %v, %d pictures", right, back.Lost, len(back.Pictures))
		}
	}
}

// parts are the entries of a file, each of which is XML that can be read.
func partsOf(t *testing.T, file []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(body)
		if strings.HasSuffix(f.Name, ".xml") || strings.HasSuffix(f.Name, ".rels") {
			if _, err := parse(body); err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
	}
	return out
}

func TestWrite_parts(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	about := About{Title: "Tanks & lids", Subject: "Version 2", Lang: "ar", Right: true, Authors: []string{"Amina", "B < C"}, At: at}
	parts := partsOf(t, write(t, textWith(t, whole), about))
	for name, words := range map[string][]string{
		"docProps/core.xml":             {"Tanks &amp; lids", "Version 2", "Amina; B &lt; C", "2026-11-22T09:00:00Z"},
		"word/document.xml":             {`<w:bidi/>`, `<w:rtl/>`, `<w:bidiVisual/>`, `<w:footnoteReference w:id="2"/>`, `<w:tblHeader/>`},
		"word/styles.xml":               {`w:bidi="ar"`, `w:val="heading 1"`, `w:val="footnote text"`},
		"word/numbering.xml":            {`w:numId="3"`, `w:val="decimal"`, `w:val="bullet"`},
		"word/footnotes.xml":            {"ميزان", "Leila", `<w:footnoteRef/>`},
		"word/_rels/document.xml.rels":  {"https://who.test/a?b=1&amp;c=2"},
		"word/_rels/footnotes.xml.rels": {"https://l.test/"},
		"[Content_Types].xml":           {"footnotes+xml", "image/png"},
	} {
		for _, w := range words {
			if !strings.Contains(parts[name], w) {
				t.Errorf("%s does not have %s", name, w)
			}
		}
	}
	left := partsOf(t, write(t, textWith(t, whole), About{Lang: "en"}))
	if strings.Contains(left["word/document.xml"], "bidi") || strings.Contains(left["word/document.xml"], "rtl") {
		t.Error("a text from left to right is marked as the other")
	}
}

func TestWrite_sameBytes(t *testing.T) {
	t.Parallel()
	about := About{Title: "Tanks", Lang: "en", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	if !bytes.Equal(write(t, textWith(t, whole), about), write(t, textWith(t, whole), about)) {
		t.Error("two files of one text differ")
	}
}

func TestWrite_picturesThatAreNone(t *testing.T) {
	t.Parallel()
	d := &document.Doc{
		Pictures: []document.Picture{{MediaType: "image/png"}},
		Blocks: []document.Block{
			{Text: []document.Span{{Picture: 1, Text: "its words"}}},
			{Text: []document.Span{{Source: "https://a.test/x.png"}}},
			{Kind: document.Rule},
			{Kind: document.Code, Raw: "a\nb"},
		},
	}
	back := read(t, write(t, d, About{})).Markdown(nil)
	for _, want := range []string{"its words", "[https://a.test/x.png](<https://a.test/x.png>)", "`a`", "`b`"} {
		if !strings.Contains(back, want) {
			t.Errorf("%q is not in %q", want, back)
		}
	}
}
