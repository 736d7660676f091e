package views

import (
	"time"

	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
)

// samplesDesk are the pages about people, one's own things, and what is looked after.
func samplesDesk() []sample {
	return []sample{
		{name: "person-empty", page: personEmpty},
		{name: "person", page: personFull, full: true},
		{name: "person-out", page: personFull, out: true},
		{name: "history", page: historyFull, full: true},
		{name: "search-empty", page: searchEmpty, out: true},
		{name: "search-nothing", page: searchNothing},
		{name: "search", page: searchFull, full: true},
		{name: "search-communities", page: searchGroups, full: true},
		{name: "search-people", page: searchPeople, full: true},
		{name: "remote-follow", page: remoteFollowEmpty, out: true},
		{name: "remote-follow-failed", page: remoteFollowFailed, out: true, full: true},
		{name: "remote-follow-found", page: remoteFollowFull, out: true, full: true},
		{name: "inbox-empty", page: inboxEmpty},
		{name: "inbox", page: inboxFull, full: true},
		{name: "drafts-empty", page: draftsEmpty},
		{name: "drafts", page: draftsFull, full: true},
		{name: "receipts-empty", page: receiptsEmpty},
		{name: "receipts", page: receiptsFull, full: true},
		{name: "settings", page: profileEmpty},
		{name: "settings-failed", page: profileFull, full: true},
		{name: "settings-reading", page: readingFull, full: true},
		{name: "settings-communities-empty", page: levelsEmpty},
		{name: "settings-communities", page: levelsFull, full: true},
		{name: "settings-access", page: accessFull, full: true},
		{name: "people-empty", page: peopleEmpty},
		{name: "people-hidden", page: peopleHidden, out: true},
		{name: "people", page: peopleFull, full: true},
		{name: "people-banned", page: peopleBanned, full: true},
		{name: "person-care", page: careFull, full: true},
		{name: "person-care-banned", page: careBanned, full: true},
		{name: "group-settings", page: groupSettingsFull, full: true},
		{name: "log-empty", page: logEmpty},
		{name: "log", page: logFull, full: true},
		{name: "reports-empty", page: reportsEmpty},
		{name: "reports", page: reportsFull, full: true},
		{name: "report", page: caseFull, full: true},
		{name: "report-closed", page: caseClosed, full: true},
		{name: "held", page: caseHeld, full: true},
		{name: "report-form", page: reportFormFull, full: true},
		{name: "report-person", page: reportPersonEmpty},
		{name: "admin-federation-empty", page: federationEmpty, full: true},
		{name: "admin-federation", page: federationFull, full: true},
		{name: "admin-peer-empty", page: peerEmpty, full: true},
		{name: "admin-peer", page: peerFull, full: true},
		{name: "admin-people", page: accountsFull, full: true},
		{name: "host-purge", page: hostPurgeFull, full: true},
		{name: "host-purge-going", page: hostPurgeGoing, full: true},
		{name: "admin-sanction", page: sanctionFull, full: true},
		{name: "admin-settings", page: instanceFull, full: true},
		{name: "admin-log", page: adminLog, full: true},
	}
}

var quality = Place{Link: ui.Link{Label: "Water Quality in Health Facilities", URL: "/c/waterquality"}, Org: wash}

func said() []Contribution {
	return []Contribution{
		{Title: "New national guideline asks for monthly residual logs from January", URL: "/p/12", Said: "Ours is one paper strip per week, taped inside the cupboard door. Three boxes, three numbers, initials.", At: clock.Add(-3 * time.Hour), Helped: 7, Where: quality, Lang: "en"},
		{Title: "Photometer or comparator? We ran both for a month", URL: "/d/9", At: clock.AddDate(0, -2, 0), Where: quality, Lang: "en"},
		{Title: "متى نستبدل المصفاة؟", URL: "/d/10", At: clock.AddDate(-1, 0, 0), Lang: "ar", Helped: 1},
	}
}

func personEmpty(s Shell) Page {
	s.Path, s.Title = "/u/farid", "Farid Rahimi"
	return Person{Shell: s, Who: farid, Self: true, Path: "/u/farid"}
}

func personFull(s Shell) Page {
	s.Path, s.Title = "/u/elif@clearwell.example", "Elif Kaya"
	return Person{
		Shell: s, Who: elif, About: "<p>Pumps and dosers in Kessan. Ask me before you buy one.</p>", Standing: Following, Follows: true,
		Path: "/u/elif@clearwell.example", Said: said(), Pages: ui.Pages{Older: "/u/elif@clearwell.example?before=3"}, Also: []Place{quality},
		Since: clock.AddDate(-1, -5, 0), Original: "https://clearwell.example/u/elif", Fetched: clock.Add(-18 * time.Minute),
	}
}

func historyFull(s Shell) Page {
	s.Path, s.Title = "/p/12/history", "What it said before"
	return History{
		Shell: s, Author: farid, Trail: []ui.Link{{Label: "Monthly residual logs", URL: "/d/7"}, {Label: "Versions"}},
		Versions: []Version{
			{Number: 2, At: clock.Add(-time.Hour), Body: "<p>One strip per week, three numbers.</p>", Lang: "en", Shown: true},
			{Number: 1, At: clock.Add(-3 * time.Hour), Title: "Logs", Body: "<p>One strip per day.</p>", Lang: "en"},
		},
	}
}

func searchEmpty(s Shell) Page {
	s.Path, s.Title, s.Tab = "/search", s.Text("Search"), Search
	return SearchPage{Shell: s}
}

func searchNothing(s Shell) Page {
	s.Path, s.Title, s.Tab, s.Query = "/search", s.Text("Search"), Search, "xylophone"
	return SearchPage{Shell: s}
}

func searchFull(s Shell) Page {
	s.Path, s.Title, s.Tab, s.Query = "/search", s.Text("Search"), Search, "iron chlorine"
	return SearchPage{
		Shell: s, Posts: said(), Exact: &ui.Link{Label: "Elif Kaya", URL: "/u/elif@clearwell.example"}, Missing: "@nobody@nowhere.example",
		In:    []ui.Choice{{Label: "Everywhere you can read"}, {Value: "7", Label: "Water Quality in Health Facilities", Chosen: true}},
		Pages: ui.Pages{Newer: "/search?q=iron", Older: "/search?q=iron&from=40"},
	}
}

func searchGroups(s Shell) Page {
	p := searchFull(s).(SearchPage)
	p.Kind, p.Posts, p.Exact, p.Missing, p.Groups = FoundCommunities, nil, nil, "", landingFull(s).(Landing).Communities
	return p
}

func searchPeople(s Shell) Page {
	p := searchFull(s).(SearchPage)
	p.Kind, p.Posts, p.Exact, p.Missing, p.People = FoundPeople, nil, nil, "", []ui.Person{jonas, leila, farid}
	return p
}

func remoteFollowEmpty(s Shell) Page {
	s.Path, s.Title = "/follow/waterquality", "Follow"
	return RemoteFollow{Shell: s, Name: "Water Quality in Health Facilities", Host: "WASH Alliance", Back: "/c/waterquality", Address: "@waterquality@wash.example", Quiet: true}
}

func remoteFollowFailed(s Shell) Page {
	p := remoteFollowEmpty(s).(RemoteFollow)
	p.Account = ui.Answer{Value: "amina", Error: "Write it as name and server, for example @amina@social.example."}
	return p
}

func remoteFollowFull(s Shell) Page {
	s.Path, s.Title = "/follow/d/7", "Answer"
	return RemoteFollow{
		Shell: s, Name: "Photometer or comparator?", Kind: RemoteDiscussion, Host: "WASH Alliance", Back: "/d/7", Address: "https://wash.example/ap/objects/7",
		Home: "social.example", Go: "https://social.example/authorize_interaction?uri=x",
	}
}

func inboxEmpty(s Shell) Page {
	s.Path, s.Title, s.Tab = "/notifications", s.Text("Inbox"), Inbox
	return Notifications{Shell: s}
}

func inboxFull(s Shell) Page {
	s.Path, s.Title, s.Tab = "/notifications", s.Text("Inbox"), Inbox
	return Notifications{
		Shell: s, Pages: ui.Pages{Older: "/notifications?before=7"},
		Days: []InboxDay{
			{At: clock, Lines: []InboxLine{
				{IDs: "41", Who: &leila, Title: "Dr Leila Haddad named you: “could you keep it open until Monday?”", Place: quality, From: ui.Origin{Door: ui.ByPeer, From: "health.example"}, At: clock.Add(-5 * time.Hour), Unread: true},
				{IDs: "40_39_38", Icon: "helpful", Title: "3 people found what you wrote helpful: “Lids before the rains”", Names: []ui.Person{grace, ruben, jonas}, Place: quality, At: clock.Add(-7 * time.Hour), Unread: true},
			}},
			{At: clock.AddDate(0, 0, -1), Lines: []InboxLine{
				{IDs: "30", Who: &farid, Title: "Farid Rahimi joined Water Quality in Health Facilities", Place: quality, At: clock.AddDate(0, 0, -1)},
			}},
			{At: clock.AddDate(0, 0, -12), Lines: []InboxLine{
				{IDs: "20", Icon: "check", Title: "You are a member of Cholera Preparedness now", At: clock.AddDate(0, 0, -12)},
			}},
		},
	}
}

func draftsEmpty(s Shell) Page {
	s.Path, s.Title, s.Tab = "/drafts", s.Text("Drafts"), Drafts
	return DraftsPage{Shell: s}
}

func draftsFull(s Shell) Page {
	s.Path, s.Title, s.Tab = "/drafts", s.Text("Drafts"), Drafts
	return DraftsPage{Shell: s, Drafts: []Draft{
		{Icon: "reply", Title: "Reply in “Monthly residual logs”", Open: "/d/7#write", Text: "Ruben, the strip from Limba North fits on the back of your sheet …", Place: quality, Saved: clock.Add(-20 * time.Hour), Drop: "/drafts/drop?form=reply&target=7"},
		{Icon: "draft", Title: "Lids before the rains: who chains them?", Open: "/c/waterquality/new", Saved: clock.AddDate(0, 0, -6), Drop: "/drafts/drop?form=discussion&target=waterquality"},
	}}
}

func receiptsEmpty(s Shell) Page {
	s.Path, s.Title = "/p/12/receipts", "Where it has arrived"
	return Receipts{Shell: s, Heading: "Lids before the rains", URL: "/d/12", Sent: clock, Passing: "Borehole repair", Addressing: true, Again: "/p/12/receipts?live=1"}
}

func receiptsFull(s Shell) Page {
	s.Path, s.Title = "/p/12/receipts", "Where it has arrived"
	late := Receipt{
		Org: ui.Org{Name: "Ministry of Water (ministry.example)", Title: "Ministry of Water", Mark: "MW", Hue: 3}, Host: "ministry.example", Software: "copse 1.0",
		Readers: 31, Tries: 5, Next: clock.Add(30 * time.Minute), Failing: clock.Add(-5 * time.Hour), Answer: "503 Service Unavailable", Had: true,
		Peer: "/admin/federation/ministry.example",
	}
	return Receipts{
		Shell: s, Heading: "Lids before the rains: who chains them?", URL: "/d/12", Sent: clock.Add(-4 * time.Hour), Locals: 46,
		Trail: []ui.Link{{Label: "Lids before the rains", URL: "/d/12"}, {Label: "Where it has arrived"}},
		Places: []ReceiptShare{
			{State: ReceiptWaits, Hosts: 3, Readers: 32},
			{State: ReceiptRefused, Hosts: 1, Readers: 4},
			{State: ReceiptExpired, Hosts: 1},
			{State: ReceiptCancelled, Hosts: 1},
			{State: ReceiptOvertaken, Hosts: 1},
			{State: ReceiptHas, Hosts: 4980, Readers: 12404},
		},
		Trouble: &late, Again: "/p/12/receipts", Renews: true, Pages: ui.Pages{Newer: "/p/12/receipts", Older: "/p/12/receipts?after=5.health.example", Listed: true},
		Hosts: []Receipt{
			late,
			{Org: clearwell, Host: "clearwell.example", State: ReceiptWaits, Readers: 1},
			{Org: clearwell, Host: "held.example", State: ReceiptWaits, Readers: 1, Paused: true},
			{Org: university, Host: "tavara-uni.example", Software: "nodebb 4", State: ReceiptRefused, Readers: 4, Tries: 1, Answer: "400 invalid-data"},
			{Host: "gone.example", State: ReceiptExpired},
			{Host: "spam.example", State: ReceiptCancelled},
			{Host: "late.example", State: ReceiptOvertaken},
			{Org: health, Host: "health.example", Software: "copse 1.0", State: ReceiptHas, Readers: 38, At: clock.Add(-4 * time.Hour)},
		},
	}
}

func profileEmpty(s Shell) Page {
	s.Path, s.Title, s.Tab = "/settings", s.Text("Settings"), Settings
	return Profile{Shell: s, Name: ui.Answer{Value: "Farid Rahimi"}}
}

func profileFull(s Shell) Page {
	s.Path, s.Title, s.Tab = "/settings", s.Text("Settings"), Settings
	return Profile{
		Shell: s, Name: ui.Answer{Error: "Say what to call you."}, Organisation: ui.Answer{Value: "WASH Alliance, Kessan"},
		About: ui.Answer{Value: "Pumps.", Error: "The text is too long."}, Shares: true, Error: "Not saved",
	}
}

func readingFull(s Shell) Page {
	s.Path, s.Title, s.Tab = "/settings/reading", s.Text("Settings"), Settings
	return Reading{
		Shell: s, Language: "fr", Zones: []string{"UTC", "Africa/Nairobi"}, Languages: locales.Languages(), Keys: true,
		TimeZone: ui.Answer{Value: "Limba", Error: "No such time zone is known."},
	}
}

func levelsEmpty(s Shell) Page {
	s.Path, s.Title, s.Tab = "/settings/communities", s.Text("Settings"), Settings
	return Levels{Shell: s}
}

func levelsFull(s Shell) Page {
	p := levelsEmpty(s).(Levels)
	choices := []ui.Choice{{Value: "muted", Label: "Nothing"}, {Value: "threads", Label: "New discussions as well", Chosen: true}}
	p.Rows = []LevelRow{
		{Place: quality, Field: "level-7", Levels: choices},
		{Place: Place{Link: ui.Link{Label: "Cholera Preparedness", URL: "/c/cholera@health.example"}, Org: health}, Field: "level-8", Levels: choices, Waits: true},
	}
	return p
}

func accessFull(s Shell) Page {
	s.Path, s.Title, s.Tab = "/settings/access", s.Text("Settings"), Settings
	return Access{
		Shell: s, Mail: "thandiwe@wash.example", Old: ui.Answer{Error: "The password is not right."}, New: ui.Answer{Error: "Use at least 12 characters."},
		Sessions: []OpenSession{
			{ID: "1", Browser: "Firefox, Linux", Address: "192.0.2.7", Since: clock.AddDate(0, 0, -9), Seen: clock, Current: true},
			{ID: "2", Browser: "Chrome, Android", Address: "2001:db8::1", Since: clock.AddDate(0, -1, 0), Seen: clock.AddDate(0, 0, -2)},
		},
	}
}

func qualityHead() CommunityHead {
	return CommunityHead{
		Name: "Water Quality in Health Facilities", Handle: "waterquality", Address: "@waterquality@wash.example", Org: wash,
		Members: 142, Followers: 211, MayManage: true, Log: true,
	}
}

func peopleEmpty(s Shell) Page {
	s.Path, s.Title = "/c/night/people", "People"
	return People{Shell: s, CommunityHead: CommunityHead{Name: "Night shift", Handle: "night", Address: "@night@wash.example", Org: wash}}
}

func peopleHidden(s Shell) Page {
	p := peopleEmpty(s).(People)
	p.Hidden, p.Openness = true, Restricted
	return p
}

func peopleFull(s Shell) Page {
	s.Path, s.Title = "/c/waterquality/people", "People"
	care := "/c/waterquality/people/grace@ministry.example"
	return People{
		Shell: s, CommunityHead: qualityHead(), Cares: true, Words: "a",
		Stewards: []PersonHere{{Person: thandiwe, Role: "Facilitator"}, {Person: ruben, Role: "Moderator"}},
		Requests: []Asking{
			{Person: jonas, Since: clock.Add(-8 * time.Hour), Member: true, Accept: care + "/member", Refuse: care + "/refuse"},
			{Person: elif, Accept: care + "/member", Refuse: care + "/refuse"},
		},
		Rows: []PersonHere{
			{Person: farid, Role: "Newcomer", Since: clock.AddDate(0, 0, -3), Care: "/c/waterquality/people/farid"},
			{Person: grace, Since: clock.AddDate(-1, 0, 0), Care: care, Add: care + "/member"},
			{Person: ui.Person{Name: "Gone", Initials: "G", Handle: "@gone@far.example"}},
		},
		Pages: ui.Pages{Older: "/c/waterquality/people?before=9", Newer: "/c/waterquality/people"},
	}
}

func peopleBanned(s Shell) Page {
	p := peopleFull(s).(People)
	p.List, p.Words, p.Requests = ListBanned, "", nil
	p.Rows = []PersonHere{{Person: jonas, Since: clock.AddDate(0, 0, -2), Until: clock.AddDate(0, 0, 5), Note: "fourth tender in a week", Care: "/c/waterquality/people/jonas@social.example"}}
	return p
}

func careFull(s Shell) Page {
	s.Path, s.Title = "/c/waterquality/people/grace@ministry.example", "Grace Atieno"
	return PersonCare{
		Shell: s, CommunityHead: qualityHead(), Who: grace, Facts: []string{"Follower", "Moderator"}, Path: s.Path, MayBan: true, Waits: true,
		Roles: []RoleHeld{{Name: "facilitator", Word: "Facilitator", What: "Looks after the community."}, {Name: "moderator", Word: "Moderator", What: "Looks at reports.", Held: true}},
		Error: "A community needs a facilitator. Name another one first.", Reason: "tenders",
	}
}

func careBanned(s Shell) Page {
	p := careFull(s).(PersonCare)
	p.Waits, p.Error, p.Ban = false, "", &BanHere{Reason: "fourth tender in a week", Since: clock.AddDate(0, 0, -2), Until: clock.AddDate(0, 0, 5)}
	return p
}

func groupSettingsFull(s Shell) Page {
	s.Path, s.Title = "/c/waterquality/settings", "Settings"
	pick := []ui.Choice{{Value: "open", Label: "Everybody, on any server", Chosen: true}, {Value: "private", Label: "Members"}}
	return GroupSettings{
		Shell: s, CommunityHead: qualityHead(), NameNow: ui.Answer{Error: "Give it a name."}, Tagline: ui.Answer{Value: "Safe water to the bedside"},
		About: ui.Answer{Value: "For people with a test kit."}, Languages: ui.Answer{Value: "en fr", Error: "Write codes."},
		Starts: pick, Holds: pick, Hides: true, Announces: true, Error: "Not saved",
	}
}

func logEmpty(s Shell) Page {
	s.Path, s.Title = "/c/waterquality/log", "Log"
	head := qualityHead()
	return ModerationLog{Shell: s, Head: &head}
}

func logFull(s Shell) Page {
	p := logEmpty(s).(ModerationLog)
	p.Entries = []LogEntry{
		{At: clock.Add(-3 * time.Hour), Icon: "x", Act: "Removed", About: ui.Link{Label: "where it stands", URL: "/p/12"}, Whom: "@deals@fresh.example", Reason: "advertising", By: "Ruben Castellanos", Org: ministry},
		{At: clock.AddDate(0, 0, -3), Icon: "people", Act: "Gave a role", Whom: "@grace@ministry.example", Reason: "Moderator", By: "Thandiwe Mokoena", Org: wash},
	}
	p.Pages = ui.Pages{Older: "/c/waterquality/log?before=3"}
	return p
}

func reportsEmpty(s Shell) Page {
	s.Path, s.Title, s.Tab = "/reports", s.Text("Reports"), Reports
	return ReportsPage{Shell: s}
}

func reportsFull(s Shell) Page {
	p := reportsEmpty(s).(ReportsPage)
	row := ReportRow{URL: "/reports/118", Title: "“Great discussion! We use the professional UV tablets …”", Words: "Same text came to our nurses’ list last week.", By: "Grace Atieno", Target: "@deals@fresh.example", Place: quality, At: clock.Add(-3 * time.Hour)}
	done := row
	done.Closed, done.Decision, done.By = clock.Add(-time.Hour), "Removed, author told", "Ruben Castellanos"
	p.Cares, p.Open, p.Closed, p.Mine = true, []ReportRow{row}, []ReportRow{done}, []ReportRow{row, done}
	p.Held = []HeldRow{{Who: jonas, URL: "/held/9", Title: "Which strainer before a flow-driven doser?", Text: "I saw discs at …", Place: quality, At: clock.Add(-6 * time.Hour), Pass: "/held/9?act=approve"}}
	p.InForce = []InForceRow{
		{Icon: "clock", What: "Slow mode: 1 hour between two posts", About: ui.Link{Label: "Who failed the Kessan tender?", URL: "/p/12"}, Place: quality, By: "Grace Atieno", Until: clock.AddDate(0, 0, 2), End: "/p/12/slow?wait=0", EndWord: "End slow mode"},
		{Icon: "block", What: "Closed to deals", About: ui.Link{Label: "@deals@fresh.example", URL: "/c/waterquality/people/deals@fresh.example"}, Place: quality, Why: "advertising", End: "/c/waterquality/people/deals@fresh.example/unban", EndWord: "Open it again"},
	}
	p.Logs = []ui.Link{{Label: quality.Label, URL: "/c/waterquality/log"}}
	p.More, p.Older = ui.Pages{Older: "/reports?after=3"}, ui.Pages{Newer: "/reports", Older: "/reports?before=3"}
	return p
}

func caseFull(s Shell) Page {
	s.Path, s.Title, s.Tab = "/reports/118", "Report", Reports
	return Case{
		Shell: s, Title: "“Great discussion! We use the professional UV tablets …”", Place: quality, Target: jonas, Reporter: "Grace Atieno",
		Words: "Same text came to our nurses’ list last week.", At: clock.Add(-3 * time.Hour), Care: "/c/waterquality/people/jonas@social.example",
		Post: &CasePost{Link: ui.Link{Label: "x", URL: "/p/12"}, Title: "UV tablets", Body: "<p>Great discussion! We use the professional UV tablets.</p>", Lang: "en"},
		Note: ui.Answer{Error: "Say what was decided, for those who read the log."}, MayPull: true,
	}
}

func caseClosed(s Shell) Page {
	p := caseFull(s).(Case)
	p.Closed, p.Decision, p.By, p.Note.Error, p.Post.State = clock.Add(-time.Hour), "Removed, author told", "Ruben Castellanos", "", "It is removed."
	return p
}

func caseHeld(s Shell) Page {
	p := caseFull(s).(Case)
	s.Path = "/held/9"
	p.Held, p.Words, p.Reporter, p.Note, p.Error = true, "", "", ui.Answer{}, "Somebody has already decided about this."
	p.Post.Link, p.Post.State = ui.Link{}, "It is held; nobody else has seen it."
	return p
}

func reportFormFull(s Shell) Page {
	s.Path, s.Title = "/p/12/report", "Report"
	return ReportForm{
		Shell: s, Who: jonas, Post: caseFull(s).(Case).Post, Back: "/p/12", Action: "/p/12/report", Place: quality, Away: true,
		Words: ui.Answer{Error: "Say in a few words what is wrong."},
	}
}

func reportPersonEmpty(s Shell) Page {
	s.Path, s.Title = "/u/jonas@social.example/report", "Report"
	return ReportForm{Shell: s, Who: jonas, Back: "/u/jonas@social.example", Action: s.Path}
}

func federationEmpty(s Shell) Page {
	s.Path, s.Title, s.Tab = "/admin/federation", "Federation", Federation
	return FederationPage{Shell: s, Show: []ui.Choice{{Label: "All servers"}}, Policies: []ui.Choice{{Value: "blocked", Label: "Block"}}}
}

func troubled() Peer {
	return Peer{
		Org: ministry, Host: "ministry.example", Software: "copse 1.0", State: PeerFailing, Pending: 34, Oldest: clock.Add(-5 * time.Hour),
		Failing: clock.Add(-5 * time.Hour), Next: clock.Add(30 * time.Minute), Heard: clock.Add(-5 * time.Hour), Reached: clock.Add(-5 * time.Hour), Answer: "503 Service Unavailable",
	}
}

func federationFull(s Shell) Page {
	p := federationEmpty(s).(FederationPage)
	p.Known, p.Failing, p.Blocked, p.Waiting, p.Words = 41, 1, 12, 34, "e"
	p.Trouble = []Peer{troubled()}
	p.Alarms = []string{"Redis does not answer. Nothing is lost and everything goes on, more slowly."}
	p.Peers = []Peer{
		troubled(),
		{Org: health, Host: "health.example", Software: "copse 1.0", Heard: clock.Add(-time.Minute), Reached: clock.Add(-time.Minute)},
		{Org: clearwell, Host: "clearwell.example", State: PeerBusy, Pending: 3, Oldest: clock, Policy: "silenced", Reason: "floods"},
		{Org: university, Host: "tavara-uni.example", Software: "nodebb 4", State: PeerPaused, Paused: clock},
		{Host: "cheap-seo.example", State: PeerBlocked, Policy: "blocked", Reason: "spam"},
	}
	p.Pages = ui.Pages{Older: "/admin/federation?after=cheap-seo.example"}
	p.Host = ui.Answer{Value: "not a host", Error: "This is not the name of a server."}
	p.Reason = ui.Answer{Error: "Say why, for the other admins."}
	return p
}

func peerEmpty(s Shell) Page {
	s.Path, s.Title, s.Tab = "/admin/federation/health.example", "health.example", Federation
	return PeerPage{Shell: s, Peer: Peer{Org: health, Host: "health.example"}, Choices: []PolicyChoice{{Choice: ui.Choice{Label: "No decision", Chosen: true}, Means: "As every server"}}}
}

func peerFull(s Shell) Page {
	p := peerEmpty(s).(PeerPage)
	p.Peer, p.Since, p.Known, p.Followed, p.Following, p.Signature = troubled(), clock.AddDate(-1, -6, 0), 60, 3, 43, "rfc9421"
	p.Paused, p.Ask, p.Why = clock, AskQueue, ui.Answer{Error: "Say why, for the other admins."}
	p.Queue = []PeerDelivery{{What: "Text passed on by Water Quality", About: ui.Link{Label: "Lids before the rains", URL: "/p/12"}, Tries: 7, Answer: "503", At: clock.Add(-5 * time.Hour)}}
	p.Held = []HeldCommunity{{Link: ui.Link{Label: "Cold chain", URL: "/c/coldchain/openness"}, People: 2}, {People: 1}}
	p.Dead, p.FailedTo = 44, ui.Pages{Older: "/admin/federation/health.example?after=7", Listed: true}
	p.Days = []PeerDay{{Day: clock.AddDate(0, 0, -3), Unknown: true}, {Day: clock.AddDate(0, 0, -2), Taken: 812}, {Day: clock.AddDate(0, 0, -1), Taken: 1203, Given: 3}, {Day: clock}}
	p.Failed = []PeerDelivery{{ID: "7", What: "Helpful mark by Thandiwe Mokoena", Tries: 1, Answer: "410 Gone", At: clock.AddDate(0, 0, -1)}}
	p.Choices = append(p.Choices, PolicyChoice{Choice: ui.Choice{Value: "blocked", Label: "Block"}, Means: "Nothing in, nothing out", Reach: "43 followers there get nothing more"})
	return p
}

func accountsFull(s Shell) Page {
	s.Path, s.Title, s.Tab = "/admin/people", "Accounts", Federation
	return Accounts{
		Shell: s, All: 46, Active: 31, Error: "Another admin has to change your own account.",
		People: []AccountRow{
			{Person: thandiwe, Path: "/admin/people/1", Mail: "thandiwe@wash.example", Admin: true, Since: clock.AddDate(-1, 0, 0), Seen: clock, Self: true},
			{Person: farid, Path: "/admin/people/2", Sanction: "/admin/persons/12", Mail: "farid@wash.example", Since: clock.AddDate(0, -2, 0)},
			{Person: grace, Path: "/admin/people/3", Sanction: "/admin/persons/13", Mail: "grace@wash.example", Since: clock.AddDate(0, -2, 0), Seen: clock.AddDate(0, -1, 0), Disabled: clock.AddDate(0, 0, -3)},
		},
		Pages: ui.Pages{Older: "/admin/people?after=3"},
	}
}

func instanceFull(s Shell) Page {
	s.Path, s.Title, s.Tab = "/admin/settings", "This server", Federation
	return InstanceSettings{
		Shell: s, Name: ui.Answer{Value: "WASH Alliance"}, Mark: ui.Answer{Value: "WA"}, About: ui.Answer{Value: "Three communities."},
		Mail: ui.Answer{Value: "admin", Error: "This is not a mail address."}, Hues: []ui.Choice{{Value: "1", Label: "Colour 1", Chosen: true}, {Value: "2", Label: "Colour 2"}},
	}
}

func adminLog(s Shell) Page {
	s.Path, s.Title, s.Tab = "/admin/log", "Log", Federation
	return ModerationLog{Shell: s, Entries: []LogEntry{{At: clock, Icon: "block", Act: "Blocked a server", Reason: "cheap-seo.example: spam", By: "Thandiwe Mokoena", Org: wash}}}
}
