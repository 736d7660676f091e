package content

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func seeds(f *testing.F) {
	for _, c := range evasions() {
		f.Add(c.in)
	}
	f.Add(`<p>How deep?<br><br><a href="https://a.test/@u" class="mention">@u</a> #x</p>`)
	f.Add("# a\n\n| b |\n|---|\n| @c |\n\n- [x] <https://a.test/>")
}

func mustBeSafe(t *testing.T, what, in, out string) {
	t.Helper()
	if bad := unsafe(out); len(bad) > 0 {
		t.Fatalf("%s(%q) = %q: %v", what, in, out, bad)
	}
	if !utf8.ValidString(out) {
		t.Fatalf("%s(%q) = %q is not UTF-8", what, in, out)
	}
}

func FuzzSanitise(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in string) {
		out := Sanitise(in)
		mustBeSafe(t, "Sanitise", in, out)
		if again := Sanitise(out); again != out {
			t.Fatalf("Sanitise(%q) changes when repeated:\n%q\n%q", in, out, again)
		}
		local := SanitiseLocal(in)
		mustBeSafe(t, "SanitiseLocal", in, local)
		if again := SanitiseLocal(local); again != local {
			t.Fatalf("SanitiseLocal(%q) changes when repeated:\n%q\n%q", in, local, again)
		}
		mustBeSafe(t, "Reduce", in, Reduce(out))
	})
}

func FuzzMarkdown(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in string) {
		out := Markdown(in)
		mustBeSafe(t, "Markdown", in, out)
		if again := SanitiseLocal(out); again != out {
			t.Fatalf("Markdown(%q) changes when sanitised again:\n%q\n%q", in, out, again)
		}
		names := map[string]MentionTarget{}
		for _, n := range Mentions(in) {
			names[n] = MentionTarget{URL: "https://a.test/@" + n}
		}
		linked := LinkMentions(out, names)
		mustBeSafe(t, "LinkMentions", in, linked)
		if len(names) > 0 && !strings.Contains(linked, `class="u-url mention"`) {
			t.Fatalf("of %q none is linked in %q", names, linked)
		}
	})
}

func FuzzTitle(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in string) {
		title, rest := Title(in, "https://a.test/@u")
		if n := utf8.RuneCountInString(title); n > maxTitle || strings.ContainsAny(title, "\n\r\x00") || strings.TrimSpace(title) != title {
			t.Fatalf("title %q of %d characters", title, n)
		}
		mustBeSafe(t, "rest of Title", in, rest)
		if title != "" && PlainName(title) != title {
			t.Fatalf("title %q is no plain name", title)
		}
	})
}
