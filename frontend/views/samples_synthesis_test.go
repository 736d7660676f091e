package views

import (
	"time"

	"github.com/copse-social/copse/frontend/ui"
)

func synthesisSamples() []sample {
	return []sample{
		{name: "synthesis-empty", page: synthesisEmpty},
		{name: "synthesis", page: synthesisFull, full: true},
		{name: "synthesis-look-empty", page: lookEmpty},
		{name: "synthesis-look", page: lookFull, full: true},
	}
}

func synthesisEmpty(s Shell) Page {
	s.Path, s.Title = "/d/42/synthesis", "Consolidated reply"
	return Synthesis{
		Shell: s, Action: "/d/42/synthesis", State: "info", Stands: "Draft", Most: 120,
		Title: ui.Field{Name: "title", Label: "Title", Max: 200},
		Short: Passage{Key: "short", Heading: "Short answer", Text: ui.Field{Name: "t-short", Label: "Short answer", Max: 60_000}},
		Rows:  []TableRow{{}},
	}
}

func synthesisFull(s Shell) Page {
	p, _ := synthesisEmpty(s).(Synthesis)
	p.Trail = []ui.Link{{Label: "Water Quality in Health Facilities", URL: "/c/waterquality"}, {Label: "Chlorine residual drops to zero", URL: "/d/42"}, {Label: "Summarising"}}
	p.Preview, p.Due, p.Editors, p.Saved = "/d/42/synthesis/look", "due Fri 27 Nov", "Farid Rahimi edits too", clock.Add(-time.Hour)
	p.Error, p.MayShow, p.Reach = "One part has two texts.", true, "Contributors get 48 hours to object. It then goes to 14 servers."
	places := func(chosen string) []ui.Choice {
		list := []ui.Choice{{Label: "Not used yet"}, {Value: "t1", Label: "1 Heat and light"}, {Value: "out", Label: "Leave out"}}
		for i := range list {
			list[i].Chosen = list[i].Value == chosen
		}
		return list
	}
	p.Slips = []Slip{
		{Number: 1, By: farid, Kind: "Experience", Said: "If it is gone at the outlet the tank is eating it.", URL: "/d/42#p7", Places: places("t1")},
		{Number: 2, By: jonas, Kind: "Advice", Said: "Measure demand over 30 minutes in a bucket.", URL: "/d/42#p8", Places: places("")},
		{
			Number: 3, By: leila, Kind: "Resource", Said: "Page 6 of the safety plan.", URL: "/d/42#p9", Late: true, Places: places("out"),
			Reason: ui.Field{Name: "why-3", Label: "Why it is left out", Max: 200, Value: "Duplicate", Error: "Say why."},
		},
	}
	p.Title.Value, p.Words = "Keeping chlorine in rooftop tanks until it reaches the ward", 71
	p.Short.Text.Value, p.Short.Text.Hint, p.Short.Text.Error = "The tank is eating the chlorine [1].", "71 of 120 words.", "It has more than 120 words."
	p.Themes = []Passage{{
		Key: "t1", Heading: "Theme 1", Name: &ui.Field{Name: "n-t1", Label: "Name of theme 1", Value: "Heat and light", Max: 200},
		Text:  ui.Field{Name: "t-t1", Label: "Text of theme 1", Value: "A tank at 38 °C loses residual about twice as fast [1].", Max: 60_000},
		Draws: []ui.Link{{Label: "1 Farid Rahimi", URL: "#r1"}}, Said: []Said{{By: "1 Farid Rahimi", Text: "If it is gone at the outlet the tank is eating it."}},
		Bare: []string{"Mats cost 40 dollars."}, Clash: &PassageClash{By: "Farid Rahimi", Text: "A tank in the sun loses it twice as fast [1]."},
		Here: "Farid Rahimi is at this part",
		Objected: []Objected{
			{ID: 9, By: jonas, At: clock, Quote: "twice as fast", Text: "It was three times."},
			{ID: 10, By: leila, At: clock, Text: "Fine otherwise.", Answer: "Corrected", Settled: true},
		},
	}}
	p.Rows = []TableRow{{"Limba North", "Lids, mats, clean", "0.1 to 0.4", "[1]"}, {}}
	p.Rest = []Passage{{Key: "resources", Heading: "Resources", Text: ui.Field{Name: "t-resources", Label: "Resources", Max: 60_000}}}
	p.Sections = []SynthesisPart{{Label: "The question", Done: true}, {Label: "Resources", Word: "to write"}}
	p.Objected = []Objected{{ID: 11, By: grace, At: clock, Text: "Please name the cost."}}
	return p
}

func lookEmpty(s Shell) Page {
	s.Path, s.Title = "/d/42/synthesis/look", "Consolidated reply"
	return SynthesisLook{Shell: s, Heading: "Keeping chlorine in rooftop tanks", Back: "/d/42/synthesis"}
}

func lookFull(s Shell) Page {
	p, _ := lookEmpty(s).(SynthesisLook)
	p.Trail = []ui.Link{{Label: "Chlorine residual drops to zero", URL: "/d/42"}, {Label: "Summarising"}}
	p.Until, p.Object, p.Error = clock.Add(40*time.Hour), "/d/42/synthesis/object", "Say what is wrong."
	p.Parts = []LookPart{{Key: "short", Heading: "Short answer", Body: "<p>The tank is eating the chlorine.</p>"}}
	p.Objected = []Objected{{ID: 9, By: jonas, At: clock, Quote: "twice", Text: "It was three times.", Answer: "Corrected", Settled: true}}
	p.Wrong = ui.Field{Name: "text", Label: "What is wrong, and what should stand there", Max: 2000, Error: "Say what is wrong."}
	return p
}
