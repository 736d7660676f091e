package moving

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// TakeOffer keeps the wish of another instance that a community of its comes here. Nothing happens
// until an admin agrees.
func (r *Rules) TakeOffer(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	g, out, err := r.offered(ctx, tx, in)
	if g == nil {
		return out, err
	}
	n, err := tx.MovesAsked(ctx, in.Actor.Host)
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("count what %s asks: %w", in.Actor.Host, err)
	}
	if n >= maxAsked {
		return federation.Refused("moves-many"), nil
	}
	m := &db.Move{
		URI: in.Activity.ID, Side: db.MoveArriving, State: db.MoveAsked, Group: g.ActorID, Peer: in.Actor.ID,
		Host: in.Actor.Host, Handle: g.Actor.Handle, Archive: in.Activity.Instrument.IRI, Why: plain(content.Text(in.Activity.Content)),
	}
	if handle := in.Activity.Summary; handle != "" && community.CheckHandle(handle) == nil {
		m.Handle = handle
	}
	if iri := in.Activity.Result.IRI; iri != "" {
		into, code, err := r.wanted(ctx, tx, g, iri)
		if into == nil {
			return federation.Refused(code), err
		}
		m.State, m.Into, m.Handle = db.MoveProposed, into.ActorID, into.Actor.Handle
	}
	err = tx.CreateMove(ctx, m)
	if errors.Is(err, db.ErrConflict) {
		return federation.Ignored("known"), nil
	}
	if err != nil {
		return federation.Outcome{}, err
	}
	if m.Into != 0 {
		return federation.Done(), community.NotifyStewards(ctx, tx, db.Notification{Kind: db.NotifyMove, ActorID: g.ActorID, GroupID: m.Into, Note: "merge-asked"})
	}
	return federation.Done(), notifyAdmins(ctx, tx, db.Notification{Kind: db.NotifyMove, ActorID: g.ActorID, GroupID: g.ActorID, Note: "asked"})
}

// offered is the community that an Offer is about: one of the instance that signed it, and of a kind
// that can be taken.
func (r *Rules) offered(ctx context.Context, tx *db.Store, in *federation.Incoming) (*db.Group, federation.Outcome, error) {
	about := in.Activity.Inner()
	switch {
	case !in.Vouched || in.Via != nil || in.Activity.ID == "":
		return nil, federation.Refused("not-vouched"), nil
	case in.Activity.Target.IRI != r.iris.Instance():
		return nil, federation.Ignored("not-for-us"), nil
	case in.Actor.Type != db.ActorApplication || !vocab.SameOrigin(about.IRI, in.Actor.URI):
		return nil, federation.Refused("not-its-own"), nil // an instance speaks for its own communities alone
	case !vocab.SameOrigin(in.Activity.Instrument.IRI, in.Actor.URI):
		return nil, federation.Refused("archive-elsewhere"), nil
	}
	g, err := tx.GroupByURI(ctx, about.IRI)
	if errors.Is(err, db.ErrNotFound) {
		return nil, federation.Refused("unknown-group"), nil
	}
	if err != nil {
		return nil, federation.Outcome{}, fmt.Errorf("load group %s: %w", about.IRI, err)
	}
	if !g.Actor.Active() || g.Actor.Local || g.Actor.MovedTo != "" {
		return nil, federation.Refused("group-gone"), nil
	}
	err = r.trusted(ctx, tx, g, r.iris.Host()) // this instance agreed to be trusted with it
	if no, is := errors.AsType[*community.Refusal](err); is {
		return nil, federation.Refused(no.Code), nil
	}
	return g, federation.Outcome{}, err
}

// Agree lets an admin of the new home say yes, under a handle that is free here. The archive is
// fetched from then on.
func (r *Rules) Agree(ctx context.Context, tx *db.Store, by *db.Actor, m *db.Move, handle string) error {
	if err := r.admin(ctx, tx, by); err != nil {
		return err
	}
	if m.Side != db.MoveArriving || m.State != db.MoveAsked {
		return community.Refuse(community.Conflict, "move-elsewhere")
	}
	if err := r.place(ctx, tx, m, handle); err != nil {
		return err
	}
	m.State, m.AgreedAt, m.Part, m.Cursor, m.ByID = db.MoveCopying, tx.Now(), partGroup, 0, by.ID
	m.NextAt = db.At(tx.Now().Add(agreedFirst)) // the word should be there before the first request
	if err := tx.SaveMove(ctx, m); err != nil {
		return fmt.Errorf("save move %d: %w", m.ID, err)
	}
	if err := r.log1(ctx, tx, by, m, "move-agree"); err != nil {
		return err
	}
	_, err := r.say(ctx, tx, m.Peer, vocab.ActivityDoc{Type: "TentativeAccept", Object: m.URI})
	return err
}

// place is where a community will be: under a handle that is free here, or within another one, which
// says from now on that it was this one too.
func (r *Rules) place(ctx context.Context, tx *db.Store, m *db.Move, handle string) error {
	if m.Into != 0 {
		g, err := tx.GroupByID(ctx, m.Group)
		if err != nil {
			return fmt.Errorf("load group %d: %w", m.Group, err)
		}
		into, err := tx.GroupByID(ctx, m.Into)
		if err != nil {
			return fmt.Errorf("load group %d: %w", m.Into, err)
		}
		if err := permitInto(g, into); err != nil {
			return err
		}
		return name(ctx, tx, into.Actor, g.Actor)
	}
	if handle != "" {
		m.Handle = handle
	}
	if err := community.CheckHandle(m.Handle); err != nil {
		return err
	}
	if taken, err := found(tx.LocalActor(ctx, m.Handle)); err != nil || taken != nil {
		return errors.Join(&community.Refusal{Kind: community.Conflict, Code: "handle-taken", Field: "handle"}, err)
	}
	return nil
}

// Refuse lets an admin of the new home say no, or a facilitator of the community there that it wants to
// go into.
func (r *Rules) Refuse(ctx context.Context, tx *db.Store, by *db.Actor, m *db.Move, text string) error {
	if m.Side == db.MoveArriving && m.State == db.MoveProposed {
		if _, _, err := r.permitAnswer(ctx, tx, by, m); err != nil {
			return err
		}
	} else if err := r.admin(ctx, tx, by); err != nil {
		return err
	}
	if m.Side != db.MoveArriving || m.State != db.MoveAsked && m.State != db.MoveProposed {
		return community.Refuse(community.Conflict, "move-elsewhere")
	}
	if err := r.log1(ctx, tx, by, m, "move-refuse"); err != nil {
		return err
	}
	if _, err := r.say(ctx, tx, m.Peer, vocab.ActivityDoc{Type: "Reject", Object: m.URI, Summary: plain(text)}); err != nil {
		return err
	}
	return end(ctx, tx, m, db.MoveRefused)
}

// answered is the move of ours that a word of its new home is about; nil with an outcome where there
// is none, or the word is not its to say.
func (r *Rules) answered(ctx context.Context, tx *db.Store, in *federation.Incoming) (*db.Move, federation.Outcome, error) {
	if !in.Vouched || in.Via != nil {
		return nil, federation.Refused("not-vouched"), nil
	}
	iri := in.Activity.Inner().IRI
	m, err := found(tx.MoveByURI(ctx, iri))
	switch {
	case err != nil:
		return nil, federation.Outcome{}, fmt.Errorf("load move %s: %w", iri, err)
	case m == nil:
		return nil, federation.Ignored("unknown-offer"), nil
	case m.Peer != in.Actor.ID:
		return nil, federation.Refused("not-yours"), nil
	case !m.Going():
		return nil, federation.Ignored("over"), nil
	}
	return m, federation.Outcome{}, nil
}

// TakeAgreed learns that the new home agrees, and may fetch the archive from now on; or, of a Move,
// that it has opened its door.
func (r *Rules) TakeAgreed(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if m, out, ours, err := r.ofOurs(ctx, tx, in); ours || err != nil {
		if m == nil || m.Part != settleDoor {
			return out, err
		}
		return federation.Done(), r.opened(ctx, tx, m)
	}
	m, out, err := r.answered(ctx, tx, in)
	if m == nil {
		return out, err
	}
	if m.Side != db.MoveLeaving || m.State != db.MoveAsked {
		return federation.Ignored("not-asked"), nil
	}
	m.State, m.AgreedAt = db.MoveCopying, tx.Now()
	m.NextAt = db.At(tx.Now().AddDate(100, 0, 0)) // nothing to do here until the new home has all
	if err := tx.SaveMove(ctx, m); err != nil {
		return federation.Outcome{}, err
	}
	return federation.Done(), r.tell(ctx, tx, m, "agreed")
}

// TakeRefusal learns that the new home does not want, or no longer.
func (r *Rules) TakeRefusal(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	m, out, err := r.answered(ctx, tx, in)
	if m == nil {
		return out, err
	}
	if m.Side != db.MoveLeaving || !m.Stoppable() {
		return federation.Ignored("too-late"), nil
	}
	m.Problem = content.PlainName(in.Activity.Summary)
	if err := end(ctx, tx, m, db.MoveRefused); err != nil {
		return federation.Outcome{}, err
	}
	return federation.Done(), r.tell(ctx, tx, m, "refused")
}

// TakeWithdrawn learns that the old home calls it off. What was copied goes.
func (r *Rules) TakeWithdrawn(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if about := &in.Activity.Object[0]; about.IRI == "" && about.Object != nil {
		about.IRI = about.Object.ID
	}
	m, out, err := r.answered(ctx, tx, in)
	if m == nil {
		return out, err
	}
	if m.Side != db.MoveArriving || !m.Stoppable() {
		return federation.Ignored("too-late"), nil
	}
	return federation.Done(), stop(ctx, tx, m)
}

// TakeCopied learns that all is copied and where the community will be. ours is false for an Accept
// of something else.
func (r *Rules) TakeCopied(ctx context.Context, tx *db.Store, in *federation.Incoming) (out federation.Outcome, ours bool, err error) {
	iri := in.Activity.Inner().IRI
	act, err := found(tx.MoveByURI(ctx, iri))
	if err != nil || act == nil {
		return r.takeConfirmed(ctx, tx, in)
	}
	m, out, err := r.answered(ctx, tx, in)
	if m == nil {
		return out, true, err
	}
	heir := in.Activity.Result.IRI
	switch {
	case m.Side != db.MoveLeaving || m.State != db.MoveCopying:
		return federation.Ignored("not-copying"), true, nil
	case !vocab.SameOrigin(heir, in.Actor.URI):
		return federation.Refused("heir-elsewhere"), true, nil
	}
	// Whether that place names us in return is looked up outside of this transaction: see Ready.
	m.Part, m.CopiedAt, m.NextAt = heir, tx.Now(), tx.Now()
	return federation.Done(), true, tx.SaveMove(ctx, m)
}

// Ready notes where the community will be, once that place was read and names us, and tells the
// followers: the notice runs from now.
func (r *Rules) Ready(ctx context.Context, tx *db.Store, m *db.Move, heir *db.Actor) error {
	g, err := tx.GroupByID(ctx, m.Group)
	if err != nil {
		return fmt.Errorf("load group %d: %w", m.Group, err)
	}
	if heir.Type != db.ActorGroup || heir.Host != m.Host || !knownAs(heir, g.Actor) || m.Into != 0 && m.Into != heir.ID {
		m.Problem, m.NextAt = "no-link-back", db.At(tx.Now().Add(again))
		return tx.SaveMove(ctx, m)
	}
	was := *m
	m.State, m.Part, m.Heir, m.Handle, m.Problem = db.MoveReady, "", heir.ID, heir.Handle, ""
	m.SwitchAt = db.At(tx.Now().Add(notice))
	if err := tx.StepMove(ctx, m, was); err != nil {
		return err
	}
	if err := r.announce(ctx, tx, g, m); err != nil {
		return err
	}
	return r.tell(ctx, tx, m, "ready")
}

// tell leaves a line for those who look after the group at its old home.
func (r *Rules) tell(ctx context.Context, tx *db.Store, m *db.Move, note string) error {
	return community.NotifyStewards(ctx, tx, db.Notification{Kind: db.NotifyMove, ActorID: m.Group, GroupID: m.Group, Note: note})
}
