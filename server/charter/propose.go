package charter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// Version is a version of a charter to be.
type Version struct {
	Group *db.Group
	By    *db.Actor
	// Fields are the answers; Lang is the language they are in, "" the group's first.
	Fields db.CharterFields
	Lang   string
	// Note says in one line what is different, of an amendment.
	Note string
}

// Draft writes the next version of a group of ours. Who belongs to the group may write one; nobody
// else reads it until it is proposed (domain.md 3c).
func (r *Rules) Draft(ctx context.Context, tx *db.Store, v Version) (*db.Charter, error) {
	if err := r.permitDraft(ctx, tx, v.Group, v.By); err != nil {
		return nil, err
	}
	if err := settle(&v.Fields); err != nil {
		return nil, err
	}
	before, err := tx.ChartersOf(ctx, v.Group.ActorID)
	if err != nil {
		return nil, fmt.Errorf("load charters of group %d: %w", v.Group.ActorID, err)
	}
	number := int64(1)
	if len(before) > 0 {
		number = before[0].Version + 1
	}
	id := tx.NewID()
	c := &db.Charter{
		ID: id, GroupID: v.Group.ActorID, Version: number, State: db.CharterDraft, URI: r.iris.Charter(id),
		Language: v.Lang, Fields: v.Fields, ChangeNote: content.PlainName(v.Note), AuthorID: v.By.ID,
	}
	if c.Language == "" {
		c.Language = language(v.Group)
	}
	r.write(c)
	err = tx.CreateCharter(ctx, c)
	if errors.Is(err, db.ErrConflict) { // two wrote at once
		return nil, community.Refuse(community.Conflict, "charter-changed")
	}
	return c, err
}

// permitDraft lets those who belong to a living group of ours write versions (domain.md 3c).
func (r *Rules) permitDraft(ctx context.Context, tx *db.Store, g *db.Group, by *db.Actor) error {
	if !g.Actor.Local {
		return community.Refuse(community.Forbidden, "not-ours")
	}
	return r.com.Permit(ctx, tx, g, by, rights.Propose)
}

// Propose puts a draft before those who decide, and starts the clock. One proposal stands at a time.
func (r *Rules) Propose(ctx context.Context, tx *db.Store, by *db.Actor, c *db.Charter) error {
	g, err := tx.GroupByID(ctx, c.GroupID)
	if err != nil {
		return fmt.Errorf("load group of charter %d: %w", c.ID, err)
	}
	if err := r.permitDraft(ctx, tx, g, by); err != nil {
		return err
	}
	if c.State != db.CharterDraft {
		return community.Refuse(community.Conflict, "charter-not-draft")
	}
	if ok, err := r.Readable(ctx, tx, g, c, by); err != nil || !ok {
		return errors.Join(err, community.Refuse(community.Forbidden, "charter-author"))
	}
	if err := complete(c.Fields); err != nil {
		return err
	}
	standing, err := none(tx.ProposedCharter(ctx, g.ActorID))
	if err != nil {
		return fmt.Errorf("look for a standing proposal of group %d: %w", g.ActorID, err)
	}
	if standing != nil {
		return community.Refuse(community.Conflict, "charter-proposed")
	}
	c.State, c.ProposedAt, c.DecideAt = db.CharterProposed, tx.Now(), db.Time{}
	if c.Fields.Rule == RuleConsent {
		c.DecideAt = db.At(c.ProposedAt.Add(time.Duration(c.Fields.Days) * 24 * time.Hour))
	}
	if moved, err := tx.MoveCharter(ctx, c, db.CharterDraft); err != nil || !moved {
		return errors.Join(err, community.Refuse(community.Conflict, "charter-not-draft"))
	}
	return r.publishVersion(ctx, tx, g, c)
}

// Withdraw takes a proposal back into a draft. Its author and those who look after the group may.
// What was signed is gone with it: the text may change now.
func (r *Rules) Withdraw(ctx context.Context, tx *db.Store, by *db.Actor, c *db.Charter) error {
	g, err := r.open(ctx, tx, c)
	if err != nil {
		return err
	}
	st, err := r.com.Standing(ctx, tx, g, by)
	if err != nil {
		return err
	}
	if by == nil || (by.ID != c.AuthorID && !st.Moderates()) || !g.Actor.Local {
		return community.Refuse(community.Forbidden, "charter-author")
	}
	c.State, c.ProposedAt, c.DecideAt = db.CharterDraft, db.Time{}, db.Time{}
	if moved, err := tx.MoveCharter(ctx, c, db.CharterProposed); err != nil || !moved {
		return errors.Join(err, community.Refuse(community.Conflict, "charter-not-proposed"))
	}
	return tx.Unsign(ctx, c.ID)
}
