package desk

// tellArtifact is about what a community keeps.
func tellArtifact(l loc, what, who, where string) string {
	switch what {
	case "review":
		return l.Text("%s asks you to review a page of %s", who, where)
	case "verdict":
		return l.Text("%s has reviewed your page in %s", who, where)
	case "answered":
		return l.Text("%s answers your review in %s", who, where)
	case "suggested":
		return l.Text("%s suggests an edit of a page in %s", who, where)
	case "taken":
		return l.Text("%s took your edit of a page in %s", who, where)
	case "declined":
		return l.Text("%s did not take your edit of a page in %s", who, where)
	case "synthesis-objection":
		return l.Text("%s objects to a consolidated reply in %s", who, where)
	case "synthesis-settled":
		return l.Text("%s has dealt with your objection in %s", who, where)
	case "due":
		return l.Text("A page of %s has to be looked at again", where)
	case "orphan":
		return l.Text("Nobody looks after a page of %s any more", where)
	case "refused":
		return l.Text("%s did not take the page that you offered", where)
	case "synthesis-late":
		return l.Text("%s has added a response to a query in %s whose reply you wrote", who, where)
	case "adapted":
		return l.Text("A page of %s was adapted elsewhere", where)
	}
	return l.Text("%s offers a page to %s", who, where)
}
