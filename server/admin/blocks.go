package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/blocklist"
)

// hostsAtOnce is how many hosts are looked through in one query.
const hostsAtOnce = 1000

// blocks handles GET /admin/federation/lists.
func (d *Door) blocks(c echo.Context) error {
	return d.blocksPage(c, http.StatusOK, views.BlockLists{})
}

func (d *Door) blocksPage(c echo.Context, status int, p views.BlockLists) error {
	var err error
	if p.Shell, err = d.Shell(c, d.loc(c).Text("Block lists"), views.Federation); err != nil {
		return err
	}
	return d.Page(c, status, p)
}

// exportBlocks handles GET /admin/federation/lists.csv.
func (d *Door) exportBlocks(c echo.Context) error {
	hosts, err := d.store.HostsWithPolicy(c.Request().Context())
	if err != nil {
		return fmt.Errorf("list decisions about hosts: %w", err)
	}
	var b strings.Builder
	if err := blocklist.Write(&b, hosts); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="domain_blocks.csv"`)
	c.Response().Header().Set("Cache-Control", "private, no-store")
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", []byte(b.String()))
}

// importBlocks handles POST /admin/federation/lists: first it shows what the list would break, and
// only when that was seen it is applied.
func (d *Door) importBlocks(c echo.Context) error {
	l, text := d.loc(c), strings.ReplaceAll(c.FormValue("list"), "\r\n", "\n")
	p := views.BlockLists{List: ui.Answer{Value: text}}
	list, wrong, err := blocklist.Read(strings.NewReader(text))
	switch {
	case errors.Is(err, blocklist.ErrTooLong):
		p.List.Error = l.Text("The list is too long to look through. Divide it.")
	case err != nil:
		p.List.Error = l.Text("This could not be read as a list: it needs one server on each line.")
	case len(list) == 0:
		p.List.Error = l.Text("No server is named here.")
	}
	if p.List.Error != "" {
		return d.blocksPage(c, http.StatusUnprocessableEntity, p)
	}
	changes, err := d.changes(c.Request().Context(), list)
	if err != nil {
		return err
	}
	if c.FormValue("act") == "apply" {
		return d.applyBlocks(c, changes)
	}
	p.Wrong, p.Looked = wrong, true
	for _, ch := range changes {
		p.Rows = append(p.Rows, ch.row)
	}
	p.Same = len(list) - len(changes)
	return d.blocksPage(c, http.StatusOK, p)
}

// change is one line of a list that changes something, with the hosts under its name that we know.
type change struct {
	entry blocklist.Entry
	row   views.BlockRow
	under []string
}

// changes are the lines of a list that change something. A list makes nothing milder: what is
// blocked stays so. Our own host is never in it.
func (d *Door) changes(ctx context.Context, list []blocklist.Entry) ([]change, error) {
	decided, err := d.store.HostsWithPolicy(ctx)
	if err != nil {
		return nil, fmt.Errorf("list decisions about hosts: %w", err)
	}
	now := make(map[string]string, len(decided))
	for _, h := range decided {
		now[h.Name] = h.Policy
	}
	var out []change
	at := make(map[string]int)
	for _, e := range list {
		if now[e.Host] == e.Policy || now[e.Host] == db.HostBlocked || e.Host == d.o.Host {
			continue
		}
		at[e.Host] = len(out)
		row := views.BlockRow{Host: e.Host, Now: now[e.Host], Then: e.Policy, Reason: e.Reason}
		out = append(out, change{entry: e, row: row})
	}
	return out, d.severed(ctx, out, at)
}

// severed adds to changes what they would break at the hosts we know, whole names below included: a
// block covers them.
func (d *Door) severed(ctx context.Context, list []change, at map[string]int) error {
	for after := ""; ; {
		hosts, err := d.store.Hosts(ctx, after, hostsAtOnce)
		if err != nil {
			return fmt.Errorf("list hosts: %w", err)
		}
		var names []string
		for _, h := range hosts {
			after = h.Name
			if i, ok := covering(h.Name, at); ok {
				names = append(names, h.Name)
				list[i].under, list[i].row.Known = append(list[i].under, h.Name), true
			}
		}
		breaks, err := d.store.SeveredAt(ctx, names)
		if err != nil {
			return fmt.Errorf("count what a block would break: %w", err)
		}
		for name, n := range breaks {
			i, _ := covering(name, at)
			row := &list[i].row
			row.Followed += int(n.Followed)
			row.Following += int(n.Following)
			row.Members += int(n.Members)
			row.Waiting += int(n.Waiting)
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

// applyBlocks decides as the list says. What waits for blocked hosts is dropped after the decision
// stands.
func (d *Door) applyBlocks(c echo.Context, list []change) error {
	ctx, l := c.Request().Context(), d.loc(c)
	err := d.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		for _, ch := range list {
			if err := tx.SetHostPolicy(ctx, ch.entry.Host, ch.entry.Policy, ch.entry.Reason); err != nil {
				return fmt.Errorf("decide about host %s: %w", ch.entry.Host, err)
			}
		}
		return d.note(ctx, tx, c, db.ModerationEntry{Act: "import-blocks", Reason: strconv.Itoa(len(list))})
	})
	if err != nil {
		return fmt.Errorf("apply a block list: %w", err)
	}
	for _, ch := range list {
		if ch.entry.Policy != db.HostBlocked {
			continue
		}
		for _, host := range ch.under {
			if err := d.o.Drop(ctx, host); err != nil {
				return fmt.Errorf("drop what waits for %s: %w", host, err)
			}
		}
	}
	return d.done(c, l.Count("The list is applied: %d server.", "The list is applied: %d servers.", len(list)), "/admin/federation?show=blocked")
}
