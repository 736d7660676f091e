package chores

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/membership"
)

// yard is an instance without doors whose clock the test moves.
type yard struct {
	*Chores
	t   testing.TB
	com *community.Rules
	own *membership.Rules

	mu    sync.Mutex
	at    time.Time
	asked []string // whom Resolve was asked for
}

func newYard(t testing.TB) *yard {
	t.Helper()
	y := &yard{t: t, at: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	store := dbtest.At(t, y.now)
	base, err := url.Parse("https://copse.test")
	y.ok(err)
	pub := federation.NewPublisher(federation.NewIRIs(base), federation.NewKeys([32]byte{7}), y.now, func() {})
	quiet := slog.New(slog.DiscardHandler)
	y.com = community.New(community.Options{Pub: pub, Log: quiet, Words: locales.Notice})
	y.own = membership.New(membership.Options{Pub: pub, Community: y.com})
	y.Chores = New(Options{
		Store: store, Membership: y.own, Exchange: exchange.New(exchange.Options{Pub: pub, Community: y.com, Log: quiet}), Audit: 24 * time.Hour, Now: y.now, Log: quiet,
		Charter: charter.New(charter.Options{Pub: pub, Community: y.com, Words: locales.Charter, Log: quiet}),
		Resolve: func(_ context.Context, handle string) (*db.Actor, error) {
			y.asked = append(y.asked, handle)
			return nil, errors.New("away")
		},
	})
	return y
}

func (y *yard) now() time.Time {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.at = y.at.Add(time.Millisecond)
	return y.at
}

func (y *yard) pass(d time.Duration) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.at = y.at.Add(d)
}

func (y *yard) ok(err error) {
	y.t.Helper()
	if err != nil {
		y.t.Fatal(err)
	}
}

func (y *yard) do(rule func(ctx context.Context, tx *db.Store) error) {
	y.t.Helper()
	y.ok(y.o.Store.InTx(y.t.Context(), rule))
}

func (y *yard) round() {
	y.t.Helper()
	y.ok(y.Round(y.t.Context()))
}

func (y *yard) person(handle string) (a *db.Actor) {
	y.t.Helper()
	y.do(func(ctx context.Context, tx *db.Store) error {
		account, err := y.com.CreatePerson(ctx, tx, community.NewPerson{Handle: handle, Name: handle, Email: handle + "@copse.test"})
		if err == nil {
			a = account.Actor
		}
		return err
	})
	return a
}

func (y *yard) group(facilitator *db.Actor) (g *db.Group) {
	y.t.Helper()
	y.do(func(ctx context.Context, tx *db.Store) (err error) {
		g, err = y.com.CreateGroup(ctx, tx, community.NewGroup{Handle: "water", Name: "Water", Facilitator: facilitator})
		return err
	})
	return g
}

func TestRound_askFoundersNotTooOften(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	fay := y.person("fay")
	y.do(func(ctx context.Context, tx *db.Store) error {
		_, _, err := y.o.Charter.Found(ctx, tx, charter.Founding{
			Group:    community.NewGroup{Handle: "cold", Name: "Cold", Facilitator: fay, Languages: "en"},
			Founders: []charter.Invited{{Address: "bo@away.test"}},
			Fields: db.CharterFields{
				Purpose: "Keeping vaccines cold in clinics that lose power at night.", Inside: []string{"Fridge care"}, Outside: []string{"Buying"},
				Why: "We discarded 3,100 doses last year.", Who: "Whoever opens a fridge.", Behaviours: "Say what failed.",
				Knowledge: "Which fridges last.", Rule: charter.RuleConsent, Days: 14, Attributed: "Freely.", Measures: "Fewer doses lost.", ReviewIn: 12,
			},
		})
		return err
	})
	y.pass(askAgain + time.Minute)
	y.round()
	y.round()
	if len(y.asked) != 1 {
		t.Errorf("asked for %q in one hour", y.asked)
	}
	y.pass(askAgain + time.Minute)
	y.round()
	if len(y.asked) != 2 {
		t.Errorf("asked for %q in the end", y.asked)
	}
}

func TestRound_silentMembersSleepAndWake(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	fay := y.person("fay")
	g := y.group(fay)
	var people []*db.Actor
	for _, handle := range []string{"ana", "bo", "cem"} {
		who := y.person(handle)
		people = append(people, who)
		y.do(func(ctx context.Context, tx *db.Store) error {
			return y.own.Ask(ctx, tx, who, g, membership.Wish{Link: "I look after pumps in the north.", Commits: true, Door: "web"})
		})
	}
	status := func(who *db.Actor) string {
		m, err := y.o.Store.MembershipOf(t.Context(), g.ActorID, who.ID)
		y.ok(err)
		return m.Status
	}
	y.pass(membership.SilentFor + time.Hour)
	y.round()
	y.do(func(ctx context.Context, tx *db.Store) error { return y.own.Stay(ctx, tx, people[0], g) })
	y.pass(membership.AnswerIn + time.Hour)
	y.round()
	for i, want := range []bool{false, true, true} {
		if got := status(people[i]) == db.MemberDormant; got != want {
			t.Errorf("%s sleeps: %v, want %v", people[i].Handle, got, want)
		}
	}
	account, err := y.o.Store.AccountByLogin(t.Context(), "bo")
	y.ok(err)
	y.pass(time.Hour)
	y.ok(y.o.Store.SeenAccount(t.Context(), account.ID))
	y.round()
	if status(people[1]) != db.MemberFull || status(people[2]) != db.MemberDormant {
		t.Errorf("bo came by and is %q, cem is %q", status(people[1]), status(people[2]))
	}
	e, err := y.o.Store.EscalationOf(t.Context(), g.ActorID)
	if err != nil || e.Step != db.StepOpen {
		t.Errorf("nobody has facilitated for %s: step %d, %v", membership.SilentFor, e.Step, err)
	}
}

// One that fails keeps nobody else from their turn.
func TestEach_goesOn(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	var seen []int64
	list := func(after int64) (out []*db.Membership, _ error) {
		for id := after + 1; id <= min(after+atOnce, 120); id++ {
			out = append(out, &db.Membership{ID: id})
		}
		return out, nil
	}
	err := y.each(t.Context(), list, func(_ context.Context, _ *db.Store, m *db.Membership) error {
		seen = append(seen, m.ID)
		if m.ID == 2 {
			return errors.New("broken")
		}
		return nil
	})
	if err == nil || len(seen) != 120 || seen[119] != 120 {
		t.Errorf("saw %d of 120, %v", len(seen), err)
	}
}

// domain.md 3c: what a facilitator hides comes back after a day.
func TestRound_hiddenForADay(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	fay := y.person("fay")
	g := y.group(fay)
	var p *db.Post
	y.do(func(ctx context.Context, tx *db.Store) (err error) {
		if p, err = y.o.Exchange.Start(ctx, tx, &exchange.Draft{Author: fay, Group: g, Title: "A title", Source: "text", Door: "web"}); err != nil {
			return err
		}
		return y.o.Exchange.Hide(ctx, tx, fay, p, "a quarrel")
	})
	for _, want := range []string{db.PostRemoved, db.PostPublished} {
		y.round()
		now, err := y.o.Store.PostByID(t.Context(), p.ID)
		y.ok(err)
		if now.State != want {
			t.Errorf("it is %s, want %s", now.State, want)
		}
		y.pass(exchange.HiddenFor)
	}
}
