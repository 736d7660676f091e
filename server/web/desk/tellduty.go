package desk

import (
	"strings"

	"github.com/copse-social/copse/db"
)

// tellDuty is about something that waits in a community and was given to the reader.
func tellDuty(l loc, note, who, where string) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(note, "duty-"), ":")
	switch kind {
	case db.DutyAnswer:
		return l.Text("%s gives you a query of %s that has no answer yet", who, where)
	case db.DutyWelcome:
		return l.Text("%s asks you to welcome somebody to %s", who, where)
	case db.DutyClose:
		return l.Text("%s gives you a query of %s that is to be summarised", who, where)
	}
	return l.Text("%s asks you to look at what is due for review in %s", who, where)
}
