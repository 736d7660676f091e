package views

import "github.com/copse-social/copse/frontend/ui"

// samplesOpenness are the pages of who reads a community, and of what is opened to everybody.
func samplesOpenness() []sample {
	return []sample{
		{name: "openness-open", page: opennessOpen},
		{name: "openness", page: opennessFull, full: true},
		{name: "openness-change", page: opennessChange, full: true},
		{name: "openness-change-nobody", page: opennessNobody},
		{name: "release", page: releaseAsked, full: true},
		{name: "readers", page: readersFull},
		{name: "released", page: releasedReply, out: true},
		{name: "trust-asks-empty", page: trustAsksEmpty},
		{name: "trust-asks", page: trustAsksFull, full: true},
	}
}

func levelsHere() []ui.Choice {
	return []ui.Choice{{Value: "open", Label: "Everybody, on any server"}, {Value: "restricted", Label: "Members; anybody may ask to join", Chosen: true}}
}

func opennessOpen(s Shell) Page {
	s.Path, s.Title = "/c/waterquality/openness", "Openness and trust"
	return OpennessPage{Shell: s, CommunityHead: qualityHead(), Levels: levelsHere()}
}

func opennessFull(s Shell) Page {
	s.Path, s.Title = "/c/waterquality/openness", "Openness and trust"
	return OpennessPage{
		Shell: s, CommunityHead: qualityHead(), Levels: levelsHere(), Closed: true, Limits: true, Releases: true,
		Copies: []ui.Choice{{Value: "", Label: "As is usual here: yes", Chosen: true}, {Value: "no", Label: "No"}},
		Orgs: []TrustedOrg{
			{Org: ui.Org{Name: "Health agency", Mark: "HA", Hue: 2}, Host: "health.example", State: "confirmed", Members: 14, End: "/c/waterquality/openness/end?host=health.example"},
			{Org: ui.Org{Name: "Agriculture", Mark: "AG", Hue: 3}, Host: "agri.example", State: "invited", End: "/c/waterquality/openness/end?host=agri.example"},
			{Org: ui.Org{Name: "Roads", Mark: "RO", Hue: 4}, Host: "roads.example", State: "refused"},
			{Org: ui.Org{Name: "Old", Mark: "OL", Hue: 5}, Host: "a-rather-long-name.of-an-organisation.example", State: "ended", Since: clock.AddDate(0, -1, 0)},
			{Org: ui.Org{Name: "Social", Mark: "SO", Hue: 6}, Host: "social.example", Members: 3},
		},
		Held: []HeldServer{
			{Org: ui.Org{Name: "Social", Mark: "SO", Hue: 6}, Host: "social.example", People: []string{"@hugo@social.example", "@inge@social.example"}, Since: clock.AddDate(0, 0, -2), Times: 3, Posts: 12, Open: "/c/waterquality/openness/without?host=social.example"},
			{Org: ui.Org{Name: "Old", Mark: "OL", Hue: 5}, Host: "a-rather-long-name.of-an-organisation.example", People: []string{"@ana@a-rather-long-name.of-an-organisation.example"}, Since: clock.AddDate(0, 0, -1), Times: 1, Open: "/c/waterquality/openness/without?host=a"},
		},
		Host:     ui.Answer{Value: "nowhere.example", Error: "No server of this name answers."},
		Released: []ReleasedLine{{Title: "Chlorine residual drops to zero", By: "Binh Tran", At: clock.AddDate(0, 0, -3), Open: "/p/12", Back: "/p/12/release"}},
	}
}

func opennessChange(s Shell) Page {
	s.Path, s.Title = "/c/waterquality/openness/change?level=private", "What it would do"
	return OpennessChange{
		Shell: s, CommunityHead: qualityHead(), Level: "private", From: Open, To: Private, Stay: 41, Go: 23,
		Consequence: []string{"The 12 discussions so far are shown to members alone from now on.", "What was public was sent to other servers and may have been saved; those copies remain."},
		Going: []GoingPerson{
			{Person: ui.Person{Name: "Farid Rahmani", Initials: "FR", Handle: "@farid@social.example"}, Why: "Their server’s software does not promise to keep posts among members"},
			{Person: ui.Person{Name: "Hugo", Initials: "H", Handle: "@hugo@social.example"}, Why: "Follows, and is no member"},
		},
	}
}

func opennessNobody(s Shell) Page {
	s.Path, s.Title = "/c/waterquality/openness/change?level=open", "What it would do"
	return OpennessChange{Shell: s, CommunityHead: qualityHead(), Level: "open", From: Restricted, To: Open, Stay: 1, Consequence: []string{"Whoever follows from now on gets everything without asking."}}
}

func releaseAsked(s Shell) Page {
	s.Path, s.Title = "/p/12/release", "May everybody read this?"
	return ReleasePage{
		Shell: s, Trail: []ui.Link{{Label: "Water Quality", URL: "/c/waterquality"}, {Label: "Open to everybody"}}, Heading: s.Title, Action: "/p/12/release", Back: "/p/12",
		Explain: []string{"The community would like to open this text of yours to everybody.", "Only this text is opened, with the name of its author."},
		Quote:   Quote{By: ui.Person{Name: "Binh Tran", Initials: "BT", Handle: "@binh@health.example"}, At: clock, Title: "Chlorine residual", Excerpt: "It drops to zero at the last tap.", Lang: "en"},
		Acts:    []ReleaseAct{{Value: "yes", Label: "I agree", First: true}, {Value: "no", Label: "No"}, {Value: "back", Label: "Take back", Danger: true}},
	}
}

func releasedReply(s Shell) Page {
	s.Path, s.Title = "/p/13", "Open the vents."
	return Released{
		Shell: s, Community: ui.Link{Label: "Water Quality", URL: "/c/waterquality"}, Openness: Restricted, Heading: "Open the vents.", Reply: true, At: clock,
		By: ui.Person{Name: "Binh Tran", Initials: "BT", Handle: "@binh@health.example"}, Body: "<p>Open the vents, then wait ten minutes.</p>", Lang: "en", Join: "/c/waterquality/join",
		Files: []ui.File{{Kind: "image", Name: "Vents at the back of the fridge", URL: "https://media.example/vents.png", Size: 48_000}, {Name: "Checklist", URL: "https://media.example/list.pdf", Size: 120_000}},
	}
}

func trustAsksEmpty(s Shell) Page {
	s.Path, s.Title = "/admin/trust", "Communities that trust us"
	return TrustAsks{Shell: s}
}

func trustAsksFull(s Shell) Page {
	s.Path, s.Title = "/admin/trust", "Communities that trust us"
	row := func(state, answer string) TrustAsk {
		return TrustAsk{
			Person: ui.Person{Name: "Cold chain " + state, Initials: "CC", Handle: "@coldchain@rco.example"}, Org: ui.Org{Name: "RCO", Mark: "RC", Hue: 1},
			Page: "/c/coldchain@rco.example", State: state, Asked: clock, Members: 2, Answer: answer,
		}
	}
	return TrustAsks{Shell: s, Rows: []TrustAsk{row("invited", "/admin/trust/1"), row("confirmed", "/admin/trust/2"), row("ended", "")}}
}

func readersFull(s Shell) Page {
	s.Path, s.Title = "/c/waterquality/readers", "Who reads what"
	return Readers{
		Shell: s, CommunityHead: qualityHead(), Releases: true,
		Rows: []ReaderLine{
			{What: "Its page and its charter", Who: "Everybody"},
			{What: "Discussions and answers", Who: "Members, on any server"},
			{What: "Who keeps copies", Who: "Servers of its members that promise to keep them among members"},
		},
		Released: []ReleasedLine{
			{Title: "Chlorine residual drops to zero", By: "Binh Tran", At: clock.AddDate(0, 0, -3), Open: "/p/12", Back: "/p/12/release"},
			{Title: "Open the vents.", By: "Esi Mensah", At: clock.AddDate(0, 0, -9), Open: "/p/13"},
		},
	}
}
