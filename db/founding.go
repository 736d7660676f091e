package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// What became of asking a founder.
const (
	FounderNamed  = "named"  // to be asked
	FounderAsked  = "asked"  // has the words, by whatever door
	FounderAbsent = "absent" // the server did not answer; asked again later
	FounderByMail = "mail"   // waits for the door for mail
)

// Founder is somebody who is asked to sign the first charter of a group of ours.
type Founder struct {
	bun.BaseModel `bun:"table:founders,alias:founder"`

	ID      int64  `bun:"id,pk"`
	GroupID int64  `bun:"group_id"`
	ActorID int64  `bun:"actor_id"` // 0 until known
	Address string `bun:"address"`  // handle@host, or a mail address, which no page shows in full
	State   string `bun:"state"`
	// NoticeURI is the id of the direct Note that asked; an answer to it is an answer to the charter.
	NoticeURI string `bun:"notice_uri"`
	AskedAt   Time   `bun:"asked_at"`
}

// PutFounder stores a founder and says whether the address is new in the group.
func (s *Store) PutFounder(ctx context.Context, f *Founder) (bool, error) {
	if f.ID == 0 {
		f.ID = s.NewID()
	}
	return s.insertNew(ctx, f)
}

// SaveFounder writes what became of asking somebody.
func (s *Store) SaveFounder(ctx context.Context, f *Founder) error {
	_, err := s.write.NewUpdate().Model(f).WherePK().Exec(ctx)
	return wrap(err)
}

// FoundersOf lists the founders of a group in the order they were named.
func (s *Store) FoundersOf(ctx context.Context, groupID int64) ([]*Founder, error) {
	var list []*Founder
	err := s.read.NewSelect().Model(&list).Where("group_id = ?", groupID).Order("id").Limit(100).Scan(ctx)
	return list, wrap(err)
}

// FounderByNotice returns whom a direct Note asked: who it is, of which group. It is asked of every
// answer that comes in, and reads no more than that.
func (s *Store) FounderByNotice(ctx context.Context, uri string) (*Founder, error) {
	f := &Founder{NoticeURI: uri}
	err := s.read.NewRaw("SELECT group_id, actor_id, address FROM founders WHERE notice_uri = ? AND notice_uri <> '' LIMIT 1", uri).
		Scan(ctx, &f.GroupID, &f.ActorID, &f.Address)
	return f, wrap(err)
}

// FoundersToAsk lists founders of ours whose server was away when they were last asked.
func (s *Store) FoundersToAsk(ctx context.Context, before Time, limit int) ([]*Founder, error) {
	var list []*Founder
	err := s.read.NewSelect().Model(&list).Where("state = 'absent' AND asked_at < ?", before).
		Order("asked_at", "id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// Founding is a community that somebody is still thinking up: the answers given so far.
type Founding struct {
	bun.BaseModel `bun:"table:foundings,alias:founding"`

	ID        int64  `bun:"id,pk"`
	AccountID int64  `bun:"account_id"`
	Step      string `bun:"step"`     // the step to land on when coming back
	Answers   string `bun:"answers"`  // JSON, written and read by the rules
	GroupID   int64  `bun:"group_id"` // 0 until it was made
	CreatedAt Time   `bun:"created_at"`
	UpdatedAt Time   `bun:"updated_at"`
}

// CreateFounding begins one.
func (s *Store) CreateFounding(ctx context.Context, f *Founding) error {
	f.ID, f.CreatedAt, f.UpdatedAt = s.NewID(), s.Now(), s.Now()
	if err := s.insert(ctx, f); err != nil {
		return fmt.Errorf("begin founding: %w", err)
	}
	return nil
}

// SaveFounding writes its answers and step.
func (s *Store) SaveFounding(ctx context.Context, f *Founding) error {
	f.UpdatedAt = s.Now()
	_, err := s.write.NewUpdate().Model(f).WherePK().Exec(ctx)
	return wrap(err)
}

// FoundingByID returns one of an account's own; another's is not found.
func (s *Store) FoundingByID(ctx context.Context, accountID, id int64) (*Founding, error) {
	f := new(Founding)
	return f, one(ctx, s.read.NewSelect().Model(f).Where("id = ? AND account_id = ?", id, accountID))
}

// FoundingsOf lists what an account has begun and not finished, newest first.
func (s *Store) FoundingsOf(ctx context.Context, accountID int64) ([]*Founding, error) {
	var list []*Founding
	err := s.read.NewSelect().Model(&list).Where("account_id = ? AND group_id = 0", accountID).
		Order("updated_at DESC", "id DESC").Limit(20).Scan(ctx)
	return list, wrap(err)
}

// DropFounding forgets one that was not finished.
func (s *Store) DropFounding(ctx context.Context, accountID, id int64) error {
	_, err := s.exec(ctx, "DELETE FROM foundings WHERE id = ? AND account_id = ? AND group_id = 0", id, accountID)
	return err
}

// FoundingOf returns what an account thought up for a community that it founded.
func (s *Store) FoundingOf(ctx context.Context, accountID, groupID int64) (*Founding, error) {
	f := new(Founding)
	return f, one(ctx, s.read.NewSelect().Model(f).Where("account_id = ? AND group_id = ? AND group_id <> 0", accountID, groupID))
}

// AskedDirectly tells whether a group has ever written to somebody alone, as it does when it asks
// them to found it.
func (s *Store) AskedDirectly(ctx context.Context, groupID, actorID int64) (bool, error) {
	var n int
	err := s.read.NewRaw(`SELECT count(*) FROM (SELECT 1 FROM posts p JOIN post_mentions m ON m.post_id = p.id
		WHERE p.author_id = ? AND p.visibility = 'direct' AND m.actor_id = ? LIMIT 1) x`, groupID, actorID).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// FounderDuty is a role that a founder takes on by signing.
type FounderDuty struct {
	bun.BaseModel `bun:"table:founder_duties,alias:duty"`

	GroupID   int64  `bun:"group_id,pk"`
	FounderID int64  `bun:"founder_id,pk"`
	Role      string `bun:"role"`
}

// PutFounderDuty stores what a founder takes on.
func (s *Store) PutFounderDuty(ctx context.Context, d *FounderDuty) error {
	_, err := s.insertNew(ctx, d)
	return err
}

// DutyOf returns the role that somebody takes on by signing what they found; "" for none.
func (s *Store) DutyOf(ctx context.Context, groupID, actorID int64) (string, error) {
	d := new(FounderDuty)
	err := one(ctx, s.read.NewSelect().Model(d).
		Where("group_id = ? AND founder_id IN (SELECT id FROM founders WHERE group_id = ? AND actor_id = ? AND actor_id <> 0)", groupID, groupID, actorID))
	return d.Role, ignoreNotFound(err)
}
