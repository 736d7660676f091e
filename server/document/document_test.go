package document

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJoin_runsOfOneManner(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ in, want []Span }{
		"nothing": {
			in:   []Span{{Text: ""}, {Text: "  "}},
			want: []Span{},
		},
		"two of one manner": {
			in:   []Span{{Text: "a", Bold: true}, {Text: "b", Bold: true}},
			want: []Span{{Text: "ab", Bold: true}},
		},
		"two of two manners": {
			in:   []Span{{Text: "a", Bold: true}, {Text: "b"}},
			want: []Span{{Text: "a", Bold: true}, {Text: "b"}},
		},
		"ends": {
			in:   []Span{{Break: true}, {Text: " a "}, {Break: true}, {Text: " "}},
			want: []Span{{Text: "a"}},
		},
		"a picture alone": {
			in:   []Span{{Picture: 1}},
			want: []Span{{Picture: 1}},
		},
		"a note alone": {
			in:   []Span{{Note: []Block{{}}}},
			want: []Span{{Note: []Block{{}}}},
		},
		"two links": {
			in:   []Span{{Text: "a", Link: "https://a.test"}, {Text: "b", Link: "https://b.test"}},
			want: []Span{{Text: "a", Link: "https://a.test"}, {Text: "b", Link: "https://b.test"}},
		},
	} {
		if diff := cmp.Diff(row.want, Join(row.in)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestLeads_webAndMailAlone(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://a.test/b?c#d":    "https://a.test/b?c#d",
		" http://a.test ":         "http://a.test",
		"HTTPS://A.test":          "HTTPS://A.test",
		"mailto:a@b.test":         "mailto:a@b.test",
		"javascript:alert(1)":     "",
		"java\nscript:alert(1)":   "",
		"data:text/html,x":        "",
		"file:///etc/passwd":      "",
		"//a.test/x":              "",
		"/within":                 "",
		"https://a.test/\"onx=":   "",
		"https://a.test/<script>": "",
		"":                        "",
	} {
		if got := Leads(address); got != want {
			t.Errorf("%q leads to %q, want %q", address, got, want)
		}
	}
}

func TestLines_whereOnlyLinesStand(t *testing.T) {
	t.Parallel()
	text := func(s string) []Span { return []Span{{Text: s}} }
	list := []Block{
		{Text: text("first")},
		{Kind: List, Items: [][]Block{{{Text: text("point")}}}},
		{Kind: Code, Raw: "x = 1\ny = 2"},
		{Kind: Table, Rows: [][][]Span{{text("a"), text("b")}}},
		{Kind: Quote, Blocks: []Block{{Text: text("said")}}},
		{Kind: Rule},
	}
	want := []Span{
		{Text: "first"},
		{Break: true},
		{Text: "• "},
		{Text: "point"},
		{Break: true},
		{Text: "x = 1 y = 2", Code: true},
		{Break: true},
		{Text: "a b"},
		{Break: true},
		{Text: "said"},
	}
	if diff := cmp.Diff(want, Lines(list)); diff != "" {
		t.Error(diff)
	}
}

func TestMarkdown_notesStayWithTheirHeading(t *testing.T) {
	t.Parallel()
	note := func(s string) Span { return Span{Note: []Block{{Text: []Span{{Text: s}}}}} }
	text := func(s string) Span { return Span{Text: s} }
	d := Doc{Blocks: []Block{
		{Kind: Heading, Level: 2, Text: []Span{text("One")}},
		{Text: []Span{text("a"), note("first")}},
		{Kind: Heading, Level: 3, Text: []Span{text("Within one")}},
		{Kind: List, Items: [][]Block{{{Text: []Span{text("b"), note("second")}}}}},
		{Kind: Heading, Level: 2, Text: []Span{text("Two")}},
		{Kind: Quote, Blocks: []Block{{Text: []Span{text("c"), note("third")}}}},
	}}
	want := `## One

a[^1]

### Within one

- b[^2]

[^1]: first

[^2]: second

## Two

> c[^3]

[^3]: third
`
	if diff := cmp.Diff(want, d.Markdown(nil)); diff != "" {
		t.Error(diff)
	}
}

func TestMarkdown_codeAndPictures(t *testing.T) {
	t.Parallel()
	d := Doc{Blocks: []Block{
		{Kind: Code, Raw: "```\nfence"},
		{Text: []Span{{Text: "tick ` in", Code: true}}},
		{Text: []Span{{Text: "kept", Picture: 1}, {Text: " and "}, {Text: "lost", Picture: 2}}},
		{Kind: Rule},
		{Text: []Span{{Source: "https://a.test/x.png"}}},
	}}
	want := "````\n```\nfence\n````\n\n``tick ` in``\n\n![kept](here) and lost\n\n---\n\n[https://a.test/x.png](<https://a.test/x.png>)\n"
	at := func(n int) string {
		if n == 1 {
			return "here"
		}
		return ""
	}
	if diff := cmp.Diff(want, d.Markdown(at)); diff != "" {
		t.Error(diff)
	}
}
