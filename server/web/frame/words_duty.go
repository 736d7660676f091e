package frame

import "github.com/copse-social/copse/frontend/locales"

// aboutDuty words refusals about what waits in the cockpit, and about the way in of guests.
func aboutDuty(l *locales.Loc, code string) string {
	switch code {
	case "duty-gone":
		return l.Text("Somebody has done this meanwhile, so it is off the list.")
	case "snooze-long":
		return l.Text("A duty can be put off for a month at most.")
	case "guest-link-gone":
		return l.Text("This link was used, is older than a quarter of an hour, or was replaced by a newer one. Ask for another.")
	case "guest-other-browser":
		return l.Text("This link works only in the browser in which it was asked for. If that was not you, nothing has happened: somebody typed your handle.")
	}
	return ""
}
