package main

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// sample is what the process that is never killed uses at a moment.
type sample struct {
	at         time.Time
	memory     int64
	goroutines int
}

// soak keeps a load up for an hour, or as long as asked, and does one kind of harm after the other,
// by chance: the same seed does the same. The process web is never killed; its memory and its
// goroutines are watched. Its companion works and dies.
func soak(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	span, gap := r.Span, 5*time.Second
	if r.Short {
		span, gap = 8*time.Second, time.Second
	}
	metrics, err := rig.FreeAddress()
	if err != nil {
		return nil, err
	}
	steady, err := r.Start(ctx, "web", rig.Both, "COPSE_METRICS_LISTEN="+metrics)
	if err != nil {
		return nil, err
	}
	worker, err := r.Start(ctx, "worker", "worker")
	if err != nil {
		return nil, err
	}
	load := r.Load(ctx, rig.Rates{Posts: 5, Replies: 5})
	defer load.Stop()
	var list []sample
	harms, done := harmsOf(r, worker), map[string]int{}
	for end := time.Now().Add(span); time.Now().Before(end) && ctx.Err() == nil; {
		h := harms[r.Rand.IntN(len(harms))]
		if err := r.Fault(func() error { return h.do(ctx) }); err != nil {
			return nil, fmt.Errorf("%s: %w", h.name, err)
		}
		done[h.name]++
		rig.Pause(ctx, gap)
		n, err := goroutines(ctx, metrics)
		if err != nil {
			return nil, err
		}
		list = append(list, sample{time.Now(), steady.Memory(), n})
	}
	load.Stop()
	if err := wake(ctx, r, r.Peers); err != nil {
		return nil, err
	}
	report, err := r.Judge(ctx, "F21", "", rig.Judging{Late: r.Peers, Drain: 5 * time.Minute})
	if err != nil {
		return nil, err
	}
	report.Figure("harm done: %v", done)
	judgeSamples(report, list)
	return report, nil
}

// judgeSamples looks at the second half: by then caches are warm. What is shorter than twenty minutes
// says nothing of an hour, so that it is only told.
func judgeSamples(report *rig.Report, list []sample) {
	list = list[len(list)/2:]
	if len(list) < 2 {
		return
	}
	first, last := list[0], list[len(list)-1]
	slope, within := slopeOf(list)
	more := max(0, last.goroutines-first.goroutines)
	report.Figure("in the second half memory from %d to %d MiB and goroutines from %d to %d",
		first.memory>>20, last.memory>>20, first.goroutines, last.goroutines)
	span := last.at.Sub(first.at)
	report.Figure("memory grows by %.1f MiB an hour, give or take %.1f, by %s", slope, within, span.Round(time.Second))
	if span < 20*time.Minute {
		return
	}
	report.AtMost("MiB more in an hour, at least", int(math.Ceil(max(0, slope-within))), 1)
	report.AtMost("goroutines more", more, 50)
}

// slopeOf is the growth of memory by least squares, in MiB an hour, and within how much of that it lies
// nineteen times of twenty: the collector makes memory go up and down by more than what grows in half
// an hour, so that a short look can't tell a small growth from none.
func slopeOf(list []sample) (slope, within float64) {
	var x, y, xx, xy float64
	n := float64(len(list))
	at := func(s sample) (h, m float64) { return s.at.Sub(list[0].at).Hours(), float64(s.memory) / (1 << 20) }
	for _, s := range list {
		h, m := at(s)
		x, y, xx, xy = x+h, y+m, xx+h*h, xy+h*m
	}
	spread := max(xx-x*x/n, 1e-12)
	slope = (xy - x*y/n) / spread
	var off float64
	for _, s := range list {
		h, m := at(s)
		d := m - y/n - slope*(h-x/n)
		off += d * d
	}
	return slope, 2 * math.Sqrt(off/max(n-2, 1)/spread)
}

// goroutines asks the metrics of a process.
func goroutines(ctx context.Context, address string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/metrics", http.NoBody)
	if err != nil {
		return 0, err
	}
	client := &http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{}).DialContext, DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("read metrics: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if value, found := strings.CutPrefix(lines.Text(), "go_goroutines "); found {
			return strconv.Atoi(value)
		}
	}
	return 0, fmt.Errorf("read metrics of %s: no go_goroutines", address)
}
