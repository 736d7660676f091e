package db

import (
	"context"
	"errors"

	"github.com/uptrace/bun"
)

// Kinds of group that the wizard tells apart.
const (
	KindCoP     = "cop"
	KindNetwork = "network"
	KindTeam    = "team-space"
)

// Stages of a community's life (domain.md 3d), in order.
const (
	StagePotential      = "potential"
	StageCoalescing     = "coalescing"
	StageMaturing       = "maturing"
	StageStewardship    = "stewardship"
	StageTransformation = "transformation"
)

// How far an organisation has recognised a community.
const (
	RecognitionInformal   = "informal"
	RecognitionRecognised = "recognised"
	RecognitionChartered  = "chartered"
	RecognitionBudgeted   = "budgeted"
)

// GroupLife is where a community stands in its life. A group from before charters has none and
// counts as coalescing: it was open to all from its first day.
type GroupLife struct {
	bun.BaseModel `bun:"table:group_lives,alias:life"`

	GroupID      int64  `bun:"group_id,pk"`
	Kind         string `bun:"kind"`
	Stage        string `bun:"stage"`
	StageAt      Time   `bun:"stage_at"`
	Recognition  string `bun:"recognition"`
	RecognisedBy string `bun:"recognised_by"` // an organisation's name, plain
	RecognisedAt Time   `bun:"recognised_at"`
	SuccessorURI string `bun:"successor_uri"` // the group that carries on
	ReviewAt     Time   `bun:"review_at"`     // when members are asked whether to go on
}

// LifeOf returns where a group stands; of one that never said, coalescing since ever.
func (s *Store) LifeOf(ctx context.Context, groupID int64) (*GroupLife, error) {
	l := new(GroupLife)
	err := one(ctx, s.read.NewSelect().Model(l).Where("group_id = ?", groupID))
	if errors.Is(err, ErrNotFound) {
		return &GroupLife{GroupID: groupID, Kind: KindCoP, Stage: StageCoalescing, Recognition: RecognitionInformal}, nil
	}
	return l, err
}

// SaysLife tells whether anything is known of where a group stands.
func (s *Store) SaysLife(ctx context.Context, groupID int64) (bool, error) {
	var n int
	err := s.read.NewRaw("SELECT count(*) FROM group_lives WHERE group_id = ?", groupID).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// PutLife stores or replaces where a group stands.
func (s *Store) PutLife(ctx context.Context, l *GroupLife) error {
	_, err := s.write.NewInsert().Model(l).On("CONFLICT (group_id) DO UPDATE").
		Set("kind = EXCLUDED.kind, stage = EXCLUDED.stage, stage_at = EXCLUDED.stage_at").
		Set("recognition = EXCLUDED.recognition, recognised_by = EXCLUDED.recognised_by, recognised_at = EXCLUDED.recognised_at").
		Set("successor_uri = EXCLUDED.successor_uri, review_at = EXCLUDED.review_at").Exec(ctx)
	return wrap(err)
}

// listed keeps a query of groups, alias g, to those that lists may show: one whose founders are
// still gathering is for them alone (domain.md 4.1).
const listed = "NOT EXISTS (SELECT 1 FROM group_lives gl WHERE gl.group_id = g.actor_id AND gl.stage = 'potential')"

// TakeLife stores what a group elsewhere says of its own life. Nothing it says reaches a group of
// ours.
func (s *Store) TakeLife(ctx context.Context, l *GroupLife, archived Time) error {
	old, err := s.LifeOf(ctx, l.GroupID)
	if err != nil {
		return err
	}
	l.StageAt, l.RecognisedAt, l.ReviewAt = old.StageAt, old.RecognisedAt, old.ReviewAt
	if l.Stage != old.Stage {
		l.StageAt = s.Now()
	}
	if err := s.PutLife(ctx, l); err != nil {
		return err
	}
	_, err = s.exec(ctx, "UPDATE groups SET archived_at = ? WHERE actor_id = ? AND archived_at <> ?", archived, l.GroupID, archived)
	return err
}

// KinOf lists living groups that everybody may find, of ours and of others, which have one of some
// words in name, handle, tagline or charter; at most limit, most recently active first.
func (s *Store) KinOf(ctx context.Context, words []string, limit int) ([]*Group, error) {
	var list []*Group
	if len(words) == 0 {
		return list, nil
	}
	sel := s.groups(&list).
		Where("actor.deleted_at = 0 AND actor.suspended_at = 0 AND g.archived_at = 0 AND g.openness <> 'confidential'").
		Where(listed).
		Where("actor.host NOT IN (SELECT name FROM hosts WHERE policy = 'blocked')").
		WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			for _, w := range words {
				like := "%" + escapeLike(w) + "%"
				q = q.WhereOr(`(lower(actor.name) LIKE ?0 ESCAPE '\' OR actor.handle LIKE ?0 ESCAPE '\' OR lower(g.tagline) LIKE ?0 ESCAPE '\'
					OR lower(actor.summary) LIKE ?0 ESCAPE '\')`, like)
			}
			return q
		})
	err := sel.Order("g.last_activity_at DESC", "g.actor_id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}
