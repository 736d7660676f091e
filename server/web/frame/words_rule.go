package frame

import (
	"strings"

	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// ruleWords says which rule of the table refused, and who can change that: the settings, a role or
// time. It is "" where no row of the table said no.
func ruleWords(l *locales.Loc, no *community.Refusal) string {
	if no.Rule == nil {
		return ""
	}
	act, who := ActWord(l, no.Rule.Act), WhoWords(l, no.Rule.Who)
	if act == "" || who == "" {
		return ""
	}
	said := l.Text("The rule here: “%s” is for: %s.", act, who)
	if changes := changeWords(l, no.Code); changes != "" {
		said += " " + changes
	}
	return said
}

// changeWords says who can change that a rule says no.
func changeWords(l *locales.Loc, code string) string {
	switch code {
	case "members-only-start", "followers-only-start", "moderators-only-start":
		return l.Text("Facilitators change it in the settings.")
	case "members-only", "members-only-reply":
		return l.Text("Joining changes it; the facilitators decide how open the community is.")
	case "newcomer-not-yet":
		return l.Text("It changes by itself a month after you joined.")
	case "not-core", "not-moderator", "not-facilitator":
		return l.Text("Facilitators give these roles; ask one of them.")
	case "not-sponsor", "not-admin":
		return l.Text("The admins of the community’s server name who holds them.")
	}
	return ""
}

// WhoWords names who may, the least first: whoever stands above may as well.
func WhoWords(l *locales.Loc, who []rights.Standing) string {
	if len(who) == 0 {
		return ""
	}
	switch least := who[0]; least {
	case rights.Stranger, rights.Person:
		return StandingWord(l, least)
	case rights.Follower:
		return l.Text("Followers and members")
	case rights.Newcomer:
		return l.Text("All members")
	case rights.Member:
		return l.Text("Members after their first month")
	}
	var words []string
	for _, st := range who {
		words = append(words, StandingWord(l, st))
	}
	return strings.Join(words, " · ")
}

// StandingWord names a column of the table of rights.
func StandingWord(l *locales.Loc, st rights.Standing) string {
	switch st {
	case rights.Stranger:
		return l.Text("Everybody")
	case rights.Person:
		return l.Text("Anybody with an account, on any server")
	case rights.Follower:
		return l.Text("Follower")
	case rights.Newcomer:
		return l.Text("Newcomer")
	case rights.Member:
		return l.Text("Member")
	case rights.Admin:
		return l.Text("Admin of the server")
	}
	return RoleWord(l, string(st))
}

// ActWord names an act, as the row of a table.
func ActWord(l *locales.Loc, act rights.Act) string {
	words := map[rights.Act]string{
		rights.Read: l.Text("Read"), rights.Follow: l.Text("Follow, or ask to"), rights.Join: l.Text("Join, or ask to"),
		rights.Reply: l.Text("Answer"), rights.Like: l.Text("Mark as helpful"), rights.Start: l.Text("Start a discussion"),
		rights.Pin: l.Text("Pin a discussion"), rights.Lock: l.Text("Lock a discussion"), rights.Remove: l.Text("Remove a post"),
		rights.Hide: l.Text("Hide a post for a day"), rights.Slow: l.Text("Slow a discussion down"), rights.MoveThread: l.Text("Move a discussion to another community"),
		rights.Ban: l.Text("Close the community to somebody"), rights.SeeReports: l.Text("See reports"),
		rights.Appeal:     l.Text("Appeal against being kept out"),
		rights.SeeMembers: l.Text("See who is a member"), rights.Endorse: l.Text("Vouch for what a member knows"),
		rights.Vouch: l.Text("Vouch for somebody who asks to join"), rights.Invite: l.Text("Invite"), rights.Admit: l.Text("Take members in"),
		rights.GrantExpert: l.Text("Name subject experts"), rights.Grant: l.Text("Give and take other roles"),
		rights.NameFacilitator: l.Text("Name a facilitator where there is none"), rights.NameSponsor: l.Text("Name the sponsor"),
		rights.Volunteer: l.Text("Offer to facilitate when nobody does"), rights.Consent: l.Text("Agree to who offers"),
		rights.EditGroup: l.Text("Change the settings"), rights.Propose: l.Text("Propose a change to the charter"),
		rights.Vote: l.Text("Decide about the charter"), rights.Draft: l.Text("Draft the charter"),
		rights.Write:          l.Text("Begin and write pages"),
		rights.Suggest:        l.Text("Suggest an edit of a page"),
		rights.PublishVersion: l.Text("Publish a page"),
		rights.Synthesise:     l.Text("Write the consolidated reply to a query"),
		rights.SeeCockpit:     l.Text("See what waits, in the cockpit"),
		rights.SeeNewcomers:   l.Text("See who is new, and welcome them"),
		rights.Release:        l.Text("Open one post to everybody"), rights.OpenQuery: l.Text("Open, extend and sort queries"), rights.CloseQuery: l.Text("Close queries of others"),
	}
	return words[act]
}
