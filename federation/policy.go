package federation

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fetch"
)

// keepPolicy is how long decisions of the admins serve before they are read again: "copse host
// block" writes them in another process, and is obeyed within a second.
const keepPolicy = time.Second

// Policy answers which hosts we deal with, as the admins decided. A blocked host is blocked with
// everything under its name.
type Policy struct {
	store   *db.Store
	now     func() time.Time
	mu      sync.Mutex
	blocked map[string]bool
	readAt  time.Time
}

// NewPolicy reads decisions from the store when they are asked for.
func NewPolicy(store *db.Store, now func() time.Time) *Policy { return &Policy{store: store, now: now} }

// Allowed is nil for hosts we deal with and ErrRefusedHost for others.
func (p *Policy) Allowed(ctx context.Context, host string) error {
	name, err := fetch.Host(host)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefusedHost, err)
	}
	blocked, err := p.current(ctx)
	if err != nil {
		return fmt.Errorf("read decisions about hosts: %w", err)
	}
	if len(blocked) == 0 {
		return nil
	}
	for {
		if blocked[name] {
			return fmt.Errorf("%w: %s is blocked", ErrRefusedHost, name)
		}
		_, above, ok := strings.Cut(name, ".")
		if !ok {
			return nil
		}
		name = above
	}
}

func (p *Policy) current(ctx context.Context) (map[string]bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.blocked != nil && p.now().Sub(p.readAt) < keepPolicy {
		return p.blocked, nil
	}
	hosts, err := p.store.HostsWithPolicy(ctx)
	if err != nil {
		return nil, err
	}
	p.blocked, p.readAt = make(map[string]bool), p.now()
	for _, h := range hosts {
		if h.Policy == db.HostBlocked {
			p.blocked[h.Name] = true
		}
	}
	return p.blocked, nil
}
