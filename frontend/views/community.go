package views

import (
	"time"

	"github.com/copse-social/copse/frontend/ui"
)

// Cop is the page of a community, local or remote: the same page, with Remote
// set when it lives elsewhere.
type Cop struct {
	Shell
	Name         string
	Handle       string // water, or water@health.example
	Address      string // @water@wash.example
	Org          ui.Org // that hosts it
	Openness     Openness
	Scope        ui.HTML // what it cares about, from the charter
	Members      int
	Orgs         int
	Followers    int // of ours, said where members are another server's to count
	Facilitators []ui.Person
	Languages    []ui.Link // label and code of what is spoken there, code in URL
	Standing     Standing
	Pending      bool // the follow was asked for and not yet accepted
	Joinable     bool // its server knows members beside followers
	Closed       bool // the reader may not see what is said
	Archived     bool
	Error        string // why the last act did not work; "" for none
	MayPost      bool
	MayManage    bool
	Log          bool // the reader may see the log
	Talk         []DiscussionRow
	Moved        []MovedRow // what went to other communities
	Pages        ui.Pages
	People       []ui.Person // some, newest voices first
	ByOrg        []OrgCount
	Remote       *Remote
}

// MovedRow is a discussion that went to another community.
type MovedRow struct {
	Talk, To ui.Link
	At       time.Time
}

// OrgCount is how much of something came from one organisation.
type OrgCount struct {
	ui.Org
	Count int
}

// Standing is what the reader is to a community.
type Standing int

// From nobody to member. A signed-out reader is always a Stranger.
const (
	Stranger Standing = iota
	Following
	Asked // to become a member; may already follow
	Member
)

// Remote is what a community that lives elsewhere has besides.
type Remote struct {
	Host  string
	URL   string // of the original
	Fetch *Fetch // nil: nothing is being fetched
	Kept  Kept
	Note  string // what is being fetched, where nothing can be counted; "" for nothing
	Steps []Step // the reader's way into the community
}

// Fetch is how far the copying of older posts has come.
type Fetch struct {
	Have, Of int       // Of may be an estimate; 0 when unknown
	Back     time.Time // the oldest post that is here
	Started  time.Time
}

// percent is for the bar.
func (f Fetch) percent() int {
	if f.Of <= 0 {
		return 0
	}
	return min(100, f.Have*100/f.Of)
}

// Kept is what this server holds of it.
type Kept struct {
	Posts   int // discussions
	Since   time.Time
	Contact time.Time // last heard of; zero for never
	Readers int       // people here who follow it, the reader among them
	There   int       // people who follow it in all, as its server says; 0 when unknown
}

// Step is one stage on the way from follower to member.
type Step struct {
	Title   string
	Note    string
	Current bool
}

func (p Cop) path() string { return communityPath(p.Handle) }

func (p Cop) tabs() []ui.Tab { return communityTabs(p.Shell, p.path(), "", p.Log, p.MayManage) }

// joinLabel says whether pressing it is enough.
func (p Cop) joinLabel() string {
	if p.Openness == Open {
		return p.Text("Join")
	}
	return p.Text("Ask to join")
}

// followClass makes following the main act where nobody can become a member.
func (p Cop) followClass() string {
	if p.Joinable {
		return ""
	}
	return "primary"
}

// readers says the two counts that differ side by side.
func (p Cop) readers() string {
	k := p.Remote.Kept
	if k.There == 0 || k.There == k.Readers {
		return p.Number(k.Readers)
	}
	return p.Text("%d here, %d there", k.Readers, k.There)
}
