package server

import (
	"context"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/maypok86/otter/v2"
	"github.com/prometheus/client_golang/prometheus"
)

// Limit is how often something may be done under one key: at most N times within any Per. With a
// Burst it is a bucket instead, N within Per for ever and Burst at once, which suits senders that
// come back by themselves.
type Limit struct {
	Name  string
	N     int
	Per   time.Duration
	Burst int
	// Strict refuses while the counter cannot be reached; others let pass.
	Strict bool
}

// The limits (security.md 2a). People are counted by account once the door for browsers knows them
// and by address before; a cookie or token that nobody has checked yet earns no more than the outer
// bound of an address.
var (
	limitAnonymous = Limit{Name: "anonymous", N: 300, Per: 5 * time.Minute}
	limitUser      = Limit{Name: "user", N: 1500, Per: 5 * time.Minute}
	limitAddress   = Limit{Name: "address", N: 6000, Per: 5 * time.Minute} // an office of people signed in
	limitReads     = Limit{Name: "signed-read", N: 1500, Per: 5 * time.Minute}
	limitLogin     = Limit{Name: "login", N: 10, Per: 5 * time.Minute, Strict: true}
	limitAccount   = Limit{Name: "account", N: 10, Per: time.Hour, Strict: true}
	limitPassword  = Limit{Name: "password", N: 10, Per: time.Hour, Strict: true}
	limitSetup     = Limit{Name: "setup", N: 5, Per: 30 * time.Minute, Strict: true}
	limitSearch    = Limit{Name: "search", N: 30, Per: time.Minute}
	limitElsewhere = Limit{Name: "elsewhere", N: 10, Per: time.Minute} // each asks a server elsewhere
	limitInbox     = Limit{Name: "inbox", N: 100, Per: time.Second, Burst: 500}
	limitStrangers = Limit{Name: "inbox-stranger", N: 5, Per: time.Second, Burst: 25}
	limitRefused   = Limit{Name: "inbox-refused", N: 600, Per: time.Minute} // signatures that fail
)

// routeLimits bound single acts, by method and route: a path can be spelled in several ways, a
// route cannot (T54).
var routeLimits = map[string]Limit{
	"POST /setup":             limitSetup,
	"POST /settings/password": limitPassword,
	"GET /search":             limitSearch,
	"POST /follow/:handle":    limitElsewhere,
	"POST /follow/c/:handle":  limitElsewhere,
	"POST /follow/u/:handle":  limitElsewhere,
	"POST /follow/d/:id":      limitElsewhere,
}

// counter counts under keys. There are two: in memory, for one process, and in Redis, for several.
type counter interface {
	// take counts one act, or says how long to wait; what is refused is not counted.
	take(ctx context.Context, key string, l Limit) (wait time.Duration, err error)
	// look is take without counting, for a Limit without a Burst.
	look(ctx context.Context, key string, l Limit) (wait time.Duration, err error)
}

// Limits counts what people and servers do, by address, account and host.
type Limits struct {
	counter counter
	log     *slog.Logger
	refused *prometheus.CounterVec // nil until a server counts
}

// NewLimits counts in memory.
func NewLimits(now func() time.Time, log *slog.Logger) *Limits {
	return &Limits{counter: newShelf(now), log: log}
}

// maxLogin bounds what one attempt adds to the counters; no handle or mail address is longer.
const maxLogin = 320

// Login tells whether one more attempt to sign in may be made from the address of a request for a
// login, a handle or mail address as typed.
func (l *Limits) Login(c echo.Context, login string) bool {
	ctx := c.Request().Context()
	if l.wait(ctx, limitLogin, addressKey(c.RealIP())) > 0 {
		return false // and whoever comes from elsewhere still gets to this account
	}
	return l.wait(ctx, limitAccount, loginKey(login)) == 0
}

// loginKey is one spelling of a login, so that none buys another ten attempts.
func loginKey(login string) string {
	login = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(login), "@"))
	return login[:min(len(login), maxLogin)]
}

// Reader counts one request of somebody whom the door for browsers has looked at: an account, or 0
// for who is signed out. It answers the error that becomes 429 in the form of the door.
func (l *Limits) Reader(c echo.Context, account int64) error {
	who := addressKey(c.RealIP())
	var list []asked
	switch {
	case account != 0:
		who = "user " + strconv.FormatInt(account, 10)
		list = append(list, asked{limitUser, who})
	case bringsSecret(c.Request().Header):
		list = append(list, asked{limitAnonymous, who}) // a cookie that opens nothing
	}
	if limit, found := routeLimits[c.Request().Method+" "+c.Path()]; found {
		list = append(list, asked{limit, who})
	}
	return l.pass(c, list...)
}

// asked is one limit and the key it is counted under.
type asked struct {
	limit Limit
	who   string
}

// pass counts under all keys; the first that is used up refuses.
func (l *Limits) pass(c echo.Context, list ...asked) error {
	for _, a := range list {
		if wait := l.wait(c.Request().Context(), a.limit, a.who); wait > 0 {
			return l.refuse(c, a.limit, wait)
		}
	}
	return nil
}

func (l *Limits) refuse(c echo.Context, limit Limit, wait time.Duration) error {
	if l.refused != nil {
		l.refused.WithLabelValues(limit.Name).Inc()
	}
	c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	return echo.ErrTooManyRequests
}

// wait is how long somebody must wait; 0 lets pass.
func (l *Limits) wait(ctx context.Context, limit Limit, who string) time.Duration {
	wait, err := l.counter.take(ctx, limit.Name+":"+who, limit)
	return l.sure(ctx, limit, wait, err)
}

// full is wait without counting.
func (l *Limits) full(ctx context.Context, limit Limit, who string) time.Duration {
	wait, err := l.counter.look(ctx, limit.Name+":"+who, limit)
	return l.sure(ctx, limit, wait, err)
}

func (l *Limits) sure(ctx context.Context, limit Limit, wait time.Duration, err error) time.Duration {
	if err == nil {
		return wait
	}
	l.log.WarnContext(ctx, "rate limit cannot be counted", "limit", limit.Name, "err", err)
	if limit.Strict {
		return limit.Per / time.Duration(limit.N)
	}
	return 0
}

// addressKey is what an address is counted under: IPv6 by /64, which one household has.
func addressKey(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if a = a.Unmap().WithZone(""); a.Is6() {
		p, err := a.Prefix(64)
		if err != nil {
			return address
		}
		return p.String()
	}
	return a.String()
}

// bringsSecret tells whether a request claims to come from somebody known.
func bringsSecret(h http.Header) bool {
	return h.Get(echo.HeaderCookie) != "" || h.Get(echo.HeaderAuthorization) != ""
}

// limit answers 429 with the time to wait to who asks too often.
func (s *Server) limit() echo.MiddlewareFunc {
	met := otter.Must(&otter.Options[string, struct{}]{
		MaximumSize: 10_000, ExpiryCalculator: otter.ExpiryWriting[string, struct{}](time.Hour),
	})
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			switch req, who := c.Request(), addressKey(c.RealIP()); doorOf(req) {
			case doorHealth, doorAssets:
				return next(c)
			case doorInbox:
				return s.limitInbox(c, met, next)
			default:
				if err := s.o.Limits.pass(c, s.readLimit(c, who, met)); err != nil {
					return err
				}
			}
			return next(c)
		}
	}
}

// readLimit is what one address may read. Where a session is looked up, the door for browsers
// counts again; a signature counts for servers that have proved one before.
func (s *Server) readLimit(c echo.Context, who string, met *otter.Cache[string, struct{}]) asked {
	req := c.Request()
	switch host := claimedHost(req.Header); {
	case host != "" && s.hasMet(req.Context(), host, met):
		return asked{limitReads, who}
	case !peersOnly(req.URL.Path) && !s.o.Actors.Serves(req) && bringsSecret(req.Header):
		return asked{limitAddress, who}
	}
	return asked{limitAnonymous, who}
}
