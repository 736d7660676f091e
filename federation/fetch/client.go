// Package fetch is the one way the program reads from other hosts: signed,
// guarded, bounded GETs of ActivityPub documents, keys, WebFinger and NodeInfo.
//
// It answers with bytes whose origin is proved, or with an error the caller
// can tell apart. It must not know what the documents mean, must not store
// anything, and must not be passed by: no other room may open an outgoing
// connection, except delivery, which shares NewTransport.
//
// Read next: guard.go for who may be reached, get.go for one request from
// first knock to last redirect, document.go for what makes a document
// believable, budget.go for how much one stranger may make us fetch.
package fetch

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/copse-social/copse/federation/sign"
)

// total bounds one call, redirects, second knocks and refetches included (T31).
const total = 10 * time.Second

// Options is what a Client needs. Transport and UserAgent are required.
type Options struct {
	// Transport is NewTransport's, or an in-memory network in tests.
	Transport http.RoundTripper
	// UserAgent is "Copse/<version> (+https://<host>)": admins of other hosts
	// look there for whom to ask.
	UserAgent string
	// Signer answers the instance actor's signer; a nil signer or a nil
	// function means unsigned. It is the same for all callers, since what one
	// fetches at the same moment as another is shared (T34).
	Signer func(ctx context.Context) (*sign.Signer, error)
	// Scheme answers which signature a host understood last; nil means Cavage.
	Scheme func(ctx context.Context, host string) sign.Scheme
	// Learn is told when a host refused the first scheme and took the other.
	Learn func(ctx context.Context, host string, s sign.Scheme)
	// Allowed is the federation policy, asked for each host before each
	// request; its error is wrapped into ErrRefusedHost.
	Allowed func(ctx context.Context, host string) error
	// Lab takes ports other than 443: there the instances of one machine tell
	// themselves apart by them.
	Lab bool
	// AllowHTTP is Lab with plain http.
	AllowHTTP bool
	// CausedPerSecond and CausedPerHour bound what strangers can make us send
	// to one registrable domain (T32). Zero means 5, in bursts of up to 20, and
	// 200; in a lab, where all hosts share one machine, practically no bound.
	CausedPerSecond, CausedPerHour int
	// Now dates signatures and ages the memory of failures; nil means
	// time.Now.
	Now func() time.Time
	Log *slog.Logger
	// Metrics is where the client counts; nil means it does not.
	Metrics prometheus.Registerer
}

// Client is safe for concurrent use. Equal fetches under way at the same
// moment become one.
type Client struct {
	o       Options
	sites   *sites
	flights flights
	failed  *failures
	metrics *metrics
}

// New panics when Transport or UserAgent is missing: a programmer's error.
func New(o Options) *Client {
	if o.Transport == nil || o.UserAgent == "" {
		panic("fetch: Options need Transport and UserAgent")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Lab = o.Lab || o.AllowHTTP
	perSecond, perHour := 5, 200
	if o.Lab {
		perSecond, perHour = 10_000, 10_000_000
	}
	return &Client{
		o:       o,
		metrics: newMetrics(o.Metrics),
		sites:   newSites(cmp.Or(o.CausedPerSecond, perSecond), cmp.Or(o.CausedPerHour, perHour)),
		flights: flights{running: map[string]*flight{}},
		failed:  newFailures(o.Now),
	}
}

// bounded gives one call its time. Running out of it says something about the
// host, unlike running out of the caller's own.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, total, ErrTooSlow)
}

// target reads an address as one we may follow.
func (c *Client) target(iri string) (*url.URL, error) {
	u, err := parse(iri)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "https" && !c.o.AllowHTTP {
		return nil, fmt.Errorf("%w: %s is not https", ErrRefusedHost, clip(iri))
	}
	if u.Port() != "" && !c.o.Lab {
		return nil, fmt.Errorf("%w: port %s", ErrRefusedHost, u.Port())
	}
	return u, nil
}

// permit asks policy and budget before each request, hops included.
func (c *Client) permit(ctx context.Context, u *url.URL) error {
	if c.o.Allowed != nil {
		if err := c.o.Allowed(ctx, u.Host); err != nil {
			return fmt.Errorf("%w: %w", ErrRefusedHost, err)
		}
	}
	return c.spend(ctx, u.Host)
}

// as is who signs, and how; a nil signer is nobody.
type as struct {
	signer *sign.Signer
	scheme sign.Scheme
}

// identity is the instance actor, or nobody where requests go out unsigned.
func (c *Client) identity(ctx context.Context, a ask) (as, error) {
	if c.o.Signer == nil || !a.signed {
		return as{}, nil
	}
	s, err := c.o.Signer(ctx)
	if err != nil {
		return as{}, fmt.Errorf("load instance key: %w", err)
	}
	return as{signer: s}, nil
}

// schemes answers the order in which a host's door is knocked at.
func (c *Client) schemes(ctx context.Context, host string) [2]sign.Scheme {
	if c.o.Scheme != nil && c.o.Scheme(ctx, host) == sign.RFC9421 {
		return [2]sign.Scheme{sign.RFC9421, sign.Cavage}
	}
	return [2]sign.Scheme{sign.Cavage, sign.RFC9421}
}
