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

// metrics has labels of few values. type: object, webfinger, nodeinfo, page;
// keys have a name of their own, that which Fedify gives them. result: ok, unchanged, gone, not_found, forbidden, refused (by our
// guard or policy), budget, fault (temporary), invalid (all else).
type metrics struct {
	took, keys *prometheus.HistogramVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	took := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: name, Help: help, Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10},
		}, labels)
	}
	m := &metrics{
		took: took("copse_fetch_seconds", "Time of fetches from other hosts, keys apart, all requests of one call together.", "type", "result"),
		keys: took("copse_signature_key_fetch_duration_seconds", "Time of fetches of keys, all requests of one together; failures remembered count.", "result"),
	}
	if r != nil {
		r.MustRegister(m.took, m.keys)
	}
	return m
}

// ended counts one call and, for whoever debugs, tells of it.
func (c *Client) ended(ctx context.Context, kind string, start time.Time, err *error) {
	took := time.Since(start)
	res := result(*err)
	if kind == kindKey {
		c.metrics.keys.WithLabelValues(res).Observe(took.Seconds())
	} else {
		c.metrics.took.WithLabelValues(kind, res).Observe(took.Seconds())
	}
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
