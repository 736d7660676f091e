package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"
)

// Sides of a move, as this instance sees it.
const (
	MoveLeaving  = "leaving"  // a group of ours goes to another instance
	MoveArriving = "arriving" // a group of another instance comes here
	MoveMerging  = "merging"  // a group of ours goes into another one of ours
	MoveSeen     = "seen"     // a group went from one other instance to another
)

// States of a move.
const (
	MoveProposed  = "proposed"  // waits for an admin of the old home, or for the group that is to take it in
	MoveAsked     = "asked"     // waits for an admin of the new home
	MoveCopying   = "copying"   // the new home fetches the archive
	MoveReady     = "ready"     // all is copied; can still be called off
	MoveSwitched  = "switched"  // told to the world; what hangs on it is being settled
	MoveDone      = "done"      // both homes say so
	MoveRefused   = "refused"   // by who was asked
	MoveCancelled = "cancelled" // by either side, before the switch
)

// Move is a community on its way (domain.md 4.13). Each home keeps its own row, under the address of
// the Offer that began it; what is to be done next stands in it, so that a killed process goes on.
type Move struct {
	bun.BaseModel `bun:"table:moves,alias:mv"`

	ID     int64  `bun:"id,pk"`
	URI    string `bun:"uri"` // id of the Offer; of the Move where we only saw it
	Side   string `bun:"side"`
	State  string `bun:"state"`
	Group  int64  `bun:"group_id"` // the group at its old home
	Heir   int64  `bun:"heir_id"`  // the group at its new home, 0 before there is one
	Peer   int64  `bun:"peer_id"`  // the actor of the other instance
	Host   string `bun:"host"`     // of the other instance
	Handle string `bun:"handle"`   // at the new home
	// Into is the community of another instance that this one goes into, 0 where it stays one of its
	// own. At the home of that one the archive lies in Heir until the switch.
	Into int64 `bun:"into_id,scanonly"`
	// Archive is where the pages of its archive lie, without part and number.
	Archive string `bun:"archive"`
	Why     string `bun:"why"` // how it was decided, plain
	ByID    int64  `bun:"by_id"`

	Part    string    `bun:"part"`   // of the archive, or of what is settled, that is next
	Cursor  int64     `bun:"cursor"` // how far in it
	Tally   MoveTally `bun:"tally,type:text"`
	Problem string    `bun:"problem"` // why it waits, a code; "" when it goes on
	NextAt  Time      `bun:"next_at"`

	CreatedAt   Time `bun:"created_at"`
	AgreedAt    Time `bun:"agreed_at"`
	CopiedAt    Time `bun:"copied_at"`
	SwitchAt    Time `bun:"switch_at"` // when the notice to followers ends
	SwitchedAt  Time `bun:"switched_at"`
	ConfirmedAt Time `bun:"confirmed_at"` // the new home says that all has come
	EndedAt     Time `bun:"ended_at"`
}

// MoveTally counts what was taken along, on the side that keeps the row.
type MoveTally struct {
	Charters  int64 `json:"charters,omitzero"`
	Members   int64 `json:"members,omitzero"`
	Followers int64 `json:"followers,omitzero"`
	Posts     int64 `json:"posts,omitzero"`
	Log       int64 `json:"log,omitzero"`
	Bytes     int64 `json:"bytes,omitzero"`
	Trusted   int64 `json:"trusted,omitzero"` // posts whose origin did not confirm them
	Failures  int64 `json:"failures,omitzero"`

	AllPosts   int64 `json:"all_posts,omitzero"` // that the old home counts
	AllMembers int64 `json:"all_members,omitzero"`
}

// Going says that the move is neither over nor called off.
func (m *Move) Going() bool { return m.EndedAt.IsZero() }

// Stoppable says that it can still be called off: nobody has been told to follow.
func (m *Move) Stoppable() bool {
	return m.Going() && m.State != MoveSwitched && m.State != MoveCancelled
}

// Home is the group that the move leads to, as far as it is known: the heir, or what it goes into.
func (m *Move) Home() int64 {
	if m.Into != 0 {
		return m.Into
	}
	return m.Heir
}

// CreateMove stores a move. ErrConflict: the group is on its way already, or the address is known;
// the transaction can go on.
func (s *Store) CreateMove(ctx context.Context, m *Move) error {
	if m.ID == 0 {
		m.ID = s.NewID()
	}
	m.CreatedAt = s.Now()
	fresh, err := s.insertNew(ctx, m)
	if err == nil && !fresh {
		err = ErrConflict
	}
	if err == nil && m.Into != 0 {
		_, err = s.exec(ctx, "INSERT INTO move_mergers (move_id, into_id) VALUES (?, ?)", m.ID, m.Into)
	}
	if err != nil {
		return fmt.Errorf("create move %s: %w", m.URI, err)
	}
	return nil
}

// moves selects moves with what they go into.
func (s *Store) moves(model any) *bun.SelectQuery {
	return s.read.NewSelect().Model(model).ColumnExpr("mv.*").
		ColumnExpr("coalesce((SELECT mm.into_id FROM move_mergers mm WHERE mm.move_id = mv.id), 0) AS into_id")
}

// SaveMove writes all of a move.
func (s *Store) SaveMove(ctx context.Context, m *Move) error {
	_, err := s.write.NewUpdate().Model(m).WherePK().Exec(ctx)
	return wrap(err)
}

// StepMove is SaveMove unless the row is in another state, or elsewhere in it, than given: of two
// processes that took the same step, one keeps it. ErrConflict is for the other.
func (s *Store) StepMove(ctx context.Context, m *Move, was Move) error {
	res, err := s.write.NewUpdate().Model(m).WherePK().
		Where("state = ? AND part = ? AND cursor = ?", was.State, was.Part, was.Cursor).Exec(ctx)
	if err != nil {
		return wrap(err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return fmt.Errorf("step of move %d: %w", m.ID, ErrConflict)
	}
	return nil
}

// MoveByID returns a move.
func (s *Store) MoveByID(ctx context.Context, id int64) (*Move, error) {
	m := new(Move)
	return m, one(ctx, s.moves(m).Where("mv.id = ?", id))
}

// MoveByURI returns a move by the address of what began it.
func (s *Store) MoveByURI(ctx context.Context, uri string) (*Move, error) {
	m := new(Move)
	return m, one(ctx, s.moves(m).Where("mv.uri = ?", uri))
}

// MoveOf returns the last move of a group away from where it was, ended ones included.
func (s *Store) MoveOf(ctx context.Context, groupID int64) (*Move, error) {
	m := new(Move)
	return m, one(ctx, s.moves(m).Where("mv.group_id = ?", groupID).Order("mv.id DESC"))
}

// MovesInto lists moves into a group, newest first.
func (s *Store) MovesInto(ctx context.Context, heirID int64, limit int) ([]*Move, error) {
	var list []*Move
	err := s.moves(&list).Where("mv.heir_id = ? OR mv.id IN (SELECT move_id FROM move_mergers WHERE into_id = ?)", heirID, heirID).
		Order("mv.id DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// Moves lists what an admin looks at, newest first: all but what we only saw.
func (s *Store) Moves(ctx context.Context, limit int) ([]*Move, error) {
	var list []*Move
	err := s.moves(&list).Where("mv.side <> ?", MoveSeen).Order("mv.id DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// MovesAsked counts the moves that a host has asked for and nobody has answered.
func (s *Store) MovesAsked(ctx context.Context, host string) (int64, error) {
	n, err := s.read.NewSelect().Model((*Move)(nil)).Where("host = ? AND side = ? AND state IN (?, ?)", host, MoveArriving, MoveProposed, MoveAsked).Count(ctx)
	return n, wrap(err)
}

// MovesDue lists moves on which this instance has something to do, at most limit.
func (s *Store) MovesDue(ctx context.Context, limit int) ([]*Move, error) {
	var list []*Move
	err := s.moves(&list).Where("ended_at = 0 AND next_at <= ?", s.Now()).
		Where(`(side = ? AND state IN (?, ?, ?)) OR (side = ? AND state = ?) OR state = ? OR (side <> ? AND state = ? AND switch_at > 0 AND switch_at <= ?)`,
			MoveArriving, MoveCopying, MoveSwitched, MoveCancelled, MoveLeaving, MoveCopying, MoveSwitched, MoveArriving, MoveReady, s.Now()).
		Order("next_at", "id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// MayFetch says whether an actor is the instance with which a group is on its way: as its new home
// that has agreed, or as its old one.
func (s *Store) MayFetch(ctx context.Context, groupID, peerID int64) (bool, error) {
	n, err := s.read.NewSelect().Model((*Move)(nil)).Where("peer_id = ? AND ended_at = 0", peerID).
		Where("(side = ? AND group_id = ? OR side = ? AND (heir_id = ? OR id IN (SELECT move_id FROM move_mergers WHERE into_id = ?)))",
			MoveLeaving, groupID, MoveArriving, groupID, groupID).Count(ctx)
	return n > 0, wrap(err)
}

// MoveLeft is something that could not be taken along.
type MoveLeft struct {
	bun.BaseModel `bun:"table:moves_left,alias:ml"`

	MoveID int64  `bun:"move_id,pk"`
	Kind   string `bun:"kind,pk"` // post, member, charter, entry, role
	What   string `bun:"what,pk"` // its address, or who
	Why    string `bun:"why"`     // a code
	At     Time   `bun:"at"`
}

// LeaveBehind notes what could not be taken along, once.
func (s *Store) LeaveBehind(ctx context.Context, l MoveLeft) error {
	l.At = s.Now()
	_, err := s.insertNew(ctx, &l)
	return err
}

// Return takes back that something stays behind.
func (s *Store) Return(ctx context.Context, l MoveLeft) error {
	_, err := s.exec(ctx, "DELETE FROM moves_left WHERE move_id = ? AND kind = ? AND what = ? AND why = ?", l.MoveID, l.Kind, l.What, l.Why)
	return err
}

// Stays says that something stays behind for a reason.
func (s *Store) Stays(ctx context.Context, l MoveLeft) (bool, error) {
	n, err := s.read.NewSelect().Model((*MoveLeft)(nil)).
		Where("move_id = ? AND kind = ? AND what = ? AND why = ?", l.MoveID, l.Kind, l.What, l.Why).Count(ctx)
	return n > 0, wrap(err)
}

// LeftBehind lists what could not be taken along, at most limit, and counts all of it.
func (s *Store) LeftBehind(ctx context.Context, moveID int64, limit int) ([]*MoveLeft, int64, error) {
	var list []*MoveLeft
	n, err := s.read.NewSelect().Model(&list).Where("move_id = ?", moveID).Order("kind", "what").Limit(int64(limit)).ScanAndCount(ctx)
	return list, n, wrap(err)
}

// Moved is a group that carries on elsewhere, and where: both say so.
type Moved struct {
	ID       int64  `bun:"id"`
	URI      string `bun:"uri"`
	Local    bool   `bun:"local"`
	Handle   string `bun:"handle"`
	Host     string `bun:"host"`
	Heir     int64  `bun:"heir"`
	HeirURI  string `bun:"heir_uri"`
	HeirPage string `bun:"heir_page"`
	HeirHome bool   `bun:"heir_home"` // the heir lives here
	HeirName string `bun:"heir_name"`
	HeirHost string `bun:"heir_host"`
	Hidden   bool   `bun:"hidden"` // listed nowhere: nobody but its members may learn of it
	Known    string `bun:"known"`  // what the heir is known as, one a line
}

// MovedGroups lists the groups that carry on elsewhere, whose heirs name them in return.
func (s *Store) MovedGroups(ctx context.Context) ([]*Moved, error) {
	var list []*Moved
	err := s.read.NewRaw(`SELECT a.id, a.uri, a.local, a.handle, a.host, h.id AS heir, h.uri AS heir_uri, h.url AS heir_page,
			h.local AS heir_home, h.handle AS heir_name, h.host AS heir_host, h.also_known_as AS known,
			coalesce((SELECT g.openness FROM groups g WHERE g.actor_id = a.id), '') = 'confidential' AS hidden
		FROM actors a JOIN actors h ON h.uri = a.moved_to
		WHERE a.moved_to <> '' AND a.type = 'Group' AND h.type = 'Group' AND h.deleted_at = 0 LIMIT 10000`).Scan(ctx, &list)
	list = slices.DeleteFunc(list, func(m *Moved) bool { return !slices.Contains(strings.Fields(m.Known), m.URI) })
	return list, wrap(err)
}
