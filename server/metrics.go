package server

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts requests. Labels: door is web, actors, inbox, assets or health; class is the
// first digit of the status with "xx"; limit is the name of a limit in limits.go or of a cap in
// capacity.go.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	refused  *prometheus.CounterVec
}

func newMetrics(reg *prometheus.Registry) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "copse_http_requests_total", Help: "Requests answered, by door and class of status.",
		}, []string{"door", "class"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "copse_http_request_seconds", Help: "Time to answer a request, by door.",
			Buckets: []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15},
		}, []string{"door"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "copse_http_limited_total", Help: "Requests refused by a limit or for lack of capacity.",
		}, []string{"limit"}),
	}
	reg.MustRegister(m.requests, m.seconds, m.refused)
	return m
}

func (m *metrics) count(door string, status int, took time.Duration) {
	m.requests.WithLabelValues(door, strconv.Itoa(status/100)+"xx").Inc()
	m.seconds.WithLabelValues(door).Observe(took.Seconds())
}
