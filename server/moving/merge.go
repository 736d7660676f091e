package moving

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// Merger is two communities of ours that become one.
type Merger struct {
	Group, Into *db.Group
	Why         string // how it was decided
}

// ProposeMerge asks that a community of ours goes into another one of ours. A facilitator of the one
// proposes, one of the other agrees. Into one of another instance it goes by Propose.
func (r *Rules) ProposeMerge(ctx context.Context, tx *db.Store, by *db.Actor, what Merger) (*db.Move, error) {
	g, into := what.Group, what.Into
	if err := r.permit(ctx, tx, by, g); err != nil {
		return nil, err
	}
	text, err := why(what.Why)
	switch {
	case err != nil:
		return nil, err
	case !into.Actor.Local:
		return nil, community.RefuseField("host", "merge-no-group")
	}
	if err := permitInto(g, into); err != nil {
		return nil, err
	}
	m := &db.Move{
		URI: r.iris.Activity(tx.NewID()), Side: db.MoveMerging, State: db.MoveProposed, Group: g.ActorID, Heir: into.ActorID,
		Host: r.iris.Host(), Handle: into.Actor.Handle, Why: text, ByID: by.ID,
	}
	if err := r.create(ctx, tx, m); err != nil {
		return nil, err
	}
	if err := r.log1(ctx, tx, by, m, "merge-propose"); err != nil {
		return nil, err
	}
	return m, community.NotifyStewards(ctx, tx, db.Notification{Kind: db.NotifyMove, ActorID: by.ID, GroupID: into.ActorID, Note: "merge-asked"})
}

// AgreeMerge lets a facilitator of the community that takes the other in say yes. The notice to
// followers runs from now.
func (r *Rules) AgreeMerge(ctx context.Context, tx *db.Store, by *db.Actor, m *db.Move) error {
	g, into, err := r.permitAnswer(ctx, tx, by, m)
	if err != nil {
		return err
	}
	if err := name(ctx, tx, into.Actor, g.Actor); err != nil {
		return err
	}
	m.State, m.AgreedAt, m.SwitchAt = db.MoveReady, tx.Now(), db.At(tx.Now().Add(notice))
	if err := tx.SaveMove(ctx, m); err != nil {
		return fmt.Errorf("save move %d: %w", m.ID, err)
	}
	if err := r.log1(ctx, tx, by, m, "merge-agree"); err != nil {
		return err
	}
	if err := r.announce(ctx, tx, g, m); err != nil {
		return err
	}
	return r.tell(ctx, tx, m, "agreed")
}

// RefuseMerge lets a facilitator of the community that was to take the other in say no.
func (r *Rules) RefuseMerge(ctx context.Context, tx *db.Store, by *db.Actor, m *db.Move) error {
	if _, _, err := r.permitAnswer(ctx, tx, by, m); err != nil {
		return err
	}
	if err := r.log1(ctx, tx, by, m, "merge-refuse"); err != nil {
		return err
	}
	if err := end(ctx, tx, m, db.MoveRefused); err != nil {
		return err
	}
	return r.tell(ctx, tx, m, "refused")
}

// merged ends a merger.
func (s settling) merged(ctx context.Context) error {
	if err := s.bansAndRoles(ctx); err != nil {
		return err
	}
	s.done()
	return errors.Join(s.r.tell(ctx, s.tx, s.m, "done"), s.r.arrived(ctx, s.tx, s.m))
}

// bansAndRoles takes bans along, and lists who held a role in the community that ended, for those who
// give roles in the other to ask (domain.md 3c: a role is given, not inherited).
func (s settling) bansAndRoles(ctx context.Context) error {
	bans, err := s.tx.ArchiveBans(ctx, s.from.ActorID, 0, 10_000)
	if err != nil {
		return err
	}
	for _, b := range bans {
		row := *b
		row.GroupID, row.Actor = s.to.ActorID, nil
		if err := s.tx.CarryBan(ctx, &row); err != nil {
			return err
		}
	}
	roles, err := s.tx.ArchiveRoles(ctx, s.from.ActorID, 0, 10_000)
	if err != nil {
		return err
	}
	for _, g := range roles {
		held, err := s.tx.RolesOf(ctx, s.to.ActorID, g.ActorID)
		if err != nil || slices.Contains(held, g.Role) {
			if err != nil {
				return err
			}
			continue
		}
		if err := s.tx.LeaveBehind(ctx, db.MoveLeft{MoveID: s.m.ID, Kind: "role", What: g.Role + " " + g.Actor.URI, Why: "role-to-ask"}); err != nil {
			return err
		}
	}
	return nil
}
