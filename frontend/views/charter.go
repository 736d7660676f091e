package views

import (
	"strconv"
	"time"

	"github.com/copse-social/copse/frontend/ui"
)

// Charter is one version of what a community agreed on.
type Charter struct {
	Shell
	CommunityHead
	None     bool // nothing was agreed on yet
	Version  int
	State    string // draft, proposed, adopted, superseded
	When     time.Time
	Decides  string // how and when it is decided, of a proposal
	Lang     string
	Clauses  []Clause
	Body     ui.HTML // of a charter from elsewhere, which comes as one text
	Note     string  // what is different
	Versions []CharterVersion
	Signed   []Signed
	Remarks  []CharterRemark
	Proposed *ui.Link // the proposal that stands, where another version is shown
	Acts     CharterActs
	Error    string
	Stage    string // of life, in words
	Life     []ui.Choice
	Original string // where it lives, of a community elsewhere
	Kin      []KinLine
	Launch   bool      // the reader thought up the first three things
	Files    []ui.Link // other forms of it
	PDF      bool      // one of them is a PDF
}

// KinLine is one community that says it is kin of another.
type KinLine struct {
	URI, Name, Address, URL string
	Word                    string // how it relates
	Both                    bool   // both say it
	Mine                    bool   // the reader may take it back
	Answer                  string // what the reader could say back, where only the other says it
}

// Launch is the first three things, ready to go.
type Launch struct {
	Shell
	CommunityHead
	Items   []LaunchItem
	Welcome string
}

// LaunchItem is one of them.
type LaunchItem struct {
	Code, Kind, Icon, Title, Text string
}

// CharterPrint is one version as a page to print.
type CharterPrint struct {
	Shell
	Name, Address string
	Version       int
	State         string
	When          time.Time
	Lang          string
	Purpose       string
	Facts         []ui.Choice
	Clauses       []Clause
	Body          ui.HTML
	Signed        []Signed
	Page          string // its address for ever
	Back          string
	Files         []ui.Link // other forms of it
}

// Clause is one numbered part.
type Clause struct {
	Code, Title string
	Body        ui.HTML
}

// CharterVersion is one line of the history.
type CharterVersion struct {
	ui.Link
	Note    string
	State   string // in words
	When    time.Time
	Current bool
	Compare string // with the one before; "" for the first
}

// Signed is one name under a version.
type Signed struct {
	ui.Person
	Door string // in words
	Icon string
	Text string
	At   time.Time
}

// CharterRemark is what somebody said about a version.
type CharterRemark struct {
	ui.Person
	ID      int64
	Concern bool
	Settled bool
	Text    string
	Door    string
	Icon    string
	At      time.Time
	Settle  bool // the reader may
}

// CharterActs are what the reader may do.
type CharterActs struct {
	Action   string // the address below which acts are
	Sign     bool
	Signed   bool // the reader has
	Say      bool
	Adopt    bool
	Propose  bool // a draft
	Withdraw bool
	Amend    bool
	Live     bool // say where it stands in its life
}

func (p Charter) path() string { return communityPath(p.Handle) }

func (p Charter) word() string { return CharterWord(p.Shell, p.State) }

// CharterWord is the state of a version in words.
func CharterWord(s Shell, state string) string {
	switch state {
	case "draft":
		return s.Text("Draft")
	case "proposed":
		return s.Text("Proposed")
	case "superseded":
		return s.Text("Replaced by a later one")
	}
	return s.Text("In force")
}

func (p Charter) stateIcon() (kind, icon string) {
	switch p.State {
	case "adopted":
		return "go", "st-done"
	case "proposed":
		return "wait", "edit"
	}
	return "rest", "st-none"
}

// CharterCompare is two versions side by side.
type CharterCompare struct {
	Shell
	CommunityHead
	Tab      string // of the community's pages
	From, To int
	Versions []ui.Choice // version numbers to choose from
	Pairs    []CharterPair
}

// CharterPair is one clause before and after; empty where it was not there.
type CharterPair struct {
	Title       string
	Left, Right []Span
	Same        bool
}

// Span is a run of words. Kind is "", del or ins.
type Span struct {
	Kind string
	Text string
}

// CharterForm is where a version is written.
type CharterForm struct {
	Shell
	CommunityHead
	Fields  []FoundingField
	Weights []FoundingField
	Error   string
	First   bool
}

// CharterLife is where facilitators say where a community stands.
type CharterLife struct {
	Shell
	CommunityHead
	Fields   []FoundingField
	Error    string
	Archived bool
	Facts    []ui.Choice // what speaks for a stage: label and value
	Kin      []KinLine
	KinForm  []FoundingField
	Fixed    bool // the first stage, which only a charter ends
}

// Flyer is one printable page.
type Flyer struct {
	Shell
	Name, Address, Page    string
	Host                   string
	Purpose, Who, Why, How string
	Inside                 []string
	QR                     string // path of an SVG
	Side                   int    // modules of the code, its margin included
	Back                   string
	Files                  []ui.Link // other forms of it
}

// id prints a number as it stands in forms.
func id(n int64) string { return strconv.FormatInt(n, 10) }
