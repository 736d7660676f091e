package views

import (
	"time"

	"github.com/copse-social/copse/frontend/ui"
)

// Foundings is where somebody begins a community or goes on with one.
type Foundings struct {
	Shell
	Begun []Begun
}

// Begun is a community that somebody is still thinking up.
type Begun struct {
	Name  string
	URL   string
	Step  string // where they left off, in words
	Saved time.Time
}

// Founding is one step of starting a community.
type Founding struct {
	Shell
	Action  string // of the form
	Steps   []FoundingStep
	Number  int // of this step, from 1
	Heading string
	Lead    string
	Fields  []FoundingField
	Error   string
	Saved   time.Time
	Sofar   FoundingSofar
	Test    *SelfTest     // of the second step
	Kin     []Kin         // of the third
	Preview *FoundPreview // of the last
	Doing   []ui.Choice   // what is done together, of the sixth
	Weights []FoundingField
	Founded *ui.Link       // the community, where it was made already
	Groups  []FoundersLine // of the last
}

// FoundingStep is one line of the way.
type FoundingStep struct {
	Label   string
	URL     string
	Done    bool
	Current bool
}

// FoundingField is a field of a step. Kind is "", area or options.
type FoundingField struct {
	ui.Field
	Kind    string
	Choices []ui.Choice
}

// FoundingSofar is what the charter holds already.
type FoundingSofar struct {
	Name    string
	Address string
	Purpose string
	Kin     []ui.Choice // what was chosen: the community in Label, how it relates in Value
}

// SelfTest is five questions and what they come to.
type SelfTest struct {
	Questions []SelfQuestion
	Advice    *SelfAdvice // nil until all are answered
}

// SelfQuestion is one question with what it means.
type SelfQuestion struct {
	Name     string
	Text     string
	Hint     string
	Answered bool
	Yes      bool
}

// SelfAdvice says what the answers point to.
type SelfAdvice struct {
	Title string
	Text  string
}

// Kin is a community that is there already.
type Kin struct {
	Name    string
	Address string
	URL     string
	Tagline string
	Org     ui.Org
	Members int
	Field   string // name of its choice
	Chosen  string
}

// FoundPreview is how others will meet the community.
type FoundPreview struct {
	Name, Address, Purpose string
	Openness               Openness
	Facts                  []ui.Choice // label and value
	Note                   []string    // paragraphs of the direct Note
	Mail                   string
	Missing                []ui.Choice // part of the charter in Label; Chosen: it is there; Value: where to write it
	Deciding               string      // how it is decided
	First                  []ui.Choice // the first three things: kind and title
	Org                    ui.Org
	Asked                  int    // how many are asked beside the founder
	FirstURL, FoundersURL  string // the steps that say so
}

// FoundersLine is somebody who is asked.
type FoundersLine struct {
	Address string
	Way     string // how they are asked, in words
	Icon    string
	Too     bool // looks after it as well
	Signs   bool // now
}

func (p Founding) back() bool { return p.Number > 1 }

// plain are the fields for the summary of errors.
func (p Founding) plain() []ui.Field {
	var list []ui.Field
	for _, f := range p.Fields {
		list = append(list, f.Field)
	}
	return list
}

// kinChoices are the ways to relate to a community.
func (p Founding) kinChoices(chosen string) []ui.Choice {
	list := []ui.Choice{
		{Value: "", Label: p.Text("Not the same")},
		{Value: "join", Label: p.Text("Join it instead")},
		{Value: "chapter", Label: p.Text("Become a chapter of it")},
		{Value: "sister", Label: p.Text("Become its sister")},
	}
	for i := range list {
		list[i].Chosen = list[i].Value == chosen
	}
	return list
}

// last says that this is the preview.
func (p Founding) last() bool { return p.Preview != nil }
