package outgoing

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/copse-social/copse/db"
)

// DeadHost is how many deliveries to a host were given up.
type DeadHost struct {
	Host    string     `json:"host"`
	Refused int64      `json:"refused"`
	Expired int64      `json:"expired"`
	Last    *time.Time `json:"last_at"`
}

// Letter is one delivery that was given up.
type Letter struct {
	ID        int64      `json:"id"`
	Host      string     `json:"host"`
	Inbox     string     `json:"inbox"`
	State     string     `json:"state"` // refused, expired
	Attempts  int64      `json:"attempts"`
	LastCode  int64      `json:"last_code"`
	LastError string     `json:"last_error"`
	Since     *time.Time `json:"created_at"`
	GivenUp   *time.Time `json:"given_up_at"`
	Type      string     `json:"type"`
	Activity  string     `json:"activity"`
}

// DeadHosts lists the hosts with dead letters.
func (d *Desk) DeadHosts(ctx context.Context) ([]DeadHost, error) {
	out := []DeadHost{}
	for after := ""; ; {
		list, err := d.Store.DeadByHost(ctx, after, page)
		if err != nil {
			return nil, fmt.Errorf("count dead letters: %w", err)
		}
		for _, n := range list {
			out = append(out, DeadHost{Host: n.Host, Refused: n.Refused, Expired: n.Expired, Last: stamp(n.Last)})
			after = n.Host
		}
		if len(list) < page {
			return out, nil
		}
	}
}

// Letters lists dead letters of a host, oldest first, after one of them (0 = from the first).
func (d *Desk) Letters(ctx context.Context, host string, after int64, limit int) ([]Letter, error) {
	list, err := d.Store.DeadLetters(ctx, host, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list dead letters of %s: %w", host, err)
	}
	out := []Letter{}
	for _, l := range list {
		out = append(out, Letter{
			ID: l.ID, Host: l.Host, Inbox: l.Inbox, State: db.DeliveryState(l.State).String(), Attempts: l.Attempts, LastCode: l.LastCode,
			LastError: l.LastError, Since: stamp(l.CreatedAt), GivenUp: stamp(l.DoneAt), Type: l.Type, Activity: l.URI,
		})
	}
	return out, nil
}

// Export writes the dead letters of a host, or of all, as JSON lines.
func (d *Desk) Export(ctx context.Context, w io.Writer, host string) error {
	err := d.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		return tx.Audit(ctx, db.AuditEntry{Who: db.ByCommand, Act: "export-host", Reason: cmp.Or(host, "all")})
	})
	if err != nil {
		return fmt.Errorf("note the export: %w", err)
	}
	hosts := []DeadHost{{Host: host}}
	if host == "" {
		var err error
		if hosts, err = d.DeadHosts(ctx); err != nil {
			return err
		}
	}
	for _, h := range hosts {
		if _, err := d.Store.WriteDead(ctx, w, h.Host); err != nil {
			return fmt.Errorf("export dead letters of %s: %w", h.Host, err)
		}
	}
	return nil
}

const noneDead = "Nothing was given up."

// DeadHostsListing is for people.
func DeadHostsListing(list []DeadHost) Listing {
	l := Listing{Head: []string{"HOST", "REFUSED", "EXPIRED", "LAST"}, None: noneDead}
	for _, h := range list {
		l.Rows = append(l.Rows, []string{h.Host, number(h.Refused), number(h.Expired), moment(h.Last)})
	}
	return l
}

// LettersListing is for people; limit is how many were asked for.
func LettersListing(list []Letter, limit int) Listing {
	l := Listing{Head: []string{"ID", "WHAT", "STATE", "TRIES", "SINCE", "GIVEN UP", "LAST ANSWER"}, None: noneDead}
	for _, d := range list {
		l.Rows = append(l.Rows, []string{number(d.ID), d.Type, d.State, number(d.Attempts), moment(d.Since), moment(d.GivenUp), answer(d.LastError, d.LastCode)})
	}
	if n := len(list); n > 0 && n == limit {
		l.Text = fmt.Sprintf("More with --after %d.\n", list[n-1].ID)
	}
	return l
}
