package views

import (
	"time"

	"github.com/copse-social/copse/frontend/ui"
)

func moveSamples() []sample {
	return []sample{
		{name: "move-form", page: moveForm},
		{name: "move-form-back", page: moveFormBack, full: true},
		{name: "move-gone", page: moveGone, out: true},
		{name: "move", page: moveFull, full: true},
		{name: "moves-empty", page: func(s Shell) Page { s.Path, s.Title = "/moves", "Moves"; return Moves{Shell: s} }},
		{name: "moves", page: movesFull, full: true},
	}
}

func movedHead() CommunityHead {
	return CommunityHead{Name: "Water Quality in Health Facilities", Handle: "waterquality", Address: "@waterquality@wash.example", Org: wash, Members: 84, Followers: 213, MayManage: true}
}

func moveForm(s Shell) Page {
	s.Path, s.Title = "/c/waterquality/move", "Move"
	return MoveForm{
		Shell: s, CommunityHead: movedHead(),
		Fields: []ui.Field{{Name: "host", Label: "Server", Code: true}},
		Why:    ui.Field{Name: "why", Label: "How it was decided"},
		Goes:   []string{"Members, once each"}, Stays: []string{"Private messages to the facilitators"},
	}
}

func moveFormBack(s Shell) Page {
	p, _ := moveForm(s).(MoveForm)
	p.Into = true
	p.Fields[0].Value, p.Fields[0].Error = "@nothing@wash.example", "No community that can take this one in was found under this name."
	return p
}

func moveGone(s Shell) Page {
	s.Path, s.Title = "/c/waterquality/move", "Move"
	h := movedHead()
	h.MayManage = false
	return Move{
		Shell: s, CommunityHead: h, Heading: "This community has moved", Kind: "go",
		Stands: "It carries on at its new place. What was said stays readable at its old addresses, which lead on.",
		From:   ui.Link{Label: "@waterquality@wash.example"}, To: ui.Link{Label: "@waterquality@health.example", URL: "/c/waterquality@health.example"},
		Facts: []ui.Choice{{Label: "Moved on", Value: "12 November"}},
	}
}

func moveFull(s Shell) Page {
	s.Path, s.Title = "/c/waterquality/move", "Move"
	return Move{
		Shell: s, CommunityHead: movedHead(), Heading: "Moving to another server", Kind: "wait",
		Stands: "It is being copied. Everything goes on as before meanwhile.", Waits: "The other server does not answer.", Next: clock.Add(time.Hour), Again: true,
		From: ui.Link{Label: "@waterquality@wash.example"}, To: ui.Link{Label: "@waterquality@health.example", URL: "/c/waterquality@health.example"},
		Why: "The core group decided on 3 May that the programme goes to the country office, and the members agreed on 10 May.",
		Steps: []MoveStep{
			{Label: "Proposed", At: clock.Add(-48 * time.Hour)},
			{Label: "Both sides agree", At: clock.Add(-24 * time.Hour)},
			{Label: "Copied", Now: true},
			{Label: "Moved"},
			{Label: "Everybody and everything there"},
		},
		Counts: []MoveCount{{Label: "Posts", Came: 1240, All: 3100}, {Label: "Members", Came: 84, All: 84}, {Label: "Followers", Came: 213}},
		Acts: []MoveAct{
			{Act: "cancel", Label: "Call it off", Class: "danger", Hint: "Nothing has been told to followers yet but the notice. What was copied is deleted there."},
			{Act: "resume", Label: "Try again now"},
			{Act: "agree", Label: "Take it in", Class: "primary", Fields: []ui.Field{{Name: "handle", Label: "Handle here", Value: "waterquality", Code: true, Error: "This handle is taken. Choose another."}}},
		},
		Goes: []string{"Discussions with all answers, under their addresses", "Members, once each"}, Stays: []string{"Private messages to the facilitators"},
		Left: []MoveLeft{{What: "@nobody@gone.example", URL: "/u/nobody@gone.example", Why: "Chose to stay behind."}, {What: "https://gone.example/posts/1", Why: "Its author has deleted it."}},
		More: 3, Facts: []ui.Choice{{Label: "Moves on", Value: "27 November"}},
	}
}

func movesFull(s Shell) Page {
	s.Path, s.Title = "/moves", "Moves"
	return Moves{Shell: s, Admin: true, Rows: []MoveRow{
		{Name: "Water Quality in Health Facilities", URL: "/c/waterquality/move", From: "@waterquality@wash.example", To: "@waterquality@health.example", Kind: "wait", Stands: "It is being copied. Everything goes on as before meanwhile.", At: clock},
		{Name: "Tank Builders", URL: "/c/tanks/move", From: "@tanks@wash.example", To: "@waterquality@wash.example", Kind: "go", Stands: "It has moved.", At: clock.Add(-72 * time.Hour)},
		{Name: "Pumps", URL: "/c/pumps@agri.example/move", From: "@pumps@agri.example", To: "@pumps@wash.example", Stands: "All is copied.", At: clock.Add(-96 * time.Hour)},
	}}
}
