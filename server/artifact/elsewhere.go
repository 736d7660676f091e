package artifact

import (
	"context"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/rights"
)

// Repertoire is the path of a group's library on the wire (wire.md 7).
const Repertoire = "/repertoire"

// Submit sends a draft of one of ours to the home of its group, which publishes it or not; from then
// on it is written there.
func (r *Rules) Submit(ctx context.Context, tx *db.Store, a *db.Artifact, by *db.Actor) error {
	g, err := tx.GroupByID(ctx, a.GroupID)
	if err != nil {
		return fmt.Errorf("load group of artifact %d: %w", a.ID, err)
	}
	if g.Actor.Local {
		return community.Refuse(community.Conflict, "artifact-here")
	}
	if err := r.permitWriting(ctx, tx, a, by); err != nil {
		return err
	}
	if err := r.ready(a); err != nil {
		return err
	}
	doc := r.draftDoc(a, by.URI, g)
	doc.To, doc.Stage = []string{g.Actor.URI}, db.StageDraft
	a.Stage = db.StageReview
	if err := tx.SaveArtifact(ctx, a); err != nil {
		return err
	}
	_, err = r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: by, ObjectURI: a.URI, GroupID: g.ActorID, To: toInbox(g.Actor),
		Doc: vocab.ActivityDoc{
			Type: "Offer", To: doc.To, Object: &doc,
			Target: &vocab.TargetDoc{ID: g.Actor.URI + Repertoire, Type: "OrderedCollection", AttributedTo: g.Actor.URI},
		},
	})
	if err != nil {
		return fmt.Errorf("submit artifact %d to %s: %w", a.ID, g.Actor.URI, err)
	}
	return nil
}

// JudgeElsewhere sends the verdict of one of ours to the home of the artifact, as a Note that reads
// well on any server, to nobody else.
func (r *Rules) JudgeElsewhere(ctx context.Context, tx *db.Store, a *db.Artifact, j Judgement) error {
	review, err := none(tx.ReviewBy(ctx, a.ID, a.Version+1, j.By.ID))
	switch {
	case err != nil:
		return fmt.Errorf("load review of artifact %d: %w", a.ID, err)
	case review == nil:
		return community.Refuse(community.Forbidden, "reviewer-unasked")
	}
	if err := settleJudgement(&j); err != nil {
		return err
	}
	source := r.words(a.Lang, "verdict-"+j.Verdict, nil)
	if j.Comment != "" {
		source += "\n\n" + j.Comment
	}
	terms := vocab.TermsDoc{Verdict: j.Verdict, VersionOf: a.URI}
	terms.PracticeDoc = vocab.PracticeDoc{Criteria: j.Criteria, Interest: j.Interest, Revision: review.Revision}
	uri, err := r.send(ctx, tx, a, sending{by: j.By, source: source, terms: terms})
	if err != nil {
		return err
	}
	review.Verdict, review.VerdictURI, review.Criteria.Answers = j.Verdict, uri, j.Criteria
	review.Interest, review.Comment, review.Door, review.DoneAt = j.Interest, j.Comment, "web", tx.Now()
	return tx.SaveReview(ctx, review)
}

// SuggestElsewhere sends another text for a part of an artifact to its home, as a Note that carries the
// text.
func (r *Rules) SuggestElsewhere(ctx context.Context, tx *db.Store, g *db.Group, a *db.Artifact, s Suggesting) error {
	if err := r.com.Permit(ctx, tx, g, s.By, rights.Suggest); err != nil {
		return err
	}
	if len(s.Text) > practice.MaxBlock || s.Text == "" {
		return community.RefuseField("text", "text-empty")
	}
	source := "#suggest " + s.Block + "\n\n" + s.Text
	if s.Reason != "" {
		source += "\n\n> " + content.PlainName(s.Reason)
	}
	terms := vocab.TermsDoc{VersionOf: a.URI, Version: int(a.Version), About: s.Block, ChangeNote: content.PlainName(s.Reason)}
	_, err := r.send(ctx, tx, a, sending{by: s.By, source: source, terms: terms, text: s.Text})
	return err
}

// sending is a Note of one of ours to the home of an artifact.
type sending struct {
	by     *db.Actor
	source string
	text   string // "" is all of source
	terms  vocab.TermsDoc
}

// send stores and sends it, directly to the group, and answers its id.
func (r *Rules) send(ctx context.Context, tx *db.Store, a *db.Artifact, s sending) (string, error) {
	g, err := tx.GroupByID(ctx, a.GroupID)
	if err != nil {
		return "", fmt.Errorf("load group of artifact %d: %w", a.ID, err)
	}
	if g.Actor.Local || !g.Actor.Active() {
		return "", community.Refuse(community.Conflict, "artifact-here")
	}
	id := tx.NewID()
	p := &db.Post{
		ID: id, URI: r.iris.Object(id), GroupID: g.ActorID, AuthorID: s.by.ID, Author: s.by, Local: true, Kind: db.KindComment,
		ReplyToURI: a.URI, Content: content.Markdown(s.source), Source: s.source, SourceType: "text/markdown", Lang: a.Lang,
		State: db.PostPublished, Visibility: db.VisibilityDirect, Door: "web",
	}
	if err := tx.CreatePost(ctx, p, nil); err != nil {
		return "", fmt.Errorf("write to the home of artifact %s: %w", a.URI, err)
	}
	if err := tx.PutMentions(ctx, p.ID, []int64{g.ActorID}); err != nil {
		return "", fmt.Errorf("name %s: %w", g.Actor.URI, err)
	}
	if s.text == "" {
		s.text = p.Source
	}
	doc := vocab.PostDoc{
		ID: p.URI, Type: "Note", AttributedTo: s.by.URI, To: []string{g.Actor.URI}, InReplyTo: a.URI, Content: p.Content,
		URL: r.iris.PostPage(p.ID), Published: p.PublishedAt.Time, Source: vocab.Markdown(s.text), TermsDoc: s.terms,
		Tag: []vocab.TagDoc{{Type: "Mention", Href: g.Actor.URI, Name: "@" + g.Actor.Acct()}},
	}
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: s.by, ObjectURI: p.URI, GroupID: g.ActorID, PostID: p.ID, To: toInbox(g.Actor),
		Doc: vocab.ActivityDoc{Type: "Create", To: doc.To, Object: &doc},
	})
	if err != nil {
		return "", fmt.Errorf("write to the home of artifact %s: %w", a.URI, err)
	}
	p.CreateActivityID = act.ID
	return p.URI, tx.SavePost(ctx, p)
}

// offerBack tells the originals of a new artifact that it was made of them: what is here lists it, the
// home of what is elsewhere gets an Offer (wire.md 7).
func (r *Rules) offerBack(ctx context.Context, tx *db.Store, a *db.Artifact) error {
	originals, err := tx.ArtifactsWithin(ctx, a.Links.BasedOn)
	if err != nil {
		return fmt.Errorf("list originals of artifact %d: %w", a.ID, err)
	}
	mine, err := tx.GroupByID(ctx, a.GroupID)
	if err != nil {
		return fmt.Errorf("load group of artifact %d: %w", a.ID, err)
	}
	for _, one := range originals {
		g, err := tx.GroupByID(ctx, one.GroupID)
		if err != nil {
			return fmt.Errorf("load group of artifact %d: %w", one.ID, err)
		}
		if err := r.link(ctx, tx, one.ID, a.URI); err != nil {
			return err
		}
		if g.Actor.Local {
			continue
		}
		_, err = r.pub.Publish(ctx, tx, federation.Outgoing{
			Actor: mine.Actor, ObjectURI: a.URI, GroupID: mine.ActorID, To: toInbox(g.Actor),
			Doc: vocab.ActivityDoc{
				Type: "Offer", To: []string{g.Actor.URI}, Object: a.URI,
				Target: &vocab.TargetDoc{ID: one.URI + Adaptations, Type: "Collection", AttributedTo: g.Actor.URI},
			},
		})
		if err != nil {
			return fmt.Errorf("tell %s of an adaptation: %w", g.Actor.URI, err)
		}
	}
	return nil
}

// Adaptations is the path of the list of what was made of an artifact.
const Adaptations = "/adaptations"

// maxAdapted bounds that list.
const maxAdapted = 100

// link lists an adaptation with its original.
func (r *Rules) link(ctx context.Context, tx *db.Store, id int64, uri string) error {
	a, err := tx.ArtifactByID(ctx, id)
	if err != nil {
		return fmt.Errorf("load artifact %d: %w", id, err)
	}
	if slices.Contains(a.Links.Adapted, uri) {
		return nil
	}
	if len(a.Links.Adapted) >= maxAdapted {
		return nil
	}
	a.Links.Adapted = append(a.Links.Adapted, uri)
	if err := tx.SaveArtifact(ctx, a); err != nil {
		return err
	}
	return tell(ctx, tx, a, line{a.AuthorID, a.GroupID, "adapted"})
}
