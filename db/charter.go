package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// States of a version of a charter. At most one version of a group is adopted at a time.
const (
	CharterDraft      = "draft"
	CharterProposed   = "proposed"
	CharterAdopted    = "adopted"
	CharterSuperseded = "superseded" // an adopted one that a later one replaced
)

// CharterFields are the answers that a charter is written from, each in plain words (domain.md 3b).
type CharterFields struct {
	Purpose    string   `json:"purpose,omitzero"` // the domain in two or three sentences
	Inside     []string `json:"inside,omitzero"`
	Outside    []string `json:"outside,omitzero"`
	Why        string   `json:"why,omitzero"`        // why it matters to the organisations
	Join       string   `json:"join,omitzero"`       // why people would take part
	Who        string   `json:"who,omitzero"`        // who should join
	Behaviours string   `json:"behaviours,omitzero"` // how people treat one another, and how trust grows
	Knowledge  string   `json:"knowledge,omitzero"`
	Activities []string `json:"activities,omitzero"`
	Rhythm     string   `json:"rhythm,omitzero"`
	// Weights say how much of each orientation there is, from 0 to 5 (domain.md 2b).
	Weights    map[string]int `json:"weights,omitzero"`
	Roles      string         `json:"roles,omitzero"`
	Rule       string         `json:"rule,omitzero"`       // how it is adopted and amended: a Rule… constant
	Days       int            `json:"days,omitzero"`       // how long a proposal stands before it is decided
	Attributed string         `json:"attributed,omitzero"` // what may be quoted outside
	Measures   string         `json:"measures,omitzero"`   // how we know that it is worth it
	ReviewIn   int            `json:"reviewIn,omitzero"`   // months until it is looked at again
}

// Charter is one version of what a group has agreed on. Versions keep their addresses for ever.
type Charter struct {
	bun.BaseModel `bun:"table:charters,alias:charter"`

	ID           int64         `bun:"id,pk"`
	GroupID      int64         `bun:"group_id"`
	Version      int64         `bun:"version"` // from 1 within its group
	State        string        `bun:"state"`
	URI          string        `bun:"uri"`
	Language     string        `bun:"language"`
	Fields       CharterFields `bun:"fields,type:text"`
	Text         string        `bun:"text"`   // sanitised HTML
	Source       string        `bun:"source"` // Markdown
	ChangeNote   string        `bun:"change_note"`
	AuthorID     int64         `bun:"author_id"`
	CreatedAt    Time          `bun:"created_at"`
	ProposedAt   Time          `bun:"proposed_at"`
	DecideAt     Time          `bun:"decide_at"` // when silence decides; 0 where it never does
	AdoptedAt    Time          `bun:"adopted_at"`
	SupersededAt Time          `bun:"superseded_at"`
}

// CreateCharter stores a version. ErrConflict: its number is taken; the transaction can go on.
func (s *Store) CreateCharter(ctx context.Context, c *Charter) error {
	if c.CreatedAt.IsZero() {
		c.CreatedAt = s.Now()
	}
	fresh, err := s.insertNew(ctx, c)
	if err == nil && !fresh {
		err = ErrConflict
	}
	if err != nil {
		return fmt.Errorf("create charter %d of group %d: %w", c.Version, c.GroupID, err)
	}
	return nil
}

// SaveCharter writes all of a version.
func (s *Store) SaveCharter(ctx context.Context, c *Charter) error {
	_, err := s.write.NewUpdate().Model(c).WherePK().Exec(ctx)
	return wrap(err)
}

// MoveCharter takes a version from one state to the next and says whether it was still in it: of two
// who decide at once, one does.
func (s *Store) MoveCharter(ctx context.Context, c *Charter, from string) (bool, error) {
	res, err := s.write.NewUpdate().Model(c).WherePK().Where("state = ?", from).Exec(ctx)
	if err != nil {
		return false, wrap(err)
	}
	n, err := res.RowsAffected()
	return n > 0, wrap(err)
}

// CharterByID returns one version.
func (s *Store) CharterByID(ctx context.Context, id int64) (*Charter, error) {
	c := new(Charter)
	return c, one(ctx, s.read.NewSelect().Model(c).Where("id = ?", id))
}

// CharterByURI returns one version by its ActivityPub id.
func (s *Store) CharterByURI(ctx context.Context, uri string) (*Charter, error) {
	c := new(Charter)
	return c, one(ctx, s.read.NewSelect().Model(c).Where("uri = ?", uri))
}

// AdoptedCharter returns the version of a group that is in force.
func (s *Store) AdoptedCharter(ctx context.Context, groupID int64) (*Charter, error) {
	c := new(Charter)
	return c, one(ctx, s.read.NewSelect().Model(c).
		Where("group_id = ? AND state = 'adopted'", groupID).Order("version DESC"))
}

// ProposedCharter returns the version that a group is deciding on.
func (s *Store) ProposedCharter(ctx context.Context, groupID int64) (*Charter, error) {
	c := new(Charter)
	return c, one(ctx, s.read.NewSelect().Model(c).
		Where("group_id = ? AND state = 'proposed'", groupID).Order("version DESC"))
}

// ChartersOf lists the versions of a group, newest first, drafts among them.
func (s *Store) ChartersOf(ctx context.Context, groupID int64) ([]*Charter, error) {
	var list []*Charter
	err := s.read.NewSelect().Model(&list).Where("group_id = ?", groupID).Order("version DESC").Limit(200).Scan(ctx)
	return list, wrap(err)
}

// ChartersDue lists proposals of ours whose time has come, oldest first, at most limit.
func (s *Store) ChartersDue(ctx context.Context, limit int) ([]*Charter, error) {
	var list []*Charter
	err := s.read.NewSelect().Model(&list).Where("state = 'proposed' AND decide_at > 0 AND decide_at <= ?", s.Now()).
		Order("decide_at", "id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// CharterSignature is one person standing behind one version.
type CharterSignature struct {
	bun.BaseModel `bun:"table:charter_signatures,alias:signature"`

	CharterID   int64  `bun:"charter_id,pk"`
	ActorID     int64  `bun:"actor_id,pk"`
	At          Time   `bun:"at"`
	Text        string `bun:"text"` // the words as they came, plain
	Door        string `bun:"door"`
	ActivityURI string `bun:"activity_uri"` // what it came by, from another server

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// SignCharter stores a signature and says whether it is new; the first one of a person stands.
func (s *Store) SignCharter(ctx context.Context, sig *CharterSignature) (bool, error) {
	sig.At = s.Now()
	return s.insertNew(ctx, sig)
}

// SignaturesOf lists who signed a version, with the people, first signature first.
func (s *Store) SignaturesOf(ctx context.Context, charterID int64) ([]*CharterSignature, error) {
	var list []*CharterSignature
	err := s.read.NewSelect().Model(&list).
		Relation("Actor", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) }).
		Where("signature.charter_id = ?", charterID).Order("signature.at", "signature.actor_id").Limit(500).Scan(ctx)
	return list, wrap(err)
}

// What a remark on a charter is.
const (
	RemarkComment = "comment"
	RemarkConcern = "concern" // it stops silence from deciding until it is settled
)

// CharterRemark is what somebody said about one version.
type CharterRemark struct {
	bun.BaseModel `bun:"table:charter_remarks,alias:remark"`

	ID        int64  `bun:"id,pk"`
	CharterID int64  `bun:"charter_id"`
	ActorID   int64  `bun:"actor_id"`
	Kind      string `bun:"kind"`
	Text      string `bun:"text"` // plain
	Door      string `bun:"door"`
	URI       string `bun:"uri"` // id of the Note it came by; ours are made up
	At        Time   `bun:"at"`
	SettledAt Time   `bun:"settled_at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// PutRemark stores a remark and says whether it is new.
func (s *Store) PutRemark(ctx context.Context, r *CharterRemark) (bool, error) {
	if r.ID == 0 {
		r.ID = s.NewID()
	}
	r.At = s.Now()
	return s.insertNew(ctx, r)
}

// RemarksOn lists what was said about a version, with the people, oldest first.
func (s *Store) RemarksOn(ctx context.Context, charterID int64) ([]*CharterRemark, error) {
	var list []*CharterRemark
	err := s.read.NewSelect().Model(&list).
		Relation("Actor", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) }).
		Where("remark.charter_id = ?", charterID).Order("remark.id").Limit(500).Scan(ctx)
	return list, wrap(err)
}

// SettleRemark notes that a concern was answered, and says whether it stood open until now.
func (s *Store) SettleRemark(ctx context.Context, charterID, id int64) (bool, error) {
	n, err := s.exec(ctx, "UPDATE charter_remarks SET settled_at = ? WHERE id = ? AND charter_id = ? AND settled_at = 0", s.Now(), id, charterID)
	return n > 0, err
}

// OpenConcerns counts the concerns about a version that nobody has answered.
func (s *Store) OpenConcerns(ctx context.Context, charterID int64) (int, error) {
	var n int
	err := s.read.NewRaw("SELECT count(*) FROM charter_remarks WHERE charter_id = ? AND kind = 'concern' AND settled_at = 0", charterID).Scan(ctx, &n)
	return n, wrap(err)
}

// Unsign forgets all signatures of a version whose text may change again.
func (s *Store) Unsign(ctx context.Context, charterID int64) error {
	_, err := s.exec(ctx, "DELETE FROM charter_signatures WHERE charter_id = ?", charterID)
	return err
}

// CountSignatures counts the people who signed a version, each once.
func (s *Store) CountSignatures(ctx context.Context, charterID int64) (int, error) {
	var n int
	err := s.read.NewRaw(`SELECT count(DISTINCT coalesce(pd.person_id, cs.actor_id)) FROM charter_signatures cs
		LEFT JOIN person_doors pd ON pd.actor_id = cs.actor_id WHERE cs.charter_id = ?`, charterID).Scan(ctx, &n)
	return n, wrap(err)
}

// HasCharter says whether a group has proposed or adopted anything.
func (s *Store) HasCharter(ctx context.Context, groupID int64) (bool, error) {
	var n int
	err := s.read.NewRaw("SELECT count(*) FROM (SELECT 1 FROM charters WHERE group_id = ? AND state <> 'draft' LIMIT 1) x", groupID).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// CharterSource is where a group elsewhere keeps what it has agreed on.
type CharterSource struct {
	bun.BaseModel `bun:"table:charter_sources,alias:source"`

	GroupID int64  `bun:"group_id,pk"`
	URI     string `bun:"uri"`
	ReadAt  Time   `bun:"read_at"` // when it was last read there
}

// PutCharterSource stores where the charter of a group elsewhere is; when it was read stays.
func (s *Store) PutCharterSource(ctx context.Context, groupID int64, uri string) error {
	_, err := s.write.NewInsert().Model(&CharterSource{GroupID: groupID, URI: uri}).
		On("CONFLICT (group_id) DO UPDATE").Set("uri = EXCLUDED.uri").Exec(ctx)
	return wrap(err)
}

// CharterSourceOf returns where the charter of a group elsewhere is.
func (s *Store) CharterSourceOf(ctx context.Context, groupID int64) (*CharterSource, error) {
	c := new(CharterSource)
	return c, one(ctx, s.read.NewSelect().Model(c).Where("group_id = ?", groupID))
}

// CharterRead notes when the charter of a group elsewhere was read there.
func (s *Store) CharterRead(ctx context.Context, groupID int64, at Time) error {
	_, err := s.exec(ctx, "UPDATE charter_sources SET read_at = ? WHERE group_id = ?", at, groupID)
	return err
}
