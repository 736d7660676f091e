package document

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func fromHTML(t *testing.T, src string) *Doc {
	t.Helper()
	d, err := FromHTML(src)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestFromHTML_structure(t *testing.T) {
	t.Parallel()
	d := fromHTML(t, `<html><head><title>Tanks</title><style>p{}</style></head><body><h2>Clean <b>it</b></h2>
		<p>Never <strong>alone</strong>, <em>says</em> <a href="https://who.test/a">WHO</a><sup><a href="#fn1" class="footnote-ref">1</a></sup>.<br>2. of it</p>
		<ol><li>Drain<ul><li>slowly</li></ul></li><li><p>Rinse</p><p>twice</p></li></ol>
		<table><thead><tr><th>a|b</th><th>c</th></tr></thead><tbody><tr><td>1<br>2</td></tr></tbody></table>
		<blockquote><p>burn</p></blockquote><pre>x = 1
y</pre><p><img src="data:image/png;base64,aGV5" alt="lid"></p>loose *text*
		<section><ol><li id="fn1"><p>Leila <a href="#fnref1" class="footnote-back">↩</a></p></li></ol></section></body></html>`)
	want := "## Clean **it**\n\nNever **alone**, *says* [WHO](<https://who.test/a>)[^1].\\\n2. of it\n\n1. Drain\n   - slowly\n2. Rinse\n\n   twice\n\n" +
		"| a\\|b | c |\n| --- | --- |\n| 1 / 2 |  |\n\n> burn\n\n```\nx = 1\ny\n```\n\n![lid](p1)\n\nloose \\*text\\*\n\n[^1]: Leila\n"
	if diff := cmp.Diff(want, d.Markdown(func(int) string { return "p1" })); diff != "" {
		t.Error(diff)
	}
	if d.Title != "Tanks" || string(d.Pictures[0].Body) != "hey" || len(d.Lost) != 0 {
		t.Errorf("title %q, lost %v", d.Title, d.Lost)
	}
	if plain := d.Plain(); !strings.Contains(plain, "slowly") || !strings.Contains(plain, "(Leila") {
		t.Errorf("plain text %q", plain)
	}
}

func TestFromHTML_saysWhatIsLost(t *testing.T) {
	t.Parallel()
	d := fromHTML(t, `<p>a<script>alert(1)</script><iframe src="https://spy.test/"></iframe><video></video><img src="x.png" alt="gone"><img src="https://spy.test/y.png" alt="far"></p>
		<table><tr><td colspan="2"><ul><li>in</li></ul></td></tr></table><form><p>field<input></p></form><a href="javascript:alert(1)">run</a>`)
	text := d.Markdown(func(int) string { return "" })
	for _, want := range []string{"field", "run", "• in", "[far](<https://spy.test/y.png>)", "gone"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is lost in silence:\n%s", want, text)
		}
	}
	for _, bad := range []string{"alert", "iframe", "javascript"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q was kept:\n%s", bad, text)
		}
	}
	got := map[string]bool{}
	for _, l := range d.Lost {
		got[l.What+" "+l.Detail] = true
	}
	for _, want := range []string{"element script", "element iframe", "element video", "element form", "element input", "picture x.png", "cells ", "nested "} {
		if !got[want] {
			t.Errorf("nothing is said of %q: %v", want, d.Lost)
		}
	}
}

func TestT31_htmlThatGrows(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"long":  strings.Repeat("a", MaxRead+1),
		"wide":  "<table><tr>" + strings.Repeat("<td>", MaxCells+1) + "</table>",
		"deep":  strings.Repeat("<div>", 5000),
		"lists": strings.Repeat("<ul><li>", 3000),
	} {
		if _, err := FromHTML(src); !errors.Is(err, ErrLarge) && !errors.Is(err, ErrForm) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMarkdown_signsStaySigns(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"# no": "\\# no", "- no": "\\- no", "1. no": "1\\. no", "> no": "\\> no", "a_b* [c] <d> `e` ~f &amp;": "a\\_b\\* \\[c\\] \\<d> \\`e\\` \\~f \\&amp;",
		"--- x": "\\--- x", "12) x": "12\\) x", "2.5 mg": "2.5 mg",
	} {
		d := Doc{Blocks: []Block{{Text: []Span{{Text: in}}}}}
		if got := strings.TrimSpace(d.Markdown(nil)); got != want {
			t.Errorf("%q is written %q, want %q", in, got, want)
		}
	}
}

func TestLose_isBounded(t *testing.T) {
	t.Parallel()
	var d Doc
	for i := range 1000 {
		d.Lose(LostElement, strings.Repeat("x", i))
	}
	sum := 0
	for _, l := range d.Lost {
		sum += l.Count
	}
	if len(d.Lost) > maxLost || sum != 1000 {
		t.Errorf("%d lines tell of %d", len(d.Lost), sum)
	}
}
