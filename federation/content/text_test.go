package content

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{`<p>a &amp; <b>b</b></p><p>c<br>d</p>`, "a & b\nc\nd"},
		{`<ul><li>a</li><li>b</li></ul>`, "a\nb"},
		{`<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>`, "a b\nc"},
		{"<p>a\n  b\t c</p>", "a b c"},
		{"<pre>a\n  b</pre>", "a\nb"},
		{`<div>a</div><div>b</div>`, "a\nb"},
		{`a<script>alert(1)</script><style>x{}</style>b`, "ab"},
		{`<img src="https://m.test/1.png" alt="a well">`, "a well"},
		{`&lt;b&gt;`, "<b>"},
		{``, ""},
	} {
		if got := Text(c.in); got != c.want {
			t.Errorf("%s: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{`<p>one two</p><p>three</p>`, 100, "one two three"},
		{`<p>one two three</p>`, 9, "one two…"},
		{`<p>one two three</p>`, 13, "one two three"},
		{`<p>one, two</p>`, 6, "one…"},
		{`<p>abcdefghij</p>`, 5, "abcd…"},
		{`<p>水の安全について</p>`, 5, "水の安全…"},
		{`<p>a</p>`, 0, ""},
	} {
		got := Excerpt(c.in, c.n)
		if got != c.want || utf8.RuneCountInString(got) > c.n {
			t.Errorf("%s, %d: %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

func TestAbstract(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{`<p>One. Two! Three? Four.</p>`, 16, "One. Two! Three?"},
		{`<p>One. Two.</p>`, 500, "One. Two."},
		{`<p>Version 1.2 is out. More.</p>`, 20, "Version 1.2 is out."},
		{`<p>一つ。二つ。三つ。</p>`, 7, "一つ。二つ。"},
		{`<p>هل هذا آمن؟ نعم.</p>`, 12, "هل هذا آمن؟"},
		{`<p>A very long first sentence without an end</p>`, 20, "A very long first…"},
		{``, 20, ""},
	} {
		got := Abstract(c.in, c.n)
		if got != c.want || utf8.RuneCountInString(got) > c.n {
			t.Errorf("%s, %d: %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

func TestHasLinks(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		`<p>words</p>`: false,
		`<p><a href="https://a.test/@u" class="mention">@u</a> <a href="https://a.test/tags/x" class="hashtag">#x</a></p>`: false,
		`<p><a href="https://a.test/">x</a></p>`:                        true,
		`<p><a href="https://a.test/" class="mention">buy now</a></p>`:  true,
		`<p>go to https://a.test</p>`:                                   true,
		`<p>go to www.a.test</p>`:                                       true,
		`<p><a href="mailto:a@b.test">write</a></p>`:                    true,
		`<p><img src="https://a.test/1.png" alt="x"></p>`:               true,
		`<p><a href="javascript:alert(1)">x</a></p>`:                    false,
		`<ul><li><table><tr><td><a href="https://a.test/">x</a></ul>`:   true,
		WithVia(`<p>words</p>`, "https://h.example/c/w", "w@h.example"): false,
	} {
		if got := HasLinks(in); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

func TestT26_namesHideNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Ana Silva", "Ana Silva"},
		{"one line", " Ana\r\n\t Silva\u2028x ", "Ana Silva x"},
		{"override", "ana\u202egpj.exe", "anagpj.exe"},
		{"isolates", "\u2066a\u2067b\u2068c\u2069", "abc"},
		{"marks", "\u200ea\u200fb\u061c", "ab"},
		{"zero width", "ad\u200bm\ufeffi\u2060n", "admin"},
		{"joiner in Latin", "ad\u200dmin\u200c", "admin"},
		{"soft hyphen", "ad\u00admin", "admin"},
		{"Hangul filler", "\u3164\u115f\uffa0", ""},
		{"controls", "a\x00b\x1bc\x7f", "abc"},
		{"tags", "a\U000e0061\U000e0062", "a"},
		{"private use", "a\ue000b", "ab"},
		{"Persian joiner stays", "می\u200cخواهم", "می\u200cخواهم"},
		{"family stays", "👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"},
		{"accents", "Nguyễn Văn", "Nguyễn Văn"},
		{"tower of accents", "a" + strings.Repeat("\u0301", 50) + "b", "a" + strings.Repeat("\u0301", 4) + "b"},
		{"invalid bytes", "a\xff\xfeb", "ab"},
		{"markup stays words", "<b>Ana</b>", "<b>Ana</b>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := PlainName(c.in)
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if PlainName(got) != got {
				t.Errorf("%q changes when repeated", got)
			}
		})
	}
	if n := utf8.RuneCountInString(PlainName(strings.Repeat("é ", 5000))); n > maxPlain {
		t.Errorf("%d runes", n)
	}
}
