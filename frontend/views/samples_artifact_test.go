package views

import "github.com/copse-social/copse/frontend/ui"

func artifactSamples() []sample {
	return []sample{
		{name: "library-empty", page: func(s Shell) Page {
			s.Path, s.Title = "/c/waterquality/library", "Practice"
			return Library{Shell: s, CommunityHead: movedHead()}
		}},
		{name: "library", page: libraryFull, full: true},
		{name: "artifact", page: artifactFull, full: true},
		{name: "artifact-out", page: artifactFull, out: true},
		{name: "artifact-print", page: artifactPaper},
		{name: "artifact-draft", page: artifactDraft, full: true},
		{name: "artifact-review", page: artifactReview},
	}
}

func libraryFull(s Shell) Page {
	s.Path, s.Title = "/c/waterquality/library", "Practice"
	item := LibraryItem{
		Link: ui.Link{Label: "Cleaning and closing rooftop tanks", URL: "/a/7"}, Kind: "Checklist", Sum: "Two people, half a day.", Maturity: "Good practice", Pips: 3,
		Org: wash, Place: "WASH Alliance", Version: 2, When: clock, Uses: 11, UsesOrgs: 4, Note: "Not reviewed since 4 May",
	}
	draft := item
	draft.State, draft.Note, draft.Version, draft.Link = "In review", "", 0, ui.Link{Label: "Bucket test", URL: "/a/8/draft"}
	return Library{
		Shell: s, CommunityHead: movedHead(), Words: "tank", Narrow: true, Begin: true, Next: "/c/waterquality/library?before=7", Items: []LibraryItem{item}, Drafts: []LibraryItem{draft},
		Filters: []Pick{{Field: ui.Field{Name: "kind", Label: "Kind"}, Choices: []ui.Choice{{Label: "All"}, {Value: "story", Label: "Story", Chosen: true}}}},
	}
}

func sampleArtifact(s Shell) Artifact {
	s.Path, s.Title = "/a/7", "Keeping chlorine in rooftop tanks"
	return Artifact{
		Shell: s, CommunityHead: movedHead(), Trail: []ui.Link{{Label: "Water Quality", URL: "/c/waterquality"}, {Label: "Practice", URL: "/c/waterquality/library"}, {Label: "Keeping chlorine"}},
		Kind: "Checklist", Icon: "check", Name: "Keeping chlorine in rooftop tanks", Lang: "en", Abstract: "For people who run water.", Version: 1, When: clock, By: "By Amina", Reviewed: "Reviewed by 2 people",
		Sections: []Section{
			{ID: "s1", Title: "The question", Body: "<p>Who dosed?</p>"},
			{ID: "s2", Title: "Important", Callout: "important", Word: "Important", Body: "<p>Keep it below.</p>"},
		},
		Banners: []string{"Nobody looks after it"}, Old: &ui.Link{Label: "Version 2", URL: "/a/7"}, Copy: "A copy kept here.",
		Acts:   ArtifactActs{Action: "/a/7/do", Save: true, Suggest: "/a/7/suggest", Adapt: "/a/7/suggest?adapt=1", Use: "/a/7/reuse", Edit: "/a/7/draft", Retire: true, Renew: true, Tend: true, Print: "/a/7/v/1/print", Files: []ui.Link{{Label: "Markdown", URL: "/a/7/v/1/md"}}},
		Ladder: []ui.Choice{{Label: "Idea"}, {Label: "Practice", Chosen: true}}, Facts: []ui.Choice{{Label: "Licence", Value: "CC BY 4.0"}},
		Versions: []CharterVersion{{Link: ui.Link{Label: "Version 1", URL: "/a/7/v/1"}, Note: "First", When: clock, Current: true, Compare: "/a/7/compare?from=1&to=2"}},
		Record:   []ReviewLine{{Name: "Dr Leila Haddad", Org: "Health Country Office", Said: "accepts", Interest: "none"}}, Cite: "Amina (2026).", Address: "https://wash.example/a/7/v/1", Hash: "7f3ac21e",
		Based: []ui.Link{{Label: "Query", URL: "https://wash.example/a/6"}}, UsesSum: "Used 1 time",
		Uses:  []UseLine{{Person: ui.Person{Name: "Sunita", Initials: "S", URL: "/u/sunita", Org: health}, Place: "Oru Hospital", Way: "as it was", Result: "Twelve weeks.", Hours: "about 6 hours saved (stated)", When: clock, Version: 1}},
		Files: []GoesWith{{Name: "log.csv", Label: "A month", URL: "/a/7/files/ab", Size: "42 KB", Digest: "ab"}}, CiteAs: []ui.Link{{Label: "BibTeX", URL: "/a/7/v/1/bib"}}, Contents: []ui.Link{{Label: "One", URL: "/a/8"}},
		InBooks: []InBook{{Book: ui.Link{Label: "All of it", URL: "/a/9"}, Place: "Chapter 2 of 3", Previous: &ui.Link{Label: "One", URL: "/a/8"}, Next: &ui.Link{Label: "Three", URL: "/a/10"}}}, Comments: 5, Talk: "/d/7", Module: &Module{Steps: []ui.Choice{{Value: "The question", Label: "The question", Chosen: true}}, Answer: "0.8"},
	}
}

func artifactFull(s Shell) Page { return sampleArtifact(s) }

func artifactPaper(s Shell) Page {
	a := sampleArtifact(s)
	return ArtifactPrint{Shell: a.Shell, Artifact: a, Chapters: []Artifact{{Name: "One", Lang: "ar", By: "By Binh", Sections: []Section{{Title: "Within", Body: "<p>Text</p>"}}}}, NoPDF: true, Group: "Water Quality", Back: "/a/7"}
}

func artifactDraft(s Shell) Page {
	s.Path, s.Title = "/a/7/draft", "Cleaning tanks"
	who := ui.Person{Name: "Elif Kaya", Initials: "EK", URL: "/u/elif", Org: clearwell}
	return ArtifactDraft{
		Shell: s, CommunityHead: movedHead(), Trail: []ui.Link{{Label: "Practice", URL: "/c/waterquality/library"}, {Label: "Version 3"}}, Action: "/a/7", Heading: "Cleaning tanks", State: "Draft of version 3",
		Revision: 4, Fields: []ui.Field{{Name: "title", Label: "Title", Value: "Cleaning tanks"}}, Clash: "b-items", Page: "/a/7", Mine: true,
		Facts: []Pick{{Field: ui.Field{Name: "licence", Label: "Licence"}, Choices: []ui.Choice{{Value: "CC0-1.0", Label: "CC0 1.0"}}}}, More: []ui.Field{{Name: "topics", Label: "Topics", Optional: true}},
		Blocks: []DraftBlock{
			{Key: "items", Code: "items", Title: "Points", Text: "Never alone.", Number: 1, Required: true, Error: "Put them together", Clash: &DraftClash{Who: "Grace", Was: "a", Text: "b", Left: []Span{{Kind: "del", Text: "a"}}, Right: []Span{{Kind: "ins", Text: "b"}}}},
			{Key: "own-2", Title: "Mine", Text: "More", Number: 2},
		},
		Files:  []GoesWith{{Name: "lid.png", URL: "/a/7/files/ab", Size: "42 KB", Digest: "ab", Typed: "![](/a/7/files/ab)", Picture: true, Unsaid: true}, {Name: "log.csv", Label: "A month", URL: "/a/7/files/cd", Size: "1 KB", Digest: "cd"}},
		Attach: []ui.Field{{Name: "file", Label: "File", Type: "file"}, {Name: "label", Label: "What it is", Optional: true}}, Brought: &Brought{Name: "tanks.docx", When: clock, Lost: []string{"A comment"}},
		Preview: []Section{{Title: "Points", Body: "<p>Never alone.</p>"}}, Book: true, Chapters: []ChapterLine{{Link: ui.Link{Label: "One", URL: "/a/8"}, Value: "8"}, {Link: ui.Link{Label: "Two", URL: "/a/9"}, Value: "9"}}, Offered: []ui.Choice{{Value: "10", Label: "Three"}},
		Saves: []SaveLine{{Revision: 3, By: "Grace", When: clock}}, Suggestions: []SuggestionLine{{ID: "5", Person: who, When: clock, Block: "Points", Right: []Span{{Kind: "ins", Text: "Gloves"}}, Reason: "A burn", State: "open", Open: true}},
		Review: DraftReview{
			People: []ui.Choice{{Value: "9", Label: "David, Health"}}, Stands: "1 of 2 have accepted.", Why: "Two reviewers have to accept it first.", AsAnIdea: true, Stewards: []ui.Choice{{Value: "9", Label: "David"}},
			Lines: []VerdictLine{{Person: who, Value: "3", Verdict: "asks for changes", Done: true, Interest: "none", Comment: "Which?", Criteria: []ui.Choice{{Label: "Correct", Value: "Yes"}}}},
		},
	}
}

func artifactReview(s Shell) Page {
	s.Path, s.Title = "/a/7/review", "Review"
	return ArtifactForm{
		Shell: s, CommunityHead: movedHead(), Trail: []ui.Link{{Label: "Practice", URL: "/c/waterquality/library"}, {Label: "Review"}}, Heading: "Review", Explain: "It is frozen.", Action: "/a/7/review", Submit: "Send the verdict", Back: "/notifications",
		Picks: []Pick{{Field: ui.Field{Name: "verdict", Label: "Verdict"}, Choices: []ui.Choice{{Value: "accept", Label: "I accept it."}}}}, Fields: []ui.Field{{Name: "interest", Label: "Statement of interest"}},
		Areas: []ui.Field{{Name: "comment", Label: "Comment", Optional: true}}, Sections: []Section{{ID: "s1", Title: "The question", Body: "<p>Who?</p>"}}, Lang: "en", Abstract: "For people.", Error: "Say what should change.",
	}
}
