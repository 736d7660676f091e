package charter

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// Claim lets a group of ours say that it is kin of another, anywhere: a sister, a chapter of it, or
// that it has it as a chapter. It is so when the other says it too (domain.md 4.10); until then it
// stands as a wish, and those who look after the other one are told, once.
func (r *Rules) Claim(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, k *db.Kinship) error {
	other, err := r.claimable(ctx, tx, by, g, k)
	if err != nil {
		return err
	}
	k.GroupID = g.ActorID
	if err := tx.PutKin(ctx, k); err != nil {
		return fmt.Errorf("say kin of group %d: %w", g.ActorID, err)
	}
	if other.Local {
		if err := r.NoticeKin(ctx, tx, g.Actor); err != nil {
			return err
		}
	}
	return r.publishGroup(ctx, tx, g, toInbox(other)...)
}

// claimable says whether a group may name another so: both are such as everybody may know what they
// say, and the other is there.
func (r *Rules) claimable(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, k *db.Kinship) (*db.Actor, error) {
	if err := r.permitLife(ctx, tx, by, g); err != nil {
		return nil, err
	}
	if db.KinBack(k.Relation) == "" {
		return nil, community.RefuseField("relation", "choice-unknown")
	}
	if !speaksOpenly(g) {
		return nil, community.RefuseField("kin", "kin-closed")
	}
	other, err := tx.GroupByURI(ctx, k.OtherURI)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return nil, community.RefuseField("kin", "kin-no-group")
	case err != nil:
		return nil, fmt.Errorf("load kin %s: %w", k.OtherURI, err)
	case other.ActorID == g.ActorID, !other.Actor.Active(), !speaksOpenly(other):
		return nil, community.RefuseField("kin", "kin-no-group")
	}
	return other.Actor, nil
}

// speaksOpenly says that everybody may read what a group says of itself.
func speaksOpenly(g *db.Group) bool {
	return g.Openness == db.OpennessOpen || g.Openness == db.OpennessRestricted
}

// Unclaim takes back what a group of ours said about another.
func (r *Rules) Unclaim(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, uri string) error {
	if err := r.permitLife(ctx, tx, by, g); err != nil {
		return err
	}
	if err := tx.DropKin(ctx, g.ActorID, uri); err != nil {
		return fmt.Errorf("take back kin of group %d: %w", g.ActorID, err)
	}
	other, err := none(tx.ActorByURI(ctx, uri))
	if err != nil {
		return fmt.Errorf("load kin %s: %w", uri, err)
	}
	if other == nil {
		return r.publishGroup(ctx, tx, g)
	}
	return r.publishGroup(ctx, tx, g, toInbox(other)...)
}

// permitLife is asked for everything that a group says about where it stands.
func (r *Rules) permitLife(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group) error {
	if !g.Actor.Local {
		return community.Refuse(community.Forbidden, "not-ours")
	}
	return r.com.Permit(ctx, tx, g, by, rights.EditGroup)
}

// NoticeKin tells those who look after groups of ours that another one, of ours or elsewhere, says
// that it is kin of theirs: once each time it says so anew.
func (r *Rules) NoticeKin(ctx context.Context, tx *db.Store, from *db.Actor) error {
	says, err := tx.KinSaidBy(ctx, from.ID)
	if err != nil {
		return fmt.Errorf("list kin of %s: %w", from.URI, err)
	}
	for _, k := range says {
		if !k.ToldAt.IsZero() || !r.iris.Ours(k.OtherURI) {
			continue
		}
		if err := r.noticeKin(ctx, tx, from, k); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rules) noticeKin(ctx context.Context, tx *db.Store, from *db.Actor, k *db.Kinship) error {
	g, err := none(tx.GroupByURI(ctx, k.OtherURI))
	if err != nil || g == nil {
		return err
	}
	stewards, err := tx.Stewards(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load stewards of group %d: %w", g.ActorID, err)
	}
	for _, s := range stewards {
		if s.Role != db.RoleFacilitator || !s.Actor.Local {
			continue
		}
		if err := community.Notify(ctx, tx, s.ActorID, db.Notification{Kind: db.NotifyCharter, ActorID: from.ID, GroupID: g.ActorID, Note: "kin"}); err != nil {
			return err
		}
	}
	k.ToldAt = tx.Now()
	return tx.PutKin(ctx, k)
}
