package charter

import (
	"context"
	"fmt"
	"net/mail"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
)

// maxFounders bounds who is asked at once (domain.md R04 names three to fifteen).
const maxFounders = 15

// Invited is somebody to be asked to found a community.
type Invited struct {
	Address string    // handle@host without a sign in front, or a mail address
	Actor   *db.Actor // nil: by mail, or the server did not answer
	Mail    bool
	// Facilitates says that they look after it as well, once they have signed.
	Facilitates bool
}

// Founding is a community to be, as its first facilitator thought it up.
type Founding struct {
	Group    community.NewGroup // Facilitator is who founds it
	Kind     string
	Fields   db.CharterFields
	Founders []Invited
}

// Found makes a community in its first stage, proposes its charter under the name of who founds it,
// and asks the others to sign.
func (r *Rules) Found(ctx context.Context, tx *db.Store, f Founding) (*db.Group, *db.Charter, error) {
	by := f.Group.Facilitator
	if err := settle(&f.Fields); err != nil {
		return nil, nil, err
	}
	if err := complete(f.Fields); err != nil {
		return nil, nil, err
	}
	if len(f.Founders) > maxFounders {
		return nil, nil, community.RefuseField("founders", "founders-many")
	}
	if f.Group.Tagline == "" {
		f.Group.Tagline = content.PlainName(content.Excerpt(content.Markdown(f.Fields.Purpose), 180))
	}
	g, err := r.com.CreateGroup(ctx, tx, f.Group)
	if err != nil {
		return nil, nil, err
	}
	life := &db.GroupLife{GroupID: g.ActorID, Kind: f.Kind, Stage: db.StagePotential, StageAt: tx.Now(), Recognition: db.RecognitionInformal}
	if life.Kind != db.KindNetwork && life.Kind != db.KindTeam {
		life.Kind = db.KindCoP
	}
	if err := tx.PutLife(ctx, life); err != nil {
		return nil, nil, fmt.Errorf("begin life of group %d: %w", g.ActorID, err)
	}
	if err := r.name(ctx, tx, g, by, f.Founders); err != nil {
		return nil, nil, err
	}
	c, err := r.Draft(ctx, tx, Version{Group: g, By: by, Fields: f.Fields})
	if err != nil {
		return nil, nil, err
	}
	if err := r.Propose(ctx, tx, by, c); err != nil {
		return nil, nil, err
	}
	return g, c, r.Sign(ctx, tx, c, Word{By: by, Door: DoorWeb})
}

// name stores the founders, who founds it first.
func (r *Rules) name(ctx context.Context, tx *db.Store, g *db.Group, by *db.Actor, list []Invited) error {
	first := &db.Founder{GroupID: g.ActorID, ActorID: by.ID, Address: by.Acct(), State: db.FounderAsked, AskedAt: tx.Now()}
	if _, err := tx.PutFounder(ctx, first); err != nil {
		return fmt.Errorf("name founder %s: %w", by.Acct(), err)
	}
	for _, one := range list {
		f := &db.Founder{GroupID: g.ActorID, Address: strings.ToLower(one.Address), State: db.FounderAbsent, AskedAt: tx.Now()}
		switch {
		case one.Mail:
			f.State = db.FounderByMail
			if addr, err := mail.ParseAddress(one.Address); err != nil || addr.Address != one.Address {
				return community.RefuseField("founders", "founder-address")
			}
		case one.Actor != nil:
			f.ActorID, f.Address, f.State = one.Actor.ID, one.Actor.Acct(), db.FounderNamed
		}
		fresh, err := tx.PutFounder(ctx, f)
		if err == nil && fresh && one.Facilitates {
			err = tx.PutFounderDuty(ctx, &db.FounderDuty{GroupID: g.ActorID, FounderID: f.ID, Role: db.RoleFacilitator})
		}
		if err != nil {
			return fmt.Errorf("name founder %s: %w", f.Address, err)
		}
	}
	return nil
}

// Reached notes that a founder whose server was away is known now, and asks.
func (r *Rules) Reached(ctx context.Context, tx *db.Store, f *db.Founder, a *db.Actor) error {
	c, err := none(tx.ProposedCharter(ctx, f.GroupID))
	if err != nil {
		return fmt.Errorf("load proposal of group %d: %w", f.GroupID, err)
	}
	f.AskedAt = tx.Now()
	if a == nil || c == nil {
		return tx.SaveFounder(ctx, f)
	}
	f.ActorID, f.State = a.ID, db.FounderNamed
	g, err := tx.GroupByID(ctx, f.GroupID)
	if err != nil {
		return fmt.Errorf("load group %d: %w", f.GroupID, err)
	}
	return r.ask(ctx, tx, g, c, f)
}
