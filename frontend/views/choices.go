package views

import (
	"net/url"

	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
)

// theme is one of the three ways a page is coloured.
type theme struct{ ui.Choice }

func (t theme) icon() string {
	switch t.Value {
	case "light":
		return "today"
	case "dark":
		return "snooze"
	}
	return "web"
}

func (s Shell) themes() []theme {
	return []theme{
		{ui.Choice{Value: "light", Label: s.Text("Light"), Chosen: s.Theme == "light"}},
		{ui.Choice{Value: "dark", Label: s.Text("Dark"), Chosen: s.Theme == "dark"}},
		{ui.Choice{Value: "", Label: s.Text("As the device"), Chosen: s.Theme == ""}},
	}
}

// otherLanguages is what the language menu offers.
func (s Shell) otherLanguages() []locales.Language {
	var others []locales.Language
	for _, l := range locales.Languages() {
		if l.Code != s.Lang.Code {
			others = append(others, l)
		}
	}
	return others
}

// keys are those that frontend/ts/keys.ts listens to.
func (s Shell) keys() []ui.Choice {
	return []ui.Choice{
		{Value: "/", Label: s.Text("Search")},
		{Value: "g t", Label: s.Text("Today")},
		{Value: "g i", Label: s.Text("Inbox")},
		{Value: "g c", Label: s.Text("Communities")},
		{Value: "g d", Label: s.Text("Drafts")},
		{Value: "n", Label: s.Text("Start a discussion")},
		{Value: "j", Label: s.Text("Next")},
		{Value: "k", Label: s.Text("Previous")},
		{Value: "Enter", Label: s.Text("Open")},
		{Value: "r", Label: s.Text("Reply")},
		{Value: "h", Label: s.Text("Helpful")},
		{Value: "e", Label: s.Text("Edit")},
		{Value: "m", Label: s.Text("Sort as “me too”")},
		{Value: "a", Label: s.Text("Assign a duty")},
		{Value: "s", Label: s.Text("Put a duty off")},
		{Value: "?", Label: s.Text("This list")},
	}
}

func unreadNote(s Shell, n int) string {
	if n == 0 {
		return ""
	}
	return s.Count(", %d new", ", %d new", n)
}

// communityPath is the page of a community by its handle: water, or
// water@health.example for one that lives elsewhere.
func communityPath(handle string) string { return "/c/" + url.PathEscape(handle) }

// signInFrom brings the reader back to where they were.
func signInFrom(path string) string {
	if path == "" || path == "/" {
		return "/sign-in"
	}
	return "/sign-in?back=" + url.QueryEscape(path)
}
