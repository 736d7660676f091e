package vocab

// Practice holds the members of an artifact, of a review and of a report of use that only another
// Copse reads (wire.md 7); it is part of Terms.
type Practice struct {
	ContentHash string // SHA-256 of source.content of the version, hexadecimal
	Current     string // address of the version that the artifact is at
	Maturity    string
	Validity    string
	For         string            // whom it is for, in words
	SeeAlso     []string          // related artifacts
	Criteria    map[string]string // a reviewer's answers
	Interest    string            // a reviewer's statement of interest
	Revision    int64             // of a draft that is under review
	Place       string            // where an artifact was applied
	Way         string            // as-is or adapted
	Changed     string
	Result      string
	HoursSaved  int64
}

// PracticeDoc is Practice as we send it.
type PracticeDoc struct {
	ContentHash string            `json:"copse:contentHash,omitzero"`
	Current     string            `json:"copse:currentVersion,omitzero"`
	Maturity    string            `json:"copse:maturity,omitzero"`
	Validity    string            `json:"copse:validity,omitzero"`
	For         string            `json:"copse:for,omitzero"`
	SeeAlso     []string          `json:"copse:seeAlso,omitzero"`
	Criteria    map[string]string `json:"copse:criteria,omitzero"`
	Interest    string            `json:"copse:interest,omitzero"`
	Revision    int64             `json:"copse:revision,omitzero"`
	Place       string            `json:"copse:place,omitzero"`
	Way         string            `json:"copse:way,omitzero"`
	Changed     string            `json:"copse:changed,omitzero"`
	Result      string            `json:"copse:result,omitzero"`
	HoursSaved  int64             `json:"copse:hoursSaved,omitzero"`
}

// practiceTable reads them.
func (d *decoder) practiceTable(t *Practice, name []byte) bool {
	switch string(name) {
	case "copse:contentHash":
		d.text(&t.ContentHash, maxShort)
	case "copse:currentVersion":
		d.iri(&t.Current)
	case "copse:maturity":
		d.text(&t.Maturity, maxShort)
	case "copse:validity":
		d.text(&t.Validity, maxShort)
	case "copse:for":
		d.name(&t.For)
	case "copse:seeAlso":
		d.iris(&t.SeeAlso, maxPeople)
	case "copse:criteria":
		d.roles(&t.Criteria)
	case "copse:interest":
		d.name(&t.Interest)
	case "copse:revision":
		d.count(&t.Revision)
	case "copse:place":
		d.name(&t.Place)
	case "copse:way":
		d.text(&t.Way, maxShort)
	case "copse:changed":
		d.name(&t.Changed)
	case "copse:result":
		d.name(&t.Result)
	case "copse:hoursSaved":
		d.count(&t.HoursSaved)
	default:
		return false
	}
	return true
}
