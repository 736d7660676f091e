package db

import (
	"context"
	"slices"

	"github.com/uptrace/bun"
)

// tally is what a transaction adds to the counts of authors, posts and groups. It is written once, at
// the end: many answers to one discussion in one transaction move its row once, and the rows that
// everybody wants are held for as short as may be. Until then the transaction itself reads the counts
// as they were.
type tally struct {
	authors map[int64]int64
	posts   map[int64]growth
	groups  map[int64]growth
}

// growth is how many answers or discussions came, and when the latest of them was published.
type growth struct {
	by int64
	at Time
}

func (g growth) plus(o growth) growth {
	g.by += o.by
	if o.at.After(g.at.Time) {
		g.at = o.at
	}
	return g
}

func newTally() tally {
	return tally{authors: map[int64]int64{}, posts: map[int64]growth{}, groups: map[int64]growth{}}
}

// add counts a post that came (1) or went (-1).
func (t tally) add(p *Post, change int64) {
	t.authors[p.AuthorID] += change
	group := growth{at: p.PublishedAt}
	if p.Starts() {
		group.by = change
	} else {
		answers := growth{by: change}
		if change > 0 {
			answers.at = p.PublishedAt
		}
		t.posts[p.DiscussionID] = t.posts[p.DiscussionID].plus(answers)
		if p.ReplyToID != p.DiscussionID {
			t.posts[p.ReplyToID] = t.posts[p.ReplyToID].plus(growth{by: change})
		}
	}
	if p.GroupID != 0 {
		t.groups[p.GroupID] = t.groups[p.GroupID].plus(group)
	}
}

// take adds what an inner transaction has counted.
func (t tally) take(o tally) {
	for id, n := range o.authors {
		t.authors[id] += n
	}
	for id, g := range o.posts {
		t.posts[id] = t.posts[id].plus(g)
	}
	for id, g := range o.groups {
		t.groups[id] = t.groups[id].plus(g)
	}
}

// count writes a tally, in one order, so that no two transactions wait for each other.
func (s *Store) count(ctx context.Context, t tally) error {
	same := make(map[int64][]int64)
	for _, id := range ordered(t.authors) {
		same[t.authors[id]] = append(same[t.authors[id]], id)
	}
	for _, n := range ordered(same) {
		if _, err := s.exec(ctx, "UPDATE actors SET posts_count = posts_count + ? WHERE id IN (?)", n, bun.List(same[n])); err != nil {
			return err
		}
	}
	for _, id := range ordered(t.posts) {
		g := t.posts[id]
		if _, err := s.exec(ctx, `UPDATE posts SET replies_count = replies_count + ?,
			active_at = CASE WHEN active_at < ? THEN ? ELSE active_at END WHERE id = ?`, g.by, g.at, g.at, id); err != nil {
			return err
		}
	}
	for _, id := range ordered(t.groups) {
		if err := s.TouchGroup(ctx, id, t.groups[id].by, t.groups[id].at); err != nil {
			return err
		}
	}
	return nil
}

func ordered[V any](m map[int64]V) []int64 {
	ids := make([]int64, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
