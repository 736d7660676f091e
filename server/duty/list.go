package duty

import (
	"context"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/query"
)

// Bounds of the lists.
const (
	MaxCounted   = 100
	maxKept      = 400 // titles that a query is compared with
	maxResponses = 2000
	alike        = 2 // words that two titles share which may be about one thing
)

// Sheet is a page of duties with what is to be known of them, read in a number of statements that
// does not grow with them.
type Sheet struct {
	Counts map[string]int
	List   []*db.Duty // by what spoils first
	// More says of a kind that there are others after those.
	More map[string]bool

	Queries     map[int64]*db.Query
	Responses   []*db.Response
	Helpers     map[int64][]int64      // who may know, by query; whom to meet, by newcomer
	Nearest     map[int64]*db.Artifact // what may answer a query already
	Editors     map[int64][]*db.Actor
	Used        map[int64]db.Used
	Commitments map[[2]int64]*db.Commitment
	Said        []*db.JoinWord
	Artifacts   map[int64]*db.Artifact
	Reviews     map[int64]*db.ArtifactReview
	People      map[int64]*db.Actor
	Holders     []*db.RoleGrant  // facilitators, to whom a duty can be given
	Texts       map[int64]string // of responses that nobody has sorted, by post
	Alone       bool             // one kind is shown alone
}

// Wanted is which duties: of each kind at most Each, of one Kind alone where it is named.
type Wanted struct {
	Scope db.DutyScope
	Kind  string
	Off   bool // those put off
	After *db.Duty
	Each  int
}

// Scope is where somebody sees which kinds of duty, and the communities.
func (r *Rules) Scope(ctx context.Context, s *db.Store, who *db.Actor) (db.DutyScope, []*db.Group, error) {
	scope := db.DutyScope{}
	all, err := s.LookedAfter(ctx, who.ID, db.RoleFacilitator)
	if err != nil {
		return nil, nil, fmt.Errorf("list what %s facilitates: %w", who.URI, err)
	}
	core, err := s.LookedAfter(ctx, who.ID, db.RoleCore)
	if err != nil {
		return nil, nil, fmt.Errorf("list where %s is of the core group: %w", who.URI, err)
	}
	for _, g := range all {
		for _, kind := range db.DutyKinds() {
			scope[kind] = append(scope[kind], g.ActorID)
		}
	}
	for _, g := range core {
		if !slices.Contains(scope[db.DutyWelcome], g.ActorID) {
			scope[db.DutyWelcome], all = append(scope[db.DutyWelcome], g.ActorID), append(all, g)
		}
	}
	return scope, all, nil
}

// In narrows a scope to one community.
func In(g *db.Group, kinds []string) db.DutyScope {
	scope := db.DutyScope{}
	for _, kind := range kinds {
		scope[kind] = []int64{g.ActorID}
	}
	return scope
}

// Sheet lists duties. Who may see them is for Scope or Kinds to say.
func (r *Rules) Sheet(ctx context.Context, s *db.Store, w Wanted) (*Sheet, error) {
	sh := &Sheet{Alone: w.Kind != "", Texts: map[int64]string{}, More: map[string]bool{}, Helpers: map[int64][]int64{}, Nearest: map[int64]*db.Artifact{}}
	var err error
	if sh.Counts, err = s.CountDuties(ctx, w.Scope, MaxCounted); err != nil {
		return nil, fmt.Errorf("count duties: %w", err)
	}
	for _, kind := range db.DutyKinds() {
		if w.Kind != "" && kind != w.Kind {
			continue
		}
		list, err := s.Duties(ctx, db.DutySearch{GroupIDs: w.Scope[kind], Kind: kind, Off: w.Off, After: w.After, Limit: w.Each + 1})
		if err != nil {
			return nil, fmt.Errorf("list duties to %s: %w", kind, err)
		}
		if len(list) > w.Each {
			list, sh.More[kind] = list[:w.Each], true
		}
		sh.List = append(sh.List, list...)
	}
	Order(sh.List, s.Now().Time)
	return sh, sh.fill(ctx, s, w.Scope)
}

// ids are the objects, or what they are about, of duties that fit.
func (sh *Sheet) ids(fit func(d *db.Duty) (int64, bool)) []int64 {
	var list []int64
	for _, d := range sh.List {
		if id, ok := fit(d); ok {
			list = append(list, id)
		}
	}
	return list
}

func (sh *Sheet) fill(ctx context.Context, s *db.Store, scope db.DutyScope) (err error) {
	var groups []int64
	for _, kind := range db.DutyKinds() {
		groups = append(groups, scope[kind]...)
	}
	slices.Sort(groups)
	groups = slices.Compact(groups)
	asked := sh.ids(func(d *db.Duty) (int64, bool) {
		return d.ObjectID, d.Kind == db.DutyAnswer || d.Kind == db.DutyClose
	})
	closed := sh.ids(func(d *db.Duty) (int64, bool) { return d.ObjectID, d.Kind == db.DutyClose })
	people := sh.ids(func(d *db.Duty) (int64, bool) { return d.ObjectID, d.Kind == db.DutyWelcome })
	for _, load := range []func() error{
		func() error { sh.Queries, err = s.QueriesWith(ctx, asked); return err },
		func() error { sh.Responses, err = s.ResponsesTo(ctx, maxResponses, asked...); return err },
		func() error { sh.Editors, err = s.EditorsAmong(ctx, closed); return err },
		func() error { sh.Used, err = s.UsedAmong(ctx, closed); return err },
		func() error { sh.Commitments, err = s.CommitmentsAmong(ctx, groups, people); return err },
		func() error { sh.Said, err = s.JoinWordsAmong(ctx, groups, people); return err },
		func() error {
			sh.Artifacts, err = s.ArtifactsWith(ctx, sh.ids(func(d *db.Duty) (int64, bool) { return d.AboutID, d.Kind == db.DutyReview }))
			return err
		},
		func() error {
			sh.Reviews, err = s.ReviewsWith(ctx, sh.ids(func(d *db.Duty) (int64, bool) { return d.ObjectID, d.Stage == db.StageVerdict }))
			return err
		},
		func() error { sh.Holders, err = s.HoldersAmong(ctx, groups, db.RoleFacilitator); return err },
		func() error { return sh.suggest(ctx, s) },
		func() error { return sh.read(ctx, s, &people) },
		func() error { return sh.meet(ctx, s, people) },
	} {
		if err := load(); err != nil {
			return fmt.Errorf("load what duties are about: %w", err)
		}
	}
	return nil
}

// suggest says who may know of a query, within the bounds of nudges, and what is near to it; and whom
// somebody new has something in common with.
func (sh *Sheet) suggest(ctx context.Context, s *db.Store) error {
	where := sh.ids(func(d *db.Duty) (int64, bool) {
		return d.GroupID, d.Stage == db.StageAnswer || d.Stage == db.StageNewcomer
	})
	slices.Sort(where)
	where = slices.Compact(where)
	knowing, err := query.LoadKnowing(ctx, s, where...)
	if err != nil {
		return err
	}
	kept, err := s.KeptTitles(ctx, where, maxKept)
	if err != nil {
		return err
	}
	for _, d := range sh.List {
		if d.Stage == db.StageNewcomer {
			if c := sh.Commitments[[2]int64{d.GroupID, d.ObjectID}]; c != nil {
				sh.Helpers[d.ObjectID] = knowing.Of(d.GroupID, c.Introduction+" "+c.Link, d.ObjectID)
			}
			continue
		}
		q := sh.Queries[d.ObjectID]
		if d.Stage != db.StageAnswer || q == nil {
			continue
		}
		sh.Helpers[d.ObjectID] = knowing.Of(d.GroupID, q.Post.Title+" "+content.Text(q.Post.Content), q.AskerID, q.Post.AuthorID)
		best := alike - 1
		for _, a := range kept {
			if n := query.Shared(q.Post.Title, a.Title); n > best && a.GroupID == d.GroupID {
				best, sh.Nearest[d.ObjectID] = n, a
			}
		}
	}
	return nil
}

// unsortedOf bounds how many responses to one query are offered to be sorted.
const unsortedOf = 5

// read loads the texts of responses that are to be sorted, and whose they are.
func (sh *Sheet) read(ctx context.Context, s *db.Store, people *[]int64) error {
	var ids []int64
	left := map[int64]int{}
	for _, id := range sh.ids(func(d *db.Duty) (int64, bool) { return d.ObjectID, d.Stage == db.StageSort }) {
		left[id] = unsortedOf
	}
	for _, r := range sh.Responses {
		if r.Kind == "" && left[r.QueryID] > 0 {
			left[r.QueryID]--
			ids = append(ids, r.PostID)
			*people = append(*people, r.AuthorID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	posts, err := s.PostsByID(ctx, ids)
	for _, p := range posts {
		sh.Texts[p.ID] = p.Content
	}
	return err
}

// meet loads everybody whom the lists name.
func (sh *Sheet) meet(ctx context.Context, s *db.Store, people []int64) (err error) {
	for _, list := range sh.Helpers {
		people = append(people, list...)
	}
	for _, d := range sh.List {
		if d.AssigneeID != 0 {
			people = append(people, d.AssigneeID)
		}
	}
	slices.Sort(people)
	sh.People, err = s.ActorsByID(ctx, slices.Compact(people))
	return err
}
