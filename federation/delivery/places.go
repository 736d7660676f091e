package delivery

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/copse-social/copse/db"
)

// soleInbox is the software that hands what one follower's inbox gets to all followers of the
// sender at that host, so that one delivery serves them all (GoToSocial has no shared inbox).
const soleInbox = "gotosocial"

// soleOf is the software at whose hosts one inbox stands for all followers of an audience. Where
// members' own inboxes are used, those that keep the words once for all members are among them.
func soleOf(to db.Audience) []string {
	if to.Promise == db.PromiseKept {
		return []string{"copse", "lemmy"}
	}
	return []string{soleInbox}
}

// place is one inbox that an audience leads to.
type place struct {
	host, inbox string
	followersOf int64 // set where this inbox stands for all followers at the host
}

// placeList is one batch of an audience. An empty cursor means that it is the last.
type placeList struct {
	list   []place
	cursor string
}

// A cursor is a letter for the part of the audience and a place in it: i for the single inboxes
// (an index), f for followers' inboxes (an inbox; F when hosts with a sole inbox were passed over),
// h for those hosts (a host).
const (
	partInboxes   = 'i'
	partFollowers = 'f'
	partSoleSeen  = 'F'
	partSoleHosts = 'h'
)

// places reads the next batch after a cursor, of size inboxes or a few more; what is filtered out
// counts little, so that narrow audiences don't come in crumbs.
func (d *Deliverer) places(ctx context.Context, to db.Audience, cursor string, size int) (placeList, error) {
	if cursor == "" {
		cursor = "i0"
	}
	out := placeList{cursor: cursor}
	for 2*len(out.list) < size && out.cursor != "" {
		more, err := d.part(ctx, to, out.cursor, size)
		if err != nil {
			return out, err
		}
		out.list, out.cursor = append(out.list, more.list...), more.cursor
	}
	out.list = d.permitted(ctx, out.list)
	return out, nil
}

func (d *Deliverer) part(ctx context.Context, to db.Audience, cursor string, size int) (placeList, error) {
	at := cursor[1:]
	switch cursor[0] {
	case partInboxes:
		return d.singleInboxes(ctx, to, at, size)
	case partFollowers, partSoleSeen:
		return d.followerInboxes(ctx, to, cursor, size)
	case partSoleHosts:
		return d.soleHosts(ctx, to, at, size)
	}
	return placeList{}, fmt.Errorf("outbox cursor %q has no part", cursor)
}

func (d *Deliverer) singleInboxes(ctx context.Context, to db.Audience, at string, size int) (placeList, error) {
	first, err := strconv.Atoi(at)
	if err != nil || first < 0 {
		return placeList{}, fmt.Errorf("outbox cursor %q is not an index", at)
	}
	first = min(first, len(to.Inboxes))
	last := min(first+size, len(to.Inboxes))
	hosts, err := d.hostsOf(ctx, to.Inboxes[first:last])
	if err != nil {
		return placeList{}, err
	}
	var out placeList
	for _, in := range to.Inboxes[first:last] {
		if known(hosts, in.Host).Policy != db.HostBlocked {
			out.list = append(out.list, place{host: in.Host, inbox: in.Inbox})
		}
	}
	switch {
	case last < len(to.Inboxes):
		out.cursor = string(partInboxes) + strconv.Itoa(last)
	case to.FollowersOf != 0:
		out.cursor = string(partFollowers)
	}
	return out, nil
}

func (d *Deliverer) followerInboxes(ctx context.Context, to db.Audience, cursor string, size int) (placeList, error) {
	list, err := d.o.Store.FollowerInboxes(ctx, to.FollowersOf, cursor[1:], size)
	if err != nil {
		return placeList{}, fmt.Errorf("list inboxes of followers of %d: %w", to.FollowersOf, err)
	}
	hosts, err := d.followersHosts(ctx, to, list)
	if err != nil {
		return placeList{}, err
	}
	var out placeList
	letter, sole := rune(cursor[0]), soleOf(to)
	for _, in := range list {
		h := known(hosts, in.Host)
		if slices.Contains(sole, h.Software) {
			letter = partSoleSeen
			continue
		}
		if wanted(to, h) {
			out.list = append(out.list, place{host: in.Host, inbox: in.Inbox})
		}
	}
	switch {
	case len(list) == size:
		out.cursor = string(letter) + list[size-1].Inbox
	case letter == partSoleSeen:
		out.cursor = string(partSoleHosts)
	}
	return out, nil
}

func (d *Deliverer) soleHosts(ctx context.Context, to db.Audience, after string, size int) (placeList, error) {
	list, err := d.o.Store.SoleInboxes(ctx, db.SoleInboxQuery{FolloweeID: to.FollowersOf, Software: soleOf(to), AfterHost: after, Limit: size})
	if err != nil {
		return placeList{}, fmt.Errorf("list hosts with a sole inbox: %w", err)
	}
	hosts, err := d.followersHosts(ctx, to, list)
	if err != nil {
		return placeList{}, err
	}
	var out placeList
	for _, in := range list {
		if wanted(to, known(hosts, in.Host)) {
			out.list = append(out.list, place{host: in.Host, inbox: in.Inbox, followersOf: to.FollowersOf})
		}
	}
	if len(list) == size {
		out.cursor = string(partSoleHosts) + list[size-1].Host
	}
	return out, nil
}

// known is the host of a name, blank where we have not met it.
func known(hosts map[string]*db.Host, name string) *db.Host {
	if h := hosts[name]; h != nil {
		return h
	}
	return &db.Host{Name: name, State: db.BreakerClosed, SendWindow: 1}
}

// wanted says whether followers at h belong to the audience.
func wanted(to db.Audience, h *db.Host) bool {
	if len(to.Families) > 0 && !slices.Contains(to.Families, h.Family) {
		return false
	}
	if len(to.Software) > 0 && !slices.Contains(to.Software, h.Software) || slices.Contains(to.ExceptSoftware, h.Software) {
		return false
	}
	return h.Policy != db.HostBlocked && !slices.Contains(to.ExceptHosts, h.Name)
}

// followersHosts loads the hosts of followers' inboxes. Those that must not get it, by what they
// promise about words for members, are blocked in the answer.
func (d *Deliverer) followersHosts(ctx context.Context, to db.Audience, list []db.FollowerInbox) (map[string]*db.Host, error) {
	hosts, err := d.hostsOf(ctx, list)
	if err != nil || to.Promise == "" {
		return hosts, err
	}
	names := make([]string, 0, len(list))
	for _, in := range list {
		names = append(names, in.Host)
	}
	kept, err := d.o.Store.PromisingHosts(ctx, names)
	if err != nil {
		return nil, fmt.Errorf("look for hosts that keep words among members: %w", err)
	}
	for _, name := range names {
		if slices.Contains(kept, name) != (to.Promise == db.PromiseKept) {
			hosts[name] = &db.Host{Name: name, Policy: db.HostBlocked}
		}
	}
	return hosts, nil
}

// hostsOf loads the hosts of some inboxes.
func (d *Deliverer) hostsOf(ctx context.Context, list []db.FollowerInbox) (map[string]*db.Host, error) {
	names := make([]string, 0, len(list))
	for _, in := range list {
		names = append(names, in.Host)
	}
	slices.Sort(names)
	hosts, err := d.o.Store.HostsByName(ctx, slices.Compact(names))
	if err != nil {
		return nil, fmt.Errorf("load hosts of inboxes: %w", err)
	}
	return hosts, nil
}

// permitted leaves out ourselves, addresses that are none, and hosts that we don't deal with. An
// inbox elsewhere than on its actor's host must be permitted on its own account.
func (d *Deliverer) permitted(ctx context.Context, list []place) []place {
	verdicts := make(map[string]bool)
	may := func(host string) bool {
		ok, asked := verdicts[host]
		if !asked {
			ok = host != "" && host != d.o.OwnHost && d.o.Policy(ctx, host) == nil
			verdicts[host] = ok
		}
		return ok
	}
	out := list[:0]
	for _, p := range list {
		at, err := inboxHost(p.inbox)
		if err != nil {
			continue
		}
		if p.host == "" {
			p.host = at
		}
		if may(p.host) && may(at) {
			out = append(out, p)
		}
	}
	return out
}

// inboxHost is the host, with the port where one is named, of an inbox.
func inboxHost(inbox string) (string, error) {
	u, err := url.Parse(inbox)
	if err != nil {
		return "", fmt.Errorf("read inbox: %w", err)
	}
	if u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", errors.New("inbox is not a web address")
	}
	return strings.ToLower(u.Host), nil
}
