package vocab

import "time"

// ActivityDoc is an act of ours. Object, Target, Result and Instrument take
// an id (string), several ids ([]string), a *Doc or a Raw; a *Doc inside
// carries no AtContext.
type ActivityDoc struct {
	AtContext  InlineContext `json:"@context,omitzero"`
	ID         string        `json:"id,omitzero"`
	Type       string        `json:"type"`
	Actor      string        `json:"actor"`
	To         []string      `json:"to,omitzero"`
	Cc         []string      `json:"cc,omitzero"`
	Audience   string        `json:"audience,omitzero"`
	Object     any           `json:"object,omitzero"`
	Target     any           `json:"target,omitzero"`
	Origin     string        `json:"origin,omitzero"`
	Result     any           `json:"result,omitzero"`
	Instrument any           `json:"instrument,omitzero"`
	Summary    string        `json:"summary,omitzero"` // reason; on Delete it marks a moderator's removal (Lemmy)
	Content    string        `json:"content,omitzero"`
	Published  time.Time     `json:"published,omitzero"`
	Updated    time.Time     `json:"updated,omitzero"`
	StartTime  time.Time     `json:"startTime,omitzero"`
	EndTime    time.Time     `json:"endTime,omitzero"` // of a Block, Lemmy
	Expires    time.Time     `json:"expires,omitzero"` // the same date for Mbin
	RemoveData *bool         `json:"removeData,omitzero"`
	// AccessEnded is since when an organisation has no more part in what is for members (wire.md 6).
	AccessEnded time.Time `json:"copse:accessEnded,omitzero"`
	// Roles says which role in a group the object is given or loses (wire.md 11).
	Roles map[string]string `json:"copse:roles,omitzero"`
	Proof Raw               `json:"proof,omitzero"` // FEP-8b32
	QuerySays
}

// QuerySays is what an Add to the queries of a group says of one of them, or of an answer to it.
type QuerySays struct {
	State        string    `json:"copse:status,omitzero"`
	RespondBy    time.Time `json:"copse:respondBy,omitzero"`
	QueryKind    string    `json:"copse:queryKind,omitzero"`
	ResponseKind string    `json:"copse:responseKind,omitzero"`
	Outcome      string    `json:"copse:outcome,omitzero"`
	DuplicateOf  string    `json:"copse:duplicateOf,omitzero"`
	// ConsolidatedReply is the id of the article that the answers came to.
	ConsolidatedReply string `json:"copse:consolidatedReply,omitzero"`
}
