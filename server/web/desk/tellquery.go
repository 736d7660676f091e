package desk

import "strings"

// tellQuery is about a query: for who asked it, or who may help. What is asked back follows the code.
func tellQuery(l loc, note, where, title string) string {
	code, words, _ := strings.Cut(note, " ")
	switch code {
	case "query-nudge":
		return l.Text("Somebody asks in %s what you may know: %s", where, title)
	case "query-opened":
		return l.Text("Your query in %s is open: %s", where, title)
	case "query-clarify":
		return l.Text("A facilitator of %s asks about your query: “%s”", where, words)
	case "query-outcome":
		return l.Text("Did the answers help? Say what came of your query in %s: %s", where, title)
	case "query-sorry":
		return l.Text("Nobody in %s could answer your query in time: %s", where, title)
	case "query-duplicate":
		return l.Text("What you ask in %s was asked before: %s", where, words)
	case "query-reopened":
		return l.Text("A query in %s that you answered is open again: %s", where, title)
	}
	return l.Text("Something about a query in %s: %s", where, title)
}
