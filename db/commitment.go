package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// Commitment is what somebody said on asking to belong to a group (domain.md 4.2). It is never
// changed: who asks again, or takes a newer charter, says it anew, and the last one counts.
type Commitment struct {
	bun.BaseModel `bun:"table:commitments,alias:c"`

	ID      int64 `bun:"id,pk"`
	GroupID int64 `bun:"group_id"`
	ActorID int64 `bun:"actor_id"`
	// CharterVersion is what was read before; 0 where no charter was adopted then.
	CharterVersion int64  `bun:"charter_version"`
	CharterURI     string `bun:"charter_uri"`
	Words          string `bun:"words"` // as written, where it was a message: "I commit – I run ..."
	Link           string `bun:"link"`  // how the person's own work touches the domain
	Introduction   string `bun:"introduction"`
	Quiet          bool   `bun:"quiet"`   // the introduction is not to be posted
	Door           string `bun:"door"`    // web, peer, client
	PostID         int64  `bun:"post_id"` // the introduction as posted
	CreatedAt      Time   `bun:"created_at"`
}

// PutCommitment stores what somebody committed to.
func (s *Store) PutCommitment(ctx context.Context, c *Commitment) error {
	c.ID, c.CreatedAt = s.NewID(), s.Now()
	var err error
	if c.ActorID, err = s.PersonBehind(ctx, c.ActorID); err != nil {
		return fmt.Errorf("store commitment: %w", err)
	}
	if err := s.insert(ctx, c); err != nil {
		return fmt.Errorf("store commitment: %w", err)
	}
	return nil
}

// CommitmentOf returns the last commitment of a person in a group.
func (s *Store) CommitmentOf(ctx context.Context, groupID, actorID int64) (*Commitment, error) {
	c := new(Commitment)
	return c, one(ctx, s.read.NewSelect().Model(c).Where("group_id = ?", groupID).Where("actor_id = "+personOf, actorID).Order("id DESC"))
}

// IntroducedIn says whether an introduction of a person was ever posted in a group.
func (s *Store) IntroducedIn(ctx context.Context, groupID, actorID int64) (bool, error) {
	var n int
	err := s.read.NewRaw("SELECT count(*) FROM commitments WHERE actor_id IN "+samePerson+" AND group_id = ?1 AND post_id <> 0", actorID, groupID).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// IntroductionOf returns the post in which a person was introduced in a group.
func (s *Store) IntroductionOf(ctx context.Context, groupID, actorID int64) (*Post, error) {
	p := new(Post)
	return p, one(ctx, s.posts(p).Where("post.id = (SELECT max(post_id) FROM commitments WHERE actor_id IN "+samePerson+`
		AND group_id = ?1 AND post_id <> 0)`, actorID, groupID))
}

// Introduced notes which post an introduction became.
func (s *Store) Introduced(ctx context.Context, commitmentID, postID int64) error {
	_, err := s.exec(ctx, "UPDATE commitments SET post_id = ? WHERE id = ?", postID, commitmentID)
	return err
}

// IntroducedThere notes the introduction that somebody's own server has posted for them.
func (s *Store) IntroducedThere(ctx context.Context, groupID, actorID, postID int64) error {
	_, err := s.exec(ctx, "UPDATE commitments SET post_id = ?2 WHERE actor_id = "+personOf+" AND group_id = ?1 AND post_id = 0", actorID, groupID, postID)
	return err
}

// Kinds of what is said about a wish to belong.
const (
	JoinAsked     = "asked"    // by a steward, of the person
	JoinAnswered  = "answered" // by the person
	JoinVouched   = "vouched"  // by a member, for the person
	JoinAccepted  = "accepted"
	JoinWelcomed  = "welcomed" // by a person, after joining
	JoinRefused   = "refused"
	JoinWithdrawn = "withdrawn"
)

// JoinWord is one thing said about somebody's wish to belong to a group. Only that person and
// those who decide read it.
type JoinWord struct {
	bun.BaseModel `bun:"table:join_words,alias:jw"`

	ID        int64  `bun:"id,pk"`
	GroupID   int64  `bun:"group_id"`
	ActorID   int64  `bun:"actor_id"` // whose wish
	ByID      int64  `bun:"by_id"`
	Kind      string `bun:"kind"`
	Text      string `bun:"text"`
	CreatedAt Time   `bun:"created_at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
	By    *Actor `bun:"rel:belongs-to,join:by_id=id"`
}

// PutJoinWord stores one.
func (s *Store) PutJoinWord(ctx context.Context, w *JoinWord) error {
	w.ID, w.CreatedAt = s.NewID(), s.Now()
	var err error
	if w.ActorID, err = s.PersonBehind(ctx, w.ActorID); err != nil {
		return fmt.Errorf("store word about a request: %w", err)
	}
	if err := s.insert(ctx, w); err != nil {
		return fmt.Errorf("store word about a request: %w", err)
	}
	return nil
}

// JoinWordsOf lists the last things said about a person's wish, oldest first.
func (s *Store) JoinWordsOf(ctx context.Context, groupID, actorID int64) ([]*JoinWord, error) {
	var list []*JoinWord
	sub := s.read.NewSelect().Table("join_words").Column("id").
		Where("group_id = ?", groupID).Where("actor_id = "+personOf, actorID).Order("id DESC").Limit(50)
	err := s.read.NewSelect().Model(&list).Relation("By", withFacts).Where("jw.id IN (?)", sub).Order("jw.id").Scan(ctx)
	return list, wrap(err)
}

// Decisions lists who was taken in or refused lately in a group, newest first.
func (s *Store) Decisions(ctx context.Context, groupID int64, since Time, limit int) ([]*JoinWord, error) {
	var list []*JoinWord
	err := s.read.NewSelect().Model(&list).Relation("Actor", withFacts).Relation("By", withFacts).
		Where("jw.group_id = ? AND jw.kind IN (?) AND jw.created_at > ?", groupID, bun.List([]string{JoinAccepted, JoinRefused}), since).
		Order("jw.id DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

func withFacts(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) }
