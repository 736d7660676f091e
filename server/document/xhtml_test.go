package document

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestXHTML_everyBlock(t *testing.T) {
	t.Parallel()
	text := func(s string) []Span { return []Span{{Text: s}} }
	d := Doc{Blocks: []Block{
		{Kind: Heading, Level: 2, Text: text("One & two")},
		{Text: []Span{{Text: "a", Bold: true}, {Note: []Block{{Text: text("note")}}}, {Break: true}, {Text: "b\x01", Link: "https://a.test/?x=1&y=2"}}},
		{Kind: List, Ordered: true, Items: [][]Block{{{Text: text("point")}}}},
		{Kind: Table, Rows: [][][]Span{{text("h")}, {text("c")}}},
		{Kind: Quote, Blocks: []Block{{Text: text("said")}}},
		{Kind: Code, Raw: "x < 1"},
		{Kind: Rule},
		{Text: []Span{{Text: "lid", Picture: 1}}},
	}}
	want := []string{
		`<h2 id="c-h-1">One &amp; two</h2>`,
		`<p><strong>a</strong><sup><a epub:type="noteref" href="#c-note-1" id="c-at-1">1</a></sup><br/><a href="https://a.test/?x=1&amp;y=2">b</a></p>`,
		`<ol>`,
		`<li><p>point</p>`,
		`</li>`,
		`</ol>`,
		`<table>`,
		`<tr><th>h</th></tr>`,
		`<tr><td>c</td></tr>`,
		`</table>`,
		`<blockquote><p>said</p>`,
		`</blockquote>`,
		`<pre><code>x &lt; 1</code></pre>`,
		`<hr/>`,
		`<p><img src="p.png" alt="lid"/></p>`,
		`<aside epub:type="footnote" id="c-note-1"><p><a href="#c-at-1">1</a></p><p>note</p>`,
		`</aside>`,
	}
	got := strings.Split(strings.TrimSpace(d.XHTML("c-", func(int) string { return "p.png" })), "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Mark{{ID: "c-h-1", Text: "One & two"}}, d.Headings("c-")); diff != "" {
		t.Error(diff)
	}
}
