package community

import (
	"strings"
	"time"

	"github.com/copse-social/copse/server/rights"
)

// Kind says what sort of no a refusal is; each door has its own word for each.
type Kind string

// The kinds of refusal.
const (
	Invalid   Kind = "invalid"   // the form is wrong; mend it and try again
	Forbidden Kind = "forbidden" // this person may not do this here
	Conflict  Kind = "conflict"  // something else stands in the way
	Gone      Kind = "gone"      // what it is about is no more
	Limit     Kind = "limit"     // too much or too often
)

// Refusal is a rule saying no. Code is stable and words nothing; doors translate it.
type Refusal struct {
	Kind Kind
	Code string
	// Field names the input that is wrong, for Invalid.
	Field string
	// Rule is the row of the table of rights that said no, and who would have been let; nil where
	// something else did.
	Rule *Rule
	// Until is when the rule would no longer say so; zero where waiting does not help.
	Until time.Time
}

// Rule is what the table of rights says of an act in a group.
type Rule struct {
	Act Act
	Who []rights.Standing // the least first
}

// Error implements error for logs; people read a translation of Code.
func (r *Refusal) Error() string {
	return strings.TrimSpace(string(r.Kind) + " " + r.Code + " " + r.Field)
}

// Refuse makes a refusal.
func Refuse(kind Kind, code string) *Refusal { return &Refusal{Kind: kind, Code: code} }

// RefuseField makes an Invalid refusal about one input.
func RefuseField(field, code string) *Refusal {
	return &Refusal{Kind: Invalid, Code: code, Field: field}
}
