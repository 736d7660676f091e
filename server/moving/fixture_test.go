package moving_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/community/comtest"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/moving"
)

// home is an instance with an admin, a community that is to go, and one elsewhere that is to come.
type home struct {
	*comtest.Home
	r          *moving.Rules
	faci, boss *db.Actor
	water      *db.Group // ours
	there      *db.Actor // the instance that is to be its home
	soil       *db.Group // at old.test
	old        *db.Actor // the instance of old.test
}

func newHome(t *testing.T) *home {
	t.Helper()
	h := &home{Home: comtest.New(t)}
	quiet := slog.New(slog.DiscardHandler)
	h.r = moving.New(moving.Options{
		Pub: h.Pub, Community: h.Com, Log: quiet, Exchange: exchange.New(exchange.Options{Pub: h.Pub, Community: h.Com, Log: quiet}),
		Words: func(_, code string, args map[string]string) string { return code + " " + args["to"] },
	})
	h.Do(func(ctx context.Context, tx *db.Store) error {
		_, err := h.Com.EnsureInstance(ctx, tx)
		return err
	})
	h.faci, h.boss = h.Person("faci"), h.Account("boss", true).Actor
	h.water = h.Group("water", community.NewGroup{Facilitator: h.faci})
	h.there = h.Remote(db.ActorApplication, "new.test", "new.test", "copse")
	h.soil, h.old = h.RemoteGroup("soil", "old.test", "copse"), h.Remote(db.ActorApplication, "old.test", "old.test", "copse")
	return h
}

// asked proposes the move of our community, with the word of the admin.
func (h *home) asked() *db.Move {
	h.T.Helper()
	var m *db.Move
	h.Do(func(ctx context.Context, tx *db.Store) (err error) {
		m, err = h.r.Propose(ctx, tx, h.faci, h.water, moving.Proposal{Peer: h.there, Why: "Decided on 3 May."})
		return err
	})
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Countersign(ctx, tx, h.boss, m) })
	return m
}

// copied says that an archive has arrived.
func (h *home) copied(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	out, _, err := h.r.TakeCopied(ctx, tx, in)
	return out, err
}

func (h *home) move(id int64) *db.Move {
	h.T.Helper()
	m, err := h.Store.MoveByID(h.Ctx, id)
	h.OK(err)
	return m
}

// heir is the community at its new home, naming who it was.
func (h *home) heir(knownAs string) *db.Actor {
	h.T.Helper()
	a := h.Remote(db.ActorGroup, "water", "new.test", "copse")
	a.AlsoKnownAs = knownAs
	h.OK(h.Store.SaveActor(h.Ctx, a))
	h.OK(h.Store.EnsureGroup(h.Ctx, &db.Group{ActorID: a.ID, Openness: db.OpennessOpen, Actor: a}))
	return a
}
