package desk

// tellMove is about a community on its way, for those who look after it or run an instance.
func tellMove(l loc, note, who, where string) string {
	switch note {
	case "proposed":
		return l.Text("%s proposes that %s moves to another server; you countersign", who, where)
	case "asked":
		return l.Text("%s asks to move to this server", where)
	case "agreed":
		return l.Text("%s may move: all of it is being copied", where)
	case "refused":
		return l.Text("%s was not taken at its new place", where)
	case "ready":
		return l.Text("%s is copied; it moves in a week, or when you say so", where)
	case "switched":
		return l.Text("%s has moved; its followers are being told", where)
	case "merge-asked":
		return l.Text("%s asks that another community goes into %s", who, where)
	}
	return l.Text("The move of %s is done", where)
}
