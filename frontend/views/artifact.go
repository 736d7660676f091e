package views

import (
	"time"

	"github.com/copse-social/copse/frontend/ui"
)

// Library is what a community knows and keeps.
type Library struct {
	Shell
	CommunityHead
	Words   string
	Filters []Pick
	Items   []LibraryItem
	Drafts  []LibraryItem // of members, for members
	Narrow  bool          // something is filtered
	Begin   bool          // the reader may
	Next    string        // address of older ones
}

// LibraryItem is one line of a library.
type LibraryItem struct {
	Link     ui.Link
	Kind     string // in words
	Sum      string
	Maturity string // in words
	Pips     int    // of four
	Org      ui.Org
	Place    string // organisation in words
	Version  int
	When     time.Time
	Uses     int
	UsesOrgs int
	Note     string // overdue, nobody looks after it, retired; in words
	State    string // of a draft, in words
}

// Artifact is one version of an artifact.
type Artifact struct {
	Shell
	CommunityHead
	Trail    []ui.Link
	Kind     string // in words
	Icon     string
	Name     string
	Lang     string
	Abstract string
	Audience string
	Version  int
	When     time.Time
	By       string
	Reviewed string // in words, "" where nobody has
	Sections []Section
	Banners  []string
	Old      *ui.Link // the newest version, of an older one
	Copy     string   // when its home was last heard, of one from elsewhere
	Acts     ArtifactActs
	Ladder   []ui.Choice // of maturity
	Facts    []ui.Choice
	Versions []CharterVersion
	Record   []ReviewLine
	Cite     string
	Address  string
	Hash     string
	Based    []ui.Link
	Adapted  []ui.Link
	SeeAlso  []ui.Link
	Uses     []UseLine
	UsesSum  string
	Comments int
	Talk     string // where it is talked about
	Module   *Module
	Files    []GoesWith
	CiteAs   []ui.Link
	Contents []ui.Link // of a book
	InBooks  []InBook
	Error    string
}

// InBook is where a page stands in a book.
type InBook struct {
	Book           ui.Link
	Place          string // in words
	Previous, Next *ui.Link
}

// GoesWith is a file beside a text.
type GoesWith struct {
	Name, Label, URL, Size, Digest string
	Typed                          string // how it is put into the text, of a draft
	Picture, Unsaid                bool   // Unsaid: nobody said what it shows
}

// Brought is the file that a draft was made from, and what was not understood of it.
type Brought struct {
	Name string
	When time.Time
	Lost []string
}

// ChapterLine is one chapter of a book.
type ChapterLine struct {
	ui.Link
	Value string
}

// Module is how far the reader is in a learning module; nobody else sees it.
type Module struct {
	Steps  []ui.Choice
	Answer string
}

// Section is one part of a text.
type Section struct {
	ID, Title, Callout, Word string // Word is what a callout is called
	Body                     ui.HTML
}

// ArtifactActs are what the reader may do; an empty address is nothing.
type ArtifactActs struct {
	Action                    string // below which acts are
	Save, Saved               bool
	Suggest, Adapt, Use, Edit string
	Retire, Renew, Tend       bool
	Files                     []ui.Link
	Print                     string
}

// ReviewLine is one reviewer under a version.
type ReviewLine struct {
	Name, Org, Said, Interest string
}

// UseLine is one report of use.
type UseLine struct {
	Person  ui.Person
	Place   string
	Way     string // in words
	Result  string
	Hours   string
	When    time.Time
	Version int
}

// ArtifactDraft is where members write.
type ArtifactDraft struct {
	Shell
	CommunityHead
	Trail       []ui.Link
	Action      string
	Heading     string
	State       string // in words
	Revision    int
	Fields      []ui.Field // title, abstract
	Facts       []Pick
	More        []ui.Field // topics, audience, see also
	Blocks      []DraftBlock
	Clash       string
	Error       string
	Saves       []SaveLine
	Review      DraftReview
	Suggestions []SuggestionLine
	Page        string // of the artifact, where there is one
	Compare     string
	Elsewhere   bool // it is for a community on another server
	Mine        bool // the reader began it
	Discarded   bool
	New         bool // nothing was published yet
	Files       []GoesWith
	Attach      []ui.Field
	Brought     *Brought
	Preview     []Section
	Book        bool
	Chapters    []ChapterLine
	Offered     []ui.Choice // what could be a chapter
}

// DraftBlock is one block as it is written.
type DraftBlock struct {
	Key, Code, Title, Text, Error string
	Number                        int
	Required                      bool
	Callout                       string
	Clash                         *DraftClash
}

// DraftClash are two texts from one start.
type DraftClash struct {
	Who         string
	Was, Text   string
	Left, Right []Span
}

// SaveLine is one save of a draft.
type SaveLine struct {
	Revision int
	By       string
	When     time.Time
}

// SuggestionLine is what somebody suggests for a block.
type SuggestionLine struct {
	ID     string
	Person ui.Person
	When   time.Time
	Block  string
	Right  []Span
	Reason string
	State  string // in words
	Open   bool
	Answer string
}

// DraftReview is how far its review is.
type DraftReview struct {
	People   []ui.Choice // who can be asked
	Lines    []VerdictLine
	Stands   string
	Why      string // why it can't be published yet
	Publish  bool
	AsAnIdea bool
	Stewards []ui.Choice
}

// VerdictLine is what one reviewer said.
type VerdictLine struct {
	Person   ui.Person
	Value    string // of the answer's field
	Verdict  string // in words
	Done     bool
	Interest string
	Comment  string
	Answer   string
	Criteria []ui.Choice
}

// ArtifactForm is a page with one form about an artifact: to begin one, to review, to suggest, to
// report.
type ArtifactForm struct {
	Shell
	CommunityHead
	Trail    []ui.Link
	Heading  string
	Explain  string
	Action   string
	Upload   bool
	Submit   string
	Picks    []Pick
	Fields   []ui.Field
	Areas    []ui.Field
	Sections []Section // what is judged
	Lang     string
	Abstract string
	Error    string
	Back     string
}

// ArtifactPrint is one version as a page to print.
type ArtifactPrint struct {
	Shell
	Artifact Artifact
	Chapters []Artifact
	Group    string
	Back     string
	NoPDF    bool // nothing here makes PDFs
}
