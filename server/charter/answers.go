package charter

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
)

// Steps are the steps of founding, in order (domain.md 4.1).
func Steps() []string {
	return []string{"name", "self-test", "kin", "domain", "community", "practice", "governance", "founders", "first", "preview"}
}

// After is the step that follows one, Before the one that precedes it; the ends follow themselves.
func After(step string) string { return beside(step, 1) }

// Before is After backwards.
func Before(step string) string { return beside(step, -1) }

func beside(step string, by int) string {
	all := Steps()
	i := slices.Index(all, step) + by
	return all[max(0, min(i, len(all)-1))]
}

// Answers are what somebody has said so far about a community to be.
type Answers struct {
	Name    string            `json:"name"`
	Handle  string            `json:"handle"`
	Tagline string            `json:"tagline,omitzero"`
	Sector  string            `json:"sector,omitzero"`
	Test    map[string]bool   `json:"test,omitzero"` // by the number of the question
	Kind    string            `json:"kind,omitzero"`
	Kin     map[string]string `json:"kin,omitzero"` // how it relates, by address of a group
	db.CharterFields
	Openness  string   `json:"openness,omitzero"`
	Posting   string   `json:"posting,omitzero"`
	Languages string   `json:"languages,omitzero"`
	Founders  []string `json:"founders,omitzero"`
	Second    string   `json:"second,omitzero"` // who looks after it too
	Query     string   `json:"query,omitzero"`
	QueryText string   `json:"queryText,omitzero"`
	Event     string   `json:"event,omitzero"`
	EventText string   `json:"eventText,omitzero"`
	First     string   `json:"first,omitzero"` // page to write
	Welcome   string   `json:"welcome,omitzero"`
}

// Ways in which a community can relate to one that is there already.
const (
	KinJoin    = "join"
	KinChapter = "chapter"
	KinSister  = "sister"
)

// ReadAnswers reads what was kept.
func ReadAnswers(f *db.Founding) (Answers, error) {
	var a Answers
	if err := json.Unmarshal([]byte(f.Answers), &a); err != nil {
		return a, fmt.Errorf("read answers of founding %d: %w", f.ID, err)
	}
	return a, nil
}

// KeepAnswers puts them into the row.
func KeepAnswers(f *db.Founding, a Answers) error {
	b, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("keep answers of founding %d: %w", f.ID, err)
	}
	f.Answers = string(b)
	return nil
}

// questions is how many the self-test has.
const questions = 5

// Advice is what the self-test comes to.
type Advice string

// What may serve best. Nobody is turned away by any of them.
const (
	AdviceUnasked Advice = "unasked"
	AdviceCop     Advice = "cop"
	AdviceYoung   Advice = "young"   // likely a community, not yet on its feet
	AdviceTeam    Advice = "team"    // the work has an end or a contract
	AdviceList    Advice = "list"    // nobody comes back: news
	AdviceNetwork Advice = "network" // contacts, not practice
)

// Advise reads a self-test: shared domain, practitioners, again and again, mutual help, somebody who
// looks after it (domain.md 4.1). It counts, and where it falls short it looks at what is missing.
func Advise(test map[string]bool) (yes int, advice Advice) {
	if len(test) < questions {
		return 0, AdviceUnasked
	}
	for _, is := range test {
		if is {
			yes++
		}
	}
	switch {
	case yes == questions:
		return yes, AdviceCop
	case yes >= 3:
		return yes, AdviceYoung
	case !test["1"] || !test["4"]:
		return yes, AdviceTeam
	case !test["2"]:
		return yes, AdviceNetwork
	}
	return yes, AdviceList
}

// Check refuses answers with which a step cannot be left; each of the later ones can be left empty.
func Check(step string, a Answers) error {
	switch step {
	case "name":
		if content.PlainName(a.Name) == "" {
			return community.RefuseField("name", "name-missing")
		}
		return community.CheckHandle(a.Handle)
	case "domain":
		return complete(a.CharterFields)
	case "founders":
		if len(a.Founders) > maxFounders {
			return community.RefuseField("founders", "founders-many")
		}
		for _, one := range a.Founders {
			if !ByMail(one) && !strings.Contains(strings.TrimPrefix(one, "@"), "@") {
				return community.RefuseField("founders", "founder-address")
			}
		}
	case "governance":
		if a.Second != "" && (ByMail(a.Second) || !strings.Contains(strings.TrimPrefix(a.Second, "@"), "@")) {
			return community.RefuseField("second", "second-address")
		}
	}
	f := a.CharterFields
	return settle(&f)
}

// ByMail tells a mail address from a handle: a handle begins with a sign.
func ByMail(address string) bool {
	if strings.HasPrefix(address, "@") {
		return false
	}
	addr, err := mail.ParseAddress(address)
	return err == nil && addr.Address == address
}
