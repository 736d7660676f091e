package db

import (
	"context"
	"strings"
	"unicode"

	"github.com/uptrace/bun"

	"github.com/copse-social/copse/db/migrations"
)

// ReindexPost replaces the plain text under which a post is found.
func (s *Store) ReindexPost(ctx context.Context, postID int64, title, text string) error {
	if s.root.engine == migrations.SQLite {
		if err := s.dropFromSearch(ctx, postID); err != nil {
			return err
		}
	}
	return s.IndexPost(ctx, postID, title, text)
}

// IndexPost makes the plain text of a new post findable.
func (s *Store) IndexPost(ctx context.Context, postID int64, title, text string) error {
	if s.root.engine == migrations.SQLite {
		_, err := s.exec(ctx, "INSERT INTO post_search (rowid, title, body) VALUES (?, ?, ?)", postID, title, text)
		return err
	}
	_, err := s.exec(ctx, `INSERT INTO post_search (post_id, words)
		VALUES (?, setweight(to_tsvector('simple', ?), 'A') || to_tsvector('simple', ?))
		ON CONFLICT (post_id) DO UPDATE SET words = EXCLUDED.words`, postID, title, text)
	return err
}

func (s *Store) dropFromSearch(ctx context.Context, postID int64) error {
	if s.root.engine == migrations.SQLite {
		_, err := s.exec(ctx, "DELETE FROM post_search WHERE rowid = ?", postID)
		return err
	}
	_, err := s.exec(ctx, "DELETE FROM post_search WHERE post_id = ?", postID)
	return err
}

// SearchQuery asks for posts with all given words; the last one may be unfinished.
type SearchQuery struct {
	Words    string
	GroupID  int64 // 0 = all
	AuthorID int64 // 0 = all
	Reader   int64 // actor id; 0 = signed out
	Offset   int
	Limit    int
}

// SearchPosts finds published posts that the reader may read, best match first.
func (s *Store) SearchPosts(ctx context.Context, q SearchQuery) ([]*Post, error) {
	var list []*Post
	words := searchWords(q.Words)
	if len(words) == 0 {
		return list, nil
	}
	sel := s.listed(&list).Where("post.state = 'published' AND post.visibility <> 'direct'")
	sel = s.readableBy(sel, q.Reader)
	if q.GroupID != 0 {
		sel = sel.Where("post.group_id = ?", q.GroupID)
	}
	if q.AuthorID != 0 {
		sel = sel.Where("post.author_id = ?", q.AuthorID)
	}
	err := s.match(sel, words).Limit(int64(q.Limit)).Offset(int64(q.Offset)).Scan(ctx)
	return list, wrap(err)
}

// match joins the full-text index of the engine and orders by how well a post fits.
func (s *Store) match(sel *bun.SelectQuery, words []string) *bun.SelectQuery {
	if s.root.engine == migrations.SQLite {
		quoted := make([]string, len(words))
		for i, w := range words {
			quoted[i] = `"` + w + `"`
		}
		return sel.Join("JOIN post_search ON post_search.rowid = post.id").
			Where("post_search MATCH ?", strings.Join(quoted, " ")+"*").
			OrderExpr("bm25(post_search, 4.0, 1.0), post.id DESC")
	}
	query := strings.Join(words, " & ") + ":*"
	return sel.Join("JOIN post_search ON post_search.post_id = post.id").
		Where("post_search.words @@ to_tsquery('simple', ?)", query).
		OrderExpr("ts_rank(post_search.words, to_tsquery('simple', ?)) DESC, post.id DESC", query)
}

// searchWords cuts a query into at most eight words of letters and digits, which no engine reads
// as an operator.
func searchWords(query string) []string {
	words := strings.FieldsFunc(strings.ToLower(query), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	return words[:min(len(words), 8)]
}

// SearchGroups finds living communities by words in name, handle and tagline, those of ours first,
// confidential ones left out unless the reader belongs to them.
func (s *Store) SearchGroups(ctx context.Context, q SearchQuery) ([]*Group, error) {
	var list []*Group
	words := searchWords(q.Words)
	if len(words) == 0 {
		return list, nil
	}
	sel := s.groups(&list).Where("actor.deleted_at = 0 AND actor.suspended_at = 0").
		Where("(g.openness <> 'confidential' OR g.actor_id IN (?))", s.belongings(q.Reader))
	for _, w := range words {
		like := "%" + escapeLike(w) + "%"
		sel = sel.Where(`(actor.handle LIKE ?0 ESCAPE '\' OR lower(actor.name) LIKE ?0 ESCAPE '\' OR lower(g.tagline) LIKE ?0 ESCAPE '\')`, like)
	}
	err := sel.Order("actor.local DESC", "actor.followers_count DESC", "g.actor_id").
		Limit(int64(q.Limit)).Offset(int64(q.Offset)).Scan(ctx)
	return list, wrap(err)
}

// escapeLike takes the meaning from what LIKE would read as a pattern.
func escapeLike(word string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(word)
}

// SearchActors finds living people or groups by the beginning of handle or name, at most limit.
func (s *Store) SearchActors(ctx context.Context, prefix string, types []string, limit int) ([]*Actor, error) {
	var list []*Actor
	like := escapeLike(strings.ToLower(strings.TrimPrefix(prefix, "@"))) + "%"
	err := s.read.NewSelect().Model(&list).
		Where("type IN (?) AND deleted_at = 0 AND suspended_at = 0", bun.List(types)).
		Where(`(handle LIKE ? ESCAPE '\' OR lower(name) LIKE ? ESCAPE '\' OR lower(name) LIKE ? ESCAPE '\')`, like, like, "% "+like).
		Order("local DESC", "followers_count DESC", "id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}
