package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
)

func queueCommand() *cobra.Command {
	return family("queue", "What waits to be sent", queueStatusCommand())
}

// queueShown is what waits, in all and by host.
type queueShown struct {
	Waiting int64            `json:"waiting"`
	Hosts   []queueHostShown `json:"hosts"`
}

type queueHostShown struct {
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

func queueStatusCommand() *cobra.Command {
	return listing(&cobra.Command{Use: "status", Short: "Show what waits to be sent, by host, with the last answer of each"},
		inOffice(func(ctx context.Context, o *office, _ []string) (table, error) {
			waiting, err := o.store.CountWaiting(ctx)
			if err != nil {
				return table{}, err
			}
			queues, err := o.store.QueueByHost(ctx, pageSize)
			if err != nil {
				return table{}, err
			}
			names := make([]string, len(queues))
			for i, q := range queues {
				names[i] = q.Host
			}
			hosts, err := o.store.HostsByName(ctx, names)
			if err != nil {
				return table{}, err
			}
			return queueTable(waiting, queues, hosts), nil
		}))
}

func queueTable(waiting int64, queues []*db.QueueState, hosts map[string]*db.Host) table {
	shown := queueShown{Waiting: waiting, Hosts: []queueHostShown{}}
	t := table{head: []string{"HOST", "WAITING", "OLDEST", "STATE", "FAILURES", "NEXT TRY", "LAST ANSWER"}, none: "Nothing waits to be sent."}
	for _, q := range queues {
		h := hosts[q.Host]
		if h == nil {
			h = &db.Host{State: db.BreakerClosed}
		}
		state := h.State
		if !h.PausedAt.IsZero() {
			state = "paused"
		}
		shown.Hosts = append(shown.Hosts, queueHostShown{
			Host: q.Host, Waiting: q.Pending, Oldest: stamp(q.Oldest), State: h.State, Failures: h.Streak,
			NextTry: stamp(h.NextProbeAt), LastCode: h.LastCode, LastError: h.LastError, Paused: !h.PausedAt.IsZero(),
		})
		t.rows = append(t.rows, []string{
			q.Host, strconv.FormatInt(q.Pending, 10), moment(q.Oldest), state, strconv.FormatInt(h.Streak, 10),
			moment(h.NextProbeAt), lastAnswer(h),
		})
	}
	if rest := waiting - sumWaiting(queues); rest > 0 {
		t.text = fmt.Sprintf("%d more wait for other hosts.\n", rest)
	}
	t.json = shown
	return t
}

func sumWaiting(queues []*db.QueueState) int64 {
	var n int64
	for _, q := range queues {
		n += q.Pending
	}
	return n
}

func lastAnswer(h *db.Host) string {
	switch {
	case h.LastError != "":
		return h.LastError
	case h.LastCode != 0:
		return strconv.FormatInt(h.LastCode, 10)
	}
	return "-"
}
