package db

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"
)

// Who may see that somebody belongs. The default is ShownMembers.
const (
	ShownNobody  = "nobody" // only those who look after the group
	ShownMembers = "members"
	ShownPublic  = "public"
)

// MemberChoice is what a member decides about a membership, and what is known of its end.
type MemberChoice struct {
	bun.BaseModel `bun:"table:member_choices,alias:mc"`

	GroupID int64  `bun:"group_id,pk"`
	ActorID int64  `bun:"actor_id,pk"`
	Shown   string `bun:"shown"`
	AskedAt Time   `bun:"asked_at"` // when a silent member was asked whether to stay
	LeftWhy string `bun:"left_why"`
}

// SaveMemberChoice stores what a member decided.
func (s *Store) SaveMemberChoice(ctx context.Context, c *MemberChoice) error {
	_, err := s.write.NewInsert().Model(c).On("CONFLICT (group_id, actor_id) DO UPDATE").
		Set("shown = EXCLUDED.shown, asked_at = EXCLUDED.asked_at, left_why = EXCLUDED.left_why").Exec(ctx)
	return wrap(err)
}

// MemberChoiceOf returns what a member decided; the default where nothing was.
func (s *Store) MemberChoiceOf(ctx context.Context, groupID, actorID int64) (*MemberChoice, error) {
	c := &MemberChoice{GroupID: groupID, ActorID: actorID, Shown: ShownMembers}
	err := one(ctx, s.read.NewSelect().Model(c).Where("group_id = ? AND actor_id = ?", groupID, actorID))
	return c, ignoreNotFound(err)
}

// DirectoryQuery asks for one page of the directory of a group.
type DirectoryQuery struct {
	GroupID int64
	// Shown are the choices that the reader may see: public alone, members too, or all.
	Shown []string
	// Reader sees their own line whatever they chose.
	Reader   int64
	Words    string // in name, handle, organisation and profile
	Host     string // of one organisation
	Language string // a code
	Place    string
	Topic    string
	Before   int64 // a membership id; 0 = from the newest
	Limit    int
}

// Directory lists the members that a reader may see and that match, newest first.
func (s *Store) Directory(ctx context.Context, q DirectoryQuery) ([]*Membership, error) {
	var list []*Membership
	sel := s.directory(&list, q).Relation("Actor")
	for _, w := range searchWords(q.Words) {
		like := "%" + escapeLike(w) + "%"
		sel = sel.Where(`(actor.handle LIKE ?0 ESCAPE '\' OR lower(actor.name) LIKE ?0 ESCAPE '\' OR lower(actor.organisation) LIKE ?0 ESCAPE '\'
			OR actor.host LIKE ?0 ESCAPE '\' OR p.folded LIKE ?0 ESCAPE '\'
			OR p.actor_id IS NOT NULL AND EXISTS (SELECT 1 FROM endorsements e WHERE e.actor_id = membership.actor_id AND e.topic LIKE ?0 ESCAPE '\'))`, like)
	}
	if q.Host != "" {
		sel = sel.Where("actor.host = ?", q.Host)
	}
	if q.Language != "" {
		sel = sel.Where("' ' || p.languages || ' ' LIKE ?", "% "+q.Language+" %")
	}
	for _, w := range []string{q.Place, q.Topic} {
		if w != "" {
			sel = sel.Where(`p.folded LIKE ? ESCAPE '\'`, "%"+escapeLike(strings.ToLower(w))+"%")
		}
	}
	if q.Before > 0 {
		sel = sel.Where("membership.id < ?", q.Before)
	}
	err := sel.Order("membership.id DESC").Limit(int64(q.Limit)).Scan(ctx)
	return list, wrap(err)
}

// readable are the choices about a profile that let the reader read it. Nobody's means nobody's: it
// is not kept from strangers alone, as a membership is.
func (q DirectoryQuery) readable() []string {
	return slices.DeleteFunc(slices.Clone(q.Shown), func(choice string) bool { return choice == ShownNobody })
}

// directory are the living memberships of a group that a reader may see.
func (s *Store) directory(list any, q DirectoryQuery) *bun.SelectQuery {
	return s.read.NewSelect().Model(list).
		Join(`LEFT JOIN profiles p ON p.actor_id = membership.actor_id AND (p.actor_id = ?
			OR coalesce((SELECT pf.shown FROM profile_faces pf WHERE pf.actor_id = p.actor_id), 'members') IN (?))`, q.Reader, bun.List(q.readable())).
		Join("LEFT JOIN member_choices mc ON mc.group_id = membership.group_id AND mc.actor_id = membership.actor_id").
		Where("membership.group_id = ? AND membership.left_at = 0 AND membership.status IN ('newcomer', 'member', 'dormant')", q.GroupID).
		Where("(coalesce(mc.shown, 'members') IN (?) OR membership.actor_id = ?)", bun.List(q.Shown), q.Reader)
}

// DirectorySize counts the members that a reader may see, of those who match nothing in particular.
func (s *Store) DirectorySize(ctx context.Context, q DirectoryQuery) (int, error) {
	n, err := s.directory((*Membership)(nil), q).Count(ctx)
	return int(n), wrap(err)
}

// DirectoryLanguages lists the languages that visible members speak, as codes.
func (s *Store) DirectoryLanguages(ctx context.Context, q DirectoryQuery) ([]string, error) {
	var rows []string
	err := s.directory((*Membership)(nil), q).ColumnExpr("DISTINCT p.languages").Where("p.languages <> ''").Limit(500).Scan(ctx, &rows)
	return rows, wrap(err)
}

// DirectoryHosts lists the hosts of the members that a reader may see.
func (s *Store) DirectoryHosts(ctx context.Context, q DirectoryQuery) ([]string, error) {
	var rows []string
	err := s.directory((*Membership)(nil), q).Join("JOIN actors a ON a.id = membership.actor_id").
		ColumnExpr("DISTINCT a.host").OrderExpr("a.host").Limit(200).Scan(ctx, &rows)
	return rows, wrap(err)
}
