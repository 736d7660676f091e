package views

import (
	"time"

	"github.com/copse-social/copse/frontend/ui"
)

// talkSamples are the pages where people find, begin and settle talk.
func talkSamples() []sample {
	return []sample{
		{name: "unsettled", page: unsettled, out: true},
		{name: "communities-empty", page: communitiesEmpty},
		{name: "communities-out", page: communitiesFull, out: true},
		{name: "communities", page: communitiesFull, full: true},
		{name: "cop-closed", page: copClosed},
		{name: "cop-lemmy", page: copLemmy, full: true},
		{name: "compose-empty", page: composeEmpty},
		{name: "compose", page: composeFull, full: true},
		{name: "compose-refused", page: composeRefused},
		{name: "edit", page: editFull, full: true},
		{name: "confirm-pin", page: confirmPin, full: true},
		{name: "confirm-nowhere", page: confirmNowhere, full: true},
		{name: "confirm-remove", page: confirmRemove, full: true},
		{name: "message", page: messageFull, full: true},
		{name: "discussion-states", page: discussionStates, full: true},
	}
}

func unsettled(s Shell) Page {
	s.Path, s.Title = "/", s.Text("Set up this server")
	return Unsettled{Shell: s}
}

func communitiesEmpty(s Shell) Page {
	s.Path, s.Title, s.Tab = "/communities", s.Text("Communities"), Communities
	return CommunityList{Shell: s}
}

func communitiesFull(s Shell) Page {
	s.Path, s.Title, s.Tab = "/communities", s.Text("Communities"), Communities
	all := landingFull(s).(Landing).Communities
	return CommunityList{
		Shell: s, Here: all[:3], MoreHere: "/communities?after=night",
		There: append(all[3:], CommunityRow{
			Name: "Borehole repair", Handle: "boreholes@lemmy.example", Host: "lemmy.example", Org: ui.Org{Name: "lemmy.example", Mark: "LE", Hue: 6},
			Followers: 4120, Talk: 12,
		}),
		MoreThere: "/communities?before=abc.def#there",
		Open:      ui.Answer{Value: "@watr@health.example", Error: "Nothing was found there. Check the address; the server may also be away."},
	}
}

func copClosed(s Shell) Page {
	p := copEmpty(s).(Cop)
	p.Openness, p.Closed, p.Joinable, p.Error = Restricted, true, true, "Only members can do this here."
	return p
}

func copLemmy(s Shell) Page {
	s.Path, s.Title = "/c/boreholes@lemmy.example", "Borehole repair"
	return Cop{
		Shell: s, Name: "Borehole repair", Handle: "boreholes@lemmy.example", Address: "@boreholes@lemmy.example",
		Org: ui.Org{Name: "lemmy.example", Mark: "LE", Hue: 6}, Followers: 4120, Standing: Following, Pending: true, Archived: true, Talk: rows()[:1],
		Remote: &Remote{
			Host: "lemmy.example", URL: "https://lemmy.example/c/boreholes",
			Kept: Kept{Posts: 12, Since: clock.AddDate(0, 0, -2), Readers: 1, There: 4120},
			Note: "Older posts are being fetched from lemmy.example, a few at a time. What has come can be read now.",
		},
	}
}

func composeEmpty(s Shell) Page {
	s.Path, s.Title = "/c/night/new", s.Text("Start a discussion")
	return Compose{
		Shell: s, Heading: s.Title, Trail: []ui.Link{{Label: "Night shift", URL: "/c/night"}, {Label: "New"}}, Action: "/c/night/new",
		Subject: &ui.Answer{}, MaxTitle: 200, MaxText: 50000, DraftKey: "discussion:4:9", Submit: "Start the discussion", Cancel: "/c/night",
	}
}

func composeFull(s Shell) Page {
	s.Path, s.Title = "/c/waterquality/new", s.Text("Start a discussion")
	here := "<p>Three of five hospitals lost tank lids last year, always to cover something else. Oru chains them with 40 cm of chain.</p><p>Before the rains: <strong>who chains, with what, and what did it cost?</strong></p>"
	return Compose{
		Shell: s, Heading: s.Title, Trail: []ui.Link{{Label: "Water Quality in Health Facilities", URL: "/c/waterquality"}, {Label: "New"}},
		Action: "/c/waterquality/new", MaySave: true, Cancel: "/c/waterquality", Drafts: 2,
		Subject: &ui.Answer{Value: "Li", Error: "Give it a title of at least three letters."}, MaxTitle: 200,
		Body:    ui.Answer{Value: "Three of five hospitals lost tank lids last year.", Error: "The text holds characters that cannot be kept."},
		MaxText: 50000, DraftKey: "discussion:4:9", Restored: clock.Add(-20 * time.Minute),
		Languages: []ui.Choice{{Value: "en", Label: "English", Chosen: true}, {Value: "ar", Label: "العربية"}},
		Audiences: []Audience{
			{Value: "everyone", Label: "Everyone", Note: "A public page. Members, followers, and whoever finds it.", People: 353, Hosts: 14, Chosen: true},
			{Value: "facilitators", Label: "Only the facilitators", Note: "Goes nowhere else.", People: 2, Hosts: 1},
		},
		Submit: "Start for 353 people", Error: "Not sent. The connection broke.", Waits: "health.example takes it first and passes it on.",
		Preview: &Preview{
			Heading: "Lids before the rains: who chains them?", Here: ui.HTML(here),
			Client: ui.HTML("<p><strong>Lids before the rains: who chains them?</strong></p>" + here + `<p>via <a href="https://wash.example/c/waterquality">@waterquality@wash.example</a></p>`),
			Author: thandiwe, By: "Water Quality in Health Facilities",
		},
	}
}

func composeRefused(s Shell) Page {
	p := composeEmpty(s).(Compose)
	p.Refusal = "Only members start discussions here. Join the community first; answers are welcome from everybody."
	return p
}

func editFull(s Shell) Page {
	p := composeFull(s).(Compose)
	p.Heading, p.Action, p.Cancel, p.Submit = s.Text("Change what you wrote"), "/p/12/edit", "/p/12", s.Text("Save the change")
	p.Subject, p.Audiences, p.MaySave, p.Drafts, p.Preview = nil, nil, false, 0, nil
	return p
}

func confirmPin(s Shell) Page {
	s.Path, s.Title = "/p/7/pin", "Pin this discussion?"
	return Confirm{
		Shell: s, Trail: []ui.Link{{Label: "Water Quality in Health Facilities", URL: "/c/waterquality"}, {Label: "Pin"}}, Heading: s.Title,
		Explain: "It stands first in the community, here and on other servers, until somebody unpins it.",
		Quote:   &Quote{By: ruben, At: clock.AddDate(0, 0, -4), Title: rows()[0].Title, Excerpt: "From 1 January every facility above 20 beds sends one sheet a month.", Lang: "en"},
		Action:  "/p/7/pin?on=1", Submit: "Pin", Back: "/p/7",
	}
}

func confirmRemove(s Shell) Page {
	s.Path, s.Title = "/p/22/remove", "Remove this reply from the community?"
	return Confirm{
		Shell: s, Trail: []ui.Link{{Label: "Water Quality in Health Facilities", URL: "/c/waterquality"}, {Label: "Remove"}}, Heading: s.Title,
		Explain: "A line with your name and the reason stays in its place; answers below it stay.",
		Quote:   &Quote{By: jonas, At: clock.AddDate(0, 0, -4), Excerpt: "Buy our filters."},
		Reason:  &ui.Field{Name: "reason", Label: "Reason", Hint: "Everybody who reads here sees it. May stay empty.", Optional: true, Max: 300},
		Action:  "/p/22/remove", Submit: "Remove", Danger: true, Back: "/p/22", Error: "Only facilitators and moderators of this community can do this.",
	}
}

func confirmNowhere(s Shell) Page {
	p := confirmPin(s).(Confirm)
	p.Heading, p.Submit, p.Explain = "Move this discussion?", "", "You look after no other community here that everybody reads."
	return p
}

func messageFull(s Shell) Page {
	s.Path, s.Title = "/p/40", "Somebody sells filters in the thread on lids"
	return Message{
		Shell: s, Trail: []ui.Link{{Label: "Water Quality in Health Facilities", URL: "/c/waterquality"}, {Label: "Private message"}},
		Post: ui.Reply{ID: "40", Author: grace, At: clock.Add(-time.Hour), Body: "<p>Could you look at it?</p>", Lang: "en"},
		To:   "Only its author and the facilitators see this", About: ui.Link{Label: "Which lids stay on?", URL: "/p/11"},
		Composer: &ui.Composer{Action: "/d/40/replies", Label: "Your reply", Submit: "Reply", DraftKey: "reply:40:9", Audiences: []ui.Choice{{Value: "named", Label: "Only you two"}}},
	}
}

// discussionStates is a discussion with posts that others don't see as they stand.
func discussionStates(s Shell) Page {
	p := discussionFull(s).(Discussion)
	p.Composer, p.Refusal, p.Unsent = nil, "Only members answer here. Join the community first.", "What I wanted to say."
	p.Replies[0].Note = &ui.Note{Kind: "wait", Icon: "shield", Text: "Waits for you. Nobody else sees it yet.", Act: ui.Link{Label: "Decide", URL: "/reports"}}
	p.Replies[1].Note = &ui.Note{Kind: "alert", Icon: "block", Text: "The community did not take this. Only you see it."}
	p.Replies[3].Gone.Restore = "/p/22/restore"
	p.Opening.Note = &ui.Note{Kind: "wait", Icon: "peer", Text: "On its way to the community’s own server."}
	return p
}
