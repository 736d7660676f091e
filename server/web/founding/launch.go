package founding

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/web/frame"
)

// plan is what was thought up for the first weeks of a community: a question, an event, a page.
func plan(l loc, a charter.Answers) []views.LaunchItem {
	text := func(own, otherwise string) string {
		if own != "" {
			return own
		}
		return otherwise
	}
	all := []views.LaunchItem{
		{Code: "query", Kind: l.Text("Query"), Icon: "clarify", Title: a.Query, Text: text(a.QueryText, queryText(l))},
		{Code: "event", Kind: l.Text("Event"), Icon: "calendar", Title: a.Event, Text: text(a.EventText, eventText(l))},
		{Code: "page", Kind: l.Text("Page"), Icon: "practice", Title: a.First, Text: pageText(l)},
	}
	var out []views.LaunchItem
	for _, one := range all {
		if one.Title != "" {
			out = append(out, one)
		}
	}
	return out
}

// queryText, eventText and pageText are what a draft begins with.
func queryText(l loc) string {
	return l.Text("What happens:\n\nWhat we have tried:\n\nWhat would help, and by when:")
}

func eventText(l loc) string {
	return l.Text("When and where:\n\nWhat we want to know at the end:\n\nWhat to read before:\n\nWho brings a case:")
}

func pageText(l loc) string {
	return l.Text("For whom this is:\n\nWhat to do, step by step:\n\nWhat can go wrong:\n\nWho has used it, and where:")
}

// founded is what the reader thought up for a community that they founded; none for others.
func (d *Pages) founded(c echo.Context, g *db.Group) (charter.Answers, bool, error) {
	account := d.Account(c)
	if account == nil || !g.Actor.Local {
		return charter.Answers{}, false, nil
	}
	f, err := d.store.FoundingOf(c.Request().Context(), account.ID, g.ActorID)
	if errors.Is(err, db.ErrNotFound) {
		return charter.Answers{}, false, nil
	}
	if err != nil {
		return charter.Answers{}, false, fmt.Errorf("load founding of %s: %w", g.Actor.URI, err)
	}
	a, err := charter.ReadAnswers(f)
	return a, true, err
}

// launch handles GET /c/:handle/launch: the first three things, ready to go.
func (d *Pages) launch(c echo.Context) error {
	h, a, err := d.launching(c)
	if err != nil {
		return err
	}
	p := views.Launch{Welcome: a.Welcome}
	if p.Shell, err = d.ShellIn(c, d.Loc(c).Text("First three things"), h.group); err != nil {
		return err
	}
	if p.CommunityHead, err = d.head(c, h); err != nil {
		return err
	}
	p.Items = plan(p.Loc, a)
	return d.Page(c, http.StatusOK, p)
}

func (d *Pages) launching(c echo.Context) (*here, charter.Answers, error) {
	h, err := d.groupAt(c)
	if err != nil {
		return nil, charter.Answers{}, err
	}
	a, mine, err := d.founded(c, h.group)
	if err != nil {
		return nil, a, err
	}
	if !mine {
		return nil, a, echo.ErrNotFound
	}
	return h, a, nil
}

// launched handles POST /c/:handle/launch: puts one of them into the composer as a draft, where it is
// looked at once more and sent.
func (d *Pages) launched(c echo.Context) error {
	h, a, err := d.launching(c)
	if err != nil {
		return err
	}
	for _, one := range plan(d.Loc(c), a) {
		if one.Code != c.FormValue("item") {
			continue
		}
		draft := &db.Draft{
			AccountID: d.Account(c).ID, Form: "discussion", Target: strconv.FormatInt(h.group.ActorID, 10), Title: one.Title, Body: one.Text,
		}
		if err := d.store.PutDraft(c.Request().Context(), draft); err != nil {
			return fmt.Errorf("keep the first %s: %w", one.Code, err)
		}
		return frame.See(c, "/c/"+h.group.Actor.Handle+"/new")
	}
	return echo.ErrNotFound
}
