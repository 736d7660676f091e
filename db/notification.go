package db

import (
	"context"

	"github.com/uptrace/bun"
)

// Kinds of notification.
const (
	NotifyReply    = "reply"    // somebody answered you
	NotifyMention  = "mention"  // somebody named you
	NotifyLike     = "like"     // somebody found your post helpful
	NotifyShare    = "share"    // somebody passed your post on
	NotifyFollow   = "follow"   // somebody follows you or your group
	NotifyMember   = "member"   // somebody joined your group
	NotifyThread   = "thread"   // a new discussion in a group you watch
	NotifyReport   = "report"   // a report for you as moderator; Note "appeal": against a ban
	NotifyDecided  = "decided"  // what came of your report, or of your appeal (Note "appeal")
	NotifyHeld     = "held"     // a post waits for you as moderator
	NotifyDirect   = "direct"   // a private message to the facilitators
	NotifyRefused  = "refused"  // a group refused your post; Note says why
	NotifyApproved = "approved" // a group let your post through
	NotifyRemoved  = "removed"  // a moderator removed your post
	NotifyAccepted = "accepted" // a group accepted your follow
	NotifyJoin     = "join"     // about belonging: asked, answered, invited; Note says which
	NotifyCharter  = "charter"  // somebody said something to a charter you proposed, or asks you to sign one; Note says which
	NotifyRelease  = "release"  // a post of yours, or that you asked for, is to be read by everybody; Note is the state
	NotifyArtifact = "artifact" // about what a community keeps: a review, a verdict, a change suggested; Note says which
	NotifyQuery    = "query"    // about a query: asked to help, opened, closed, what came of it; Note is the code, then words
	NotifyDuty     = "duty"     // something that waits in a community was given to you; Note says what
	NotifyMove     = "move"     // a community you look after, or an instance you run, is part of a move; Note says how far
)

// Notification is one line in one person's inbox here.
type Notification struct {
	bun.BaseModel `bun:"table:notifications,alias:notification"`

	ID        int64  `bun:"id,pk"`
	AccountID int64  `bun:"account_id"`
	Kind      string `bun:"kind"`
	ActorID   int64  `bun:"actor_id"`
	GroupID   int64  `bun:"group_id"`
	PostID    int64  `bun:"post_id"`
	ReportID  int64  `bun:"report_id"`
	Note      string `bun:"note"`
	CreatedAt Time   `bun:"created_at"`
	ReadAt    Time   `bun:"read_at"`
	// DiscussionID is where PostID belongs; the store finds it.
	DiscussionID int64 `bun:"discussion_id"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
	Post  *Post  `bun:"rel:belongs-to,join:post_id=id"`
}

// Notify stores a notification.
func (s *Store) Notify(ctx context.Context, n *Notification) error {
	return s.notify(ctx, n, "id = ?", n.AccountID)
}

// NotifyActor stores a notification for a person of ours; nobody has an account for others.
func (s *Store) NotifyActor(ctx context.Context, actorID int64, n *Notification) error {
	return s.notify(ctx, n, "actor_id = ?", actorID)
}

// notify stores a notification for the account that a condition finds.
func (s *Store) notify(ctx context.Context, n *Notification, who string, id int64) error {
	n.ID, n.CreatedAt = s.NewID(), s.Now()
	_, err := s.exec(ctx, `INSERT INTO notifications
		(id, account_id, kind, actor_id, group_id, post_id, report_id, note, created_at, discussion_id)
		SELECT ?, id, ?, ?, ?, ?, ?, ?, ?, coalesce((SELECT discussion_id FROM posts WHERE id = ?), 0) FROM accounts WHERE `+who,
		n.ID, n.Kind, n.ActorID, n.GroupID, n.PostID, n.ReportID, n.Note, n.CreatedAt, n.PostID, id)
	return err
}

// HasUnread says whether a person has an unread line of a kind about a group, so that a flood of
// one kind is one line.
func (s *Store) HasUnread(ctx context.Context, accountID int64, kind string, groupID int64) (bool, error) {
	var n int
	err := s.read.NewRaw(`SELECT count(*) FROM (SELECT 1 FROM notifications WHERE account_id = ? AND read_at = 0
		AND kind = ? AND group_id = ? LIMIT 1) x`, accountID, kind, groupID).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// ToldSince says whether a group has said a thing, by its code, to a person since a moment: in a
// notification to one of ours, in a direct post to others.
func (s *Store) ToldSince(ctx context.Context, groupID, actorID int64, code string, since Time) (bool, error) {
	var n int
	err := s.read.NewRaw(`SELECT (SELECT count(*) FROM notifications n JOIN accounts ac ON ac.id = n.account_id
			WHERE ac.actor_id = ? AND n.group_id = ? AND n.note = ? AND n.created_at > ?)
		+ (SELECT count(*) FROM post_mentions m JOIN posts p ON p.id = m.post_id
			WHERE m.actor_id = ? AND p.author_id = ? AND p.visibility = 'direct' AND p.state_reason = ? AND p.created_at > ?)`,
		actorID, groupID, code, since, actorID, groupID, code, since).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// InboxQuery asks for one page of a person's inbox.
type InboxQuery struct {
	AccountID int64
	Kinds     []string // empty = all
	Before    int64    // a notification id; 0 = from the newest
	Limit     int
}

// Inbox lists notifications of some kinds, newest first.
func (s *Store) Inbox(ctx context.Context, q InboxQuery) ([]*Notification, error) {
	var list []*Notification
	sel := s.read.NewSelect().Model(&list).Relation("Actor").Relation("Post").Where("notification.account_id = ?", q.AccountID)
	if len(q.Kinds) > 0 {
		sel = sel.Where("notification.kind IN (?)", bun.List(q.Kinds))
	}
	if q.Before > 0 {
		sel = sel.Where("notification.id < ?", q.Before)
	}
	err := sel.Order("notification.id DESC").Limit(int64(q.Limit)).Scan(ctx)
	return list, wrap(err)
}

// NotificationsByID returns those of a person's notifications that have these ids.
func (s *Store) NotificationsByID(ctx context.Context, accountID int64, ids []int64) ([]*Notification, error) {
	var list []*Notification
	if len(ids) == 0 {
		return list, nil
	}
	err := s.read.NewSelect().Model(&list).Relation("Actor").Relation("Post").
		Where("notification.account_id = ? AND notification.id IN (?)", accountID, bun.List(ids)).Order("notification.id DESC").Scan(ctx)
	return list, wrap(err)
}

// SetRead marks some of a person's notifications as read at a moment, or as unread with none.
func (s *Store) SetRead(ctx context.Context, accountID int64, ids []int64, at Time) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := s.exec(ctx, "UPDATE notifications SET read_at = ? WHERE account_id = ? AND id IN (?)", at, accountID, bun.List(ids))
	return err
}

// MarkAllRead marks everything unread as read and returns the moment, by which UndoRead finds it.
func (s *Store) MarkAllRead(ctx context.Context, accountID int64) (Time, error) {
	now := s.Now()
	_, err := s.exec(ctx, "UPDATE notifications SET read_at = ? WHERE account_id = ? AND read_at = 0", now, accountID)
	return now, err
}

// UndoRead marks what was read at a moment as unread again.
func (s *Store) UndoRead(ctx context.Context, accountID int64, at Time) error {
	if at.IsZero() {
		return nil
	}
	_, err := s.exec(ctx, "UPDATE notifications SET read_at = 0 WHERE account_id = ? AND read_at = ?", accountID, at)
	return err
}

// UnreadCount counts unread notifications of a person, up to 100.
func (s *Store) UnreadCount(ctx context.Context, accountID int64) (int, error) {
	var n int
	err := s.read.NewRaw(`SELECT count(*) FROM (SELECT 1 FROM notifications WHERE account_id = ? AND read_at = 0 LIMIT 100) x`,
		accountID).Scan(ctx, &n)
	return n, wrap(err)
}

// unreadThere are a person's unread lines about a discussion, by notifications_unread_in.
const unreadThere = "notifications WHERE account_id = ? AND discussion_id = ? AND read_at = 0"

// MarkThreadRead marks all notifications about a discussion as read, and looks at no others. Mostly
// there are none: looking first spares a write, and a wait for whoever writes now.
func (s *Store) MarkThreadRead(ctx context.Context, accountID, discussionID int64) error {
	var waiting bool
	err := s.read.NewRaw("SELECT EXISTS (SELECT 1 FROM "+unreadThere+")", accountID, discussionID).Scan(ctx, &waiting)
	if err != nil || !waiting {
		return wrap(err)
	}
	_, err = s.exec(ctx, "UPDATE notifications SET read_at = ? WHERE id IN (SELECT id FROM "+unreadThere+")",
		s.Now(), accountID, discussionID)
	return err
}

// Reading is how far a person has read a discussion.
type Reading struct {
	bun.BaseModel `bun:"table:readings,alias:reading"`

	AccountID    int64 `bun:"account_id,pk"`
	DiscussionID int64 `bun:"discussion_id,pk"`
	LastPostID   int64 `bun:"last_post_id"` // highest post id seen
	ReadAt       Time  `bun:"read_at"`
}

// ReadingOf returns how far a person has read a discussion.
func (s *Store) ReadingOf(ctx context.Context, accountID, discussionID int64) (*Reading, error) {
	r := new(Reading)
	return r, one(ctx, s.read.NewSelect().Model(r).Where("account_id = ? AND discussion_id = ?", accountID, discussionID))
}

// PutReading moves a person's place in a discussion on; it never moves back.
func (s *Store) PutReading(ctx context.Context, r *Reading) error {
	r.ReadAt = s.Now()
	_, err := s.write.NewInsert().Model(r).On("CONFLICT (account_id, discussion_id) DO UPDATE").
		Set("last_post_id = CASE WHEN EXCLUDED.last_post_id > reading.last_post_id THEN EXCLUDED.last_post_id ELSE reading.last_post_id END").
		Set("read_at = EXCLUDED.read_at").Exec(ctx)
	return wrap(err)
}

// UnreadIn counts for each of some discussions the published posts after a person's place, own
// posts left out; discussions never opened are missing from the map.
func (s *Store) UnreadIn(ctx context.Context, account *Account, discussionIDs []int64) (map[int64]int64, error) {
	out := make(map[int64]int64)
	if len(discussionIDs) == 0 {
		return out, nil
	}
	var rows []struct {
		ID int64 `bun:"id"`
		N  int64 `bun:"n"`
	}
	err := s.read.NewRaw(`SELECT r.discussion_id AS id, (SELECT count(*) FROM posts p WHERE p.discussion_id = r.discussion_id
		AND p.id > r.last_post_id AND p.state = 'published' AND p.visibility <> 'direct' AND p.author_id <> ?) AS n
		FROM readings r WHERE r.account_id = ? AND r.discussion_id IN (?)`,
		account.ActorID, account.ID, bun.List(discussionIDs)).Scan(ctx, &rows)
	for _, r := range rows {
		out[r.ID] = r.N
	}
	return out, wrap(err)
}

// watchers bounds how many people of ours one discussion is told to, by ids set aside for them.
const watchers = 1 << 17

// NotifyFollowers leaves one line for each person of ours who follows a group and wants to hear
// of new discussions, its author left out, in one statement.
func (s *Store) NotifyFollowers(ctx context.Context, n Notification) error {
	_, err := s.exec(ctx, `INSERT INTO notifications (id, account_id, kind, actor_id, group_id, post_id, created_at, discussion_id)
		SELECT ? + row_number() OVER (ORDER BY ac.id), ac.id, ?, ?, ?, ?, ?, coalesce((SELECT discussion_id FROM posts WHERE id = ?), 0) FROM follows f JOIN accounts ac ON ac.actor_id = f.follower_id
		WHERE f.followee_id = ? AND f.state = 'accepted' AND f.level IN ('threads', 'everything')
		AND ac.disabled_at = 0 AND ac.actor_id <> ?
		AND NOT EXISTS (SELECT 1 FROM notifications o WHERE o.account_id = ac.id AND o.post_id = ?)
		ORDER BY ac.id LIMIT ?`,
		s.root.ids.Block(watchers), n.Kind, n.ActorID, n.GroupID, n.PostID, s.Now(), n.PostID, n.GroupID, n.ActorID, n.PostID, watchers-1)
	return err
}
