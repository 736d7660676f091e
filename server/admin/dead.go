package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

const (
	// chartDays is how many days the chart of a host shows, today the last.
	chartDays = 14
	// chartRows bounds what is read for it: some 20 ms, on any instance.
	chartRows = 50_000
)

// deadLetters is a page of what was given up for a host, oldest first.
func (d *Door) deadLetters(ctx context.Context, c echo.Context, host string, l *locales.Loc) ([]views.PeerDelivery, ui.Pages, error) {
	to := ui.Pages{Listed: true}
	path := "/admin/federation/" + url.PathEscape(host)
	after, _ := strconv.ParseInt(c.QueryParam("after"), 10, 64)
	if after > 0 {
		to.Newer = path + "#fa"
	}
	list, err := d.store.DeadLetters(ctx, host, after, maxQueue+1)
	if err != nil {
		return nil, to, fmt.Errorf("list dead letters of %s: %w", host, err)
	}
	if len(list) > maxQueue {
		list = list[:maxQueue]
		to.Older = path + "?after=" + strconv.FormatInt(list[maxQueue-1].ID, 10) + "#fa"
	}
	lines := make([]*db.HostDelivery, len(list))
	for i, v := range list {
		lines[i] = &db.HostDelivery{
			ID: v.ID, State: v.State, Attempts: v.Attempts, LastCode: v.LastCode, LastError: v.LastError, CreatedAt: v.DoneAt,
			Type: v.Type, PostID: v.PostID, ActorID: v.ActorID,
		}
	}
	rows, err := d.deliveries(ctx, l, lines)
	for i := range rows {
		rows[i].ID = strconv.FormatInt(lines[i].ID, 10)
	}
	return rows, to, err
}

// days are the columns of the chart. Where nothing was ever sent there is none.
func (d *Door) days(ctx context.Context, host string) ([]views.PeerDay, error) {
	today := d.o.Now().UTC().Truncate(24 * time.Hour)
	first := today.AddDate(0, 0, 1-chartDays)
	list, from, err := d.store.HostDays(ctx, host, db.At(first), chartRows)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	var out []views.PeerDay
	for day := first; !day.After(today); day = day.AddDate(0, 0, 1) {
		v := views.PeerDay{Day: day, Unknown: day.Before(from.Time)}
		for _, n := range list {
			if n.Day == day.Unix()/86400 {
				v.Taken, v.Given = int(n.Taken), int(n.Given)
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// dropDead gives up what was given up, for good.
func (d *Door) dropDead(ctx context.Context, host string) error {
	_, err := d.store.DropDead(ctx, host)
	return err
}

// deadAct handles POST /admin/federation/:host/dead/:id/:act: retry and drop of one dead letter.
func (d *Door) deadAct(c echo.Context) error {
	h, err := d.hostAt(c)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return echo.ErrNotFound
	}
	act, l := c.Param("act"), d.loc(c)
	if act != "retry" && act != "drop" {
		return echo.ErrNotFound
	}
	said := l.Text("It is being tried now.")
	err = d.store.InTx(c.Request().Context(), func(ctx context.Context, tx *db.Store) (err error) {
		if act == "drop" {
			said = l.Text("It is thrown away.")
			err = tx.DropDeadLetter(ctx, id)
		} else {
			err = tx.RetryDeadLetter(ctx, id)
		}
		if err != nil {
			return err
		}
		return d.note(ctx, tx, c, db.ModerationEntry{Act: act + "-delivery", Reason: h.Name + " " + strconv.FormatInt(id, 10)})
	})
	switch {
	case errors.Is(err, db.ErrNotFound): // somebody else was faster
		said = l.Text("It was dealt with already.")
	case err != nil:
		return fmt.Errorf("%s dead letter %d: %w", act, id, err)
	}
	return d.done(c, said, "/admin/federation/"+h.Name)
}

// exportDead handles GET /admin/federation/:host/export: what was given up, as JSON lines.
func (d *Door) exportDead(c echo.Context) error {
	h, err := d.hostAt(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	err = d.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		return d.note(ctx, tx, c, db.ModerationEntry{Act: "export-host", Reason: h.Name})
	})
	if err != nil {
		return err
	}
	res := c.Response()
	res.Header().Set(echo.HeaderContentType, "application/jsonl; charset=utf-8")
	res.Header().Set(echo.HeaderContentDisposition, "attachment; filename=\"given-up-"+url.PathEscape(h.Name)+".jsonl\"")
	res.Header().Set("Cache-Control", "no-store")
	res.WriteHeader(http.StatusOK)
	if _, err := d.store.WriteDead(ctx, res, h.Name); err != nil {
		return fmt.Errorf("export dead letters of %s: %w", h.Name, err)
	}
	return nil
}
