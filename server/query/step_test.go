package query_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/query"
)

func TestAsk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, _ := h.cop()
	grace := h.member(g, h.Person("grace"))
	q := h.ask(g, grace)
	if q.State != db.QueryOpen || q.Post.State != db.PostPublished || q.Post.Kind != db.KindQuery || q.ClosesAt.Sub(q.OpenedAt.Time) != 10*day {
		t.Errorf("%+v, post %s %s", q, q.Post.Kind, q.Post.State)
	}
	for _, part := range []string{"In Karu.", "<strong>query-tried", "Shade."} {
		if !strings.Contains(q.Post.Content, part) {
			t.Errorf("%q lacks %q", q.Post.Content, part)
		}
	}
	list, err := h.Store.Contributions(h.Ctx, g.ActorID, db.Time{}, 10)
	h.OK(err)
	if len(list) != 1 || list[0].Kind != db.GaveQuery || list[0].ActorID != grace.ID || list[0].Organisation != "copse.test" || list[0].Door != "web" {
		t.Errorf("contributions %+v", list)
	}
}

func TestAsk_refused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, _ := h.cop()
	grace := h.member(g, h.Person("grace"))
	good := query.Question{Asker: grace, Group: g, Kind: db.AsksProblem, Title: "Fridge fails"}
	for code, spoil := range map[string]func(*query.Question){
		"choice-unknown":            func(a *query.Question) { a.Kind = "wish" },
		"title-short":               func(a *query.Question) { a.Title = "?" },
		"query-title-long":          func(a *query.Question) { a.Title = strings.Repeat("é", query.MaxTitle+1) },
		"text-long":                 func(a *query.Question) { a.Limits = strings.Repeat("x", query.MaxPart+1) },
		"query-date":                func(a *query.Question) { a.WantedBy = h.Now().Add(-3 * day) },
		"query-anonymous-elsewhere": func(a *query.Question) { a.Anonymous, a.Group = true, h.RemoteGroup("far", "far.test", "copse") },
	} {
		bad := good
		spoil(&bad)
		h.Refused(code, func(ctx context.Context, tx *db.Store) error {
			_, err := h.q.Ask(ctx, tx, bad)
			return err
		})
	}
	for range 5 {
		h.ask(g, grace)
	}
	h.Refused("queries-many", func(ctx context.Context, tx *db.Store) error {
		_, err := h.q.Ask(ctx, tx, good)
		return err
	})
}

// A newcomer's first query is looked at; the asker may be asked back; once open it is told of.
func TestDo_newcomer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, amina := h.cop()
	nadia := h.Person("nadia")
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return tx.PutMembership(ctx, &db.Membership{GroupID: g.ActorID, ActorID: nadia.ID, Status: db.MemberNewcomer, JoinedAt: tx.Now()})
	})
	q := h.ask(g, nadia)
	if q.State != db.QueryWaiting || q.Post.State != db.PostHeld || !q.ClosesAt.IsZero() {
		t.Fatalf("%+v, post %s", q, q.Post.State)
	}
	h.refuses("not-core", nadia, q, query.Step{Do: query.Open})
	h.refuses("text-empty", amina, q, query.Step{Do: query.Clarify})
	q = h.step(amina, q, query.Step{Do: query.Clarify, Words: "Which pump?"})
	if q.State != db.QueryClarifying || h.told(nadia) != "query-clarify Which pump?" {
		t.Errorf("%s, told %q", q.State, h.told(nadia))
	}
	q = h.step(amina, q, query.Step{Do: query.Open, Days: 5})
	if q.State != db.QueryOpen || q.Post.State != db.PostPublished || q.ClosesAt.Sub(q.OpenedAt.Time) != 5*day {
		t.Errorf("%+v, post %s", q, q.Post.State)
	}
	if second := h.ask(g, nadia); second.State != db.QueryOpen {
		t.Errorf("the second query is %s", second.State)
	}
}

// Whoever opens a query need not be a moderator: the core group is enough (domain.md 3c).
func TestDo_core(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, amina := h.cop()
	core, nadia := h.member(g, h.Person("core")), h.Person("nadia")
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return tx.GrantRole(ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: core.ID, Role: db.RoleCore, GrantedBy: amina.ID})
	})
	q := h.step(core, h.ask(g, nadia), query.Step{Do: query.Open})
	if q.State != db.QueryOpen {
		t.Errorf("state %s", q.State)
	}
}

// The life of a query as time goes: half time, notice, once longer, notice again, the end, the outcome.
func TestTick(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, amina := h.cop()
	grace, binh := h.member(g, h.Person("grace")), h.member(g, h.Person("binh"))
	q := h.ask(g, grace)
	h.answer(q, binh, db.Experience)
	h.tick(5*day + time.Minute)
	if got := h.said(q); got != "query-half" {
		t.Errorf("half time: %q", got)
	}
	h.tick(2*day + time.Hour)
	if q = h.query(q.PostID); q.State != db.QueryClosing || h.said(q) != "query-half query-closing" {
		t.Errorf("notice: %s %q", q.State, h.said(q))
	}
	q = h.step(grace, q, query.Step{Do: query.Extend})
	if q.State != db.QueryOpen || q.ClosesAt.Sub(q.OpenedAt.Time) != 15*day {
		t.Errorf("extended: %s until %v", q.State, q.ClosesAt)
	}
	h.refuses("query-extended", amina, q, query.Step{Do: query.Extend})
	if got := h.said(q); got != "query-half query-closing" {
		t.Errorf("twice in a day: %q", got)
	}
	h.tick(day)
	if got := h.said(q); got != "query-half query-closing query-extended" {
		t.Errorf("a day later: %q", got)
	}
	h.tick(7 * day)
	if q = h.query(q.PostID); q.State != db.QueryConsolidating || q.ClosedAt.IsZero() {
		t.Errorf("end: %s", q.State)
	}
	h.tick(14 * day)
	if got := h.told(grace); !strings.Contains(got, "query-outcome") {
		t.Errorf("told %q", got)
	}
	h.refuses("not-asker", amina, q, query.Step{Do: query.Outcome, Outcome: db.OutcomeHelped})
	h.refuses("choice-unknown", grace, q, query.Step{Do: query.Outcome, Outcome: "great"})
	q = h.step(grace, q, query.Step{Do: query.Outcome, Outcome: db.OutcomeHelped, Words: "Moved the fridge."})
	if q.Outcome != db.OutcomeHelped || q.OutcomeWords != "Moved the fridge." {
		t.Errorf("%+v", q)
	}
}

// "Me too", a question and the asker's own words leave a query unanswered (domain.md 3d, D19).
func TestTick_unanswered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, amina := h.cop()
	grace, hugo := h.member(g, h.Person("grace")), h.member(g, h.Person("hugo"))
	q := h.ask(g, grace)
	h.answer(q, hugo, db.MeToo)
	h.answer(q, hugo, db.Clarification)
	h.answer(q, grace, "")
	list, err := h.Store.FindQueries(h.Ctx, db.QuerySearch{GroupID: g.ActorID, States: db.OpenStates(), Useless: true, Decays: true, Limit: 10})
	h.OK(err)
	if len(list) != 1 {
		t.Fatalf("%d unanswered", len(list))
	}
	h.tick(11 * day)
	h.tick(0)
	if q = h.query(q.PostID); q.State != db.QueryUnanswered || !q.OutcomeDue.IsZero() || !strings.Contains(h.told(grace), "query-sorry") {
		t.Errorf("%s, told %q", q.State, h.told(grace))
	}
	late := h.answer(q, hugo, db.Advice)
	if !query.Late(q, late) {
		t.Error("not late")
	}
	h.refuses("text-empty", amina, q, query.Step{Do: query.Reopen})
	q = h.step(amina, q, query.Step{Do: query.Reopen, Words: "New tanks."})
	if q.State != db.QueryReopened || q.Why != "New tanks." || !q.ClosedAt.IsZero() || h.told(hugo) != "query-reopened" {
		t.Errorf("%s, told %q", q.State, h.told(hugo))
	}
	list, err = h.Store.FindQueries(h.Ctx, db.QuerySearch{GroupID: g.ActorID, States: db.OpenStates(), Useless: true, Limit: 10})
	h.OK(err)
	if len(list) != 0 {
		t.Error("useful responses do not clear the list")
	}
}

// A short query tells nobody that it closes: it was just asked.
func TestTick_urgent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, _ := h.cop()
	q := h.ask(g, h.member(g, h.Person("grace")), func(a *query.Question) { a.Days = 2 })
	h.tick(time.Hour)
	if q = h.query(q.PostID); q.State != db.QueryClosing || h.said(q) != "" {
		t.Errorf("%s %q", q.State, h.said(q))
	}
	h.tick(2 * day)
	if q = h.query(q.PostID); q.State != db.QueryUnanswered {
		t.Error(q.State)
	}
}

func TestDo_ends(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, amina := h.cop()
	grace, nadia := h.member(g, h.Person("grace")), h.Person("nadia")
	first, second, third := h.ask(g, grace), h.ask(g, grace), h.ask(g, nadia)
	h.refuses("query-of-missing", amina, second, query.Step{Do: query.Duplicate})
	h.refuses("query-of-missing", amina, second, query.Step{Do: query.Duplicate, Of: "javascript:alert(1)"})
	h.refuses("query-of-missing", amina, second, query.Step{Do: query.Duplicate, Of: second.Post.URI})
	second = h.step(amina, second, query.Step{Do: query.Duplicate, Of: first.Post.URI})
	if second.State != db.QueryDuplicate || second.DuplicateOf != first.Post.URI || h.said(second) != "query-duplicate" {
		t.Errorf("%+v, said %q", second, h.said(second))
	}
	h.refuses("not-asker", amina, first, query.Step{Do: query.Withdraw})
	if first = h.step(grace, first, query.Step{Do: query.Withdraw}); first.State != db.QueryWithdrawn || h.said(first) != "query-withdrawn" {
		t.Errorf("%s, said %q", first.State, h.said(first))
	}
	h.refuses("query-state", grace, first, query.Step{Do: query.Close})
	third = h.step(nadia, third, query.Step{Do: query.Withdraw})
	if third.State != db.QueryWithdrawn || third.Post.State != db.PostRefused {
		t.Errorf("%s, post %s", third.State, third.Post.State)
	}
}

// T45: nobody but facilitators learns who asks without a name: not by the post, its document, the
// notifications, the contributions, nor by what goes out.
func TestT45_anonymousAsker(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, amina := h.cop()
	canary, binh := h.member(g, h.Person("canary")), h.member(g, h.Person("binh"))
	q := h.ask(g, canary, func(a *query.Question) { a.Anonymous = true })
	if q.State != db.QueryWaiting || q.Post.AuthorID != g.ActorID || q.AskerID != canary.ID {
		t.Fatalf("%+v by %d", q, q.Post.AuthorID)
	}
	q = h.step(amina, q, query.Step{Do: query.Open})
	h.answer(q, binh, db.Advice)
	h.step(canary, q, query.Step{Do: query.Close})
	h.tick(15 * day)
	h.step(canary, q, query.Step{Do: query.Outcome, Outcome: db.OutcomeNo})
	if !strings.Contains(h.told(canary), "query-outcome") {
		t.Errorf("the asker was told %q", h.told(canary))
	}
	for _, s := range h.Outbox() {
		if body := string(s.Body); strings.Contains(body, "canary") || strings.Contains(body, canary.URI) {
			t.Errorf("goes out: %s", body)
		}
	}
	gifts, err := h.Store.Contributions(h.Ctx, g.ActorID, db.Time{}, 10)
	h.OK(err)
	for _, c := range gifts {
		if c.ActorID == canary.ID {
			t.Errorf("contribution %+v", c)
		}
	}
	for _, who := range []*db.Actor{amina, binh} {
		account, err := h.Store.AccountOf(h.Ctx, who.ID)
		h.OK(err)
		lines, err := h.Store.Inbox(h.Ctx, db.InboxQuery{AccountID: account.ID, Limit: 50})
		h.OK(err)
		for _, n := range lines {
			if n.ActorID == canary.ID || strings.Contains(n.Note, "canary") {
				t.Errorf("%s is told %+v", who.Handle, n)
			}
		}
	}
	log, err := h.Store.ModerationLog(h.Ctx, g.ActorID, 0, 50)
	h.OK(err)
	for _, e := range log {
		if e.ActorID == canary.ID || e.TargetID == canary.ID {
			t.Errorf("log %+v", e)
		}
	}
}
