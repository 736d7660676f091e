package synthesis

import "testing"

// An answer to the message that shows a reply names a sentence by quoting it, or between quotation
// marks of any language; handles before it are the client's.
func TestProtest(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ html, quote, text string }{
		{"<p>Too short.</p>", "", "Too short."},
		{"<p>@water @a@b.example Too short.</p>", "", "Too short."},
		{"<p>&gt; Open the vents.</p><p>Only in shade.</p>", "Open the vents.", "Only in shade."},
		{"<blockquote><p>Open the vents.</p></blockquote><p>Only in shade.</p>", "Open the vents.", "Only in shade."},
		{"<p>“Open the vents” is wrong.</p>", "Open the vents", "“Open the vents” is wrong."},
		{"<p>« Ouvrez les volets » est faux.</p>", "Ouvrez les volets", "« Ouvrez les volets » est faux."},
		{"<p>「打开通风口要小心」不对</p>", "打开通风口要小心", "「打开通风口要小心」不对"},
		{"<p>@water</p>", "", ""},
	} {
		if quote, text := protest(one.html); quote != one.quote || text != one.text {
			t.Errorf("%s: %q, %q", one.html, quote, text)
		}
	}
}

// Consent is no objection.
func TestAgrees(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]bool{
		"": true, "OK!": true, "D’accord.": true, "موافق": true, "同意。": true, "Согласна": true, "De acuerdo": true, "I agree.": true,
		"OK, but the vents": false, "No": false,
	} {
		if agrees(said) != want {
			t.Errorf("%q: %t", said, !want)
		}
	}
}

// What a reply was published with is opened again as its editors wrote it.
func TestUnlinked(t *testing.T) {
	t.Parallel()
	text := "Open the vents [1], then [2, 3]."
	shown := Linked(text, func(int) string { return "https://a.example/p/1" })
	if got := unlinked(shown); got != "Open the vents [1], then [2] [3]." {
		t.Errorf("%q became %q", shown, got)
	}
}
