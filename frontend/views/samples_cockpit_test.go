package views

import (
	"time"

	"github.com/copse-social/copse/frontend/ui"
)

// cockpitSamples are what waits, empty and full, for one of ours and for a guest, and the guest's way in.
func cockpitSamples() []sample {
	return []sample{
		{name: "cockpit-empty", page: func(s Shell) Page { return Cockpit{Shell: s} }},
		{name: "cockpit", page: cockpitFull, full: true},
		{name: "cockpit-off", page: func(s Shell) Page { return Cockpit{Shell: s, Off: true, Kind: "answer"} }},
		{name: "guest", page: func(s Shell) Page { return GuestSignIn{Shell: s} }, out: true},
		{name: "guest-asked", page: func(s Shell) Page { return GuestSignIn{Shell: s, Asked: true} }, out: true},
		{name: "guest-enter", page: func(s Shell) Page {
			return GuestSignIn{Shell: s, Enter: "/guest/ABCDEF", As: ui.Link{Label: "@binh@health.example"}}
		}, out: true, full: true},
		{name: "guest-no", page: func(s Shell) Page {
			return GuestSignIn{Shell: s, No: "This link was used.", Who: ui.Answer{Value: "binh", Error: "Write it with the name of your server."}}
		}, out: true},
	}
}

func cockpitFull(s Shell) Page {
	holders := []ui.Choice{{Value: "amina", Label: "Amina Diallo", Chosen: true}, {Value: "binh@health.example", Label: "Binh Tran"}}
	return Cockpit{
		Shell: s, Of: ui.Link{Label: "Water Quality in Health Facilities", URL: "/c/waterquality"}, All: 120, Older: "/c/waterquality/cockpit?kind=answer&after=1-2",
		Holders: []ui.Person{{Name: "Amina Diallo", Initials: "AD", Handle: "@amina@copse.test", URL: "/u/amina"}},
		Guest:   &CockpitGuest{Person: ui.Person{Name: "Binh Tran", Handle: "@binh@health.example"}, Until: clock.Add(time.Hour), Browsers: 2},
		Pulse:   []Pulse{{Name: "First answer", Figure: "19 hours, median"}},
		Sections: []DutySection{
			{Kind: "answer", Heading: "Answer", Hint: "No useful response yet", Count: "100+", All: "/c/waterquality/cockpit?kind=answer", Rows: []DutyRow{
				{
					ID: "answer-7", Path: "/c/waterquality/cockpit/answer/7", Age: "3 d", AgeKind: "late", Title: "Handwashing stations freeze in July. What do you use?", URL: "/d/7",
					Meta: []string{"Elif Kaya", "could help: Hana Tesfaye"}, Assignee: "Binh Tran", Holders: holders, Links: []ui.Link{{Label: "Answer", URL: "/d/7"}},
					Acts: []ui.Choice{{Value: "nudge", Label: "Ask them"}}, Home: ui.Link{Label: "Answer at home", URL: "https://health.example/authorize_interaction?uri=x"},
				},
				{
					ID: "answer-8", Path: "/c/waterquality/cockpit/answer/8", Age: "1 d", AgeKind: "soon", Title: "Supplier for comparator discs", URL: "/d/8", Place: "Water",
					Unsorted: []Unsorted{{ID: "81", By: "Hugo", Text: "same here, please share"}}, Off: clock.Add(48 * time.Hour),
				},
			}},
			{Kind: "welcome", Heading: "Welcome", Hint: "Aim: within three days, by a person", Count: "2", Rows: []DutyRow{
				{ID: "welcome-9", Path: "/c/waterquality/cockpit/welcome/9", Age: "2 d", Title: "Nadia Petrova", URL: "/u/nadia", Write: &WriteTo{
					Label: "Write to Nadia Petrova", Draft: "Welcome to Water, Nadia.", Button: "Send the welcome", Do: "welcome", Hint: "Nothing is sent that you do not send.", Open: true, Error: "Write something.",
				}},
			}},
		},
	}
}
