package moving

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// What is settled at the home of a community that another one of another instance goes into, after the
// archive was read for the second time: it came into a group that nobody sees, and goes from there
// into the community as in a merger of two of ours.
const (
	uniteThreads = "unite-threads"
	uniteMembers = "unite-members"
	uniteRest    = "unite-rest"
)

// permitInto says whether a community may go into another one: what was for some must not be for others.
func permitInto(g, into *db.Group) error {
	switch {
	case into.ActorID == g.ActorID || !into.Actor.Active() || into.Actor.MovedTo != "" || !into.ArchivedAt.IsZero():
		return community.RefuseField("host", "merge-no-group")
	case into.Openness != g.Openness:
		return community.RefuseField("host", "merge-openness")
	}
	return nil
}

// wanted is the community of ours that an Offer wants to go into; nil with a code where it can't.
func (r *Rules) wanted(ctx context.Context, tx *db.Store, g *db.Group, iri string) (*db.Group, string, error) {
	into, err := found(tx.GroupByURI(ctx, iri))
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("load group %s: %w", iri, err)
	case into == nil || !into.Actor.Local:
		return nil, "merge-no-group", nil
	}
	if no, is := errors.AsType[*community.Refusal](permitInto(g, into)); is {
		return nil, no.Code, nil
	}
	return into, "", nil
}

// AgreeInto lets a facilitator of the community that another one wants to go into say yes. Then the
// admins are asked, because all that is said there comes here; who is both says it once.
func (r *Rules) AgreeInto(ctx context.Context, tx *db.Store, by *db.Actor, m *db.Move) error {
	_, into, err := r.permitAnswer(ctx, tx, by, m)
	if err != nil {
		return err
	}
	m.State = db.MoveAsked
	if err := tx.SaveMove(ctx, m); err != nil {
		return fmt.Errorf("save move %d: %w", m.ID, err)
	}
	if err := r.log1(ctx, tx, by, m, "merge-agree"); err != nil {
		return err
	}
	if r.admin(ctx, tx, by) == nil {
		return r.Agree(ctx, tx, by, m, "")
	}
	return notifyAdmins(ctx, tx, db.Notification{Kind: db.NotifyMove, ActorID: into.ActorID, GroupID: m.Group, Note: "asked"})
}

// permitAnswer loads the two communities for a facilitator of the one that is to take the other in.
func (r *Rules) permitAnswer(ctx context.Context, tx *db.Store, by *db.Actor, m *db.Move) (g, into *db.Group, err error) {
	if m.State != db.MoveProposed || m.Side != db.MoveMerging && (m.Side != db.MoveArriving || m.Into == 0) {
		return nil, nil, community.Refuse(community.Conflict, "move-elsewhere")
	}
	if g, err = tx.GroupByID(ctx, m.Group); err != nil {
		return nil, nil, fmt.Errorf("load group %d: %w", m.Group, err)
	}
	if into, err = tx.GroupByID(ctx, m.Home()); err != nil {
		return nil, nil, fmt.Errorf("load group %d: %w", m.Home(), err)
	}
	if err := r.permit(ctx, tx, by, into); err != nil {
		return nil, nil, err
	}
	return g, into, permitInto(g, into)
}

// storeroom is the handle of the group into which an archive comes that goes on into another one.
func storeroom(m *db.Move) string { return "moving_" + strconv.FormatInt(m.ID, 36) }

// name lets a group of ours say that it was another one before: its half of the proof (T24). forget
// takes it back.
func name(ctx context.Context, tx *db.Store, into, before *db.Actor) error {
	names := strings.Fields(into.AlsoKnownAs)
	if slices.Contains(names, before.URI) {
		return nil
	}
	into.AlsoKnownAs = strings.Join(append(names, before.URI), "\n")
	return tx.SaveActor(ctx, into)
}

func forget(ctx context.Context, tx *db.Store, m *db.Move) error {
	if m.Into == 0 || m.Side != db.MoveArriving {
		return nil
	}
	into, err := tx.ActorByID(ctx, m.Into)
	if err != nil {
		return fmt.Errorf("load group %d: %w", m.Into, err)
	}
	before, err := tx.ActorByID(ctx, m.Group)
	if err != nil {
		return fmt.Errorf("load group %d: %w", m.Group, err)
	}
	names := strings.Fields(into.AlsoKnownAs)
	into.AlsoKnownAs = strings.Join(slices.DeleteFunc(names, func(n string) bool { return n == before.URI }), "\n")
	return tx.SaveActor(ctx, into)
}

// rest ends the way from the storeroom into the community: bans go along, the log too, roles are listed
// to be asked for, and the storeroom goes.
func (s settling) rest(ctx context.Context) error {
	n, err := s.tx.RebindLog(ctx, s.from.ActorID, s.to.ActorID, atOnce)
	if err != nil || n == atOnce {
		s.m.Cursor++
		return err
	}
	if err := s.bansAndRoles(ctx); err != nil {
		return err
	}
	s.next(settleInvite)
	return nil
}
