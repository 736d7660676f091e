package content

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestReduce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"plain", `<p>a <em>b</em></p>`, `<p>a <em>b</em></p>`},
		{"heading", `<h2>a <strong>b</strong> <em>c</em></h2><p>d</p>`, `<p><strong>a b <em>c</em></strong></p><p>d</p>`},
		{
			"table", `<table><thead><tr><th>Place</th><th>Depth</th></tr></thead><tbody><tr><td>Hanoi</td><td><strong>40</strong> m</td></tr><tr><td><p>A</p><p>B</p></td><td></td></tr></tbody></table>`,
			`<p>Place | Depth<br>Hanoi | <strong>40</strong> m<br>A B |  </p>`,
		},
		{"table with caption", `<table><caption>Wells</caption><tr><td>a<br>b</td><td><ul><li>c</li><li>d</li></ul></td></tr></table>`, `<p><strong>Wells</strong></p><p>a b | c d</p>`},
		{"link in a cell", `<table><tr><td><a href="https://a.test/">a.test</a></td><td>x</td></tr></table>`, `<p><a href="https://a.test/"` + rel + `>a.test</a> | x</p>`},
		{"table without words", `<table><tr><td></td><td> </td></tr></table>`, ``},
		{"nested table", `<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td><td>c</td></tr></table>`, `<p>a | b | c</p>`},
		{"picture", `<p><img src="https://m.test/1.png" alt="a well"></p>`, `<p><a href="https://m.test/1.png"` + rel + `>a well</a></p>`},
		{"details", `<details><summary>More</summary><p>x</p></details>`, `<p><strong>More</strong></p><p>x</p>`},
		{"separator", `<p>a</p><hr><p>b</p>`, `<p>a</p><p>b</p>`},
		{"small marks", `<p>H<sub>2</sub>O, m<sup>2</sup>, <ins>new</ins></p>`, `<p>H2O, m^2, <u>new</u></p>`},
		{"host beside a link goes", Sanitise(`<p><a href="https://a.test/">x</a></p>`), `<p><a href="https://a.test/"` + rel + `>x</a></p>`},
		{
			"lists and code stay", `<ol start="2"><li>a<ul><li>b</li></ul></li></ol><pre><code class="language-go">x</code></pre><blockquote><p>q</p></blockquote>`,
			`<ol start="2"><li>a<ul><li>b</li></ul></li></ol><pre><code class="language-go">x</code></pre><blockquote><p>q</p></blockquote>`,
		},
		{"heading in a list", `<ul><li><h3>a</h3>b</li></ul>`, `<ul><li><p><strong>a</strong></p>b</li></ul>`},
		{"tasks", Markdown("- [x] a\n- [ ] b"), "<ul>\n<li>☑ a</li>\n<li>☐ b</li>\n</ul>\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Reduce(c.in); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestReduce_mastodonKeepsAll: nothing is left for Mastodon's own sanitiser
// to drop.
func TestReduce_mastodonKeepsAll(t *testing.T) {
	t.Parallel()
	kept := " p br span a del s pre blockquote code b strong u i em ul ol li "
	for _, c := range evasions() {
		z := html.NewTokenizer(strings.NewReader(Reduce(SanitiseLocal(c.in))))
		for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
			if tok := z.Token(); kind == html.StartTagToken && !strings.Contains(kept, " "+tok.Data+" ") {
				t.Errorf("%q: %s is left", c.in, tok.Data)
			}
		}
	}
}

func TestReduce_keepsEveryWord(t *testing.T) {
	t.Parallel()
	in := Markdown("# One\n\ntwo **three** [four](https://a.test/)\n\n| five | six |\n|---|---|\n| seven | `eight` |\n\n> nine\n\n1. ten\n2. ![eleven](https://m.test/1.png)\n\n---\n\n~~twelve~~")
	out := Text(Reduce(in))
	for w := range strings.FieldsSeq("One two three four five six seven eight nine ten eleven twelve") {
		if !strings.Contains(out, w) {
			t.Errorf("%s is lost: %s", w, out)
		}
	}
}
