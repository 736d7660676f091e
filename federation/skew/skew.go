// Package skew watches how far the clock of this machine is from those of other servers, by the
// Date header of their answers: signatures of the wrong time are refused by peers without a word.
//
// It only measures and tells; it sets no clock and knows no rule. It stands between the rooms that
// send (fetch, delivery) and the transport. One wrong clock elsewhere proves nothing, so the median
// of several hosts counts.
package skew

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// Slack is how far the clocks may be apart before anybody is warned: some peers refuse
	// signatures that are half a minute old.
	Slack = 30 * time.Second
	// enough is how many hosts must have answered before their median means something.
	enough = 3
	// maxHosts bounds the memory; a host counts with its last answer.
	maxHosts = 500
	// tellEvery is how often the median is looked at.
	tellEvery = 15 * time.Second
)

// Options is what a Watch needs; Log, Registry and Keep may be nil.
type Options struct {
	// Next sends.
	Next http.RoundTripper
	Now  func() time.Time
	// Uptime is how long the process runs, by a clock that nobody sets; nil means since New.
	Uptime   func() time.Duration
	Log      *slog.Logger
	Registry prometheus.Registerer
	// Keep is told of the offset when it has changed by a second or more, for those who ask from
	// another process.
	Keep func(ctx context.Context, off time.Duration) error
}

// Watch is a http.RoundTripper that notes the time which others take it for.
type Watch struct {
	o Options

	mu    sync.Mutex
	offs  map[string]time.Duration // by host: our clock less theirs
	ring  []string                 // hosts in the order in which they were met
	leaps leaps
}

// New returns a Watch, and registers copse_clock_skew_seconds: how far this clock is ahead of the
// median of others', 0 while there are too few.
func New(o Options) *Watch {
	if o.Uptime == nil {
		start := time.Now()
		o.Uptime = func() time.Duration { return time.Since(start) }
	}
	w := &Watch{o: o, offs: map[string]time.Duration{}}
	w.leaps = leaps{wall: o.Now().Round(0), ran: o.Uptime(), since: o.Uptime()}
	if o.Registry != nil {
		o.Registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "copse_clock_skew_seconds", Help: "How far the clock is ahead of the median of other servers'.",
		}, func() float64 {
			off, _ := w.Median()
			return off.Seconds()
		}))
	}
	return w
}

// RoundTrip implements http.RoundTripper.
func (w *Watch) RoundTrip(req *http.Request) (*http.Response, error) {
	era, before := w.era(), w.o.Now()
	resp, err := w.o.Next.RoundTrip(req)
	if err != nil {
		return resp, err
	}
	date, bad := http.ParseTime(resp.Header.Get("Date"))
	took := w.o.Now().Sub(before)
	if bad != nil || resp.Header.Get("Age") != "" || took < 0 || took > Slack {
		return resp, nil // no date, that of a cache, or one that says little
	}
	w.note(strings.ToLower(req.URL.Hostname()), before.Add(took/2).Sub(date), era)
	return resp, nil
}

// note keeps what a host's clock says, unless ours leapt since it was asked.
func (w *Watch) note(host string, off time.Duration, era int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.look(); w.leaps.count != era {
		return
	}
	if _, known := w.offs[host]; !known {
		if len(w.ring) == maxHosts {
			delete(w.offs, w.ring[0])
			w.ring = w.ring[1:]
		}
		w.ring = append(w.ring, host)
	}
	w.offs[host] = off
}

// Median is how far this clock is ahead of others'; known is false while too few have answered.
func (w *Watch) Median() (off time.Duration, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.look()
	if off, known = w.median(); !known {
		return 0, false
	}
	return off, true
}

// median is Median of however few have answered.
func (w *Watch) median() (off time.Duration, known bool) {
	if len(w.offs) == 0 {
		return 0, false
	}
	list := make([]time.Duration, 0, len(w.offs))
	for _, off := range w.offs {
		list = append(list, off)
	}
	slices.Sort(list)
	return list[len(list)/2], len(list) >= enough
}

// Run looks at the median again and again until ctx ends, and tells of what is new.
func (w *Watch) Run(ctx context.Context) error {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	var told time.Duration
	doubted := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			doubted = w.tellOfLeap(ctx, doubted)
			told = w.tell(ctx, told)
		}
	}
}

// tellOfLeap says once when the clock has leapt, and once when it is believed again.
func (w *Watch) tellOfLeap(ctx context.Context, doubted bool) bool {
	doubtful := w.Doubtful()
	w.mu.Lock()
	by := w.leaps.by
	w.mu.Unlock()
	if w.o.Log == nil {
		return doubtful
	}
	switch {
	case by.Abs() > Slack && !doubted:
		w.o.Log.WarnContext(ctx, "the clock leapt: until other servers confirm it, nothing expires and nothing is tidied away",
			"by", by.Round(time.Second))
		return true
	case doubted && !doubtful:
		w.o.Log.InfoContext(ctx, "the clock is believed again")
	}
	return doubted && doubtful
}

// tell warns of a clock that is wrong, keeps the offset where it has changed, and answers what was
// told last.
func (w *Watch) tell(ctx context.Context, told time.Duration) time.Duration {
	off, known := w.Median()
	if !known {
		return told
	}
	if off.Abs() > Slack && w.o.Log != nil {
		w.o.Log.WarnContext(ctx, "the clock is wrong: other servers will refuse what is signed here; set up time synchronisation",
			"ahead", off.Round(time.Second))
	}
	if (off-told).Abs() < time.Second || w.o.Keep == nil {
		return told
	}
	if err := w.o.Keep(ctx, off); err != nil {
		if w.o.Log != nil && ctx.Err() == nil {
			w.o.Log.WarnContext(ctx, "clock skew not kept", "err", err)
		}
		return told
	}
	return off
}
