package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// artifactCare is what the house remembers of looking after an artifact.
type artifactCare struct {
	bun.BaseModel `bun:"table:artifact_care,alias:care"`

	ArtifactID int64 `bun:"artifact_id,pk"`
	RemindedAt Time  `bun:"reminded_at"`
}

// artifactKey opens a frozen draft to a reviewer who has no account here.
type artifactKey struct {
	bun.BaseModel `bun:"table:artifact_keys,alias:readkey"`

	ReadKey    string `bun:"read_key,pk"`
	ArtifactID int64  `bun:"artifact_id"`
	ReviewerID int64  `bun:"reviewer_id"`
}

// Due says whether its date has passed and nobody was told since.
func (s *Store) Due(ctx context.Context, a *Artifact) (bool, error) {
	if !a.Overdue(s.Now()) {
		return false, nil
	}
	told, err := s.read.NewSelect().Model((*artifactCare)(nil)).Where("care.artifact_id = ? AND care.reminded_at >= ?", a.ID, a.ReviewBy).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("see who was told of artifact %d: %w", a.ID, wrap(err))
	}
	return !told, nil
}

// Reminded notes that somebody was told now.
func (s *Store) Reminded(ctx context.Context, artifactID int64) error {
	_, err := s.write.NewInsert().Model(&artifactCare{ArtifactID: artifactID, RemindedAt: s.Now()}).
		On("CONFLICT (artifact_id) DO UPDATE").Set("reminded_at = EXCLUDED.reminded_at").Exec(ctx)
	return wrap(err)
}

// ArtifactsToTend lists artifacts of communities here whose date has passed without a word, or whose
// steward has left.
func (s *Store) ArtifactsToTend(ctx context.Context, limit int) ([]int64, error) {
	var ids []int64
	err := s.read.NewSelect().TableExpr("artifacts").Column("artifacts.id").
		Join("JOIN actors AS home ON home.id = artifacts.group_id AND home.local").
		Where("artifacts.version > 0 AND artifacts.retired_at = 0").
		WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("artifacts.review_by <> 0 AND artifacts.review_by < ? AND NOT EXISTS (SELECT 1 FROM artifact_care AS c WHERE c.artifact_id = artifacts.id AND c.reminded_at >= artifacts.review_by)", s.Now()).
				WhereOr("artifacts.steward_id <> 0 AND NOT EXISTS (SELECT 1 FROM memberships AS m WHERE m.group_id = artifacts.group_id AND m.actor_id = artifacts.steward_id AND m.left_at = 0)")
		}).Order("artifacts.id").Limit(int64(limit)).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("list artifacts to tend: %w", wrap(err))
	}
	return ids, nil
}

// PutReadKey gives a reviewer a key to the draft.
func (s *Store) PutReadKey(ctx context.Context, key string, artifactID, reviewerID int64) error {
	_, err := s.write.NewInsert().Model(&artifactKey{ReadKey: key, ArtifactID: artifactID, ReviewerID: reviewerID}).Exec(ctx)
	return wrap(err)
}

// ReadKeyed is the reviewer whose key to a draft this is; ErrNotFound for every other key.
func (s *Store) ReadKeyed(ctx context.Context, artifactID int64, key string) (int64, error) {
	row := new(artifactKey)
	err := one(ctx, s.read.NewSelect().Model(row).Where("readkey.read_key = ? AND readkey.artifact_id = ?", key, artifactID))
	return row.ReviewerID, err
}
