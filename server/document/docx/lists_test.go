package docx

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/server/document"
)

// place is one paragraph of a list in a Word file.
type place struct {
	at   point
	text string
}

// outline writes lists as lines, deeper ones further in.
func outline(list []document.Block, indent string) string {
	var b strings.Builder
	for _, one := range list {
		mark := "-"
		if one.Ordered {
			mark = "1"
		}
		for _, item := range one.Items {
			b.WriteString(indent + mark + " " + plain(item[0].Text) + "\n")
			b.WriteString(outline(item[1:], indent+"  "))
		}
	}
	return b.String()
}

func TestLists_levels(t *testing.T) {
	t.Parallel()
	bullet := func(level int, text string) place { return place{point{list: "1", level: level}, text} }
	number := func(level int, text string) place {
		return place{point{list: "2", level: level, ordered: true}, text}
	}
	for name, row := range map[string]struct {
		in   []place
		want string
	}{
		"one": {
			in:   []place{bullet(0, "a")},
			want: "- a\n",
		},
		"flat": {
			in:   []place{bullet(0, "a"), bullet(0, "b")},
			want: "- a\n- b\n",
		},
		"deeper and back": {
			in:   []place{bullet(0, "a"), bullet(1, "b"), bullet(2, "c"), bullet(0, "d")},
			want: "- a\n  - b\n    - c\n- d\n",
		},
		"begins deep": {
			in:   []place{bullet(2, "a"), bullet(0, "b")},
			want: "- a\n- b\n",
		},
		"jumps a level": {
			in:   []place{bullet(0, "a"), bullet(3, "b"), bullet(1, "c")},
			want: "- a\n  - b\n  - c\n",
		},
		"another list": {
			in:   []place{bullet(0, "a"), number(0, "b")},
			want: "- a\n1 b\n",
		},
		"numbers below points": {
			in:   []place{bullet(0, "a"), number(1, "b"), number(1, "c"), bullet(0, "d")},
			want: "- a\n  1 b\n  1 c\n- d\n",
		},
	} {
		var l lists
		for _, p := range row.in {
			l.add(p.at, document.Block{Text: []document.Span{{Text: p.text}}})
		}
		if diff := cmp.Diff(row.want, outline(l.end(), "")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if again := l.end(); len(again) != 0 {
			t.Errorf("%s: something is left: %v", name, again)
		}
	}
}

func TestAddressOf_fields(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		` HYPERLINK "https://a.test/b" `:          "https://a.test/b",
		`HYPERLINK "https://a.test/" \o "tip"`:    "https://a.test/",
		`HYPERLINK "mailto:a@b.test"`:             "mailto:a@b.test",
		`HYPERLINK \l "bookmark"`:                 "",
		`HYPERLINK "javascript:alert(1)"`:         "",
		`HYPERLINK "file:///etc/passwd"`:          "",
		`HYPERLINK`:                               "",
		` PAGE `:                                  "",
		`INCLUDEPICTURE "https://spy.test/x.png"`: "",
		`HYPERLINK "https://a.test/<script>"`:     "",
		`HYPERLINK "https://a.test/with a blank"`: "",
		``: "",
	} {
		if got := addressOf(field); got != want {
			t.Errorf("%q leads to %q, want %q", field, got, want)
		}
	}
}

func TestOn_switches(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		n    *node
		want bool
	}{
		{nil, false},
		{&node{name: "b"}, true},
		{&node{name: "b", attr: map[string]string{"val": "1"}}, true},
		{&node{name: "b", attr: map[string]string{"val": "0"}}, false},
		{&node{name: "b", attr: map[string]string{"val": "false"}}, false},
	} {
		if got := on(row.n); got != row.want {
			t.Errorf("%+v is %v", row.n, got)
		}
	}
}

func TestLinks_stayWithinTheFile(t *testing.T) {
	t.Parallel()
	a, err := open(word(t, "", map[string]string{"word/_rels/document.xml.rels": `<Relationships><Relationship Id="a" Target="media/x.png"/><Relationship Id="b" Target="/word/media/y.png"/><Relationship Id="c" Target="../../../etc/passwd"/><Relationship Id="d" Target="https://who.test/" TargetMode="External"/></Relationships>`}))
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.links(mainPart)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"a": "word/media/x.png",
		"b": "word/media/y.png",
		"c": "../../etc/passwd", // the zip has no such entry, and nothing else is opened
		"d": "https://who.test/",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if body, err := a.read("../../etc/passwd", 100); body != nil || err != nil {
		t.Errorf("outside of the file: %q, %v", body, err)
	}
}

func TestRead_manners(t *testing.T) {
	t.Parallel()
	manner := func(props, text string) string {
		return `<w:r><w:rPr>` + props + `</w:rPr><w:t xml:space="preserve">` + text + `</w:t></w:r>`
	}
	for body, want := range map[string]string{
		manner(`<w:b/>`, "bold"):                                          "**bold**",
		manner(`<w:b/>`, "bo") + manner(`<w:b/>`, "ld"):                   "**bold**",
		manner(`<w:b w:val="0"/>`, "not"):                                 "not",
		manner(`<w:i/>`, "slant") + run(" on"):                            "*slant* on",
		manner(`<w:b/>`, " edges ") + run("of it"):                        "**edges** of it",
		manner(`<w:b/><w:i/>`, "both"):                                    "***both***",
		manner(`<w:strike/>`, "gone"):                                     "~~gone~~",
		manner(`<w:rFonts w:ascii="Courier New"/>`, "x=1"):                "`x=1`",
		manner(`<w:vanish/>`, "hidden") + run("shown"):                    "shown",
		run("a") + `<w:r><w:br/></w:r>` + run("b"):                        "a\\\nb",
		run("a") + `<w:r><w:br w:type="page"/></w:r>` + run("b"):          "ab",
		run("a") + `<w:r><w:tab/></w:r>` + run("b"):                       "a b",
		run("non") + `<w:r><w:noBreakHyphen/></w:r>` + run("stop"):        "non\u2011stop",
		`<w:sdt><w:sdtContent>` + run("held") + `</w:sdtContent></w:sdt>`: "held",
		`<w:ins>` + run("new") + `</w:ins>`:                               "new",
		`<w:fldSimple w:instr="PAGE">` + run("3") + `</w:fldSimple>`:      "3",
		`<w:hyperlink w:anchor="x">` + run("within") + `</w:hyperlink>`:   "within",
		`<w:hyperlink r:id="r3">` + run("no file") + `</w:hyperlink>`:     "no file",
	} {
		d := read(t, word(t, `<w:p>`+body+`</w:p>`, map[string]string{"word/_rels/document.xml.rels": testLinks}))
		if got := strings.TrimSpace(d.Markdown(nil)); got != want {
			t.Errorf("%s\nis %q, want %q", body, got, want)
		}
	}
}

func TestRead_notesWithinNotesEnd(t *testing.T) {
	t.Parallel()
	notes := `<w:footnotes xmlns:w="w"><w:footnote w:id="3"><w:p><w:r><w:t>one</w:t></w:r><w:r><w:footnoteReference w:id="3"/></w:r></w:p></w:footnote></w:footnotes>`
	d := read(t, word(t, `<w:p>`+run("x")+`<w:r><w:footnoteReference w:id="3"/></w:r><w:r><w:footnoteReference w:id="9"/></w:r></w:p>`, map[string]string{"word/footnotes.xml": notes}))
	if diff := cmp.Diff("x[^1]\n\n[^1]: one\n", d.Markdown(nil)); diff != "" {
		t.Error(diff)
	}
}
