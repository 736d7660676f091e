package db

import (
	"context"

	"github.com/uptrace/bun"
)

// Duties of those who look after a community (domain.md 4.9).
const (
	DutyAnswer  = "answer"
	DutyWelcome = "welcome"
)

// DutyMark puts a duty off, or gives it to somebody who looks after the community, here or elsewhere.
type DutyMark struct {
	bun.BaseModel `bun:"table:duty_marks,alias:mark"`

	GroupID    int64  `bun:"group_id,pk"`
	Duty       string `bun:"duty,pk"`
	ObjectID   int64  `bun:"object_id,pk"` // of the post or person it is about
	Until      Time   `bun:"until"`        // put off until then; zero: it is not
	AssigneeID int64  `bun:"assignee_id"`  // 0: nobody
	ByID       int64  `bun:"by_id"`
	At         Time   `bun:"at"`
}

// PutDutyMark stores a mark in the place of any before.
func (s *Store) PutDutyMark(ctx context.Context, m *DutyMark) error {
	m.At = s.Now()
	_, err := s.write.NewInsert().Model(m).On("CONFLICT (group_id, duty, object_id) DO UPDATE").
		Set("until = EXCLUDED.until, assignee_id = EXCLUDED.assignee_id, by_id = EXCLUDED.by_id, at = EXCLUDED.at").Exec(ctx)
	return wrap(err)
}

// DutyMarks lists the marks of a community's duties of one sort, by what they are about.
func (s *Store) DutyMarks(ctx context.Context, groupID int64, duty string) (map[int64]*DutyMark, error) {
	var list []*DutyMark
	err := s.read.NewSelect().Model(&list).Where("group_id = ? AND duty = ?", groupID, duty).Limit(1000).Scan(ctx)
	out := make(map[int64]*DutyMark, len(list))
	for _, m := range list {
		out[m.ObjectID] = m
	}
	return out, wrap(err)
}
