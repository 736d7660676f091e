package fetch

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"
)

const (
	// longestWait is how long a caused fetch queues for its host before it is
	// put off to a later attempt.
	longestWait = 4 * time.Second
	// burst lets one honest activity have its answers at once: that many
	// seconds' worth.
	burst = 4
	// maxSites bounds what is remembered about hosts; a flood of names pushes
	// out the least used (T53).
	maxSites = 10_000
	// othersShare is how many of four requests an hour to one host may be
	// caused from elsewhere (T57): whoever points us at a victim must neither
	// flood it nor use up what the victim's own people need.
	othersShare = 3
)

// Budget bounds the fetches one inbound activity may cause (T32). Every
// request counts, redirects and second knocks included. The zero value allows
// none.
type Budget struct {
	mu   sync.Mutex
	left int
	by   string // the site that causes them, "" for nobody's in particular
}

// BudgetOf allows n requests that somebody of a host causes, "" for nobody's in
// particular; 20 is the setting's default. What he makes us ask of others counts
// against their share for strangers (T57).
func BudgetOf(host string, n int) *Budget { return &Budget{left: n, by: Site(host)} }

// Left is how many requests remain, for the caller's own decisions.
func (b *Budget) Left() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.left
}

func (b *Budget) spend() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left <= 0 {
		return fmt.Errorf("%w: by this activity", ErrBudget)
	}
	b.left--
	return nil
}

type budgetKey struct{}

// WithBudget marks all fetches under ctx as caused by a stranger: they spend
// from b and keep to the pace of the host they go to. Fetches without a budget
// are our own wish and keep only to the transport's limits.
func WithBudget(ctx context.Context, b *Budget) context.Context {
	return context.WithValue(ctx, budgetKey{}, b)
}

// spend counts one request against the activity and against its host.
func (c *Client) spend(ctx context.Context, host string) error {
	b, ok := ctx.Value(budgetKey{}).(*Budget)
	if !ok {
		return nil
	}
	if err := b.spend(); err != nil {
		return err
	}
	s := c.sites.of(host)
	if (b.by != "" && b.by != Site(host) || unproved(ctx)) && !s.others.AllowN(time.Now(), 1) {
		return &retryable{fmt.Errorf("%w: of this host for others", ErrBudget)}
	}
	return s.wait(ctx)
}

// sites remembers how much each registrable domain was asked lately: counting
// by host would let *.evil.test ask once per name.
type sites struct {
	perSecond, perHour int
	known              *otter.Cache[string, *site]
}

func newSites(perSecond, perHour int) *sites {
	return &sites{
		perSecond: perSecond, perHour: perHour,
		known: otter.Must(&otter.Options[string, *site]{MaximumSize: maxSites}),
	}
}

func (s *sites) of(host string) *site {
	key := Site(host)
	if known, ok := s.known.GetIfPresent(key); ok {
		return known
	}
	fresh, _ := s.known.SetIfAbsent(key, &site{
		second: rate.NewLimiter(rate.Limit(s.perSecond), burst*s.perSecond),
		hour:   rate.NewLimiter(rate.Limit(float64(s.perHour)/3600), s.perHour),
		others: rate.NewLimiter(rate.Limit(float64(s.perHour)*othersShare/4/3600), s.perHour*othersShare/4),
		keys:   make(chan struct{}, keySlots),
	})
	return fresh
}

// site is one registrable domain. Its limits run on the real clock: they
// protect real machines.
type site struct {
	second, hour *rate.Limiter
	others       *rate.Limiter // part of hour
	keys         chan struct{}
	doubt        doubt // about what strangers ask for
	reserve      doubt // about what those ask for who are Vouched
}

// wait queues for the host's next moment, or answers a temporary ErrBudget
// when that is too far away.
func (s *site) wait(ctx context.Context) error {
	now := time.Now()
	if !s.hour.AllowN(now, 1) {
		return &retryable{fmt.Errorf("%w: of this host for an hour", ErrBudget)}
	}
	r := s.second.ReserveN(now, 1)
	delay := r.DelayFrom(now)
	if delay > longestWait {
		r.CancelAt(now)
		return &retryable{fmt.Errorf("%w: of this host for a moment", ErrBudget)}
	}
	if delay == 0 {
		return nil
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		r.Cancel()
		return context.Cause(ctx)
	}
}
