package content

import (
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	groupIRI = "https://h.example/ap/groups/1"
	groupURL = "https://h.example/c/water"
)

func TestTitle(t *testing.T) {
	t.Parallel()
	at := `<span class="h-card"><a href="` + groupURL + `" class="u-url mention">@<span>water</span></a></span>`
	ana := `<a href="https://a.example/@ana" class="u-url mention">@ana</a>`
	tag := `<a href="https://a.example/tags/wells" class="mention hashtag">#<span>wells</span></a>`
	for _, c := range []struct{ name, in, title, rest string }{
		{"GoToSocial", `<p>How deep?<br><br>Clay from 12 m.</p>`, "How deep?", `<p>Clay from 12 m.</p>`},
		{"Mastodon", `<p>How deep?</p><p>Clay from 12 m.</p>`, "How deep?", `<p>Clay from 12 m.</p>`},
		{"ours", `<p><strong>How deep?</strong></p><p>Clay.</p>`, "How deep?", `<p>Clay.</p>`},
		{"heading", `<h1>How <em>deep</em>?</h1><p>Clay.</p>`, "How deep?", `<p>Clay.</p>`},
		{"line goes on", `<p>How deep?<br>Clay.</p>`, "How deep?", `<p>How deep?<br>Clay.</p>`},
		{"one line", `<p>How deep?</p>`, "How deep?", ``},
		{"group first", `<p>` + at + ` How deep?</p><p>Clay.</p>`, "How deep?", `<p>Clay.</p>`},
		{"group and colon", `<p>` + at + `: How deep?</p>`, "How deep?", ``},
		{"group inside", `<p>Hello ` + at + ` how deep?</p>`, "Hello how deep?", ``},
		{"person inside stays", `<p>What did ` + ana + ` find?</p>`, "What did @ana find?", ``},
		{"person last goes", `<p>How deep? ` + ana + `</p>`, "How deep?", ``},
		{"hashtags last", `<p>How deep? ` + tag + ` #pumps</p><p>Clay.</p>`, "How deep?", `<p>Clay.</p>`},
		{"hashtag inside stays", `<p>Is ` + tag + ` a good tag?</p>`, "Is #wells a good tag?", ``},
		{"number is no hashtag", `<p>Query #65</p>`, "Query #65", ``},
		{"group on its own line", `<p>` + at + `</p><p>How deep?</p><p>Clay.</p>`, "How deep?", `<p>Clay.</p>`},
		{"bare group", `<p>@water@h.example How deep?</p>`, "How deep?", ``},
		{"nothing", `<p>` + at + ` ` + tag + `</p>`, "", `<p>` + strings.ReplaceAll(strings.ReplaceAll(at, "<span>", ""), "</span></a>", "</a>") + ` <a href="https://a.example/tags/wells" class="mention hashtag"` + rel + `>#wells</a></p>`},
		{"glued", `<p>wells(<a href="https://a.example/@ana" class="mention">@ana</a>)</p>`, "wells(@ana)", ``},
		{"empty", ``, "", ``},
		{"picture stays", `<p>How deep?</p><p><img src="https://m.test/1.png" alt="x"></p>`, "How deep?", `<p><img src="https://m.test/1.png" alt="x" loading="lazy"></p>`},
		{"list", `<ul><li>one</li><li>two</li></ul>`, "one", `<ul><li></li><li>two</li></ul>`},
		{"white space", "<p>\n  How \n\t deep?  </p>", "How deep?", ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			title, rest := Title(c.in, groupIRI, groupURL)
			want := c.rest
			if c.name == "nothing" {
				want = Sanitise(c.in)
			}
			if title != c.title || strings.TrimSpace(rest) != want {
				t.Errorf("title %q, rest %s\nwant  %q, rest %s", title, rest, c.title, want)
			}
		})
	}
}

func TestTitle_longLine(t *testing.T) {
	t.Parallel()
	words := strings.Repeat("deep water ", 30)
	for _, c := range []struct{ in, title string }{
		{"<p>How deep? " + words + "</p>", "How deep?"},
		{"<p>井戸はどのくらい深く掘るべきですか。" + strings.Repeat("粘土", 80) + "</p>", "井戸はどのくらい深く掘るべきですか。"},
		{"<p>See v1.2 of the guide now! " + words + "</p>", "See v1.2 of the guide now!"},
	} {
		title, rest := Title(c.in)
		if title != c.title || rest != strings.ReplaceAll(c.in, " </p>", " </p>") {
			t.Errorf("title %q, rest %.80s; want %q and the whole text", title, rest, c.title)
		}
	}
	title, _ := Title("<p>" + words + "</p>")
	if n := utf8.RuneCountInString(title); n > maxTitle || n < maxTitle/2 || !strings.HasSuffix(title, "water…") && !strings.HasSuffix(title, "deep…") {
		t.Errorf("title %q of %d characters is not cut at a word", title, n)
	}
	if title, _ := Title(strings.Repeat("x", 500)); utf8.RuneCountInString(title) != maxTitle {
		t.Errorf("one long word gives %q", title)
	}
}

// TestTitle_ours: what WithTitle writes, Title reads back, whatever it says.
func TestTitle_ours(t *testing.T) {
	t.Parallel()
	for _, title := range []string{"How deep should a borehole be?", "Tom & Jerry <3", "Full stop. Question? Yes", "水の安全", "سلامت آب"} {
		got, rest := Title(WithVia(WithTitle(title, "<p>Body.</p>"), groupURL, "water@h.example"), groupURL)
		if got != title || !strings.HasPrefix(rest, "<p>Body.</p>") {
			t.Errorf("%q came back as %q, rest %s", title, got, rest)
		}
	}
}

func TestWithTitle(t *testing.T) {
	t.Parallel()
	if got := WithTitle("  a\n<b> & ", "<p>x</p>"); got != "<p><strong>a &lt;b&gt; &amp;</strong></p><p>x</p>" {
		t.Error(got)
	}
	if got := WithTitle(" \u202e ", "<p>x</p>"); got != "<p>x</p>" {
		t.Error(got)
	}
}

func TestSourceOf(t *testing.T) {
	t.Parallel()
	if got := SourceOf("How\ndeep? ", "Clay.\n\nSand."); got != "How deep?\n\nClay.\n\nSand." {
		t.Errorf("%q", got)
	}
	if got := SourceOf("", "Clay."); got != "Clay." {
		t.Errorf("%q", got)
	}
}

func TestWithVia(t *testing.T) {
	t.Parallel()
	body := "<p>Clay.</p>"
	via := WithVia(body, groupURL, "water@h.example")
	if want := body + `<p>via <a href="` + groupURL + `" class="u-url mention"` + rel + `>@water@h.example</a></p>`; via != want {
		t.Errorf("got  %s\nwant %s", via, want)
	}
	for _, s := range []string{via, via + "\n", Sanitise(via), Reduce(Sanitise(via))} {
		if got := StripQuotedVia(s, groupIRI, groupURL); got != body {
			t.Errorf("%s\nstripped to %s", s, got)
		}
		if got := StripQuotedVia(s, "https://h.example/c/other"); got != s {
			t.Errorf("stripped although it leads to another group: %s", got)
		}
	}
}

func TestStripQuotedVia_leavesWords(t *testing.T) {
	t.Parallel()
	link := `<a href="` + groupURL + `" class="u-url mention"` + rel + `>@water@h.example</a>`
	for _, s := range []string{
		"",
		"<p>Clay.</p>",
		"<p>I heard of it via " + link + "</p>",
		"<p>via " + link + " and others</p>",
		"<p>via " + link + "</p><p>More.</p>",
		"<p>via <a href=\"" + groupURL + "\"" + rel + ">@water@h.example</a></p>",
		"<ul><li>via " + link + "</li></ul>",
	} {
		if got := StripQuotedVia(s, groupURL); got != s {
			t.Errorf("%s\nbecame %s", s, got)
		}
	}
}
