package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// SlowMode is a place where everybody waits between two posts: a discussion, or a whole group.
type SlowMode struct {
	bun.BaseModel `bun:"table:slow_modes,alias:slow"`

	PlaceID   int64 `bun:"place_id,pk"` // of a post that starts a discussion, or of a group
	GroupID   int64 `bun:"group_id"`
	Seconds   int64 `bun:"seconds"`
	Until     Time  `bun:"until"`
	ByID      int64 `bun:"by_id"`
	CreatedAt Time  `bun:"created_at"`
}

// PutSlowMode begins to slow a place down, or changes how.
func (s *Store) PutSlowMode(ctx context.Context, m *SlowMode) error {
	m.CreatedAt = s.Now()
	_, err := s.write.NewInsert().Model(m).On("CONFLICT (place_id) DO UPDATE").
		Set("seconds = EXCLUDED.seconds, until = EXCLUDED.until, by_id = EXCLUDED.by_id, created_at = EXCLUDED.created_at").Exec(ctx)
	return wrap(err)
}

// EndSlowMode ends it, and says whether it was in force.
func (s *Store) EndSlowMode(ctx context.Context, placeID int64) (bool, error) {
	n, err := s.exec(ctx, "DELETE FROM slow_modes WHERE place_id = ? AND until > ?", placeID, s.Now())
	return n > 0, err
}

// SlowModes lists what is in force at some places.
func (s *Store) SlowModes(ctx context.Context, places ...int64) ([]*SlowMode, error) {
	var list []*SlowMode
	err := s.read.NewSelect().Model(&list).Where("place_id IN (?) AND until > ?", bun.List(places), s.Now()).Order("place_id").Scan(ctx)
	return list, wrap(err)
}

// LastWritten is when somebody last wrote at a place, a discussion or a group; zero where they never
// did. What was refused or said in private does not count.
func (s *Store) LastWritten(ctx context.Context, authorID, placeID int64) (Time, error) {
	var at Time
	err := s.read.NewRaw(`SELECT coalesce(max(created_at), 0) FROM posts WHERE author_id = ? AND (discussion_id = ? OR group_id = ?)
		AND state <> ? AND visibility <> ?`, authorID, placeID, placeID, PostRefused, VisibilityDirect).Scan(ctx, &at)
	if err != nil {
		return at, fmt.Errorf("see when %d wrote last: %w", authorID, wrap(err))
	}
	return at, nil
}
