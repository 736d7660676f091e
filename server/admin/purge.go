package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

// purgePage handles GET /admin/federation/:host/purge: what would go, or how far it is.
func (d *Door) purgePage(c echo.Context) error {
	h, err := d.hostAt(c)
	if err != nil {
		return err
	}
	return d.showPurge(c, http.StatusOK, h, views.HostPurge{})
}

func (d *Door) showPurge(c echo.Context, status int, h *db.Host, p views.HostPurge) error {
	ctx, l := c.Request().Context(), d.loc(c)
	var err error
	if p.Shell, err = d.Shell(c, h.Name, views.Federation); err != nil {
		return err
	}
	holds, err := d.store.HoldingsOf(ctx, h.Name)
	if err != nil {
		return fmt.Errorf("count what is kept of %s: %w", h.Name, err)
	}
	p.Host, p.Holds = h.Name, views.HostHolds{
		People: int(holds.People), Groups: int(holds.Groups), Posts: int(holds.Posts), Marks: int(holds.Marks),
		Follows: int(holds.Follows), Followed: int(holds.Followed), Members: int(holds.Members), Belong: int(holds.Belonging),
	}
	run, err := d.store.HostPurgeOf(ctx, h.Name)
	if err == nil {
		p.Begun, p.Ended = run.CreatedAt.Time, run.DoneAt.Time
		p.Gone = views.HostHolds{People: int(run.People), Groups: int(run.Groups), Posts: int(run.Posts), Marks: int(run.Marks)}
		if run.Going() {
			p.Holds.People = max(0, p.Holds.People-p.Gone.People) // they stay known
			p.Holds.Groups = max(0, p.Holds.Groups-p.Gone.Groups)
		}
	} else if !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("see how far the purge of %s is: %w", h.Name, err)
	}
	p.Confirm.Name, p.Confirm.Label, p.Confirm.Hint = "host", l.Text("The name of the server once more"), h.Name
	p.Confirm.Code, p.Confirm.Max, p.Confirm.Autocomplete = true, 300, "off"
	p.Why.Name, p.Why.Label, p.Why.Hint, p.Why.Max = "reason", l.Text("Reason"), l.Text("For the other admins; it stands in the log."), 300
	return d.Page(c, status, p)
}

// purge handles POST /admin/federation/:host/purge. It only begins: the work is done in steps by
// whoever looks after the instance.
func (d *Door) purge(c echo.Context) error {
	h, err := d.hostAt(c)
	if err != nil {
		return err
	}
	l := d.loc(c)
	reason, bad := reasonIn(l, c)
	p := views.HostPurge{Confirm: ui.Field{Value: c.FormValue("host")}, Why: ui.Field{Value: reason, Error: bad}}
	if strings.TrimSpace(strings.ToLower(p.Confirm.Value)) != h.Name {
		p.Confirm.Error = l.Text("This is not the name of the server. Nothing was removed.")
	}
	if p.Confirm.Error+bad != "" {
		return d.showPurge(c, http.StatusUnprocessableEntity, h, p)
	}
	err = d.store.InTx(c.Request().Context(), func(ctx context.Context, tx *db.Store) error {
		if err := d.o.Sanction.PurgeHost(ctx, tx, h.Name, reason); err != nil {
			return err
		}
		return d.note(ctx, tx, c, db.ModerationEntry{Act: "purge-host", Reason: h.Name + ": " + reason})
	})
	if no, is := errors.AsType[*community.Refusal](err); is {
		p.Error = frame.Sentence(l, no)
		return d.showPurge(c, http.StatusUnprocessableEntity, h, p)
	}
	if err != nil {
		return fmt.Errorf("begin to purge %s: %w", h.Name, err)
	}
	if err := d.o.Drop(c.Request().Context(), h.Name); err != nil {
		return fmt.Errorf("drop what waits for %s: %w", h.Name, err)
	}
	return d.done(c, l.Text("It has begun. It goes on by itself."), "/admin/federation/"+h.Name+"/purge")
}
