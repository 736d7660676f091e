package db

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// States of an invitation.
const (
	InviteOpen      = "open"
	InviteTaken     = "taken"
	InviteDeclined  = "declined"
	InviteWithdrawn = "withdrawn"
)

// InviteFor is how long an invitation stands.
const InviteFor = 30 * 24 * time.Hour

// Invitation is a group asking a person anywhere to belong (wire.md 6). A person has one at most in
// a group; a new one takes the place of the old.
type Invitation struct {
	bun.BaseModel `bun:"table:invitations,alias:i"`

	ID        int64  `bun:"id,pk"`
	URI       string `bun:"uri"` // id of the Invite
	GroupID   int64  `bun:"group_id"`
	ActorID   int64  `bun:"actor_id"`
	ByID      int64  `bun:"by_id"`
	Text      string `bun:"text"`
	State     string `bun:"state"`
	EndsAt    Time   `bun:"ends_at"`
	CreatedAt Time   `bun:"created_at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
	By    *Actor `bun:"rel:belongs-to,join:by_id=id"`
	Group *Actor `bun:"rel:belongs-to,join:group_id=id"`
}

// Stands says that the invitation may still be taken.
func (i *Invitation) Stands(now time.Time) bool {
	return i.State == InviteOpen && now.Before(i.EndsAt.Time)
}

// PutInvitation stores an invitation in the place of an older one.
func (s *Store) PutInvitation(ctx context.Context, i *Invitation) error {
	i.ID, i.CreatedAt = s.NewID(), s.Now()
	i.EndsAt = At(i.CreatedAt.Add(InviteFor))
	_, err := s.write.NewInsert().Model(i).On("CONFLICT (group_id, actor_id) DO UPDATE").
		Set("uri = EXCLUDED.uri, by_id = EXCLUDED.by_id, text = EXCLUDED.text, state = EXCLUDED.state").
		Set("ends_at = EXCLUDED.ends_at, created_at = EXCLUDED.created_at").Returning("id").Exec(ctx)
	if err != nil {
		return fmt.Errorf("store invitation %s: %w", i.URI, wrap(err))
	}
	return nil
}

// InvitationOf returns the invitation of a person into a group, past ones included.
func (s *Store) InvitationOf(ctx context.Context, groupID, actorID int64) (*Invitation, error) {
	i := new(Invitation)
	return i, one(ctx, s.read.NewSelect().Model(i).Relation("By", withFacts).Where("i.group_id = ? AND i.actor_id = ?", groupID, actorID))
}

// EndInvitation writes what became of an open invitation, and says whether there was one.
func (s *Store) EndInvitation(ctx context.Context, groupID, actorID int64, state string) (bool, error) {
	n, err := s.exec(ctx, "UPDATE invitations SET state = ? WHERE group_id = ? AND actor_id = ? AND state = ?",
		state, groupID, actorID, InviteOpen)
	return n > 0, err
}

// InvitedTo lists the open invitations of a group with the people, newest first.
func (s *Store) InvitedTo(ctx context.Context, groupID int64, limit int) ([]*Invitation, error) {
	var list []*Invitation
	err := s.read.NewSelect().Model(&list).Relation("Actor", withFacts).Relation("By", withFacts).
		Where("i.group_id = ? AND i.state = ? AND i.ends_at > ?", groupID, InviteOpen, s.Now()).
		Order("i.created_at DESC", "i.id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// InvitationsSince counts what one person has invited lately, so that nobody sends out hundreds.
func (s *Store) InvitationsSince(ctx context.Context, byID int64, since Time) (int, error) {
	var n int
	err := s.read.NewRaw("SELECT count(*) FROM invitations WHERE by_id = ? AND created_at > ?", byID, since).Scan(ctx, &n)
	return n, wrap(err)
}

// InvitationByURI returns the invitation that an Invite made.
func (s *Store) InvitationByURI(ctx context.Context, uri string) (*Invitation, error) {
	i := new(Invitation)
	return i, one(ctx, s.read.NewSelect().Model(i).Where("i.uri = ?", uri))
}

// EndInvitationByURI marks an open invitation of a group as taken back, and counts it.
func (s *Store) EndInvitationByURI(ctx context.Context, groupID int64, uri string) (int64, error) {
	return s.exec(ctx, "UPDATE invitations SET state = ? WHERE group_id = ? AND uri = ? AND state = ?",
		InviteWithdrawn, groupID, uri, InviteOpen)
}
