package play

import (
	"context"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/membership"
)

// founds is a step: Amina founds a community with two people on other servers, who are found first.
func (s *Play) founds(ctx context.Context) error {
	in := s.Servers["rco"]
	f := charter.Founding{Fields: ColdchainCharter(), Group: community.NewGroup{
		Handle: "coldchain", Name: "Vaccine Cold Chain Sarela", Tagline: ColdchainTagline, Summary: ColdchainSummary,
		PostPolicy: db.PostMembers, HoldPolicy: db.HoldFirst, Languages: "en fr",
	}}
	for _, b := range []by{{"health", "binh"}, {"agri", "david"}} {
		address := b.who + "@" + s.Servers[b.org].IRIs.Host()
		a, err := charter.NewReader(in.Charter, in.Store, in.Resolver).Meet(ctx, address)
		if err != nil {
			return err
		}
		f.Founders = append(f.Founders, charter.Invited{Address: address, Actor: a})
	}
	return s.once(ctx, "rco", "coldchain", func(ctx context.Context, tx *db.Store) (int64, error) {
		var err error
		if f.Group.Facilitator, err = tx.LocalActor(ctx, "amina"); err != nil {
			return 0, err
		}
		g, _, err := in.Charter.Found(ctx, tx, f)
		if err != nil {
			return 0, err
		}
		return g.ActorID, nil
	})
}

// signs is a step: somebody elsewhere puts their name under the charter that was sent to them.
func (s *Play) signs(b by) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := s.hasCharter(ctx, b.org, (*db.Store).ProposedCharter, (*db.Store).AdoptedCharter); err != nil {
			return err
		}
		return s.inColdchain(ctx, b, "signs", func(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error {
			c, err := tx.ProposedCharter(ctx, g.ActorID)
			if err != nil {
				return err
			}
			return s.Servers[b.org].Charter.Answer(ctx, tx, g, c, charter.Word{By: who, Text: "I sign", Door: charter.DoorWeb})
		})
	}
}

// hasCharter waits until a server has a charter of the community in one of some states.
func (s *Play) hasCharter(ctx context.Context, org string, reads ...func(*db.Store, context.Context, int64) (*db.Charter, error)) error {
	return s.until(ctx, "the charter", []string{org}, func(ctx context.Context, in *Server) (bool, error) {
		g, err := s.groupAt(ctx, in.Store, "coldchain")
		if err != nil {
			return false, err
		}
		for _, read := range reads {
			if _, err = read(in.Store, ctx, g.ActorID); err == nil {
				return true, nil
			}
		}
		return false, err
	})
}

// adopted is a step: the charter is in force, and the others know.
func (s *Play) adopted(ctx context.Context) error {
	for _, org := range []string{"rco", "health", "agri"} {
		if err := s.hasCharter(ctx, org, (*db.Store).AdoptedCharter); err != nil {
			return err
		}
	}
	return nil
}

// joins is a step: somebody asks to belong, with what links their work to the domain.
func (s *Play) joins(b by, link, introduction string) func(context.Context) error {
	return func(ctx context.Context) error {
		in := s.Servers[b.org]
		err := s.inColdchain(ctx, b, "joins", func(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error {
			c, err := tx.AdoptedCharter(ctx, g.ActorID)
			if err != nil {
				return err
			}
			return in.Membership.Ask(ctx, tx, who, g, membership.Wish{
				Link: link, Introduction: introduction, Quiet: true, Commits: true, Version: c.Version, Door: "web",
			})
		})
		if err != nil {
			return err
		}
		return s.until(ctx, "the membership of "+b.who, []string{"rco", b.org}, func(ctx context.Context, at *Server) (bool, error) {
			return s.stands(ctx, at, b.who+"@"+in.IRIs.Host(), "coldchain@"+s.Servers["rco"].IRIs.Host(), true)
		})
	}
}

// profiles is a step: people say what one may ask them about.
func (s *Play) profiles(ctx context.Context) error {
	for _, p := range Profiles() {
		in := s.Servers[p.Org]
		err := s.inColdchain(ctx, by{p.Org, p.Handle}, "can be asked", func(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error {
			account, err := tx.AccountByLogin(ctx, p.Handle)
			if err != nil {
				return err
			}
			if err := in.Membership.Show(ctx, tx, who, g, db.ShownPublic); err != nil {
				return err
			}
			err = in.Membership.SaveProfile(ctx, tx, &db.Profile{
				ActorID: who.ID, Team: p.Team, Job: p.Job, Languages: p.Languages, Places: p.Place, Topics: p.Topic, Shown: db.ShownPublic,
			})
			if err != nil {
				return err
			}
			return in.Community.EditPerson(ctx, tx, account)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// inColdchain lets somebody do something in the community, once.
func (s *Play) inColdchain(ctx context.Context, b by, what string, do func(context.Context, *db.Store, *db.Actor, *db.Group) error) error {
	return s.once(ctx, b.org, b.who+" "+what, func(ctx context.Context, tx *db.Store) (int64, error) {
		who, err := tx.LocalActor(ctx, b.who)
		if err != nil {
			return 0, err
		}
		g, err := s.groupAt(ctx, tx, "coldchain")
		if err != nil {
			return 0, err
		}
		return g.ActorID, do(ctx, tx, who, g)
	})
}
