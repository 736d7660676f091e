package query

import (
	"cmp"
	"slices"
	"time"

	"github.com/copse-social/copse/db"
)

// Window is the time that measures are about, and when they are taken.
type Window struct{ From, To, Now time.Time }

func (w Window) holds(t db.Time) bool {
	return !t.IsZero() && !t.Before(w.From) && t.Before(w.To)
}

// Ratio is a part of a whole; of nothing it says nothing.
type Ratio struct{ Part, Of float64 }

// Measures are M10 to M14 of domain.md part 5.
type Measures struct {
	// Response72 is M10: of the queries opened at least 72 hours ago, those with a useful response by
	// somebody else within that time.
	Response72 Ratio
	// FirstHours is M11: the median of hours to the first useful response; Answered and Unanswered are
	// how many it is about, and how many it is not.
	FirstHours           float64
	Answered, Unanswered int
	// People and Organisations are M12: on average per closed query, over Closed of them.
	People, Organisations float64
	Closed                int
	// Synthesis is M13: of the closed queries with three responses or more, those whose consolidated
	// reply was out within fifteen days.
	Synthesis Ratio
	// Outcome is M14: helped and half of partly over the answers that were given.
	Outcome Ratio
}

// synthesised is how soon after closing a consolidated reply counts, leastResponses from how many
// responses on one is expected (domain.md M13).
const (
	synthesised    = 15 * day
	leastResponses = 3
)

// Measure counts M10 to M14 over queries and all their responses with posts. published says when the
// consolidated reply to a query was out, by the id of the query; one that is missing is not.
func Measure(w Window, queries []*db.Query, responses []*db.Response, published map[int64]time.Time) Measures {
	var m Measures
	var hours []float64
	var people, orgs int
	for _, q := range queries {
		c := CountOf(q, responses)
		if w.holds(q.OpenedAt) {
			if w.Now.Sub(q.OpenedAt.Time) >= db.QueryPrompt {
				m.Response72.Of++
				if !c.First.IsZero() && c.First.Sub(q.OpenedAt.Time) <= db.QueryPrompt {
					m.Response72.Part++
				}
			}
			if c.First.IsZero() {
				m.Unanswered++
			} else {
				hours = append(hours, max(0, c.First.Sub(q.OpenedAt.Time).Hours()))
			}
		}
		if w.holds(q.ClosedAt) && !slices.Contains([]string{db.QueryWithdrawn, db.QueryDuplicate}, q.State) {
			m.Closed++
			people, orgs = people+c.People, orgs+c.Organisations
			if c.All >= leastResponses {
				m.Synthesis.Of++
				if at, ok := published[q.PostID]; ok && at.Sub(q.ClosedAt.Time) <= synthesised {
					m.Synthesis.Part++
				}
			}
		}
		if w.holds(q.OutcomeAt) {
			m.Outcome.Of++
			m.Outcome.Part += map[string]float64{db.OutcomeHelped: 1, db.OutcomePartly: 0.5}[q.Outcome]
		}
	}
	m.Answered, m.FirstHours = len(hours), median(hours)
	if m.Closed > 0 {
		m.People, m.Organisations = float64(people)/float64(m.Closed), float64(orgs)/float64(m.Closed)
	}
	return m
}

func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	slices.SortFunc(list, cmp.Compare[float64])
	half := len(list) / 2
	if len(list)%2 == 1 {
		return list[half]
	}
	return (list[half-1] + list[half]) / 2
}
