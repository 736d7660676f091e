package practice_test

import (
	"strings"
	"testing"
)

// The shapes that communities asked for, by the rows of docs/ledger.md: which parts each kind offers,
// with ! those that must be filled before it is published, and how they are set off.
func TestKinds_ledger(t *testing.T) {
	t.Parallel()
	all := kinds(t)
	for row, want := range map[string]struct{ kind, parts string }{
		"S02, L01-L14 the page of answers": {"faq", "question! quotation description! digest figures thanks examples related further sources myths"},
		"S03 a method and its limits":      {"tool", "when! how! limits!"},
		"S05 the consolidated reply":       {"consolidated-reply", "question! short! said! compared resources disagree next responses thanks!"},
		"S21 lessons of an event":          {"lessons-report", "context! lessons! recommend people"},
		"S21 the knowledge asset":          {"knowledge-asset", "audience! guidelines! context! people! sources!"},
		"S23 a link that is looked after":  {"resource", "link! checked!"},
		"S25 a book with an owner":         {"book", "audience! owner! chapters"},
		"L06 questions and answers":        {"faq", "digest"},
		"L07 figures and their sources":    {"faq", "figures"},
		"L08 who contributed":              {"faq", "thanks"},
		"L19 myths":                        {"faq", "myths"},
		"L21 a module to learn from":       {"learning-module", "objective! duration! sections! task! summary!"},
		"L23 parts set off":                {"learning-module", "objective:objective background:background important:important memorise:memorise files:attachments summary:summary"},
	} {
		kind := all.Of(want.kind)
		for name := range strings.FieldsSeq(want.parts) {
			name, required := strings.CutSuffix(name, "!")
			code, callout, _ := strings.Cut(name, ":")
			part := kind.Part(code)
			if part.Code != code || required && !part.Required || callout != "" && part.Callout != callout {
				t.Errorf("%s: kind %s has %+v for %q", row, want.kind, part, name)
			}
		}
	}
}
