package db

import (
	"context"

	"github.com/uptrace/bun"
)

// Attachment is a link, picture or file that goes with a post.
type Attachment struct {
	bun.BaseModel `bun:"table:attachments,alias:attachment"`

	ID        int64  `bun:"id,pk"`
	PostID    int64  `bun:"post_id"`
	Position  int16  `bun:"position"`
	Type      string `bun:"type"` // Link, Image, Document, Audio, Video
	URL       string `bun:"url"`
	MediaType string `bun:"media_type"`
	Name      string `bun:"name"` // alt text or title
	Size      int64  `bun:"size"` // bytes, 0 = unknown
	Width     int64  `bun:"width"`
	Height    int64  `bun:"height"`
	Digest    string `bun:"digest"`
}

// PutAttachments replaces what goes with a post.
func (s *Store) PutAttachments(ctx context.Context, postID int64, list []*Attachment) error {
	if _, err := s.exec(ctx, "DELETE FROM attachments WHERE post_id = ?", postID); err != nil || len(list) == 0 {
		return err
	}
	for i, a := range list {
		a.ID, a.PostID, a.Position = s.NewID(), postID, int16(i)
	}
	_, err := s.write.NewInsert().Model(&list).Exec(ctx)
	return wrap(err)
}

// AttachmentsOf returns what goes with some posts, by post id, in order.
func (s *Store) AttachmentsOf(ctx context.Context, postIDs []int64) (map[int64][]*Attachment, error) {
	out := make(map[int64][]*Attachment)
	if len(postIDs) == 0 {
		return out, nil
	}
	var list []*Attachment
	err := s.read.NewSelect().Model(&list).Where("post_id IN (?)", bun.List(postIDs)).Order("post_id", "position").Scan(ctx)
	for _, a := range list {
		out[a.PostID] = append(out[a.PostID], a)
	}
	return out, wrap(err)
}

type postTag struct {
	bun.BaseModel `bun:"table:post_tags"`
	PostID        int64  `bun:"post_id,pk"`
	Tag           string `bun:"tag,pk"`
}

type postMention struct {
	bun.BaseModel `bun:"table:post_mentions"`
	PostID        int64 `bun:"post_id,pk"`
	ActorID       int64 `bun:"actor_id,pk"`
}

// PutTags replaces the hashtags of a post, lower case without the mark.
func (s *Store) PutTags(ctx context.Context, postID int64, tags []string) error {
	if _, err := s.exec(ctx, "DELETE FROM post_tags WHERE post_id = ?", postID); err != nil {
		return err
	}
	for _, tag := range tags {
		if _, err := s.insertNew(ctx, &postTag{PostID: postID, Tag: tag}); err != nil {
			return err
		}
	}
	return nil
}

// TagsOf lists the hashtags of a post.
func (s *Store) TagsOf(ctx context.Context, postID int64) ([]string, error) {
	var list []string
	err := s.read.NewRaw("SELECT tag FROM post_tags WHERE post_id = ? ORDER BY tag", postID).Scan(ctx, &list)
	return list, wrap(err)
}

// PutMentions replaces who is named in a post.
func (s *Store) PutMentions(ctx context.Context, postID int64, actorIDs []int64) error {
	if _, err := s.exec(ctx, "DELETE FROM post_mentions WHERE post_id = ?", postID); err != nil {
		return err
	}
	for _, id := range actorIDs {
		if _, err := s.insertNew(ctx, &postMention{PostID: postID, ActorID: id}); err != nil {
			return err
		}
	}
	return nil
}

// MentionsOf lists who is named in a post.
func (s *Store) MentionsOf(ctx context.Context, postID int64) ([]*Actor, error) {
	var list []*Actor
	err := s.read.NewSelect().Model(&list).
		Where("id IN (SELECT actor_id FROM post_mentions WHERE post_id = ?)", postID).Order("id").Limit(100).Scan(ctx)
	return list, wrap(err)
}
