package views

import (
	"strconv"
	"time"

	"github.com/copse-social/copse/frontend/ui"
)

// Compose is the page where a discussion begins, or where a post is changed. A
// failed send gives the same page with the text and what is wrong.
type Compose struct {
	Shell
	Heading   string
	Trail     []ui.Link  // the community, then where the post stands
	Action    string     // takes the POST; with ?preview=1 it only shows the text
	Subject   *ui.Answer // the title; nil for a reply
	MaxTitle  int
	Body      ui.Answer // Markdown
	MaxText   int
	DraftKey  string // see ui.Composer
	Restored  time.Time
	Languages []ui.Choice
	Audiences []Audience
	Submit    string
	MaySave   bool // a press keeps the draft and goes nowhere
	Cancel    string
	Drafts    int    // others that wait
	Error     string // of the form as a whole
	Refusal   string // set: nothing can be written here, and why
	Preview   *Preview
	Waits     string // what happens before others see it; "" when nothing does
}

// Audience is who can read a post and how far that is.
type Audience struct {
	Value  string
	Label  string
	Note   string
	People int // 0 hides the figures
	Hosts  int
	Chosen bool
}

// Preview is how a text will read, by door.
type Preview struct {
	Heading string
	Here    ui.HTML
	Client  ui.HTML // as microblogs get it: title, text and community in one piece
	Author  ui.Person
	By      string // the community that passes it on; "" when it stays private
}

// fields are those that the error summary names.
func (p Compose) fields() []ui.Field {
	var list []ui.Field
	if p.Subject != nil {
		list = append(list, ui.Field{
			Name: "title", Label: p.Text("Title"), Hint: p.Text("Becomes the first line everywhere."),
			Value: p.Subject.Value, Error: p.Subject.Error, Max: p.MaxTitle,
		})
	}
	return append(list, ui.Field{Name: "write", Error: p.Body.Error})
}

// reach says how far an audience goes, in people and servers.
func (p Compose) reach(a Audience) string {
	people := p.Count("%d person", "%d people", a.People)
	if a.Hosts < 2 {
		return people
	}
	return p.Text("%s on %s", people, p.Count("%d server", "%d servers", a.Hosts))
}

func (p Compose) maxText() string { return strconv.Itoa(p.MaxText) }
