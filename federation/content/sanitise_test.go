package content

import (
	"strings"
	"testing"
)

const rel = ` rel="nofollow noopener noreferrer ugc"`

func TestSanitise(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"plain", `one & two`, `one &amp; two`},
		{"kept", `<p>a <strong>b</strong> <em>c</em> <del>d</del> <code>e</code><br>f</p>`, `<p>a <strong>b</strong> <em>c</em> <del>d</del> <code>e</code><br>f</p>`},
		{"mention", `<span class="h-card"><a href="https://a.test/@u" class="u-url mention" rel="nofollow" target="_blank">@<span>u</span></a></span>`, `<span class="h-card"><a href="https://a.test/@u" class="u-url mention"` + rel + `>@u</a></span>`},
		{"blocks become paragraphs", `<div>one</div><div>two</div><section>three</section>`, `<p>one</p><p>two</p><p>three</p>`},
		{"nested blocks", `<div><div><p>one</p></div>two</div>`, `<p>one</p>two`},
		{"paragraph in paragraph", `<p>one<p>two`, `<p>one</p><p>two</p>`},
		{"list items close", `<ul><li>a<li>b<ul><li>c</ul></ul>`, `<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>`},
		{"item without list", `<li>a</li>b`, `ab`},
		{"cells close", `<table><tr><td>a<td>b<tr><th colspan=2 rowspan="x">c</table>d`, `<table><tr><td>a</td><td>b</td></tr><tr><th colspan="2">c</th></tr></table>d`},
		{"heading closes", `<h2>a<ul><li>b</ul></h2>`, `<h2>a</h2><ul><li>b</li></ul>`},
		{"division in heading", `<h2><div>a</div></h2><p>b</p>`, `<h2>a</h2><p>b</p>`},
		{"stray ends", `</p></div>a</b></a>`, `a`},
		{"empty parts go", `<p></p><p> </p><p><b></b></p><p>x</p><ul></ul><a href="https://a.test"></a>`, `<p>x</p>`},
		{"old elements", `<strike>a</strike><tt>b</tt><kbd>c</kbd>`, `<s>a</s><code>b</code><code>c</code>`},
		{"ordered list", `<ol start="3" reversed><li>a</li></ol>`, `<ol start="3" reversed=""><li>a</li></ol>`},
		{"direction and language", `<p dir="rtl" lang="ar">م</p><p dir="x" lang="a b!">b</p>`, `<p lang="ar" dir="rtl">م</p><p>b</p>`},
		{"code language", `<pre><code class="language-go evil">x</code></pre>`, `<pre><code class="language-go">x</code></pre>`},
		{"details", `<details open><summary>more</summary><p>x</p></details>`, `<details><summary>more</summary><p>x</p></details>`},
		{"picture", `<p>see <img src="https://a.test/w.png?x=1" alt="a well"></p>`, `<p>see <a href="https://a.test/w.png?x=1"` + rel + ` data-host="a.test">a well</a></p>`},
		{"picture without words", `<img src="https://a.test/p/w.png?x=1">`, `<a href="https://a.test/p/w.png?x=1"` + rel + ` data-host="a.test">w.png</a>`},
		{"picture in a link", `<a href="https://a.test/"><img src="https://a.test/w.png" alt="well"></a>`, `<a href="https://a.test/"` + rel + ` data-host="a.test">well</a>`},
		{"custom emoji", `hi <img src="https://a.test/e.png" alt=":blob:" class="emoji">`, `hi :blob:`},
		{"white space in pre", "<pre>a\n  b</pre>", "<pre>a\n  b</pre>"},
		{"mail", `<a href="mailto:a@b.test">write</a>`, `<a href="mailto:a@b.test"` + rel + `>write</a>`},
		{"separator", `a<hr>b`, `a<hr>b`},
		{"controls", "a\x00b\x1b[1mc\u202ed", "ab[1mcd"},
		{"marks of direction stay", "\u200fא\u200e", "\u200fא\u200e"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Sanitise(c.in); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestSanitiseLocal_picturesStay(t *testing.T) {
	t.Parallel()
	got := SanitiseLocal(`<img src="https://m.test/1.png" alt="a &quot;well&quot;" onerror=x><img src="javascript:x" alt="b">`)
	if want := `<img src="https://m.test/1.png" alt="a &#34;well&#34;" loading="lazy">b`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestT26_linksSayWhereTheyLead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, href, shown, host string }{
		{"words", `<a href="https://evil.test/x">your bank</a>`, "https://evil.test/x", "your bank", "evil.test"},
		{"another address", `<a href="https://evil.test/x">https://bank.test/</a>`, "https://evil.test/x", "https://evil.test/x", ""},
		{"another bare host", `<a href="https://evil.test/x">www.who.int</a>`, "https://evil.test/x", "https://evil.test/x", ""},
		{"another known host", `<a href="https://evil.test/x">who.int/guide</a>`, "https://evil.test/x", "https://evil.test/x", ""},
		{"host as prefix", `<a href="https://evil.test/x">https://evil.test.bank.org/</a>`, "https://evil.test/x", "https://evil.test/x", ""},
		{"both named", `<a href="https://evil.test/x">https://bank.org (evil.test)</a>`, "https://evil.test/x", "https://evil.test/x", ""},
		{"same address", `<a href="https://who.int/x">https://who.int/x</a>`, "https://who.int/x", "https://who.int/x", ""},
		{"shortened by Mastodon", `<a href="https://who.int/guide/long"><span class="invisible">https://</span><span class="ellipsis">who.int/gui</span><span class="invisible">de/long</span></a>`, "https://who.int/guide/long", "who.int/gui", ""},
		{"host hidden", `<a href="https://evil.test/"><span class="invisible">evil.test</span>bank</a>`, "https://evil.test/", "bank", "evil.test"},
		{"all hidden", `<a href="https://evil.test/"><span class="invisible">x</span></a>`, "https://evil.test/", "https://evil.test/", ""},
		{"without www", `<a href="https://www.who.int/">who.int</a>`, "https://www.who.int/", "who.int", ""},
		{"user part", `<a href="https://good.test%20%20@evil.test/">https://good.test</a>`, "https://evil.test/", "https://evil.test/", ""},
		{"user part in words", `<a href="https://good.test@evil.test/">press</a>`, "https://evil.test/", "press", "evil.test"},
		{"Cyrillic", `<a href="https://pаypal.test/">pаypal.test</a>`, "https://xn--pypal-4ve.test/", "pаypal.test", "xn--pypal-4ve.test"},
		{"Cyrillic with scheme", `<a href="https://pаypal.test/">https://pаypal.test/</a>`, "https://xn--pypal-4ve.test/", "https://pаypal.test/", "xn--pypal-4ve.test"},
		{"full width", `<a href="https://ｅｖｉｌ.test/">x</a>`, "https://evil.test/", "x", "evil.test"},
		{"a file's name is no host", `<a href="https://a.test/report.pdf">report.pdf</a>`, "https://a.test/report.pdf", "report.pdf", "a.test"},
		{"a product's name is no host", `<a href="https://nodejs.org/">Node.js</a>`, "https://nodejs.org/", "Node.js", "nodejs.org"},
		{"mention", `<a class="mention" href="https://a.test/@u">@u</a>`, "https://a.test/@u", "@u", ""},
		{"mention by name only", `<a class="mention" href="https://evil.test/">read this</a>`, "https://evil.test/", "read this", "evil.test"},
		{"mention of an address", `<a class="mention" href="https://evil.test/">@bank/login</a>`, "https://evil.test/", "@bank/login", "evil.test"},
		{"hashtag", `<a class="mention hashtag" href="https://a.test/tags/x">#<span>x</span></a>`, "https://a.test/tags/x", "#x", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := build(Sanitise(c.in))
			settleLinks(root)
			if len(root.kids) != 1 || root.kids[0].tag != "a" {
				t.Fatalf("no link: %s", Sanitise(c.in))
			}
			a := root.kids[0]
			if a.attr.href != c.href || visible(a) != c.shown || a.attr.host != c.host {
				t.Errorf("href %q, shown %q, host %q\nwant %q, %q, %q", a.attr.href, visible(a), a.attr.host, c.href, c.shown, c.host)
			}
		})
	}
}

func TestT26_noWhiteSpaceInAddresses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"https://good.test \n@evil.test/", "https://evil.test/a\tb", "https://good.test\u2028.evil.test/"} {
		out := Sanitise(`<a href="` + in + `">x</a>`)
		if bad := unsafe(out); len(bad) > 0 || strings.Contains(out, "good.test") {
			t.Errorf("%q: %s %v", in, out, bad)
		}
	}
}

func TestT33_hugeInput(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"open tags":     strings.Repeat("<a", 5<<20/2),
		"open elements": strings.Repeat("<b>", 5<<20/3),
		"links":         strings.Repeat(`<a href="https://a.test">x`, 5<<20/26),
		"tables":        strings.Repeat("<table><tr><td>", 5<<20/15),
		"lists":         strings.Repeat("<ul><li>", 5<<20/8),
		"ends":          strings.Repeat("</p>", 5<<20/4),
		"breaks":        strings.Repeat("<br>", 5<<20/4),
		"ampersands":    strings.Repeat("&", 5<<20),
		"quotes":        strings.Repeat(`<p class="`, 5<<20/10),
		"comments":      strings.Repeat("<!--", 5<<20/4),
		"attributes":    "<p " + strings.Repeat("a=b ", 5<<20/4) + ">",
		"letters":       strings.Repeat("é", 5<<20/2),
	} {
		out := Sanitise(in)
		if bad := unsafe(out); len(bad) > 0 {
			t.Errorf("%s: %v", name, bad)
		}
		if len(out) > 6*maxHTML {
			t.Errorf("%s: %d bytes come out", name, len(out))
		}
		_, rest := Title(in)
		for _, more := range []string{Text(in), Reduce(in), rest} {
			if len(more) > 8*maxHTML {
				t.Errorf("%s: a form of %d bytes", name, len(more))
			}
		}
	}
}

func TestT33_depth(t *testing.T) {
	t.Parallel()
	out := Sanitise(strings.Repeat("<blockquote>", 10_000) + "deep")
	if n := strings.Count(out, "<blockquote>"); n == 0 || n > maxDepth || !strings.Contains(out, "deep") {
		t.Errorf("%d levels", n)
	}
}

func BenchmarkSanitise(b *testing.B) {
	in := strings.Repeat(`<p>How deep should a <strong>borehole</strong> be? <a href="https://who.int/guide">guide</a> <span class="h-card"><a href="https://a.test/@u" class="u-url mention">@<span>u</span></a></span></p>`, 5)
	b.ReportAllocs()
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		Sanitise(in)
	}
}
