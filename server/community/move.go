package community

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
)

// moveEvery is how often one actor may move, or be moved to (T24).
const moveEvery = 30 * 24 * time.Hour

// followersAtOnce bounds one page of followers that are carried over.
const followersAtOnce = 200

// TakeMove follows an actor from elsewhere to its new place: people of ours who follow it follow
// the target instead. The target must name the old place in alsoKnownAs; it was fetched before.
// Nothing moves to what is not open to all: membership is not an actor's to take along.
func (r *Rules) TakeMove(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	_, iri := object(in.Activity)
	if !in.Vouched || in.Via != nil || iri != in.Actor.URI || in.Actor.Local {
		return federation.Refused("not-own"), nil
	}
	if in.Activity.ID == "" { // nothing to remember it by
		return federation.Refused("no-id"), nil
	}
	target, err := known(ctx, tx, in.Activity.Target.IRI)
	if err != nil {
		return fault(err)
	}
	if err := permitMove(ctx, tx, in.Actor, target); err != nil {
		return outcome(err)
	}
	move := &db.Activity{URI: in.Activity.ID, ActorID: in.Actor.ID, Type: "Move", ObjectURI: in.Actor.URI, Body: in.Body}
	if err := tx.KeepActivity(ctx, move); err != nil {
		return fault(err)
	}
	in.Actor.MovedTo = target.URI
	if err := tx.SaveActor(ctx, in.Actor); err != nil {
		return fault(err)
	}
	if err := inheritBans(ctx, tx, in.Actor, target); err != nil {
		return fault(err)
	}
	if target.Locked {
		return federation.Done(), nil
	}
	return federation.Done(), r.carryFollowers(ctx, tx, in.Actor, target)
}

// permitMove refuses a Move without a link back, in a circle, too often, or to where we don't go.
func permitMove(ctx context.Context, tx *db.Store, from, target *db.Actor) error {
	switch {
	case target == nil:
		return Refuse(Gone, "unknown-target")
	case !target.Active() || target.ID == from.ID:
		return Refuse(Gone, "target-gone")
	case (target.Type == db.ActorGroup) != (from.Type == db.ActorGroup):
		return Refuse(Invalid, "target-of-another-type")
	case !slices.Contains(strings.Fields(target.AlsoKnownAs), from.URI):
		return Refuse(Forbidden, "no-link-back")
	case target.MovedTo != "":
		return Refuse(Conflict, "target-moved")
	}
	h, err := tx.HostByName(ctx, target.Host)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load host %s: %w", target.Host, err)
	}
	if err == nil && h.Policy == db.HostBlocked {
		return Refuse(Forbidden, "blocked-host")
	}
	for _, a := range []*db.Actor{from, target} {
		last, err := tx.LastActivity(ctx, a.ID, "Move", a.URI)
		if errors.Is(err, db.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("load last move of %s: %w", a.URI, err)
		}
		if tx.Now().Sub(last.CreatedAt.Time) < moveEvery {
			return Refuse(Limit, "moved-lately")
		}
	}
	return nil
}

// inheritBans keeps who is banned somewhere banned under the new name (T49).
func inheritBans(ctx context.Context, tx *db.Store, from, target *db.Actor) error {
	bans, err := tx.BansOf(ctx, from.ID)
	if err != nil {
		return fmt.Errorf("load bans of %s: %w", from.URI, err)
	}
	for _, b := range bans {
		row := *b
		row.ActorID = target.ID
		if err := tx.PutBan(ctx, &row); err != nil {
			return fmt.Errorf("pass on ban in group %d: %w", b.GroupID, err)
		}
	}
	return nil
}

// carryFollowers lets people of ours who follow from follow target instead.
func (r *Rules) carryFollowers(ctx context.Context, tx *db.Store, from, target *db.Actor) error {
	for before := int64(0); ; {
		page, err := tx.Followers(ctx, from.ID, before, followersAtOnce)
		if err != nil {
			return fmt.Errorf("load followers of %s: %w", from.URI, err)
		}
		for _, f := range page {
			before = f.ID
			if !f.Follower.Local {
				continue
			}
			if err := r.carry(ctx, tx, f.Follower, from, target); err != nil {
				return err
			}
		}
		if len(page) < followersAtOnce {
			return nil
		}
	}
}

func (r *Rules) carry(ctx context.Context, tx *db.Store, who, from, target *db.Actor) error {
	if _, err := r.Follow(ctx, tx, who, target); err != nil {
		if _, no := errors.AsType[*Refusal](err); no { // suspended, blocked, banned there: stays where they are
			return nil
		}
		return err
	}
	return r.Unfollow(ctx, tx, who, from)
}
