package desk

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// pageLog is how many acts a page of the log holds.
const pageLog = 50

// log handles GET /c/:handle/log, for whom the community lets read it. Others don't learn that there
// is one (T45).
func (d *Desk) log(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	reads, err := d.mod.ReadsLog(c.Request().Context(), d.store, h.group, d.reader(c))
	if err != nil {
		return err
	}
	if !reads && d.reader(c) == nil {
		return d.ToSignIn(c)
	}
	if !reads {
		return echo.ErrNotFound
	}
	shell, err := d.Shell(c, d.Loc(c).Text("Moderation log"), views.Communities)
	if err != nil {
		return err
	}
	p := views.ModerationLog{Shell: shell}
	head, err := d.head(c, h)
	if err != nil {
		return err
	}
	p.Head = &head
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	ctx := c.Request().Context()
	list, err := d.store.ModerationLog(ctx, h.group.ActorID, before, pageLog+1)
	if err != nil {
		return fmt.Errorf("list moderation log: %w", err)
	}
	path := "/c/" + head.Handle + "/log"
	if len(list) > pageLog {
		list = list[:pageLog]
		p.Pages.Older = path + "?before=" + strconv.FormatInt(list[pageLog-1].ID, 10)
	}
	if before > 0 {
		p.Pages.Newer = path
	}
	if p.Entries, err = d.entries(ctx, shell.Loc, list, d.reader(c)); err != nil {
		return err
	}
	return d.Page(c, http.StatusOK, p)
}

// entries are acts as lines. A post is named only while the reader may read it: what was held and
// refused was never to be seen.
func (d *Desk) entries(ctx context.Context, l loc, list []*db.ModerationEntry, reader *db.Actor) ([]views.LogEntry, error) {
	var posts, people []int64
	for _, e := range list {
		posts, people = append(posts, e.PostID), append(people, e.TargetID)
	}
	id := int64(0)
	if reader != nil {
		id = reader.ID
	}
	readable, err := d.store.ReadableAmong(ctx, id, posts)
	if err != nil {
		return nil, fmt.Errorf("see what can be read: %w", err)
	}
	whom, err := d.store.ActorsByID(ctx, people)
	if err != nil {
		return nil, fmt.Errorf("load whom acts concerned: %w", err)
	}
	var rows []views.LogEntry
	for _, e := range list {
		row := views.LogEntry{At: e.CreatedAt.Time, Reason: e.Reason}
		row.Icon, row.Act = actWord(l, e)
		if e.Actor != nil {
			row.By, row.Org = e.Actor.Label(), d.Org(e.Actor.Host)
		}
		if a := whom[e.TargetID]; a != nil {
			row.Whom = "@" + a.Acct()
		}
		if readable[e.PostID] {
			row.About = ui.Link{Label: l.Text("where it stands"), URL: "/p/" + strconv.FormatInt(e.PostID, 10)}
		}
		if e.Act == "grant" || e.Act == "withdraw" {
			row.Reason = roleWord(l, e.Reason)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// actWord is the icon and the word of an act.
func actWord(l loc, e *db.ModerationEntry) (icon, word string) {
	switch e.Act {
	case "remove":
		return "x", l.Text("Removed")
	case "restore":
		return "history", l.Text("Put back")
	case "lock":
		return "lock", l.TextIn("log", "Locked")
	case "unlock":
		return "lock", l.TextIn("log", "Unlocked")
	case "pin":
		return "pin", l.TextIn("log", "Pinned")
	case "unpin":
		return "pin", l.TextIn("log", "Unpinned")
	case "ban":
		return "block", l.TextIn("log", "Banned")
	case "unban":
		return "check", l.Text("Lifted a ban")
	case "approve":
		return "check", l.Text("Let through")
	case "refuse":
		return "x", l.TextIn("log", "Refused")
	case "resolve":
		return "flag", l.Text("Decided about a report")
	case "grant":
		return "people", l.Text("Gave a role")
	case "withdraw":
		return "people", l.Text("Took a role away")
	case "release-ask":
		return "public", l.Text("Asked to open it to everybody")
	case "release":
		return "public", l.Text("Opened to everybody")
	case "release-refused":
		return "lock", l.Text("Did not want it opened")
	case "release-back":
		return "lock", l.Text("Closed again")
	case "openness":
		return "eye", l.Text("Changed who reads")
	case "trust":
		return "peer", l.Text("Trusts an organisation")
	case "untrust":
		return "peer", l.Text("Trusts an organisation no more")
	case "go-without":
		return "peer", l.Text("Went on without the word of a server")
	case "hide":
		return "clock", l.Text("Hidden for a day")
	case "slow":
		return "clock", l.Text("Slow mode")
	case "unslow":
		return "clock", l.Text("Ended slow mode")
	case "move-out":
		return "up", l.Text("Moved to another community")
	case "move-in":
		return "down", l.Text("Moved here from another community")
	case "log-readers":
		return "file", l.Text("Changed who reads this log")
	}
	return "history", e.Act
}
