package charter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// fewest names under a consent that ends before its time: two people who agree are no community yet.
const fewest = 3

// Needed says how many names adopt a version at once, of how many people; 0 where names alone never
// do. Founders decide on the first version, members on all later ones.
func (r *Rules) Needed(ctx context.Context, s *db.Store, c *db.Charter) (names, of int, err error) {
	if c.Version == 1 {
		list, err := s.FoundersOf(ctx, c.GroupID)
		if err != nil {
			return 0, 0, fmt.Errorf("load founders of group %d: %w", c.GroupID, err)
		}
		if of, err = people(ctx, s, list); err != nil {
			return 0, 0, err
		}
	} else {
		g, err := s.GroupByID(ctx, c.GroupID)
		if err != nil {
			return 0, 0, fmt.Errorf("load group %d: %w", c.GroupID, err)
		}
		of = int(g.MembersCount)
	}
	switch c.Fields.Rule {
	case RuleMajority:
		return of/2 + 1, of, nil
	case RuleAll:
		return max(of, 1), of, nil
	case RuleFacilitator:
		return 0, of, nil
	}
	return max((2*of+2)/3, fewest), of, nil
}

// people counts founders, each once by whichever account they were asked; who is not known yet counts.
func people(ctx context.Context, s *db.Store, list []*db.Founder) (int, error) {
	var known []int64
	unknown := 0
	for _, f := range list {
		if f.ActorID == 0 {
			unknown++
			continue
		}
		known = append(known, f.ActorID)
	}
	n, err := s.DistinctPeople(ctx, known)
	if err != nil {
		return 0, fmt.Errorf("count founders: %w", err)
	}
	return n + unknown, nil
}

// decide adopts a version when enough names stand under it.
func (r *Rules) decide(ctx context.Context, tx *db.Store, g *db.Group, c *db.Charter) error {
	needed, _, err := r.Needed(ctx, tx, c)
	if err != nil || needed == 0 {
		return err
	}
	n, err := tx.CountSignatures(ctx, c.ID)
	if err != nil {
		return fmt.Errorf("count signatures of charter %d: %w", c.ID, err)
	}
	if n < needed {
		return nil
	}
	return r.adopt(ctx, tx, g, c)
}

// Adopt lets a facilitator declare a proposal adopted where its rule says that one may. An open
// concern has to be answered first.
func (r *Rules) Adopt(ctx context.Context, tx *db.Store, by *db.Actor, c *db.Charter) error {
	g, err := r.open(ctx, tx, c)
	if err != nil {
		return err
	}
	st, err := r.com.Standing(ctx, tx, g, by)
	if err != nil {
		return err
	}
	if st.Role != db.RoleFacilitator || !g.Actor.Local {
		return community.Refuse(community.Forbidden, "not-facilitator")
	}
	if c.Fields.Rule != RuleFacilitator {
		return community.Refuse(community.Forbidden, "charter-by-rule")
	}
	n, err := tx.OpenConcerns(ctx, c.ID)
	if err != nil {
		return fmt.Errorf("count concerns about charter %d: %w", c.ID, err)
	}
	if n > 0 {
		return community.Refuse(community.Conflict, "charter-concern")
	}
	return r.adopt(ctx, tx, g, c)
}

// BySilence adopts a proposal whose time has passed and about which no concern is open. One with an
// open concern waits until it is answered.
func (r *Rules) BySilence(ctx context.Context, tx *db.Store, c *db.Charter) error {
	g, err := r.open(ctx, tx, c)
	if err != nil {
		if _, is := errors.AsType[*community.Refusal](err); is {
			return nil // decided or closed since it was listed
		}
		return err
	}
	if c.DecideAt.IsZero() || tx.Now().Before(c.DecideAt.Time) || !g.Actor.Local {
		return nil
	}
	n, err := tx.OpenConcerns(ctx, c.ID)
	if err != nil || n > 0 {
		return err
	}
	return r.adopt(ctx, tx, g, c)
}

// adopt puts a version in force in place of the one before it, and says so in words.
func (r *Rules) adopt(ctx context.Context, tx *db.Store, g *db.Group, c *db.Charter) error {
	before, err := none(tx.AdoptedCharter(ctx, g.ActorID))
	if err != nil {
		return fmt.Errorf("load charter in force of group %d: %w", g.ActorID, err)
	}
	c.State, c.AdoptedAt = db.CharterAdopted, tx.Now()
	if moved, err := tx.MoveCharter(ctx, c, db.CharterProposed); err != nil || !moved {
		return err // somebody else's name came first and did it
	}
	if before != nil {
		before.State, before.SupersededAt = db.CharterSuperseded, c.AdoptedAt
		if _, err := tx.MoveCharter(ctx, before, db.CharterAdopted); err != nil {
			return fmt.Errorf("supersede charter %d: %w", before.ID, err)
		}
		if err := r.publishState(ctx, tx, g, before); err != nil {
			return err
		}
	}
	if err := r.begin(ctx, tx, g, c); err != nil {
		return err
	}
	if err := r.publishState(ctx, tx, g, c); err != nil {
		return err
	}
	if err := r.publishGroup(ctx, tx, g); err != nil {
		return err
	}
	return r.say(ctx, tx, g, c)
}

// begin notes in the life of a group that a charter is in force: the first one opens it to all.
func (r *Rules) begin(ctx context.Context, tx *db.Store, g *db.Group, c *db.Charter) error {
	life, err := tx.LifeOf(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load life of group %d: %w", g.ActorID, err)
	}
	if life.Stage == db.StagePotential {
		life.Stage, life.StageAt = db.StageCoalescing, c.AdoptedAt
	}
	if c.Fields.ReviewIn > 0 {
		life.ReviewAt = db.At(c.AdoptedAt.AddDate(0, c.Fields.ReviewIn, 0).Truncate(24 * time.Hour))
	}
	return tx.PutLife(ctx, life)
}
