package locales

import "time"

// Artifact words what communities and the house say about artifacts outside of pages, for a code.
func Artifact(lang, code string, args map[string]string) string {
	l := New(lang, nil, time.Time{})
	switch code {
	case "artifact-version":
		return l.Text("%s: version %s is out", args["title"], args["version"])
	case "artifact-ask":
		return l.Text("%s asks you to review “%s” for %s. This is the draft:", args["person"], args["title"], args["group"])
	case "artifact-ask-how":
		return l.Text("Answer with one word first: accept, changes or reject, and then why. Say too if you have an interest in it. Or answer: decline.")
	case "use-place":
		return l.Text("Place:")
	case "use-changed":
		return l.Text("What we changed:")
	case "use-result":
		return l.Text("What came of it:")
	case "use-hours":
		return l.Text("Hours saved:")
	case "use-as-is":
		return l.Text("We used it as it was.")
	case "use-adapted":
		return l.Text("We adapted it.")
	case "verdict-accept":
		return l.Text("I accept it.")
	case "verdict-changes":
		return l.Text("I ask for changes.")
	case "verdict-reject":
		return l.Text("I reject it.")
	case "verdict-decline":
		return l.Text("I can’t review it.")
	}
	return ""
}
