package db

import (
	"context"

	"github.com/uptrace/bun"
)

// Steps of the word that a group has no facilitator who acts (domain.md 3c).
const (
	StepNone    = 0
	StepCore    = 1 // after 30 days: the core group is told
	StepSponsor = 2 // after 45 days: the sponsor
	StepOpen    = 3 // after 60 days: everybody sees it, and may offer to
)

// Escalation is how far that word has gone for a group.
type Escalation struct {
	bun.BaseModel `bun:"table:escalations,alias:es"`

	GroupID int64 `bun:"group_id,pk"`
	Step    int   `bun:"step"`
	Since   Time  `bun:"since"`
}

// EscalationOf returns how far it has gone; StepNone where it has not.
func (s *Store) EscalationOf(ctx context.Context, groupID int64) (*Escalation, error) {
	e := &Escalation{GroupID: groupID}
	return e, ignoreNotFound(one(ctx, s.read.NewSelect().Model(e).Where("group_id = ?", groupID)))
}

// SaveEscalation writes how far it has gone; StepNone ends it, with the offers.
func (s *Store) SaveEscalation(ctx context.Context, groupID int64, step int) error {
	if step == StepNone {
		if _, err := s.exec(ctx, "DELETE FROM volunteers WHERE group_id = ?", groupID); err != nil {
			return err
		}
		_, err := s.exec(ctx, "DELETE FROM escalations WHERE group_id = ?", groupID)
		return err
	}
	e := &Escalation{GroupID: groupID, Step: step, Since: s.Now()}
	_, err := s.write.NewInsert().Model(e).On("CONFLICT (group_id) DO UPDATE").
		Set("step = EXCLUDED.step, since = EXCLUDED.since").Exec(ctx)
	return wrap(err)
}

// Tended is when a facilitator of a group last did something in it.
type Tended struct {
	GroupID int64 `bun:"group_id"`
	At      Time  `bun:"at"`
	Step    int   `bun:"step"`
}

// TendedBefore lists living groups of ours whose facilitators have done nothing since a moment, or
// that have gone a step already; after a group, for going on. What they write, what they decide and
// taking the role count; a group without facilitator counts from when it was made.
func (s *Store) TendedBefore(ctx context.Context, before Time, after int64, limit int) ([]Tended, error) {
	var list []Tended
	err := s.read.NewRaw(`SELECT * FROM (SELECT a.id AS group_id, coalesce(es.step, 0) AS step, coalesce((SELECT max(x.at) FROM (
			SELECT r.since AS at FROM role_grants r WHERE r.group_id = a.id AND r.role = 'facilitator'
			UNION ALL SELECT max(p.created_at) FROM posts p JOIN role_grants r ON r.actor_id = p.author_id AND r.group_id = p.group_id
				WHERE p.group_id = a.id AND r.role = 'facilitator'
			UNION ALL SELECT max(l.created_at) FROM moderation_log l JOIN role_grants r ON r.actor_id = l.actor_id AND r.group_id = l.group_id
				WHERE l.group_id = a.id AND r.role = 'facilitator') x), a.created_at) AS at
		FROM groups g JOIN actors a ON a.id = g.actor_id LEFT JOIN escalations es ON es.group_id = a.id
		WHERE a.local AND a.deleted_at = 0 AND g.archived_at = 0 AND a.id > ?1) t
		WHERE t.at < ?0 OR t.step > 0 ORDER BY group_id LIMIT ?2`, before, after, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// Volunteer is somebody who offers to facilitate, or, with another By, somebody who agrees.
type Volunteer struct {
	bun.BaseModel `bun:"table:volunteers,alias:v"`

	GroupID   int64 `bun:"group_id,pk"`
	ActorID   int64 `bun:"actor_id,pk"`
	ByID      int64 `bun:"by_id,pk"`
	CreatedAt Time  `bun:"created_at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// PutVolunteer stores an offer or an agreement; no error where it is there.
func (s *Store) PutVolunteer(ctx context.Context, v *Volunteer) error {
	v.CreatedAt = s.Now()
	var err error
	if v.ActorID, err = s.PersonBehind(ctx, v.ActorID); err != nil {
		return err
	}
	if v.ByID, err = s.PersonBehind(ctx, v.ByID); err != nil {
		return err
	}
	_, err = s.insertNew(ctx, v)
	return err
}

// Volunteers lists offers and agreements in a group, oldest first.
func (s *Store) Volunteers(ctx context.Context, groupID int64) ([]*Volunteer, error) {
	var list []*Volunteer
	err := s.read.NewSelect().Model(&list).Relation("Actor", withFacts).Where("v.group_id = ?", groupID).
		Order("v.created_at", "v.by_id").Limit(500).Scan(ctx)
	return list, wrap(err)
}

// HoldersOf lists who holds a role in a group.
func (s *Store) HoldersOf(ctx context.Context, groupID int64, role string) ([]*RoleGrant, error) {
	var list []*RoleGrant
	err := s.read.NewSelect().Model(&list).Relation("Actor", withFacts).
		Where("rg.group_id = ? AND rg.role = ?", groupID, role).Order("rg.since", "rg.id").Limit(200).Scan(ctx)
	return list, wrap(err)
}
