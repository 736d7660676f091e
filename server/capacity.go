package server

import (
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
)

// Caps on requests at work at once (security.md 2a). Pages work on the processor; deliveries and
// reads of other servers may wait for a key from elsewhere, so they have a lane of their own and
// cannot hold pages up.
const (
	pagesPerCPU   = 8
	peersPerCPU   = 64
	streamsAtOnce = 4096
	waitingAtOnce = 512
	patience      = 5 * time.Second
	perAddress    = 100
)

// lane lets so many requests work at once; so many more wait for a moment.
type lane struct {
	name    string
	working chan struct{}
	waiting atomic.Int64
	queue   int64
}

func newLane(name string, atOnce int, queue int64) *lane {
	return &lane{name: name, working: make(chan struct{}, atOnce), queue: queue}
}

// enter takes a place, or says that there is none.
func (l *lane) enter(req *http.Request) bool {
	select {
	case l.working <- struct{}{}:
		return true
	default:
	}
	if l.waiting.Add(1) > l.queue {
		l.waiting.Add(-1)
		return false
	}
	defer l.waiting.Add(-1)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case l.working <- struct{}{}:
		return true
	case <-timer.C:
	case <-req.Context().Done():
	}
	return false
}

func (l *lane) leave() { <-l.working }

// crowd counts the requests of each address that are at work.
type crowd struct {
	mu   sync.Mutex
	here map[string]int
}

func (k *crowd) enter(address string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.here[address] >= perAddress {
		return false
	}
	k.here[address]++
	return true
}

func (k *crowd) leave(address string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.here[address]--; k.here[address] <= 0 {
		delete(k.here, address)
	}
}

// capacity answers 503 when there is no place to work, instead of letting all get slow.
func (s *Server) capacity() echo.MiddlewareFunc {
	cpus := runtime.GOMAXPROCS(0)
	pages := newLane("pages", pagesPerCPU*cpus, waitingAtOnce)
	peers := newLane("peers", peersPerCPU*cpus, waitingAtOnce)
	streams := newLane("streams", streamsAtOnce, 0)
	all := &crowd{here: make(map[string]int)}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			req, l := c.Request(), pages
			switch {
			case doorOf(req) == doorHealth:
				return next(c)
			case peersOnly(req.URL.Path):
				l = peers
			case strings.HasPrefix(req.Header.Get(echo.HeaderAccept), "text/event-stream"):
				l = streams
			}
			if l != streams { // a whole office may hold streams behind one address
				address := addressKey(c.RealIP())
				if !all.enter(address) {
					return s.busy(c, "address")
				}
				defer all.leave(address)
			}
			if !l.enter(req) {
				return s.busy(c, l.name)
			}
			defer l.leave()
			return next(c)
		}
	}
}

func (s *Server) busy(c echo.Context, limit string) error {
	s.metrics.refused.WithLabelValues(limit).Inc()
	c.Response().Header().Set(echo.HeaderRetryAfter, "5")
	return echo.ErrServiceUnavailable
}
