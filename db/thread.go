package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"
)

// listed selects posts for a list, with what a list shows of their authors: keys and texts of
// profiles would be most of what is read.
func (s *Store) listed(list any) *bun.SelectQuery {
	return s.read.NewSelect().Model(list).ExcludeColumn("source").
		Relation("Author", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) })
}

// facts are what a list shows of an actor, and what it takes to write to them.
func facts() []string {
	return []string{
		"id", "uri", "type", "local", "handle", "host", "name", "organisation", "url", "icon_uri",
		"followers_uri", "inbox", "shared_inbox", "deleted_at", "suspended_at",
	}
}

// ThreadPage lists answers of a discussion as a tree read from top to bottom, after a path (""
// from the top). Held, waiting and refused posts come only where own, the reader's actor id, is
// their author, or for a moderator (moderates). Its cost does not grow with the discussion.
//
// It reads what the page shows, each author once: PostByID has the rest.
func (s *Store) ThreadPage(ctx context.Context, q ThreadQuery) ([]*Post, error) {
	var list []*Post
	sel := s.inThread(q, s.read.NewSelect().Model(&list).
		Column("id", "uri", "author_id", "reply_to_id", "path", "content", "lang", "state", "state_reason", "state_by",
			"state_at", "door", "local", "published_at", "edited_at", "locked_at", "pinned_at", "likes_count")).
		Where("post.path > ?", q.After)
	if err := sel.Order("post.path").Limit(int64(q.Limit)).Scan(ctx); err != nil {
		return nil, wrap(err)
	}
	for _, p := range list {
		p.DiscussionID = q.DiscussionID
	}
	return list, s.addAuthors(ctx, list)
}

// inThread limits a selection to the answers of a discussion that a reader sees.
func (s *Store) inThread(q ThreadQuery, sel *bun.SelectQuery) *bun.SelectQuery {
	sel = sel.Where("post.discussion_id = ?", q.DiscussionID).Where("post.visibility <> 'direct'")
	if !q.Moderates {
		sel = sel.Where("(post.state IN ('published', 'removed', 'deleted') OR post.author_id = ?)", q.Own)
	}
	return sel
}

// ThreadBefore is the path after which the page begins that ends where the page of q begins, as this
// reader sees them: "" when that is the first. It reads at most one page.
func (s *Store) ThreadBefore(ctx context.Context, q ThreadQuery) (string, error) {
	var paths []string
	err := s.inThread(q, s.read.NewSelect().Model((*Post)(nil)).Column("path")).Where("post.path > '' AND post.path <= ?", q.After).
		Order("post.path DESC").Offset(int64(q.Limit)).Limit(1).Scan(ctx, &paths)
	if err != nil || len(paths) == 0 {
		return "", wrap(err)
	}
	return paths[0], nil
}

// addAuthors gives posts that were read without them their authors, as lists show them.
func (s *Store) addAuthors(ctx context.Context, posts []*Post) error {
	var ids []int64
	for _, p := range posts {
		if !slices.Contains(ids, p.AuthorID) {
			ids = append(ids, p.AuthorID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var list []*Actor
	if err := s.read.NewSelect().Model(&list).Column(facts()...).Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return wrap(err)
	}
	for _, p := range posts {
		i := slices.IndexFunc(list, func(a *Actor) bool { return a.ID == p.AuthorID })
		if i < 0 {
			return fmt.Errorf("author %d of post %d: %w", p.AuthorID, p.ID, ErrNotFound)
		}
		p.Author = list[i]
	}
	return nil
}

// ThreadQuery asks for one page of a discussion.
type ThreadQuery struct {
	DiscussionID int64
	After        string // path of the last post of the page before; "" = from the first answer
	Own          int64  // actor id of the reader, 0 = signed out
	Moderates    bool
	Limit        int
}

// Address is a post by its two names.
type Address struct {
	ID  int64  `bun:"id"`
	URI string `bun:"uri"`
}

// Conversation lists the public posts of a discussion, starter first, in order of their ids, after
// an id. It is what the context collection serves, so it holds posts of ours that wait for their
// group elsewhere: NodeBB drops a post that is missing from the context it names.
func (s *Store) Conversation(ctx context.Context, discussionID, after int64, limit int) ([]Address, error) {
	var list []Address
	err := s.read.NewRaw(`SELECT id, uri FROM posts WHERE discussion_id = ? AND id > ?
		AND state IN ('published', 'waiting') AND visibility <> 'direct' ORDER BY id LIMIT ?`, discussionID, after, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// RepliesTo lists the public direct answers to a post in order of their ids, after an id.
func (s *Store) RepliesTo(ctx context.Context, postID, after int64, limit int) ([]Address, error) {
	var list []Address
	err := s.read.NewRaw(`SELECT id, uri FROM posts WHERE reply_to_id = ? AND reply_to_id <> 0 AND id > ?
		AND state = 'published' AND visibility <> 'direct' ORDER BY id LIMIT ?`, postID, after, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// DiscussionQuery asks for one page of a group's discussions.
type DiscussionQuery struct {
	GroupIDs []int64
	// Before continues after the last row of the page before: its ActiveAt and id.
	BeforeAt Time
	BeforeID int64
	Own      int64 // also the reader's own waiting and held ones
	Limit    int
}

// Discussions lists starters of groups, pinned ones left in their place, last active first.
func (s *Store) Discussions(ctx context.Context, q DiscussionQuery) ([]*Post, error) {
	var list []*Post
	if len(q.GroupIDs) == 0 {
		return list, nil
	}
	sel := s.listed(&list).Where("post.group_id IN (?) AND post.reply_to_id = 0", bun.List(q.GroupIDs)).
		Where("post.visibility <> 'direct'").
		Where("(post.state = 'published' OR (post.author_id = ? AND post.state IN ('waiting', 'held', 'refused')))", q.Own)
	if !q.BeforeAt.IsZero() {
		sel = sel.Where("(post.active_at < ? OR (post.active_at = ? AND post.id < ?))", q.BeforeAt, q.BeforeAt, q.BeforeID)
	}
	err := sel.Order("post.active_at DESC", "post.id DESC").Limit(int64(q.Limit)).Scan(ctx)
	return list, wrap(err)
}

// PinnedIn lists the pinned discussions of a group, newest pin first.
func (s *Store) PinnedIn(ctx context.Context, groupID int64) ([]*Post, error) {
	var list []*Post
	err := s.posts(&list).Where("post.group_id = ? AND post.reply_to_id = 0 AND post.pinned_at > 0 AND post.state = 'published'", groupID).
		Order("post.pinned_at DESC").Limit(20).Scan(ctx)
	return list, wrap(err)
}

// StartersIn lists the public discussions of a group by age, newest first, before an id (0 = newest).
func (s *Store) StartersIn(ctx context.Context, groupID, before int64, limit int) ([]*Post, error) {
	var list []*Post
	sel := s.posts(&list).Where("post.group_id = ? AND post.reply_to_id = 0 AND post.state = 'published' AND post.visibility <> 'direct'", groupID)
	if before > 0 {
		sel = sel.Where("post.id < ?", before)
	}
	err := sel.Order("post.id DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// LocalPosts counts the public discussions and answers that were written here.
func (s *Store) LocalPosts(ctx context.Context) (starters, answers int64, err error) {
	err = s.read.NewRaw(`SELECT coalesce(sum(CASE WHEN reply_to_id = 0 THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN reply_to_id <> 0 THEN 1 ELSE 0 END), 0)
		FROM posts WHERE local AND state = 'published' AND visibility <> 'direct'`).Scan(ctx, &starters, &answers)
	return starters, answers, wrap(err)
}

// PostsBy lists public posts of a person, newest first, before an id (0 = newest).
func (s *Store) PostsBy(ctx context.Context, authorID, before int64, limit int) ([]*Post, error) {
	var list []*Post
	sel := s.listed(&list).Where("post.author_id = ? AND post.state = 'published' AND post.visibility <> 'direct'", authorID)
	if before > 0 {
		sel = sel.Where("post.id < ?", before)
	}
	err := sel.Order("post.id DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// PersonQuery asks for one page of what a person wrote.
type PersonQuery struct {
	AuthorID int64
	Reader   int64 // actor id; 0 = signed out
	Before   int64 // a post id; 0 = from the newest
	Limit    int
}

// PersonPosts lists what a person wrote and the reader may read, newest first.
func (s *Store) PersonPosts(ctx context.Context, q PersonQuery) ([]*Post, error) {
	var list []*Post
	sel := s.listed(&list).Where("post.author_id = ? AND post.state = 'published' AND post.visibility <> 'direct'", q.AuthorID)
	sel = s.readableBy(sel, q.Reader)
	if q.Before > 0 {
		sel = sel.Where("post.id < ?", q.Before)
	}
	err := sel.Order("post.id DESC").Limit(int64(q.Limit)).Scan(ctx)
	return list, wrap(err)
}

// ReadableAmong says which of some posts a person may read now: published, not private, and not
// in a group that they don't belong to.
func (s *Store) ReadableAmong(ctx context.Context, reader int64, postIDs []int64) (map[int64]bool, error) {
	out := make(map[int64]bool, len(postIDs))
	if len(postIDs) == 0 {
		return out, nil
	}
	var list []*Post
	sel := s.read.NewSelect().Model(&list).Column("id").
		Where("post.id IN (?) AND post.state = 'published' AND post.visibility <> 'direct'", bun.List(postIDs))
	err := s.readableBy(sel, reader).Scan(ctx)
	for _, p := range list {
		out[p.ID] = true
	}
	return out, wrap(err)
}

// readableBy limits a selection to posts outside of groups, in open ones, and in those that the
// reader belongs to: the same answer as the rule gives for one post.
func (s *Store) readableBy(sel *bun.SelectQuery, reader int64) *bun.SelectQuery {
	return sel.Where(`(post.group_id = 0 OR post.group_id IN (SELECT actor_id FROM groups WHERE openness = 'open')
		OR post.group_id IN (?))`, s.belongings(reader))
}

// belongings selects the ids of the groups that a person belongs to: as a member, by a role, or,
// where the group isn't open, by a follow that was accepted. A ban takes it away.
func (s *Store) belongings(actorID int64) *bun.RawQuery {
	return s.read.NewRaw(`SELECT group_id FROM memberships WHERE actor_id = ?0 AND left_at = 0 AND status IN ('newcomer', 'member', 'dormant')
			AND group_id NOT IN (SELECT group_id FROM bans WHERE actor_id = ?0 AND (until = 0 OR until > ?1))
		UNION SELECT group_id FROM role_grants WHERE actor_id = ?0
			AND group_id NOT IN (SELECT group_id FROM bans WHERE actor_id = ?0 AND (until = 0 OR until > ?1))
		UNION SELECT followee_id FROM follows WHERE follower_id = ?0 AND state = 'accepted'
			AND followee_id NOT IN (SELECT group_id FROM bans WHERE actor_id = ?0 AND (until = 0 OR until > ?1))`, actorID, s.Now())
}

// TitlesOf returns the titles of discussions by id; those without one are missing from the map.
func (s *Store) TitlesOf(ctx context.Context, discussionIDs []int64) (map[int64]string, error) {
	out := make(map[int64]string, len(discussionIDs))
	if len(discussionIDs) == 0 {
		return out, nil
	}
	var rows []struct {
		ID    int64  `bun:"id"`
		Title string `bun:"title"`
	}
	err := s.read.NewRaw("SELECT id, title FROM posts WHERE id IN (?) AND title <> ''", bun.List(discussionIDs)).Scan(ctx, &rows)
	for _, r := range rows {
		out[r.ID] = r.Title
	}
	return out, wrap(err)
}

// HeldIn lists posts of groups that wait for a moderator, oldest first.
func (s *Store) HeldIn(ctx context.Context, groupIDs []int64, after int64, limit int) ([]*Post, error) {
	var list []*Post
	if len(groupIDs) == 0 {
		return list, nil
	}
	err := s.listed(&list).Where("post.group_id IN (?) AND post.state <> 'published' AND post.state = 'held' AND post.id > ?", bun.List(groupIDs), after).
		Order("post.id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// PublishedBefore says whether a person already has a published post in a group.
func (s *Store) PublishedBefore(ctx context.Context, groupID, authorID int64) (bool, error) {
	var n int
	err := s.read.NewRaw(`SELECT count(*) FROM (SELECT 1 FROM posts WHERE author_id = ? AND group_id = ?
		AND state = 'published' LIMIT 1) x`, authorID, groupID).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// LockedAbove says whether the discussion of a parent, or a branch that contains it, is locked.
func (s *Store) LockedAbove(ctx context.Context, parent *Post) (bool, error) {
	if parent.Starts() {
		return !parent.LockedAt.IsZero(), nil
	}
	paths := []string{""}
	for i := range parent.Path {
		if parent.Path[i] == '/' && i > 0 {
			paths = append(paths, parent.Path[:i])
		}
	}
	paths = append(paths, strings.Clone(parent.Path))
	var n int
	err := s.read.NewRaw("SELECT count(*) FROM posts WHERE discussion_id = ? AND path IN (?) AND locked_at > 0",
		parent.DiscussionID, bun.List(paths)).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// ThreadOrganisations counts the published posts of a discussion by their authors' hosts, most first.
func (s *Store) ThreadOrganisations(ctx context.Context, discussionID int64) ([]HostCount, error) {
	var list []HostCount
	err := s.read.NewRaw(`SELECT a.host AS host, count(*) AS posts FROM posts p JOIN actors a ON a.id = p.author_id
		WHERE p.discussion_id = ? AND p.state = 'published' AND p.visibility <> 'direct' GROUP BY a.host ORDER BY posts DESC, a.host LIMIT 20`,
		discussionID).Scan(ctx, &list)
	return list, wrap(err)
}

// HostCount is how many posts came from one host.
type HostCount struct {
	Host  string `bun:"host"`
	Posts int64  `bun:"posts"`
}

// CountReplies counts the public direct answers to a post.
func (s *Store) CountReplies(ctx context.Context, postID int64) (int64, error) {
	var n int64
	err := s.read.NewRaw(`SELECT count(*) FROM posts WHERE reply_to_id = ? AND state = 'published' AND visibility <> 'direct'`,
		postID).Scan(ctx, &n)
	return n, wrap(err)
}

// PageStart is the path after which a page of a discussion begins that holds an answer: "" when
// the first page does, else a few posts before it. It reads at most one page.
func (s *Store) PageStart(ctx context.Context, p *Post, page int) (string, error) {
	var paths []string
	err := s.read.NewRaw(`SELECT path FROM posts WHERE discussion_id = ? AND path > '' AND path < ?
		AND visibility <> 'direct' ORDER BY path DESC LIMIT ?`, p.DiscussionID, p.Path, page).Scan(ctx, &paths)
	if err != nil || len(paths) < page {
		return "", wrap(err)
	}
	return paths[page/5], nil
}

// PostsByID returns some posts with their authors, in no order.
func (s *Store) PostsByID(ctx context.Context, ids []int64) ([]*Post, error) {
	var list []*Post
	if len(ids) == 0 {
		return list, nil
	}
	return list, wrap(s.posts(&list).Where("post.id IN (?)", bun.List(ids)).Scan(ctx))
}

// AuthorsOf returns the authors of some posts by the posts' ids.
func (s *Store) AuthorsOf(ctx context.Context, postIDs []int64) (map[int64]*Actor, error) {
	out := make(map[int64]*Actor, len(postIDs))
	if len(postIDs) == 0 {
		return out, nil
	}
	var list []*Post
	err := s.posts(&list).Column("post.id", "post.author_id").Where("post.id IN (?)", bun.List(postIDs)).Scan(ctx)
	for _, p := range list {
		out[p.ID] = p.Author
	}
	return out, wrap(err)
}

// NewsQuery asks for discussions of some groups that hold something new for a person.
type NewsQuery struct {
	Account  *Account
	GroupIDs []int64
	Since    Time // what was quiet longer than that is no news
	BeforeAt Time // continues after the last row of the page before: its ActiveAt and id
	BeforeID int64
	Limit    int
}

// News lists discussions that a person never opened, or where others have written since, last
// active first.
func (s *Store) News(ctx context.Context, q NewsQuery) ([]*Post, error) {
	var list []*Post
	if len(q.GroupIDs) == 0 {
		return list, nil
	}
	sel := s.listed(&list).
		Where("post.group_id IN (?) AND post.reply_to_id = 0 AND post.active_at > ?", bun.List(q.GroupIDs), q.Since).
		Where("post.state = 'published' AND post.visibility <> 'direct'").
		Where(`NOT EXISTS (SELECT 1 FROM readings r WHERE r.account_id = ? AND r.discussion_id = post.id)
			OR EXISTS (SELECT 1 FROM readings r JOIN posts a ON a.discussion_id = r.discussion_id AND a.id > r.last_post_id
				WHERE r.account_id = ? AND r.discussion_id = post.id AND a.state = 'published'
				AND a.visibility <> 'direct' AND a.author_id <> ?)`, q.Account.ID, q.Account.ID, q.Account.ActorID)
	if !q.BeforeAt.IsZero() {
		sel = sel.Where("(post.active_at < ? OR (post.active_at = ? AND post.id < ?))", q.BeforeAt, q.BeforeAt, q.BeforeID)
	}
	err := sel.Order("post.active_at DESC", "post.id DESC").Limit(int64(q.Limit)).Scan(ctx)
	return list, wrap(err)
}

// newsLookedAt is how many of the last active discussions of a group are looked at for its number of
// new ones, so that the number costs the same in a busy group.
const newsLookedAt = 50

// NewsCounts says how many discussions of each group hold something new for a person, as News has
// them, among the newsLookedAt last active ones; a group without any is left out.
func (s *Store) NewsCounts(ctx context.Context, q NewsQuery) (map[int64]int, error) {
	out := make(map[int64]int, len(q.GroupIDs))
	if len(q.GroupIDs) == 0 {
		return out, nil
	}
	arms := make([]string, len(q.GroupIDs))
	args := make([]any, 0, 6*len(q.GroupIDs))
	for i, id := range q.GroupIDs {
		arms[i] = `SELECT p.group_id AS id, count(*) AS n FROM (SELECT id, group_id FROM posts WHERE group_id = ? AND reply_to_id = 0
			AND active_at > ? AND state = 'published' AND visibility <> 'direct' ORDER BY active_at DESC, id DESC LIMIT ?) p
			LEFT JOIN readings r ON r.account_id = ? AND r.discussion_id = p.id
			WHERE r.discussion_id IS NULL OR EXISTS (SELECT 1 FROM posts a WHERE a.discussion_id = p.id AND a.id > r.last_post_id
				AND a.state = 'published' AND a.visibility <> 'direct' AND a.author_id <> ?) GROUP BY p.group_id`
		args = append(args, id, q.Since, newsLookedAt, q.Account.ID, q.Account.ActorID)
	}
	var rows []struct {
		ID int64 `bun:"id"`
		N  int   `bun:"n"`
	}
	err := s.read.NewRaw(strings.Join(arms, " UNION ALL "), args...).Scan(ctx, &rows)
	for _, r := range rows {
		out[r.ID] = r.N
	}
	return out, wrap(err)
}

// ReadAll marks the discussions of some groups that were active since a moment as read.
func (s *Store) ReadAll(ctx context.Context, accountID int64, groupIDs []int64, since Time) error {
	if len(groupIDs) == 0 {
		return nil
	}
	_, err := s.exec(ctx, `INSERT INTO readings (account_id, discussion_id, last_post_id, read_at)
		SELECT ?, p.id, (SELECT max(a.id) FROM posts a WHERE a.discussion_id = p.id), ? FROM posts p
		WHERE p.group_id IN (?) AND p.reply_to_id = 0 AND p.active_at > ?
		ON CONFLICT (account_id, discussion_id) DO UPDATE SET last_post_id = EXCLUDED.last_post_id, read_at = EXCLUDED.read_at`,
		accountID, s.Now(), bun.List(groupIDs), since)
	return err
}
