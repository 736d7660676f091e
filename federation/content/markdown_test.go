package content

import (
	"slices"
	"strings"
	"testing"
)

func TestMarkdown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"paragraphs", "a\nb\n\nc", "<p>a<br>\nb</p>\n<p>c</p>\n"},
		{"emphasis", "*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>\n"},
		{"heading", "## a", "<h2>a</h2>\n"},
		{"link", "[a](https://a.test/x \"title\")", `<p><a href="https://a.test/x"` + rel + ` data-host="a.test">a</a></p>` + "\n"},
		{"bare link", "see https://a.test/x, please", `<p>see <a href="https://a.test/x"` + rel + `>https://a.test/x</a>, please</p>` + "\n"},
		{"script link", "[a](javascript:alert(1))", "<p>a</p>\n"},
		{"picture", "![a well](https://m.test/1.png)", `<p><img src="https://m.test/1.png" alt="a well" loading="lazy"></p>` + "\n"},
		{"script picture", "![a well](javascript:alert(1))", "<p>a well</p>\n"},
		{"tasks", "- [x] a\n- [ ] b", "<ul>\n<li>☑ a</li>\n<li>☐ b</li>\n</ul>\n"},
		{"code", "```go\na < b\n```", "<pre><code class=\"language-go\">a &lt; b\n</code></pre>\n"},
		{"quote", "> a", "<blockquote>\n<p>a</p>\n</blockquote>\n"},
		{"inline HTML as typed", "a <b onclick=x>c</b>", "<p>a &lt;b onclick=x&gt;c&lt;/b&gt;</p>\n"},
		{"block HTML as typed", "<script>\nalert(1)\n</script>", "<p>&lt;script&gt;<br>alert(1)<br>&lt;/script&gt;</p>\n"},
		{"comment as typed", "<!-- a -->", "<p>&lt;!-- a --&gt;</p>\n"},
		{"entity", "&lt;b&gt; &amp; &copy;", "<p>&lt;b&gt; &amp; ©</p>\n"},
		{"nothing", "", ""},
		{"invalid bytes", "a\xffb", "<p>ab</p>\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Markdown(c.in); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestMarkdown_table(t *testing.T) {
	t.Parallel()
	got := Markdown("| a | b |\n|---|--:|\n| 1 | **2** |")
	if want := "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td><strong>2</strong></td></tr></tbody></table>\n"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"@ana and @Binh@Masto.Example.", []string{"ana", "binh@masto.example"}},
		{"(@ana) @ana, @ANA!", []string{"ana"}},
		{"mail a@b.example, @ at @-", nil},
		{"@water_safety **@bold** > @c", []string{"water_safety", "bold", "c"}},
		{"`@code` and\n\n```\n@fence\n```\n\n    @indented\n\n[@link](https://a.test/) https://a.test/@url", nil},
		{"x@y @@z a/@b", nil},
		{"@ana@beta.example:8443 @eve@localhost", []string{"ana@beta.example:8443", "eve"}},
		{"@ana... @b.c", []string{"ana", "b.c"}},
		{"\\@ana", []string{"ana"}},
		{"", nil},
	} {
		if got := Mentions(c.in); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
	if n := len(Mentions(strings.Repeat("@a", 1) + manyNames(500))); n != maxMentions {
		t.Errorf("%d names are read", n)
	}
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" @n" + strings.Repeat("x", i%40) + string(rune('a'+i%26)))
	}
	return b.String()
}

func TestLinkMentions(t *testing.T) {
	t.Parallel()
	known := map[string]MentionTarget{
		"ana":                {URL: "https://h.example/@ana"},
		"binh@masto.example": {URL: "https://masto.example/@binh"},
		"evil":               {URL: "javascript:alert(1)"},
	}
	a := `<a href="https://h.example/@ana" class="u-url mention"` + rel + `>@ana</a>`
	for _, c := range []struct{ in, want string }{
		{"@ana, hello", "<p>" + a + ", hello</p>\n"},
		{"hello @ANA", "<p>hello " + strings.Replace(a, ">@ana", ">@ANA", 1) + "</p>\n"},
		{"@binh@masto.example!", `<p><a href="https://masto.example/@binh" class="u-url mention"` + rel + ">@binh@masto.example</a>!</p>\n"},
		{"@nobody and @ana and @evil", "<p>@nobody and " + a + " and @evil</p>\n"},
		{"`@ana` [@ana](https://a.test/@ana)", `<p><code>@ana</code> <a href="https://a.test/@ana"` + rel + ` data-host="a.test">@ana</a></p>` + "\n"},
		{"*@ana* **b**", "<p><em>" + a + "</em> <strong>b</strong></p>\n"},
	} {
		got := LinkMentions(Markdown(c.in), known)
		if got != c.want {
			t.Errorf("%q:\ngot  %s\nwant %s", c.in, got, c.want)
		}
		if again := LinkMentions(got, known); again != got {
			t.Errorf("%q: linked twice: %s", c.in, again)
		}
		if SanitiseLocal(got) != got {
			t.Errorf("%q: sanitising changes it: %s", c.in, SanitiseLocal(got))
		}
	}
}

func TestHashtags(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want []string
	}{
		{`<p>#query How deep? #Wells, #wells. #65 #a_1 # #!</p>`, []string{"query", "Wells", "a_1"}},
		{`<p><a href="https://a.test/tags/x" class="mention hashtag">#<span>Tiếng_Việt</span></a> #水</p>`, []string{"Tiếng_Việt", "水"}},
		{Markdown("`#code` a#b https://a.test/#frag"), nil},
	} {
		if got := Hashtags(c.in); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.in, got, c.want)
		}
	}
}
