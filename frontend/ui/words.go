package ui

import "github.com/copse-social/copse/frontend/locales"

func (g Gone) sentence(l *locales.Loc, answered bool) string {
	when := l.Date(g.At)
	switch {
	case g.Self && answered:
		return l.Text("Removed by its author on %s. The answers below keep their place.", when)
	case g.Self:
		return l.Text("Removed by its author on %s.", when)
	case g.By == "":
		return l.Text("Removed by the server it came from on %s.", when)
	case g.Reason == "":
		return l.Text("Removed by %s on %s.", g.By, when)
	}
	return l.Text("Removed by %s on %s: %s", g.By, when, g.Reason)
}

func (k Lock) branch(l *locales.Loc) string {
	if k.Reason == "" {
		return l.Text("This branch was locked by %s on %s.", k.By, l.Date(k.At))
	}
	return l.Text("This branch was locked by %s on %s: %s", k.By, l.Date(k.At), k.Reason)
}

// Sentence is for the banner in place of the composer.
func (k Lock) Sentence(l *locales.Loc) string {
	if k.Reason == "" {
		return l.Text("Locked by %s on %s. It can be read, not answered.", k.By, l.Date(k.At))
	}
	return l.Text("Locked by %s on %s: %s", k.By, l.Date(k.At), k.Reason)
}

func pinLabel(l *locales.Loc, pinned bool) string {
	if pinned {
		return l.Text("Unpin")
	}
	return l.Text("Pin")
}

func lockLabel(l *locales.Loc, locked bool) string {
	if locked {
		return l.Text("Unlock")
	}
	return l.Text("Lock")
}

// Sentence is what stands where the text was.
func (g Gone) Sentence(l *locales.Loc) string { return g.sentence(l, false) }
