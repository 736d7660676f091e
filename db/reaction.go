package db

import (
	"context"

	"github.com/uptrace/bun"
)

// Like is one actor finding one post helpful.
type Like struct {
	bun.BaseModel `bun:"table:likes,alias:lk"`

	PostID    int64  `bun:"post_id,pk"`
	ActorID   int64  `bun:"actor_id,pk"`
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
	err := s.read.NewRaw("SELECT post_id FROM likes WHERE actor_id = ? AND post_id IN (?)", actorID, bun.In(postIDs)).Scan(ctx, &ids)
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

// Done is one act that somebody can undo: its ActivityStreams type, what it was about and, for a
// ban, in which group.
type Done struct {
	Type      string `bun:"type"`
	ObjectURI string `bun:"object_uri"`
	TargetURI string `bun:"target_uri"`
}

// DoneUnder returns what an actor once did under the id of an activity, for an Undo that gives no
// more than that id.
func (s *Store) DoneUnder(ctx context.Context, actorID int64, uri string) (*Done, error) {
	d := new(Done)
	err := s.read.NewRaw(`SELECT 'Follow' AS type, a.uri AS object_uri, '' AS target_uri
			FROM follows f JOIN actors a ON a.id = f.followee_id WHERE f.uri = ?0 AND f.follower_id = ?1
		UNION ALL SELECT 'Like', p.uri, '' FROM likes l JOIN posts p ON p.id = l.post_id WHERE l.uri = ?0 AND l.actor_id = ?1
		UNION ALL SELECT 'Announce', p.uri, '' FROM shares sh JOIN posts p ON p.id = sh.post_id WHERE sh.uri = ?0 AND sh.actor_id = ?1
		UNION ALL SELECT 'Join', a.uri, '' FROM memberships m JOIN actors a ON a.id = m.group_id WHERE m.uri = ?0 AND m.actor_id = ?1
		UNION ALL SELECT 'Block', a.uri, '' FROM actor_blocks b JOIN actors a ON a.id = b.target_id WHERE b.uri = ?0 AND b.actor_id = ?1
		UNION ALL SELECT 'Block', a.uri, g.uri FROM bans b JOIN actors a ON a.id = b.actor_id JOIN actors g ON g.id = b.group_id
			WHERE b.uri = ?0 AND b.banned_by = ?1
		UNION ALL SELECT type, object_uri, '' FROM activities WHERE uri = ?0 AND actor_id = ?1
		LIMIT 1`, uri, actorID).Scan(ctx, d)
	return d, wrap(err)
}
