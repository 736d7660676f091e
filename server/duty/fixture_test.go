package duty_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/community/comtest"
	"github.com/copse-social/copse/server/duty"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/giving"
	"github.com/copse-social/copse/server/membership"
	"github.com/copse-social/copse/server/query"
)

const day = 24 * time.Hour

// house is an instance with the rules of talk, of queries, of belonging and of duties, and the
// community water with its facilitator amina.
type house struct {
	*comtest.Home
	ex    *exchange.Rules
	q     *query.Rules
	m     *membership.Rules
	r     *duty.Rules
	water *db.Group
	amina *db.Actor
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{Home: comtest.New(t)}
	h.ex = exchange.New(exchange.Options{
		Pub: h.Pub, Community: h.Com, Log: slog.New(slog.DiscardHandler), Kinds: giving.Kinds(query.Kinds(func() *query.Rules { return h.q })),
	})
	words := func(_, code string, args map[string]string) string {
		return code + " in " + args["group"] + " by " + args["person"]
	}
	h.q = query.New(query.Options{Pub: h.Pub, Community: h.Com, Exchange: h.ex, Words: words})
	h.m = membership.New(membership.Options{Pub: h.Pub, Community: h.Com, Exchange: h.ex, Words: words})
	h.r = duty.New(duty.Options{IRIs: h.Pub.IRIs(), Community: h.Com, Exchange: h.ex, Words: words})
	h.amina = h.Person("amina")
	h.water = h.Group("water", community.NewGroup{HoldPolicy: db.HoldNone, Facilitator: h.amina})
	return h
}

// joins takes somebody in as they ask, with an introduction where there is one.
func (h *house) joins(who *db.Actor, intro string) {
	h.T.Helper()
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return h.m.Ask(ctx, tx, who, h.water, membership.Wish{Link: "I keep eleven wells in Karu going.", Introduction: intro, Commits: true, Door: "web"})
	})
}

func (h *house) facilitates(who *db.Actor) *db.Actor {
	h.T.Helper()
	h.Do(func(ctx context.Context, tx *db.Store) error {
		err := tx.PutMembership(ctx, &db.Membership{GroupID: h.water.ActorID, ActorID: who.ID, Status: db.MemberFull, JoinedAt: tx.Now()})
		if err != nil {
			return err
		}
		return tx.GrantRole(ctx, &db.RoleGrant{GroupID: h.water.ActorID, ActorID: who.ID, Role: db.RoleFacilitator, GrantedBy: h.amina.ID})
	})
	return who
}

func (h *house) asks(who *db.Actor, title string) *db.Post {
	h.T.Helper()
	var p *db.Post
	h.Do(func(ctx context.Context, tx *db.Store) (err error) {
		p, err = h.q.Ask(ctx, tx, query.Question{Asker: who, Group: h.water, Kind: db.AsksExperience, Title: title, Seen: "In Karu.", Tried: "Shade.", Door: "web"})
		return err
	})
	return p
}

func (h *house) answers(who *db.Actor, above *db.Post, kind string) *db.Post {
	h.T.Helper()
	var p *db.Post
	h.Do(func(ctx context.Context, tx *db.Store) (err error) {
		p, err = h.ex.Reply(ctx, tx, &exchange.Draft{Author: who, Parent: above, Source: "Vents first.", Door: "web", Kept: query.Typed(kind)})
		return err
	})
	return p
}

// sheet is what amina sees, one line for each duty.
func (h *house) sheet() (*duty.Sheet, []string) {
	h.T.Helper()
	scope, _, err := h.r.Scope(h.Ctx, h.Store, h.amina)
	h.OK(err)
	sh, err := h.r.Sheet(h.Ctx, h.Store, duty.Wanted{Scope: scope, Each: 10})
	h.OK(err)
	var lines []string
	for _, d := range sh.List {
		what := fmt.Sprint(d.ObjectID)
		if q := sh.Queries[d.ObjectID]; q != nil {
			what = q.Post.Title
		} else if p := sh.People[d.ObjectID]; p != nil {
			what = p.Handle
		} else if a := sh.Artifacts[d.AboutID]; a != nil {
			what = a.Title
		}
		lines = append(lines, d.Stage+" "+what)
	}
	return sh, lines
}

func (h *house) chosen(kind string, id int64) duty.Chosen {
	return duty.Chosen{Group: h.water, Kind: kind, ObjectID: id}
}

// tick lets time pass for queries.
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

// audited lists the acts in the audit log about duties, the first first.
func (h *house) audited() []string {
	h.T.Helper()
	list, err := h.Store.AuditSince(h.Ctx, 0, 100)
	h.OK(err)
	var out []string
	for _, e := range list {
		out = append(out, e.Who+" "+e.Act+" "+e.Reason)
	}
	return out
}
