package db

import (
	"context"

	"github.com/uptrace/bun"
)

// BriefHide is a post that was taken out of sight for a while, until somebody decides.
type BriefHide struct {
	bun.BaseModel `bun:"table:brief_hides,alias:hide"`

	PostID int64 `bun:"post_id,pk"`
	ByID   int64 `bun:"by_id"`
	Until  Time  `bun:"until"`
}

// PutBriefHide notes that a post is hidden until a moment.
func (s *Store) PutBriefHide(ctx context.Context, h *BriefHide) error { return s.insert(ctx, h) }

// DropBriefHide says that a post is hidden for good, or shown again.
func (s *Store) DropBriefHide(ctx context.Context, postID int64) error {
	_, err := s.exec(ctx, "DELETE FROM brief_hides WHERE post_id = ?", postID)
	return err
}

// BriefHideOf is until when a post is hidden. ErrNotFound: it is not, or for good.
func (s *Store) BriefHideOf(ctx context.Context, postID int64) (*BriefHide, error) {
	h := new(BriefHide)
	return h, one(ctx, s.read.NewSelect().Model(h).Where("post_id = ?", postID))
}

// HidesOver lists what is to be shown again.
func (s *Store) HidesOver(ctx context.Context, limit int) ([]*BriefHide, error) {
	var list []*BriefHide
	err := s.read.NewSelect().Model(&list).Where("until <= ?", s.Now()).Order("until", "post_id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}
