package membership

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// TakeJoin lets somebody on another Copse ask to belong to a group of ours. A no goes back with
// its reason; a Join that is sent again gets its answer again.
func (r *Rules) TakeJoin(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	g, out, err := community.Joined(ctx, tx, in)
	if g == nil {
		return out, err
	}
	m, err := membershipOf(ctx, tx, g, in.Actor)
	if err != nil {
		return federation.Outcome{}, err
	}
	if m == nil || !m.Belongs() {
		if err := r.Ask(ctx, tx, in.Actor, g, joinFromWire(in.Activity)); err != nil {
			no, is := errors.AsType[*community.Refusal](err)
			if !is {
				return federation.Outcome{}, err
			}
			answer := community.JoinAnswer{To: in.Actor, Join: in.Activity.ID, Type: "Reject", Why: no.Code}
			return federation.Refused(no.Code), r.com.AnswerJoin(ctx, tx, g, answer)
		}
		if m, err = membershipOf(ctx, tx, g, in.Actor); err != nil {
			return federation.Outcome{}, err
		}
	}
	if !m.Belongs() {
		return federation.Done(), nil
	}
	return federation.Done(), r.com.AnswerJoin(ctx, tx, g, community.JoinAnswer{To: in.Actor, Join: in.Activity.ID, Type: "Accept"})
}

// joinFromWire reads a Join, the other way round from joinDoc. To send it is to commit.
func joinFromWire(act *vocab.Object) Wish {
	w := Wish{Link: act.Summary, Introduction: content.Text(act.Content), Commits: true, Door: "peer", URI: act.ID, Charter: act.Instrument.IRI}
	if w.Link == "" {
		w.Link = w.Introduction
	}
	return w
}

// Hear takes a message to a group that is about belonging: words of commitment, or the answer to
// what a steward asked. It says false of any other, which is talk. Mastodon and its like know no
// Join, so this is their way in (domain.md 4.2).
func (r *Rules) Hear(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	if in.Object == nil || in.Via != nil || in.Object.Doc.Type != "Note" {
		return federation.Outcome{}, false, nil
	}
	doc, who := in.Object.Doc, in.Object.Author
	switch who.Type {
	case db.ActorGroup:
		return r.hearGroup(ctx, tx, doc, who)
	case db.ActorPerson:
	default:
		return federation.Outcome{}, false, nil
	}
	said := content.Text(doc.Content)
	rest, quiet, commits := committed(said)
	if !commits && doc.IsPublic() {
		return federation.Outcome{}, false, nil // nearly all that comes: it costs no look at the database
	}
	g, err := r.addressed(ctx, tx, doc)
	if err != nil || g == nil {
		return federation.Outcome{}, false, err
	}
	m, err := membershipOf(ctx, tx, g, who)
	if err != nil {
		return federation.Outcome{}, false, err
	}
	if commits {
		if commits, err = meant(ctx, tx, doc, g); err != nil {
			return federation.Outcome{}, false, err
		}
	}
	switch {
	case m != nil && m.Belongs() && !doc.IsPublic():
		if out, tending, err := r.hearTending(ctx, tx, g, who, doc); tending || err != nil {
			return out, tending, err
		}
		if stays, err := r.hearStay(ctx, tx, g, who, doc); stays || err != nil {
			return federation.Done(), stays, err
		}
		return r.heardBefore(ctx, tx, g, who, said)
	case m != nil && m.Belongs():
		return r.heardBefore(ctx, tx, g, who, said)
	case !commits && m != nil && m.Status == db.MemberPending && !doc.IsPublic():
		return r.hearAnswer(ctx, tx, g, who, said)
	case !commits:
		return federation.Outcome{}, false, nil
	}
	w := Wish{Link: rest, Introduction: rest, Words: said, Quiet: quiet, Commits: true, Door: "client"}
	out, err := r.hearWish(ctx, tx, g, who, w)
	return out, true, err
}

// hearWish is Ask with the answer in words.
func (r *Rules) hearWish(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, w Wish) (federation.Outcome, error) {
	err := r.Ask(ctx, tx, who, g, w)
	if no, is := errors.AsType[*community.Refusal](err); is {
		_, err := r.com.Tell(ctx, tx, g, community.Notice{To: who, Code: "join-" + no.Code})
		return federation.Refused(no.Code), err
	}
	if err != nil {
		return federation.Outcome{}, err
	}
	m, err := membershipOf(ctx, tx, g, who)
	if err != nil {
		return federation.Outcome{}, err
	}
	code := "join-asked"
	if m.Belongs() {
		code = "join-member"
	}
	_, err = r.com.Tell(ctx, tx, g, community.Notice{To: who, Code: code})
	return federation.Done(), err
}

// heardBefore says of a member's message whether it is the commitment once more, which changes
// nothing.
func (r *Rules) heardBefore(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, said string) (federation.Outcome, bool, error) {
	c, err := tx.CommitmentOf(ctx, g.ActorID, who.ID)
	if errors.Is(err, db.ErrNotFound) {
		return federation.Outcome{}, false, nil
	}
	if err != nil {
		return federation.Outcome{}, false, fmt.Errorf("load commitment of %s: %w", who.URI, err)
	}
	return federation.Ignored("known"), c.Words != "" && c.Words == plain(said), nil
}

// hearAnswer keeps the answer of somebody whom a steward asked something.
func (r *Rules) hearAnswer(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, said string) (federation.Outcome, bool, error) {
	words, err := tx.JoinWordsOf(ctx, g.ActorID, who.ID)
	if err != nil {
		return federation.Outcome{}, false, fmt.Errorf("load words about %s: %w", who.URI, err)
	}
	if len(words) == 0 || words[len(words)-1].Kind != db.JoinAsked {
		return federation.Outcome{}, false, nil
	}
	return federation.Done(), true, r.keepAnswer(ctx, tx, g, who, unquoted(said))
}

// addressed is the group of ours that a Note speaks to, nil where there is none.
func (r *Rules) addressed(ctx context.Context, s *db.Store, doc *vocab.Object) (*db.Group, error) {
	candidates := doc.Audiences()
	for _, t := range doc.Tag {
		if t.Type == "Mention" {
			candidates = append(candidates, t.Href)
		}
	}
	for _, iri := range candidates {
		id, ours := r.iris.ID("groups", iri)
		if !ours {
			continue
		}
		g, err := s.GroupByID(ctx, id)
		if errors.Is(err, db.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("load group %s: %w", iri, err)
		}
		if g.Actor.Active() {
			return g, nil
		}
	}
	return nil, nil //nolint:nilnil // none is an answer, not a fault
}

// meant says whether words of commitment are for the group: in an answer to what the group itself
// said, in a message to it alone, or at the beginning of a post. In talk among people they are talk.
func meant(ctx context.Context, s *db.Store, doc *vocab.Object, g *db.Group) (bool, error) {
	above := doc.Parent()
	if above == "" {
		said := fold(unquoted(content.Text(doc.Content)))
		starts := slices.ContainsFunc(phrases(), func(p phrase) bool { return wordAt(said, p.yes) == 0 })
		return starts || !doc.IsPublic(), nil
	}
	p, err := s.PostByURI(ctx, above)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("load answered post %s: %w", above, err)
	}
	return p.AuthorID == g.ActorID, nil
}

// Followed tells somebody who follows a group of ours from a server that knows no Join how one
// belongs: by an answer. It is said where there is a charter to commit to, once a day at most.
func (r *Rules) Followed(ctx context.Context, tx *db.Store, in *federation.Incoming) error {
	g, err := tx.GroupByURI(ctx, in.Activity.Inner().IRI)
	if errors.Is(err, db.ErrNotFound) || in.Actor.Type != db.ActorPerson {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load followed group: %w", err)
	}
	h, err := tx.HostByName(ctx, in.Actor.Host)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load host %s: %w", in.Actor.Host, err)
	}
	if h.Family != db.FamilyMicroblog {
		return nil
	}
	charter, err := charterOf(ctx, tx, g)
	if err != nil || charter == nil {
		return err
	}
	if m, err := membershipOf(ctx, tx, g, in.Actor); err != nil || m != nil && m.Belongs() {
		return err
	}
	_, err = r.com.Tell(ctx, tx, g, community.Notice{To: in.Actor, Code: "join-how", Link: r.iris.GroupPage(g.Actor.Handle) + "/charter"})
	return err
}
