package admin

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/views"
)

// pageLog is how many acts a page of the log holds.
const pageLog = 50

// log handles GET /admin/log: what admins did, and what was decided about reports to them.
func (d *Door) log(c echo.Context) error {
	ctx := c.Request().Context()
	shell, err := d.Shell(c, d.loc(c).Text("Log of this server"), views.Federation)
	if err != nil {
		return err
	}
	p := views.ModerationLog{Shell: shell}
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	list, err := d.store.ModerationLog(ctx, 0, before, pageLog+1)
	if err != nil {
		return fmt.Errorf("list log of the instance: %w", err)
	}
	if len(list) > pageLog {
		list = list[:pageLog]
		p.Pages.Older = "/admin/log?before=" + strconv.FormatInt(list[pageLog-1].ID, 10)
	}
	if before > 0 {
		p.Pages.Newer = "/admin/log"
	}
	var ids []int64
	for _, e := range list {
		ids = append(ids, e.TargetID)
	}
	whom, err := d.store.ActorsByID(ctx, ids)
	if err != nil {
		return fmt.Errorf("load whom acts concerned: %w", err)
	}
	for _, e := range list {
		row := views.LogEntry{At: e.CreatedAt.Time, Reason: e.Reason}
		row.Icon, row.Act = actWord(shell.Loc, e)
		if e.Actor != nil {
			row.By, row.Org = e.Actor.Label(), d.Org(e.Actor.Host)
		}
		if a := whom[e.TargetID]; a != nil {
			row.Whom = "@" + a.Acct()
		}
		p.Entries = append(p.Entries, row)
	}
	return d.Page(c, http.StatusOK, p)
}

// actWord is the icon and the word of an act of admins.
func actWord(l *locales.Loc, e *db.ModerationEntry) (icon, word string) {
	switch e.Act {
	case "block-host":
		return "block", l.Text("Blocked a server")
	case "silence-host":
		return "eye", l.Text("Silenced a server")
	case "allow-host":
		return "check", l.Text("Allowed a server")
	case "forget-host":
		return "history", l.Text("Took a decision about a server back")
	case "retry-host":
		return "retry", l.Text("Had deliveries tried again")
	case "drop-host":
		return "x", l.Text("Threw away what waited for a server")
	case "pause-host":
		return "clock", l.Text("Paused deliveries")
	case "resume-host":
		return "check", l.Text("Resumed deliveries")
	}
	return accountWord(l, e)
}

func accountWord(l *locales.Loc, e *db.ModerationEntry) (icon, word string) {
	switch e.Act {
	case "disable":
		return "block", l.Text("Closed an account")
	case "enable":
		return "check", l.Text("Opened an account again")
	case "promote":
		return "shield", l.Text("Made an admin")
	case "demote":
		return "shield", l.Text("Took the admin role away")
	case "settings":
		return "gear", l.Text("Changed what the server says of itself")
	case "resolve":
		return "flag", l.Text("Decided about a report")
	}
	return "history", e.Act
}
