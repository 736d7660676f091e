package artifact

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/rights"
)

// maxSubmitted bounds what one person can have waiting in a group.
const maxSubmitted = 10

// TakeOffer takes what is offered about artifacts: a draft for a group of ours, a draft for one of ours
// to review, word of an adaptation. False is for every other Offer.
func (r *Rules) TakeOffer(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	target := in.Activity.Target.IRI
	id, group := r.iris.ID("groups", strings.TrimSuffix(target, Repertoire))
	switch {
	case group && strings.HasSuffix(target, Repertoire):
		out, err := r.takeSubmission(ctx, tx, in, id)
		return out, true, err
	case strings.HasSuffix(target, Adaptations) && r.iris.Ours(target):
		out, err := r.takeAdaptation(ctx, tx, in, strings.TrimSuffix(target, Adaptations))
		return out, true, err
	}
	if id, person := r.iris.ID("people", target); person {
		out, err := r.takeRequest(ctx, tx, in, id)
		return out, true, err
	}
	return federation.Outcome{}, false, nil
}

// offered is the document of an Offer, where it is what it says: its sender's own, on the sender's
// server, whole, and no larger than a draft can be.
func (r *Rules) offered(in *federation.Incoming) (*vocab.Object, string) {
	doc := in.Activity.Inner().Object
	switch {
	case !in.Vouched || in.Via != nil || in.Activity.ID == "":
		return nil, "not-vouched"
	case doc == nil || doc.Type != "Article" || doc.ID == "" || r.iris.Ours(doc.ID) || !vocab.SameOrigin(doc.ID, in.Actor.URI):
		return nil, "not-its-own"
	case len(doc.AttributedTo) != 1 || doc.AttributedTo[0].IRI != in.Actor.URI:
		return nil, "not-author"
	case doc.Source == nil || len(doc.Source.Content) > practice.MaxSource || !strings.HasPrefix(doc.Source.MediaType, "text/markdown"):
		return nil, "no-source"
	case doc.ContentHash != practice.HashOf(doc.Source.Content):
		return nil, "hash"
	}
	return doc, ""
}

// takeSubmission takes a draft that a member elsewhere offers to a group of ours. It is a draft here
// like any other from then on.
func (r *Rules) takeSubmission(ctx context.Context, tx *db.Store, in *federation.Incoming, groupID int64) (federation.Outcome, error) {
	doc, no := r.offered(in)
	if doc == nil {
		return federation.Refused(no), nil
	}
	g, err := tx.GroupByID(ctx, groupID)
	if errors.Is(err, db.ErrNotFound) {
		return federation.Ignored("not-for-us"), nil
	}
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("load group %d: %w", groupID, err)
	}
	if err := r.com.Permit(ctx, tx, g, in.Actor, rights.Write); err != nil {
		no, is := errors.AsType[*community.Refusal](err)
		if !is {
			return federation.Outcome{}, err
		}
		return federation.Refused(no.Code), r.refuse(ctx, tx, g, in, no.Code)
	}
	drafts, err := tx.ArtifactDrafts(ctx, g.ActorID, 500)
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("list drafts of group %d: %w", g.ActorID, err)
	}
	waiting := 0
	for _, d := range drafts {
		if d.Links.Submitted == doc.ID {
			return federation.Ignored("known"), nil
		}
		if d.AuthorID == in.Actor.ID {
			waiting++
		}
	}
	if waiting >= maxSubmitted || !r.kinds.Known(doc.ArtifactKind) {
		return federation.Refused("artifact-not-taken"), r.refuse(ctx, tx, g, in, "artifact-not-taken")
	}
	f, _ := practice.Split(doc.Source.Content)
	lang := language(doc.Language, g)
	a, err := r.Begin(ctx, tx, Beginning{
		Group: g, Author: in.Actor, Kind: doc.ArtifactKind, Title: f.Title, Abstract: content.Excerpt(content.Sanitise(doc.Summary), practice.MaxAbstract),
		Lang: lang, Blocks: practice.Blocks(doc.Source.Content, lang, r.kinds.Of(doc.ArtifactKind)), BasedOn: doc.DerivedFrom,
	})
	if err != nil {
		return federation.Outcome{}, err
	}
	a.Links.Submitted = doc.ID
	if err := tx.SaveArtifact(ctx, a); err != nil {
		return federation.Outcome{}, err
	}
	if err := r.accept(ctx, tx, g, in); err != nil {
		return federation.Outcome{}, err
	}
	return federation.Done(), community.NotifyStewards(ctx, tx, db.Notification{
		Kind: db.NotifyArtifact, ActorID: in.Actor.ID, GroupID: g.ActorID, PostID: a.ID, Note: "submitted",
	})
}

// accept answers an Offer with yes.
func (r *Rules) accept(ctx context.Context, tx *db.Store, g *db.Group, in *federation.Incoming) error {
	_, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: in.Activity.ID, GroupID: g.ActorID, To: toInbox(in.Actor),
		Doc: vocab.ActivityDoc{Type: "Accept", To: []string{in.Actor.URI}, Object: in.Activity.ID},
	})
	if err != nil {
		return fmt.Errorf("accept %s: %w", in.Activity.ID, err)
	}
	return nil
}

// refuse answers an Offer with no and the reason, so that the draft can be offered again (domain.md 3a.2).
func (r *Rules) refuse(ctx context.Context, tx *db.Store, g *db.Group, in *federation.Incoming, code string) error {
	_, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: in.Activity.ID, GroupID: g.ActorID, To: toInbox(in.Actor),
		Doc: vocab.ActivityDoc{Type: "Reject", To: []string{in.Actor.URI}, Summary: code, Object: in.Activity.ID},
	})
	if err != nil {
		return fmt.Errorf("refuse %s: %w", in.Activity.ID, err)
	}
	return nil
}

// TakeRefused takes back a draft of ours that the community it was offered to did not take. False is
// for every other refusal.
func (r *Rules) TakeRefused(ctx context.Context, tx *db.Store, in *federation.Incoming) (bool, error) {
	act, err := none(tx.ActivityByURI(ctx, in.Activity.Inner().IRI))
	if err != nil || act == nil || !r.iris.Ours(act.URI) {
		return false, err
	}
	a, err := none(tx.ArtifactByURI(ctx, act.ObjectURI))
	if err != nil || a == nil || a.GroupID != in.Actor.ID || !a.Drafted() || a.Stage != db.StageReview || act.ActorID != a.AuthorID {
		return false, err
	}
	a.Stage = db.StageDraft
	if err := tx.SaveArtifact(ctx, a); err != nil {
		return false, fmt.Errorf("take draft %d back: %w", a.ID, err)
	}
	return true, tell(ctx, tx, a, line{a.AuthorID, in.Actor.ID, "refused"})
}

// takeRequest takes a draft that a group elsewhere asks one of ours to review. Only a group that the
// person belongs to or follows may ask: nobody else's drafts come in by an Offer.
func (r *Rules) takeRequest(ctx context.Context, tx *db.Store, in *federation.Incoming, personID int64) (federation.Outcome, error) {
	doc, no := r.offered(in)
	switch {
	case doc == nil:
		return federation.Refused(no), nil
	case in.Actor.Type != db.ActorGroup || doc.Version < 1 || doc.Revision < 1:
		return federation.Refused("not-the-group"), nil
	}
	who, err := tx.ActorByID(ctx, personID)
	if errors.Is(err, db.ErrNotFound) {
		return federation.Ignored("not-for-us"), nil
	}
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("load %s: %w", in.Activity.Target.IRI, err)
	}
	g, err := tx.GroupByID(ctx, in.Actor.ID)
	if errors.Is(err, db.ErrNotFound) {
		return federation.Refused("not-a-member"), nil
	}
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("load group %s: %w", in.Actor.URI, err)
	}
	st, err := r.com.Standing(ctx, tx, g, who)
	if err != nil {
		return federation.Outcome{}, err
	}
	if !who.Local || !who.Active() || !st.Belongs && !st.Follows {
		return federation.Refused("not-a-member"), nil
	}
	a, err := r.keepDraft(ctx, tx, g, doc)
	if err != nil || a == nil {
		return federation.Refused("not-the-group"), err
	}
	review := &db.ArtifactReview{
		ArtifactID: a.ID, ReviewerID: who.ID, Round: a.Version + 1, Revision: doc.Revision, AskedURI: in.Activity.ID, DueAt: db.At(tx.Now().Add(due)),
	}
	if err := tx.AskReview(ctx, review); err != nil {
		return federation.Outcome{}, fmt.Errorf("ask %s to review %s: %w", who.URI, doc.ID, err)
	}
	return federation.Done(), tell(ctx, tx, a, line{who.ID, g.ActorID, "review"})
}

// keepDraft stores the frozen draft of a group elsewhere for who was asked; nil where another group's
// artifact has that address.
func (r *Rules) keepDraft(ctx context.Context, tx *db.Store, g *db.Group, doc *vocab.Object) (*db.Artifact, error) {
	a, err := none(tx.ArtifactByURI(ctx, doc.ID))
	if err != nil {
		return nil, fmt.Errorf("load artifact %s: %w", doc.ID, err)
	}
	f, _ := practice.Split(doc.Source.Content)
	if a == nil {
		a = &db.Artifact{
			ID: tx.NewID(), URI: doc.ID, GroupID: g.ActorID, AuthorID: g.ActorID, Kind: content.PlainName(doc.ArtifactKind), Lang: language(doc.Language, g),
			Title: f.Title, Stage: db.StageReview, Licence: content.PlainName(doc.License), HeardAt: tx.Now(),
		}
		if err := tx.CreateArtifact(ctx, a); err != nil {
			return nil, err
		}
	}
	if a.GroupID != g.ActorID || doc.Version != a.Version+1 {
		return nil, nil //nolint:nilnil // no draft is an answer, not a fault
	}
	a.Title, a.Abstract = f.Title, content.Excerpt(content.Sanitise(doc.Summary), practice.MaxAbstract)
	a.Blocks.List = practice.Blocks(doc.Source.Content, a.Lang, r.kinds.Of(a.Kind))
	a.HeardAt, a.Revision = tx.Now(), doc.Revision
	return a, tx.SaveArtifact(ctx, a)
}

// takeAdaptation lists with an artifact of ours what a group elsewhere made of it: on its own server,
// and said by that group.
func (r *Rules) takeAdaptation(ctx context.Context, tx *db.Store, in *federation.Incoming, uri string) (federation.Outcome, error) {
	about := in.Activity.Inner().IRI
	switch {
	case !in.Vouched || in.Via != nil || in.Actor.Type != db.ActorGroup:
		return federation.Refused("not-the-group"), nil
	case !vocab.IsWebIRI(about) || !vocab.SameOrigin(about, in.Actor.URI):
		return federation.Refused("not-its-own"), nil
	}
	a, err := none(tx.ArtifactByURI(ctx, uri))
	if err != nil || a == nil || a.Drafted() {
		return federation.Ignored("unknown-object"), err
	}
	g, err := tx.GroupByID(ctx, a.GroupID)
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("load group of artifact %d: %w", a.ID, err)
	}
	if !g.Actor.Local || g.Openness != db.OpennessOpen {
		return federation.Ignored("unknown-object"), nil
	}
	if err := r.link(ctx, tx, a.ID, about); err != nil {
		return federation.Outcome{}, err
	}
	return federation.Done(), r.accept(ctx, tx, g, in)
}

// TakeReply takes a Note that is a verdict on an artifact of ours, or another text for it. It answers
// false for everything else, which is talk: so is the verdict of somebody who was not asked.
func (r *Rules) TakeReply(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	if in.Object == nil || in.Via != nil || in.Object.Doc.Type != "Note" {
		return federation.Outcome{}, false, nil
	}
	if taken, err := r.takeWay(ctx, tx, in); err != nil || taken {
		return federation.Done(), taken, err
	}
	doc, who := in.Object.Doc, in.Object.Author
	j := Judgement{By: who, Verdict: doc.Verdict, Criteria: doc.Criteria, Interest: doc.Interest, Comment: textOf(doc), Door: "peer", URI: doc.ID, Revision: doc.Revision}
	a, err := r.meant(ctx, tx, doc, &j)
	if err != nil || a == nil {
		return federation.Outcome{}, false, err
	}
	switch {
	case j.Verdict != "":
		err = r.Judge(ctx, tx, a, j)
	case doc.VersionOf == a.URI && doc.Source != nil:
		s := Suggesting{By: who, Block: doc.About, Text: doc.Source.Content, Reason: doc.ChangeNote, URI: doc.ID}
		err = r.Suggest(ctx, tx, a, s)
	default:
		return federation.Outcome{}, false, nil
	}
	if no, is := errors.AsType[*community.Refusal](err); is {
		if no.Code == "reviewer-unasked" && doc.VersionOf == "" {
			return federation.Outcome{}, false, nil
		}
		return federation.Refused(no.Code), true, nil
	}
	return federation.Done(), true, err
}

// meant is the artifact of ours that a Note is about: by the term of another Copse, or because it
// answers the Note that asked its writer, whose first word is then the verdict.
func (r *Rules) meant(ctx context.Context, tx *db.Store, doc *vocab.Object, j *Judgement) (*db.Artifact, error) {
	parent := doc.Parent()
	if !r.iris.Ours(parent) {
		return nil, nil //nolint:nilnil // no artifact is an answer, not a fault
	}
	if doc.VersionOf != "" && doc.VersionOf == parent {
		return none(tx.ArtifactByURI(ctx, parent))
	}
	review, err := none(tx.ReviewAsked(ctx, parent))
	if err != nil || review == nil || review.ReviewerID != j.By.ID {
		return nil, err
	}
	j.Verdict, j.Door, j.Revision = VerdictIn(j.Comment), "client", 0
	if j.Verdict == "" {
		return nil, nil //nolint:nilnil // as above: talk
	}
	return none(tx.ArtifactByID(ctx, review.ArtifactID))
}

// textOf is what a Note says, as plain text without the handles it begins with.
func textOf(doc *vocab.Object) string {
	text := content.Text(content.Sanitise(doc.Content))
	for {
		text = strings.TrimSpace(text)
		if !strings.HasPrefix(text, "@") {
			return text
		}
		_, text, _ = strings.Cut(text, " ")
	}
}

// verdictWords are the words that begin a verdict, in the languages of the interface and others.
func verdictWords() map[string][]string {
	return map[string][]string{
		db.VerdictAccept:  {"accept", "j’accepte", "j'accepte", "acepto", "aceptar", "أوافق", "اقبل", "أقبل", "принимаю", "接受", "aceito"},
		db.VerdictChanges: {"changes", "change", "modifications", "modifier", "cambios", "تعديل", "تعديلات", "изменения", "доработать", "修改", "alterações"},
		db.VerdictReject:  {"reject", "je rejette", "rejet", "rechazo", "أرفض", "отклоняю", "拒绝", "rejeito"},
		db.VerdictDecline: {"decline", "je décline", "no puedo", "أعتذر", "не могу", "谢绝"},
	}
}

// VerdictIn reads the verdict with which words begin; "" where they are a comment.
func VerdictIn(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	for _, verdict := range Verdicts() {
		if slices.ContainsFunc(verdictWords()[verdict], func(w string) bool {
			rest, is := strings.CutPrefix(text, w)
			return is && (rest == "" || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz", []rune(rest)[0]))
		}) {
			return verdict
		}
	}
	return ""
}
