package fetch

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The kinds of fetches counted.
const (
	kindObject    = "object"
	kindKey       = "key"
	kindWebFinger = "webfinger"
	kindNodeInfo  = "nodeinfo"
	kindPage      = "page"
)

// metrics has labels of few values. type: object, key, webfinger, nodeinfo,
// page. result: ok, unchanged, gone, not_found, forbidden, refused (by our
// guard or policy), budget, fault (temporary), invalid (all else).
type metrics struct {
	took *prometheus.HistogramVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "copse_fetch_seconds",
		Help:    "Time of fetches from other hosts, all requests of one call together.",
		Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"type", "result"})}
	if r != nil {
		r.MustRegister(m.took)
	}
	return m
}

// ended counts one call and, for whoever debugs, tells of it.
func (c *Client) ended(ctx context.Context, kind string, start time.Time, err *error) {
	took := time.Since(start)
	res := result(*err)
	c.metrics.took.WithLabelValues(kind, res).Observe(took.Seconds())
	if *err != nil {
		c.o.Log.DebugContext(ctx, "fetch failed", slog.String("type", kind), slog.String("result", res),
			slog.Duration("took", took), slog.Any("err", *err))
	}
}

func result(err error) string {
	for _, known := range []struct {
		is   error
		word string
	}{
		{nil, "ok"},
		{ErrUnchanged, "unchanged"},
		{ErrGone, "gone"},
		{ErrNotFound, "not_found"},
		{ErrForbidden, "forbidden"},
		{ErrRefusedHost, "refused"},
		{ErrBudget, "budget"},
	} {
		if errors.Is(err, known.is) {
			return known.word
		}
	}
	if Temporary(err) {
		return "fault"
	}
	return "invalid"
}
