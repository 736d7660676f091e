package trust

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// named bounds how many people a preview names.
const named = 20

// Change is what another level of openness would do to a group.
type Change struct {
	From, To string
	// Stay and Go count followers; Going names the first of those who are asked to go.
	Stay, Go int
	Going    []Leaver
	// Releases counts public posts that would be public no more.
	Releases int
}

// Leaver is somebody who is asked to go, and why: a code as in a Refusal.
type Leaver struct {
	Who    *db.Actor
	Code   string
	follow *db.Follow
}

// WouldChange says what another level of openness would do, and changes nothing. Only who may change
// it is told.
func (r *Rules) WouldChange(ctx context.Context, s *db.Store, by *db.Actor, g *db.Group, to string) (*Change, error) {
	if err := r.permit(ctx, s, by, g); err != nil {
		return nil, err
	}
	c := &Change{From: g.Openness, To: to}
	err := r.eachLeaver(ctx, s, g, to, func(l Leaver) error {
		if l.Code == "" {
			c.Stay++
			return nil
		}
		if c.Go++; len(c.Going) < named {
			c.Going = append(c.Going, l)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !keepsReleases(to) {
		list, err := s.ReleasesIn(ctx, g.ActorID, db.ReleaseOut, db.Before{Limit: atOnce})
		if err != nil {
			return nil, fmt.Errorf("list releases of %s: %w", g.Actor.URI, err)
		}
		c.Releases = len(list)
	}
	return c, nil
}

// ChangeLevel changes who reads a group of ours. Followers who are no members, or whose servers the
// group may not send to any more, are told and sent away; what was released ends where the level has
// no releases.
func (r *Rules) ChangeLevel(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, to string) error {
	if err := r.permit(ctx, tx, by, g); err != nil {
		return err
	}
	from := g.Openness
	if from == to {
		return nil
	}
	var going []Leaver
	err := r.eachLeaver(ctx, tx, g, to, func(l Leaver) error {
		if l.Code != "" {
			going = append(going, l)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !keepsReleases(to) {
		if err := r.endReleases(ctx, tx, g, by); err != nil {
			return err
		}
	}
	g.Openness = to
	if err := r.com.EditGroup(ctx, tx, by, g); err != nil {
		return err
	}
	for _, l := range going {
		if err := r.com.SendAway(ctx, tx, g, l.Who, l.follow); err != nil {
			return err
		}
		if _, err := r.com.Tell(ctx, tx, g, community.Notice{To: l.Who, Code: l.Code}); err != nil {
			return err
		}
	}
	return log(ctx, tx, db.ModerationEntry{GroupID: g.ActorID, ActorID: by.ID, Act: "openness", Reason: from + " " + to})
}

// keepsReleases says that single posts may be public on a level, or all are (domain.md 3g).
func keepsReleases(level string) bool {
	return level == db.OpennessOpen || level == db.OpennessRestricted
}

// eachLeaver looks at all followers as they would stand on another level; those who stay come with
// an empty code.
func (r *Rules) eachLeaver(ctx context.Context, s *db.Store, g *db.Group, to string, look func(Leaver) error) error {
	next := *g
	next.Openness = to
	hosts := make(map[string]string)
	for after := int64(0); ; {
		rows, err := s.FollowersAfter(ctx, g.ActorID, after, atOnce)
		if err != nil {
			return fmt.Errorf("list followers of %s: %w", g.Actor.URI, err)
		}
		for _, row := range rows {
			after = row.Follow.ID
			l := Leaver{Who: row.Follow.Follower, follow: row.Follow}
			if l.Code, err = r.leaves(ctx, s, &next, row, hosts); err != nil {
				return err
			}
			if to != db.OpennessOpen && g.Openness == db.OpennessOpen && !row.Belongs && l.Code == "" {
				l.Code = "level-closed" // whoever observes an open group has committed to nothing
			}
			if err := look(l); err != nil {
				return err
			}
		}
		if len(rows) < atOnce {
			return nil
		}
	}
}

// leaves is why a follower's server keeps them out on a level, "" where it doesn't; hosts remembers.
func (r *Rules) leaves(ctx context.Context, s *db.Store, next *db.Group, row db.FollowerRow, hosts map[string]string) (string, error) {
	who := row.Follow.Follower
	code, known := hosts[who.Host]
	if known {
		return code, nil
	}
	err := r.Admits(ctx, s, next, who)
	if no, is := errors.AsType[*community.Refusal](err); is {
		code, err = no.Code, nil
	}
	hosts[who.Host] = code
	return code, err
}

// endReleases takes back all that is public of a group.
func (r *Rules) endReleases(ctx context.Context, tx *db.Store, g *db.Group, by *db.Actor) error {
	for {
		list, err := tx.ReleasesIn(ctx, g.ActorID, db.ReleaseOut, db.Before{Limit: atOnce})
		if err != nil {
			return fmt.Errorf("list releases of %s: %w", g.Actor.URI, err)
		}
		for _, rel := range list {
			p, err := tx.PostByID(ctx, rel.PostID)
			if err != nil {
				return fmt.Errorf("load released post %d: %w", rel.PostID, err)
			}
			if err := r.pullBack(ctx, tx, g, p, taking{rel, by}); err != nil {
				return err
			}
		}
		if len(list) < atOnce {
			return nil
		}
	}
}

// MayRelease says why by may not release posts of a group, nil where they may.
func (r *Rules) MayRelease(ctx context.Context, s *db.Store, by *db.Actor, g *db.Group) error {
	return r.com.Permit(ctx, s, g, by, rights.Release)
}
