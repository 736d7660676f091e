package moves

import (
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// heading names what a page of a move is about, as seen from the community whose page it is.
func heading(l loc, h *here) string {
	m := h.move
	gone := m.State == db.MoveDone || m.State == db.MoveSwitched
	switch {
	case gone && h.group.ActorID != m.Group:
		return l.Text("This community came from elsewhere")
	case gone && (m.Side == db.MoveMerging || m.Into != 0):
		return l.Text("This community has become part of another one")
	case gone:
		return l.Text("This community has moved")
	case h.group.ActorID != m.Group:
		return l.Text("Another community wants to come into this one")
	case m.Side == db.MoveMerging || m.Into != 0:
		return l.Text("Going into another community")
	case m.Side == db.MoveArriving:
		return l.Text("A community wants to come here")
	}
	return l.Text("Moving to another server")
}

// state is where a move stands: a kind and a sentence.
func state(l loc, m *db.Move) (kind, stands string) {
	switch m.State {
	case db.MoveProposed:
		if m.Side == db.MoveLeaving {
			return "wait", l.Text("Proposed. An admin of this server countersigns next.")
		}
		return "wait", l.Text("Proposed. A facilitator of the community that is to take it in answers next.")
	case db.MoveAsked:
		if m.Side == db.MoveArriving {
			return "wait", l.Text("An admin of this server answers.")
		}
		return "wait", l.Text("The other server was asked. An admin there answers.")
	case db.MoveCopying:
		return "", l.Text("It is being copied. Everything goes on as before meanwhile.")
	case db.MoveReady:
		if m.SwitchAt.IsZero() {
			return "", l.Text("All is copied. The old home tells followers a week ahead.")
		}
		return "", l.Text("All is ready. It moves on %s.", l.Date(m.SwitchAt.Time))
	case db.MoveSwitched:
		return "go", l.Text("It has moved. Followers are told, and the last words are fetched.")
	case db.MoveDone:
		return "go", l.Text("It carries on at its new place. What was said stays readable at its old addresses, which lead on.")
	case db.MoveRefused:
		return "alert", l.Text("The other side said no.")
	}
	return "alert", l.Text("It was called off. Everything stays where it was.")
}

// waits says why a move waits, from the code of its last failure.
func waits(l loc, code string) string {
	switch code {
	case "host-away":
		return l.Text("The other server does not answer.")
	case "archive-closed":
		return l.Text("The other server does not let us read yet.")
	case "archive-malformed":
		return l.Text("The other server sent something that is not the archive that was agreed on.")
	case "handle-taken":
		return l.Text("The handle has been taken meanwhile.")
	case "no-link-back":
		return l.Text("The new place does not name the old one.")
	case "blocked-host":
		return l.Text("One of the two servers blocks the other.")
	case "move-not-trusted":
		return l.Text("The community does not trust that organisation any more.")
	}
	return l.Text("Something went wrong. The log of the server says more.")
}

// steps are the way from a proposal to its end.
func steps(l loc, m *db.Move) []views.MoveStep {
	list := []views.MoveStep{
		{Label: l.Text("Proposed"), At: m.CreatedAt.Time},
		{Label: l.Text("Both sides agree"), At: m.AgreedAt.Time},
	}
	if m.Side != db.MoveMerging {
		list = append(list, views.MoveStep{Label: l.Text("Copied"), At: m.CopiedAt.Time})
	}
	list = append(list, views.MoveStep{Label: l.Text("Moved"), At: m.SwitchedAt.Time})
	last := views.MoveStep{Label: l.Text("Everybody and everything there")}
	if m.State == db.MoveDone {
		last.At = m.EndedAt.Time
	}
	list = append(list, last)
	for i := range list {
		if list[i].At.IsZero() && m.Going() {
			list[i].Now = true
			break
		}
	}
	return list
}

// counts are what has come so far.
func counts(l loc, m *db.Move) []views.MoveCount {
	t := m.Tally
	var list []views.MoveCount
	add := func(label string, came, all int64) {
		if came > 0 || all > 0 {
			list = append(list, views.MoveCount{Label: label, Came: int(came), All: int(all)})
		}
	}
	add(l.Text("Posts"), t.Posts, t.AllPosts)
	add(l.Text("Members"), t.Members, t.AllMembers)
	add(l.Text("Followers"), t.Followers, 0)
	add(l.Text("Charter versions"), t.Charters, 0)
	add(l.Text("Log entries"), t.Log, 0)
	return list
}

// facts are the dates and terms beside a move.
func facts(l loc, m *db.Move) []ui.Choice {
	var list []ui.Choice
	if !m.SwitchAt.IsZero() && m.SwitchedAt.IsZero() {
		list = append(list, ui.Choice{Label: l.Text("Moves on"), Value: l.Date(m.SwitchAt.Time)})
	}
	if !m.SwitchedAt.IsZero() {
		list = append(list, ui.Choice{Label: l.Text("Moved on"), Value: l.Date(m.SwitchedAt.Time)})
	}
	if m.Tally.Trusted > 0 {
		list = append(list, ui.Choice{Label: l.Text("Posts by the word of the old home alone"), Value: l.Number(int(m.Tally.Trusted))})
	}
	return list
}

// along is what comes along.
func along(l loc, m *db.Move) []string {
	list := []string{l.Text("Discussions with all answers, under their addresses"), l.Text("Members, once each"), l.Text("Followers whose servers understand it"), l.Text("Bans and the log of moderators")}
	if m.Into == 0 && m.Side != db.MoveMerging {
		list = append(list, l.Text("Charter with its versions and signatures"), l.Text("Roles"))
	}
	return list
}

// behind is what does not.
func behind(l loc, m *db.Move) []string {
	list := []string{
		l.Text("Private messages to the facilitators"), l.Text("Pictures and files, which stay where they are"),
		l.Text("Followers on software that knows no moves: they read the notice"),
	}
	if m.Into != 0 || m.Side == db.MoveMerging {
		return append(list, l.Text("Its charter, settings and handle: those of the other one count"), l.Text("Roles: they are listed, to be asked for"))
	}
	return append(list, l.Text("Members who choose to stay behind"))
}

// whyLeft says why something did not come along.
func whyLeft(l loc, code string) string {
	switch code {
	case "chose-to-stay":
		return l.Text("Chose to stay behind.")
	case "stays":
		return l.Text("They stay where they were written.")
	case "may-not-follow":
		return l.Text("May not follow the new place.")
	case "open-to-more":
		return l.Text("More people read at the new place than read it before.")
	case "unknown-person":
		return l.Text("The person, or their server, is not known or blocked here.")
	case "gone-at-origin":
		return l.Text("Its author has deleted it.")
	case "author-elsewhere", "not-ours", "not-its-own":
		return l.Text("The old home said it was by somebody for whom it cannot speak.")
	case "answered-missing":
		return l.Text("What it answers did not come.")
	case "in-another-group":
		return l.Text("It stands in another community here.")
	case "role-to-ask":
		return l.Text("Held this role before: ask whether they want it here.")
	case "charter-of-its-own":
		return l.Text("The community that stays has its own charter.")
	case "list-of-its-own":
		return l.Text("The community that stays has its own list of organisations.")
	}
	return l.Text("It is private.")
}

// done says what an act did.
func done(l loc, act string) string {
	switch act {
	case "countersign":
		return l.Text("Countersigned. The other server is asked now.")
	case "agree":
		return l.Text("Agreed. It goes on by itself from here.")
	case "refuse":
		return l.Text("You said no. They are told.")
	case "switch":
		return l.Text("It has moved.")
	case "cancel":
		return l.Text("Called off.")
	case "resume":
		return l.Text("It is tried again now.")
	case "stay":
		return l.Text("You stay behind.")
	}
	return l.Text("You go along.")
}
