package db

import (
	"context"

	"github.com/uptrace/bun"
)

// Like is one actor finding one post helpful.
type Like struct {
	bun.BaseModel `bun:"table:likes,alias:lk"`

	PostID  int64 `bun:"post_id,pk"`
	ActorID int64 `bun:"actor_id,pk"`
	// URI is the Like activity; "" for hearsay, which a group or the post's server told of without
	// proof: it counts once for each actor and is nobody's word (wire.md 1).
	URI       string `bun:"uri"`
	CreatedAt Time   `bun:"created_at"`
}

// Share is one actor passing one post on; it counts as reach, never as agreement.
type Share struct {
	bun.BaseModel `bun:"table:shares,alias:sh"`

	PostID    int64  `bun:"post_id,pk"`
	ActorID   int64  `bun:"actor_id,pk"`
	URI       string `bun:"uri"`
	CreatedAt Time   `bun:"created_at"`
}

// AddLike stores a like once and says whether it is new.
func (s *Store) AddLike(ctx context.Context, l *Like) (bool, error) {
	l.CreatedAt = s.Now()
	fresh, err := s.insertNew(ctx, l)
	if err != nil || !fresh {
		return false, err
	}
	_, err = s.exec(ctx, "UPDATE posts SET likes_count = likes_count + 1 WHERE id = ?", l.PostID)
	return true, err
}

// RemoveLike takes a like back and says whether there was one.
func (s *Store) RemoveLike(ctx context.Context, postID, actorID int64) (bool, error) {
	n, err := s.exec(ctx, "DELETE FROM likes WHERE post_id = ? AND actor_id = ?", postID, actorID)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = s.exec(ctx, "UPDATE posts SET likes_count = likes_count - 1 WHERE id = ?", postID)
	return true, err
}

// ProveLike makes an actor's own like of what was hearsay, and says whether there was any.
func (s *Store) ProveLike(ctx context.Context, l *Like) (bool, error) {
	n, err := s.exec(ctx, "UPDATE likes SET uri = ? WHERE post_id = ? AND actor_id = ? AND uri = ''", l.URI, l.PostID, l.ActorID)
	return n > 0, err
}

// RemoveHearsay is RemoveLike for what others say: a like that its actor proved stays.
func (s *Store) RemoveHearsay(ctx context.Context, postID, actorID int64) (bool, error) {
	n, err := s.exec(ctx, "DELETE FROM likes WHERE post_id = ? AND actor_id = ? AND uri = ''", postID, actorID)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = s.exec(ctx, "UPDATE posts SET likes_count = likes_count - 1 WHERE id = ?", postID)
	return true, err
}

// LikeOf returns the like of a post by an actor.
func (s *Store) LikeOf(ctx context.Context, postID, actorID int64) (*Like, error) {
	l := new(Like)
	return l, one(ctx, s.read.NewSelect().Model(l).Where("post_id = ? AND actor_id = ?", postID, actorID))
}

// LikeByURI returns the like of an actor that a Like activity made. It looks through all of the
// actor's likes: ask only where a receipt says that there was one.
func (s *Store) LikeByURI(ctx context.Context, actorID int64, uri string) (*Like, error) {
	l := new(Like)
	return l, one(ctx, s.read.NewSelect().Model(l).Where("actor_id = ? AND uri = ?", actorID, uri))
}

// ShareByURI is LikeByURI for shares.
func (s *Store) ShareByURI(ctx context.Context, actorID int64, uri string) (*Share, error) {
	sh := new(Share)
	return sh, one(ctx, s.read.NewSelect().Model(sh).Where("actor_id = ? AND uri = ?", actorID, uri))
}

// LikedAmong says which of some posts an actor likes.
func (s *Store) LikedAmong(ctx context.Context, actorID int64, postIDs []int64) (map[int64]bool, error) {
	out := make(map[int64]bool)
	if len(postIDs) == 0 || actorID == 0 {
		return out, nil
	}
	var ids []int64
	err := s.read.NewRaw("SELECT post_id FROM likes WHERE actor_id = ? AND post_id IN (?)", actorID, bun.List(postIDs)).Scan(ctx, &ids)
	for _, id := range ids {
		out[id] = true
	}
	return out, wrap(err)
}

// AddShare stores a share once and says whether it is new.
func (s *Store) AddShare(ctx context.Context, sh *Share) (bool, error) {
	sh.CreatedAt = s.Now()
	fresh, err := s.insertNew(ctx, sh)
	if err != nil || !fresh {
		return false, err
	}
	_, err = s.exec(ctx, "UPDATE posts SET shares_count = shares_count + 1 WHERE id = ?", sh.PostID)
	return true, err
}

// RemoveShare takes a share back and says whether there was one.
func (s *Store) RemoveShare(ctx context.Context, postID, actorID int64) (bool, error) {
	n, err := s.exec(ctx, "DELETE FROM shares WHERE post_id = ? AND actor_id = ?", postID, actorID)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = s.exec(ctx, "UPDATE posts SET shares_count = shares_count - 1 WHERE id = ?", postID)
	return true, err
}
