package desk

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/views"
)

// Sizes of the queue.
const (
	pageReports = 30
	maxHeld     = 50
)

// reports handles GET /reports. Who looks after nothing sees what they reported themselves.
func (d *Desk) reports(c echo.Context) error {
	ctx, account := c.Request().Context(), d.Account(c)
	shell, err := d.Shell(c, d.Loc(c).Text("Reports"), views.Reports)
	if err != nil {
		return err
	}
	ids, err := d.Moderated(ctx, account)
	if err != nil {
		return err
	}
	p := views.ReportsPage{Shell: shell, Cares: len(ids) > 0}
	if p.Cares {
		if err := d.queue(c, ids, &p); err != nil {
			return err
		}
	}
	mine, err := d.store.ReportsBy(ctx, account.ActorID, 20)
	if err != nil {
		return fmt.Errorf("list own reports: %w", err)
	}
	p.Mine, err = d.reportRows(ctx, shell.Loc, mine)
	return firstError(err, func() error { return d.Page(c, http.StatusOK, p) })
}

func firstError(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

// queue fills in what waits in some groups, and what was decided there.
func (d *Desk) queue(c echo.Context, ids []int64, p *views.ReportsPage) error {
	ctx := c.Request().Context()
	after, _ := strconv.ParseInt(c.QueryParam("after"), 10, 64)
	open, err := d.store.FindReports(ctx, db.ReportQuery{GroupIDs: ids, State: db.ReportOpen, After: after, Limit: pageReports + 1})
	if err != nil {
		return fmt.Errorf("list open reports: %w", err)
	}
	if len(open) > pageReports {
		open = open[:pageReports]
		p.More.Older = "/reports?after=" + strconv.FormatInt(open[pageReports-1].ID, 10)
	}
	if after > 0 {
		p.More.Newer = "/reports"
	}
	if err := d.openRows(ctx, p, open); err != nil {
		return err
	}
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	closed, err := d.store.FindReports(ctx, db.ReportQuery{GroupIDs: ids, State: db.ReportResolved, Before: before, Limit: pageReports + 1})
	if err != nil {
		return fmt.Errorf("list resolved reports: %w", err)
	}
	if len(closed) > pageReports {
		closed = closed[:pageReports]
		p.Older.Older = "/reports?before=" + strconv.FormatInt(closed[pageReports-1].ID, 10)
	}
	if before > 0 {
		p.Older.Newer = "/reports"
	}
	if p.Closed, err = d.reportRows(ctx, p.Loc, closed); err != nil {
		return err
	}
	if err := d.deciders(ctx, closed, p.Closed); err != nil {
		return err
	}
	return d.heldRows(ctx, ids, p)
}

// openRows sorts what waits: appeals stand by themselves.
func (d *Desk) openRows(ctx context.Context, p *views.ReportsPage, open []*db.Report) error {
	rows, err := d.reportRows(ctx, p.Loc, open)
	if err != nil {
		return err
	}
	ids := make([]int64, len(open))
	for i, r := range open {
		ids[i] = r.ID
	}
	appeals, err := d.store.Appeals(ctx, ids)
	if err != nil {
		return fmt.Errorf("load appeals: %w", err)
	}
	for i, r := range open {
		if appeals[r.ID] == nil {
			p.Open = append(p.Open, rows[i])
			continue
		}
		p.Appeal = append(p.Appeal, rows[i])
	}
	return nil
}

// deciders puts those who decided in the place of those who reported.
func (d *Desk) deciders(ctx context.Context, closed []*db.Report, rows []views.ReportRow) error {
	var ids []int64
	for _, r := range closed {
		ids = append(ids, r.ResolvedBy)
	}
	people, err := d.store.ActorsByID(ctx, ids)
	if err != nil {
		return fmt.Errorf("load who decided: %w", err)
	}
	for i, r := range closed {
		rows[i].By = ""
		if a := people[r.ResolvedBy]; a != nil {
			rows[i].By = a.Label()
		}
	}
	return nil
}

func (d *Desk) heldRows(ctx context.Context, ids []int64, p *views.ReportsPage) error {
	held, err := d.store.HeldIn(ctx, ids, 0, maxHeld)
	if err != nil {
		return fmt.Errorf("list held posts: %w", err)
	}
	groups, err := d.store.ActorsByID(ctx, ids)
	if err != nil {
		return fmt.Errorf("load communities: %w", err)
	}
	for _, post := range held {
		url := "/held/" + strconv.FormatInt(post.ID, 10)
		row := views.HeldRow{
			Who: d.Face(post.Author), URL: url, Title: titleOf(post), At: post.CreatedAt.Time, Pass: url + "?act=approve",
		}
		if post.Title != "" {
			row.Text = content.Abstract(post.Content, 160)
		}
		if g := groups[post.GroupID]; g != nil {
			row.Place = d.Place(g)
		}
		p.Held = append(p.Held, row)
	}
	for _, id := range ids {
		if g := groups[id]; g != nil && g.Local {
			link := d.Place(g).Link
			link.URL += "/log"
			p.Logs = append(p.Logs, link)
		}
	}
	return d.inForce(ctx, groups, p)
}

func (d *Desk) reportRows(ctx context.Context, l loc, list []*db.Report) ([]views.ReportRow, error) {
	var ids []int64
	for _, r := range list {
		ids = append(ids, r.GroupID)
	}
	groups, err := d.store.ActorsByID(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("load communities of reports: %w", err)
	}
	var rows []views.ReportRow
	for _, r := range list {
		row := views.ReportRow{
			URL: "/reports/" + strconv.FormatInt(r.ID, 10), Title: reportTitle(l, r), Words: excerpt(r.Content, 200),
			By: reporterOf(l, r), At: r.CreatedAt.Time, Closed: r.ResolvedAt.Time, Decision: r.Resolution,
		}
		if r.Target != nil {
			row.Target = "@" + r.Target.Acct()
		}
		if g := groups[r.GroupID]; g != nil {
			row.Place = d.Place(g)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// reportTitle names what is reported.
func reportTitle(l loc, r *db.Report) string {
	switch {
	case r.Post != nil && r.Post.Content != "":
		return "“" + excerpt(content.Text(r.Post.Content), 90) + "”"
	case r.Post != nil:
		return l.Text("A text that is gone")
	case r.Target != nil:
		return r.Target.Label()
	}
	return l.Text("Something on another server")
}

// reporterOf names who reported: people of ours by name, others by their server, whose instance
// actor speaks for them.
func reporterOf(l loc, r *db.Report) string {
	switch {
	case r.Reporter == nil:
		return l.Text("somebody")
	case r.Reporter.Type == db.ActorPerson:
		return r.Reporter.Label()
	}
	return l.Text("somebody on %s", r.Reporter.Host)
}
