package membership

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// Kinds of direct messages about belonging between two Copse, beside the codes of notices.
const kindStays = "join-stays"

// hearGroup takes what a group elsewhere says to one of ours about belonging: it stands on the page
// where the person joins, not among messages. It says false of any other message.
func (r *Rules) hearGroup(ctx context.Context, tx *db.Store, doc *vocab.Object, group *db.Actor) (federation.Outcome, bool, error) {
	if doc.IsPublic() || !strings.HasPrefix(doc.Kind, "join-") {
		return federation.Outcome{}, false, nil
	}
	who, err := oneOfOurs(ctx, tx, doc)
	if err != nil || who == nil {
		return federation.Outcome{}, false, err
	}
	if blocked, err := tx.Blocked(ctx, who.ID, group.ID); err != nil || blocked {
		return federation.Refused("blocked"), true, err
	}
	word := &db.JoinWord{GroupID: group.ID, ActorID: who.ID, ByID: group.ID, Text: noticeWords(doc)}
	switch doc.Kind {
	case "join-question":
		word.Kind = db.JoinAsked
	case "join-welcome":
		word.Kind = db.JoinAccepted
	case "join-silent", "join-untended", kindStays, kindOpen, kindOffered:
		if _, err := hearOpen(ctx, tx, doc, group); err != nil {
			return federation.Outcome{}, true, err
		}
	default: // an Invite, an Accept or a Reject has said it
		return federation.Ignored("said-by-activity"), true, nil
	}
	if word.Kind != "" {
		if err := tx.PutJoinWord(ctx, word); err != nil {
			return federation.Outcome{}, true, err
		}
	}
	return federation.Done(), true, community.Notify(ctx, tx, who.ID, db.Notification{Kind: db.NotifyJoin, ActorID: group.ID, GroupID: group.ID, Note: doc.Kind})
}

// oneOfOurs is the person of ours that a message is for, nil where there is none.
func oneOfOurs(ctx context.Context, s *db.Store, doc *vocab.Object) (*db.Actor, error) {
	for _, iri := range doc.Audiences() {
		a, err := s.ActorByURI(ctx, iri)
		if err == nil && a.Local && a.Type == db.ActorPerson {
			return a, nil
		}
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return nil, fmt.Errorf("load addressed %s: %w", iri, err)
		}
	}
	return nil, nil //nolint:nilnil // none is an answer, not a fault
}

// noticeWords is what a notice says, without the handle before and the address below it.
func noticeWords(doc *vocab.Object) string {
	said := strings.TrimSpace(content.Text(doc.Content))
	if at := strings.LastIndexAny(said, " \n"); at >= 0 && strings.HasPrefix(said[at+1:], "https://") {
		said = said[:at]
	}
	return plain(unquoted(said))
}

// hearStay takes a silent member's word that they stay: any answer to the group's question, for who
// goes tells their server; or what another Copse sends for it.
func (r *Rules) hearStay(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, doc *vocab.Object) (bool, error) {
	if doc.Kind == kindStays {
		return true, r.Stay(ctx, tx, who, g)
	}
	p, err := tx.PostByURI(ctx, doc.Parent())
	if errors.Is(err, db.ErrNotFound) || err == nil && p.AuthorID != g.ActorID {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("load answered notice %s: %w", doc.Parent(), err)
	}
	if p.StateReason != "join-silent" {
		return r.hearAwake(ctx, tx, g, who)
	}
	return true, r.stays(ctx, tx, g, who)
}

// hearAwake takes an answer to anything a group told a member whom it has asked whether to stay: more
// may have been told since.
func (r *Rules) hearAwake(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) (bool, error) {
	c, err := tx.MemberChoiceOf(ctx, g.ActorID, who.ID)
	if err != nil {
		return false, fmt.Errorf("load choice of %s: %w", who.URI, err)
	}
	if c.AskedAt.IsZero() || tx.Now().Sub(c.AskedAt.Time) >= AnswerIn {
		return false, nil
	}
	if stayed, err := tx.StayedSince(ctx, g.ActorID, who.ID, c.AskedAt); err != nil || stayed {
		return false, err
	}
	return true, r.stays(ctx, tx, g, who)
}

// stays wakes a membership and says so.
func (r *Rules) stays(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) error {
	if err := r.Stay(ctx, tx, who, g); err != nil {
		return err
	}
	_, err := r.com.Tell(ctx, tx, g, community.Notice{To: who, Code: kindStays})
	return err
}
