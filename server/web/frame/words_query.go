package frame

import "github.com/copse-social/copse/frontend/locales"

// aboutQuery words refusals about queries.
func aboutQuery(l *locales.Loc, code string) string {
	switch code {
	case "query-title-long":
		return l.Text("Keep the question under 120 letters and say the rest below.")
	case "query-date":
		return l.Text("Give a day from today on, within a year.")
	case "query-anonymous-elsewhere":
		return l.Text("This community lives on another server, which cannot ask without your name. Write to its facilitators instead.")
	case "queries-many":
		return l.Text("You have asked five questions here within a day. Ask again tomorrow.")
	case "query-state":
		return l.Text("The query has moved on meanwhile, so this can no longer be done.")
	case "query-extended":
		return l.Text("A query is extended once, and this one was.")
	case "query-of-missing":
		return l.Text("Give the address of the query or page that has the answer.")
	case "query-closed-place":
		return l.Text("What is asked among members is pointed to nowhere else.")
	case "query-pointers":
		return l.Text("Three other communities point here already; more would be noise.")
	case "query-pointed":
		return l.Text("That community points here already.")
	case "not-asker":
		return l.Text("Only whoever asked can do that.")
	}
	return ""
}
