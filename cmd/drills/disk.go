package main

import (
	"context"
	"net/http"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// diskFull uses up the space below the database, and gives it back after a while.
func diskFull(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	rates, full := rig.Rates{Posts: 30, Replies: 10}, 20*time.Second
	if r.Short {
		rates, full = rig.Rates{Posts: 15, Replies: 5}, 3*time.Second
	}
	p, err := r.Start(ctx, "copse", rig.Both)
	if err != nil {
		return nil, err
	}
	load := r.Load(ctx, rates)
	rig.Pause(ctx, time.Second)
	began, reads := time.Now(), 0
	err = r.Fault(func() error {
		if err := r.FillDisk(); err != nil {
			return err
		}
		rig.Pause(ctx, full/2)
		reads = r.Reads(ctx, "/c/"+r.Groups[0].Name, r.Groups[0].Table)
		rig.Pause(ctx, full/2)
		return r.FreeDisk()
	})
	answers, _ := r.Answers(began)
	if err == nil {
		back := time.Now()
		_, err = rig.Until(ctx, time.Minute, "the instance accepts again", func() bool {
			_, accepts := r.FirstAccepted(back)
			return accepts
		})
	}
	load.Stop()
	if err != nil {
		return nil, err
	}
	report, err := r.Judge(ctx, "F13", "", rig.Judging{})
	if err != nil {
		return nil, err
	}
	report.Figure("answers while the disk was full: %s and %d×507", statuses(answers), answers[http.StatusInsufficientStorage])
	report.Must("reads answer while the disk is full", reads == 2)
	report.Must("writes are refused with 507 or 503 while the disk is full",
		answers[http.StatusInsufficientStorage]+answers[http.StatusServiceUnavailable] > 0)
	report.AtMost("answers 500", answers[http.StatusInternalServerError], 0)
	report.Must("copse ended", p.Alive())
	report.Must("the log says that the disk is full", p.Logged("full"))
	sound, err := r.Sound(ctx)
	if err != nil {
		return nil, err
	}
	report.Must("the database is sound", sound)
	return report, nil
}
