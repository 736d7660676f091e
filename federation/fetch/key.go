package fetch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/maypok86/otter/v2"
)

const (
	// keySlots is how many keys of one registrable domain are fetched at once.
	keySlots = hostConns
	// maxDoubt is how many key fetches may fail at one registrable domain in a
	// minute before we stop asking there (T11).
	maxDoubt = 10
	// newcomers is how many networks that have named no bad key lately may have
	// one fetched in such a minute all the same: the honest are new once, while
	// whoever names bad keys needs another network for each.
	newcomers = 20
	// keepFailure is how long a key that could not be had is not asked for
	// again; a fault of the network is forgiven sooner.
	keepFailure, keepFault = 10 * time.Minute, time.Minute
	// maxFailures bounds the memory of failures.
	maxFailures = 10_000
)

// Key fetches the document a key id points at: an actor, a stub of one
// (GoToSocial serves it at a path of its own) or a bare key. Its id may differ
// from keyID, but both share one origin, which no redirect may leave; whose key
// it is, is for the caller to prove (T04, T05).
//
// Failures are remembered, and a domain whose keys keep failing is left alone
// for a while, since anybody can make us ask for keys (T11).
func (c *Client) Key(ctx context.Context, keyID string) (doc *Document, err error) {
	defer c.ended(ctx, kindKey, time.Now(), &err)
	u, err := c.target(keyID)
	if err != nil {
		return nil, fmt.Errorf("fetch key: %w", err)
	}
	at := u.String()
	if err := c.failed.last(at); err != nil {
		return nil, fmt.Errorf("fetch key %s, remembered: %w", clip(at), err)
	}
	doc, err = c.flights.do(ctx, "key "+at, func() (*Document, error) {
		return c.key(ctx, at)
	})
	if err != nil {
		return nil, fmt.Errorf("fetch key %s: %w", clip(at), err)
	}
	return doc, nil
}

func (c *Client) key(ctx context.Context, at string) (*Document, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	u, err := c.target(at)
	if err != nil {
		return nil, err
	}
	s := c.sites.of(u.Host)
	select {
	case s.keys <- struct{}{}:
		defer func() { <-s.keys }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	doubt, from := &s.doubt, network(ctx)
	if vouched(ctx) {
		doubt = &s.reserve
	}
	if err := doubt.enter(c.o.Now(), from); err != nil {
		return nil, err
	}
	doc, _, err := c.document(context.WithValue(ctx, unprovedKey{}, !vouched(ctx)), u, ask{stay: true})
	// A caller that hangs up early has still made us ask: only what was not
	// sent does not count.
	doubt.leave(from, err != nil && !errors.Is(err, ErrBudget))
	if err != nil {
		if !personal(err) {
			c.failed.remember(at, err)
		}
		return nil, err
	}
	return doc, nil
}

// failures remembers why a key could not be had.
type failures struct {
	now   func() time.Time
	known *otter.Cache[string, failure]
}

type failure struct {
	err   error
	until time.Time
}

func newFailures(now func() time.Time) *failures {
	return &failures{now: now, known: otter.Must(&otter.Options[string, failure]{MaximumSize: maxFailures})}
}

func (f *failures) last(at string) error {
	known, ok := f.known.GetIfPresent(at)
	if !ok || !f.now().Before(known.until) {
		return nil
	}
	return known.err
}

func (f *failures) remember(at string, err error) {
	keep := keepFailure
	if Temporary(err) {
		keep = keepFault
	}
	f.known.Set(at, failure{err: err, until: f.now().Add(keep)})
}
