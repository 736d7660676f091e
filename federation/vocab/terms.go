package vocab

import "time"

// Terms are the members of our own namespace, https://w3id.org/copse#. A peer
// that drops them still has a readable post; we read them from anybody but
// they grant nothing.
type Terms struct {
	Kind              string // copse:kind
	Title             string
	State             string // copse:status
	RespondBy         *time.Time
	ArtifactKind      string
	Stage             string
	Version           int64
	VersionOf         string
	Versions          string
	ChangeNote        string
	Contributors      []Contributor
	License           string
	DerivedFrom       []string
	About             string
	ReviewBy          string // a date, as sent
	Applies           string
	Consolidates      string
	Sources           []Cited
	ConsolidatedReply string
	Verdict           string
	Series            string
	Roles             map[string]string // actor to role, of a moderators collection
	AccessEnded       *time.Time
	QueryKind         string // what a query asks for
	ResponseKind      string // what sort of answer to a query
	Outcome           string // what came of a query
	DuplicateOf       string // the query that was asked before
	Charter           string // of a Group, as all below
	Recognition       string
	RecognisedBy      string
	Successor         string
	Archived          *time.Time
	SisterOf          []string
	ChapterOf         []string
	Chapters          []string

	Practice
}

// Contributor names one hand in an artifact.
type Contributor struct {
	Actor string `json:"actor,omitzero"`
	Role  string `json:"role,omitzero"`
	// Name is what stands on the page where the person has no address, or took the name back.
	Name    string `json:"name,omitzero"`
	Verdict string `json:"verdict,omitzero"` // of a reviewer
}

// Cited is one response a consolidated reply stands on.
type Cited struct {
	Object  string `json:"object"`
	Author  string `json:"author,omitzero"`
	Used    string `json:"used,omitzero"`    // quoted or paraphrased
	Consent string `json:"consent,omitzero"` // FEP-044f stamp or a word
}
