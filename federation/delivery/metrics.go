package delivery

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/copse-social/copse/db"
)

// Results of a try, the values of the label result.
const (
	resultTaken   = "taken"
	resultRefused = "refused" // for good
	resultLate    = "late"    // failed on its own account and waits
	resultFault   = "fault"   // the host failed
)

// metrics has labels of few values. result: taken, refused, late, fault. state: open, closed
// (failing, but not yet given up on).
type metrics struct {
	sent    *prometheus.CounterVec
	took    prometheus.Histogram
	depth   prometheus.Gauge
	failing *prometheus.GaugeVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "copse_delivery_sent_total", Help: "Tries to deliver, by what came of them.",
		}, []string{"result"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "copse_delivery_duration_seconds", Help: "Time from signing to the answer, second knocks included.",
			Buckets: []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 15},
		}),
		depth: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "copse_delivery_queue_depth", Help: "Deliveries that wait, as of the last minute.",
		}),
		failing: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "copse_delivery_failing_hosts", Help: "Hosts that failed last, by state of their breaker.",
		}, []string{"state"}),
	}
	if r != nil {
		r.MustRegister(m.sent, m.took, m.depth, m.failing)
	}
	return m
}

func (m *metrics) tried(result string, took time.Duration) {
	m.sent.WithLabelValues(result).Inc()
	m.took.Observe(took.Seconds())
}

// measure brings the gauges up to date.
func (d *Deliverer) measure(ctx context.Context) error {
	n, err := d.o.Store.CountWaiting(ctx)
	if err != nil {
		return fmt.Errorf("count waiting deliveries: %w", err)
	}
	d.metrics.depth.Set(float64(n))
	states, err := d.o.Store.CountBreakers(ctx)
	if err != nil {
		return fmt.Errorf("count breakers: %w", err)
	}
	for _, s := range []string{db.BreakerClosed, db.BreakerOpen} {
		d.metrics.failing.WithLabelValues(s).Set(float64(states[s]))
	}
	return nil
}
