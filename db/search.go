package db

import (
	"context"
	"math"
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
	Offset   int   // where the best come first
	Before   int64 // where the newest come first: a post id, 0 = from the newest
	Limit    int
}

// Bounds of the work of one search, so that it costs the same however much was said.
const (
	searchRanked = 500  // posts that are compared by how well they fit
	searchLooked = 2000 // posts with the words that one page of a search by age looks at
)

// Found is one page of a search.
type Found struct {
	Posts []*Post
	// Many says that too many fit to compare them: the newest come first.
	Many bool
	// Next is where to go on: Before where they are many, else Offset; 0 = nowhere.
	Next int64
}

// SearchPosts finds published posts that the reader may read, best match first, or, of many, newest
// first: then a page may hold fewer than it could although older ones follow.
func (s *Store) SearchPosts(ctx context.Context, q SearchQuery) (Found, error) {
	var f Found
	words := searchWords(q.Words)
	if len(words) == 0 {
		return f, nil
	}
	// Of a word as it stands the engine reads as much as is asked for; of one that may go on, all.
	for _, pattern := range []string{s.pattern(words), s.pattern(words) + s.begun()} {
		ids, err := s.withWords(ctx, pattern, 0)
		if err != nil {
			return f, err
		}
		if len(ids) <= searchRanked {
			continue
		}
		if q.Before != 0 {
			if ids, err = s.withWords(ctx, pattern, q.Before); err != nil {
				return f, err
			}
		}
		return s.searchNewest(ctx, q, ids)
	}
	sel := s.rank(s.searched(&f.Posts, q), s.pattern(words)+s.begun()).Limit(int64(q.Limit) + 1).Offset(int64(q.Offset))
	err := wrap(sel.Scan(ctx))
	if len(f.Posts) > q.Limit {
		f.Posts, f.Next = f.Posts[:q.Limit], int64(q.Offset+q.Limit)
	}
	return f, err
}

// searchNewest is one page of posts with very common words, of those with some ids.
func (s *Store) searchNewest(ctx context.Context, q SearchQuery, ids []int64) (Found, error) {
	f := Found{Many: true}
	if len(ids) == searchLooked {
		f.Next = ids[len(ids)-1]
	}
	for len(ids) > 0 && len(f.Posts) < q.Limit {
		some := ids[:min(len(ids), 5*q.Limit)]
		ids = ids[len(some):]
		var list []*Post
		err := s.searched(&list, q).Where("post.id IN (?)", bun.List(some)).
			Order("post.id DESC").Limit(int64(q.Limit - len(f.Posts))).Scan(ctx)
		if err != nil {
			return f, wrap(err)
		}
		f.Posts = append(f.Posts, list...)
	}
	if len(f.Posts) == q.Limit {
		f.Next = f.Posts[q.Limit-1].ID
	}
	return f, nil
}

// searched selects published posts that the reader of a search may read.
func (s *Store) searched(list any, q SearchQuery) *bun.SelectQuery {
	sel := s.listed(list).Where("post.state = 'published' AND post.visibility <> 'direct'")
	sel = s.readableBy(sel, q.Reader)
	if q.GroupID != 0 {
		sel = sel.Where("post.group_id = ?", q.GroupID)
	}
	if q.AuthorID != 0 {
		sel = sel.Where("post.author_id = ?", q.AuthorID)
	}
	return sel
}

// withWords lists the newest posts with some words before an id (0 = all), whoever may read them.
func (s *Store) withWords(ctx context.Context, pattern string, before int64) ([]int64, error) {
	var ids []int64
	if before == 0 {
		before = math.MaxInt64
	}
	query := "SELECT post_id FROM post_search WHERE words @@ to_tsquery('simple', ?) AND post_id < ? ORDER BY post_id DESC LIMIT ?"
	if s.root.engine == migrations.SQLite {
		query = "SELECT rowid FROM post_search WHERE post_search MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"
	}
	err := s.read.NewRaw(query, pattern, before, searchLooked).Scan(ctx, &ids)
	return ids, wrap(err)
}

// pattern is how the full-text index of the engine is asked for words.
func (s *Store) pattern(words []string) string {
	if s.root.engine == migrations.SQLite {
		quoted := make([]string, len(words))
		for i, w := range words {
			quoted[i] = `"` + w + `"`
		}
		return strings.Join(quoted, " ")
	}
	return strings.Join(words, " & ")
}

// begun is what a pattern ends with whose last word may go on.
func (s *Store) begun() string {
	if s.root.engine == migrations.SQLite {
		return "*"
	}
	return ":*"
}

// rank joins the full-text index of the engine and orders by how well a post fits; what was made of a
// query's responses stands before the talk it was made of (domain.md 6c).
func (s *Store) rank(sel *bun.SelectQuery, pattern string) *bun.SelectQuery {
	sel = sel.OrderExpr("CASE WHEN EXISTS (SELECT 1 FROM artifacts WHERE artifacts.id = post.id AND artifacts.kind = 'consolidated-reply') THEN 0 ELSE 1 END")
	if s.root.engine == migrations.SQLite {
		return sel.Join("JOIN post_search ON post_search.rowid = post.id").Where("post_search MATCH ?", pattern).
			OrderExpr("bm25(post_search, 4.0, 1.0), post.id DESC")
	}
	return sel.Join("JOIN post_search ON post_search.post_id = post.id").
		Where("post_search.words @@ to_tsquery('simple', ?)", pattern).
		OrderExpr("ts_rank(post_search.words, to_tsquery('simple', ?)) DESC, post.id DESC", pattern)
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
// confidential ones and those whose founders are still gathering left out unless the reader belongs to them.
func (s *Store) SearchGroups(ctx context.Context, q SearchQuery) ([]*Group, error) {
	var list []*Group
	words := searchWords(q.Words)
	if len(words) == 0 {
		return list, nil
	}
	sel := s.groups(&list).Where("actor.deleted_at = 0 AND actor.suspended_at = 0").
		Where("(g.openness <> 'confidential' AND "+listed+" OR g.actor_id IN (?))", s.belongings(q.Reader))
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
		Where("type IN (?) AND deleted_at = 0 AND suspended_at = 0 AND silenced_at = 0", bun.List(types)).
		Where(`(handle LIKE ? ESCAPE '\' OR lower(name) LIKE ? ESCAPE '\' OR lower(name) LIKE ? ESCAPE '\')`, like, like, "% "+like).
		Order("local DESC", "followers_count DESC", "id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}
