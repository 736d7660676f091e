package inbox

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
)

// Metrics times the way in. Labels have few values. result of a signature: verified, refused, fault
// (its key could not be had just now). result of an activity: done, ignored, refused. The names
// follow what Fedify publishes (fedify-dev/fedify#813).
type Metrics struct {
	checked *prometheus.HistogramVec
	handled *prometheus.HistogramVec
}

// NewMetrics registers with r, which may be nil.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		checked: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "copse_signature_verification_duration_seconds", Help: "Time to prove the signature of a request, its key included.",
			Buckets: []float64{.0005, .001, .005, .025, .1, .5, 1, 5, 10},
		}, []string{"result"}),
		handled: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "copse_inbox_processing_duration_seconds", Help: "Time from storing an activity to its end, tries put off included.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, 1, 5, 30, 300, 3600},
		}, []string{"result"}),
	}
	if r != nil {
		r.MustRegister(m.checked, m.handled)
	}
	return m
}

// Checked counts the proof of one signature, see federation.ReceiverOptions.
func (m *Metrics) Checked(took time.Duration, err error) {
	result := "verified"
	switch {
	case federation.Temporary(err):
		result = "fault"
	case err != nil:
		result = "refused"
	}
	m.checked.WithLabelValues(result).Observe(took.Seconds())
}

// ended counts one activity by how it ended.
func (m *Metrics) ended(state int16, took time.Duration) {
	result := "done"
	switch state {
	case db.ReceiptIgnored:
		result = "ignored"
	case db.ReceiptRefused:
		result = "refused"
	}
	m.handled.WithLabelValues(result).Observe(max(took, 0).Seconds()) // a clock may go back
}
