package db

import (
	"context"

	"github.com/uptrace/bun"
)

// Nudge is that somebody was asked to help with a query.
type Nudge struct {
	bun.BaseModel `bun:"table:query_nudges,alias:nudge"`

	QueryID int64 `bun:"query_id,pk"`
	ActorID int64 `bun:"actor_id,pk"`
	At      Time  `bun:"at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// PutNudge notes that somebody is asked to help, and says whether that is news: nobody is asked twice
// about one query.
func (s *Store) PutNudge(ctx context.Context, queryID, actorID int64) (bool, error) {
	return s.insertNew(ctx, &Nudge{QueryID: queryID, ActorID: actorID, At: s.Now()})
}

// NudgesFor lists who was asked to help with a query.
func (s *Store) NudgesFor(ctx context.Context, queryID int64) ([]*Nudge, error) {
	var list []*Nudge
	err := s.read.NewSelect().Model(&list).Relation("Actor").Where("nudge.query_id = ?", queryID).Order("nudge.at", "nudge.actor_id").Scan(ctx)
	return list, wrap(err)
}

// NudgedSince counts how often each of some people was asked to help since a moment, anywhere.
func (s *Store) NudgedSince(ctx context.Context, since Time, actorIDs []int64) (map[int64]int, error) {
	out := map[int64]int{}
	if len(actorIDs) == 0 {
		return out, nil
	}
	var rows []struct {
		ActorID int64 `bun:"actor_id"`
		N       int   `bun:"n"`
	}
	err := s.read.NewRaw("SELECT actor_id, count(*) AS n FROM query_nudges WHERE actor_id IN (?) AND at > ? GROUP BY actor_id",
		bun.List(actorIDs), since).Scan(ctx, &rows)
	for _, r := range rows {
		out[r.ActorID] = r.N
	}
	return out, wrap(err)
}

// RefuseNudges notes that somebody does not want to be asked to help in a community.
func (s *Store) RefuseNudges(ctx context.Context, groupID, actorID int64) error {
	_, err := s.exec(ctx, "INSERT INTO nudge_refusals (group_id, actor_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", groupID, actorID, s.Now())
	return err
}

// AcceptNudges takes that back.
func (s *Store) AcceptNudges(ctx context.Context, groupID, actorID int64) error {
	_, err := s.exec(ctx, "DELETE FROM nudge_refusals WHERE group_id = ? AND actor_id = ?", groupID, actorID)
	return err
}

// RefusesNudges says whether somebody does not want to be asked.
func (s *Store) RefusesNudges(ctx context.Context, groupID, actorID int64) (bool, error) {
	var n int
	err := s.read.NewRaw("SELECT count(*) FROM nudge_refusals WHERE group_id = ? AND actor_id = ?", groupID, actorID).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// Knower is a member who may know of something: what they may be asked about, and what others say
// they know.
type Knower struct {
	GroupID int64  `bun:"group_id"`
	ActorID int64  `bun:"actor_id"`
	Topics  string `bun:"topics"`  // one a line, in lower case
	Vouched string `bun:"vouched"` // of people elsewhere, as their server says
	Others  int    `bun:"others"`  // how many endorse them for anything
}

// Knowers lists the living members of some communities who say what they may be asked about, in order
// of their ids, those who do not want to be asked left out. What was endorsed counts as said.
func (s *Store) Knowers(ctx context.Context, groupIDs []int64, limit int) ([]*Knower, error) {
	var list []*Knower
	err := s.read.NewRaw(`SELECT m.group_id AS group_id, m.actor_id AS actor_id, coalesce(p.topics, '') AS topics, coalesce(f.vouched, '') AS vouched,
			(SELECT count(*) FROM endorsements e WHERE e.actor_id = m.actor_id) AS others
		FROM memberships m LEFT JOIN profiles p ON p.actor_id = m.actor_id LEFT JOIN profile_faces f ON f.actor_id = m.actor_id
		WHERE m.group_id IN (?) AND m.left_at = 0 AND m.status IN ('member', 'newcomer') AND coalesce(f.shown, 'members') <> 'nobody'
			AND (coalesce(p.topics, '') <> '' OR coalesce(f.vouched, '') <> '' OR EXISTS (SELECT 1 FROM endorsements e WHERE e.actor_id = m.actor_id))
			AND NOT EXISTS (SELECT 1 FROM nudge_refusals n WHERE n.group_id = m.group_id AND n.actor_id = m.actor_id)
		ORDER BY m.actor_id LIMIT ?`, bun.List(groupIDs), limit).Scan(ctx, &list)
	return list, wrap(err)
}

// Pointer is a post in another community that points to a query.
type Pointer struct {
	bun.BaseModel `bun:"table:query_pointers,alias:pointer"`

	QueryID int64 `bun:"query_id,pk"`
	GroupID int64 `bun:"group_id,pk"`
	PostID  int64 `bun:"post_id"`
	At      Time  `bun:"at"`
}

// PutPointer notes where a query is pointed to, and says whether that is news.
func (s *Store) PutPointer(ctx context.Context, p *Pointer) (bool, error) {
	p.At = s.Now()
	return s.insertNew(ctx, p)
}

// PointersTo lists the communities that point to a query.
func (s *Store) PointersTo(ctx context.Context, queryID int64) ([]*Pointer, error) {
	var list []*Pointer
	err := s.read.NewSelect().Model(&list).Where("query_id = ?", queryID).Order("at", "group_id").Scan(ctx)
	return list, wrap(err)
}
