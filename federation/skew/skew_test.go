package skew

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// elsewhere answers with a Date of its own.
type elsewhere func(req *http.Request) http.Header

func (e elsewhere) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusAccepted, Header: e(req), Body: http.NoBody}, nil
}

func ask(t *testing.T, w *Watch, hosts ...string) {
	t.Helper()
	for _, host := range hosts {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+host+"/inbox", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := w.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
}

func dated(at time.Time) http.Header {
	return http.Header{"Date": {at.UTC().Format(http.TimeFormat)}}
}

func TestMedian_oneLiarChangesNothing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	w := New(Options{Now: func() time.Time { return now }, Next: elsewhere(func(req *http.Request) http.Header {
		if req.URL.Host == "liar.example" {
			return dated(now.AddDate(-10, 0, 0))
		}
		return dated(now.Add(-2 * time.Hour))
	})})
	ask(t, w, "liar.example", "a.example")
	if off, known := w.Median(); known {
		t.Errorf("two hosts give %s", off)
	}
	ask(t, w, "b.example", "liar.example", "a.example")
	if off, known := w.Median(); !known || off != 2*time.Hour {
		t.Errorf("%s, %v; want 2h", off, known)
	}
}

func TestMedian_whatSaysNothing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	for name, header := range map[string]http.Header{
		"no date": {}, "no time": {"Date": {"yesterday"}}, "a cache": {"Date": {now.Format(http.TimeFormat)}, "Age": {"60"}},
	} {
		w := New(Options{Now: func() time.Time { return now }, Next: elsewhere(func(*http.Request) http.Header { return header })})
		ask(t, w, "a.example", "b.example", "c.example")
		if off, known := w.Median(); known {
			t.Errorf("%s gives %s", name, off)
		}
	}
}

func TestWatch_forgetsTheEldest(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	w := New(Options{Now: func() time.Time { return now }, Next: elsewhere(func(*http.Request) http.Header { return dated(now) })})
	for i := range maxHosts + 10 {
		ask(t, w, fmt.Sprintf("h%d.example", i))
	}
	if len(w.offs) != maxHosts || len(w.ring) != maxHosts {
		t.Errorf("%d hosts are remembered in a list of %d", len(w.offs), len(w.ring))
	}
}

// Drill F14: a clock that leaps is told of within a minute: in the log, by a metric, and to the
// doctor.
func TestRun_tellsOfALeap(t *testing.T) {
	t.Parallel()
	for _, leap := range []time.Duration{2 * time.Hour, -2 * time.Hour, 400 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			var by time.Duration
			var log bytes.Buffer
			var kept []time.Duration
			metrics := prometheus.NewRegistry()
			w := New(Options{
				Now: func() time.Time { return time.Now().Add(by) }, Log: slog.New(slog.NewTextHandler(&log, nil)), Registry: metrics,
				Next: elsewhere(func(*http.Request) http.Header { return dated(time.Now()) }),
				Keep: func(_ context.Context, off time.Duration) error { kept = append(kept, off); return nil },
			})
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error)
			go func() { ended <- w.Run(ctx) }()
			ask(t, w, "a.example", "b.example", "c.example")
			<-time.After(time.Minute)
			synctest.Wait()
			if log.Len() > 0 || len(kept) > 0 {
				t.Errorf("told of a clock that is right: %v %s", kept, &log)
			}
			by = leap
			ask(t, w, "a.example", "b.example", "c.example")
			<-time.After(time.Minute)
			synctest.Wait()
			if !strings.Contains(log.String(), "the clock is wrong") || len(kept) != 1 || kept[0].Round(time.Second) != leap {
				t.Errorf("after a leap of %s: kept %v, logged %q", leap, kept, &log)
			}
			if got := gauge(t, metrics); got != leap.Seconds() {
				t.Errorf("copse_clock_skew_seconds is %v after a leap of %s", got, leap)
			}
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

func gauge(t *testing.T, metrics *prometheus.Registry) float64 {
	t.Helper()
	families, err := metrics.Gather()
	if err != nil || len(families) != 1 {
		t.Fatalf("%d metrics, %v", len(families), err)
	}
	return families[0].GetMetric()[0].GetGauge().GetValue()
}
