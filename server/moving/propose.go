package moving

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// Proposal is where a community of ours wants to go.
type Proposal struct {
	Peer   *db.Actor // the actor of the instance that is to be its home
	Handle string    // there; "" keeps the one it has
	Into   *db.Group // a community there that it goes into; nil where it stays one of its own
	Why    string    // how it was decided
}

// Propose asks that a community of ours goes to another instance. A facilitator proposes; an admin
// of this instance countersigns before the other instance is asked (domain.md 3c).
func (r *Rules) Propose(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, p Proposal) (*db.Move, error) {
	if err := r.permit(ctx, tx, by, g); err != nil {
		return nil, err
	}
	text, err := why(p.Why)
	switch {
	case err != nil:
		return nil, err
	case p.Peer == nil || p.Peer.Type != db.ActorApplication || p.Peer.Local:
		return nil, community.RefuseField("host", "move-no-instance")
	}
	if err := r.trusted(ctx, tx, g, p.Peer.Host); err != nil {
		return nil, err
	}
	if err := p.check(g); err != nil {
		return nil, err
	}
	id := tx.NewID()
	m := &db.Move{
		ID: id, URI: r.iris.Activity(tx.NewID()), Side: db.MoveLeaving, State: db.MoveProposed,
		Group: g.ActorID, Peer: p.Peer.ID, Host: p.Peer.Host, Handle: p.Handle, Archive: r.archive(id), Why: text, ByID: by.ID,
	}
	if p.Into != nil {
		m.Into = p.Into.ActorID
	}
	if err := r.create(ctx, tx, m); err != nil {
		return nil, err
	}
	if err := r.log1(ctx, tx, by, m, "move-propose"); err != nil {
		return nil, err
	}
	st, err := r.com.Standing(ctx, tx, g, by)
	if err != nil {
		return nil, err
	}
	if st.Admin {
		return m, r.ask(ctx, tx, g, m)
	}
	return m, notifyAdmins(ctx, tx, db.Notification{Kind: db.NotifyMove, ActorID: by.ID, GroupID: g.ActorID, Note: "proposed"})
}

// check says whether the place there can be one for g, and names it.
func (p *Proposal) check(g *db.Group) error {
	if p.Into != nil {
		if p.Into.Actor.Host != p.Peer.Host {
			return community.RefuseField("host", "merge-no-group")
		}
		p.Handle = p.Into.Actor.Handle
		return permitInto(g, p.Into)
	}
	if p.Handle == "" {
		p.Handle = g.Actor.Handle
	}
	return community.CheckHandle(p.Handle)
}

// permit is asked for everything that the old home decides.
func (r *Rules) permit(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group) error {
	if !g.Actor.Local {
		return community.Refuse(community.Forbidden, "not-ours")
	}
	if err := r.com.Permit(ctx, tx, g, by, rights.EditGroup); err != nil {
		return err
	}
	if g.Actor.MovedTo != "" {
		return community.Refuse(community.Conflict, "move-done-before")
	}
	return nil
}

// create stores a new move; a community is on one way at a time.
func (r *Rules) create(ctx context.Context, tx *db.Store, m *db.Move) error {
	err := tx.CreateMove(ctx, m)
	if errors.Is(err, db.ErrConflict) {
		return community.Refuse(community.Conflict, "move-going")
	}
	return err
}

// Countersign lets an admin of the old home send the question.
func (r *Rules) Countersign(ctx context.Context, tx *db.Store, by *db.Actor, m *db.Move) error {
	g, err := tx.GroupByID(ctx, m.Group)
	if err != nil {
		return fmt.Errorf("load group %d: %w", m.Group, err)
	}
	st, err := r.com.Standing(ctx, tx, g, by)
	if err != nil {
		return err
	}
	if !st.Admin {
		return community.Refuse(community.Forbidden, "not-admin")
	}
	if m.Side != db.MoveLeaving || m.State != db.MoveProposed {
		return community.Refuse(community.Conflict, "move-elsewhere")
	}
	if err := r.trusted(ctx, tx, g, m.Host); err != nil {
		return err
	}
	if err := r.log1(ctx, tx, by, m, "move-countersign"); err != nil {
		return err
	}
	return r.ask(ctx, tx, g, m)
}

// ask sends the Offer.
func (r *Rules) ask(ctx context.Context, tx *db.Store, g *db.Group, m *db.Move) error {
	m.State = db.MoveAsked
	if err := tx.SaveMove(ctx, m); err != nil {
		return fmt.Errorf("save move %d: %w", m.ID, err)
	}
	peer, err := tx.ActorByID(ctx, m.Peer)
	if err != nil {
		return fmt.Errorf("load the other home: %w", err)
	}
	doc := vocab.ActivityDoc{ID: m.URI, Type: "Offer", Object: g.Actor.URI, Target: peer.URI, Instrument: m.Archive, Content: m.Why, Summary: m.Handle}
	if m.Into != 0 {
		into, err := tx.ActorByID(ctx, m.Into)
		if err != nil {
			return fmt.Errorf("load what %s goes into: %w", g.Actor.URI, err)
		}
		doc.Result = into.URI
	}
	_, err = r.say(ctx, tx, m.Peer, doc)
	return err
}

// Cancel calls a move off, from either side, as long as nobody has been told to follow.
func (r *Rules) Cancel(ctx context.Context, tx *db.Store, by *db.Actor, m *db.Move) error {
	if err := r.permitStop(ctx, tx, by, m); err != nil {
		return err
	}
	if err := r.log1(ctx, tx, by, m, "move-cancel"); err != nil {
		return err
	}
	if m.Side == db.MoveMerging || m.Side == db.MoveLeaving && m.State == db.MoveProposed {
		return stop(ctx, tx, m)
	}
	offer, err := r.offer(ctx, tx, m)
	if err != nil {
		return err
	}
	word := vocab.ActivityDoc{Type: "Undo", Object: offer}
	if m.Side == db.MoveArriving {
		word = vocab.ActivityDoc{Type: "Reject", Object: offer.ID, Summary: "cancelled"}
	}
	if _, err := r.say(ctx, tx, m.Peer, word); err != nil {
		return err
	}
	return stop(ctx, tx, m)
}

// stop ends a move that was called off. What was copied already is taken away first, step by step.
func stop(ctx context.Context, tx *db.Store, m *db.Move) error {
	if err := forget(ctx, tx, m); err != nil {
		return err
	}
	if m.Side != db.MoveArriving || m.Heir == 0 {
		return end(ctx, tx, m, db.MoveCancelled)
	}
	m.State, m.NextAt, m.Problem = db.MoveCancelled, tx.Now(), ""
	if err := tx.SaveMove(ctx, m); err != nil {
		return fmt.Errorf("call off move %d: %w", m.ID, err)
	}
	return nil
}

// Drop takes away the next bit of what was copied for a move that was called off.
func (r *Rules) Drop(ctx context.Context, tx *db.Store, m *db.Move) error {
	n, err := tx.DropCopied(ctx, m.Heir, atOnce)
	if err != nil {
		return fmt.Errorf("drop what was copied of move %d: %w", m.ID, err)
	}
	if n == atOnce {
		return nil
	}
	if err := tx.DropGroup(ctx, m.Heir); err != nil {
		return fmt.Errorf("drop the group of move %d: %w", m.ID, err)
	}
	m.Heir = 0
	return end(ctx, tx, m, db.MoveCancelled)
}

// offer is what began a move, as far as an answer to it needs it.
func (r *Rules) offer(ctx context.Context, tx *db.Store, m *db.Move) (*vocab.ActivityDoc, error) {
	g, err := tx.ActorByID(ctx, m.Group)
	if err != nil {
		return nil, fmt.Errorf("load group %d: %w", m.Group, err)
	}
	who := r.iris.Instance()
	if m.Side == db.MoveArriving {
		peer, err := tx.ActorByID(ctx, m.Peer)
		if err != nil {
			return nil, fmt.Errorf("load the other home: %w", err)
		}
		who = peer.URI
	}
	return &vocab.ActivityDoc{ID: m.URI, Type: "Offer", Actor: who, Object: g.URI}, nil
}

// permitStop says who may call a move off: whoever looks after the group where it leaves, an admin
// where it arrives.
func (r *Rules) permitStop(ctx context.Context, tx *db.Store, by *db.Actor, m *db.Move) error {
	if !m.Stoppable() {
		return community.Refuse(community.Conflict, "move-too-late")
	}
	return r.permitCare(ctx, tx, by, m)
}

// permitCare is asked for what either home does to a move that goes on.
func (r *Rules) permitCare(ctx context.Context, tx *db.Store, by *db.Actor, m *db.Move) error {
	if m.Side == db.MoveArriving || m.Side == db.MoveSeen {
		return r.admin(ctx, tx, by)
	}
	g, err := tx.GroupByID(ctx, m.Group)
	if err != nil {
		return fmt.Errorf("load group %d: %w", m.Group, err)
	}
	return r.permit(ctx, tx, by, g)
}

// admin answers nil for who runs this instance.
func (r *Rules) admin(ctx context.Context, tx *db.Store, by *db.Actor) error {
	if by == nil {
		return community.Refuse(community.Forbidden, "signed-out")
	}
	account, err := tx.AccountOf(ctx, by.ID)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return community.Refuse(community.Forbidden, "not-admin")
	case err != nil:
		return fmt.Errorf("load account: %w", err)
	case !account.IsAdmin() || !account.DisabledAt.IsZero():
		return community.Refuse(community.Forbidden, "not-admin")
	}
	return nil
}

// log1 writes one step into the log of the group and of the instance.
func (r *Rules) log1(ctx context.Context, tx *db.Store, by *db.Actor, m *db.Move, act string) error {
	who := db.ByCommand
	if by != nil {
		who = by.Handle
	}
	g, err := tx.ActorByID(ctx, m.Group)
	if err != nil {
		return fmt.Errorf("load group %d: %w", m.Group, err)
	}
	return tx.Audit(ctx, db.AuditEntry{Who: who, Act: act, Object: g.Acct() + " → " + m.Handle + "@" + m.Host})
}

// notifyAdmins leaves a line for everybody who runs this instance.
func notifyAdmins(ctx context.Context, tx *db.Store, n db.Notification) error {
	admins, err := tx.Admins(ctx)
	if err != nil {
		return fmt.Errorf("list admins: %w", err)
	}
	for _, a := range admins {
		if err := community.Notify(ctx, tx, a.ActorID, n); err != nil {
			return err
		}
	}
	return nil
}
