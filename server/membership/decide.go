package membership

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// Decision is a word of those who decide about somebody's wish.
type Decision struct {
	Who  *db.Actor
	Text string
}

// word is a decision as it is kept: of which kind, and by whom.
type word struct {
	Decision
	by   *db.Actor
	kind string
}

// Accept takes in somebody who asked, with a line of welcome where there is one.
func (r *Rules) Accept(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, d Decision) error {
	if err := r.com.AddMember(ctx, tx, by, g, d.Who); err != nil {
		return err
	}
	f, err := pendingFollow(ctx, tx, g, d.Who)
	if err != nil {
		return err
	}
	if f != nil {
		if err := r.com.AcceptFollow(ctx, tx, by, f); err != nil {
			return err
		}
	}
	if err := r.introduce(ctx, tx, g, d.Who); err != nil {
		return err
	}
	d.Text = plain(d.Text)
	if err := keep(ctx, tx, g, word{d, by, db.JoinAccepted}); err != nil || d.Text == "" {
		return err
	}
	_, err = r.com.Tell(ctx, tx, g, community.Notice{To: d.Who, Code: "join-welcome", Words: d.Text})
	return err
}

// Question asks somebody who waits for something first. It goes out as a direct message of the
// group, which every kind of server shows, and is answered by an answer to it.
func (r *Rules) Question(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, d Decision) error {
	if err := r.permitDecision(ctx, tx, by, g, d.Who); err != nil {
		return err
	}
	if d.Text = plain(d.Text); d.Text == "" {
		return community.RefuseField("text", "text-empty")
	}
	if err := keep(ctx, tx, g, word{d, by, db.JoinAsked}); err != nil {
		return err
	}
	_, err := r.com.Tell(ctx, tx, g, community.Notice{To: d.Who, Code: "join-question", Words: d.Text})
	return err
}

// Refuse turns somebody down who asked, with the reason, which is kept and told.
func (r *Rules) Refuse(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, d Decision) error {
	if err := r.permitDecision(ctx, tx, by, g, d.Who); err != nil {
		return err
	}
	if d.Text = plain(d.Text); d.Text == "" {
		return community.RefuseField("text", "reason-missing")
	}
	if err := keep(ctx, tx, g, word{d, by, db.JoinRefused}); err != nil {
		return err
	}
	m, err := membershipOf(ctx, tx, g, d.Who)
	if err != nil {
		return err
	}
	f, err := pendingFollow(ctx, tx, g, d.Who)
	if err != nil {
		return err
	}
	if f != nil {
		if err := r.com.RejectFollow(ctx, tx, by, f); err != nil {
			return err
		}
	}
	if m != nil && m.Status == db.MemberPending {
		uri := m.URI
		m.Status, m.LeftAt = db.MemberRemoved, tx.Now()
		if err := tx.PutMembership(ctx, m); err != nil {
			return fmt.Errorf("refuse membership: %w", err)
		}
		if err := r.com.AnswerJoin(ctx, tx, g, community.JoinAnswer{To: d.Who, Join: uri, Type: "Reject", Why: d.Text}); err != nil {
			return err
		}
	}
	_, err = r.com.Tell(ctx, tx, g, community.Notice{To: d.Who, Code: "join-refused", Words: d.Text})
	return err
}

// Vouch adds a member's word for somebody who waits.
func (r *Rules) Vouch(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, d Decision) error {
	if err := r.com.Permit(ctx, tx, g, by, rights.Vouch); err != nil {
		return err
	}
	if d.Text = plain(d.Text); d.Text == "" {
		return community.RefuseField("text", "text-empty")
	}
	if same, err := onePerson(ctx, tx, by, d.Who); err != nil || same {
		if err == nil {
			err = community.Refuse(community.Invalid, "endorse-self")
		}
		return err
	}
	if err := waits(ctx, tx, g, d.Who); err != nil {
		return err
	}
	return keep(ctx, tx, g, word{d, by, db.JoinVouched})
}

// Answer is what somebody who waits says to a steward's question.
func (r *Rules) Answer(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group, text string) error {
	if err := waits(ctx, tx, g, who); err != nil {
		return err
	}
	if text = plain(text); text == "" {
		return community.RefuseField("text", "text-empty")
	}
	if g.Actor.Local {
		return r.keepAnswer(ctx, tx, g, who, text)
	}
	if err := keep(ctx, tx, g, word{Decision{Who: who, Text: text}, who, db.JoinAnswered}); err != nil {
		return err
	}
	return r.sendWord(ctx, tx, who, g, message{text: text})
}

// keepAnswer stores the answer and tells those who decide.
func (r *Rules) keepAnswer(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, text string) error {
	if err := keep(ctx, tx, g, word{Decision{Who: who, Text: plain(text)}, who, db.JoinAnswered}); err != nil {
		return err
	}
	return community.NotifyStewards(ctx, tx, db.Notification{Kind: db.NotifyJoin, ActorID: who.ID, GroupID: g.ActorID, Note: db.JoinAnswered})
}

// Withdraw takes back one's own wish.
func (r *Rules) Withdraw(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error {
	if err := waits(ctx, tx, g, who); err != nil {
		return err
	}
	if err := keep(ctx, tx, g, word{Decision{Who: who}, who, db.JoinWithdrawn}); err != nil {
		return err
	}
	return r.com.Leave(ctx, tx, who, g)
}

// permitDecision refuses who has no say, and decisions about who doesn't wait.
func (r *Rules) permitDecision(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, who *db.Actor) error {
	if !g.Actor.Local {
		return community.Refuse(community.Forbidden, "not-ours")
	}
	if err := r.com.Permit(ctx, tx, g, by, rights.Admit); err != nil {
		return err
	}
	return waits(ctx, tx, g, who)
}

// waits refuses with "follow-gone" where nobody waits any more.
func waits(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) error {
	m, err := membershipOf(ctx, tx, g, who)
	if err != nil || m != nil && m.Status == db.MemberPending && m.LeftAt.IsZero() {
		return err
	}
	f, err := pendingFollow(ctx, tx, g, who)
	if err != nil || f != nil {
		return err
	}
	return community.Refuse(community.Gone, "follow-gone")
}

func pendingFollow(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) (*db.Follow, error) {
	f, err := tx.FollowBetween(ctx, who.ID, g.ActorID)
	if errors.Is(err, db.ErrNotFound) || err == nil && f.State != db.FollowPending {
		return nil, nil //nolint:nilnil // nothing waits
	}
	if err != nil {
		return nil, fmt.Errorf("load follow of %s: %w", who.URI, err)
	}
	return f, nil
}

func keep(ctx context.Context, tx *db.Store, g *db.Group, w word) error {
	return tx.PutJoinWord(ctx, &db.JoinWord{GroupID: g.ActorID, ActorID: w.Who.ID, ByID: w.by.ID, Kind: w.kind, Text: w.Text})
}

// message is what somebody says to a group about belonging, with its kind where another Copse acts
// on it, and the address of who it is about where that isn't the sender.
type message struct{ kind, text, about string }

// sendWord sends what one of ours says to a group elsewhere, as a direct message.
func (r *Rules) sendWord(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group, m message) error {
	id := tx.NewID()
	doc := r.directNote(who, g.Actor, r.iris.Object(id), m.text)
	doc.Kind, doc.TermsDoc.About = m.kind, m.about
	_, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: who, ObjectURI: doc.ID, To: []db.Audience{federation.ToActors(g.Actor)},
		Doc: vocab.ActivityDoc{Type: "Create", To: doc.To, Object: doc},
	})
	if err != nil {
		return fmt.Errorf("answer %s: %w", g.Actor.URI, err)
	}
	return nil
}
