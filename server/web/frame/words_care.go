package frame

import "github.com/copse-social/copse/frontend/locales"

// aboutCare words what those who look after something meet.
func aboutCare(l *locales.Loc, code string) string {
	switch code {
	case "not-facilitator":
		return l.Text("Only facilitators of this community can do this.")
	case "not-admin":
		return l.Text("Only admins of this server can do this.")
	case "not-ours":
		return l.Text("This community lives on another server; it is decided there.")
	case "not-yours":
		return l.Text("This is not yours to decide.")
	case "last-facilitator":
		return l.Text("A community needs a facilitator. Name another one first.")
	case "ban-self":
		return l.Text("You cannot ban yourself.")
	case "ban-steward":
		return l.Text("Only a facilitator can ban somebody who looks after the community. Take the role away first.")
	case "reports-many":
		return l.Text("You have reported a lot today. Go on tomorrow, or write to the facilitators.")
	case "messages-many":
		return l.Text("You have written a lot to the facilitators today. Give them time to read it.")
	case "report-resolved":
		return l.Text("Somebody has already decided about this report.")
	case "role-gone", "follow-gone":
		return l.Text("Somebody has already changed this.")
	case "not-a-person":
		return l.Text("Only people can hold a role.")
	case "choice-unknown":
		return l.Text("Choose one of the possibilities.")
	case "name-missing":
		return l.Text("Give it a name.")
	case "summary-long":
		return l.Text("The text is too long. Keep it to what others need to know.")
	case "summary-invalid":
		return l.Text("The text holds characters that cannot be kept. Type it anew where it looks odd.")
	case "ban-gone":
		return l.Text("This ban has ended. The community is open to you again.")
	case "appealed-before":
		return l.Text("You have appealed against this ban. The answer stands under Reports.")
	case "appeal-empty":
		return l.Text("Write why the ban should end.")
	case "appeal-own-ban":
		return l.Text("Somebody else has to look at this: the ban is yours.")
	case "appeal-other-organisation":
		return l.Text("Somebody of another organisation has to look at this appeal.")
	case "sanction-admin":
		return l.Text("This is an admin. Take the admin role away first.")
	case "sanction-people":
		return l.Text("Only people can be silenced or suspended.")
	case "not-an-appeal":
		return l.Text("This is not an appeal.")
	case "held":
		return l.Text("A facilitator looks at first posts before they appear.")
	}
	for _, about := range []func(*locales.Loc, string) string{aboutMeasures, aboutBelonging} {
		if s := about(l, code); s != "" {
			return s
		}
	}
	return aboutReach(l, code)
}

// aboutMeasures words what stands in the way of slowing down, hiding and moving.
func aboutMeasures(l *locales.Loc, code string) string {
	switch code {
	case "purge-going":
		return l.Text("This is under way already.")
	case "move-answer":
		return l.Text("Only a whole discussion can move.")
	case "move-same":
		return l.Text("It is in this community already. Choose another.")
	case "move-from-closed":
		return l.Text("What is said here is for members. It cannot go where others read it.")
	case "move-into-closed":
		return l.Text("Everybody reads this discussion, and only members read the other community: who took part here would lose it.")
	case "slow-answer":
		return l.Text("Only a whole discussion can be slowed down.")
	case "not-shown":
		return l.Text("This is not shown now, so it cannot be hidden.")
	}
	return ""
}

// aboutReach words why somebody or something cannot be reached.
func aboutReach(l *locales.Loc, code string) string {
	switch code {
	case "members-only-reply":
		return l.Text("Only members answer here. Join the community first.")
	case "group-gone":
		return l.Text("This community is no more.")
	case "group-suspended":
		return l.Text("The admins of this server have closed this community.")
	case "actor-gone":
		return l.Text("This account is no more.")
	case "follow-self":
		return l.Text("You cannot follow yourself.")
	case "not-followable":
		return l.Text("This cannot be followed.")
	case "signed-out":
		return l.Text("Sign in first.")
	}
	return ""
}
