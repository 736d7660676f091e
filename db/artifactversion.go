package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
)

// VersionPerson is one name under a version, as it stood when it was published.
type VersionPerson struct {
	Actor   int64  `json:"actor,omitzero"`
	URI     string `json:"uri,omitzero"`
	Name    string `json:"name"`
	Org     string `json:"org,omitzero"`
	Role    string `json:"role"` // author, contributor, reviewer, steward
	Verdict string `json:"verdict,omitzero"`
	Said    string `json:"said,omitzero"` // a reviewer's statement of interest
}

// VersionPeople are the names under a version, in order.
type VersionPeople struct {
	List []VersionPerson `json:"list"`
}

// ArtifactVersion is an artifact as it was published once. Nothing of it changes, but names that
// people take back.
type ArtifactVersion struct {
	bun.BaseModel `bun:"table:artifact_versions,alias:version"`

	ID          int64         `bun:"id,pk"`
	ArtifactID  int64         `bun:"artifact_id"`
	Number      int64         `bun:"number"`
	URI         string        `bun:"uri"`
	Title       string        `bun:"title"`
	Abstract    string        `bun:"abstract"`
	Source      string        `bun:"source"` // all of it, Markdown, exactly what Hash is of
	Hash        string        `bun:"hash"`   // SHA-256, hexadecimal
	ChangeNote  string        `bun:"change_note"`
	People      VersionPeople `bun:"people,type:text"`
	PublishedAt Time          `bun:"published_at"`
}

// CreateVersion stores a version. ErrConflict: its number or its address is taken.
func (s *Store) CreateVersion(ctx context.Context, v *ArtifactVersion) error {
	if v.ID == 0 {
		v.ID = s.NewID()
	}
	fresh, err := s.insertNew(ctx, v)
	if err == nil && !fresh {
		err = ErrConflict
	}
	if err != nil {
		return fmt.Errorf("create version %d of artifact %d: %w", v.Number, v.ArtifactID, err)
	}
	return nil
}

// VersionsOf lists the versions of an artifact, newest first, without their texts.
func (s *Store) VersionsOf(ctx context.Context, artifactID int64) ([]*ArtifactVersion, error) {
	var list []*ArtifactVersion
	err := s.read.NewSelect().Model(&list).ExcludeColumn("source").
		Where("artifact_id = ?", artifactID).Order("number DESC").Limit(500).Scan(ctx)
	return list, wrap(err)
}

// VersionOf returns one version.
func (s *Store) VersionOf(ctx context.Context, artifactID, number int64) (*ArtifactVersion, error) {
	v := new(ArtifactVersion)
	return v, one(ctx, s.read.NewSelect().Model(v).Where("artifact_id = ? AND number = ?", artifactID, number))
}

// ArtifactUse is one report that somebody applied an artifact.
type ArtifactUse struct {
	bun.BaseModel `bun:"table:artifact_uses,alias:use"`

	ID         int64  `bun:"id,pk"`
	ArtifactID int64  `bun:"artifact_id"`
	ActorID    int64  `bun:"actor_id"`
	PostID     int64  `bun:"post_id"` // the answer that says so
	Version    int64  `bun:"version"` // the one that was used
	Host       string `bun:"host"`    // of the organisation
	Place      string `bun:"place"`
	Way        string `bun:"way"` // as-is, adapted; "" not said
	Changed    string `bun:"changed"`
	Result     string `bun:"result"`
	Hours      int64  `bun:"hours"` // saved, stated
	At         Time   `bun:"at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// PutUse stores a report and counts the artifact's anew; false: that answer was counted before.
func (s *Store) PutUse(ctx context.Context, u *ArtifactUse) (bool, error) {
	if u.ID == 0 {
		u.ID = s.NewID()
	}
	u.At = s.Now()
	fresh, err := s.insertNew(ctx, u)
	if err != nil || !fresh {
		return false, err
	}
	return true, s.CountUses(ctx, u.ArtifactID)
}

// SaveUse writes all of a report but what it counts.
func (s *Store) SaveUse(ctx context.Context, u *ArtifactUse) error {
	_, err := s.write.NewUpdate().Model(u).WherePK().Exec(ctx)
	return wrap(err)
}

// UseOf returns the report that an answer is.
func (s *Store) UseOf(ctx context.Context, postID int64) (*ArtifactUse, error) {
	u := new(ArtifactUse)
	return u, one(ctx, s.read.NewSelect().Model(u).Where("post_id = ?", postID))
}

// countUsesOf counts anew what the state of an answer changes, where it is a report.
func (s *Store) countUsesOf(ctx context.Context, postID int64) error {
	u, err := s.UseOf(ctx, postID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.CountUses(ctx, u.ArtifactID)
}

// CountUses counts the reports on an artifact anew, those whose answers still stand.
func (s *Store) CountUses(ctx context.Context, artifactID int64) error {
	const standing = `FROM artifact_uses u JOIN posts p ON p.id = u.post_id WHERE u.artifact_id = artifacts.id AND p.state = 'published'`
	_, err := s.exec(ctx, `UPDATE artifacts SET uses_count = (SELECT count(*) `+standing+`),
		uses_orgs = (SELECT count(DISTINCT u.host) `+standing+`), uses_hours = coalesce((SELECT sum(u.hours) `+standing+`), 0)
		WHERE id = ?`, artifactID)
	return err
}

// UsesOf lists the reports on an artifact whose answers still stand, newest first, with who reported.
func (s *Store) UsesOf(ctx context.Context, artifactID int64, limit int) ([]*ArtifactUse, error) {
	var list []*ArtifactUse
	err := s.read.NewSelect().Model(&list).
		Relation("Actor", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) }).
		Join("JOIN posts p ON p.id = use.post_id AND p.state = 'published'").
		Where("use.artifact_id = ?", artifactID).Order("use.id DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// ArtifactKept is what one of our people keeps about an artifact, for nobody else to see.
type ArtifactKept struct {
	bun.BaseModel `bun:"table:artifact_kept,alias:kept"`

	AccountID  int64            `bun:"account_id,pk"`
	ArtifactID int64            `bun:"artifact_id,pk"`
	Progress   ArtifactProgress `bun:"progress,type:text"`
	Saved      bool             `bun:"saved"` // in their list
	At         Time             `bun:"at"`
}

// ArtifactProgress is how far somebody is in a learning module.
type ArtifactProgress struct {
	Done   []string `json:"done,omitzero"` // headings
	Answer string   `json:"answer,omitzero"`
}

// KeptOf returns what somebody keeps about an artifact; a row without anything where there is none.
func (s *Store) KeptOf(ctx context.Context, accountID, artifactID int64) (*ArtifactKept, error) {
	k := new(ArtifactKept)
	err := one(ctx, s.read.NewSelect().Model(k).Where("account_id = ? AND artifact_id = ?", accountID, artifactID))
	if errors.Is(err, ErrNotFound) {
		return &ArtifactKept{AccountID: accountID, ArtifactID: artifactID}, nil
	}
	return k, err
}

// PutKept writes it.
func (s *Store) PutKept(ctx context.Context, k *ArtifactKept) error {
	k.At = s.Now()
	_, err := s.write.NewInsert().Model(k).On("CONFLICT (account_id, artifact_id) DO UPDATE").
		Set("progress = EXCLUDED.progress").Set("saved = EXCLUDED.saved").Set("at = EXCLUDED.at").Exec(ctx)
	return wrap(err)
}

// NameVersion writes who stands under a version anew.
func (s *Store) NameVersion(ctx context.Context, v *ArtifactVersion) error {
	_, err := s.write.NewUpdate().Model(v).Column("people").Where("artifact_id = ? AND number = ?", v.ArtifactID, v.Number).Exec(ctx)
	return wrap(err)
}
