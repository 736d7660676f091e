package delivery

import (
	"context"
	"fmt"
	"log/slog"
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
// (failing, but not yet given up on). The names follow what Fedify publishes (fedify-dev/fedify#813).
type metrics struct {
	sent       *prometheus.CounterVec
	failed     prometheus.Counter
	permanent  prometheus.Counter
	took       prometheus.Histogram
	recipients prometheus.Histogram
	depth      prometheus.Gauge
	oldest     prometheus.Gauge
	dead       prometheus.Gauge
	pending    prometheus.Gauge
	// pendingMost is what pending may be.
	pendingMost prometheus.Gauge
	failing     *prometheus.GaugeVec
	pruned      prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	m := &metrics{
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "copse_delivery_sent_total", Help: "Tries to deliver, by what came of them.",
		}, []string{"result"}),
		failed:    counter("copse_delivery_failed_total", "Tries that failed and are repeated."),
		permanent: counter("copse_delivery_permanent_failure_total", "Deliveries that ended without reaching their peer: refused or expired."),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "copse_delivery_duration_seconds", Help: "Time from signing to the answer, second knocks included.",
			Buckets: []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 15},
		}),
		recipients: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "copse_fanout_recipients", Help: "Inboxes that one batch of an audience led to.",
			Buckets: []float64{1, 10, 100, 1000},
		}),
		depth:       gauge("copse_delivery_queue_depth", "Deliveries that wait, as of the last minute, where the upkeep is done."),
		oldest:      gauge("copse_delivery_queue_oldest_seconds", "How long the oldest delivery has waited, as of the last minute, where the upkeep is done."),
		dead:        gauge("copse_delivery_dead_letters", "Deliveries refused or expired that no admin has looked after, as of the last minute."),
		pending:     gauge("copse_delivery_pending_bytes", "About what deliveries that wait take in the database, as of the last ten minutes, where the upkeep is done."),
		pendingMost: gauge("copse_delivery_pending_bytes_limit", "What they may take: beyond it, what waits for servers asleep is given up."),
		failing: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "copse_circuit_breaker_hosts", Help: "Hosts that failed last, by state of their circuit breaker.",
		}, []string{"state"}),
		pruned: counter("copse_delivery_pruned_total", "Rows of the delivery log, audiences and activities forgotten with age."),
	}
	if r != nil {
		r.MustRegister(m.sent, m.failed, m.permanent, m.took, m.recipients, m.depth, m.oldest, m.dead, m.pending, m.pendingMost, m.failing, m.pruned)
	}
	return m
}

func (m *metrics) tried(result string, took time.Duration) {
	m.sent.WithLabelValues(result).Inc()
	m.took.Observe(took.Seconds())
	switch result {
	case resultRefused:
		m.permanent.Inc()
	case resultLate, resultFault:
		m.failed.Inc()
	}
}

// alarmDepth is where the log warns: four fifths of what a small machine is known to bear (F19).
const alarmDepth = 800_000

// measure brings the gauges up to date, and warns of a queue that grows too long.
func (d *Deliverer) measure(ctx context.Context) error {
	s := d.o.Store
	n, err := s.CountWaiting(ctx)
	if err != nil {
		return fmt.Errorf("count waiting deliveries: %w", err)
	}
	d.metrics.depth.Set(float64(n))
	since, err := s.OldestWaiting(ctx)
	if err != nil {
		return fmt.Errorf("look for the oldest waiting delivery: %w", err)
	}
	d.metrics.oldest.Set(0)
	if !since.IsZero() {
		d.metrics.oldest.Set(d.o.Now().Sub(since.Time).Seconds())
	}
	if n > alarmDepth {
		d.o.Log.WarnContext(ctx, "very many deliveries wait", slog.Int64("count", n), slog.Time("oldest", since.Time))
	}
	dead, err := s.CountDead(ctx)
	if err != nil {
		return fmt.Errorf("count dead letters: %w", err)
	}
	d.metrics.dead.Set(float64(dead))
	states, err := s.CountBreakers(ctx)
	if err != nil {
		return fmt.Errorf("count breakers: %w", err)
	}
	for _, state := range []string{db.BreakerClosed, db.BreakerOpen} {
		d.metrics.failing.WithLabelValues(state).Set(float64(states[state]))
	}
	return nil
}
