package outgoing

import (
	"context"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
)

// Status is what waits, in all and by host.
type Status struct {
	Waiting int64   `json:"waiting"`
	Dead    int64   `json:"dead"` // given up: copse queue dead
	Classes []Class `json:"classes"`
	Open    int64   `json:"hosts_open"`    // hosts left alone for a while
	Dormant int64   `json:"hosts_dormant"` // of these, hosts that failed for a week
	Paused  int64   `json:"hosts_paused"`
	Hosts   []Queue `json:"hosts"` // those for which most waits
}

// Class is what waits in one class: normal goes before bulk (likes and the like).
type Class struct {
	Class   string     `json:"class"`
	Waiting int64      `json:"waiting"`
	Oldest  *time.Time `json:"oldest_at"`
}

// Queue is what waits for one host.
type Queue struct {
	Host      string     `json:"host"`
	Waiting   int64      `json:"waiting"`
	Oldest    *time.Time `json:"oldest_at"`
	State     string     `json:"state"`
	Failures  int64      `json:"failures"`
	NextTry   *time.Time `json:"next_try_at"`
	LastCode  int64      `json:"last_code"`
	LastError string     `json:"last_error"`
	Paused    bool       `json:"paused"`
}

// statusHosts is how many hosts a status lists.
const statusHosts = 200

// Status counts what waits.
func (d *Desk) Status(ctx context.Context) (*Status, error) {
	totals, err := d.Store.QueueTotals(ctx)
	if err != nil {
		return nil, fmt.Errorf("count what waits: %w", err)
	}
	out := &Status{Dead: totals.Dead, Open: totals.Open, Dormant: totals.Dormant, Paused: totals.Paused, Classes: []Class{}, Hosts: []Queue{}}
	for _, c := range totals.Classes {
		out.Waiting += c.Waiting
		out.Classes = append(out.Classes, Class{Class: className(c.Class), Waiting: c.Waiting, Oldest: stamp(c.Oldest)})
	}
	queues, err := d.Store.QueueByHost(ctx, statusHosts)
	if err != nil {
		return nil, fmt.Errorf("list queues: %w", err)
	}
	var names []string
	for _, q := range queues {
		names = append(names, q.Host)
	}
	hosts, err := d.Store.HostsByName(ctx, names)
	if err != nil {
		return nil, fmt.Errorf("load hosts of queues: %w", err)
	}
	for _, q := range queues {
		out.Hosts = append(out.Hosts, queueOf(q, hosts[q.Host]))
	}
	return out, nil
}

func className(class int16) string {
	if class == db.ClassBulk {
		return "bulk"
	}
	return "normal"
}

func queueOf(q *db.QueueState, h *db.Host) Queue {
	out := Queue{Host: q.Host, Waiting: q.Pending, Oldest: stamp(q.Oldest), State: db.BreakerClosed}
	if h != nil {
		next := h.NextProbeAt
		if h.RetryAfter.After(next.Time) {
			next = h.RetryAfter
		}
		out.State, out.Failures, out.NextTry = h.State, h.Streak, stamp(next)
		out.LastCode, out.LastError, out.Paused = h.LastCode, h.LastError, !h.PausedAt.IsZero()
	}
	return out
}

// Listing is Status for people.
func (s *Status) Listing() Listing {
	l := Listing{
		Head: []string{"HOST", "WAITING", "OLDEST", "STATE", "FAILURES", "NEXT TRY", "LAST ANSWER"},
		None: "Nothing waits to be sent." + s.dead(),
	}
	listed := int64(0)
	for _, q := range s.Hosts {
		state := q.State
		if q.Paused {
			state = "paused"
		}
		l.Rows = append(l.Rows, []string{
			q.Host, number(q.Waiting), moment(q.Oldest), state, number(q.Failures), moment(q.NextTry), answer(q.LastError, q.LastCode),
		})
		listed += q.Waiting
	}
	if len(l.Rows) == 0 {
		return l
	}
	if rest := s.Waiting - listed; rest > 0 {
		l.Text = fmt.Sprintf("%d more wait for other hosts.\n", rest)
	}
	for _, c := range s.Classes {
		l.Text += fmt.Sprintf("%s: %d wait, the oldest since %s.\n", c.Class, c.Waiting, moment(c.Oldest))
	}
	l.Text += fmt.Sprintf("Hosts left alone for a while: %d, of these %d for more than a week; paused: %d.%s\n", s.Open, s.Dormant, s.Paused, s.dead())
	return l
}

func (s *Status) dead() string {
	if s.Dead == 0 {
		return ""
	}
	return fmt.Sprintf(" Given up: %d (copse queue dead).", s.Dead)
}
