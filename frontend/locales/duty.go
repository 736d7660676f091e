package locales

import "time"

// Duty is what a community says to somebody elsewhere who looks after it and was given a duty, by its
// code. It names the facilitator who gave it and nobody the duty is about.
func Duty(lang, code string, args map[string]string) string {
	l, who, group := New(lang, nil, time.Time{}), args["person"], args["group"]
	switch code {
	case "duty-answer":
		return l.Text("%s gives you a query of %s that has no answer yet", who, group) + "."
	case "duty-welcome":
		return l.Text("%s asks you to welcome somebody to %s", who, group) + "."
	case "duty-close":
		return l.Text("%s gives you a query of %s that is to be summarised", who, group) + "."
	}
	return l.Text("%s asks you to look at what is due for review in %s", who, group) + "."
}
