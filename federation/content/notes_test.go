package content

import (
	"strings"
	"testing"
)

func TestDocument_footnotes(t *testing.T) {
	t.Parallel()
	got := Document("Boil it[^1], twice[^1].\n\n[^1]: *Leila*, 2025.\n", "s2-")
	for _, want := range []string{
		`<sup><a href="#s2-note-1" id="s2-at-1" class="footnote-ref">1</a></sup>`, `<sup><a href="#s2-note-1" class="footnote-ref">1</a></sup>`,
		`<hr>`, `<li id="s2-note-1">`, `<em>Leila</em>`, `<a href="#s2-at-1" class="footnote-backref">↩</a>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nhas no %s", got, want)
		}
	}
	if bad := unsafe(SanitiseLocal(got)); len(bad) > 0 {
		t.Errorf("not safe: %v", bad)
	}
	if got := Document("plain", ""); got != Markdown("plain") {
		t.Errorf("without notes it is %q", got)
	}
}

func TestT36_footnotesBringNoElements(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"x[^1] \uf8f0r9\uf8f1\n\n[^1]: <img src=x onerror=alert(1)> \uf8f0n7\uf8f1",
		"[^\"><script>]: y\n\nz[^\"><script>]",
		"a[^1]\n\n[^1]: [b](javascript:alert(1))",
	} {
		got := Document(src, "p-")
		if strings.ContainsAny(got, "\uf8f0\uf8f1") || strings.Contains(got, "note-9") || strings.Contains(got, "note-7") {
			t.Errorf("Document(%q) = %s: a sign that was typed counts", src, got)
		}
		for _, bad := range []string{"<script", "<img", "href=\"javascript"} {
			if strings.Contains(strings.ToLower(got), bad) {
				t.Errorf("Document(%q) = %s", src, got)
			}
		}
	}
}
