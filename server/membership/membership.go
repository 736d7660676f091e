// Package membership holds the rules of belonging to a community: asking for it with a commitment
// to the charter, being asked back, taken in or refused, being invited, leaving, falling silent and
// coming back, what members tell of themselves, and who looks after a community that nobody does.
//
// Following, roles and bans are for community, which it asks who may; rights holds the table. Like
// all rules it permits, writes and publishes in the transaction it is given, knows no HTTP and words
// nothing. Start with ask.go, then decide.go; what comes over the wire enters by the Take functions.
package membership

import (
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// Rules decides about memberships.
type Rules struct {
	pub  *federation.Publisher
	iris federation.IRIs
	com  *community.Rules

	exchange *exchange.Rules
	words    func(lang, code string, args map[string]string) string
}

// Options is what the rules need.
type Options struct {
	Pub       *federation.Publisher
	Community *community.Rules
	Exchange  *exchange.Rules
	// Words puts a code into a sentence of plain text, as in community.Options.
	Words func(lang, code string, args map[string]string) string
}

// New makes the rules.
func New(o Options) *Rules {
	return &Rules{pub: o.Pub, iris: o.Pub.IRIs(), com: o.Community, exchange: o.Exchange, words: o.Words}
}
