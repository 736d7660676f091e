package community

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// Joined is the group of ours that a Join or a Leave is about; nil with an outcome where there is
// none.
func Joined(ctx context.Context, tx *db.Store, in *federation.Incoming) (*db.Group, federation.Outcome, error) {
	return joined(ctx, tx, in)
}

// JoinAnswer is what became of a Join of somebody elsewhere.
type JoinAnswer struct {
	To   *db.Actor
	Join string // the address of the Join
	Type string // Accept or Reject
	Why  string // the reason of a Reject
}

// AnswerJoin tells somebody elsewhere what became of a Join, by the account that they asked with.
func (r *Rules) AnswerJoin(ctx context.Context, tx *db.Store, g *db.Group, a JoinAnswer) error {
	if host := vocab.Host(a.Join); host != a.To.Host {
		doors, err := tx.DoorsOf(ctx, a.To.ID)
		if err != nil {
			return fmt.Errorf("list doors of %s: %w", a.To.URI, err)
		}
		for _, d := range doors {
			if d.Actor.Host == host {
				if a.To, err = tx.ActorByID(ctx, d.ActorID); err != nil {
					return fmt.Errorf("load door %d: %w", d.ActorID, err)
				}
			}
		}
	}
	return r.answer(ctx, tx, g.Actor, a.To, vocab.ActivityDoc{
		Type: a.Type, Summary: a.Why, Object: asked("Join", a.Join, a.To.URI, g.Actor.URI),
	})
}

// TakeLeave ends the membership of somebody elsewhere in a group of ours. It takes Leave and
// Undo{Join}.
func (r *Rules) TakeLeave(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	g, out, err := joined(ctx, tx, in)
	if g == nil {
		return out, err
	}
	m, err := tx.MembershipOf(ctx, g.ActorID, in.Actor.ID)
	if errors.Is(err, db.ErrNotFound) {
		return federation.Ignored("not-member"), nil
	}
	if err != nil {
		return fault(fmt.Errorf("load membership: %w", err))
	}
	if err := r.endMembership(ctx, tx, g, in.Actor.ID, db.MemberAlumni); err != nil {
		return fault(err)
	}
	return federation.Done(), tx.ReleaseActivity(ctx, m.URI, in.Actor.URI)
}

// joined is the group of ours that a Join, a Leave or an Undo{Join} is about; nil with an outcome
// where there is none.
func joined(ctx context.Context, tx *db.Store, in *federation.Incoming) (*db.Group, federation.Outcome, error) {
	if !in.Vouched || in.Via != nil {
		return nil, federation.Refused("not-vouched"), nil
	}
	what, iri := object(in.Activity)
	if in.Activity.Type == "Undo" && what != nil {
		_, iri = object(what)
	}
	a, err := known(ctx, tx, iri)
	if err != nil {
		return nil, federation.Outcome{}, err
	}
	if a == nil || !a.Local {
		return nil, federation.Ignored("not-ours"), nil
	}
	g, err := groupOf(ctx, tx, a)
	if err != nil {
		return nil, federation.Outcome{}, err
	}
	if g == nil {
		return nil, federation.Ignored("not-a-group"), nil
	}
	return g, federation.Done(), nil
}

// told is an answer to a Join, with the reason of a refusal.
type told struct{ state, why string }

// joinAnswered learns that a group elsewhere took or refused a person of ours as a member.
func (r *Rules) joinAnswered(ctx context.Context, tx *db.Store, by *db.Actor, m *db.Membership, answer told) (federation.Outcome, error) {
	who, err := tx.ActorByID(ctx, m.ActorID)
	if err != nil {
		return fault(fmt.Errorf("load member %d: %w", m.ActorID, err))
	}
	if !who.Local || by.Local {
		return federation.Ignored("not-ours"), nil
	}
	n := db.Notification{Kind: db.NotifyAccepted, ActorID: by.ID, GroupID: by.ID, Note: "member"}
	switch {
	case answer.state == db.FollowRejected:
		m.Status, m.LeftAt = db.MemberRemoved, tx.Now()
		n.Kind, n.Note = db.NotifyRefused, "join-rejected"
		word := &db.JoinWord{GroupID: by.ID, ActorID: who.ID, ByID: by.ID, Kind: db.JoinRefused, Text: answer.why}
		if err := tx.PutJoinWord(ctx, word); err != nil {
			return fault(err)
		}
	case m.Belongs():
		return federation.Ignored("answered-before"), nil
	case m.Status != db.MemberPending:
		return federation.Refused("not-asked"), nil
	default:
		m.Status, m.JoinedAt, m.LeftAt = db.MemberNewcomer, tx.Now(), db.Time{}
	}
	if err := tx.PutMembership(ctx, m); err != nil {
		return fault(err)
	}
	return federation.Done(), Notify(ctx, tx, who.ID, n)
}
