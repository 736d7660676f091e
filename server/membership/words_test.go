package membership

import "testing"

// Everybody can commit in their own language, also in one that puts no spaces between words.
func TestCommitted_inEachLanguage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		rest           string
		quiet, commits bool
	}{
		"I commit. I run cold rooms, keep private": {"I run cold rooms", true, true},
		"Я обязуюсь. Работаю в больнице":           {"Работаю в больнице", false, true},
		"Обязуюсь – не публиковать":                {"", true, true},
		"Я не обязуюсь":                            {"", false, false},
		"我承诺，我在诊所管水":                               {"我在诊所管水", false, true},
		"我承诺遵守章程。不公开":                              {"遵守章程", true, true},
		"我不承诺":                                     {"", false, false},
		"recommit":                                 {"", false, false},
	} {
		rest, quiet, commits := committed(text)
		if rest != want.rest || quiet != want.quiet || commits != want.commits {
			t.Errorf("%q is %q, private %v, commits %v; want %+v", text, rest, quiet, commits, want)
		}
	}
}
