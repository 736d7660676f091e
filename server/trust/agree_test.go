package trust

import "testing"

func TestAgrees(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"I agree": "yes", "@cold@copse.test Yes, please": "yes", "I don’t agree": "no", "No": "no", "Nobody knows": "", "Notes: I agree": "",
		"> I agree\nWhat is it for?": "", "> Do you?\nD’accord !": "yes", "أوافق": "yes", "لا أوافق": "no", "لأن": "", "同意": "yes", "不同意": "no",
		"Не согласна": "no", "да.": "yes", "sí": "yes", "no estoy de acuerdo": "no", "@cold": "", "": "",
	} {
		if got := agrees(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
