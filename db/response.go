package db

import (
	"context"
	"slices"

	"github.com/uptrace/bun"
)

// Kinds of response (domain.md 3b). A response without one counts as useful.
const (
	Experience    = "experience"
	Advice        = "advice"
	Resource      = "resource"
	Contact       = "contact"
	Clarification = "clarification"
	MeToo         = "me-too"
)

// ResponseKinds lists them as they are offered.
func ResponseKinds() []string {
	return []string{Experience, Advice, Resource, Contact, Clarification, MeToo}
}

// Response is an answer to a query.
type Response struct {
	bun.BaseModel `bun:"table:responses,alias:response"`

	PostID       int64  `bun:"post_id,pk"`
	QueryID      int64  `bun:"query_id"`
	AuthorID     int64  `bun:"author_id"`
	Organisation string `bun:"organisation"` // of the author when it was written
	Kind         string `bun:"kind"`
	// SetBy is who chose the kind, 0: its author, or words in it.
	SetBy int64 `bun:"set_by"`

	Post *Post `bun:"rel:belongs-to,join:post_id=id"`
}

// Useful says that a response moves a query on: no sigh, no question.
func (r *Response) Useful() bool { return !slices.Contains([]string{Clarification, MeToo}, r.Kind) }

// PutResponse stores an answer to a query, or another kind of it.
func (s *Store) PutResponse(ctx context.Context, r *Response) error {
	_, err := s.write.NewInsert().Model(r).On("CONFLICT (post_id) DO UPDATE").Set("kind = EXCLUDED.kind, set_by = EXCLUDED.set_by").Exec(ctx)
	return wrap(err)
}

// ResponseOf is what kind of answer a post is; ErrNotFound where it answers no query.
func (s *Store) ResponseOf(ctx context.Context, postID int64) (*Response, error) {
	r := new(Response)
	return r, one(ctx, s.read.NewSelect().Model(r).Where("response.post_id = ?", postID))
}

// ResponsesTo lists the shown answers to some queries in order of their ids, with their posts, whose
// texts are left out.
func (s *Store) ResponsesTo(ctx context.Context, limit int, queryIDs ...int64) ([]*Response, error) {
	var list []*Response
	if len(queryIDs) == 0 {
		return list, nil
	}
	err := s.read.NewSelect().Model(&list).Relation("Post", func(q *bun.SelectQuery) *bun.SelectQuery { return q.ExcludeColumn("source", "content") }).
		Where("response.query_id IN (?) AND post.state = 'published' AND post.visibility <> 'direct'", bun.List(queryIDs)).
		Order("response.post_id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}
