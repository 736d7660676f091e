package views

import (
	"time"

	"github.com/copse-social/copse/frontend/ui"
)

func setupEmpty(s Shell) Page {
	s.Path, s.Title = "/setup", "Set-up"
	return Setup{Shell: s, Token: "once"}
}

func setupFull(s Shell) Page {
	s.Path, s.Title = "/setup", "Set-up"
	return Setup{
		Shell: s, Token: "once", Organisation: ui.Answer{Value: "WASH Alliance"}, Name: ui.Answer{Value: "Theo"},
		Handle:   ui.Answer{Value: "Theo!", Error: "Use small letters, digits and _ only."},
		Mail:     ui.Answer{Value: "theo@wash", Error: "This address ends too early. It should look like theo@wash.example."},
		Password: ui.Answer{Error: "Make it at least 12 characters long."},
	}
}

func problem(given Problem) func(Shell) Page {
	return func(s Shell) Page {
		p := given // samples are rendered side by side
		s.Path = "/lost"
		if p.Detail != "" || p.RequestID != "" {
			s.Instance.Contact = "admin@wash.example"
		}
		p.Shell = s
		p.Title = p.heading()
		return p
	}
}

func demoEmpty(s Shell) Page {
	return DemoStart{Shell: s, Time: clock, Folder: "data/", Command: "copse demo"}
}

func demoFull(s Shell) Page {
	rco := ui.Org{Name: "Resident Coordinator’s Office", Mark: "RC", Hue: 6}
	agency := ui.Org{Name: "Health Agency", Mark: "HA", Hue: 2}
	agri := ui.Org{Name: "Agriculture Agency", Mark: "AG", Hue: 5}
	s.Instance = Instance{Org: rco, Host: "rco.localhost:8081"}
	s.Title = "Demonstration"
	be := func(name, initials, first, role string, org ui.Org) DemoPerson {
		return DemoPerson{Person: ui.Person{Name: name, Initials: initials, Org: org}, First: first, Role: role, Be: "/demo/be/" + first}
	}
	amina := be("Amina Diallo", "AD", "Amina", "facilitates it", rco)
	carla := be("Carla Reyes", "CR", "Carla", "district officer", agency)
	stopped := DemoOrg{
		Org: agri, Host: "agri.localhost:8083", URL: "http://agri.localhost:8083/", Line: "Has solar people. Joined yesterday, history is there.",
		People: []DemoPerson{be("David Okello", "DO", "David", "knows solar", agri), be("Esi Mensah", "EM", "Esi", "new", agri)},
		State:  Stopped, Waiting: 3, Switch: "/demo/start/agri",
	}
	return DemoStart{
		Shell: s, Time: clock, Folder: "data/", Clock: "/demo/clock", Command: "copse demo",
		Orgs: []DemoOrg{
			{
				Org: rco, Host: "rco.localhost:8081", URL: "http://rco.localhost:8081/", Line: "Hosts the community Vaccine Cold Chain Sarela.",
				People: []DemoPerson{amina, be("Theo", "TH", "Theo", "looks after the server", rco)}, Memory: 31 << 20,
			},
			{
				Org: agency, Host: "health.localhost:8082", URL: "http://health.localhost:8082/", Line: "Takes part from its own server.",
				People: []DemoPerson{be("Dr Binh Tran", "BT", "Binh", "knows cold rooms", agency), carla},
				State:  CatchingUp, Waiting: 2, Memory: 29 << 20, Switch: "/demo/stop/health",
			},
			stopped,
		},
		Story: DemoStory{
			Title: "Fridge fails at 43 °C in Karu", Read: "http://rco.localhost:8081/d/1", Answerer: carla, Host: "health.localhost:8082",
			Receipt: "/p/9/receipts", Stopped: stopped, Closer: amina,
		},
	}
}

func homeEmpty(s Shell) Page {
	s.Path, s.Title, s.Tab = "/", s.Text("Today"), Today
	return Home{Shell: s, FirstName: "Farid", Suggested: landingFull(s).(Landing).Communities[:1]}
}

func homeFull(s Shell) Page {
	s.Path, s.Title, s.Tab = "/", s.Text("Today"), Today
	s.Flash = Flash{Text: "Marked as read.", Undo: "/notifications/unread", Forget: "reply:17:3"}
	news := rows()
	for i := range news {
		news[i].Community, news[i].Org = ui.Link{Label: "Water Quality", URL: "/c/waterquality"}, wash
	}
	return Home{
		Shell: s, FirstName: "Thandiwe", Since: clock.AddDate(0, 0, -2), New: news, MarkRead: "/read",
		Waiting: []Waiting{
			{Icon: "people", Title: "Nadia Petrova asks to join Water Quality", Note: "Works on borehole pumps in Kessan", URL: "/c/waterquality/people", Act: "Look"},
			{Icon: "shield", Title: "A reply was reported as advertising", Note: "Reported by two members", URL: "/reports", Act: "Look"},
		},
		Drafts: []DraftRow{{Title: "Reply to Ruben about the nurse log", URL: "/d/7#write", Saved: clock.Add(-20 * time.Hour)}},
		Pages:  ui.Pages{Older: "/?before=7"},
	}
}

func copEmpty(s Shell) Page {
	s.Path, s.Title = "/c/night", "Night shift"
	return Cop{Shell: s, Name: "Night shift", Handle: "night", Address: "@night@wash.example", Org: wash, Openness: Private}
}

func copFull(s Shell) Page {
	s.Path, s.Title = "/c/waterquality", "Water Quality in Health Facilities"
	s.Head = Head{Canonical: "https://wash.example/c/waterquality", Feed: "/c/waterquality/feed.atom", AltAP: "https://wash.example/c/waterquality"}
	if s.Viewer != nil {
		s.Viewer.Communities[0].Current = true
	}
	return Cop{
		Shell: s, Name: "Water Quality in Health Facilities", Handle: "waterquality", Address: "@waterquality@wash.example", Org: wash,
		Scope:   "Keeping water safe from the source to the patient’s bedside in hospitals and clinics that lose power, lose pressure and lose staff. We look after what a person with a test kit and a spanner can change this month.",
		Members: 142, Orgs: 9, Facilitators: []ui.Person{thandiwe, ruben},
		Languages: []ui.Link{{Label: "English", URL: "en"}, {Label: "français", URL: "fr"}, {Label: "العربية", URL: "ar"}},
		Standing:  Member, Joinable: true, MayPost: true, MayManage: true, Talk: rows(), Pages: ui.Pages{Older: "/c/waterquality?before=7"},
		People: []ui.Person{thandiwe, ruben, leila, elif, grace, farid},
		ByOrg:  []OrgCount{{wash, 61}, {ministry, 40}, {health, 22}, {clearwell, 12}, {university, 7}},
	}
}

func copOut(s Shell) Page {
	p := copFull(s).(Cop)
	p.Joinable, p.Standing, p.MayPost, p.MayManage = true, Stranger, false, false
	return p
}

func copRemote(s Shell) Page {
	s.Path, s.Title = "/c/cholera@health.example", "Cholera Preparedness"
	if s.Viewer != nil {
		s.Viewer.Communities[1].Current = true
	}
	return Cop{
		Shell: s, Name: "Cholera Preparedness", Handle: "cholera@health.example", Address: "@cholera@health.example", Org: health, Openness: Restricted,
		Scope: "What has to be in place before the first case.", Members: 203, Orgs: 12, Standing: Asked, Talk: rows()[2:4],
		Joinable: true, Remote: &Remote{
			Host: "health.example", URL: "https://health.example/c/cholera",
			Fetch: &Fetch{Have: 1840, Of: 2310, Back: clock.AddDate(-2, -8, -16), Started: clock.Add(-43 * time.Minute)},
			Kept:  Kept{Posts: 1840, Since: clock.AddDate(0, 0, -2), Contact: clock.Add(-12 * time.Minute), Readers: 4},
			Steps: []Step{
				{Title: "Follow accepted", Note: "Wed 18 Nov, at once"},
				{Title: "Membership asked", Note: "Thu 19 Nov, 09:12. Mei-Ling Chou decides.", Current: true},
				{Title: "Member", Note: "then you may start discussions"},
			},
		},
	}
}

func discussionEmpty(s Shell) Page {
	s.Path, s.Title = "/d/11", "Which lids stay on?"
	return Discussion{
		Shell: s, ID: "11", Heading: "Which lids stay on?", Community: ui.Link{Label: "Night shift", URL: "/c/night"},
		Opening: ui.Reply{ID: "11", Author: ui.Person{Name: "Somebody", Initials: "S"}, Body: "<p>Which?</p>", At: clock},
		Refusal: s.Text("Only members of this community can reply."), Address: "https://wash.example/d/11",
	}
}

func discussionFull(s Shell) Page {
	s.Path, s.Title = "/d/7", "New national guideline asks for monthly residual logs from January"
	post := func(id string, who ui.Person, days int, text string) ui.Reply {
		return ui.Reply{ID: id, Author: who, At: clock.AddDate(0, 0, -days), Body: ui.HTML("<p>" + text + "</p>"), Lang: "en"}
	}
	may := ui.Acts{Like: true, Reply: true, Report: true, Thread: "/d/7"}
	rule := may
	rule.Remove, rule.Pin, rule.Lock, rule.Receipts, rule.Pinned = true, true, true, true, true
	if s.Viewer == nil {
		may, rule = ui.Acts{}, ui.Acts{Pinned: true}
	}

	opening := post("7", ruben, 4, "From 1 January every facility above 20 beds sends one sheet a month.</p><p>Who already keeps a log that a nurse can fill in under a minute? Send it, we want to attach three real ones.")
	opening.From, opening.May, opening.Helpful, opening.Edited = ui.Origin{Door: ui.ByPeer, From: "ministry.example"}, rule, 3, clock.AddDate(0, 0, -3)
	opening.Files = []ui.File{{Name: "guideline-annex-c.pdf", URL: "/media/1", Size: 348160}}

	strip := post("12", grace, 4, "Ours is one paper strip per week, taped inside the cupboard door. Three boxes, three numbers, initials.")
	strip.From, strip.Helpful, strip.May, strip.Liked = ui.Origin{Door: ui.ByMail}, 12, may, true
	strip.Files = []ui.File{{Name: "a strip with four weeks filled in by hand", URL: "/media/2", Size: 86016, Kind: "image"}}
	zero := post("13", leila, 4, "What does she do when a number is zero? The strip needs one line for that.")
	zero.From, zero.May = ui.Origin{Door: ui.ByPeer, From: "health.example"}, may
	porter := post("14", grace, 4, "She rings the porter. His number is on the strip.")
	best := post("15", leila, 3, "Then that line is the best part of it. Keep it in the national sheet.")
	deeper := post("16", farid, 3, "And print the number, people do not write it by hand.")
	deepest := post("17", ruben, 3, "Agreed.")
	deeper.Replies = []ui.Reply{deepest}
	best.Replies = []ui.Reply{deeper}
	porter.Replies = []ui.Reply{best}
	zero.Replies = []ui.Reply{porter}
	strip.Replies = []ui.Reply{zero}

	hour := post("18", jonas, 3, "Ask for the hour as well. A reading at six in the morning and one at two in the afternoon are not the same measurement.")
	hour.From, hour.Edited, hour.May = ui.Origin{Door: ui.ByClient, From: "Mastodon"}, clock.AddDate(0, 0, -2), may
	self := ui.Reply{ID: "19", Gone: &ui.Gone{Self: true, At: clock.AddDate(0, 0, -2)}, Replies: []ui.Reply{post("20", leila, 2, "A photograph of the disc would prove the number, but it costs the nurse ten minutes.")}}
	hour.Replies = []ui.Reply{self}

	print := post("21", grace, 3, "Printing 400 books of 12 sheets costs 1,900 dollars with the government printer.")
	for i, who := range []ui.Person{elif, jonas, leila, farid, ruben, elif, jonas, leila} {
		print.Replies = append(print.Replies, post("3"+string(rune('0'+i)), who, 2, "We can print some."))
	}
	print.Locked = &ui.Lock{By: "Ruben Castellanos", At: clock.AddDate(0, 0, -2), Reason: "prices go on in “Who prints forms in the districts?”"}
	advert := ui.Reply{ID: "22", Gone: &ui.Gone{By: "Ruben Castellanos", At: clock.AddDate(0, 0, -2), Reason: "advertising"}}
	away := ui.Reply{ID: "23", Gone: &ui.Gone{At: clock.AddDate(0, 0, -2)}}

	timed := post("24", farid, 1, "We timed it in two clinics. Strip: 42 seconds. Ministry form: two minutes ten. <strong>Print the code on the sheet.</strong>")
	timed.New, timed.May, timed.Role = true, may, "Facilitator"
	timed.May.Edit, timed.May.Delete = s.Viewer != nil, s.Viewer != nil
	arabic := post("25", elif, 0, "نحن نستخدم ختمًا في أول كل شهر.")
	arabic.At, arabic.Lang, arabic.New = clock.Add(-4*time.Hour), "ar", true
	timed.Replies = []ui.Reply{arabic}

	p := Discussion{
		Shell: s, ID: "7", Heading: s.Title, Community: ui.Link{Label: "Water Quality in Health Facilities", URL: "/c/waterquality"},
		Opening: opening, Total: 21, New: 2, Since: clock.AddDate(0, 0, -2),
		Pinned:  []Pinned{{ID: "12", By: grace, At: strip.At, Body: strip.Body, Lang: "en"}},
		Replies: []ui.Reply{strip, hour, print, advert, away, timed}, More: "/d/7?after=25", Earlier: "/d/7?before=12",
		Trouble: []Trouble{{Host: "ministry.example", Since: clock.Add(-5 * time.Hour), Members: 31}},
		Address: "https://wash.example/d/7", ByOrg: []OrgCount{{ministry, 5}, {health, 4}, {wash, 1}}, Removed: 3,
	}
	if s.Viewer != nil {
		p.Composer = &ui.Composer{
			Action: "/d/7/replies", Label: s.Text("Your reply"), Submit: s.Text("Reply to %s", "Ruben"), Text: "Ruben, the strip from Limba North fits.",
			DraftKey: "reply:7", Restored: clock.Add(-20 * time.Hour), Since: 3, Error: "Say a little more.", Preview: "<p>Ruben, the strip from Limba North fits.</p>",
			Audiences: []ui.Choice{{Value: "public", Label: "Everyone: 14 servers, 211 followers", Chosen: true}, {Value: "members", Label: "Members"}},
			Hidden:    []ui.Pair{{Name: "to", Value: "24"}}, MaxLength: 20000, MayPreview: true,
		}
	}
	return p
}

func discussionLocked(s Shell) Page {
	p := discussionFull(s).(Discussion)
	p.Locked = &ui.Lock{By: "Ruben Castellanos", At: clock.AddDate(0, 0, -1)}
	p.Opening.Gone = &ui.Gone{Self: true, At: clock}
	return p
}
