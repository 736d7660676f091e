package membership

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
)

// What is said about a community that nobody facilitates between its home and its members' servers:
// that it looks for somebody, who offers, and who agrees.
const (
	kindOpen     = "join-open"
	kindOffered  = "join-offered"
	kindOffers   = "join-offers"
	kindConsents = "join-consents"
)

// toldMembers bounds how many members hear that their community looks for a facilitator; on its
// pages all do.
const toldMembers = 200

// tellMembers says one thing to the members of a group of ours, the newest first. Who looks after it
// hears otherwise.
func (r *Rules) tellMembers(ctx context.Context, tx *db.Store, g *db.Group, n community.Notice) error {
	list, _, err := tx.FindMembers(ctx, db.MemberQuery{GroupID: g.ActorID, Limit: toldMembers})
	if err != nil {
		return fmt.Errorf("list members of %s: %w", g.Actor.URI, err)
	}
	stewards, err := tx.Stewards(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load stewards of %s: %w", g.Actor.URI, err)
	}
	for _, m := range list {
		looks := func(st *db.RoleGrant) bool { return st.ActorID == m.ActorID }
		if n.Whom != nil && m.ActorID == n.Whom.ID || slices.ContainsFunc(stewards, looks) {
			continue
		}
		if n.To, err = tx.ActorByID(ctx, m.ActorID); err != nil {
			return fmt.Errorf("load member %d: %w", m.ActorID, err)
		}
		if _, err := r.com.Tell(ctx, tx, g, n); err != nil {
			return err
		}
	}
	return nil
}

// hearOpen keeps what a group elsewhere says about looking for a facilitator: then our pages offer
// what its own do. False: the message is about something else.
func hearOpen(ctx context.Context, tx *db.Store, doc *vocab.Object, group *db.Actor) (bool, error) {
	switch doc.Kind {
	case kindOpen:
		return true, tx.SaveEscalation(ctx, group.ID, db.StepOpen)
	case kindOffered:
		who, err := tx.ActorByURI(ctx, doc.About)
		if errors.Is(err, db.ErrNotFound) {
			return true, nil // somebody whom nobody here has met; the message names them
		}
		if err != nil {
			return true, fmt.Errorf("load who offers: %w", err)
		}
		if err := tx.SaveEscalation(ctx, group.ID, db.StepOpen); err != nil {
			return true, err
		}
		return true, tx.PutVolunteer(ctx, &db.Volunteer{GroupID: group.ID, ActorID: who.ID, ByID: who.ID})
	}
	return false, nil
}

// hearTending takes a member's offer to facilitate, or their consent to who offers: as another Copse
// sends it, or in words as an answer to what the group said. False: it is about something else.
func (r *Rules) hearTending(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, doc *vocab.Object) (federation.Outcome, bool, error) {
	kind, whom := doc.Kind, doc.About
	if kind != kindOffers && kind != kindConsents {
		var err error
		if kind, whom, err = r.answersTending(ctx, tx, g, doc); err != nil || kind == "" {
			return federation.Outcome{}, false, err
		}
	}
	var err error
	if kind == kindOffers {
		err = r.Offer(ctx, tx, who, g)
	} else {
		var other *db.Actor
		if other, err = tx.ActorByURI(ctx, whom); errors.Is(err, db.ErrNotFound) {
			return federation.Ignored("unknown-object"), true, nil
		}
		if err == nil {
			err = r.Consent(ctx, tx, who, g, other)
		}
	}
	if no, is := errors.AsType[*community.Refusal](err); is {
		return federation.Refused(no.Code), true, nil
	}
	return federation.Done(), true, err
}

// answersTending reads an answer to the group's word that it looks for somebody, or that somebody
// offers: it must say so, for any other answer is talk.
func (r *Rules) answersTending(ctx context.Context, tx *db.Store, g *db.Group, doc *vocab.Object) (kind, whom string, err error) {
	p, err := tx.PostByURI(ctx, doc.Parent())
	if errors.Is(err, db.ErrNotFound) || err == nil && p.AuthorID != g.ActorID {
		return "", "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("load answered notice %s: %w", doc.Parent(), err)
	}
	said := fold(unquoted(content.Text(doc.Content)))
	switch {
	case p.StateReason == kindOpen && begins(said, offerWords()):
		return kindOffers, "", nil
	case p.StateReason != kindOffered || !begins(said, agreeWords()):
		return "", "", nil
	}
	rows, err := tx.Volunteers(ctx, g.ActorID)
	if err != nil {
		return "", "", fmt.Errorf("list offers in %s: %w", g.Actor.URI, err)
	}
	for _, v := range rows { // the newest offer that the notice can be about
		if v.ActorID == v.ByID && !v.CreatedAt.After(p.CreatedAt.Time) {
			offering, err := tx.ActorByID(ctx, v.ActorID)
			if err != nil {
				return "", "", fmt.Errorf("load who offers: %w", err)
			}
			kind, whom = kindConsents, offering.URI
		}
	}
	return kind, whom, nil
}

func begins(said string, words []string) bool {
	for _, w := range words {
		if strings.HasPrefix(said, w) && wordAt(said, w) == 0 {
			return true
		}
	}
	return false
}

// offerWords and agreeWords are how people offer and agree in a message, in the languages of the house.
func offerWords() []string {
	return []string{"i offer", "je me propose", "me ofrezco", "أعرض", "я предлагаю себя", "我愿意"}
}

func agreeWords() []string {
	return []string{"i agree", "je suis d'accord", "estoy de acuerdo", "أوافق", "я согласен", "я согласна", "我同意"}
}
