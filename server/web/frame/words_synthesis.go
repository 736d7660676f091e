package frame

import "github.com/copse-social/copse/frontend/locales"

// aboutSynthesis is why something about a consolidated reply can't be done yet.
func aboutSynthesis(l *locales.Loc, code string) string {
	switch code {
	case "synthesis-early":
		return l.Text("The reply is written once the query has closed with answers.")
	case "synthesis-nothing-new":
		return l.Text("There is nothing new to take into this reply.")
	case "synthesis-published":
		return l.Text("The reply is published. Suggest a change on its page.")
	case "synthesis-short-empty":
		return l.Text("The short answer is still to be written.")
	case "synthesis-short-long":
		return l.Text("The short answer has more than 120 words.")
	case "synthesis-themes-empty":
		return l.Text("No theme has a text yet.")
	case "synthesis-theme-unnamed":
		return l.Text("A theme with a text needs a name.")
	case "synthesis-clash":
		return l.Text("One part has two texts. Put them together and save.")
	case "synthesis-unplaced":
		return l.Text("Every response needs a place, or a reason why it is left out.")
	}
	return aboutShown(l, code)
}

func aboutShown(l *locales.Loc, code string) string {
	switch code {
	case "synthesis-not-shown":
		return l.Text("The reply is not shown to those who contributed at the moment.")
	case "synthesis-objections-open":
		return l.Text("Say first what you did about each objection.")
	case "synthesis-look-runs":
		return l.Text("Those who contributed can still object; then it can be published.")
	case "synthesis-contributors-only":
		return l.Text("Only those who answered the query can object to the reply.")
	case "themes-many":
		return l.Text("A reply has at most twelve themes.")
	}
	return ""
}
