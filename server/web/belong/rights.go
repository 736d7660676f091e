package belong

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// rights handles GET /c/:handle/rights: the table the rules ask, in words, with where the reader
// stands in it.
func (d *Pages) rights(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	l := d.Loc(c)
	p := views.Rights{}
	if p.Shell, err = d.ShellIn(c, l.Text("Who may do what"), h.group); err != nil {
		return err
	}
	if p.CommunityHead, err = d.head(c, h); err != nil {
		return err
	}
	for _, st := range h.standing.Columns {
		p.Stands = append(p.Stands, standingWord(l, st))
	}
	for _, row := range rights.Table() {
		if row.Act == rights.Start {
			row = rights.StartBy(h.group.PostPolicy, h.group.Openness)
		}
		if len(row.In(h.group.Openness).Who()) == 0 {
			continue // nothing of the kind here
		}
		line := views.Right{Act: actWord(l, row.Act), Who: whoWords(l, row.In(h.group.Openness).Who()), You: true}
		if err := d.com.Permit(c.Request().Context(), d.store, h.group, frame.Me(c), row.Act); err != nil {
			no, is := frame.Refusal(err)
			if !is {
				return err
			}
			line.You, line.Why = false, d.Sentence(l, no)
		}
		p.Rows = append(p.Rows, line)
	}
	return d.Page(c, http.StatusOK, p)
}

// whoWords names who may, the least first: whoever stands above may as well.
func whoWords(l loc, who []rights.Standing) string {
	if len(who) == 0 {
		return ""
	}
	switch least := who[0]; least {
	case rights.Stranger, rights.Person:
		return standingWord(l, least)
	case rights.Follower:
		return l.Text("Followers and members")
	case rights.Newcomer:
		return l.Text("All members")
	case rights.Member:
		return l.Text("Members after their first month")
	}
	var words []string
	for _, st := range who {
		words = append(words, standingWord(l, st))
	}
	return strings.Join(words, " · ")
}

func standingWord(l loc, st rights.Standing) string {
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
	return roleWord(l, string(st))
}

func actWord(l loc, act rights.Act) string {
	words := map[rights.Act]string{
		rights.Read: l.Text("Read"), rights.Follow: l.Text("Follow, or ask to"), rights.Join: l.Text("Join, or ask to"),
		rights.Reply: l.Text("Answer"), rights.Like: l.Text("Mark as helpful"), rights.Start: l.Text("Start a discussion"),
		rights.Pin: l.Text("Pin a discussion"), rights.Lock: l.Text("Lock a discussion"), rights.Remove: l.Text("Remove a post"),
		rights.Ban: l.Text("Close the community to somebody"), rights.SeeReports: l.Text("See reports"),
		rights.Appeal:     l.Text("Appeal against being kept out"),
		rights.SeeMembers: l.Text("See who is a member"), rights.Endorse: l.Text("Vouch for what a member knows"),
		rights.Vouch: l.Text("Vouch for somebody who asks to join"), rights.Invite: l.Text("Invite"), rights.Admit: l.Text("Take members in"),
		rights.GrantExpert: l.Text("Name subject experts"), rights.Grant: l.Text("Give and take other roles"),
		rights.NameFacilitator: l.Text("Name a facilitator where there is none"), rights.NameSponsor: l.Text("Name the sponsor"),
		rights.Volunteer: l.Text("Offer to facilitate when nobody does"), rights.Consent: l.Text("Agree to who offers"),
		rights.EditGroup: l.Text("Change the settings"), rights.Propose: l.Text("Propose a change to the charter"),
		rights.Vote: l.Text("Decide about the charter"), rights.Draft: l.Text("Draft the charter"),
		rights.Release: l.Text("Open one post to everybody"),
	}
	return words[act]
}
