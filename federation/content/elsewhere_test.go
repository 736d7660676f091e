package content

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// T35: what somebody elsewhere writes loads nothing from anywhere when it is shown: a picture would
// tell its host who reads it, and when.
func TestT35_nothingIsLoadedFromElsewhere(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		`<img src="https://evil.test/x.png">`, `<img srcset="https://evil.test/x.png 2x">`, `<picture><source srcset="https://evil.test/x"><img></picture>`,
		`<video src="https://evil.test/x" poster="https://evil.test/p"></video>`, `<audio src="https://evil.test/x" autoplay></audio>`,
		`<iframe src="https://evil.test/"></iframe>`, `<embed src="https://evil.test/">`, `<object data="https://evil.test/"></object>`,
		`<link rel="preload" href="https://evil.test/x">`, `<link rel="dns-prefetch" href="https://evil.test">`, `<base href="https://evil.test/">`,
		`<p style="background:url(https://evil.test/x)">x</p>`, `<table background="https://evil.test/x"><tr><td>x</td></tr></table>`,
		`<svg><image href="https://evil.test/x"/></svg>`, `<svg><use xlink:href="https://evil.test/x#a"/></svg>`, `<input type="image" src="https://evil.test/x">`,
		`<a href="https://good.test/" ping="https://evil.test/">x</a>`, `<meta http-equiv="refresh" content="0;url=https://evil.test/">`, `<style>@import "https://evil.test/x"</style>`,
		`<math><mtext><img src="https://evil.test/x"></mtext></math>`, `<body background="https://evil.test/x">`, `<form action="https://evil.test/"><button formaction="https://evil.test/">x</button></form>`,
	} {
		for name, out := range map[string]string{"Sanitise": Sanitise(in), "Reduce": Reduce(in)} {
			for z := html.NewTokenizer(strings.NewReader(out)); z.Next() != html.ErrorToken; {
				tok := z.Token()
				for _, a := range tok.Attr {
					if strings.Contains(a.Val, "evil.test") && !strings.HasPrefix(a.Key, "data-") && (tok.Data != "a" || a.Key != "href") {
						t.Errorf("%s of %q loads <%s %s=%q>", name, in, tok.Data, a.Key, a.Val)
					}
				}
			}
		}
	}
}
