package db

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"
)

// Kinds of post. Everything after comment starts a discussion (domain.md 3b).
const (
	KindDiscussion = "discussion"
	KindComment    = "comment"
	KindNote       = "note" // a group's own words about a state
	// KindIntroduction is a discussion in which a new member says who they are.
	KindIntroduction = "introduction"
)

// States of a post.
const (
	PostPublished = "published"
	PostHeld      = "held"    // waits for a moderator
	PostWaiting   = "waiting" // ours, sent to a group elsewhere, not yet seen from there
	PostRefused   = "refused" // ours, refused by the group elsewhere
	PostRemoved   = "removed" // by a moderator, in its group only
	PostDeleted   = "deleted" // by its author; the row stays as a placeholder
)

// Visibilities of a post.
const (
	VisibilityPublic   = "public"
	VisibilityUnlisted = "unlisted"
	VisibilityDirect   = "direct" // to the facilitators, or to one person
)

// Post is one contribution: the start of a discussion or an answer in one.
type Post struct {
	bun.BaseModel `bun:"table:posts,alias:post"`

	ID       int64  `bun:"id,pk"`
	URI      string `bun:"uri"` // the ActivityPub id
	URL      string `bun:"url"` // page for people; empty where it is the URI, and for local posts, which are at /p/{id}
	GroupID  int64  `bun:"group_id"`
	AuthorID int64  `bun:"author_id"`
	// DiscussionID is the id of the post that started it; the starter's own id for a starter.
	DiscussionID int64 `bun:"discussion_id"`
	// ReplyToID is 0 for a starter.
	ReplyToID int64 `bun:"reply_to_id"`
	// ReplyToURI is what a post answers that has no row here; older rows have it of all.
	ReplyToURI string `bun:"reply_to_uri"`
	// ContextURI is the collection that groups the conversation, of a starter from elsewhere.
	ContextURI string `bun:"context_uri"`
	// Path sorts a discussion as a tree read from top to bottom, see PathUnder.
	Path string `bun:"path"`

	Kind       string `bun:"kind"`
	Title      string `bun:"title"`       // plain, one line; starters only
	Content    string `bun:"content"`     // sanitised HTML without title and "via" line
	Source     string `bun:"source"`      // Markdown, of local posts
	SourceType string `bun:"source_type"` // media type of Source
	Summary    string `bun:"summary"`     // content warning
	Sensitive  bool   `bun:"sensitive"`
	Lang       string `bun:"lang"`
	Visibility string `bun:"visibility"`

	State       string `bun:"state"`
	StateReason string `bun:"state_reason"`
	StateBy     int64  `bun:"state_by"`
	StateAt     Time   `bun:"state_at"`
	Door        string `bun:"door"` // web, peer, client, command
	Local       bool   `bun:"local"`
	// WithFollowers: the author's personal followers are addressed too.
	WithFollowers bool `bun:"with_followers"`
	// CreateActivityID names the Create as it was sent or received, which the group passes on.
	CreateActivityID int64 `bun:"create_activity_id"`

	PublishedAt Time `bun:"published_at"` // as its author's server says, never after CreatedAt
	CreatedAt   Time `bun:"created_at"`
	EditedAt    Time `bun:"edited_at"`
	ActiveAt    Time `bun:"active_at"` // starters: last answer
	LockedAt    Time `bun:"locked_at"` // whole discussion, or the branch below an answer
	PinnedAt    Time `bun:"pinned_at"`

	RepliesCount int64 `bun:"replies_count"` // starters: all published answers; answers: direct ones
	LikesCount   int64 `bun:"likes_count"`
	SharesCount  int64 `bun:"shares_count"`

	Author *Actor `bun:"rel:belongs-to,join:author_id=id"`
	// Group is its group, where whoever read it asked for that too: AnsweredPost does.
	Group *Group `bun:"rel:belongs-to,join:group_id=actor_id"`
	// Parent is what it answers, of a post that was created just now.
	Parent *Post `bun:"-"`
}

// Starts says that the post began its discussion.
func (p *Post) Starts() bool { return p.ReplyToID == 0 }

// Public says that anybody may read the post now, as far as the post itself is concerned.
func (p *Post) Public() bool {
	return p.State == PostPublished && (p.Visibility == VisibilityPublic || p.Visibility == VisibilityUnlisted)
}

// pathSteps bounds how deep a tree sorts; deeper answers sort by time below the last step.
const pathSteps = 24

// PathUnder is the path of a post with this id below a parent's path. Read in order of their
// paths, posts of one discussion form the tree: each answer stands below what it answers, and
// answers to one post in order of their ids. A starter's path is empty.
func PathUnder(parent string, id int64) string {
	if strings.Count(parent, "/") >= pathSteps {
		parent = parent[:strings.LastIndexByte(parent, '/')]
	}
	step := strconv.FormatInt(id, 36)
	return parent + "/" + strings.Repeat("0", 13-len(step)) + step
}

// CreatePost stores a new post and its place in the tree; ID, DiscussionID and times are filled
// where they are zero. ErrConflict: its address is known. Counts of parents are moved on when it
// is published.
func (s *Store) CreatePost(ctx context.Context, p *Post, parent *Post) error {
	if p.ID == 0 {
		p.ID = s.NewID()
	}
	p.CreatedAt = s.Now()
	if p.PublishedAt.IsZero() || p.PublishedAt.After(p.CreatedAt.Time) {
		p.PublishedAt = p.CreatedAt
	}
	if parent == nil {
		p.DiscussionID, p.ActiveAt = p.ID, p.PublishedAt
	} else {
		p.DiscussionID, p.ReplyToID, p.ReplyToURI = parent.DiscussionID, parent.ID, ""
		p.Path = PathUnder(parent.Path, p.ID)
		p.Parent = parent
	}
	if p.URL == p.URI {
		p.URL = ""
	}
	if err := s.insert(ctx, p); err != nil {
		return fmt.Errorf("create post %s: %w", p.URI, err)
	}
	if p.State == PostPublished {
		return s.countPost(ctx, p, 1)
	}
	return nil
}

// SetPostState moves a post to another state and keeps all counts true.
func (s *Store) SetPostState(ctx context.Context, p *Post, state, reason string, by int64) error {
	was := p.State == PostPublished
	p.State, p.StateReason, p.StateBy, p.StateAt = state, reason, by, s.Now()
	_, err := s.write.NewUpdate().Model(p).WherePK().
		Column("state", "state_reason", "state_by", "state_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("set state of post %d: %w", p.ID, wrap(err))
	}
	if p.ReplyToID != 0 {
		if err := s.countUsesOf(ctx, p.ID); err != nil {
			return fmt.Errorf("count what post %d reports: %w", p.ID, err)
		}
	}
	switch is := state == PostPublished; {
	case was && !is:
		return s.countPost(ctx, p, -1)
	case is && !was:
		return s.countPost(ctx, p, 1)
	}
	return nil
}

// countPost moves the counts of author, parents and group on, at the end of the transaction. Private
// words count nowhere.
func (s *Store) countPost(ctx context.Context, p *Post, change int64) error {
	if p.Visibility == VisibilityDirect {
		return nil
	}
	if s.after != nil {
		s.after.count(p, change)
		return nil
	}
	t := newTally()
	t.add(p, change)
	return s.count(ctx, t)
}

// EditPost writes new text and keeps the old one as a revision.
func (s *Store) EditPost(ctx context.Context, p *Post, old Revision) error {
	old.ID, old.PostID = s.NewID(), p.ID
	if err := s.insert(ctx, &old); err != nil {
		return fmt.Errorf("keep revision of post %d: %w", p.ID, err)
	}
	_, err := s.write.NewUpdate().Model(p).WherePK().
		Column("title", "content", "source", "source_type", "summary", "sensitive", "lang", "edited_at").Exec(ctx)
	return wrap(err)
}

// SavePost writes the flags of a post: locked, pinned, door, address, activity, context.
func (s *Store) SavePost(ctx context.Context, p *Post) error {
	_, err := s.write.NewUpdate().Model(p).WherePK().
		Column("locked_at", "pinned_at", "url", "create_activity_id", "context_uri", "visibility").Exec(ctx)
	return wrap(err)
}

// ErasePost empties a post's text, tags, mentions, files and revisions; the row stays as a placeholder.
func (s *Store) ErasePost(ctx context.Context, p *Post) error {
	p.Title, p.Content, p.Source, p.Summary = "", "", "", ""
	if _, err := s.exec(ctx, "UPDATE posts SET title = '', content = '', source = '', summary = '' WHERE id = ?", p.ID); err != nil {
		return err
	}
	for _, table := range []string{"post_revisions", "attachments", "post_tags", "post_mentions"} {
		if _, err := s.exec(ctx, "DELETE FROM ? WHERE post_id = ?", bun.Ident(table), p.ID); err != nil {
			return err
		}
	}
	return s.dropFromSearch(ctx, p.ID)
}

func (s *Store) posts(list any) *bun.SelectQuery {
	return s.read.NewSelect().Model(list).Relation("Author")
}

// PostByID returns a post with its author.
func (s *Store) PostByID(ctx context.Context, id int64) (*Post, error) {
	p := new(Post)
	return p, one(ctx, s.posts(p).Where("post.id = ?", id))
}

// PostByURI returns a post with its author by ActivityPub id.
func (s *Store) PostByURI(ctx context.Context, uri string) (*Post, error) {
	p := new(Post)
	return p, one(ctx, s.posts(p).Where("post.uri = ?", uri))
}

// AnsweredPost returns a post by ActivityPub id as far as an answer to it needs it: where it stands,
// who wrote it and how to reach them, and its group, whose actor comes without keys and profile but
// with the names of its keys. It is asked of every answer that comes in.
func (s *Store) AnsweredPost(ctx context.Context, uri string) (*Post, error) {
	p := new(Post)
	return p, one(ctx, s.read.NewSelect().Model(p).
		Column("id", "uri", "group_id", "author_id", "discussion_id", "reply_to_id", "path", "kind", "visibility", "state", "local", "locked_at").
		Relation("Author", func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Column("id", "uri", "type", "local", "handle", "host", "inbox", "shared_inbox", "deleted_at", "suspended_at")
		}).
		Relation("Group").
		Relation("Group.Actor", func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Column(append(facts(), "public_key_id", "proof_key_id", "silenced_at")...)
		}).
		Where("post.uri = ?", uri))
}

// Knows says who wrote the post with an ActivityPub id, 0 where it is not here, and whether the one
// that it answers is: what the inbox asks of every post that comes in, in one look.
func (s *Store) Knows(ctx context.Context, uri, above string) (author int64, parent bool, err error) {
	err = s.read.NewRaw(`SELECT coalesce((SELECT author_id FROM posts WHERE uri = ?), 0) AS author,
		EXISTS (SELECT 1 FROM posts WHERE uri = ?) AS parent`, uri, above).Scan(ctx, &author, &parent)
	return author, parent, wrap(err)
}

// Met says whether a post with an ActivityPub id is here, whatever its state, and whether the
// address was buried by the one it comes from.
func (s *Store) Met(ctx context.Context, uri, actorURI string) (known, buried bool, err error) {
	err = s.read.NewRaw(`SELECT EXISTS (SELECT 1 FROM posts WHERE uri = ?) AS known,
		EXISTS (SELECT 1 FROM tombstones WHERE hash = ?) AS buried`, uri, HashOf([]byte(uri), []byte(actorURI))).Scan(ctx, &known, &buried)
	return known, buried, wrap(err)
}

// HasPost says whether a post with an ActivityPub id is here, whatever its state.
func (s *Store) HasPost(ctx context.Context, uri string) (bool, error) {
	var n int
	err := s.read.NewRaw("SELECT count(*) FROM posts WHERE uri = ?", uri).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// Revision is what a post said before an edit.
type Revision struct {
	bun.BaseModel `bun:"table:post_revisions,alias:rev"`

	ID        int64  `bun:"id,pk"`
	PostID    int64  `bun:"post_id"`
	Title     string `bun:"title"`
	Content   string `bun:"content"`
	WrittenAt Time   `bun:"written_at"`
}

// RevisionsOf lists earlier texts of a post, newest first.
func (s *Store) RevisionsOf(ctx context.Context, postID int64) ([]*Revision, error) {
	var list []*Revision
	err := s.read.NewSelect().Model(&list).Where("post_id = ?", postID).Order("id DESC").Limit(100).Scan(ctx)
	return list, wrap(err)
}
