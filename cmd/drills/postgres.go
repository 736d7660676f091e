package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// outage is what a stretch without a usable database must look like from outside.
type outage struct {
	r       *rig.Rig
	slowest time.Duration
	began   time.Time
	process *rig.Process
}

// survive lets harm take the database away and mend bring it back, under load, and waits until the
// instance accepts and delivers again.
func (o *outage) survive(ctx context.Context, harm, mend func() error) error {
	err := o.r.Fault(func() error {
		if err := harm(); err != nil {
			return err
		}
		rig.Pause(ctx, 2*time.Second)
		if !o.process.Alive() {
			return errors.Join(errors.New("copse ended while the database was away"), mend())
		}
		return mend()
	})
	if err != nil {
		return err
	}
	back := time.Now()
	_, err = rig.Until(ctx, time.Minute, "the instance accepts and delivers again", func() bool {
		at, accepts := o.r.FirstAccepted(back)
		_, delivers := o.r.FirstDelivery(back)
		if accepts && delivers {
			o.slowest = max(o.slowest, at.Sub(back))
		}
		return accepts && delivers
	})
	return err
}

// report judges and adds what the outages looked like.
func (o *outage) report(ctx context.Context) (*rig.Report, error) {
	report, err := o.r.Judge(ctx, "", "", rig.Judging{})
	if err != nil {
		return nil, err
	}
	answers, bare := o.r.Answers(o.began)
	report.Within("slowest recovery after the database was back", o.slowest, 5*time.Second)
	report.Figure("answers: %s", statuses(answers))
	report.AtMost("503 without Retry-After", bare, 0)
	odd := refused(answers) - answers[http.StatusServiceUnavailable]
	report.AtMost("answers that were neither yes nor 503", odd, 0)
	report.Must("copse ended", o.process.Alive())
	return report, nil
}

func statuses(byStatus map[int]int) string {
	var text strings.Builder
	for _, s := range []int{http.StatusAccepted, http.StatusSeeOther, http.StatusServiceUnavailable, http.StatusInternalServerError, 0} {
		if byStatus[s] > 0 {
			fmt.Fprintf(&text, "%d×%d ", byStatus[s], s)
		}
	}
	return strings.TrimSpace(text.String())
}

func (o *outage) open(ctx context.Context) (load *rig.Load, err error) {
	rates := rig.Rates{Posts: 30, Replies: 10}
	if o.r.Short {
		rates = rig.Rates{Posts: 15, Replies: 5}
	}
	if o.process, err = o.r.Start(ctx, "copse", rig.Both); err != nil {
		return nil, err
	}
	o.began = time.Now()
	load = o.r.Load(ctx, rates)
	rig.Pause(ctx, time.Second)
	return load, nil
}

// databaseRestarts stops PostgreSQL in each of three ways and starts it again.
func databaseRestarts(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	o := &outage{r: r}
	load, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	start := func() error { return r.Postgres.Start(ctx) }
	ways := []func() error{
		func() error { return r.Postgres.Stop(ctx, "fast") },
		func() error { return r.Postgres.Stop(ctx, "immediate") },
		func() error { return r.Postgres.Kill(ctx) },
	}
	rounds := 3
	if r.Short {
		rounds = 1
		ways = ways[1:]
	}
	for range rounds {
		for _, stop := range ways {
			if err == nil {
				err = o.survive(ctx, stop, start)
			}
		}
	}
	load.Stop()
	if err != nil {
		return nil, err
	}
	return o.report(ctx)
}

// databaseRefuses makes PostgreSQL read-only, and then lets others use up its connections.
func databaseRefuses(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	o := &outage{r: r}
	load, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	defer load.Stop()
	err = o.survive(ctx,
		func() error { return r.Postgres.Alter(ctx, "ALTER SYSTEM SET default_transaction_read_only = on") },
		func() error {
			return r.Postgres.Alter(ctx, "SET default_transaction_read_only = off", "ALTER SYSTEM RESET default_transaction_read_only")
		})
	if err != nil {
		return nil, err
	}
	var free func()
	err = o.survive(ctx,
		func() (err error) { free, err = r.Postgres.Crowd(ctx); return err },
		func() error { free(); return nil })
	if err != nil {
		return nil, err
	}
	load.Stop()
	return o.report(ctx)
}
