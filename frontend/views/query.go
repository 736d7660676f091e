package views

import (
	"time"

	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
)

// QueryMark is how the state of a query looks: a kind and an icon of ui.State, and a word.
type QueryMark struct{ Kind, Icon, Word string }

// MarkQuery says where a query stands. closes is when it ends, now is now, answered says that somebody
// gave a useful response.
func MarkQuery(l *locales.Loc, state string, closes, now time.Time, answered bool) QueryMark {
	left := ""
	if !closes.IsZero() && closes.After(now) {
		if days := int(closes.Sub(now) / (24 * time.Hour)); days > 0 {
			left = l.Count("%d day left", "%d days left", days)
		} else {
			left = l.Text("closes today")
		}
	}
	switch state {
	case "waiting":
		return QueryMark{"rest", "clock", l.Text("Waits for a look")}
	case "clarifying":
		return QueryMark{"rest", "clock", l.Text("Being clarified")}
	case "open", "reopened", "closing":
		return markOpen(l, state, left, answered)
	case "consolidating":
		return QueryMark{"info", "st-work", l.Text("Being summarised")}
	case "consolidated":
		return QueryMark{"go", "st-done", l.Text("Consolidated")}
	case "unanswered":
		return QueryMark{"alert", "st-none", l.Text("Closed, no answer")}
	case "withdrawn":
		return QueryMark{"rest", "x", l.Text("Taken back")}
	}
	return QueryMark{"rest", "link", l.Text("Asked before")}
}

func markOpen(l *locales.Loc, state, left string, answered bool) QueryMark {
	switch {
	case !answered && left != "":
		return QueryMark{"alert", "st-none", l.Text("No answer yet, %s", left)}
	case !answered:
		return QueryMark{"alert", "st-none", l.Text("No answer yet")}
	case state == "closing" && left != "":
		return QueryMark{"wait", "st-closing", l.Text("Closing, %s", left)}
	case state == "reopened" && left != "":
		return QueryMark{"go", "retry", l.Text("Reopened, %s", left)}
	case left != "":
		return QueryMark{"go", "st-open", l.Text("Open, %s", left)}
	}
	return QueryMark{"go", "st-open", l.Text("Open")}
}

// AskKind words what a query asks for; AskIcon is its icon.
func AskKind(l *locales.Loc, kind string) string {
	switch kind {
	case "problem":
		return l.Text("Solve a problem")
	case "information":
		return l.Text("Find something")
	}
	return l.Text("Hear from someone who did it")
}

// AskIcon is the icon of what a query asks for.
func AskIcon(kind string) string {
	switch kind {
	case "problem":
		return "warn"
	case "information":
		return "resource"
	}
	return "experience"
}

// ResponseKind words a kind of response; "" has none.
func ResponseKind(l *locales.Loc, kind string) string {
	switch kind {
	case "experience":
		return l.TextIn("response", "Experience")
	case "advice":
		return l.TextIn("response", "Advice")
	case "resource":
		return l.TextIn("response", "Resource")
	case "contact":
		return l.TextIn("response", "Contact")
	case "clarification":
		return l.TextIn("response", "Clarification")
	case "me-too":
		return l.TextIn("response", "Me too")
	}
	return ""
}

// ResponseIcon is the icon of a kind of response.
func ResponseIcon(kind string) string {
	switch kind {
	case "clarification":
		return "clarify"
	case "me-too":
		return "metoo"
	}
	return kind
}

// Stage is one stop of the ribbon.
type Stage struct {
	Label, Note string
	Done, Now   bool
}

// QueryHead is what a discussion has beside its text when it is a query.
type QueryHead struct {
	Group    string // handle of the community, which speaks in the thread
	Mark     QueryMark
	Kind     string
	Hidden   string // who sees it, before it opens; "" everybody
	Ribbon   []Stage
	Act      string // takes the POST of a step
	Steps    []QueryStep
	Note     string  // of what happens next, and by when
	Why      string  // it was reopened
	Reply    ui.Link // to the consolidated reply, or to where it is written
	Of       ui.Link
	Outcome  string
	Ended    bool // what is written now is late
	MeToo    int
	MayMeToo bool
	Nudged   []ui.Person
	MayNudge bool // somebody can be asked to help now
	MayPoint bool
	Pointed  []ui.Link // other communities that point here
	Kinds    map[string]Sorted
	Useful   int
	Orgs     int
	Late     int
}

// Sorted is what is known of one response.
type Sorted struct {
	Kind    string
	Late    bool
	Asker   bool
	MaySort bool
}

// QueryStep is something the reader can do with a query. Words asks for a line; Pick for a choice.
type QueryStep struct {
	Do, Label string
	Primary   bool
	Words     string
	Of        string // asks for an address
	Outcomes  []ui.Choice
}

func (a *QueryHead) ribbonKind() string { return a.Mark.Kind }

// sorted is a response with what is known of it.
func (a *QueryHead) sorted(r ui.Reply) Sorted { return a.Kinds[r.ID] }

// responsesHeading counts what came.
func (p Discussion) responsesHeading() string {
	a := p.Asked
	if a.Useful == 0 {
		return p.Text("Responses")
	}
	return p.Text("%s from %s", p.Count("%d response", "%d responses", a.Useful), p.Count("%d organisation", "%d organisations", a.Orgs))
}

// Ask is the form in which a query is asked.
type Ask struct {
	Shell
	Community ui.Link
	Action    string
	Kinds     []ui.Kind
	Title     ui.Answer
	Seen      ui.Answer
	Tried     ui.Answer
	Limits    ui.Answer
	By        ui.Answer
	Days      []ui.Choice
	MayHide   bool // may ask without a name
	Anonymous bool
	HideError string
	Error     string
	Refusal   string // why nothing can be asked here; "" something can
	Stewards  string
	Languages []ui.Choice
	Submit    string
	Near      Near
	Tell      []ui.Person
	MaxTitle  int
	MaxText   int
}

func (p Ask) fields() []ui.Field {
	return []ui.Field{
		{Name: "title", Error: p.Title.Error},
		{Name: "text", Error: p.Seen.Error},
		{Name: "tried", Error: p.Tried.Error},
		{Name: "limits", Error: p.Limits.Error},
		{Name: "by", Error: p.By.Error},
	}
}

// Near is what is there already that may answer a question.
type Near struct {
	*locales.Loc
	Action string // takes the POST of who found the answer
	Sought bool
	Rows   []NearRow
}

// NearRow is one thing that may answer.
type NearRow struct {
	ID, Title, URL, Line string
}

// Queries are the queries of a community.
type Queries struct {
	Shell
	CommunityHead
	Tab      string // open, unanswered, closed
	Counts   map[string]int
	Rows     []QueryRow
	Waiting  []QueryRow // for those who look first
	Mine     []QueryRow // asked by the reader, not shown yet
	MayAsk   bool
	MayOpen  bool
	Older    string
	Served   int
	Answered string // within 72 hours
	Closed   bool   // the reader may not read here
	Total    int
}

// QueryRow is one query in a list.
type QueryRow struct {
	ID      string
	Title   string
	URL     string // "" where the reader can't open it
	Mark    QueryMark
	By      string
	Asked   time.Time
	Useful  int
	Orgs    int
	MeToo   int
	Closed  time.Time
	Outcome string
	Days    int
}

func (p Queries) byState() []ui.Tab {
	path := p.path() + "/queries"
	label := func(word string, n int) string {
		if n == 0 {
			return word
		}
		return word + " " + p.Number(n)
	}
	return []ui.Tab{
		{Link: ui.Link{Label: label(p.TextIn("queries", "Open"), p.Counts["open"]), URL: path}, Current: p.Tab == "open"},
		{Link: ui.Link{Label: label(p.TextIn("queries", "Unanswered"), p.Counts["unanswered"]), URL: path + "?tab=unanswered"}, Current: p.Tab == "unanswered"},
		{Link: ui.Link{Label: label(p.TextIn("queries", "Closed"), p.Counts["closed"]), URL: path + "?tab=closed"}, Current: p.Tab == "closed"},
	}
}

// groupHandle is how the community signs what it says itself.
func (p Discussion) groupHandle() string { return p.Asked.Group }
