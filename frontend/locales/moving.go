package locales

import "time"

// Moving words the notice by which the followers of a community hear that it moves: its title and its
// text in Markdown, "" for a code that it does not know. args hold group, to, date and link.
func Moving(lang, code string, args map[string]string) string {
	l := New(lang, nil, time.Time{})
	switch code {
	case "move-title":
		return l.Text("This community moves to %s", args["to"])
	case "move-text":
		return l.Text("From %s on, %s is at %s: %s. All that was said comes along, and addresses lead on. On most servers you follow it there by yourself; if yours does not, follow the new address.",
			args["date"], args["group"], args["to"], args["link"])
	}
	return ""
}
