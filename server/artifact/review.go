package artifact

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/giving"
	"github.com/copse-social/copse/server/practice"
)

// Asking is whom an author wants to review a draft.
type Asking struct {
	By        *db.Actor
	Reviewers []*db.Actor
	// Override is why nobody of another organisation is among them; it stands on the page.
	Override string
}

// AskReview freezes the draft as it is and asks people to judge it: at least two, one of them from
// another organisation than the author's where the community has several (domain.md 4.4).
func (r *Rules) AskReview(ctx context.Context, tx *db.Store, a *db.Artifact, q Asking) error {
	g, err := r.home(ctx, tx, a)
	if err != nil {
		return err
	}
	if err := r.permitWriting(ctx, tx, a, q.By); err != nil {
		return err
	}
	if err := r.ready(a); err != nil {
		return err
	}
	if err := r.said(ctx, tx, a); err != nil {
		return err
	}
	before, err := tx.ReviewsOf(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("list reviews of artifact %d: %w", a.ID, err)
	}
	if err := r.permitReviewers(ctx, tx, g, choice{a, q, round(before, a)}); err != nil {
		return err
	}
	a.Override = content.PlainName(q.Override)
	a.Stage = db.StageReview
	if err := tx.SaveArtifact(ctx, a); err != nil {
		return err
	}
	for _, who := range q.Reviewers {
		review := &db.ArtifactReview{
			ID: tx.NewID(), ArtifactID: a.ID, ReviewerID: who.ID, Reviewer: who, Round: a.Version + 1, Revision: a.Revision, DueAt: db.At(tx.Now().Add(due)),
		}
		if review.AskedURI, err = r.askOne(ctx, tx, g, question{a, review, q.By}); err != nil {
			return err
		}
		if err := tx.AskReview(ctx, review); err != nil {
			return fmt.Errorf("ask %s to review artifact %d: %w", who.URI, a.ID, err)
		}
	}
	return nil
}

// ready refuses what no reviewer can judge: parts missing, two texts in one block, pictures without
// words.
func (r *Rules) ready(a *db.Artifact) error {
	if missing := r.kinds.Of(a.Kind).Missing(a.Blocks.List); len(missing) > 0 {
		return community.RefuseField("blocks", "blocks-missing")
	}
	for _, b := range a.Blocks.List {
		if b.Clash != nil {
			return community.RefuseField("block-"+b.Key, "block-clash")
		}
		if strings.Contains(b.Text, "![](") || strings.Contains(b.Text, "![ ](") {
			return community.RefuseField("block-"+b.Key, "picture-words")
		}
	}
	return nil
}

// choice are the reviewers of a draft: who is asked now, and who was before in the same round.
type choice struct {
	a      *db.Artifact
	q      Asking
	before []*db.ArtifactReview
}

// permitReviewers refuses a choice of reviewers that the rule does not allow.
func (r *Rules) permitReviewers(ctx context.Context, tx *db.Store, g *db.Group, c choice) error {
	a, q, before := c.a, c.q, c.before
	author, err := tx.ActorByID(ctx, a.AuthorID)
	if err != nil {
		return fmt.Errorf("load author of artifact %d: %w", a.ID, err)
	}
	people := slices.Clone(q.Reviewers)
	for _, who := range q.Reviewers {
		if who.ID == a.AuthorID {
			return community.RefuseField("reviewers", "reviewer-author")
		}
		st, err := r.com.Standing(ctx, tx, g, who)
		if err != nil {
			return err
		}
		if !st.Belongs && !st.Moderates() {
			return community.RefuseField("reviewers", "reviewer-stranger")
		}
	}
	for _, b := range before {
		if !slices.ContainsFunc(people, func(p *db.Actor) bool { return p.ID == b.ReviewerID }) && b.Verdict != db.VerdictDecline {
			people = append(people, b.Reviewer)
		}
	}
	if len(people) < enough {
		return community.RefuseField("reviewers", "reviewers-few")
	}
	outside := slices.ContainsFunc(people, func(p *db.Actor) bool { return p.Host != author.Host })
	if outside || q.Override != "" {
		return nil
	}
	hosts, err := tx.MemberHosts(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("list organisations of group %d: %w", g.ActorID, err)
	}
	if len(hosts) > 1 {
		return community.RefuseField("override", "reviewers-inside")
	}
	return nil
}

// round are the reviews of the version that is being written.
func round(all []*db.ArtifactReview, a *db.Artifact) []*db.ArtifactReview {
	return slices.DeleteFunc(slices.Clone(all), func(v *db.ArtifactReview) bool { return v.Round != a.Version+1 })
}

// Judgement is what a reviewer says.
type Judgement struct {
	By       *db.Actor
	Verdict  string
	Criteria map[string]string
	Interest string // a statement of interest
	Comment  string
	Door     string // web, client, peer
	URI      string // of the Note it came by
	Revision int64  // that was judged; 0: the one that was asked about
}

// Verdicts are the words of a verdict.
func Verdicts() []string {
	return []string{db.VerdictAccept, db.VerdictChanges, db.VerdictReject, db.VerdictDecline}
}

// Judge writes the verdict of somebody who was asked. Whoever was not only comments: that is for the
// discussion.
func (r *Rules) Judge(ctx context.Context, tx *db.Store, a *db.Artifact, j Judgement) error {
	g, err := r.home(ctx, tx, a)
	if err != nil {
		return err
	}
	if j.By == nil || !j.By.Active() {
		return community.Refuse(community.Forbidden, "signed-out")
	}
	review, err := tx.ReviewBy(ctx, a.ID, a.Version+1, j.By.ID)
	if errors.Is(err, db.ErrNotFound) {
		return community.Refuse(community.Forbidden, "reviewer-unasked")
	}
	if err != nil {
		return fmt.Errorf("load review of artifact %d: %w", a.ID, err)
	}
	st, err := r.com.Standing(ctx, tx, g, j.By)
	if err != nil {
		return err
	}
	switch {
	case st.Banned != nil:
		return community.Refuse(community.Forbidden, "banned")
	case j.URI != "" && review.VerdictURI == j.URI:
		return nil // it came before
	case !slices.Contains(Verdicts(), j.Verdict):
		return community.RefuseField("verdict", "choice-unknown")
	case j.Revision != 0 && j.Revision < review.Revision:
		return community.Refuse(community.Conflict, "review-old")
	}
	if err := settleJudgement(&j); err != nil {
		return err
	}
	review.Verdict, review.VerdictURI, review.Criteria.Answers = j.Verdict, j.URI, j.Criteria
	review.Interest, review.Comment, review.Answer, review.Door, review.DoneAt = j.Interest, j.Comment, "", j.Door, tx.Now()
	if err := tx.SaveReview(ctx, review); err != nil {
		return fmt.Errorf("keep verdict on artifact %d: %w", a.ID, err)
	}
	if err := giving.Review(ctx, tx, a, review, j.By); err != nil {
		return err
	}
	if j.Verdict == db.VerdictChanges || j.Verdict == db.VerdictReject {
		a.Stage = db.StageChanges
		if err := tx.SaveArtifact(ctx, a); err != nil {
			return err
		}
	}
	return tell(ctx, tx, a, line{a.AuthorID, j.By.ID, "verdict"})
}

func settleJudgement(j *Judgement) error {
	for code, answer := range j.Criteria {
		if !slices.Contains(practice.Criteria(), code) || !slices.Contains([]string{"yes", "partly", "no"}, answer) {
			delete(j.Criteria, code)
		}
	}
	j.Interest = content.PlainName(j.Interest)
	if j.Comment = strings.TrimSpace(strings.ToValidUTF8(j.Comment, "")); len(j.Comment) > exchangeText {
		return community.RefuseField("comment", "text-long")
	}
	if j.Verdict != db.VerdictAccept && j.Verdict != db.VerdictDecline && j.Comment == "" && j.Door == "web" {
		return community.RefuseField("comment", "verdict-why")
	}
	return nil
}

// exchangeText is how long a comment may be.
const exchangeText = 20_000

// Answered is what an author did about the comment of a reviewer.
type Answered struct {
	By       *db.Actor
	Reviewer int64
	Text     string
}

// Answer keeps what the author did about a reviewer's comment.
func (r *Rules) Answer(ctx context.Context, tx *db.Store, a *db.Artifact, w Answered) error {
	if err := r.permitWriting(ctx, tx, a, w.By); err != nil {
		return err
	}
	review, err := tx.ReviewBy(ctx, a.ID, a.Version+1, w.Reviewer)
	if err != nil {
		return fmt.Errorf("load review of artifact %d: %w", a.ID, err)
	}
	if review.Answer = content.PlainName(w.Text); review.Answer == "" {
		return community.RefuseField("text", "text-empty")
	}
	if err := tx.SaveReview(ctx, review); err != nil {
		return err
	}
	return tell(ctx, tx, a, line{w.Reviewer, w.By.ID, "answered"})
}

// Standing is how far the review of the next version is.
type Standing struct {
	Accepts int
	Needed  int
	Open    int // verdicts that ask for changes or reject
	Outside bool
	Reviews []*db.ArtifactReview
}

// Stands counts the verdicts on the version that is being written.
func (r *Rules) Stands(ctx context.Context, s *db.Store, a *db.Artifact) (Standing, error) {
	st := Standing{Needed: enough}
	all, err := s.ReviewsOf(ctx, a.ID)
	if err != nil {
		return st, fmt.Errorf("list reviews of artifact %d: %w", a.ID, err)
	}
	author, err := s.ActorByID(ctx, a.AuthorID)
	if err != nil {
		return st, fmt.Errorf("load author of artifact %d: %w", a.ID, err)
	}
	st.Reviews = round(all, a)
	for _, v := range st.Reviews {
		switch v.Verdict {
		case db.VerdictAccept:
			st.Accepts++
			st.Outside = st.Outside || v.Reviewer.Host != author.Host
		case db.VerdictChanges, db.VerdictReject:
			st.Open++
		}
	}
	return st, nil
}
