package db

import (
	"context"

	"github.com/uptrace/bun"
)

// Retelling is a group's own Note about a post, for followers who can't get the post itself. The id
// is that of the Note.
type Retelling struct {
	bun.BaseModel `bun:"table:retellings,alias:retelling"`

	ID        int64 `bun:"id,pk"`
	GroupID   int64 `bun:"group_id"`
	PostID    int64 `bun:"post_id"`
	CreatedAt Time  `bun:"created_at"`
}

// EnsureRetelling returns the Note about a post, and gives it an id where it has none yet.
func (s *Store) EnsureRetelling(ctx context.Context, groupID, postID int64) (*Retelling, error) {
	_, err := s.exec(ctx, "INSERT INTO retellings (id, group_id, post_id, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (post_id) DO NOTHING",
		s.NewID(), groupID, postID, s.Now())
	if err != nil {
		return nil, err
	}
	return s.RetellingOf(ctx, postID)
}

// RetellingOf returns the Note about a post.
func (s *Store) RetellingOf(ctx context.Context, postID int64) (*Retelling, error) {
	r := new(Retelling)
	return r, one(ctx, s.read.NewSelect().Model(r).Where("post_id = ?", postID))
}

// RetellingByID returns a Note by its id.
func (s *Store) RetellingByID(ctx context.Context, id int64) (*Retelling, error) {
	r := new(Retelling)
	return r, one(ctx, s.read.NewSelect().Model(r).Where("id = ?", id))
}

// RetellingsBy lists the Notes about what an author wrote and still stands, after an id.
func (s *Store) RetellingsBy(ctx context.Context, authorID, after int64, limit int) ([]*Retelling, error) {
	var list []*Retelling
	err := s.read.NewSelect().Model(&list).Join("JOIN posts p ON p.id = retelling.post_id").
		Where("p.author_id = ? AND p.state = ? AND retelling.id > ?", authorID, PostPublished, after).
		Order("retelling.id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// HostsOfFollowers lists the hosts where followers of an actor are.
func (s *Store) HostsOfFollowers(ctx context.Context, followeeID int64) ([]string, error) {
	var list []string
	err := s.read.NewRaw("SELECT DISTINCT host FROM follower_inboxes WHERE followee_id = ?", followeeID).Scan(ctx, &list)
	return list, wrap(err)
}
