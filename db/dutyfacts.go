package db

import (
	"context"

	"github.com/uptrace/bun"
)

// What a list of duties shows beside them: each in one statement for all of a page.

// QueriesWith lists queries by their ids with their posts and authors.
func (s *Store) QueriesWith(ctx context.Context, ids []int64) (map[int64]*Query, error) {
	var list []*Query
	out := make(map[int64]*Query, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := s.read.NewSelect().Model(&list).Relation("Post", func(q *bun.SelectQuery) *bun.SelectQuery { return q.ExcludeColumn("source") }).
		Relation("Post.Author", withFacts).Where("query.post_id IN (?)", bun.List(ids)).Scan(ctx)
	for _, q := range list {
		out[q.PostID] = q
	}
	return out, wrap(err)
}

// CommitmentsAmong lists the last commitment of each of some people in some communities, as
// [community, person].
func (s *Store) CommitmentsAmong(ctx context.Context, groupIDs, actorIDs []int64) (map[[2]int64]*Commitment, error) {
	var list []*Commitment
	out := make(map[[2]int64]*Commitment, len(actorIDs))
	if len(actorIDs) == 0 {
		return out, nil
	}
	err := s.read.NewSelect().Model(&list).Where("group_id IN (?) AND actor_id IN (?)", bun.List(groupIDs), bun.List(actorIDs)).Order("id").Scan(ctx)
	for _, c := range list {
		out[[2]int64{c.GroupID, c.ActorID}] = c
	}
	return out, wrap(err)
}

// JoinWordsAmong lists what was said of the wishes of some people, oldest first.
func (s *Store) JoinWordsAmong(ctx context.Context, groupIDs, actorIDs []int64) ([]*JoinWord, error) {
	var list []*JoinWord
	if len(actorIDs) == 0 {
		return list, nil
	}
	err := s.read.NewSelect().Model(&list).Relation("By", withFacts).
		Where("jw.group_id IN (?) AND jw.actor_id IN (?)", bun.List(groupIDs), bun.List(actorIDs)).Order("jw.id").Limit(500).Scan(ctx)
	return list, wrap(err)
}

// ArtifactsWith lists artifacts by their ids, without their texts.
func (s *Store) ArtifactsWith(ctx context.Context, ids []int64) (map[int64]*Artifact, error) {
	var list []*Artifact
	out := make(map[int64]*Artifact, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := s.artifacts(&list).ExcludeColumn("blocks").Where("artifact.id IN (?)", bun.List(ids)).Scan(ctx)
	for _, a := range list {
		out[a.ID] = a
	}
	return out, wrap(err)
}

// ReviewsWith lists reviews by their ids, with who was asked.
func (s *Store) ReviewsWith(ctx context.Context, ids []int64) (map[int64]*ArtifactReview, error) {
	var list []*ArtifactReview
	out := make(map[int64]*ArtifactReview, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := s.reviews(&list).Where("review.id IN (?)", bun.List(ids)).Scan(ctx)
	for _, r := range list {
		out[r.ID] = r
	}
	return out, wrap(err)
}

// EditorsAmong lists who works on the consolidated replies to some queries, who did so last first.
func (s *Store) EditorsAmong(ctx context.Context, queryIDs []int64) (map[int64][]*Actor, error) {
	var list []*SynthesisEditor
	out := map[int64][]*Actor{}
	if len(queryIDs) == 0 {
		return out, nil
	}
	err := s.read.NewSelect().Model(&list).Relation("Actor", withFacts).Where("editor.query_id IN (?)", bun.List(queryIDs)).
		Order("editor.seen_at DESC", "editor.actor_id").Limit(500).Scan(ctx)
	for _, e := range list {
		out[e.QueryID] = append(out[e.QueryID], e.Actor)
	}
	return out, wrap(err)
}

// Used is how many responses to a query have a place in its consolidated reply, of how many.
type Used struct {
	QueryID int64 `bun:"query_id"`
	Placed  int   `bun:"placed"`
	All     int   `bun:"n"`
}

// UsedAmong counts that for some queries whose reply somebody writes.
func (s *Store) UsedAmong(ctx context.Context, queryIDs []int64) (map[int64]Used, error) {
	var list []Used
	out := map[int64]Used{}
	if len(queryIDs) == 0 {
		return out, nil
	}
	err := s.read.NewRaw(`SELECT query_id, count(*) AS n, coalesce(sum(CASE WHEN place <> '' AND place <> 'out' THEN 1 ELSE 0 END), 0) AS placed
		FROM synthesis_sources WHERE query_id IN (?) GROUP BY query_id`, bun.List(queryIDs)).Scan(ctx, &list)
	for _, u := range list {
		out[u.QueryID] = u
	}
	return out, wrap(err)
}

// HoldersAmong lists who holds a role in some communities, the first first.
func (s *Store) HoldersAmong(ctx context.Context, groupIDs []int64, role string) ([]*RoleGrant, error) {
	var list []*RoleGrant
	if len(groupIDs) == 0 {
		return list, nil
	}
	err := s.read.NewSelect().Model(&list).Relation("Actor", withFacts).
		Where("rg.group_id IN (?) AND rg.role = ?", bun.List(groupIDs), role).Order("rg.since", "rg.id").Limit(500).Scan(ctx)
	return list, wrap(err)
}

// KeptTitles lists what some communities keep, the last changed first, by title alone.
func (s *Store) KeptTitles(ctx context.Context, groupIDs []int64, limit int) ([]*Artifact, error) {
	var list []*Artifact
	if len(groupIDs) == 0 {
		return list, nil
	}
	err := s.read.NewSelect().Model(&list).Column("id", "group_id", "title", "updated_at").
		Where("group_id IN (?) AND version > 0 AND retired_at = 0", bun.List(groupIDs)).Order("updated_at DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}
