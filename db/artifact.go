package db

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// KindArtifact is the post that starts the discussion of an artifact, from its first version on.
const KindArtifact = "artifact"

// Stages of an artifact (domain.md 3d). Review by a date that has passed is no stage: see Overdue.
const (
	StageDraft      = "draft"
	StageReview     = "in-review"
	StageChanges    = "changes" // asked for by a reviewer
	StagePublished  = "published"
	StageSuperseded = "superseded"
	StageRetired    = "retired"
)

// Block is one part of an artifact as it is written, in Markdown below a heading of its own.
type Block struct {
	Key   string `json:"key"`  // stays with the block while it is moved and rewritten
	Code  string `json:"code"` // which part of its kind's template; "" for one of the writers' own
	Title string `json:"title"`
	Text  string `json:"text"`
	Clash *Clash `json:"clash,omitzero"`
}

// Clash is a second text for a block, from the same start, which nobody has put together yet.
type Clash struct {
	Was  string `json:"was"`
	Text string `json:"text"`
	By   int64  `json:"by"`
}

// Blocks are the parts of a draft in order.
type Blocks struct {
	List []Block `json:"list"`
}

// ArtifactLinks are the addresses that an artifact names.
type ArtifactLinks struct {
	BasedOn []string `json:"basedOn,omitzero"` // what it was adapted or written from, anywhere
	SeeAlso []string `json:"seeAlso,omitzero"`
	// Submitted is the address that a draft had on the server of its author.
	Submitted string `json:"submitted,omitzero"`
	// Adapted lists what was made of it elsewhere, as those who made it said.
	Adapted []string `json:"adapted,omitzero"`
}

// Artifact is one piece of what a community knows and keeps. From its first version on a post with
// the same id starts its discussion; before, nobody but members of its home can find it.
type Artifact struct {
	bun.BaseModel `bun:"table:artifacts,alias:artifact"`

	ID        int64         `bun:"id,pk"`
	URI       string        `bun:"uri"`
	GroupID   int64         `bun:"group_id"`
	AuthorID  int64         `bun:"author_id"`
	StewardID int64         `bun:"steward_id"`
	Kind      string        `bun:"kind"`
	Title     string        `bun:"title"`
	Abstract  string        `bun:"abstract"`
	Audience  string        `bun:"audience"` // for whom, in words
	Lang      string        `bun:"lang"`
	Blocks    Blocks        `bun:"blocks,type:text"` // of the draft
	Revision  int64         `bun:"revision"`         // of the draft; each save is the next
	Stage     string        `bun:"stage"`
	Version   int64         `bun:"version"` // the last published one, 0 before
	Maturity  string        `bun:"maturity"`
	Validity  string        `bun:"validity"`
	Licence   string        `bun:"licence"`
	Topics    string        `bun:"topics"` // with a space before and after each
	Links     ArtifactLinks `bun:"links,type:text"`
	Override  string        `bun:"override"` // why the rule of reviews was not kept, for the page

	UsesCount int64 `bun:"uses_count"`
	UsesOrgs  int64 `bun:"uses_orgs"`
	UsesHours int64 `bun:"uses_hours"` // stated, a sum

	ReviewBy    Time `bun:"review_by"`
	CreatedAt   Time `bun:"created_at"`
	UpdatedAt   Time `bun:"updated_at"`
	PublishedAt Time `bun:"published_at"`
	RetiredAt   Time `bun:"retired_at"`
	DiscardedAt Time `bun:"discarded_at"` // a draft that was thrown away; it can come back
	HeardAt     Time `bun:"heard_at"`     // when its home last spoke of it, of a copy

	Author  *Actor `bun:"rel:belongs-to,join:author_id=id"`
	Steward *Actor `bun:"rel:belongs-to,join:steward_id=id"`
}

// Drafted says that nobody but members of its home may know of it.
func (a *Artifact) Drafted() bool { return a.Version == 0 }

// Overdue says that its review-by date has passed.
func (a *Artifact) Overdue(now Time) bool {
	return !a.ReviewBy.IsZero() && a.ReviewBy.Before(now.Time) && a.RetiredAt.IsZero()
}

// Stale says that nobody has looked at it for so long after its date that readers should know.
func (a *Artifact) Stale(now Time) bool {
	return a.Overdue(now) && now.Sub(a.ReviewBy.Time) >= staleAfter
}

// staleAfter is how long after its date an artifact counts as not reviewed (scenarios.md 3.14).
const staleAfter = 90 * 24 * time.Hour

// ArtifactSave is a draft as it was after one save: what texts are merged from and restored to.
type ArtifactSave struct {
	bun.BaseModel `bun:"table:artifact_saves,alias:save"`

	ArtifactID int64  `bun:"artifact_id,pk"`
	Revision   int64  `bun:"revision,pk"`
	ActorID    int64  `bun:"actor_id"`
	Title      string `bun:"title"`
	Abstract   string `bun:"abstract"`
	Blocks     Blocks `bun:"blocks,type:text"`
	At         Time   `bun:"at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// CreateArtifact stores a new artifact with its first save, where it has blocks.
func (s *Store) CreateArtifact(ctx context.Context, a *Artifact) error {
	if a.ID == 0 {
		a.ID = s.NewID()
	}
	a.CreatedAt, a.UpdatedAt = s.Now(), s.Now()
	fresh, err := s.insertNew(ctx, a)
	if err == nil && !fresh {
		err = ErrConflict
	}
	if err != nil {
		return fmt.Errorf("create artifact %s: %w", a.URI, err)
	}
	return s.putFacets(ctx, a)
}

// SaveArtifact writes all of an artifact.
func (s *Store) SaveArtifact(ctx context.Context, a *Artifact) error {
	a.UpdatedAt = s.Now()
	if _, err := s.write.NewUpdate().Model(a).WherePK().Exec(ctx); err != nil {
		return wrap(err)
	}
	return s.putFacets(ctx, a)
}

// NextRevision stores a save of a draft as the next one and says whether nobody else was faster:
// false leaves everything as it was.
func (s *Store) NextRevision(ctx context.Context, a *Artifact, by int64) (bool, error) {
	n, err := s.exec(ctx, "UPDATE artifacts SET revision = revision + 1 WHERE id = ? AND revision = ?", a.ID, a.Revision)
	if err != nil || n == 0 {
		return false, err
	}
	a.Revision++
	if err := s.SaveArtifact(ctx, a); err != nil {
		return false, err
	}
	err = s.insert(ctx, &ArtifactSave{
		ArtifactID: a.ID, Revision: a.Revision, ActorID: by, Title: a.Title, Abstract: a.Abstract, Blocks: a.Blocks, At: s.Now(),
	})
	return err == nil, err
}

// ArtifactSaveAt returns a draft as it was after one save.
func (s *Store) ArtifactSaveAt(ctx context.Context, artifactID, revision int64) (*ArtifactSave, error) {
	save := new(ArtifactSave)
	return save, one(ctx, s.read.NewSelect().Model(save).Where("artifact_id = ? AND revision = ?", artifactID, revision))
}

// ArtifactSaves lists the saves of a draft, newest first, with who saved.
func (s *Store) ArtifactSaves(ctx context.Context, artifactID int64, limit int) ([]*ArtifactSave, error) {
	var list []*ArtifactSave
	err := s.read.NewSelect().Model(&list).ExcludeColumn("blocks").
		Relation("Actor", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) }).
		Where("save.artifact_id = ?", artifactID).Order("save.revision DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

func (s *Store) artifacts(list any) *bun.SelectQuery {
	people := func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) }
	return s.read.NewSelect().Model(list).Relation("Author", people).Relation("Steward", people)
}

// ArtifactByID returns one artifact with author and steward.
func (s *Store) ArtifactByID(ctx context.Context, id int64) (*Artifact, error) {
	a := new(Artifact)
	return a, one(ctx, s.artifacts(a).Where("artifact.id = ?", id))
}

// ArtifactByURI returns one artifact by its ActivityPub id.
func (s *Store) ArtifactByURI(ctx context.Context, uri string) (*Artifact, error) {
	a := new(Artifact)
	return a, one(ctx, s.artifacts(a).Where("artifact.uri = ?", uri))
}

// LibraryQuery asks for published artifacts; empty fields filter nothing.
type LibraryQuery struct {
	GroupID  int64
	Kind     string
	Topic    string
	Maturity string
	Host     string // of the author's organisation; "" all
	Lang     string
	Fresh    string // "due": its date has passed; "orphan": nobody looks after it; "retired"
	Words    string // in title or abstract, in the text, or in the files that go with it
	SavedBy  int64  // an account
	Before   int64  // id, 0 from the newest
	Limit    int
}

// Library lists artifacts that were published, newest first.
func (s *Store) Library(ctx context.Context, q LibraryQuery) ([]*Artifact, error) {
	var list []*Artifact
	sel := s.artifacts(&list).ExcludeColumn("blocks").Where("artifact.version > 0").Order("artifact.id DESC").Limit(int64(q.Limit))
	for _, f := range []struct{ column, value string }{
		{"artifact.kind", q.Kind},
		{"artifact.maturity", q.Maturity},
		{"artifact.lang", q.Lang},
	} {
		if f.value != "" {
			sel = sel.Where("? = ?", bun.Ident(f.column), f.value)
		}
	}
	if q.GroupID != 0 {
		sel = sel.Where("artifact.group_id = ?", q.GroupID)
	}
	if q.Host != "" {
		sel = sel.Where("artifact.author_id IN (SELECT id FROM actors WHERE host = ?)", q.Host)
	}
	if q.Topic != "" {
		sel = sel.Where("artifact.topics LIKE ? ESCAPE '!'", "% "+likely(q.Topic)+" %")
	}
	within, all, err := s.artifactsSaying(ctx, q.Words)
	if err != nil {
		return nil, err
	}
	sel = sel.WhereGroup(" AND ", func(sel *bun.SelectQuery) *bun.SelectQuery {
		if all {
			return sel.Where("artifact.id IN (?)", bun.List(within))
		}
		for word := range strings.FieldsSeq(strings.ToLower(q.Words)) {
			sel = sel.Where("lower(artifact.title || ' ' || artifact.abstract) LIKE ? ESCAPE '!'", "%"+likely(word)+"%")
		}
		if len(within) > 0 {
			sel = sel.WhereOr("artifact.id IN (?)", bun.List(within))
		}
		return sel
	})
	if q.Before != 0 {
		sel = sel.Where("artifact.id < ?", q.Before)
	}
	if q.SavedBy != 0 {
		sel = sel.Where("EXISTS (SELECT 1 FROM artifact_kept k WHERE k.account_id = ? AND k.artifact_id = artifact.id AND k.saved)", q.SavedBy)
	}
	switch q.Fresh {
	case "due":
		sel = sel.Where("artifact.review_by > 0 AND artifact.review_by < ? AND artifact.retired_at = 0", s.Now())
	case "orphan":
		sel = sel.Where("artifact.steward_id = 0 AND artifact.retired_at = 0")
	case StageRetired:
		sel = sel.Where("artifact.retired_at > 0")
	case "":
		if q.SavedBy == 0 {
			sel = sel.Where("artifact.retired_at = 0")
		}
	}
	return list, wrap(sel.Scan(ctx))
}

// artifactsSaying lists the newest posts with some words in their texts or in the files that go with
// them, artifacts among them, and says whether these are all that have the words. Where they are too
// many, or none, titles have to be read: a word of a script without spaces is in no index.
func (s *Store) artifactsSaying(ctx context.Context, words string) (ids []int64, all bool, err error) {
	list := searchWords(words)
	if len(list) == 0 {
		return nil, false, nil
	}
	for _, pattern := range []string{s.pattern(list), s.pattern(list) + s.begun()} {
		if ids, err = s.withWords(ctx, pattern, 0); err != nil || len(ids) > 0 {
			break
		}
	}
	return ids, len(ids) > 0 && len(ids) < searchLooked, err
}

// likely escapes the signs that LIKE reads.
func likely(word string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(word)
}

// ArtifactDrafts lists what the members of a group are working on, last saved first.
func (s *Store) ArtifactDrafts(ctx context.Context, groupID int64, limit int) ([]*Artifact, error) {
	var list []*Artifact
	err := s.artifacts(&list).ExcludeColumn("blocks").
		Where("artifact.group_id = ? AND (artifact.version = 0 OR artifact.stage <> 'published') AND artifact.retired_at = 0 AND artifact.discarded_at = 0", groupID).
		Order("artifact.updated_at DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// ArtifactsWithin lists artifacts by their ActivityPub ids, those of them that are here and published.
func (s *Store) ArtifactsWithin(ctx context.Context, uris []string) ([]*Artifact, error) {
	if len(uris) == 0 {
		return nil, nil
	}
	var list []*Artifact
	err := s.artifacts(&list).ExcludeColumn("blocks").Where("artifact.uri IN (?) AND artifact.version > 0", bun.List(uris)).Scan(ctx)
	return list, wrap(err)
}
