package views

import (
	"time"

	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
)

// Discussion is the page of one discussion.
type Discussion struct {
	Shell
	ID        string
	Heading   string
	Community ui.Link
	Openness  Openness
	Opening   ui.Reply // the post that started it; its Replies stay empty
	Pinned    []Pinned // replies a facilitator wants read first
	Locked    *ui.Lock // nothing can be added
	Slow      *Slow    // everybody waits between two posts
	Total     int      // replies there are, removed ones not counted
	New       int      // of them since the last visit
	Since     time.Time
	Replies   []ui.Reply // the top level of this page, oldest first
	More      string     // the next page of replies; "" when these are all
	Earlier   string     // the page before
	Trouble   []Trouble
	Composer  *ui.Composer // nil: the reader can't write here
	Refusal   string       // then: why, and the way to be allowed
	Unsent    string       // what the reader wrote and can't send here; "" for nothing
	Address   string       // of the discussion, for the search field of other servers
	ByOrg     []OrgCount
	Removed   int        // replies not counted in ByOrg
	Asked     *QueryHead // it is a query
}

// Pinned is a reply a facilitator put in front.
type Pinned struct {
	ID   string
	By   ui.Person
	At   time.Time
	Body ui.HTML
	Lang string
}

// Trouble is a server that has not taken the latest posts.
type Trouble struct {
	Host    string
	Since   time.Time
	Members int // who see them later
}

// fresh is true when new branches begin on this page.
func (p Discussion) fresh() bool {
	_, after := ui.SplitNew(p.Replies)
	return len(after) > 0
}

func (p Discussion) before() []ui.Reply {
	before, _ := ui.SplitNew(p.Replies)
	return before
}

func (p Discussion) after() []ui.Reply {
	_, after := ui.SplitNew(p.Replies)
	return after
}

// newLine is said twice: in the link that leads to the new and over them.
func (p Discussion) newLine() string {
	if p.Since.IsZero() {
		return p.Count("%d new", "%d new", p.New)
	}
	return p.Text("%s since %s", p.Count("%d new", "%d new", p.New), p.Date(p.Since))
}

func (p Discussion) repliesHeading() string {
	if p.Total == 0 {
		return p.Text("Replies")
	}
	n := p.Count("%d reply", "%d replies", p.Total)
	if p.New == 0 {
		return n
	}
	return p.Text("%s, %s", n, p.Count("%d new", "%d new", p.New))
}

// Slow is slow mode in a discussion, or in its whole community.
type Slow struct {
	Wait  time.Duration
	Until time.Time
}

// sentence says how slow it is.
func (s Slow) sentence(l *locales.Loc) string {
	if n := int(s.Wait / time.Minute); n < 60 {
		return l.Count("Slow mode: everybody waits %d minute between two posts, until %s.", "Slow mode: everybody waits %d minutes between two posts, until %s.", n, n, l.Stamp(s.Until))
	}
	n := int(s.Wait / time.Hour)
	return l.Count("Slow mode: everybody waits %d hour between two posts, until %s.", "Slow mode: everybody waits %d hours between two posts, until %s.", n, n, l.Stamp(s.Until))
}
