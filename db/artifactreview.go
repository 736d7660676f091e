package db

import (
	"context"

	"github.com/uptrace/bun"
)

// Verdicts of a review (domain.md 3b).
const (
	VerdictAccept  = "accept"
	VerdictChanges = "changes"
	VerdictReject  = "reject"
	VerdictDecline = "decline" // to review at all
)

// Criteria are the answers of a reviewer by criterion: yes, partly, no.
type Criteria struct {
	Answers map[string]string `json:"answers,omitzero"`
}

// ArtifactReview is one person asked to judge one frozen draft, and the verdict.
type ArtifactReview struct {
	bun.BaseModel `bun:"table:artifact_reviews,alias:review"`

	ID         int64    `bun:"id,pk"`
	ArtifactID int64    `bun:"artifact_id"`
	ReviewerID int64    `bun:"reviewer_id"`
	Round      int64    `bun:"round"`     // the version that it is for
	Revision   int64    `bun:"revision"`  // of the draft that was shown
	AskedURI   string   `bun:"asked_uri"` // the Offer or Note that asked
	Verdict    string   `bun:"verdict"`   // "" while nothing was said
	VerdictURI string   `bun:"verdict_uri"`
	Criteria   Criteria `bun:"criteria,type:text"`
	Interest   string   `bun:"interest"` // statement of interest
	Comment    string   `bun:"comment"`
	Answer     string   `bun:"answer"` // of the author, to the comment
	Door       string   `bun:"door"`
	AskedAt    Time     `bun:"asked_at"`
	DueAt      Time     `bun:"due_at"`
	DoneAt     Time     `bun:"done_at"`

	Reviewer *Actor `bun:"rel:belongs-to,join:reviewer_id=id"`
}

// AskReview stores that somebody is asked; one who was asked in the same round is asked again, about
// the revision that there is now.
func (s *Store) AskReview(ctx context.Context, r *ArtifactReview) error {
	if r.ID == 0 {
		r.ID = s.NewID()
	}
	r.AskedAt = s.Now()
	_, err := s.write.NewInsert().Model(r).On("CONFLICT (artifact_id, round, reviewer_id) DO UPDATE").
		Set("revision = EXCLUDED.revision").Set("asked_uri = EXCLUDED.asked_uri").Set("asked_at = EXCLUDED.asked_at").
		Set("due_at = EXCLUDED.due_at").Set("verdict = ''").Set("done_at = 0").Exec(ctx)
	return wrap(err)
}

// SaveReview writes all of a review.
func (s *Store) SaveReview(ctx context.Context, r *ArtifactReview) error {
	_, err := s.write.NewUpdate().Model(r).WherePK().Exec(ctx)
	return wrap(err)
}

func (s *Store) reviews(list any) *bun.SelectQuery {
	return s.read.NewSelect().Model(list).
		Relation("Reviewer", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) })
}

// ReviewsOf lists who was asked about an artifact, all rounds, the last one first.
func (s *Store) ReviewsOf(ctx context.Context, artifactID int64) ([]*ArtifactReview, error) {
	var list []*ArtifactReview
	err := s.reviews(&list).Where("review.artifact_id = ?", artifactID).Order("review.round DESC", "review.id").Limit(200).Scan(ctx)
	return list, wrap(err)
}

// ReviewBy returns the review of one person in one round.
func (s *Store) ReviewBy(ctx context.Context, artifactID, round, reviewerID int64) (*ArtifactReview, error) {
	r := new(ArtifactReview)
	return r, one(ctx, s.reviews(r).
		Where("review.artifact_id = ? AND review.round = ? AND review.reviewer_id = ?", artifactID, round, reviewerID))
}

// ReviewAsked returns the review that an Offer or a Note asked for.
func (s *Store) ReviewAsked(ctx context.Context, uri string) (*ArtifactReview, error) {
	r := new(ArtifactReview)
	return r, one(ctx, s.reviews(r).Where("review.asked_uri = ?", uri))
}

// States of a suggestion.
const (
	SuggestionOpen     = "open"
	SuggestionAccepted = "accepted"
	SuggestionDeclined = "declined"
)

// ArtifactSuggestion is another text for one block, from anybody.
type ArtifactSuggestion struct {
	bun.BaseModel `bun:"table:artifact_suggestions,alias:suggestion"`

	ID         int64  `bun:"id,pk"`
	ArtifactID int64  `bun:"artifact_id"`
	ActorID    int64  `bun:"actor_id"`
	Block      string `bun:"block"` // key; "" the whole
	Was        string `bun:"was"`   // the text it was written from
	Text       string `bun:"text"`
	Reason     string `bun:"reason"`
	State      string `bun:"state"`
	Answer     string `bun:"answer"` // why not, or what became of it
	URI        string `bun:"uri"`
	At         Time   `bun:"at"`
	DecidedAt  Time   `bun:"decided_at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// PutSuggestion stores a suggestion and says whether it is new.
func (s *Store) PutSuggestion(ctx context.Context, g *ArtifactSuggestion) (bool, error) {
	if g.ID == 0 {
		g.ID = s.NewID()
	}
	g.At = s.Now()
	return s.insertNew(ctx, g)
}

// DecideSuggestion closes one that was open and says whether it was.
func (s *Store) DecideSuggestion(ctx context.Context, g *ArtifactSuggestion) (bool, error) {
	g.DecidedAt = s.Now()
	res, err := s.write.NewUpdate().Model(g).WherePK().Where("state = 'open'").Exec(ctx)
	if err != nil {
		return false, wrap(err)
	}
	n, err := res.RowsAffected()
	return n > 0, wrap(err)
}

// SuggestionByID returns one suggestion.
func (s *Store) SuggestionByID(ctx context.Context, id int64) (*ArtifactSuggestion, error) {
	g := new(ArtifactSuggestion)
	return g, one(ctx, s.read.NewSelect().Model(g).Where("id = ?", id))
}

// SuggestionsOn lists what was suggested for an artifact, with who did, oldest first.
func (s *Store) SuggestionsOn(ctx context.Context, artifactID int64) ([]*ArtifactSuggestion, error) {
	var list []*ArtifactSuggestion
	err := s.read.NewSelect().Model(&list).
		Relation("Actor", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) }).
		Where("suggestion.artifact_id = ?", artifactID).Order("suggestion.id").Limit(300).Scan(ctx)
	return list, wrap(err)
}

// MemberHosts lists the servers on which the members of a group are: their organisations.
func (s *Store) MemberHosts(ctx context.Context, groupID int64) ([]string, error) {
	var list []string
	err := s.read.NewRaw(`SELECT DISTINCT a.host FROM memberships m JOIN actors a ON a.id = m.actor_id
		WHERE m.group_id = ? AND m.status IN ('member', 'newcomer') LIMIT 500`, groupID).Scan(ctx, &list)
	return list, wrap(err)
}

// ArtifactReviewers lists the members of a group, who can be asked to review, by name.
func (s *Store) ArtifactReviewers(ctx context.Context, groupID int64, limit int) ([]*Actor, error) {
	var list []*Actor
	err := s.read.NewSelect().Model(&list).Column(facts()...).
		Where(`actor.id IN (SELECT actor_id FROM memberships WHERE group_id = ? AND status IN ('member', 'newcomer'))`, groupID).
		Order("actor.name", "actor.id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}
