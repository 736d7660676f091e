package blocklist

import (
	"context"
	"fmt"
	"strings"

	"github.com/copse-social/copse/db"
)

// hostsAtOnce is how many hosts are looked through in one query.
const hostsAtOnce = 1000

// Change is an entry that changes something, and what it would break.
type Change struct {
	Entry
	Now    string     // what is decided about the host so far, a db policy; "" for nothing
	Under  []string   // hosts that are known here and fall under the name
	Breaks db.Severed // summed over them; Host is left empty
}

// Plan says what a list would change on an instance with the host name own. A list makes nothing
// milder: what is blocked stays so. The instance itself is never in it.
func Plan(ctx context.Context, s *db.Store, own string, list []Entry) ([]Change, error) {
	decided, err := s.HostsWithPolicy(ctx)
	if err != nil {
		return nil, fmt.Errorf("list decisions about hosts: %w", err)
	}
	now := make(map[string]string, len(decided))
	for _, h := range decided {
		now[h.Name] = h.Policy
	}
	var out []Change
	at := make(map[string]int)
	for _, e := range list {
		if now[e.Host] == e.Policy || now[e.Host] == db.HostBlocked || e.Host == own {
			continue
		}
		at[e.Host] = len(out)
		out = append(out, Change{Entry: e, Now: now[e.Host]})
	}
	return out, sever(ctx, s, out, at)
}

// sever adds to changes what they would break at the hosts we know, whole names below included: a
// block covers them.
func sever(ctx context.Context, s *db.Store, list []Change, at map[string]int) error {
	for after := ""; ; {
		hosts, err := s.Hosts(ctx, after, hostsAtOnce)
		if err != nil {
			return fmt.Errorf("list hosts: %w", err)
		}
		var names []string
		for _, h := range hosts {
			after = h.Name
			if i, ok := covering(h.Name, at); ok {
				names = append(names, h.Name)
				list[i].Under = append(list[i].Under, h.Name)
			}
		}
		breaks, err := s.SeveredAt(ctx, names)
		if err != nil {
			return fmt.Errorf("count what a block would break: %w", err)
		}
		for name, n := range breaks {
			i, _ := covering(name, at)
			sum := &list[i].Breaks
			sum.Followed += n.Followed
			sum.Following += n.Following
			sum.Members += n.Members
			sum.Waiting += n.Waiting
		}
		if len(hosts) < hostsAtOnce {
			return nil
		}
	}
}

// covering is the line of a list that a host falls under, by its own name or one above.
func covering(host string, at map[string]int) (int, bool) {
	for name, more := host, true; more; _, name, more = strings.Cut(name, ".") {
		if i, ok := at[name]; ok {
			return i, true
		}
	}
	return 0, false
}

// Apply decides as a plan says. What waits for the hosts under blocked names is for the caller to drop
// when the decision stands.
func Apply(ctx context.Context, tx *db.Store, list []Change) error {
	for _, ch := range list {
		if err := tx.SetHostPolicy(ctx, ch.Host, ch.Policy, ch.Reason); err != nil {
			return fmt.Errorf("decide about host %s: %w", ch.Host, err)
		}
	}
	return nil
}

// Blocked are the hosts that a plan blocks and that are known here.
func Blocked(list []Change) []string {
	var hosts []string
	for _, ch := range list {
		if ch.Policy == db.HostBlocked {
			hosts = append(hosts, ch.Under...)
		}
	}
	return hosts
}
