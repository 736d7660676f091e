package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// How one group says that it relates to another (domain.md 4.10). What only one of them says is a
// wish; where both say it, it is so.
const (
	KinChapterOf  = "chapter-of"
	KinHasChapter = "has-chapter"
	KinSisterOf   = "sister-of"
)

// KinBack is what the other group has to say for a relation to hold; "" for a word that is none.
func KinBack(relation string) string {
	switch relation {
	case KinChapterOf:
		return KinHasChapter
	case KinHasChapter:
		return KinChapterOf
	case KinSisterOf:
		return KinSisterOf
	}
	return ""
}

// Kinship is what one group, of ours or elsewhere, says about another.
type Kinship struct {
	bun.BaseModel `bun:"table:group_kin,alias:kin"`

	GroupID  int64  `bun:"group_id,pk"`
	OtherURI string `bun:"other_uri,pk"`
	Relation string `bun:"relation"`
	SaidAt   Time   `bun:"said_at"`
	ToldAt   Time   `bun:"told_at"` // when those who look after the other one were told, where it is ours

	Group *Actor `bun:"rel:belongs-to,join:group_id=id"`
}

// PutKin stores what a group says about another, in place of what it said before.
func (s *Store) PutKin(ctx context.Context, k *Kinship) error {
	if k.SaidAt.IsZero() {
		k.SaidAt = s.Now()
	}
	_, err := s.write.NewInsert().Model(k).On("CONFLICT (group_id, other_uri) DO UPDATE").
		Set("relation = EXCLUDED.relation, said_at = EXCLUDED.said_at, told_at = EXCLUDED.told_at").Exec(ctx)
	return wrap(err)
}

// DropKin forgets what a group says about another.
func (s *Store) DropKin(ctx context.Context, groupID int64, otherURI string) error {
	_, err := s.exec(ctx, "DELETE FROM group_kin WHERE group_id = ? AND other_uri = ?", groupID, otherURI)
	return err
}

// mostKin bounds the kin of one group.
const mostKin = 50

// KinSaidBy lists what a group says about others, in the order in which it said it.
func (s *Store) KinSaidBy(ctx context.Context, groupID int64) ([]*Kinship, error) {
	var list []*Kinship
	err := s.read.NewSelect().Model(&list).Where("kin.group_id = ?", groupID).
		Order("kin.said_at", "kin.other_uri").Limit(mostKin).Scan(ctx)
	return list, wrap(err)
}

// KinSaidOf lists what other living groups say about the one with this id, with them, oldest first.
func (s *Store) KinSaidOf(ctx context.Context, uri string) ([]*Kinship, error) {
	var list []*Kinship
	err := s.read.NewSelect().Model(&list).
		Relation("Group", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) }).
		Where(`kin.other_uri = ? AND kin.group_id IN (SELECT id FROM actors WHERE deleted_at = 0 AND suspended_at = 0)`, uri).
		Order("kin.said_at", "kin.group_id").Limit(mostKin).Scan(ctx)
	return list, wrap(err)
}

// Said is all that a group says of where it stands.
type Said struct {
	*GroupLife

	Kin     map[string][]string // whom it names, by relation
	Charter bool                // it has proposed or adopted one
}

// SaidBy returns what a group says of where it stands.
func (s *Store) SaidBy(ctx context.Context, groupID int64) (*Said, error) {
	life, err := s.LifeOf(ctx, groupID)
	if err != nil {
		return nil, err
	}
	kin, err := s.KinSaidBy(ctx, groupID)
	if err != nil {
		return nil, fmt.Errorf("list kin of group %d: %w", groupID, err)
	}
	out := &Said{GroupLife: life, Kin: make(map[string][]string)}
	for _, k := range kin {
		out.Kin[k.Relation] = append(out.Kin[k.Relation], k.OtherURI)
	}
	out.Charter, err = s.HasCharter(ctx, groupID)
	return out, err
}

// TakeKin puts what a group elsewhere says now, by address, in place of what it said; what it goes
// on saying keeps its time.
func (s *Store) TakeKin(ctx context.Context, groupID int64, says map[string]string) error {
	before, err := s.KinSaidBy(ctx, groupID)
	if err != nil {
		return fmt.Errorf("list kin of group %d: %w", groupID, err)
	}
	had := make(map[string]string, len(before))
	for _, k := range before {
		had[k.OtherURI] = k.Relation
		if says[k.OtherURI] == "" {
			if err := s.DropKin(ctx, groupID, k.OtherURI); err != nil {
				return fmt.Errorf("forget kin of group %d: %w", groupID, err)
			}
		}
	}
	for uri, relation := range says {
		if had[uri] == relation {
			continue
		}
		if err := s.PutKin(ctx, &Kinship{GroupID: groupID, OtherURI: uri, Relation: relation}); err != nil {
			return fmt.Errorf("keep kin of group %d: %w", groupID, err)
		}
	}
	return nil
}
