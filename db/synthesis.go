package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
)

// States of a synthesis.
const (
	SynthesisWriting   = "writing"
	SynthesisShown     = "shown" // to those whose responses it uses, who may object
	SynthesisPublished = "published"
)

// Synthesis is the work on the consolidated reply to a query (domain.md 3f). Its texts are the draft of
// an artifact.
type Synthesis struct {
	bun.BaseModel `bun:"table:syntheses,alias:synthesis"`

	QueryID    int64  `bun:"query_id,pk"` // the post that asks
	ArtifactID int64  `bun:"artifact_id"`
	GroupID    int64  `bun:"group_id"`
	State      string `bun:"state"`
	DueAt      Time   `bun:"due_at"`
	ShownAt    Time   `bun:"shown_at"`
	// ObjectionsUntil is how long those who contributed may look at it before it is published.
	ObjectionsUntil Time  `bun:"objections_until"`
	PublishedAt     Time  `bun:"published_at"`
	PointerID       int64 `bun:"pointer_id"` // the post in the discussion that leads to it
	CreatedAt       Time  `bun:"created_at"`
}

// CreateSynthesis begins one; ErrConflict where the query has one.
func (s *Store) CreateSynthesis(ctx context.Context, y *Synthesis) error {
	y.CreatedAt = s.Now()
	if err := s.insert(ctx, y); err != nil {
		return fmt.Errorf("begin synthesis of %d: %w", y.QueryID, err)
	}
	return nil
}

// SaveSynthesis stores how far it is.
func (s *Store) SaveSynthesis(ctx context.Context, y *Synthesis) error {
	_, err := s.write.NewUpdate().Model(y).WherePK().Column("state", "due_at", "shown_at", "objections_until", "published_at", "pointer_id").Exec(ctx)
	return wrap(err)
}

// SynthesisOf is the synthesis of a query.
func (s *Store) SynthesisOf(ctx context.Context, queryID int64) (*Synthesis, error) {
	y := new(Synthesis)
	return y, one(ctx, s.read.NewSelect().Model(y).Where("query_id = ?", queryID))
}

// SynthesisBy is the synthesis whose texts are an artifact's.
func (s *Store) SynthesisBy(ctx context.Context, artifactID int64) (*Synthesis, error) {
	y := new(Synthesis)
	return y, one(ctx, s.read.NewSelect().Model(y).Where("artifact_id = ?", artifactID))
}

// SynthesesUnderWay lists what a group works on, the first due first.
func (s *Store) SynthesesUnderWay(ctx context.Context, groupID int64, limit int) ([]*Synthesis, error) {
	var list []*Synthesis
	err := s.read.NewSelect().Model(&list).Where("group_id = ? AND state <> ?", groupID, SynthesisPublished).
		Order("due_at", "query_id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// SynthesisSource is a response on the desk. Number is what the texts refer to it by, as in [2].
type SynthesisSource struct {
	bun.BaseModel `bun:"table:synthesis_sources,alias:source"`

	QueryID int64 `bun:"query_id,pk"`
	PostID  int64 `bun:"post_id,pk"`
	Number  int64 `bun:"number"`
	// Place is the part of the text it is used in, "" while it has none, or "out".
	Place    string `bun:"place"`
	Reason   string `bun:"reason"` // why it was left out
	PlacedBy int64  `bun:"placed_by"`
	ToldAt   Time   `bun:"told_at"` // its author was asked to look
}

// SourceLeftOut is the place of a response that is not used.
const SourceLeftOut = "out"

// SourcesOf lists the responses on a desk in order of their numbers.
func (s *Store) SourcesOf(ctx context.Context, queryID int64) ([]*SynthesisSource, error) {
	var list []*SynthesisSource
	err := s.read.NewSelect().Model(&list).Where("query_id = ?", queryID).Order("number").Scan(ctx)
	return list, wrap(err)
}

// PutSource stores where a response goes.
func (s *Store) PutSource(ctx context.Context, one *SynthesisSource) error {
	_, err := s.write.NewInsert().Model(one).On("CONFLICT (query_id, post_id) DO UPDATE").
		Set("place = EXCLUDED.place, reason = EXCLUDED.reason, placed_by = EXCLUDED.placed_by, told_at = EXCLUDED.told_at").Exec(ctx)
	return wrap(err)
}

// Objection is what a contributor says against a text before it is published.
type Objection struct {
	bun.BaseModel `bun:"table:synthesis_objections,alias:objection"`

	ID      int64  `bun:"id,pk"`
	QueryID int64  `bun:"query_id"`
	ActorID int64  `bun:"actor_id"`
	Block   string `bun:"block"` // the part it is about, "": the whole
	Quote   string `bun:"quote"` // the sentence it is about
	Text    string `bun:"text"`
	// URI is the id of the Note it came by; what is said here has one of its own.
	URI       string `bun:"uri"`
	Door      string `bun:"door"`
	At        Time   `bun:"at"`
	SettledAt Time   `bun:"settled_at"`
	SettledBy int64  `bun:"settled_by"`
	Answer    string `bun:"answer"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// PutObjection stores one, and says whether it is new.
func (s *Store) PutObjection(ctx context.Context, o *Objection) (bool, error) {
	o.At = s.Now()
	res, err := s.write.NewInsert().Model(o).On("CONFLICT (uri) DO NOTHING").Exec(ctx)
	if err != nil {
		return false, wrap(err)
	}
	n, err := res.RowsAffected()
	return n > 0, wrap(err)
}

// ObjectionsTo lists what was said against a synthesis, the first first.
func (s *Store) ObjectionsTo(ctx context.Context, queryID int64) ([]*Objection, error) {
	var list []*Objection
	err := s.read.NewSelect().Model(&list).Relation("Actor", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) }).
		Where("objection.query_id = ?", queryID).Order("objection.id").Scan(ctx)
	return list, wrap(err)
}

// SettleObjection notes what was done about one, and says whether that was still open.
func (s *Store) SettleObjection(ctx context.Context, queryID, id, by int64, answer string) (bool, error) {
	n, err := s.exec(ctx, "UPDATE synthesis_objections SET settled_at = ?, settled_by = ?, answer = ? WHERE query_id = ? AND id = ? AND settled_at = 0",
		s.Now(), by, answer, queryID, id)
	return n > 0, err
}

// SynthesisEditor is somebody who works on a synthesis.
type SynthesisEditor struct {
	bun.BaseModel `bun:"table:synthesis_editors,alias:editor"`

	QueryID int64  `bun:"query_id,pk"`
	ActorID int64  `bun:"actor_id,pk"`
	Block   string `bun:"block"` // what they had before them last
	SeenAt  Time   `bun:"seen_at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// PutSynthesisEditor notes that somebody works on a synthesis, and on which part.
func (s *Store) PutSynthesisEditor(ctx context.Context, e *SynthesisEditor) error {
	e.SeenAt = s.Now()
	_, err := s.write.NewInsert().Model(e).On("CONFLICT (query_id, actor_id) DO UPDATE").
		Set("block = EXCLUDED.block, seen_at = EXCLUDED.seen_at").Exec(ctx)
	return wrap(err)
}

// SynthesisEditors lists who works on a synthesis, who did so last first.
func (s *Store) SynthesisEditors(ctx context.Context, queryID int64) ([]*SynthesisEditor, error) {
	var list []*SynthesisEditor
	err := s.read.NewSelect().Model(&list).Relation("Actor", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) }).
		Where("editor.query_id = ?", queryID).Order("editor.seen_at DESC", "editor.actor_id").Scan(ctx)
	return list, wrap(err)
}

// PutQueryReply notes the id of the consolidated reply to a query.
func (s *Store) PutQueryReply(ctx context.Context, queryID int64, uri string) error {
	_, err := s.exec(ctx, "INSERT INTO query_replies (query_id, uri) VALUES (?, ?) ON CONFLICT (query_id) DO UPDATE SET uri = EXCLUDED.uri", queryID, uri)
	return err
}

// QueryReply is the id of the consolidated reply to a query, "" where there is none.
func (s *Store) QueryReply(ctx context.Context, queryID int64) (uri string, err error) {
	err = wrap(s.read.NewRaw("SELECT uri FROM query_replies WHERE query_id = ?", queryID).Scan(ctx, &uri))
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return uri, err
}
