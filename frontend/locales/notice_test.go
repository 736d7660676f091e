package locales

import (
	"strings"
	"testing"
)

func TestNotice(t *testing.T) {
	t.Parallel()
	args := map[string]string{"group": "Cold chain"}
	for _, code := range []string{
		"held", "private-reply", "followers-only", "members-only-start", "followers-only-start", "moderators-only-start",
		"members-only-reply", "discussion-locked", "discussion-gone", "banned", "group-archived", "text-long",
	} {
		for _, l := range Languages() {
			if got := Notice(l.Code, code, args); !strings.Contains(got, "Cold chain") {
				t.Errorf("%s in %s says %q", code, l.Code, got)
			}
		}
	}
	if got := Notice("en", "no-such-code", args); got != "" {
		t.Errorf("an unknown code says %q", got)
	}
	if Notice("fr", "held", args) == Notice("en", "held", args) {
		t.Error("French is English")
	}
}
