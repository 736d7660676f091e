package docx

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/server/document"
)

// word is a Word file with some parts; the body stands in the first.
func word(t testing.TB, body string, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	put := func(name, text string) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	put("word/document.xml", `<w:document xmlns:w="w" xmlns:r="r" xmlns:a="a" xmlns:wp="wp" xmlns:m="m"><w:body>`+body+`</w:body></w:document>`)
	for name, text := range parts {
		put(name, text)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	testStyles = `<w:styles xmlns:w="w"><w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style>
		<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style>
		<w:style w:type="paragraph" w:styleId="Q"><w:name w:val="Intense Quote"/></w:style></w:styles>`
	testLists = `<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="5"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
		<w:num w:numId="2"><w:abstractNumId w:val="5"/></w:num></w:numbering>`
	testLinks = `<Relationships xmlns="p"><Relationship Id="r1" Target="https://who.test/a" TargetMode="External"/>
		<Relationship Id="r2" Target="media/lid.png"/><Relationship Id="r3" Target="file:///etc/passwd" TargetMode="External"/>
		<Relationship Id="r4" Target="https://spy.test/x.png" TargetMode="External"/></Relationships>`
	testNotes = `<w:footnotes xmlns:w="w"><w:footnote w:id="3"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>Leila, 2025.</w:t></w:r></w:p></w:footnote></w:footnotes>`
)

func run(text string) string { return `<w:r><w:t>` + text + `</w:t></w:r>` }

func item(level int, text string) string {
	return fmt.Sprintf(`<w:p><w:pPr><w:numPr><w:ilvl w:val="%d"/><w:numId w:val="2"/></w:numPr></w:pPr>%s</w:p>`, level, run(text))
}

func read(t *testing.T, file []byte) *document.Doc {
	t.Helper()
	d, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestRead_structure(t *testing.T) {
	t.Parallel()
	body := `<w:p><w:pPr><w:pStyle w:val="T"/></w:pPr>` + run("Tanks") + `</w:p>` +
		`<w:p><w:pPr><w:pStyle w:val="H1"/></w:pPr>` + run("Clean it") + `</w:p>` +
		`<w:p>` + run("Never ") + `<w:r><w:rPr><w:b/></w:rPr><w:t>alone</w:t></w:r>` + run(", says ") +
		`<w:hyperlink r:id="r1">` + run("the ministry") + `</w:hyperlink>` + `<w:r><w:footnoteReference w:id="3"/></w:r>` + run(".") + `</w:p>` +
		item(0, "Drain") + item(1, "slowly") + item(0, "Rinse") +
		`<w:p><w:pPr><w:pStyle w:val="Q"/></w:pPr>` + run("We had a burn.") + `</w:p>` +
		`<w:tbl><w:tr><w:tc><w:p>` + run("Litres") + `</w:p></w:tc><w:tc><w:p>` + run("Grams") + `</w:p></w:tc></w:tr>` +
		`<w:tr><w:tc><w:p>` + run("1,000") + `</w:p></w:tc><w:tc><w:p>` + run("100") + `</w:p></w:tc></w:tr></w:tbl>` +
		`<w:p><w:r><w:drawing><wp:docPr descr="A chain on a lid"/><a:blip r:embed="r2"/></w:drawing></w:r></w:p>` +
		`<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "https://b.test/" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>` + run("field") + `<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`
	d := read(t, word(t, body, map[string]string{
		"word/styles.xml": testStyles, "word/numbering.xml": testLists, "word/_rels/document.xml.rels": testLinks, "word/footnotes.xml": testNotes, "word/media/lid.png": "bytes",
	}))
	want := `# Clean it

Never **alone**, says [the ministry](<https://who.test/a>)[^1].

1. Drain
   - slowly
2. Rinse

> We had a burn.

| Litres | Grams |
| --- | --- |
| 1,000 | 100 |

![A chain on a lid](at-1)

[field](<https://b.test/>)

[^1]: Leila, 2025.
`
	if diff := cmp.Diff(want, d.Markdown(func(n int) string { return fmt.Sprintf("at-%d", n) })); diff != "" {
		t.Error(diff)
	}
	if d.Title != "Tanks" || len(d.Lost) != 0 || len(d.Pictures) != 1 || string(d.Pictures[0].Body) != "bytes" {
		t.Errorf("title %q, lost %v, %d pictures", d.Title, d.Lost, len(d.Pictures))
	}
}

func TestRead_saysWhatIsLost(t *testing.T) {
	t.Parallel()
	body := `<w:p>` + run("Kept") + `<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>` +
		`<w:r><w:commentReference w:id="1"/></w:r><w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r></w:p>` +
		`<w:p><w:r><w:pict><w:txbxContent><w:p>` + run("boxed") + `</w:p></w:txbxContent></w:pict></w:r></w:p>` +
		`<w:p><w:r><w:object/></w:r><w:r><w:drawing><a:blip r:link="r4"/></w:drawing></w:r><w:hyperlink r:id="r3">` + run("local") + `</w:hyperlink></w:p>` +
		`<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>` + item(0, "in") + `</w:tc></w:tr></w:tbl>`
	d := read(t, word(t, body, map[string]string{
		"word/_rels/document.xml.rels": testLinks, "word/header1.xml": `<w:hdr xmlns:w="w"><w:p>` + run("Draft, not for citation") + `</w:p></w:hdr>`,
	}))
	got := map[string]int{}
	for _, l := range d.Lost {
		got[l.What] += l.Count
	}
	for _, want := range []string{
		document.LostDeletion, document.LostEquation, document.LostComment, document.LostSymbol, document.LostTextBox, document.LostObject, document.LostCells, document.LostNested, document.LostMargin,
	} {
		if got[want] == 0 {
			t.Errorf("nothing is said of %q: %v", want, d.Lost)
		}
	}
	text := d.Markdown(func(int) string { return "" })
	for _, want := range []string{"Kept", "x=1", "boxed", "local", "[https://spy.test/x.png](<https://spy.test/x.png>)"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is lost in silence:\n%s", want, text)
		}
	}
	if strings.Contains(text, "passwd") || strings.Contains(text, "gone") {
		t.Errorf("kept what it should not: %s", text)
	}
}

func TestT31_wordFilesThatGrow(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("a", 3<<20)
	many := map[string]string{}
	for i := range maxEntries + 1 {
		many[fmt.Sprintf("x%d", i)] = ""
	}
	deep := strings.Repeat("<w:sdt><w:sdtContent>", maxDepth) + strings.Repeat("</w:sdtContent></w:sdt>", maxDepth)
	row := "<w:tr>" + strings.Repeat("<w:tc/>", 100) + "</w:tr>"
	for name, file := range map[string][]byte{
		"packed tightly": word(t, "", map[string]string{"word/media/a.png": big}),
		"many entries":   word(t, "", many),
		"deep":           word(t, deep, nil),
		"a huge table":   word(t, "<w:tbl>"+strings.Repeat(row, document.MaxCells/100+1)+"</w:tbl>", nil),
	} {
		if _, err := Read(file); !errors.Is(err, document.ErrLarge) {
			t.Errorf("%s: %v, want ErrLarge", name, err)
		}
	}
}

func TestT31_wordFilesWithEntities(t *testing.T) {
	t.Parallel()
	bomb := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><w:styles xmlns:w="w">&b;</w:styles>`
	outside := `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><w:styles xmlns:w="w">&f;</w:styles>`
	for _, styles := range []string{bomb, outside, `<w:styles xmlns:w="w">&b;</w:styles>`} {
		if _, err := Read(word(t, "", map[string]string{"word/styles.xml": styles})); !errors.Is(err, document.ErrForm) {
			t.Errorf("%.40s: %v, want ErrForm", styles, err)
		}
	}
	for _, file := range [][]byte{nil, []byte("PK\x03\x04"), []byte("hello"), word(t, "", nil)[:40]} {
		if _, err := Read(file); !errors.Is(err, document.ErrForm) {
			t.Errorf("%q: %v, want ErrForm", file, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(word(f, `<w:p>`+run("a")+`</w:p>`+item(0, "b")+item(1, "c")+`<w:tbl><w:tr><w:tc/></w:tr></w:tbl>`, map[string]string{"word/numbering.xml": testLists, "word/styles.xml": testStyles})), false)
	f.Add([]byte(`<w:p><w:r><w:fldChar w:fldCharType="end"/><w:drawing/></w:r></w:p>`), true)
	f.Add([]byte(`<w:p><w:r><w:footnoteReference w:id="3"/><w:pict><w:txbxContent/></w:pict></w:r></w:p>`), true)
	f.Fuzz(func(t *testing.T, in []byte, asBody bool) {
		if asBody {
			in = word(t, string(in), map[string]string{"word/footnotes.xml": testNotes, "word/_rels/document.xml.rels": testLinks, "word/media/lid.png": "x"})
		}
		d, err := Read(in)
		if err != nil {
			if !errors.Is(err, document.ErrForm) && !errors.Is(err, document.ErrLarge) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		_ = d.Markdown(func(int) string { return "x" })
		_ = d.Plain()
	})
}
