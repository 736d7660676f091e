package trust

import (
	"context"
	"errors"
	"fmt"
	"html"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// releaseAsk is the code of the question to an author elsewhere whether a post may be released.
const releaseAsk = "release-ask"

// Release decides that everybody may read one post of a restricted group of ours (domain.md 3g).
// What a member wrote for members needs the member's word (wire.md 9): unless by is the author, the
// author is asked and Consent does the rest.
func (r *Rules) Release(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error {
	g, err := r.releasable(ctx, tx, p)
	if err != nil {
		return err
	}
	if err := r.com.Permit(ctx, tx, g, by, rights.Release); err != nil {
		return err
	}
	rel, err := tx.ReleaseOf(ctx, p.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load release of post %d: %w", p.ID, err)
	}
	if err == nil && (rel.State == db.ReleaseAsked || rel.State == db.ReleaseOut) {
		return community.Refuse(community.Conflict, "release-stands")
	}
	rel = &db.Release{GroupID: g.ActorID, PostID: p.ID, State: db.ReleaseAsked, ByID: by.ID}
	if err := tx.CreateRelease(ctx, rel); err != nil {
		return fmt.Errorf("store release of post %d: %w", p.ID, err)
	}
	if by.ID == p.AuthorID {
		return r.letOut(ctx, tx, g, p, rel)
	}
	if err := log(ctx, tx, entry(rel, by, p, releaseAsk)); err != nil {
		return err
	}
	if p.Author.Local {
		return community.Notify(ctx, tx, p.AuthorID, db.Notification{
			Kind: db.NotifyRelease, ActorID: by.ID, GroupID: g.ActorID, PostID: p.ID, Note: db.ReleaseAsked,
		})
	}
	_, err = r.com.Tell(ctx, tx, g, community.Notice{
		To: p.Author, Code: releaseAsk, About: p, Person: by.Label(), Words: r.words(langOf(g, p), releaseAsk, map[string]string{"group": g.Actor.Label(), "other": by.Label()}),
	})
	return err
}

// Consent is the author's answer to a release that was asked for: "yes", or anything else for no.
func (r *Rules) Consent(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post, answer string) error {
	rel, err := tx.ReleaseOf(ctx, p.ID)
	if errors.Is(err, db.ErrNotFound) || err == nil && (rel.State != db.ReleaseAsked || by.ID != p.AuthorID) {
		return community.Refuse(community.Gone, "release-not-asked")
	}
	if err != nil {
		return fmt.Errorf("load release of post %d: %w", p.ID, err)
	}
	if answer != "yes" {
		rel.State, rel.EndedAt = db.ReleaseRefused, tx.Now()
		return r.settle(ctx, tx, p, rel, entry(rel, by, p, "release-refused"))
	}
	g, err := r.releasable(ctx, tx, p)
	if err != nil {
		return err
	}
	return r.letOut(ctx, tx, g, p, rel)
}

// TakeBack ends a release, asked for or out: by the author, or whoever may decide one. Servers that
// were sent the public Note are told to erase it; what others copied is out of reach.
func (r *Rules) TakeBack(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error {
	rel, err := tx.ReleaseOf(ctx, p.ID)
	if err != nil || rel.State != db.ReleaseOut && rel.State != db.ReleaseAsked {
		return errors.Join(ignoreNotFound(err), community.Refuse(community.Gone, "release-not-out"))
	}
	g, err := tx.GroupByID(ctx, rel.GroupID)
	if err != nil {
		return fmt.Errorf("load group of release %d: %w", rel.ID, err)
	}
	if by.ID != p.AuthorID {
		if err := r.com.Permit(ctx, tx, g, by, rights.Release); err != nil {
			return err
		}
	}
	return r.pullBack(ctx, tx, g, p, taking{rel, by})
}

// taking is a release that somebody ends.
type taking struct {
	rel *db.Release
	by  *db.Actor
}

// pullBack closes what was out, for whatever reason.
func (r *Rules) pullBack(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post, t taking) error {
	wasOut := t.rel.State == db.ReleaseOut
	t.rel.State, t.rel.EndedAt = db.ReleaseBack, tx.Now()
	if wasOut {
		act := vocab.ActivityDoc{Type: "Delete", Object: r.ReleaseTombstone(t.rel)}
		if err := r.publishRelease(ctx, tx, g, t.rel, act); err != nil {
			return err
		}
	}
	return r.settle(ctx, tx, p, t.rel, entry(t.rel, t.by, p, "release-back"))
}

// letOut makes a release public: the group's own Note to everybody (wire.md 6b), because no server
// can give a new audience to what another one holds, and those around it may not be named.
func (r *Rules) letOut(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post, rel *db.Release) error {
	rel.State, rel.OutAt = db.ReleaseOut, tx.Now()
	if err := r.publishReleased(ctx, tx, g, p, opened{rel, vocab.ActivityDoc{Type: "Create"}}); err != nil {
		return err
	}
	by, err := tx.ActorByID(ctx, rel.ByID)
	if err != nil {
		return fmt.Errorf("load who released post %d: %w", p.ID, err)
	}
	return r.settle(ctx, tx, p, rel, entry(rel, by, p, "release"))
}

// settle stores a release, writes the log and tells those of ours whom it concerns.
func (r *Rules) settle(ctx context.Context, tx *db.Store, p *db.Post, rel *db.Release, e db.ModerationEntry) error {
	if err := tx.SaveRelease(ctx, rel); err != nil {
		return fmt.Errorf("store release of post %d: %w", p.ID, err)
	}
	for _, who := range []int64{p.AuthorID, rel.ByID} {
		if who == e.ActorID && rel.State != db.ReleaseOut {
			continue
		}
		line := db.Notification{Kind: db.NotifyRelease, ActorID: rel.GroupID, GroupID: rel.GroupID, PostID: p.ID, Note: rel.State}
		if err := community.Notify(ctx, tx, who, line); err != nil {
			return err
		}
		if p.AuthorID == rel.ByID {
			break
		}
	}
	return log(ctx, tx, e)
}

func entry(rel *db.Release, by *db.Actor, p *db.Post, act string) db.ModerationEntry {
	return db.ModerationEntry{GroupID: rel.GroupID, ActorID: by.ID, Act: act, PostID: p.ID, TargetID: p.AuthorID}
}

// releasable is the group of a post that may be released at all.
func (r *Rules) releasable(ctx context.Context, tx *db.Store, p *db.Post) (*db.Group, error) {
	if p.GroupID == 0 {
		return nil, community.Refuse(community.Invalid, "release-not-here")
	}
	g, err := tx.GroupByID(ctx, p.GroupID)
	if err != nil {
		return nil, fmt.Errorf("load group of post %d: %w", p.ID, err)
	}
	switch {
	case !g.Actor.Local:
		return nil, community.Refuse(community.Forbidden, "not-ours")
	case g.Openness != db.OpennessRestricted:
		return nil, community.Refuse(community.Invalid, "release-not-here")
	case p.State != db.PostPublished || p.Visibility == db.VisibilityDirect:
		return nil, community.Refuse(community.Gone, "release-not-this")
	}
	return g, nil
}

// Released is the release of a post that everybody reads now, ErrNotFound where there is none.
func (r *Rules) Released(ctx context.Context, s *db.Store, p *db.Post) (*db.Release, error) {
	rel, err := s.ReleaseOf(ctx, p.ID)
	if err == nil && (rel.State != db.ReleaseOut || p.State != db.PostPublished) {
		err = db.ErrNotFound
	}
	return rel, err
}

// followRelease keeps what is public of a post in step with the post: an edit by its author is
// shown, and what was deleted or removed is public no more.
func (r *Rules) followRelease(ctx context.Context, tx *db.Store, g *db.Group, a *db.Activity) error {
	rel, err := tx.ReleaseOf(ctx, a.PostID)
	if err != nil || rel.State != db.ReleaseOut {
		return ignoreNotFound(err)
	}
	p, err := tx.PostByID(ctx, a.PostID)
	if err != nil {
		return fmt.Errorf("load released post %d: %w", a.PostID, err)
	}
	switch {
	case p.State != db.PostPublished:
		return r.pullBack(ctx, tx, g, p, taking{rel, g.Actor})
	case a.Type == "Update":
		return r.publishReleased(ctx, tx, g, p, opened{rel, vocab.ActivityDoc{Type: "Update", Updated: r.pub.Now()}})
	}
	return nil
}

// opened is a release, and what becomes of its Note.
type opened struct {
	rel *db.Release
	act vocab.ActivityDoc
}

// publishReleased sends the public Note as it reads now.
func (r *Rules) publishReleased(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post, o opened) error {
	doc, err := r.ReleasedDoc(ctx, tx, g, p, o.rel)
	if err != nil {
		return err
	}
	doc.AtContext, o.act.Object = "", &doc
	return r.publishRelease(ctx, tx, g, o.rel, o.act)
}

// publishRelease sends what becomes of a public Note to all followers: it goes where the Note went.
func (r *Rules) publishRelease(ctx context.Context, tx *db.Store, g *db.Group, rel *db.Release, act vocab.ActivityDoc) error {
	act.To, act.Cc = []string{vocab.Public}, []string{g.Actor.FollowersURI}
	_, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, Doc: act, ObjectURI: r.iris.Object(rel.ID), GroupID: g.ActorID, Public: true, To: toFollowers(g),
	})
	if err != nil {
		return fmt.Errorf("send %s of release %d: %w", act.Type, rel.ID, err)
	}
	return nil
}

// ReleasedDoc is the public Note about a released post, with its pictures and files at the addresses
// that its author gave. It names nothing of what stands around the post: no discussion, no answered
// post, no answers, nobody but the author.
func (r *Rules) ReleasedDoc(ctx context.Context, s *db.Store, g *db.Group, p *db.Post, rel *db.Release) (vocab.PostDoc, error) {
	files, err := s.AttachmentsOf(ctx, []int64{p.ID})
	if err != nil {
		return vocab.PostDoc{}, fmt.Errorf("load what goes with released post %d: %w", p.ID, err)
	}
	no, locked := false, false
	doc := vocab.PostDoc{
		AtContext: vocab.ObjectContext, ID: r.iris.Object(rel.ID), Type: "Note", AttributedTo: g.Actor.URI,
		To: []string{vocab.Public}, Cc: []string{g.Actor.FollowersURI}, Content: r.released(g, p), URL: r.iris.PostPage(p.ID),
		Published: rel.OutAt.Time, Sensitive: &no, Summary: p.Summary, CommentsEnabled: &locked,
		Attachment:        community.Attached(files[p.ID]),
		InteractionPolicy: &vocab.PolicyDoc{CanQuote: &vocab.PermissionDoc{AutomaticApproval: []string{vocab.Public}}},
	}
	if p.Sensitive {
		yes := true
		doc.Sensitive = &yes
	}
	if p.EditedAt.After(rel.OutAt.Time) {
		doc.Updated = p.EditedAt.Time
	}
	doc.ContentMap = map[string]string{langOf(g, p): doc.Content}
	return doc, nil
}

// released is a post in public: who wrote it, where, then what they wrote.
func (r *Rules) released(g *db.Group, p *db.Post) string {
	from := p.Author.Organisation
	if from == "" {
		from = p.Author.Host
	}
	words := r.words(langOf(g, p), "released", map[string]string{"person": p.Author.Label(), "host": from, "group": g.Actor.Label()})
	return "<p>" + html.EscapeString(words) + "</p>" + content.WithTitle(p.Title, content.Reduce(p.Content))
}

// ReleaseTombstone stands where a public Note was.
func (r *Rules) ReleaseTombstone(rel *db.Release) *vocab.TombstoneDoc {
	return &vocab.TombstoneDoc{ID: r.iris.Object(rel.ID), Type: "Tombstone", FormerType: "Note", Deleted: rel.EndedAt.Time}
}

// TakeConsent hears whether an author elsewhere agrees to a release: in an answer to the question,
// in words. False: the post is about something else, or answers neither way.
func (r *Rules) TakeConsent(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	if in.Object == nil || in.Object.Doc == nil || in.Via != nil || in.Object.Doc.Parent() == "" || in.Object.Author.ID != in.Actor.ID {
		return federation.Outcome{}, false, nil
	}
	asked, err := tx.PostByURI(ctx, in.Object.Doc.Parent())
	if err != nil || !asked.Local || asked.StateReason != releaseAsk || asked.AuthorID != asked.GroupID || asked.ReplyToID == 0 {
		return federation.Outcome{}, false, ignoreNotFound(err)
	}
	answer := agrees(content.Text(in.Object.Doc.Content))
	p, err := tx.PostByID(ctx, asked.ReplyToID)
	if err != nil || answer == "" || p.AuthorID != in.Actor.ID {
		return federation.Outcome{}, false, ignoreNotFound(err)
	}
	return federation.Done(), true, r.Consent(ctx, tx, in.Actor, p, answer)
}
