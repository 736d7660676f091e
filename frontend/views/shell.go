package views

import (
	"time"

	"github.com/copse-social/copse/frontend"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
)

// Shell is the frame around every page. A door fills it once per request.
type Shell struct {
	*locales.Loc
	Title    string // without the instance's name
	Theme    string // light or dark; "" follows the device
	Instance Instance
	Viewer   *Viewer // nil: signed out
	Tab      Tab     // which entry of the navigation is this page
	Path     string  // of this page, where language and theme forms return to
	Flash    Flash
	Head     Head
	Query    string // in the search field
	bare     bool   // set by views that come before anybody can sign in
}

// Instance is the server as pages name it: by its organisation.
type Instance struct {
	ui.Org
	Host    string
	Contact string // mail address of the admins; "" hides it
}

// Viewer is the signed-in reader and what waits for them.
type Viewer struct {
	ui.Person
	Admin       bool
	Facilitates bool
	Unread      int // entries in the inbox
	Drafts      int
	Reports     int  // open, for facilitators and admins
	KeysOff     bool // single keys do nothing
	Communities []NavCommunity
}

// NavCommunity is one community in the rail.
type NavCommunity struct {
	Name    string
	Handle  string // water, or water@health.example
	Org     ui.Org
	Unread  int
	MayPost bool // offers it in the New menu
	Current bool
}

// Tab names an entry of the navigation.
type Tab int

// The navigation. A page that is no entry has NoTab; a community page marks
// its own entry instead.
const (
	NoTab Tab = iota
	Today
	Communities
	Inbox
	Drafts
	Search
	Settings
	Federation
	Reports
	CockpitTab
)

// Flash is what just happened, said once at the top of the page. With Undo it
// is the toast of an act that can be taken back.
type Flash struct {
	Text string
	Undo string // takes a POST; "" for none
	// Forget is the key of a draft that was sent or thrown away: only now may the device forget
	// its copy. "" for none.
	Forget string
}

// Head is what machines read: previews, feeds, the other forms of the page.
type Head struct {
	Canonical string
	Feed      string // Atom
	AltAP     string // the object as ActivityPub
	NoIndex   bool
	Graph     *OpenGraph
}

// OpenGraph is the preview other sites show for a link here. Creator is the
// author's handle: Mastodon then shows them beside the link.
type OpenGraph struct {
	Title, Description, Image, URL, SiteName, Creator string
	PublishedTime                                     time.Time
}

// stylesheet and script are looked up at render time, so that a page never
// points to a file the running binary doesn't have.
func (s Shell) stylesheet() string { return frontend.Files().Path("copse.css") }
func (s Shell) script() string     { return frontend.Files().Path("copse.js") }
func (s Shell) favicon() string    { return frontend.Files().Path("icon.svg") }

// alone is the frame without search and sign-in.
func (s Shell) alone() Shell {
	s.bare = true
	return s
}

// fullTitle puts the instance last: tabs and histories show the beginning.
func (s Shell) fullTitle() string {
	if s.Title == "" {
		return s.Instance.Name
	}
	return s.Title + " · " + s.Instance.Name
}

// mayStart lists the communities of the New menu, the current one first.
func (v Viewer) mayStart() []NavCommunity {
	const most = 8 // more are found through Communities
	var current, others []NavCommunity
	for _, c := range v.Communities {
		switch {
		case !c.MayPost:
		case c.Current:
			current = append(current, c)
		case len(others) < most:
			others = append(others, c)
		}
	}
	return append(current, others...)
}

func (v Viewer) inCommunity() bool {
	for _, c := range v.Communities {
		if c.Current {
			return true
		}
	}
	return false
}
