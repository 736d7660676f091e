package frame

import "github.com/copse-social/copse/frontend/locales"

// aboutOpenness words what is about who reads a community.
func aboutOpenness(l *locales.Loc, code string) string {
	switch code {
	case "release-not-here":
		return l.Text("Single posts are opened only in communities that anybody may ask to join.")
	case "release-not-this":
		return l.Text("Only what stands in the community can be opened.")
	case "release-stands":
		return l.Text("It is open already, or its author has been asked.")
	case "release-not-asked":
		return l.Text("Nobody asks this any more.")
	case "release-not-out":
		return l.Text("It is closed already.")
	case "host-ours":
		return l.Text("This is our own server; its people need no trust.")
	case "host-not-listed":
		return l.Text("This organisation is not on the list.")
	case "not-invited":
		return l.Text("This community does not ask any more.")
	}
	return ""
}
