package views

import (
	"slices"
	"time"

	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
)

// sample is a page as the tests render it. Empty pages have only what is
// required; full ones everything at once.
type sample struct {
	name string
	page func(s Shell) Page
	full bool
	out  bool // read signed out
}

// samples is the list every page of the package belongs to.
func samples() []sample {
	return slices.Concat(talkSamples(), samplesDesk(), moveSamples(), samplesOpenness(), artifactSamples(), synthesisSamples(), cockpitSamples(), []sample{
		{name: "landing-empty", page: landingEmpty, out: true},
		{name: "landing", page: landingFull, out: true, full: true},
		{name: "sign-in", page: signInEmpty, out: true},
		{name: "sign-in-failed", page: signInFull, out: true, full: true},
		{name: "setup", page: setupEmpty, out: true},
		{name: "setup-failed", page: setupFull, out: true, full: true},
		{name: "error-404", page: problem(Problem{Status: 404}), out: true},
		{name: "error-404-near", page: problem(Problem{Status: 404, RequestID: "8QK-2M7", Words: "cleaning rooftop tanks", Near: []ui.Link{{Label: "Water Quality in Health Facilities", URL: "/c/waterquality"}}}), out: true, full: true},
		{name: "error-403", page: problem(Problem{Status: 403})},
		{name: "error-413", page: problem(Problem{Status: 413, Largest: 25 << 20})},
		{name: "error-429", page: problem(Problem{Status: 429, Retry: 20 * time.Second})},
		{name: "error-500", page: problem(Problem{Status: 500, RequestID: "8QK-2M7"}), out: true},
		{name: "error-500-admin", page: problem(Problem{Status: 500, RequestID: "8QK-2M7", Kept: true, Detail: "POST /d/7/replies\ndatabase is locked"}), full: true},
		{name: "error-503", page: problem(Problem{Status: 503, Retry: time.Second}), out: true},
		{name: "demo-start", page: demoEmpty, out: true},
		{name: "demo-start-running", page: demoFull, out: true, full: true},
		{name: "home-empty", page: homeEmpty},
		{name: "home", page: homeFull, full: true},
		{name: "cop-empty", page: copEmpty},
		{name: "cop-out", page: copOut, out: true},
		{name: "cop", page: copFull, full: true},
		{name: "cop-remote", page: copRemote, full: true},
		{name: "discussion-empty", page: discussionEmpty},
		{name: "discussion-out", page: discussionFull, out: true},
		{name: "discussion", page: discussionFull, full: true},
		{name: "discussion-locked", page: discussionLocked, full: true},
	})
}

var (
	tavara = time.FixedZone("", 3*3600)
	// clock is the today of all samples.
	clock = time.Date(2026, 11, 20, 14, 10, 0, 0, tavara)

	wash       = ui.Org{Name: "WASH Alliance", Mark: "WA", Hue: 1}
	health     = ui.Org{Name: "Health Country Office", Mark: "HC", Hue: 2}
	ministry   = ui.Org{Name: "Ministry of Water", Mark: "MW", Hue: 3}
	clearwell  = ui.Org{Name: "Clearwell", Mark: "CW", Hue: 4}
	university = ui.Org{Name: "Tavara University", Mark: "TU", Hue: 5}

	thandiwe = person("Thandiwe Mokoena", "TM", "thandiwe", wash)
	ruben    = person("Ruben Castellanos", "RC", "ruben@ministry.example", ministry)
	leila    = person("Dr Leila Haddad", "LH", "leila@health.example", health)
	grace    = person("Grace Atieno", "GA", "grace@ministry.example", ministry)
	farid    = person("Farid Rahimi", "FR", "farid", wash)
	elif     = person("Elif Kaya", "EK", "elif@clearwell.example", clearwell)
	jonas    = person("Jonas Lindqvist", "JL", "jonas@social.example", university)
)

func person(name, initials, handle string, org ui.Org) ui.Person {
	return ui.Person{Name: name, Initials: initials, Handle: "@" + handle, URL: "/u/" + handle, Org: org, Place: org.Name}
}

// signedOut is the frame a stranger sees.
func signedOut(lang string) Shell {
	return Shell{
		Loc:      locales.New(lang, tavara, clock),
		Instance: Instance{Org: wash, Host: "wash.example"},
		Path:     "/somewhere",
	}
}

// signedIn is the frame of a facilitator and admin with something everywhere.
func signedIn(lang string) Shell {
	s := signedOut(lang)
	s.Instance.Contact = "admin@wash.example"
	s.Viewer = &Viewer{
		Person: thandiwe, Admin: true, Facilitates: true, Unread: 4, Drafts: 2, Reports: 1,
		Communities: []NavCommunity{
			{Name: "Water Quality in Health Facilities", Handle: "waterquality", Org: wash, Unread: 6, MayPost: true},
			{Name: "Cholera Preparedness", Handle: "cholera@health.example", Org: health, Unread: 2, MayPost: true},
			{Name: "District Data Officers", Handle: "data@ministry.example", Org: ministry},
		},
	}
	return s
}

// newcomer is the frame of somebody who just joined.
func newcomer(lang string) Shell {
	s := signedOut(lang)
	s.Viewer = &Viewer{Person: farid}
	return s
}

func landingEmpty(s Shell) Page { return Landing{Shell: s} }

func landingFull(s Shell) Page {
	s.Instance.Contact = "admin@wash.example"
	s.Head = Head{
		Canonical: "https://wash.example/", Feed: "/feed.atom", AltAP: "https://wash.example/actor",
		Graph: &OpenGraph{Title: "WASH Alliance", Description: "Communities of practice", URL: "https://wash.example/", SiteName: "WASH Alliance", Image: "https://wash.example/i.png", Creator: "@thandiwe@wash.example", PublishedTime: clock},
	}
	return Landing{
		Shell:  s,
		About:  "WASH Alliance hosts three communities of practice for people who keep water safe in Tavara, and takes part in others.",
		Latest: rows()[:2],
		Communities: []CommunityRow{
			{Name: "Water Quality in Health Facilities", Handle: "waterquality", Tagline: "Keeping water safe from the source to the bedside where power, pressure and staff come and go.", Org: wash, Members: 142, Orgs: 9, Talk: 64},
			{Name: "Sanitation in Rented Housing", Handle: "sanitation", Tagline: "Latrines nobody owns: who empties, who pays, what landlords accept.", Org: wash, Members: 41, Orgs: 4, Talk: 1, Openness: Restricted},
			{Name: "Night shift", Handle: "night", Org: wash, Members: 1, Orgs: 1, Openness: Private},
			{Name: "Cholera Preparedness", Handle: "cholera@health.example", Host: "health.example", Tagline: "What has to be in place before the first case.", Org: health, Members: 1203, Orgs: 12, Talk: 54, Openness: Confidential},
		},
	}
}

func rows() []DiscussionRow {
	return []DiscussionRow{
		{ID: "7", Title: "New national guideline asks for monthly residual logs from January", Author: ruben, Excerpt: "“Who already keeps a log that a nurse can fill in under a minute?”", Replies: 14, New: 3, Last: clock.Add(-4 * time.Hour), Pinned: true, From: ui.Origin{Door: ui.ByPeer, From: "ministry.example"}},
		{ID: "8", Title: "I am Nadia, new in Kessan, and I look after nine borehole pumps", Author: elif, Replies: 1, Last: clock.Add(-26 * time.Hour), Lang: "en"},
		{ID: "9", Title: "Photometer or comparator? We ran both for a month", Author: farid, Replies: 22, Last: clock.AddDate(0, 0, -9), Locked: true, Community: ui.Link{Label: "Water Quality", URL: "/c/waterquality"}, Org: wash},
		{ID: "10", Title: "Case definition for the weekly sheet", Author: leila, Replies: 12, There: 14, Last: clock.AddDate(-1, 0, 0)},
		{ID: "11", Title: "Which lids stay on?", Author: grace, Last: clock},
	}
}

func signInEmpty(s Shell) Page {
	s.Path, s.Title = "/sign-in", s.Text("Sign in")
	return SignIn{Shell: s}
}

func signInFull(s Shell) Page {
	s.Path, s.Title = "/sign-in", s.Text("Sign in")
	return SignIn{
		Shell: s, Login: "grace@limba", Back: "/d/7", Contact: "admin@wash.example",
		Error: s.Text("The two do not fit together. Check both and try again."),
		Ways:  []ui.Link{{Label: "Continue with your WASH Alliance account", URL: "/sign-in/oidc"}},
	}
}
