package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// arrivalTime is how long the first discussions may take from one server to another.
const arrivalTime = 60 * time.Second

// seed plays the first days of the demonstration: each act on the server of who does it, and the
// next one when what came before has arrived over the line.
type seed struct {
	orgs     map[string]*instance
	password string // its hash; everybody has the same
}

// playTable is the play in order. A step that was played before is left out, also when the
// demonstration was killed in the middle.
func (s *seed) playTable() []func(context.Context) error {
	return []func(context.Context) error{
		s.peopleOf, s.communities, s.follow,
		s.starts(by{"rco", "amina"}, "coldchain", "welcome", welcomeTitle, welcomeText), s.pinned("welcome"),
		s.starts(by{"agri", "david"}, "coldchain", "solar", solarTitle, solarText), s.arrived("solar", "rco", "health"),
		s.starts(by{"rco", "amina"}, "coldchain", "fridge", fridgeTitle, fridgeText), s.arrived("fridge", "health", "agri"),
		s.answers(by{"health", "binh"}, "fridge", "fridge-binh", fridgeBinh), s.arrived("fridge-binh", "rco", "agri"),
		s.answers(by{"agri", "david"}, "fridge", "fridge-david", strings.ReplaceAll(fridgeDavid, "{agri}", s.orgs["agri"].iris.Host())), s.arrived("fridge-david", "rco", "health"),
		s.answers(by{"rco", "amina"}, "fridge-binh", "fridge-amina", fridgeAmina), s.arrived("fridge-amina", "health", "agri"),
		s.answers(by{"health", "binh"}, "fridge-amina", "fridge-binh-again", fridgeBinhAgain), s.arrived("fridge-binh-again", "rco", "agri"),
		s.answers(by{"rco", "theo"}, "fridge", "fridge-theo", fridgeTheo), s.arrived("fridge-theo", "health", "agri"),
		s.answers(by{"agri", "esi"}, "fridge", "fridge-esi", fridgeEsi), s.approved("fridge-esi"), s.arrived("fridge-esi", "rco", "health"),
		s.answers(by{"health", "carla"}, "solar", "solar-carla", solarCarla), s.arrived("solar-carla", "rco", "agri"),
		s.likes("health", "carla", "fridge-binh"), s.likes("rco", "amina", "fridge-binh"), s.likes("agri", "david", "fridge-binh"),
		s.likes("health", "binh", "fridge-david"),
		s.starts(by{"agri", "david"}, "solarpumps", "dust", dustTitle, dustText), s.arrived("dust", "health", "rco"),
		s.answers(by{"health", "binh"}, "dust", "dust-binh", dustBinh), s.arrived("dust-binh", "agri"),
		s.liked("fridge-binh", 3),
	}
}

func (s *seed) run(ctx context.Context) error {
	for _, step := range s.playTable() {
		if err := step(ctx); err != nil {
			return fmt.Errorf("send the first discussions: %w", err)
		}
	}
	return nil
}

// once does something in a transaction on one server and notes there that it was done, with an id.
func (s *seed) once(ctx context.Context, org, key string, do func(context.Context, *db.Store) (int64, error)) error {
	in := s.orgs[org]
	if done, err := in.store.Setting(ctx, "demo:"+key); err != nil || done != "" {
		return err
	}
	return in.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		id, err := do(ctx, tx)
		if err != nil {
			return fmt.Errorf("%s on %s: %w", key, org, err)
		}
		return tx.SetSetting(ctx, "demo:"+key, strconv.FormatInt(id, 10))
	})
}

// until polls for something to be true on some servers.
func (s *seed) until(ctx context.Context, what string, orgs []string, is func(context.Context, *instance) (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, arrivalTime, fmt.Errorf("%s has not arrived within %s", what, arrivalTime))
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for _, org := range orgs {
		for {
			yes, err := is(ctx, s.orgs[org])
			if err != nil && !errors.Is(err, db.ErrNotFound) {
				return err
			}
			if yes && err == nil {
				break
			}
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-tick.C:
			}
		}
	}
	return nil
}

func (s *seed) peopleOf(ctx context.Context) error {
	for _, org := range demoTable() {
		for _, p := range org.people {
			n := community.NewPerson{
				Handle: p.handle, Name: p.name, Email: p.handle + "@" + org.key + ".example", Organisation: org.name,
				PasswordHash: s.password, Admin: p.admin,
			}
			err := s.once(ctx, org.key, p.handle, func(ctx context.Context, tx *db.Store) (int64, error) {
				a, err := s.orgs[org.key].community.CreatePerson(ctx, tx, n)
				if err != nil {
					return 0, err
				}
				for key, value := range map[string]string{db.SettingName: org.name, db.SettingMark: org.mark, db.SettingMarkHue: org.hue} {
					if err := tx.SetSetting(ctx, key, value); err != nil {
						return 0, err
					}
				}
				return a.ID, nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *seed) communities(ctx context.Context) error {
	for _, c := range []struct {
		org, facilitator string
		n                community.NewGroup
	}{
		{"rco", "amina", community.NewGroup{
			Handle: "coldchain", Name: "Vaccine Cold Chain Sarela", Tagline: coldchainTagline, Summary: coldchainSummary,
			PostPolicy: db.PostMembers, HoldPolicy: db.HoldFirst, Languages: "en fr",
		}},
		{"agri", "david", community.NewGroup{
			Handle: "solarpumps", Name: "Solar Pumps and Cold Rooms", Tagline: solarpumpsTagline, Summary: solarpumpsSummary, Languages: "en",
		}},
	} {
		err := s.once(ctx, c.org, c.n.Handle, func(ctx context.Context, tx *db.Store) (int64, error) {
			facilitator, err := tx.LocalActor(ctx, c.facilitator)
			if err != nil {
				return 0, err
			}
			c.n.Facilitator = facilitator
			g, err := s.orgs[c.org].community.CreateGroup(ctx, tx, c.n)
			if err != nil {
				return 0, err
			}
			return g.ActorID, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// follow lets people of other organisations follow the communities by handle; members join as well.
func (s *seed) follow(ctx context.Context) error {
	for _, f := range []struct {
		org, who, group, home string
		joins                 bool
	}{
		{"health", "binh", "coldchain", "rco", true},
		{"health", "carla", "coldchain", "rco", true},
		{"agri", "david", "coldchain", "rco", true},
		{"agri", "esi", "coldchain", "rco", false},
		{"rco", "theo", "coldchain", "rco", false},
		{"rco", "amina", "solarpumps", "agri", false},
		{"health", "binh", "solarpumps", "agri", false},
	} {
		if err := s.follows(ctx, f.org, f.who, f.group+"@"+s.orgs[f.home].iris.Host(), f.joins); err != nil {
			return err
		}
		err := s.until(ctx, "the answer to "+f.who, []string{f.org, f.home}, func(ctx context.Context, in *instance) (bool, error) {
			return s.stands(ctx, in, f.who+"@"+s.orgs[f.org].iris.Host(), f.group+"@"+s.orgs[f.home].iris.Host(), f.joins)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *seed) follows(ctx context.Context, org, who, group string, joins bool) error {
	in := s.orgs[org]
	whom, err := in.resolver.Handle(ctx, group)
	if err != nil {
		return fmt.Errorf("find %s from %s: %w", group, org, err)
	}
	return s.once(ctx, org, who+" follows "+group, func(ctx context.Context, tx *db.Store) (int64, error) {
		actor, err := tx.LocalActor(ctx, who)
		if err != nil {
			return 0, err
		}
		if _, err := in.community.Follow(ctx, tx, actor, whom); err != nil || !joins {
			return whom.ID, err
		}
		g, err := tx.GroupByID(ctx, whom.ID)
		if err != nil {
			return 0, err
		}
		return whom.ID, in.community.Join(ctx, tx, actor, g, community.Entry{})
	})
}

// stands says whether a server knows somebody as follower, or member, of a group.
func (s *seed) stands(ctx context.Context, in *instance, who, group string, member bool) (bool, error) {
	a, err := in.resolver.Handle(ctx, who)
	if err != nil {
		return false, err
	}
	g, err := in.resolver.Handle(ctx, group)
	if err != nil {
		return false, err
	}
	if member {
		m, err := in.store.MembershipOf(ctx, g.ID, a.ID)
		return err == nil && m.Belongs(), err
	}
	f, err := in.store.FollowBetween(ctx, a.ID, g.ID)
	return err == nil && f.State == db.FollowAccepted, err
}

// by is who says something, on the server of their organisation.
type by struct{ org, who string }

// starts is a step: somebody starts a discussion.
func (s *seed) starts(b by, group, key, title, text string) func(context.Context) error {
	return func(ctx context.Context) error {
		return s.says(ctx, b, key, func(ctx context.Context, tx *db.Store, d *exchange.Draft) (*db.Post, error) {
			var err error
			if d.Group, err = s.groupAt(ctx, tx, group); err != nil {
				return nil, err
			}
			d.Title, d.Source = title, text
			return s.orgs[b.org].exchange.Start(ctx, tx, d)
		})
	}
}

// answers is a step: somebody answers what another step said, on the copy their own server has.
func (s *seed) answers(b by, to, key, text string) func(context.Context) error {
	return func(ctx context.Context) error {
		mentions := s.orgs[b.org].mentioned(ctx, text)
		return s.says(ctx, b, key, func(ctx context.Context, tx *db.Store, d *exchange.Draft) (*db.Post, error) {
			var err error
			if d.Parent, err = s.postAt(ctx, tx, to); err != nil {
				return nil, err
			}
			d.Source, d.Mentions = text, mentions
			return s.orgs[b.org].exchange.Reply(ctx, tx, d)
		})
	}
}

func (s *seed) says(ctx context.Context, b by, key string, say func(context.Context, *db.Store, *exchange.Draft) (*db.Post, error)) error {
	return s.once(ctx, b.org, key, func(ctx context.Context, tx *db.Store) (int64, error) {
		author, err := tx.LocalActor(ctx, b.who)
		if err != nil {
			return 0, err
		}
		p, err := say(ctx, tx, &exchange.Draft{Author: author, Door: "web", Lang: "en"})
		if err != nil {
			return 0, err
		}
		return p.ID, nil
	})
}
