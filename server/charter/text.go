package charter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
)

// What a charter may hold.
const (
	maxAnswer = 4_000
	maxItems  = 30
	maxDays   = 90
	maxReview = 60
)

// How a version is decided.
const (
	RuleConsent     = "consent"     // two thirds sign, or time passes without an open concern
	RuleMajority    = "majority"    // more than half sign
	RuleAll         = "all"         // everybody signs
	RuleFacilitator = "facilitator" // a facilitator says so, after the proposal has stood
)

// ruleNames are the rules in the order in which a form offers them.
func ruleNames() []string { return []string{RuleConsent, RuleMajority, RuleAll, RuleFacilitator} }

// Clause is one numbered part of a charter.
type Clause struct {
	Code  string // stable, for anchors and for comparing versions
	Title string
	Text  string // Markdown
}

// Clauses puts the answers of a charter into its numbered parts, in a language; what was not
// answered is left out.
func (r *Rules) Clauses(lang string, f db.CharterFields) []Clause {
	say := func(code string, args map[string]string) string {
		if r.words == nil {
			return code
		}
		return r.words(lang, code, args)
	}
	list := func(label string, items []string) string {
		if len(items) == 0 {
			return ""
		}
		return "**" + say(label, nil) + "**\n\n- " + strings.Join(items, "\n- ")
	}
	decide := ""
	if f.Rule != "" {
		decide = say("charter-rule-"+f.Rule, map[string]string{"days": strconv.Itoa(f.Days)})
	}
	review := ""
	if f.ReviewIn > 0 {
		review = say("charter-review", map[string]string{"months": strconv.Itoa(f.ReviewIn)})
	}
	all := []Clause{
		{Code: "domain", Text: join(f.Purpose, list("charter-inside", f.Inside), list("charter-outside", f.Outside))},
		{Code: "why", Text: f.Why},
		{Code: "who", Text: join(f.Who, f.Join)},
		{Code: "behave", Text: f.Behaviours},
		{Code: "practice", Text: join(f.Knowledge, list("charter-activities", f.Activities), f.Rhythm, list("charter-leanings", leanings(f.Weights, say)))},
		{Code: "decide", Text: join(decide, f.Roles)},
		{Code: "quote", Text: f.Attributed},
		{Code: "worth", Text: join(f.Measures, review)},
	}
	all = slices.DeleteFunc(all, func(c Clause) bool { return c.Text == "" })
	for i := range all {
		all[i].Title = say("charter-clause-"+all[i].Code, nil)
	}
	return all
}

// join puts paragraphs below one another and leaves empty ones out.
func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return strings.TrimSpace(s) == "" }), "\n\n")
}

// Orientations are the nine ways in which communities lean, in the order of a form (domain.md 2b).
func Orientations() []string {
	return []string{
		"meetings", "projects", "expertise", "relationships", "context", "cultivation", "participation", "publishing", "conversation",
	}
}

// maxWeight is the most that a community can lean one way.
const maxWeight = 5

// leanings are the orientations of a community as lines, the strongest first; 0 is left out.
func leanings(weights map[string]int, say func(code string, args map[string]string) string) []string {
	order := slices.DeleteFunc(Orientations(), func(o string) bool { return weights[o] == 0 })
	slices.SortStableFunc(order, func(a, b string) int { return weights[b] - weights[a] })
	var out []string
	for _, o := range order {
		out = append(out, say("charter-leaning", map[string]string{"what": say("charter-leaning-"+o, nil), "weight": strconv.Itoa(weights[o])}))
	}
	return out
}

// write makes the text of a version from its answers.
func (r *Rules) write(c *db.Charter) {
	var b strings.Builder
	for _, one := range r.Clauses(c.Language, c.Fields) {
		fmt.Fprintf(&b, "## %s\n\n%s\n\n", one.Title, one.Text)
	}
	c.Source = strings.TrimSpace(b.String())
	c.Text = content.Markdown(c.Source)
}

// settle checks answers and brings them into the form that is kept.
func settle(f *db.CharterFields) error {
	for _, one := range []struct {
		field string
		text  *string
	}{
		{"purpose", &f.Purpose},
		{"why", &f.Why},
		{"join", &f.Join},
		{"who", &f.Who},
		{"behaviours", &f.Behaviours},
		{"knowledge", &f.Knowledge},
		{"rhythm", &f.Rhythm},
		{"roles", &f.Roles},
		{"attributed", &f.Attributed},
		{"measures", &f.Measures},
	} {
		*one.text = strings.TrimSpace(strings.ReplaceAll(*one.text, "\r\n", "\n"))
		switch {
		case !utf8.ValidString(*one.text) || strings.ContainsRune(*one.text, 0):
			return community.RefuseField(one.field, "text-invalid")
		case len(*one.text) > maxAnswer:
			return community.RefuseField(one.field, "answer-long")
		}
	}
	f.Inside, f.Outside, f.Activities = lines(f.Inside), lines(f.Outside), lines(f.Activities)
	if f.Rule == "" {
		f.Rule = RuleConsent
	}
	if !slices.Contains(ruleNames(), f.Rule) {
		return community.RefuseField("rule", "choice-unknown")
	}
	if f.Days == 0 {
		f.Days = 14
	}
	if f.Days < 1 || f.Days > maxDays {
		return community.RefuseField("days", "days-range")
	}
	if f.ReviewIn < 0 || f.ReviewIn > maxReview {
		return community.RefuseField("review", "review-range")
	}
	for o, weight := range f.Weights {
		if !slices.Contains(Orientations(), o) || weight < 0 || weight > maxWeight {
			return community.RefuseField("weight-"+o, "choice-unknown")
		}
	}
	return nil
}

// lines are the items of a list, each one line of plain text, empty ones left out.
func lines(items []string) []string {
	var out []string
	for _, one := range items {
		if one = content.PlainName(one); one != "" && len(out) < maxItems {
			out = append(out, one)
		}
	}
	return out
}

// complete refuses what no founder could sign: a charter without a domain and its border.
func complete(f db.CharterFields) error {
	switch {
	case f.Purpose == "":
		return community.RefuseField("purpose", "purpose-missing")
	case len(f.Outside) == 0:
		return community.RefuseField("outside", "outside-missing")
	}
	return nil
}
