package synthesis_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/community/comtest"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/giving"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/synthesis"
)

// house is an instance with the rules of talk, queries, artifacts and consolidated replies.
type house struct {
	*comtest.Home
	ex *exchange.Rules
	q  *query.Rules
	a  *artifact.Rules
	r  *synthesis.Rules
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h, quiet := &house{Home: comtest.New(t)}, slog.New(slog.DiscardHandler)
	kinds, err := practice.LoadKinds("")
	h.OK(err)
	h.ex = exchange.New(exchange.Options{Pub: h.Pub, Community: h.Com, Log: quiet, Kinds: giving.Kinds(query.Kinds(func() *query.Rules { return h.q }))})
	h.q = query.New(query.Options{Pub: h.Pub, Community: h.Com, Exchange: h.ex, Words: locales.Query, Later: synthesis.Later(func() *synthesis.Rules { return h.r })})
	h.a = artifact.New(artifact.Options{Pub: h.Pub, Community: h.Com, Exchange: h.ex, Kinds: kinds, Words: locales.Artifact, Log: quiet})
	h.r = synthesis.New(synthesis.Options{Pub: h.Pub, Community: h.Com, Exchange: h.ex, Artifact: h.a, Query: h.q, Words: locales.Synthesis})
	return h
}

// scene is a query with three answers of two members and one of somebody elsewhere, closed.
type scene struct {
	*house
	amina, binh, carla, farid *db.Actor
	g                         *db.Group
	query                     int64
	first, second, third      *db.Post
}

func closed(t *testing.T) *scene {
	t.Helper()
	h := newHouse(t)
	s := &scene{house: h, amina: h.Person("amina")}
	s.g = h.Group("water", community.NewGroup{HoldPolicy: db.HoldNone, Facilitator: s.amina})
	s.binh, s.carla = s.member("binh"), s.member("carla")
	s.farid = h.Remote(db.ActorPerson, "farid", "social.test", "mastodon")
	s.Do(func(ctx context.Context, tx *db.Store) error {
		p, err := h.q.Ask(ctx, tx, query.Question{Asker: s.carla, Group: s.g, Kind: db.AsksExperience, Title: "Fridge fails at 43 degrees", Seen: "In Karu.", Door: "web"})
		if err == nil {
			s.query = p.ID
		}
		return err
	})
	s.step(query.Step{Do: query.Open})
	s.first, s.second, s.third = s.answer(s.binh, db.Experience, "Vents first."), s.answer(s.amina, db.Resource, "Page 6 of the plan."), s.answer(s.binh, db.MeToo, "Same here.")
	s.step(query.Step{Do: query.Close})
	return s
}

func (s *scene) member(handle string) *db.Actor {
	s.T.Helper()
	who := s.Person(handle)
	s.Do(func(ctx context.Context, tx *db.Store) error {
		return tx.PutMembership(ctx, &db.Membership{GroupID: s.g.ActorID, ActorID: who.ID, Status: db.MemberFull, JoinedAt: tx.Now()})
	})
	return who
}

// step moves the query on where it is not there yet.
func (s *scene) step(one query.Step) {
	s.T.Helper()
	q, err := s.Store.QueryOf(s.Ctx, s.query)
	s.OK(err)
	if one.Do == query.Open && q.IsOpen() {
		return
	}
	s.Do(func(ctx context.Context, tx *db.Store) error { return s.q.Do(ctx, tx, s.amina, s.query, one) })
}

func (s *scene) answer(who *db.Actor, kind, words string) *db.Post {
	s.T.Helper()
	var p *db.Post
	s.Do(func(ctx context.Context, tx *db.Store) error {
		above, err := tx.PostByID(ctx, s.query)
		if err != nil {
			return err
		}
		p, err = s.ex.Reply(ctx, tx, &exchange.Draft{Author: who, Parent: above, Source: words, Door: "web", Kept: query.Typed(kind)})
		return err
	})
	return p
}

func (s *scene) begin(by *db.Actor) {
	s.T.Helper()
	s.Do(func(ctx context.Context, tx *db.Store) error { return s.r.Begin(ctx, tx, by, s.query) })
}

func (s *scene) desk() *synthesis.Desk {
	s.T.Helper()
	d, err := s.r.Open(s.Ctx, s.Store, s.query, s.amina)
	s.OK(err)
	return d
}

// draft is a whole reply, from the revision that is there now.
func (s *scene) draft() synthesis.Draft {
	s.T.Helper()
	d := s.desk()
	return synthesis.Draft{
		Revision: d.Artifact.Revision, Title: "Keeping fridges cool",
		Texts:  map[string]string{"short": "Open the vents first [1].", "t1": "Vents helped in Karu [1].", "resources": "The plan [2]."},
		Names:  map[string]string{"t1": "Air"},
		Rows:   []synthesis.Row{{Place: "Karu", Done: "Vents", Result: "Cold", From: "[1]"}},
		Places: map[int]synthesis.Place{1: {In: "t1"}, 2: {In: "resources"}},
	}
}

func (s *scene) save(by *db.Actor, dr synthesis.Draft) (clashes bool) {
	s.T.Helper()
	s.Do(func(ctx context.Context, tx *db.Store) (err error) {
		clashes, err = s.r.Save(ctx, tx, by, s.query, dr)
		return err
	})
	return clashes
}
