package frame

import "github.com/copse-social/copse/frontend/locales"

// aboutMove words what those meet who let a community go elsewhere.
func aboutMove(l *locales.Loc, code string) string {
	switch code {
	case "move-why-missing":
		return l.Text("Say how it was decided: the other side and the members read it.")
	case "move-no-instance":
		return l.Text("No other server that can take a community was found under this name.")
	case "move-not-trusted":
		return l.Text("What is said in this community goes only to organisations that it trusts and that have agreed to that. Add that organisation to its list first, and let an admin there confirm it.")
	case "move-members-choose":
		return l.Text("Members have the whole week to choose whether they go along. It moves by itself when that is over.")
	case "move-going":
		return l.Text("This community is on its way already.")
	case "move-done-before":
		return l.Text("This community has moved. It is decided at its new place.")
	case "move-elsewhere":
		return l.Text("This is not to be decided here, or has been decided.")
	case "move-not-ready":
		return l.Text("Not all is copied yet.")
	case "move-too-late":
		return l.Text("It has moved: followers were told, and there is no way back.")
	case "move-waits-for-nothing":
		return l.Text("It goes on by itself.")
	case "merge-no-group":
		return l.Text("No community that can take this one in was found under this name.")
	case "merge-openness":
		return l.Text("Both communities have to be open to the same people. Change that in one of them first.")
	case "no-link-back":
		return l.Text("The new place does not say that it is this community. Ask the admin there.")
	}
	return ""
}
