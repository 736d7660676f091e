package exchange_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

func (h *house) slow(by *db.Actor, p exchange.Pace) error {
	h.t.Helper()
	return h.try(func(ctx context.Context, tx *db.Store) error { return h.ex.SlowDown(ctx, tx, by, p) })
}

// pass moves the clock on.
func (h *house) pass(d time.Duration) {
	clockMu.Lock()
	defer clockMu.Unlock()
	h.clock = h.clock.Add(d)
}

func refusedAs(err error) string {
	if no, is := errors.AsType[*community.Refusal](err); is {
		return no.Code
	}
	return ""
}

func TestSlowDown_eachWaitsBetweenTwoAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, binh, carla := h.person("amina"), h.person("binh"), h.person("carla")
	g := h.group("water", amina)
	p, other := h.start(g, binh, "Chlorine", "How much?"), h.start(g, binh, "Pumps", "Which?")
	if got := refusedAs(h.slow(carla, exchange.Pace{Group: g, Post: p, Wait: time.Hour, For: 48 * time.Hour})); got != "not-moderator" {
		t.Errorf("anybody slows a discussion down: %q", got)
	}
	if err := h.slow(amina, exchange.Pace{Group: g, Post: p, Wait: time.Hour, For: 48 * time.Hour, Reason: "calm"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.answer(p, carla, "first"); err != nil {
		t.Fatal(err)
	}
	_, err := h.answer(p, carla, "second")
	no, is := errors.AsType[*community.Refusal](err)
	if !is || no.Code != "slow-mode" || no.Until.IsZero() {
		t.Errorf("a second answer at once: %v", err)
	}
	if _, err := h.answer(other, carla, "elsewhere"); err != nil {
		t.Errorf("another discussion: %v", err)
	}
	for range 2 { // who looks after the group does not wait
		if _, err := h.answer(p, amina, "calm please"); err != nil {
			t.Errorf("a facilitator: %v", err)
		}
	}
	h.pass(time.Hour)
	if _, err := h.answer(p, carla, "second"); err != nil {
		t.Errorf("after an hour: %v", err)
	}
	h.pass(48 * time.Hour)
	for range 2 {
		if _, err := h.answer(p, carla, "later"); err != nil {
			t.Errorf("when it is over: %v", err)
		}
	}
}

func TestSlowDown_wholeGroupAndItsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	g := h.group("water", amina)
	p := h.start(g, amina, "Chlorine", "How much?")
	if err := h.slow(amina, exchange.Pace{Group: g, Wait: time.Hour, For: 24 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	h.start(g, carla, "A question", "text")
	if _, err := h.answer(p, carla, "an answer"); refusedAs(err) != "slow-mode" {
		t.Errorf("an answer after a start: %v", err)
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.ex.SpeedUp(ctx, tx, amina, exchange.Pace{Group: g})
	})
	if _, err := h.answer(p, carla, "an answer"); err != nil {
		t.Errorf("after its end: %v", err)
	}
	log, err := h.store.ModerationLog(t.Context(), g.ActorID, 0, 10)
	if err != nil || len(log) != 2 || log[0].Act != "unslow" || log[1].Act != "slow" {
		t.Errorf("the log: %v, %v", log, err)
	}
}

func TestSlowDown_bounds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	p := h.start(g, amina, "Chlorine", "How much?")
	r, err := h.answer(p, amina, "An answer")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		pace exchange.Pace
		code string
	}{
		{exchange.Pace{Group: g, Wait: time.Second, For: time.Hour}, "choice-unknown"},
		{exchange.Pace{Group: g, Wait: 48 * time.Hour, For: 72 * time.Hour}, "choice-unknown"},
		{exchange.Pace{Group: g, Wait: time.Hour, For: time.Minute}, "choice-unknown"},
		{exchange.Pace{Group: g, Wait: time.Hour, For: 3000 * time.Hour}, "choice-unknown"},
		{exchange.Pace{Group: g, Post: r, Wait: time.Hour, For: 2 * time.Hour}, "slow-answer"},
	} {
		if got := refusedAs(h.slow(amina, tt.pace)); got != tt.code {
			t.Errorf("%v for %v: %q, want %q", tt.pace.Wait, tt.pace.For, got, tt.code)
		}
	}
}

// What comes too early from elsewhere is refused for machines and given back to people.
func TestSlowDown_textGoesBackToOtherServers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, mara := h.person("amina"), h.stranger("mara", "masto.test", db.ActorPerson)
	g := h.group("water", amina)
	p := h.start(g, amina, "Chlorine", "How much?")
	if err := h.slow(amina, exchange.Pace{Group: g, Post: p, Wait: time.Hour, For: 24 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	send := func(text string) string {
		return h.take(h.ex.TakeCreate, incoming(t, mara, activity("Create", mara, note(mara, "<p>"+text+"</p>", p.URI, g.Actor)))).Reason
	}
	if got := send("one"); got != "" {
		t.Fatalf("the first is %q", got)
	}
	h.outbox()
	if got := send("the second text"); got != "slow-mode" {
		t.Fatalf("the second is %q", got)
	}
	out := h.outbox()
	if !reaches(out, "Reject", mara.SharedInbox) || !reaches(out, "Create", mara.Inbox) {
		t.Errorf("sent %v", out)
	}
	if send("a flood"); reaches(h.outbox(), "Create", mara.Inbox) {
		t.Error("each of a flood is answered")
	}
	h.pass(2 * time.Minute)
	if send("the third text"); !reaches(h.outbox(), "Create", mara.Inbox) {
		t.Error("the third text does not go back")
	}
}
