package exchange

import (
	"context"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// Bounds of slow mode.
const (
	MinWait = time.Minute
	MaxWait = 24 * time.Hour
	MaxSlow = 30 * 24 * time.Hour
)

// Pace is how slow a place is to be and for how long.
type Pace struct {
	Group  *db.Group
	Post   *db.Post      // the start of a discussion; nil: everything in the group
	Wait   time.Duration // between two posts of one person
	For    time.Duration
	Reason string
}

func (p Pace) place() int64 {
	if p.Post != nil {
		return p.Post.ID
	}
	return p.Group.ActorID
}

// SlowDown lets everybody wait between two posts, in one discussion or in a whole group, until a
// moment; who looks after the group does not wait (domain.md 4.12). What comes too early goes back
// to its author from every door, with its text.
func (r *Rules) SlowDown(ctx context.Context, tx *db.Store, by *db.Actor, p Pace) error {
	switch {
	case p.Wait < MinWait || p.Wait > MaxWait || p.For < p.Wait || p.For > MaxSlow:
		return community.Refuse(community.Invalid, "choice-unknown")
	case p.Post != nil && !p.Post.Starts():
		return community.Refuse(community.Invalid, "slow-answer")
	}
	if err := r.permitSlow(ctx, tx, by, p.Group); err != nil {
		return err
	}
	row := &db.SlowMode{PlaceID: p.place(), GroupID: p.Group.ActorID, Seconds: int64(p.Wait / time.Second), Until: db.At(tx.Now().Add(p.For)), ByID: by.ID}
	if err := tx.PutSlowMode(ctx, row); err != nil {
		return fmt.Errorf("slow down %d: %w", row.PlaceID, err)
	}
	return r.logPace(ctx, tx, by, p, "slow")
}

// SpeedUp ends slow mode before its time; nothing happens where there is none.
func (r *Rules) SpeedUp(ctx context.Context, tx *db.Store, by *db.Actor, p Pace) error {
	if err := r.permitSlow(ctx, tx, by, p.Group); err != nil {
		return err
	}
	was, err := tx.EndSlowMode(ctx, p.place())
	if err != nil || !was {
		return err
	}
	return r.logPace(ctx, tx, by, p, "unslow")
}

func (r *Rules) permitSlow(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group) error {
	if !ours(g) {
		return community.Refuse(community.Forbidden, "not-ours")
	}
	return r.com.Permit(ctx, tx, g, by, community.ActSlow)
}

func (r *Rules) logPace(ctx context.Context, tx *db.Store, by *db.Actor, p Pace, act string) error {
	e := &db.ModerationEntry{GroupID: p.Group.ActorID, ActorID: by.ID, Act: act, Reason: p.Reason}
	if p.Post != nil {
		e.PostID = p.Post.ID
	}
	if err := tx.LogModeration(ctx, e); err != nil {
		return fmt.Errorf("log %s: %w", act, err)
	}
	return nil
}

// PermitStart is asked for discussions from every door.
func (r *Rules) PermitStart(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) error {
	if err := r.com.Permit(ctx, tx, g, who, community.ActStart); err != nil {
		return err
	}
	return r.permitPace(ctx, tx, g, who, 0)
}

// permitPace refuses what comes too early where posts are slowed down; discussion is 0 for a new one.
// When something was written counts by our clock: what others say of it would let them through.
func (r *Rules) permitPace(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, discussion int64) error {
	if !ours(g) {
		return nil // its own server says no
	}
	list, err := tx.SlowModes(ctx, g.ActorID, discussion)
	if err != nil {
		return fmt.Errorf("see how slow %s is: %w", g.Actor.URI, err)
	}
	if len(list) == 0 {
		return nil
	}
	st, err := r.com.Standing(ctx, tx, g, who)
	if err != nil || st.Moderates() {
		return err
	}
	for _, m := range list {
		last, err := tx.LastWritten(ctx, who.ID, m.PlaceID)
		if err != nil {
			return err
		}
		if next := last.Add(time.Duration(m.Seconds) * time.Second); !last.IsZero() && next.After(tx.Now().Time) {
			return &community.Refusal{Kind: community.Limit, Code: "slow-mode", Until: next}
		}
	}
	return nil
}
