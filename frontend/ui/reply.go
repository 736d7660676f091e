package ui

import (
	"time"
)

// Door is the way something came in.
type Door int

// The four doors. None of them is a warning; the words differ, the place of a
// response on the page doesn't.
const (
	ByWeb Door = iota
	ByMail
	ByClient
	ByPeer
)

// Origin is the door and, for ByClient and ByPeer, the name it goes by:
// Mastodon, health.example.
type Origin struct {
	Door Door
	From string
}

func (o Origin) icon() string {
	return [...]string{"web", "mail", "client", "peer"}[o.Door]
}

// Reply is one contribution and everything below it. Give the whole tree as
// it is; the view lays it out in four steps.
type Reply struct {
	ID      string // in addresses: /p/{ID}
	Author  Person
	Role    string // a badge beside the name: "Facilitator"; "" for none
	Body    HTML
	Lang    string // of the text, BCP 47; "" when unknown
	Files   []File
	At      time.Time
	Edited  time.Time // zero: never
	From    Origin
	New     bool   // since the reader's last visit
	To      string // whom it answers, when that isn't the reply above it
	Helpful int
	Liked   bool // by the reader
	May     Acts
	Gone    *Gone // set: only a line is left of it
	Locked  *Lock // set: this branch takes no replies
	Note    *Note // set: others don't see it as it stands
	Replies []Reply
}

// File is something attached to a post.
type File struct {
	Name string // or, for pictures, what the picture shows
	URL  string
	Size int64
	Kind string // image, audio, video, or "" for anything else
}

// Acts is what the reader may do to one post. A zero Acts shows no buttons.
type Acts struct {
	Like, Reply, Edit, Delete, Report, Remove, Pin, Lock, Receipts, Release bool
	Hide, Slow, Move                                                        bool
	Pinned                                                                  bool // Pin takes the pin off
	Thread                                                                  string
}

func (a Acts) menu() bool {
	return a.Edit || a.Delete || a.Report || a.Remove || a.Pin || a.Lock || a.Hide || a.Slow || a.Move || a.Receipts || a.Release
}

// Gone is what is left of a removed post.
type Gone struct {
	By     string // who removed it; "" when the server it came from did
	Self   bool   // its author did
	At     time.Time
	Reason string // given by a facilitator
	// Restore is where a facilitator puts it back; "" for who can't.
	Restore string
}

// Note says to its author, or to a facilitator, why others don't see a post
// yet, or won't. Kind and Icon are those of a banner.
type Note struct {
	Kind, Icon, Text string
	Act              Link // the way out; URL "" for none
}

// Lock is who closed a branch or a whole discussion, and why.
type Lock struct {
	By     string
	At     time.Time
	Reason string
}
