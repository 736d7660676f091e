package admin

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/views"
)

// pageLog is how many acts a page of the log holds.
const pageLog = 50

// log handles GET /admin/log: the audit log, newest first, and after its first entry what was kept
// before there was one.
func (d *Door) log(c echo.Context) error {
	shell, err := d.Shell(c, d.loc(c).Text("Log of this server"), views.Federation)
	if err != nil {
		return err
	}
	p := views.ModerationLog{Shell: shell}
	ctx := c.Request().Context()
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	older, _ := strconv.ParseInt(c.QueryParam("older"), 10, 64)
	if before > 0 || older > 0 {
		p.Pages.Newer = "/admin/log"
	}
	room := pageLog
	if older == 0 {
		list, err := d.store.AuditLog(ctx, before, pageLog+1)
		if err != nil {
			return fmt.Errorf("list log of the instance: %w", err)
		}
		if len(list) > pageLog {
			list = list[:pageLog]
			p.Pages.Older = "/admin/log?before=" + strconv.FormatInt(list[pageLog-1].Position, 10)
			room = 0
		} else {
			room = max(1, room-len(list))
		}
		for _, e := range list {
			p.Entries = append(p.Entries, d.logEntry(shell.Loc, e))
		}
	}
	if room > 0 {
		list, more, err := d.beforeAudit(ctx, older, room)
		if err != nil {
			return err
		}
		for _, e := range list {
			p.Entries = append(p.Entries, d.logEntry(shell.Loc, e))
		}
		if more > 0 {
			p.Pages.Older = "/admin/log?older=" + strconv.FormatInt(more, 10)
		}
	}
	return d.Page(c, http.StatusOK, p)
}

// logEntry is an act as the page shows it.
func (d *Door) logEntry(l *locales.Loc, e *db.AuditEntry) views.LogEntry {
	row := views.LogEntry{At: e.At.Time, Reason: e.Reason, By: e.Who, Whom: e.Object, Org: d.Org(d.o.Host)}
	if row.Icon, row.Act = actWord(l, e.Act); e.Who == db.ByCommand {
		row.By = l.Text("Command line")
	}
	if _, host, elsewhere := strings.Cut(e.Who, "@"); elsewhere {
		row.Org = d.Org(host)
	}
	return row
}

// actWord is the icon and the word of an act of admins.
func actWord(l *locales.Loc, act string) (icon, word string) {
	switch act {
	case "block-host":
		return "block", l.Text("Blocked a server")
	case "silence-host":
		return "eye", l.Text("Silenced a server")
	case "allow-host":
		return "check", l.Text("Allowed a server")
	case "forget-host":
		return "history", l.Text("Took a decision about a server back")
	case "purge-host":
		return "x", l.Text("Removed everything of a server")
	case "import-blocks":
		return "block", l.Text("Applied a block list")
	case "retry-delivery":
		return "retry", l.Text("Had one delivery tried again")
	case "drop-delivery":
		return "x", l.Text("Threw away one delivery")
	case "drop-dead-host":
		return "x", l.Text("Threw away what was given up for a server")
	case "export-host":
		return "history", l.Text("Took a copy of what was given up for a server")
	case "retry-host":
		return "retry", l.Text("Had deliveries tried again")
	case "drop-host":
		return "x", l.Text("Threw away what waited for a server")
	case "pause-host":
		return "clock", l.Text("Paused deliveries")
	case "resume-host":
		return "check", l.Text("Resumed deliveries")
	}
	return accountWord(l, act)
}

func accountWord(l *locales.Loc, act string) (icon, word string) {
	switch act {
	case "disable":
		return "block", l.Text("Closed an account")
	case "enable":
		return "check", l.Text("Opened an account again")
	case "promote":
		return "shield", l.Text("Made an admin")
	case "demote":
		return "shield", l.Text("Took the admin role away")
	case "silence":
		return "eye", l.Text("Silenced somebody")
	case "suspend":
		return "block", l.Text("Suspended somebody")
	case "reinstate":
		return "check", l.Text("Gave somebody everything back")
	case "purge":
		return "x", l.Text("Removed everything of somebody")
	case "settings":
		return "gear", l.Text("Changed what the server says of itself")
	case "resolve":
		return "flag", l.Text("Decided about a report")
	}
	return ownWord(l, act)
}

// ownWord is for acts that have no page of their own.
func ownWord(l *locales.Loc, act string) (icon, word string) {
	switch act {
	case "sign-in":
		return "shield", l.Text("Signed in as an admin")
	case "password":
		return "shield", l.Text("Set a password")
	case "setup":
		return "gear", l.Text("Set this server up")
	case "setup-link":
		return "gear", l.Text("Made a link to set this server up")
	case "create-account":
		return "check", l.Text("Made an account")
	case "create-group":
		return "check", l.Text("Opened a community")
	case "create-post":
		return "check", l.Text("Wrote in somebody’s name")
	case "grant":
		return "shield", l.Text("Gave a role")
	case "withdraw":
		return "shield", l.Text("Took a role away")
	case "use-key":
		return "shield", l.Text("Signed with a key of this server to test it")
	case "migrate":
		return "gear", l.Text("Changed the schema of the database")
	case "export-audit":
		return "history", l.Text("Took a copy of this log")
	}
	return "history", act
}
