package db

import (
	"context"

	"github.com/uptrace/bun"
)

// States of the release of a post.
const (
	ReleaseAsked   = "asked"   // its author has not answered
	ReleaseOut     = "out"     // everybody reads it
	ReleaseRefused = "refused" // by its author
	ReleaseBack    = "back"    // taken back
)

// Release is the decision to give one post of a group that is not open to everybody. The id is that
// of the public Note; a post that is released again gets another, because servers remember what
// was deleted.
type Release struct {
	bun.BaseModel `bun:"table:releases,alias:release"`

	ID      int64  `bun:"id,pk"`
	GroupID int64  `bun:"group_id"`
	PostID  int64  `bun:"post_id"`
	State   string `bun:"state"`
	ByID    int64  `bun:"by_id"` // who decided it for the group
	AskedAt Time   `bun:"asked_at"`
	OutAt   Time   `bun:"out_at"`
	EndedAt Time   `bun:"ended_at"`
}

// CreateRelease stores a decision; ErrConflict where one about the post stands.
func (s *Store) CreateRelease(ctx context.Context, r *Release) error {
	r.ID, r.AskedAt = s.NewID(), s.Now()
	_, err := s.write.NewInsert().Model(r).Exec(ctx)
	return wrap(err)
}

// SaveRelease stores how far a decision has come.
func (s *Store) SaveRelease(ctx context.Context, r *Release) error {
	_, err := s.write.NewUpdate().Model(r).Column("state", "out_at", "ended_at").WherePK().Exec(ctx)
	return wrap(err)
}

// ReleaseOf returns the newest decision about a post.
func (s *Store) ReleaseOf(ctx context.Context, postID int64) (*Release, error) {
	r := new(Release)
	return r, one(ctx, s.read.NewSelect().Model(r).Where("post_id = ?", postID).Order("id DESC").Limit(1))
}

// ReleaseByID returns a decision by the id of its Note.
func (s *Store) ReleaseByID(ctx context.Context, id int64) (*Release, error) {
	r := new(Release)
	return r, one(ctx, s.read.NewSelect().Model(r).Where("id = ?", id))
}

// ReleasesIn lists the decisions of a group that are in a state, newest first, before an id (0 for
// the newest).
func (s *Store) ReleasesIn(ctx context.Context, groupID int64, state string, page Before) ([]*Release, error) {
	var list []*Release
	sel := s.read.NewSelect().Model(&list).Where("group_id = ? AND state = ?", groupID, state)
	if page.ID > 0 {
		sel = sel.Where("id < ?", page.ID)
	}
	err := sel.Order("id DESC").Limit(int64(page.Limit)).Scan(ctx)
	return list, wrap(err)
}

// Before is a page of a list that goes back in time: so many below an id, 0 for the first.
type Before struct {
	ID    int64
	Limit int
}

// ReleasedBy lists posts of an author that are released, or asked to be, at most limit.
func (s *Store) ReleasedBy(ctx context.Context, authorID int64, limit int) ([]*Post, error) {
	var list []*Post
	err := s.posts(&list).Where("post.author_id = ?", authorID).
		Where("EXISTS (SELECT 1 FROM releases r WHERE r.post_id = post.id AND r.state IN (?, ?))", ReleaseAsked, ReleaseOut).
		Order("post.id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}
