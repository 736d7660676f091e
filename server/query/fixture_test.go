package query_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/community/comtest"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/giving"
	"github.com/copse-social/copse/server/query"
)

const day = 24 * time.Hour

// house is an instance with the rules of talk and of queries.
type house struct {
	*comtest.Home
	ex *exchange.Rules
	q  *query.Rules
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{Home: comtest.New(t)}
	h.ex = exchange.New(exchange.Options{
		Pub: h.Pub, Community: h.Com, Log: slog.New(slog.DiscardHandler), Kinds: giving.Kinds(query.Kinds(func() *query.Rules { return h.q })),
	})
	h.q = query.New(query.Options{Pub: h.Pub, Community: h.Com, Exchange: h.ex, Words: func(_, code string, args map[string]string) string {
		return strings.TrimSpace(code + " " + args["closes"])
	}})
	return h
}

// cop is an open community with a facilitator, whose first posts are not held.
func (h *house) cop() (*db.Group, *db.Actor) {
	h.T.Helper()
	amina := h.Person("amina")
	return h.Group("water", community.NewGroup{HoldPolicy: db.HoldNone, Facilitator: amina}), amina
}

// member takes somebody into a community.
func (h *house) member(g *db.Group, who *db.Actor) *db.Actor {
	h.T.Helper()
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return tx.PutMembership(ctx, &db.Membership{GroupID: g.ActorID, ActorID: who.ID, Status: db.MemberFull, JoinedAt: tx.Now()})
	})
	return who
}

func (h *house) ask(g *db.Group, who *db.Actor, mend ...func(*query.Question)) *db.Query {
	h.T.Helper()
	a := query.Question{Asker: who, Group: g, Kind: db.AsksExperience, Title: "Fridge fails at 43 degrees", Seen: "In Karu.", Tried: "Shade.", Door: "web"}
	for _, m := range mend {
		m(&a)
	}
	var p *db.Post
	h.Do(func(ctx context.Context, tx *db.Store) error {
		var err error
		p, err = h.q.Ask(ctx, tx, a)
		return err
	})
	return h.query(p.ID)
}

func (h *house) query(id int64) *db.Query {
	h.T.Helper()
	q, err := h.Store.QueryOf(h.Ctx, id)
	h.OK(err)
	q.Post, err = h.Store.PostByID(h.Ctx, id)
	h.OK(err)
	return q
}

// step does something with a query and gives it back.
func (h *house) step(by *db.Actor, q *db.Query, s query.Step) *db.Query {
	h.T.Helper()
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.q.Do(ctx, tx, by, q.PostID, s) })
	return h.query(q.PostID)
}

func (h *house) refuses(code string, by *db.Actor, q *db.Query, s query.Step) {
	h.T.Helper()
	h.Refused(code, func(ctx context.Context, tx *db.Store) error { return h.q.Do(ctx, tx, by, q.PostID, s) })
}

// answer answers a query, as a kind.
func (h *house) answer(q *db.Query, who *db.Actor, kind string) *db.Post {
	h.T.Helper()
	var p *db.Post
	h.Do(func(ctx context.Context, tx *db.Store) error {
		above, err := tx.PostByID(ctx, q.PostID)
		if err != nil {
			return err
		}
		p, err = h.ex.Reply(ctx, tx, &exchange.Draft{Author: who, Parent: above, Source: "Vents first.", Door: "web", Kept: query.Typed(kind)})
		return err
	})
	return p
}

// tick lets time pass and does what it brings, until it brings nothing more.
func (h *house) tick(d time.Duration) {
	h.T.Helper()
	h.Pass(d)
	for range 5 {
		due, err := h.Store.QueriesDue(h.Ctx, 0, 50)
		h.OK(err)
		for _, q := range due {
			h.Do(func(ctx context.Context, tx *db.Store) error { return h.q.Tick(ctx, tx, q.PostID) })
		}
	}
}

// said lists what a group has said of a query, by the first words.
func (h *house) said(q *db.Query) string {
	h.T.Helper()
	list, err := h.Store.ThreadPage(h.Ctx, db.ThreadQuery{DiscussionID: q.PostID, Moderates: true, Limit: 100})
	h.OK(err)
	var codes []string
	for _, p := range list {
		if p.AuthorID == q.GroupID {
			code, _, _ := strings.Cut(strings.TrimPrefix(p.Content, "<p>"), " ")
			codes = append(codes, strings.TrimSuffix(strings.TrimSpace(code), "</p>"))
		}
	}
	return strings.Join(codes, " ")
}

// told lists what somebody of ours was told of queries.
func (h *house) told(who *db.Actor) string {
	h.T.Helper()
	account, err := h.Store.AccountOf(h.Ctx, who.ID)
	h.OK(err)
	list, err := h.Store.Inbox(h.Ctx, db.InboxQuery{AccountID: account.ID, Limit: 50})
	h.OK(err)
	var notes []string
	for _, n := range list {
		if n.Kind == db.NotifyQuery {
			notes = append(notes, n.Note)
		}
	}
	return strings.Join(notes, " ")
}
