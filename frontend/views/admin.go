package views

import "github.com/copse-social/copse/frontend/ui"

// adminTabs move between the pages for admins.
func adminTabs(s Shell, current string) []ui.Tab {
	tab := func(label, url string) ui.Tab {
		return ui.Tab{Link: ui.Link{Label: label, URL: url}, Current: current == url}
	}
	return []ui.Tab{
		tab(s.Text("Federation"), "/admin/federation"),
		tab(s.Text("Accounts"), "/admin/people"),
		tab(s.Text("Moves"), "/moves"),
		tab(s.Text("This server"), "/admin/settings"),
		tab(s.Text("Log"), "/admin/log"),
	}
}
