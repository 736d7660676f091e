package desk

import (
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/server/community"
)

type loc = *locales.Loc

// quoted is how many letters of a text stand in a line of the inbox.
const quoted = 90

// tell says what happened in one sentence. Words of others are quoted only while the reader may
// read them.
func (d *Desk) tell(l loc, b []*db.Notification, f inboxFacts) string {
	n := b[0]
	who, where := l.Text("Somebody"), l.Text("a community")
	if n.Actor != nil {
		who = n.Actor.Label()
	}
	if g := f.groups[n.GroupID]; g != nil {
		where = g.Label()
	}
	switch n.Kind {
	case db.NotifyReply, db.NotifyMention, db.NotifyThread:
		return tellPost(l, n, who, f)
	case db.NotifyLike, db.NotifyShare, db.NotifyFollow, db.NotifyMember:
		return tellPeople(l, b, who, where, f)
	case db.NotifyReport:
		if n.Note == "appeal" {
			return l.Text("An appeal against a ban in %s waits for you", where)
		}
		return l.Text("%s reports something in %s", who, where)
	case db.NotifyHeld:
		if n.ActorID == n.GroupID {
			return l.Text("What you wrote in %s waits for a facilitator", where)
		}
		return l.Text("Something by %s waits for you in %s", who, where)
	case db.NotifyJoin:
		return tellJoin(l, n.Note, who, where)
	case db.NotifyCharter:
		return tellCharter(l, n.Note, who, where)
	case db.NotifyMove:
		return tellMove(l, n.Note, who, where)
	case db.NotifyArtifact:
		return tellArtifact(l, n.Note, who, where)
	case db.NotifyQuery:
		return tellQuery(l, n.Note, where, f.about(l, n))
	case db.NotifyDuty:
		return tellDuty(l, n.Note, who, where)
	case db.NotifyRelease:
		return tellRelease(l, n.Note, who, where)
	case db.NotifyDirect:
		return l.Text("%s wrote to the facilitators of %s", who, where)
	}
	return d.tellDecision(l, n, who, where)
}

// tellPost is about words of others.
func tellPost(l loc, n *db.Notification, who string, f inboxFacts) string {
	words := ""
	if n.Post != nil && f.readable[n.PostID] {
		words = content.Excerpt(n.Post.Content, quoted)
		if n.Kind == db.NotifyThread && n.Post.Title != "" {
			words = n.Post.Title
		}
	}
	switch {
	case n.Kind == db.NotifyReply && words == "":
		return l.Text("%s answered you", who)
	case n.Kind == db.NotifyReply:
		return l.Text("%s answered you: “%s”", who, words)
	case n.Kind == db.NotifyMention && words == "":
		return l.Text("%s named you", who)
	case n.Kind == db.NotifyMention:
		return l.Text("%s named you: “%s”", who, words)
	case words == "":
		return l.Text("%s started a discussion", who)
	}
	return l.Text("%s started a discussion: “%s”", who, words)
}

// tellPeople is about what several may do alike.
func tellPeople(l loc, b []*db.Notification, who, where string, f inboxFacts) string {
	n, several := b[0], len(b) > 1
	switch n.Kind {
	case db.NotifyLike:
		what := f.about(l, n)
		if several {
			return l.Count("%d person found what you wrote helpful: %s", "%d people found what you wrote helpful: %s", len(b), len(b), what)
		}
		return l.Text("%s found what you wrote helpful: %s", who, what)
	case db.NotifyShare:
		what := f.about(l, n)
		if several {
			return l.Count("%d person passed on what you wrote: %s", "%d people passed on what you wrote: %s", len(b), len(b), what)
		}
		return l.Text("%s passed on what you wrote: %s", who, what)
	case db.NotifyMember:
		if f.closed[n.GroupID] {
			return l.Text("%s asks to join %s", who, where)
		}
		return l.Text("%s joined %s", who, where)
	}
	switch {
	case n.GroupID == 0 && several:
		return l.Count("%d person follows you", "%d people follow you", len(b))
	case n.GroupID == 0:
		return l.Text("%s follows you", who)
	case several:
		return l.Count("%d person follows %s", "%d people follow %s", len(b), len(b), where)
	}
	return l.Text("%s follows %s", who, where)
}

// about names the post that a notification is about, which is the reader's own.
func (f inboxFacts) about(l loc, n *db.Notification) string {
	if n.Post == nil {
		return l.Text("a text of yours")
	}
	if t := f.titles[n.Post.DiscussionID]; t != "" {
		return "“" + t + "”"
	}
	return "“" + content.Excerpt(n.Post.Content, quoted) + "”"
}

// tellJoin is about belonging to a community.
func tellJoin(l loc, note, who, where string) string {
	switch note {
	case "invited":
		return l.Text("%s invites you to %s", who, where)
	case "answered":
		return l.Text("%s answered your question about joining %s", who, where)
	case "offered":
		return l.Text("%s would facilitate %s", who, where)
	case "join-offered":
		return l.Text("Somebody offers to facilitate %s", where)
	case "untended", "join-untended", "join-open":
		return l.Text("%s is looking for a facilitator", where)
	case "join-question":
		return l.Text("The facilitators of %s have a question before you join", where)
	case "join-refused":
		return l.Text("%s did not take you as a member, and says why", where)
	case "join-welcome":
		return l.Text("%s welcomes you", where)
	case "join-silent":
		return l.Text("%s asks whether you would like to stay a member", where)
	}
	return l.Text("Something about your membership in %s", where)
}

// tellCharter is about what a community agrees on.
func tellCharter(l loc, note, who, where string) string {
	switch note {
	case "asked":
		return l.Text("%s asks you to found %s: read its charter and sign", who, where)
	case "signed":
		return l.Text("%s signed the charter of %s", who, where)
	case "kin":
		return l.Text("%s says it is kin of %s: confirm it or leave it", who, where)
	case db.RemarkConcern:
		return l.Text("%s has a concern about the charter of %s", who, where)
	}
	return l.Text("%s said something about the charter of %s", who, where)
}

// tellDecision is about what others decided on the reader or their words.
func (d *Desk) tellDecision(l loc, n *db.Notification, who, where string) string {
	switch n.Kind {
	case db.NotifyDecided:
		return l.Text("What you reported in %s is decided", where)
	case db.NotifyApproved:
		return l.Text("What you wrote in %s was let through", where)
	case db.NotifyRemoved:
		if n.Note == "" {
			return l.Text("What you wrote in %s was removed", where)
		}
		return l.Text("What you wrote in %s was removed: %s", where, n.Note)
	case db.NotifyAccepted:
		switch n.Note {
		case "member":
			return l.Text("You are a member of %s now", where)
		case db.RoleFacilitator:
			return l.Text("You are a facilitator of %s now", where)
		case db.RoleModerator:
			return l.Text("You are a moderator of %s now", where)
		}
		if n.GroupID != 0 {
			return l.Text("%s let you follow", where)
		}
		return l.Text("%s let you follow", who)
	}
	if n.GroupID == 0 {
		where = who
	}
	switch {
	case n.Note == "":
		return l.Text("%s did not take what you sent", where)
	case n.Note == "follow-rejected":
		return l.Text("%s did not let you follow", where)
	case isCode(n.Note):
		return l.Text("%s: %s", where, d.Sentence(l, community.Refuse(community.Forbidden, n.Note)))
	}
	return l.Text("%s did not take what you sent: %s", where, n.Note)
}

// isCode tells a code of a rule from words that somebody wrote.
func isCode(note string) bool {
	switch note {
	case "banned", "held", "blocked", "suspended":
		return true
	}
	return strings.Contains(note, "-") && strings.Trim(note, "abcdefghijklmnopqrstuvwxyz-") == ""
}
