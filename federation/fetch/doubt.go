package fetch

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"
)

type (
	vouchedKey  struct{}
	unprovedKey struct{}
	networkKey  struct{}
)

// Vouched marks key fetches under ctx as asked for by somebody who has proved to speak for the
// host that is asked. They have a share of their own, so that strangers who name bad keys in the name
// of a host don't keep its new people out (T11).
func Vouched(ctx context.Context) context.Context {
	return context.WithValue(ctx, vouchedKey{}, true)
}

func vouched(ctx context.Context) bool { return ctx.Value(vouchedKey{}) != nil }

// unproved says that a request is for a key that a stranger named: it counts among those that others
// than the host's own people cause (T57).
func unproved(ctx context.Context) bool {
	is, _ := ctx.Value(unprovedKey{}).(bool)
	return is
}

// AskedFrom notes in ctx the address of whoever makes us ask, so that strangers from one network use
// up what is kept for strangers from another no more than once (T11).
func AskedFrom(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, networkKey{}, networkOf(address))
}

func network(ctx context.Context) string {
	name, _ := ctx.Value(networkKey{}).(string)
	return name
}

// networkOf is what one customer of a provider has at most, usually: 256 addresses, or a 48th of the
// new ones; "" where the address is none.
func networkOf(address string) string {
	addr, err := netip.ParseAddr(address)
	if err != nil {
		if at, err := netip.ParseAddrPort(address); err == nil {
			addr = at.Addr()
		} else if p, err := netip.ParsePrefix(address); err == nil {
			addr = p.Addr()
		} else {
			return ""
		}
	}
	addr = addr.Unmap().WithZone("")
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(addr, bits).Masked().String()
}

// doubt counts the failed key fetches of one domain in the current minute.
// Fetches under way count as failed until they are known to be good, so that a
// thousand at once get no further than a thousand in a row.
type doubt struct {
	mu               sync.Mutex
	since            time.Time
	failed, underWay int
	// by counts the same for each network that asked: as many as there were
	// fetches, so at most maxDoubt and newcomers together.
	by map[string]int
}

func (d *doubt) enter(now time.Time, from string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now.Sub(d.since) >= time.Minute {
		d.since, d.failed, d.by = now, 0, map[string]int{}
	}
	most := maxDoubt
	if from != "" && d.by[from] == 0 {
		most += newcomers
	}
	if d.failed+d.underWay >= most {
		return &retryable{fmt.Errorf("%w: too many bad keys at this host", ErrBudget)}
	}
	d.underWay++
	d.by[from]++
	return nil
}

func (d *doubt) leave(from string, failed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.underWay--
	if failed {
		d.failed++
	} else if d.by[from]--; d.by[from] <= 0 {
		delete(d.by, from) // 0, or less where a new minute began meanwhile
	}
}
