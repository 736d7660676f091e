package desk

import "github.com/copse-social/copse/db"

// tellRelease is about a post of a closed community and whether everybody may read it: for its
// author, and for who wanted it open.
func tellRelease(l loc, note, who, where string) string {
	switch note {
	case db.ReleaseAsked:
		return l.Text("%s would like to open a text of yours in %s to everybody, and asks you", who, where)
	case db.ReleaseOut:
		return l.Text("A text in %s is open to everybody now", where)
	case db.ReleaseRefused:
		return l.Text("The author of a text in %s does not want it opened to everybody", where)
	}
	return l.Text("A text in %s is closed again", where)
}
