package query

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/rights"
)

// How many are asked to help with one query, how often one person is in a week, and how many other
// communities are pointed to one query (domain.md 4.3).
const (
	MaxNudged    = 5
	nudgesAWeek  = 2
	maxPointers  = 3
	maxKnowers   = 2000
	leastLetters = 4 // of a word that may stand for a topic alone
)

// WhoKnows lists members who may know of something, who say so or of whom others say so, those first
// whose topics fit best: at most five, none who was asked enough this week or does not want to be.
func WhoKnows(ctx context.Context, s *db.Store, g *db.Group, text string, but ...int64) ([]int64, error) {
	k, err := LoadKnowing(ctx, s, g.ActorID)
	if err != nil {
		return nil, err
	}
	return k.Of(g.ActorID, text, but...), nil
}

// Knowing is what the members of some communities know, for many questions at once.
type Knowing struct {
	list     []*db.Knower
	endorsed map[int64][]string
	asked    map[int64]int
}

// LoadKnowing reads it in three statements, however many communities there are.
func LoadKnowing(ctx context.Context, s *db.Store, groupIDs ...int64) (*Knowing, error) {
	if len(groupIDs) == 0 {
		return &Knowing{}, nil
	}
	list, err := s.Knowers(ctx, groupIDs, maxKnowers)
	if err != nil {
		return nil, fmt.Errorf("list who knows something: %w", err)
	}
	k := &Knowing{list: list}
	var ids []int64
	for _, one := range list {
		ids = append(ids, one.ActorID)
	}
	if k.endorsed, err = topicsEndorsed(ctx, s, list); err != nil {
		return nil, err
	}
	if k.asked, err = s.NudgedSince(ctx, db.At(s.Now().Add(-7*day)), ids); err != nil {
		return nil, fmt.Errorf("count nudges: %w", err)
	}
	return k, nil
}

// Of lists who of a community may know of something, as WhoKnows.
func (k *Knowing) Of(groupID int64, text string, but ...int64) []int64 {
	said := wordsOf(text)
	type fit struct {
		id    int64
		score int
	}
	var fits []fit
	for _, one := range k.list {
		if one.GroupID != groupID || slices.Contains(but, one.ActorID) || k.asked[one.ActorID] >= nudgesAWeek {
			continue
		}
		topics := strings.Split(strings.ToLower(one.Topics+"\n"+one.Vouched), "\n")
		if n := 2*fitting(topics, said) + fitting(k.endorsed[one.ActorID], said); n > 0 {
			fits = append(fits, fit{one.ActorID, n})
		}
	}
	slices.SortStableFunc(fits, func(a, b fit) int { return cmp.Compare(b.score, a.score) })
	var best []int64
	for _, f := range fits[:min(len(fits), MaxNudged)] {
		best = append(best, f.id)
	}
	return best
}

// Shared counts the words of at least four letters that two texts have both.
func Shared(a, b string) (n int) {
	other := wordsOf(b)
	for w := range wordsOf(a) {
		if other[w] && len([]rune(w)) >= leastLetters {
			n++
		}
	}
	return n
}

func topicsEndorsed(ctx context.Context, s *db.Store, list []*db.Knower) (map[int64][]string, error) {
	var ids []int64
	for _, k := range list {
		if k.Others > 0 {
			ids = append(ids, k.ActorID)
		}
	}
	out := map[int64][]string{}
	said, err := s.EndorsementsOf(ctx, ids...)
	if err != nil {
		return nil, fmt.Errorf("load endorsements: %w", err)
	}
	for _, e := range said {
		out[e.ActorID] = append(out[e.ActorID], e.Topic)
	}
	return out, nil
}

// wordsOf are the words of a text, small.
func wordsOf(text string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}) {
		out[w] = true
	}
	return out
}

// fitting counts the topics that a text speaks of: all their words, or one long one.
func fitting(topics []string, said map[string]bool) (n int) {
	for _, t := range topics {
		words := wordsOf(t)
		if len(words) == 0 {
			continue
		}
		all, long := true, false
		for w := range words {
			if !said[w] {
				all = false
			} else if len([]rune(w)) >= leastLetters {
				long = true
			}
		}
		switch {
		case all:
			n += 2
		case long:
			n++
		}
	}
	return n
}

// Nudge asks those who may know to help with a query that is open, within the bounds.
func (r *Rules) Nudge(ctx context.Context, tx *db.Store, g *db.Group, q *db.Query) error {
	before, err := tx.NudgesFor(ctx, q.PostID)
	if err != nil {
		return fmt.Errorf("list who was asked: %w", err)
	}
	but := []int64{q.AskerID, q.Post.AuthorID}
	for _, n := range before {
		but = append(but, n.ActorID)
	}
	knowers, err := WhoKnows(ctx, tx, g, q.Post.Title+" "+content.Text(q.Post.Content), but...)
	if err != nil {
		return err
	}
	for _, id := range knowers[:min(len(knowers), max(0, 2*MaxNudged-len(before)))] {
		who, err := tx.ActorByID(ctx, id)
		if err != nil {
			return fmt.Errorf("load who knows: %w", err)
		}
		if blocked, err := tx.Blocked(ctx, id, q.AskerID); err != nil || blocked || !who.Active() {
			if err != nil {
				return fmt.Errorf("see whether people block each other: %w", err)
			}
			continue
		}
		if fresh, err := tx.PutNudge(ctx, q.PostID, id); err != nil || !fresh {
			if err != nil {
				return err
			}
			continue
		}
		if err := r.tellPerson(ctx, tx, g, q, told{who, "query-nudge", ""}); err != nil {
			return err
		}
	}
	return nil
}

// NudgeNow asks further people to help at somebody's word, who looks after the community.
func (r *Rules) NudgeNow(ctx context.Context, tx *db.Store, by *db.Actor, postID int64) error {
	q, g, err := r.openHere(ctx, tx, by, postID)
	if err != nil {
		return err
	}
	return r.Nudge(ctx, tx, g, q)
}

// openHere is an open query in a community of ours that by may open.
func (r *Rules) openHere(ctx context.Context, tx *db.Store, by *db.Actor, postID int64) (*db.Query, *db.Group, error) {
	q, err := load(ctx, tx, postID)
	if err != nil {
		return nil, nil, err
	}
	g, err := groupOf(ctx, tx, q)
	if err != nil {
		return nil, nil, err
	}
	if err := r.com.Permit(ctx, tx, g, by, rights.OpenQuery); err != nil {
		return nil, nil, err
	}
	if !g.Actor.Local {
		return nil, nil, community.Refuse(community.Forbidden, "not-ours")
	}
	if !q.IsOpen() {
		return nil, nil, community.Refuse(community.Conflict, "query-state")
	}
	return q, g, nil
}

// Point puts a pointer to a query into a sister community: a post there that leads to the one query,
// where all answers stay. What is for members is pointed to nowhere.
func (r *Rules) Point(ctx context.Context, tx *db.Store, by *db.Actor, postID int64, sister *db.Group) (*db.Post, error) {
	q, g, err := r.openHere(ctx, tx, by, postID)
	if err != nil {
		return nil, err
	}
	switch {
	case g.Openness != db.OpennessOpen:
		return nil, community.Refuse(community.Forbidden, "query-closed-place")
	case sister.ActorID == g.ActorID:
		return nil, community.RefuseField("to", "choice-unknown")
	}
	if err := r.ex.PermitStart(ctx, tx, sister, by); err != nil {
		return nil, err
	}
	before, err := tx.PointersTo(ctx, postID)
	if err != nil {
		return nil, fmt.Errorf("list pointers: %w", err)
	}
	if len(before) >= maxPointers {
		return nil, community.Refuse(community.Limit, "query-pointers")
	}
	row := &db.Pointer{QueryID: postID, GroupID: sister.ActorID}
	fresh, err := tx.PutPointer(ctx, row)
	if err != nil {
		return nil, err
	}
	if !fresh {
		return nil, community.Refuse(community.Conflict, "query-pointed")
	}
	words := r.sentence(g, q, "query-pointer", Count{})
	d := &exchange.Draft{
		Author: by, Group: sister, Title: cut(q.Post.Title, exchange.MaxTitle), Source: words + "\n\n" + r.iris.DiscussionPage(postID),
		Lang: q.Post.Lang, Door: "web",
	}
	p, err := r.ex.Start(ctx, tx, d)
	if err != nil {
		return nil, fmt.Errorf("point to query %d: %w", postID, err)
	}
	return p, nil
}
