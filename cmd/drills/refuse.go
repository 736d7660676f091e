package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// refusal is how one host says no, and how often a delivery may be tried there.
type refusal struct {
	name   string
	status int
	// after is the Retry-After, made when asked; wait what it comes to.
	after func(now time.Time) string
	wait  time.Duration
	most  int
}

// refusals are the answers of the table in docs/reliability.md. An hour's tries and a day's are
// counted together: the clock is stepped on.
func refusals() []refusal {
	fixed := func(text string) func(time.Time) string { return func(time.Time) string { return text } }
	return []refusal{
		{name: "410", status: http.StatusGone, most: 1},
		{name: "404", status: http.StatusNotFound, most: 3},
		{name: "401", status: http.StatusUnauthorized, most: 2 + 3*2}, // each with both forms of signature
		{name: "403", status: http.StatusForbidden, most: 2},
		{name: "429 for 5 s", status: http.StatusTooManyRequests, after: fixed("5"), wait: 5 * time.Second},
		{name: "429 for 1 h", status: http.StatusTooManyRequests, after: fixed("3600"), wait: time.Hour},
		{name: "429 until a date", status: http.StatusTooManyRequests, wait: 90 * time.Second, after: func(now time.Time) string {
			return now.Add(91 * time.Second).UTC().Format(http.TimeFormat)
		}},
		{name: "429 with garbage", status: http.StatusTooManyRequests, after: fixed("soon, maybe; -1e9")},
	}
}

func (f refusal) answer(clock *rig.Clock) rig.Behaviour {
	return func(_ rig.Entry, h http.Header) int {
		if f.after != nil {
			h.Set("Retry-After", f.after(clock.Now()))
		}
		return f.status
	}
}

// refuse lets eight hosts say no in different ways, for more than a day by the clock of the
// instance.
func refuse(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	list := refusals()
	ill := r.Peers[:len(list)]
	span := 30 * time.Second
	if r.Short {
		span = 6 * time.Second
	}
	began := time.Now()
	var steps []time.Time
	err := under(ctx, r, func() error {
		for i, f := range list {
			ill[i].Behave(f.answer(r.Clock))
		}
		began = time.Now()
		rig.Pause(ctx, span)
		for _, by := range []time.Duration{61 * time.Minute, 8 * time.Hour, 33 * time.Hour} {
			steps = append(steps, time.Now())
			if err := r.Clock.Step(by); err != nil {
				return err
			}
			rig.Pause(ctx, span/6)
		}
		return nil
	}, func() error {
		for _, p := range ill {
			p.Behave(nil)
		}
		return r.Clock.Step(60 * time.Hour)
	})
	if err != nil {
		return nil, err
	}
	report, err := r.Judge(ctx, "F11", "", rig.Judging{Ill: ill})
	if err != nil {
		return nil, err
	}
	calm(r, report)
	for i, f := range list {
		f.check(report, ill[i].Entries(), began, steps)
	}
	return report, nil
}

// unsure is how long before a step of the clock a try may come whose answer is not written yet: hours
// that pass meanwhile end the lease, and it is made again.
const unsure = 3 * time.Second

// check compares a ledger with what the answer asked for.
func (f refusal) check(report *rig.Report, list []rig.Entry, began time.Time, steps []time.Time) {
	tries, worst, during := map[string]int{}, 0, 0
	var until time.Time
	for _, e := range list {
		if e.At.Before(began) || e.Status != f.status {
			continue
		}
		if slices.ContainsFunc(steps, func(s time.Time) bool { return s.After(e.At) && s.Sub(e.At) < unsure }) {
			continue
		}
		tries[e.Activity]++
		worst = max(worst, tries[e.Activity])
		if f.wait == 0 || !e.At.Before(steps[0]) { // from there on the clock of the instance runs ahead
			continue
		}
		if e.At.Before(until) {
			during++
		} else {
			until = e.At.Add(f.wait)
		}
	}
	report.Must(f.name+": nothing came there", worst > 0)
	if f.most > 0 {
		report.AtMost(f.name+": tries of one delivery", worst, f.most)
	}
	if f.wait > 0 {
		report.AtMost(fmt.Sprintf("%s: requests during Retry-After", f.name), during, 0)
	}
}
