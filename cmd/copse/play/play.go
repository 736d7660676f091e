package play

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/membership"
)

// arrivalTime is how long the first discussions may take from one server to another.
const arrivalTime = 60 * time.Second

// Server is what the play needs of one server.
type Server struct {
	Store      *db.Store
	Community  *community.Rules
	Exchange   *exchange.Rules
	Charter    *charter.Rules
	Membership *membership.Rules
	Resolver   *federation.Resolver
	IRIs       federation.IRIs
}

// mentioned finds the people named in a text; who cannot be found stays plain text.
func (in *Server) mentioned(ctx context.Context, source string) map[string]*db.Actor {
	out := map[string]*db.Actor{}
	for _, handle := range content.Mentions(source) {
		if a, err := in.Resolver.Handle(ctx, handle); err == nil {
			out[handle] = a
		}
	}
	return out
}

// Play is the first days of the demonstration: each act on the server of who does it, and the next
// one when what came before has arrived over the line.
type Play struct {
	Servers  map[string]*Server // by the key of their organisation
	Password string             // its hash; everybody has the same
}

// playTable is the play in order. A step that was played before is left out, also when the
// demonstration was killed in the middle.
func (s *Play) playTable() []func(context.Context) error {
	return []func(context.Context) error{
		s.peopleOf, s.communities, s.founds, s.signs(by{"health", "binh"}), s.signs(by{"agri", "david"}), s.adopted,
		s.joins(by{"health", "carla"}, CarlaLink, CarlaIntroduction), s.follow, s.profiles,
		s.starts(by{"rco", "amina"}, "coldchain", "welcome", WelcomeTitle, WelcomeText), s.pinned("welcome"),
		s.starts(by{"agri", "david"}, "coldchain", "solar", SolarTitle, SolarText), s.arrived("solar", "rco", "health"),
		s.starts(by{"rco", "amina"}, "coldchain", "fridge", FridgeTitle, FridgeText), s.arrived("fridge", "health", "agri"),
		s.answers(by{"health", "binh"}, "fridge", "fridge-binh", FridgeBinh), s.arrived("fridge-binh", "rco", "agri"),
		s.answers(by{"agri", "david"}, "fridge", "fridge-david", strings.ReplaceAll(FridgeDavid, "{agri}", s.Servers["agri"].IRIs.Host())), s.arrived("fridge-david", "rco", "health"),
		s.answers(by{"rco", "amina"}, "fridge-binh", "fridge-amina", FridgeAmina), s.arrived("fridge-amina", "health", "agri"),
		s.answers(by{"health", "binh"}, "fridge-amina", "fridge-binh-again", FridgeBinhAgain), s.arrived("fridge-binh-again", "rco", "agri"),
		s.answers(by{"rco", "theo"}, "fridge", "fridge-theo", FridgeTheo), s.arrived("fridge-theo", "health", "agri"),
		s.answers(by{"agri", "esi"}, "fridge", "fridge-esi", FridgeEsi), s.approved("fridge-esi"), s.arrived("fridge-esi", "rco", "health"),
		s.answers(by{"health", "carla"}, "solar", "solar-carla", SolarCarla), s.arrived("solar-carla", "rco", "agri"),
		s.likes("health", "carla", "fridge-binh"), s.likes("rco", "amina", "fridge-binh"), s.likes("agri", "david", "fridge-binh"),
		s.likes("health", "binh", "fridge-david"),
		s.starts(by{"agri", "david"}, "solarpumps", "dust", DustTitle, DustText), s.arrived("dust", "health", "rco"),
		s.answers(by{"health", "binh"}, "dust", "dust-binh", DustBinh), s.arrived("dust-binh", "agri"),
		s.liked("fridge-binh", 3),
	}
}

// Run plays what was not played before. An error of a step names it.
func (s *Play) Run(ctx context.Context) error {
	for _, step := range s.playTable() {
		if err := step(ctx); err != nil {
			return fmt.Errorf("send the first discussions: %w", err)
		}
	}
	return nil
}

// once does something in a transaction on one server and notes there that it was done, with an id.
func (s *Play) once(ctx context.Context, org, key string, do func(context.Context, *db.Store) (int64, error)) error {
	in := s.Servers[org]
	if done, err := in.Store.Setting(ctx, "demo:"+key); err != nil || done != "" {
		return err
	}
	return in.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		id, err := do(ctx, tx)
		if err != nil {
			return fmt.Errorf("%s on %s: %w", key, org, err)
		}
		return tx.SetSetting(ctx, "demo:"+key, strconv.FormatInt(id, 10))
	})
}

// until polls for something to be true on some servers.
func (s *Play) until(ctx context.Context, what string, orgs []string, is func(context.Context, *Server) (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, arrivalTime, fmt.Errorf("%s has not arrived within %s", what, arrivalTime))
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for _, org := range orgs {
		for {
			yes, err := is(ctx, s.Servers[org])
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

func (s *Play) peopleOf(ctx context.Context) error {
	for _, org := range Orgs() {
		for _, p := range org.People {
			n := community.NewPerson{
				Handle: p.Handle, Name: p.Name, Email: p.Handle + "@" + org.Key + ".example", Organisation: org.Name,
				PasswordHash: s.Password, Admin: p.Admin,
			}
			err := s.once(ctx, org.Key, p.Handle, func(ctx context.Context, tx *db.Store) (int64, error) {
				a, err := s.Servers[org.Key].Community.CreatePerson(ctx, tx, n)
				if err != nil {
					return 0, err
				}
				for key, value := range map[string]string{db.SettingName: org.Name, db.SettingMark: org.Mark, db.SettingMarkHue: org.Hue} {
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

func (s *Play) communities(ctx context.Context) error {
	for _, c := range []struct {
		org, facilitator string
		n                community.NewGroup
	}{
		{"agri", "david", community.NewGroup{
			Handle: "solarpumps", Name: "Solar Pumps and Cold Rooms", Tagline: SolarpumpsTagline, Summary: SolarpumpsSummary, Languages: "en",
		}},
	} {
		err := s.once(ctx, c.org, c.n.Handle, func(ctx context.Context, tx *db.Store) (int64, error) {
			facilitator, err := tx.LocalActor(ctx, c.facilitator)
			if err != nil {
				return 0, err
			}
			c.n.Facilitator = facilitator
			g, err := s.Servers[c.org].Community.CreateGroup(ctx, tx, c.n)
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
func (s *Play) follow(ctx context.Context) error {
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
		if err := s.follows(ctx, f.org, f.who, f.group+"@"+s.Servers[f.home].IRIs.Host(), f.joins); err != nil {
			return err
		}
		err := s.until(ctx, "the answer to "+f.who, []string{f.org, f.home}, func(ctx context.Context, in *Server) (bool, error) {
			return s.stands(ctx, in, f.who+"@"+s.Servers[f.org].IRIs.Host(), f.group+"@"+s.Servers[f.home].IRIs.Host(), f.joins)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Play) follows(ctx context.Context, org, who, group string, joins bool) error {
	in := s.Servers[org]
	whom, err := in.Resolver.Handle(ctx, group)
	if err != nil {
		return fmt.Errorf("find %s from %s: %w", group, org, err)
	}
	return s.once(ctx, org, who+" follows "+group, func(ctx context.Context, tx *db.Store) (int64, error) {
		actor, err := tx.LocalActor(ctx, who)
		if err != nil {
			return 0, err
		}
		if _, err := in.Community.Follow(ctx, tx, actor, whom); err != nil || !joins {
			return whom.ID, err
		}
		g, err := tx.GroupByID(ctx, whom.ID)
		if err != nil {
			return 0, err
		}
		return whom.ID, in.Community.Join(ctx, tx, actor, g, community.Entry{})
	})
}

// stands says whether a server knows somebody as follower, or member, of a group.
func (s *Play) stands(ctx context.Context, in *Server, who, group string, member bool) (bool, error) {
	a, err := in.Resolver.Handle(ctx, who)
	if err != nil {
		return false, err
	}
	g, err := in.Resolver.Handle(ctx, group)
	if err != nil {
		return false, err
	}
	if member {
		m, err := in.Store.MembershipOf(ctx, g.ID, a.ID)
		return err == nil && m.Belongs(), err
	}
	f, err := in.Store.FollowBetween(ctx, a.ID, g.ID)
	return err == nil && f.State == db.FollowAccepted, err
}

// by is who says something, on the server of their organisation.
type by struct{ org, who string }

// starts is a step: somebody starts a discussion.
func (s *Play) starts(b by, group, key, title, text string) func(context.Context) error {
	return func(ctx context.Context) error {
		return s.says(ctx, b, key, func(ctx context.Context, tx *db.Store, d *exchange.Draft) (*db.Post, error) {
			var err error
			if d.Group, err = s.groupAt(ctx, tx, group); err != nil {
				return nil, err
			}
			d.Title, d.Source = title, text
			return s.Servers[b.org].Exchange.Start(ctx, tx, d)
		})
	}
}

// answers is a step: somebody answers what another step said, on the copy their own server has.
func (s *Play) answers(b by, to, key, text string) func(context.Context) error {
	return func(ctx context.Context) error {
		mentions := s.Servers[b.org].mentioned(ctx, text)
		return s.says(ctx, b, key, func(ctx context.Context, tx *db.Store, d *exchange.Draft) (*db.Post, error) {
			var err error
			if d.Parent, err = s.PostAt(ctx, tx, to); err != nil {
				return nil, err
			}
			d.Source, d.Mentions = text, mentions
			return s.Servers[b.org].Exchange.Reply(ctx, tx, d)
		})
	}
}

func (s *Play) says(ctx context.Context, b by, key string, say func(context.Context, *db.Store, *exchange.Draft) (*db.Post, error)) error {
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
