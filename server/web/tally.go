package web

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/copse-social/copse/db"
)

// Counts that look at every post of a discussion or at every server of a community are remembered,
// so that a page does not grow with them: as long as the stamp, which moves when they do, is the
// same, and never longer than a minute.
const (
	talliesKept = 4096
	tallyLife   = time.Minute
	// tallyLag is how late a count of something long may be, whatever its stamp: it would be made
	// anew for each reader of a discussion that everybody answers in.
	tallyLag = 5 * time.Second
	// longTalk is from how many replies on counts lag.
	longTalk = 200
)

// tallies are what is remembered.
type tallies struct {
	kept *otter.Cache[string, tally]
	now  func() time.Time
}

// tally is one count as it was.
type tally struct {
	value any
	stamp string
	at    time.Time
}

// counted names a count.
type counted struct {
	key   string
	stamp string        // moves when the count does
	lag   time.Duration // how late it may be all the same
	life  time.Duration // how long it may be remembered
}

func newTallies(now func() time.Time) *tallies {
	return &tallies{kept: otter.Must(&otter.Options[string, tally]{MaximumSize: talliesKept}), now: now}
}

// tallied is a count from memory, or made now. What it gives is shared: don't change it.
func tallied[T any](t *tallies, of counted, count func() (T, error)) (T, error) {
	now := t.now()
	if was, ok := t.kept.GetIfPresent(of.key); ok {
		age := now.Sub(was.at)
		value, fits := was.value.(T)
		if fits && age >= 0 && (age < of.lag || was.stamp == of.stamp && age < of.life) {
			return value, nil
		}
	}
	value, err := count()
	if err == nil {
		t.kept.Set(of.key, tally{value: value, stamp: of.stamp, at: now})
	}
	return value, err
}

func numbers(list ...int64) string {
	var b []byte
	for _, n := range list {
		b = append(strconv.AppendInt(b, n, 36), '.')
	}
	return string(b)
}

// organisations counts the posts of a discussion by host.
func (d *Door) organisations(ctx context.Context, starter *db.Post) ([]db.HostCount, error) {
	of := counted{key: "orgs." + numbers(starter.ID), stamp: starter.State + numbers(starter.RepliesCount, starter.ActiveAt.Millis()), life: tallyLife}
	if starter.RepliesCount > longTalk {
		of.lag = tallyLag
	}
	return tallied(d.tallies, of, func() ([]db.HostCount, error) {
		list, err := d.store.ThreadOrganisations(ctx, starter.ID)
		if err != nil {
			return nil, fmt.Errorf("count organisations: %w", err)
		}
		return list, nil
	})
}

// fresh counts what a reader has not seen of a discussion since they were here.
func (d *Door) fresh(ctx context.Context, t *talk, account *db.Account) (int, error) {
	of := counted{
		key:   "new." + numbers(account.ID, t.starter.ID),
		stamp: numbers(t.reading.LastPostID, t.starter.RepliesCount, t.starter.ActiveAt.Millis()), life: tallyLife,
	}
	return tallied(d.tallies, of, func() (int, error) {
		n, err := d.store.UnreadIn(ctx, account, []int64{t.starter.ID})
		if err != nil {
			return 0, fmt.Errorf("count new replies: %w", err)
		}
		return int(n[t.starter.ID]), nil
	})
}

// memberHosts counts the members of a group by host.
func (d *Door) memberHosts(ctx context.Context, g *db.Group) ([]db.HostCount, error) {
	of := counted{key: "members." + numbers(g.ActorID), stamp: numbers(g.MembersCount), life: tallyLife}
	if g.MembersCount > longTalk {
		of.lag = tallyLag
	}
	return tallied(d.tallies, of, func() ([]db.HostCount, error) {
		list, err := d.store.MemberOrganisations(ctx, g.ActorID, 50)
		if err != nil {
			return nil, fmt.Errorf("count organisations: %w", err)
		}
		return list, nil
	})
}

// organisationsOf counts the organisations in each of some groups.
func (d *Door) organisationsOf(ctx context.Context, groups []*db.Group) (map[int64]int, error) {
	ids := make([]int64, len(groups))
	members := int64(0)
	for i, g := range groups {
		ids[i] = g.ActorID
		members += g.MembersCount
	}
	of := counted{key: "orgsof." + numbers(ids...), stamp: numbers(members), life: tallyLife}
	if members > longTalk {
		of.lag = tallyLag
	}
	return tallied(d.tallies, of, func() (map[int64]int, error) {
		orgs, err := d.store.CountOrganisations(ctx, ids)
		if err != nil {
			return nil, fmt.Errorf("count organisations: %w", err)
		}
		return orgs, nil
	})
}

// reach is how many people, at how many hosts, are told of what a group of ours does.
type reach struct{ people, hosts int }

func (d *Door) reach(ctx context.Context, g *db.Group) (reach, error) {
	of := counted{key: "reach." + numbers(g.ActorID), stamp: numbers(g.Actor.FollowersCount), life: tallyLife}
	return tallied(d.tallies, of, func() (reach, error) {
		people, hosts, err := d.store.Reach(ctx, g.ActorID)
		if err != nil {
			return reach{}, fmt.Errorf("count reach: %w", err)
		}
		return reach{people: int(people), hosts: int(hosts)}, nil
	})
}

// troubled are the hosts with followers of a group that nothing reaches now, most followers first.
func (d *Door) troubled(ctx context.Context, g *db.Group) ([]*db.Trouble, error) {
	of := counted{key: "trouble." + numbers(g.ActorID), lag: tallyLag} // nothing here moves when a host does
	return tallied(d.tallies, of, func() ([]*db.Trouble, error) {
		list, err := d.store.HostsInTrouble(ctx, g.ActorID, 3)
		if err != nil {
			return nil, fmt.Errorf("list hosts in trouble: %w", err)
		}
		return list, nil
	})
}
