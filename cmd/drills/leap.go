package main

import (
	"context"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// leaps steps the clock of Redis and then that of the instance two hours on, two hours back, and more
// than a year on, while a host is away for which deliveries wait. Who is signed in would not be any
// more after a year by the clock of the instance, so that nothing is posted then.
func leaps(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	rates, each := rig.Rates{Posts: 15, Replies: 5}, 20*time.Second
	if r.Short {
		rates, each = rig.Rates{Posts: 10, Replies: 5}, time.Second
	}
	away := r.Peers[:2]
	p, err := r.Start(ctx, "copse", rig.Both)
	if err != nil {
		return nil, err
	}
	load := r.Load(ctx, rates)
	for _, peer := range away {
		peer.Proxy.Set(rig.Mode{Refuse: true})
	}
	rig.Pause(ctx, each)
	redis := &redisLeaps{Rig: r, process: p, away: away, each: each / 2}
	warned := time.Duration(0)
	err = r.Fault(func() (err error) {
		if err = redis.all(ctx); err != nil {
			return err
		}
		leapt := time.Now()
		if err = r.Clock.Step(2 * time.Hour); err != nil {
			return err
		}
		if !r.Short { // nobody looks more often than each quarter of a minute
			warned, err = rig.Until(ctx, 2*time.Minute, "a warning that the clock is wrong", func() bool { return p.Logged("the clock is wrong") })
		}
		rig.Pause(ctx, each-time.Since(leapt))
		if err == nil {
			err = r.Clock.Step(-2 * time.Hour)
		}
		rig.Pause(ctx, each)
		load.Stop()
		if err == nil {
			err = r.Clock.Step(400 * 24 * time.Hour)
		}
		rig.Pause(ctx, each)
		if err == nil {
			err = r.Clock.Step(0)
		}
		return err
	})
	load.Stop()
	if err != nil {
		return nil, err
	}
	report, err := backAfterLeaps(ctx, r, away, warned)
	if err != nil {
		return nil, err
	}
	redis.report(report)
	return report, nil
}

// redisLeaps are the leaps of the clock of Redis, while the instance keeps its own.
type redisLeaps struct {
	*rig.Rig
	process           *rig.Process
	away              []*rig.Peer
	each              time.Duration
	slowest, takeover time.Duration
	began             time.Time
	refused           int
}

// all leaps forth and back. At the farthest point the process dies, so that what it had leased is
// leased for more than a year when the clock is right again.
func (l *redisLeaps) all(ctx context.Context) error {
	l.began = time.Now()
	for _, by := range []time.Duration{2 * time.Hour, -2 * time.Hour, 400 * 24 * time.Hour} {
		if err := l.leap(ctx, by); err != nil {
			return err
		}
	}
	answers, _ := l.Answers(l.began)
	l.refused = refused(answers)
	if l.Short {
		return l.leap(ctx, 0)
	}
	l.process.Kill()
	if err := l.LeapRedis(0); err != nil {
		return err
	}
	if err := l.process.Restart(ctx); err != nil {
		return err
	}
	took, err := l.AllHeard(ctx, time.Now(), time.Minute, l.away...)
	l.takeover = took
	return err
}

func (l *redisLeaps) leap(ctx context.Context, by time.Duration) error {
	if err := l.LeapRedis(by); err != nil {
		return err
	}
	leapt := time.Now()
	took, err := l.AllHeard(ctx, leapt, time.Minute, l.away...)
	l.slowest = max(l.slowest, took)
	rig.Pause(ctx, l.each-time.Since(leapt))
	return err
}

func (l *redisLeaps) report(p *rig.Report) {
	p.Within("from a leap of Redis until each healthy host got something", l.slowest, 5*time.Second)
	p.AtMost("answers without 2xx while the clock of Redis leapt", l.refused, 0)
	if !l.Short {
		p.Within("from a kill in the year ahead and the return of the clock until each got something", l.takeover, 35*time.Second)
	}
}

// backAfterLeaps lets the hosts that were away be there again, and judges. What came when the clock
// was warned of counts in the full form alone.
func backAfterLeaps(ctx context.Context, r *rig.Rig, away []*rig.Peer, warned time.Duration) (*rig.Report, error) {
	waiting, err := r.Count(ctx, "SELECT count(*) FROM deliveries WHERE state = 0")
	if err != nil {
		return nil, err
	}
	for _, peer := range away {
		peer.Proxy.Set(rig.Mode{})
	}
	mended := time.Now()
	if err := wake(ctx, r, away); err != nil {
		return nil, err
	}
	report, err := r.Judge(ctx, "F14", "", rig.Judging{Late: away})
	if err != nil {
		return nil, err
	}
	report.Figure("%d deliveries waited through the leaps, and none expired", waiting)
	report.Must("nothing waited for the hosts that were away", waiting > 0)
	report.Within("from the return of the hosts until each got something", firstAt(away, mended), time.Minute)
	if !r.Short {
		report.Within("from the leap until a warning", warned, time.Minute)
	}
	return report, nil
}
