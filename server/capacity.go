package server

import (
	"net/http"
	"runtime"
	"slices"
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
	perAddress    = 100 // at work at once, streams apart
	perOffice     = 512 // streams that one address holds: a whole office may stand behind it
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

// crowd counts the requests of each address that are at work, up to a bound.
type crowd struct {
	most int
	mu   sync.Mutex
	here map[string]int
}

func newCrowd(most int) *crowd { return &crowd{most: most, here: make(map[string]int)} }

func (k *crowd) enter(address string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.here[address] >= k.most {
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

// capacity answers 503 when there is no place to work, instead of letting all get slow. What a
// client says that it accepts moves nobody to another lane (T54): the route does.
func (s *Server) capacity() echo.MiddlewareFunc {
	cpus := runtime.GOMAXPROCS(0)
	pages := newLane("pages", pagesPerCPU*cpus, waitingAtOnce)
	peers := newLane("peers", peersPerCPU*cpus, waitingAtOnce)
	streams := newLane("streams", streamsAtOnce, 0)
	short, long := newCrowd(perAddress), newCrowd(perOffice)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			l, all := pages, short
			switch req := c.Request(); {
			case doorOf(req) == doorHealth:
				return next(c)
			case slices.Contains(s.o.Streams, c.Path()):
				l, all = streams, long
			case peersOnly(req.URL.Path):
				l = peers
			}
			address := addressKey(c.RealIP())
			if !all.enter(address) {
				return s.busy(c, "address")
			}
			defer all.leave(address)
			if !l.enter(c.Request()) {
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
