package server

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"github.com/copse-social/copse/db"
)

// Limit is how often something may be done under one key: N at once, refilled within Per.
type Limit struct {
	Name string
	N    int
	Per  time.Duration
	// Strict refuses while the counter cannot be reached; others let pass.
	Strict bool
}

// The limits (security.md 2a). Who brings a cookie, token or signature has the larger share of its
// address before any of it is checked: the doors check it, and an address stays bounded.
var (
	limitAnonymous  = Limit{Name: "anonymous", N: 300, Per: 5 * time.Minute}
	limitKnown      = Limit{Name: "known", N: 1500, Per: 5 * time.Minute}
	limitLogin      = Limit{Name: "login", N: 10, Per: 5 * time.Minute, Strict: true}
	limitAccount    = Limit{Name: "account", N: 10, Per: time.Hour, Strict: true}
	limitInbox      = Limit{Name: "inbox", N: 500, Per: 5 * time.Second}          // 100/s of one host
	limitInboxes    = Limit{Name: "inbox-address", N: 1000, Per: 5 * time.Second} // 200/s of one address
	limitStrangeBox = Limit{Name: "inbox-stranger", N: 25, Per: 5 * time.Second}  // 5/s of a host not met
)

// counter takes one from what is left under a key, or says how long to wait. There are two: in
// memory, for one process, and in Redis, for several.
type counter interface {
	take(ctx context.Context, key string, l Limit) (wait time.Duration, err error)
}

// Limits counts what people and servers do, by address, account and host.
type Limits struct {
	counter counter
	log     *slog.Logger
}

// NewLimits counts in memory.
func NewLimits(now func() time.Time, log *slog.Logger) *Limits {
	return &Limits{counter: newBuckets(now), log: log}
}

// maxLogin bounds what one attempt adds to the counters; no handle or mail address is longer.
const maxLogin = 320

// Login tells whether one more attempt to sign in may be made from the address of a request for a
// login, a handle or mail address as typed.
func (l *Limits) Login(c echo.Context, login string) bool {
	ctx := c.Request().Context()
	byAddress := l.wait(ctx, limitLogin, addressKey(c.RealIP()))
	login = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(login), "@"))
	byAccount := l.wait(ctx, limitAccount, login[:min(len(login), maxLogin)])
	return byAddress == 0 && byAccount == 0
}

// wait is how long somebody must wait; 0 lets pass.
func (l *Limits) wait(ctx context.Context, limit Limit, who string) time.Duration {
	wait, err := l.counter.take(ctx, limit.Name+":"+who, limit)
	if err == nil {
		return wait
	}
	l.log.WarnContext(ctx, "rate limit cannot be counted", "limit", limit.Name, "err", err)
	if limit.Strict {
		return limit.Per / time.Duration(limit.N)
	}
	return 0
}

// bucketsAtOnce bounds the keys in memory; the least used give way (T53).
const bucketsAtOnce = 100_000

// buckets counts in memory.
type buckets struct {
	now  func() time.Time
	list *otter.Cache[string, *rate.Limiter]
}

func newBuckets(now func() time.Time) *buckets {
	return &buckets{now: now, list: otter.Must(&otter.Options[string, *rate.Limiter]{
		MaximumSize:      bucketsAtOnce,
		ExpiryCalculator: otter.ExpiryAccessing[string, *rate.Limiter](time.Hour),
	})}
}

func (b *buckets) take(_ context.Context, key string, l Limit) (time.Duration, error) {
	bucket, ok := b.list.GetIfPresent(key)
	if !ok {
		fresh := rate.NewLimiter(rate.Every(l.Per/time.Duration(l.N)), l.N)
		bucket, _ = b.list.SetIfAbsent(key, fresh)
	}
	now := b.now()
	r := bucket.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	return wait, nil
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

// limit answers 429 with the time to wait to who asks too often.
func (s *Server) limit() echo.MiddlewareFunc {
	met := otter.Must(&otter.Options[string, struct{}]{
		MaximumSize: 10_000, ExpiryCalculator: otter.ExpiryWriting[string, struct{}](time.Hour),
	})
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			limits := []asked{}
			switch req := c.Request(); doorOf(req) {
			case doorHealth, doorAssets:
				return next(c)
			case doorInbox:
				limits = s.inboxLimits(c, met)
			default:
				limits = append(limits, readLimit(c))
			}
			for _, a := range limits {
				if wait := s.o.Limits.wait(c.Request().Context(), a.limit, a.who); wait > 0 {
					s.metrics.refused.WithLabelValues(a.limit.Name).Inc()
					c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(wait.Seconds()))))
					return echo.ErrTooManyRequests
				}
			}
			return next(c)
		}
	}
}

// asked is one limit and the key it is counted under.
type asked struct {
	limit Limit
	who   string
}

func readLimit(c echo.Context) asked {
	h, who := c.Request().Header, addressKey(c.RealIP())
	for _, name := range []string{echo.HeaderCookie, echo.HeaderAuthorization, "Signature"} {
		if h.Get(name) != "" {
			return asked{limitKnown, who}
		}
	}
	return asked{limitAnonymous, who}
}

// inboxLimits counts a delivery under the address it comes from, and under the host that it says
// it is signed by together with that address: nobody can use up another host's share.
func (s *Server) inboxLimits(c echo.Context, met *otter.Cache[string, struct{}]) []asked {
	address, host := addressKey(c.RealIP()), claimedHost(c.Request().Header)
	limits := []asked{{limitInboxes, address}}
	if host == "" {
		return append(limits, asked{limitStrangeBox, address})
	}
	if !s.hasMet(c.Request().Context(), host, met) {
		return append(limits, asked{limitStrangeBox, address + " " + host})
	}
	return append(limits, asked{limitInbox, address + " " + host})
}

// hasMet tells whether a verified request of a host has been seen before.
func (s *Server) hasMet(ctx context.Context, host string, met *otter.Cache[string, struct{}]) bool {
	if _, ok := met.GetIfPresent(host); ok {
		return true
	}
	h, err := s.o.Store.HostByName(ctx, host)
	if errors.Is(err, db.ErrNotFound) || err == nil && h.LastInAt.IsZero() {
		return false
	}
	if err == nil {
		met.Set(host, struct{}{})
	}
	return true // a database that fails is no reason to slow peers down
}

// claimedHost reads from either form of signature which host says that it signed. Nothing is
// verified yet.
func claimedHost(h http.Header) string {
	for _, name := range []string{"Signature", "Signature-Input"} {
		text := h.Get(name)
		i := strings.Index(strings.ToLower(text), `keyid="`)
		if i < 0 {
			continue
		}
		id, _, ok := strings.Cut(text[i+len(`keyid="`):], `"`)
		if u, err := url.Parse(id); ok && err == nil {
			return strings.ToLower(u.Host)
		}
	}
	return ""
}
