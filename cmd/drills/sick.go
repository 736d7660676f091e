package main

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// poison is one activity that a host can't stomach.
type poison struct {
	mu    sync.Mutex
	about string
	tries int
}

// answer is 500 to everything about the first new discussion that came, 202 to all else.
func (p *poison) answer(e rig.Entry, _ http.Header) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.about == "" && strings.Contains(e.Type, "Announce") {
		p.about = e.About
	}
	if p.about != "" && e.About == p.about {
		p.tries++
		return http.StatusInternalServerError
	}
	return http.StatusAccepted
}

func (p *poison) tried() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tries
}

// sick lets one host answer 500 to everything, and one to a single discussion.
func sick(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	dead, choosy := r.Peers[0], r.Peers[1]
	span := 40 * time.Second
	if r.Short {
		span = 8 * time.Second
	}
	bad := new(poison)
	var tries, others, asked int
	err := under(ctx, r, func() error {
		before := dead.Count()
		dead.Behave(func(rig.Entry, http.Header) int { return http.StatusInternalServerError })
		choosy.Behave(bad.answer)
		had := choosy.Count()
		rig.Pause(ctx, span)
		tries, asked, others = bad.tried(), dead.Count()-before, choosy.Count()-had-bad.tried()
		return nil
	}, func() error {
		dead.Behave(nil)
		choosy.Behave(nil)
		if err := wake(ctx, r, []*rig.Peer{dead, choosy}); err != nil {
			return err
		}
		return r.Clock.Step(7 * time.Hour) // past the longest wait of a poisoned delivery
	})
	if err != nil {
		return nil, err
	}
	report, err := r.Judge(ctx, "F10", "", rig.Judging{Late: []*rig.Peer{dead}})
	if err != nil {
		return nil, err
	}
	calm(r, report)
	state, err := r.Count(ctx, "SELECT count(*) FROM hosts WHERE state <> 'closed'")
	if err != nil {
		return nil, err
	}
	report.AtMost("hosts still held for broken in the end", state, 0)
	// Up to eight are in flight when the first 500 comes, and the waits double from two seconds on.
	report.AtMost("requests to the host that answers 500 always", asked, 8+8)
	report.AtMost("tries of the poisoned delivery meanwhile", tries, 3+1) // its own wait is a minute
	report.Must("others did not pass the poisoned delivery", others > 0)
	report.Figure("%d others passed it", others)
	return report, nil
}
