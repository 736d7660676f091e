package frame

import "github.com/copse-social/copse/frontend/locales"

// aboutCharter words what those who found a community or decide on its charter meet.
func aboutCharter(l *locales.Loc, code string) string {
	switch code {
	case "purpose-missing":
		return l.Text("Say in a sentence what you care about together.")
	case "outside-missing":
		return l.Text("Name at least one thing this community will not take on.")
	case "answer-long":
		return l.Text("This is too long for a charter. Keep it under 4,000 letters.")
	case "days-range":
		return l.Text("A proposal stands from 1 to 90 days.")
	case "review-range":
		return l.Text("Look at the charter again within 60 months.")
	case "founders-many":
		return l.Text("Ask at most fifteen founders. Others join once the charter is adopted.")
	case "second-address":
		return l.Text("The second facilitator is named as @name@host.")
	case "kin-no-group":
		return l.Text("No community that everybody may read answers under that handle.")
	case "kin-closed":
		return l.Text("A community that speaks to its members only names no kin.")
	case "founder-address":
		return l.Text("Write @name@host or a mail address, one a line.")
	case "foundings-many":
		return l.Text("You have begun ten communities. Finish one or throw one away.")
	case "charter-proposed":
		return l.Text("Another version is being decided. Wait for it, or take part there.")
	case "charter-not-proposed":
		return l.Text("This version is not being decided now.")
	case "charter-not-draft", "charter-changed":
		return l.Text("Somebody has already changed this. Read it anew.")
	case "charter-author":
		return l.Text("Only its author and the facilitators can do this.")
	case "charter-voice":
		return l.Text("Founders decide on the first version, members on later ones.")
	case "charter-by-rule":
		return l.Text("This charter is adopted by those who sign it, not by a facilitator.")
	case "charter-concern":
		return l.Text("A concern is open. Answer it first.")
	case "remark-gone":
		return l.Text("This remark is no more.")
	case "stage-by-charter":
		return l.Text("The first stage ends with an adopted charter, and never comes back.")
	case "recogniser-missing":
		return l.Text("Say which organisation recognises it.")
	case "successor-no-group":
		return l.Text("No community answers at this handle.")
	}
	return ""
}
