package openness

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/trust"
	"github.com/copse-social/copse/server/web/frame"
)

// wanted is the level that a form asks for; none: unknown, or the one that is.
func wanted(c echo.Context, g *db.Group) string {
	level := c.FormValue("level")
	known := slices.ContainsFunc(levels(frame.At(c).Loc), func(o ui.Choice) bool { return o.Value == level })
	if !known || level == g.Openness {
		return ""
	}
	return level
}

// preview handles GET /c/:handle/openness/change.
func (d *Pages) preview(c echo.Context) error {
	g, err := d.settable(c)
	if err != nil {
		return err
	}
	l, level := d.Loc(c), wanted(c, g)
	if level == "" {
		return d.done(c, l.Text("It is so already."), d.path(g))
	}
	would, err := d.rules.WouldChange(c.Request().Context(), d.store, frame.Me(c), g, level)
	if err != nil {
		return fmt.Errorf("preview %s of %s: %w", level, g.Actor.URI, err)
	}
	next := *g
	next.Openness = level
	p := views.OpennessChange{
		Level: level, From: frame.OpennessOf(g), To: frame.OpennessOf(&next), CommunityHead: d.head(g),
		Stay: would.Stay, Go: would.Go, Consequence: consequences(l, g, would),
	}
	if p.Shell, err = d.ShellIn(c, l.Text("What it would do"), g); err != nil {
		return err
	}
	for _, w := range would.Going {
		p.Going = append(p.Going, views.GoingPerson{Person: d.Face(w.Who), Why: reason(l, w.Code)})
	}
	return d.Page(c, http.StatusOK, p)
}

// reason is why somebody is asked to go, for who decides it.
func reason(l loc, code string) string {
	switch code {
	case "level-closed":
		return l.Text("Follows, and is no member")
	case "host-no-promise":
		return l.Text("Their server’s software does not promise to keep posts among members")
	}
	return l.Text("Their organisation is not on the list, or has not agreed")
}

// consequences are what a change does to what was and will be written.
func consequences(l loc, g *db.Group, would *trust.Change) []string {
	var list []string
	if would.To == db.OpennessOpen {
		return []string{
			l.Count("The %d discussion written for members becomes readable by everybody, with its answers.", "The %d discussions written for members become readable by everybody, with their answers.", int(g.DiscussionsCount)),
			l.Text("Its authors have not been asked. To open one post alone, and ask its author, use “Open to everybody” beside it."),
			l.Text("Whoever follows from now on gets everything without asking."),
		}
	}
	if would.From == db.OpennessOpen {
		list = append(list,
			l.Count("The %d discussion so far is shown to members alone from now on.", "The %d discussions so far are shown to members alone from now on.", int(g.DiscussionsCount)),
			l.Text("What was public was sent to other servers and may have been saved; those copies remain."))
	}
	switch would.To {
	case db.OpennessRestricted:
		list = append(list, l.Text("Its page stays public: domain, charter, how to join, counts. Anybody may ask to join."))
	case db.OpennessPrivate:
		list = append(list, l.Text("Of its page, name and contact stay public."))
	case db.OpennessConfidential:
		list = append(list, l.Text("It disappears from lists and search. Only invited people and organisations know that it is there."))
	}
	if would.Releases > 0 {
		list = append(list, l.Count("%d post that was opened to everybody is closed again.", "%d posts that were opened to everybody are closed again.", would.Releases))
	}
	return list
}

// change handles POST /c/:handle/openness/change.
func (d *Pages) change(c echo.Context) error {
	g, err := d.settable(c)
	if err != nil {
		return err
	}
	l, level := d.Loc(c), wanted(c, g)
	if level == "" {
		return d.done(c, l.Text("It is so already."), d.path(g))
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		return d.rules.ChangeLevel(ctx, tx, frame.Me(c), g, level)
	})
	if err != nil {
		return fmt.Errorf("change %s to %s: %w", g.Actor.URI, level, err)
	}
	return d.done(c, l.Text("Changed. Its followers are told."), d.path(g))
}
