package frame

import "github.com/copse-social/copse/frontend/locales"

// aboutBelonging words what people meet on the way into a community and as members of it.
func aboutBelonging(l *locales.Loc, code string) string {
	switch code {
	case "link-short":
		return l.Text("Write at least 20 letters: where you work and what you do there.")
	case "commit-missing":
		return l.Text("Membership is a commitment. To read along without one, follow instead.")
	case "charter-changed":
		return l.Text("The charter has changed since you opened this page. Read it again, then tick the commitment.")
	case "reason-missing":
		return l.Text("Give a reason. It is sent, so that the person knows what would change your mind.")
	case "member-already":
		return l.Text("This person is a member already.")
	case "invite-declined":
		return l.Text("This person has said no lately. Leave it at that for a month.")
	case "invites-many":
		return l.Text("You have invited many people today. Go on tomorrow.")
	case "invite-gone":
		return l.Text("This invitation has ended.")
	case "actor-unknown":
		return l.Text("Nobody was found at this address. Look for a typing mistake, or try again later.")
	case "topics-many":
		return l.Text("Keep it to the twelve that matter most.")
	}
	return aboutKnowing(l, code)
}

// aboutKnowing words what stands in the way of roles, praise and further accounts.
func aboutKnowing(l *locales.Loc, code string) string {
	switch code {
	case "not-core":
		return l.Text("Only the core group, facilitators and moderators can do this.")
	case "not-sponsor":
		return l.Text("Only moderators, the sponsor and admins can do this, and only where there is no facilitator.")
	case "newcomer-not-yet":
		return l.Text("Members can do this after their first month.")
	case "endorse-self":
		return l.Text("Others have to say this of you.")
	case "endorse-stranger":
		return l.Text("You can vouch for people with whom you share a community.")
	case "door-not-elsewhere":
		return l.Text("This has to be an account of a person on another server.")
	case "door-unproved":
		return l.Text("That account does not name your address yet. Put the link there first, then try again in a few minutes.")
	case "door-taken":
		return l.Text("That account belongs to somebody else here.")
	case "consent-self":
		return l.Text("Others have to agree.")
	case "offer-gone":
		return l.Text("This offer does not stand any more.")
	case "facilitated":
		return l.Text("The community has a facilitator who acts.")
	}
	return ""
}
