package asking

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// pageRows is how many queries one page of a list holds.
const pageRows = 25

// Tabs of the list.
const (
	tabOpen       = "open"
	tabUnanswered = "unanswered"
	tabClosed     = "closed"
)

// queries handles GET /c/:handle/queries.
func (d *Pages) queries(c echo.Context) error {
	h, err := d.at(c)
	if err != nil {
		return err
	}
	l, ctx := d.Loc(c), c.Request().Context()
	p := views.Queries{Closed: !h.reads, Tab: tabOpen}
	if p.Shell, err = d.ShellIn(c, l.Text("Queries of %s", h.group.Actor.Label()), h.group); err != nil {
		return err
	}
	p.Head.NoIndex = h.group.Openness != db.OpennessOpen || !h.group.Actor.Local
	if p.CommunityHead, err = d.CommunityHead(ctx, d.com, h.group, frame.Me(c), h.standing); err != nil {
		return err
	}
	if p.Closed {
		return d.Page(c, http.StatusOK, p)
	}
	if tab := c.QueryParam("tab"); tab == tabUnanswered || tab == tabClosed {
		p.Tab = tab
	}
	if p.MayAsk, err = d.may(c, h.group, rights.Start); err != nil {
		return err
	}
	for _, fill := range []func(echo.Context, *place, *views.Queries) error{d.counts, d.rows, d.waiting} {
		if err := fill(c, h, &p); err != nil {
			return err
		}
	}
	return d.Page(c, http.StatusOK, p)
}

func closedStates() []string {
	return []string{db.QueryConsolidating, db.QueryConsolidated, db.QueryUnanswered, db.QueryWithdrawn, db.QueryDuplicate}
}

// manyUnanswered bounds how many unanswered queries are counted.
const manyUnanswered = 200

func (d *Pages) counts(c echo.Context, h *place, p *views.Queries) error {
	ctx := c.Request().Context()
	states, _, err := d.store.CountQueries(ctx, h.group.ActorID)
	if err != nil {
		return fmt.Errorf("count queries: %w", err)
	}
	p.Counts = map[string]int{}
	for _, s := range db.OpenStates() {
		p.Counts[tabOpen] += states[s]
	}
	for _, s := range closedStates() {
		p.Counts[tabClosed] += states[s]
	}
	alone, err := d.store.FindQueries(ctx, d.search(h, tabUnanswered, manyUnanswered))
	if err != nil {
		return fmt.Errorf("count unanswered queries: %w", err)
	}
	p.Counts[tabUnanswered] = len(alone)
	if !h.group.Actor.Local {
		return nil
	}
	if p.Served, err = d.store.ServedSince(ctx, h.group.ActorID, db.At(d.o.Now().AddDate(0, 0, -measured))); err != nil {
		return fmt.Errorf("count found answers: %w", err)
	}
	return d.measure(c, h, p)
}

// measured is how many days back the line about answers looks.
const measured = 90

// measure says how many queries were answered within 72 hours (domain.md M10).
func (d *Pages) measure(c echo.Context, h *place, p *views.Queries) error {
	ctx, now := c.Request().Context(), d.o.Now()
	list, err := d.store.FindQueries(ctx, db.QuerySearch{GroupID: h.group.ActorID, Limit: manyUnanswered})
	if err != nil {
		return fmt.Errorf("list queries to measure: %w", err)
	}
	all, err := d.responses(ctx, list)
	if err != nil {
		return err
	}
	m := query.Measure(query.Window{From: now.AddDate(0, 0, -measured), To: now.Add(time.Minute), Now: now}, list, all, nil)
	if m.Response72.Of > 0 {
		part, of := int(m.Response72.Part), int(m.Response72.Of)
		p.Answered = p.Text("Answered within 72 hours: %d %%, %d of %d, last %d days.", 100*part/of, part, of, measured)
	}
	return nil
}

func (d *Pages) search(h *place, tab string, limit int) db.QuerySearch {
	s := db.QuerySearch{GroupID: h.group.ActorID, Limit: limit}
	switch tab {
	case tabClosed:
		s.States = closedStates()
	case tabUnanswered:
		s.States, s.Useless, s.Decays = db.OpenStates(), true, true
	default:
		s.States, s.Decays = db.OpenStates(), true
	}
	return s
}

func (d *Pages) rows(c echo.Context, h *place, p *views.Queries) error {
	ctx := c.Request().Context()
	s := d.search(h, p.Tab, pageRows+1)
	if p.Tab == tabClosed {
		s.Before, _ = strconv.ParseInt(c.QueryParam("before"), 36, 64) // 0 begins at the newest
	} else {
		s.Limit = manyUnanswered
	}
	list, err := d.store.FindQueries(ctx, s)
	if err != nil {
		return fmt.Errorf("list queries: %w", err)
	}
	if p.Tab == tabClosed && len(list) > pageRows {
		list = list[:pageRows]
		p.Older = d.path(h.group) + "/queries?tab=closed&before=" + strconv.FormatInt(list[pageRows-1].PostID, 36)
	}
	p.Rows, err = d.words(c, h, list)
	return err
}

func (d *Pages) responses(ctx context.Context, list []*db.Query) ([]*db.Response, error) {
	ids := make([]int64, len(list))
	for i, q := range list {
		ids[i] = q.PostID
	}
	all, err := d.store.ResponsesTo(ctx, 5000, ids...)
	if err != nil {
		return nil, fmt.Errorf("load responses: %w", err)
	}
	return all, nil
}

// words makes rows of queries.
func (d *Pages) words(c echo.Context, h *place, list []*db.Query) ([]views.QueryRow, error) {
	l := d.Loc(c)
	all, err := d.responses(c.Request().Context(), list)
	if err != nil {
		return nil, err
	}
	rows := make([]views.QueryRow, 0, len(list))
	for _, q := range list {
		n := query.CountOf(q, all)
		row := views.QueryRow{
			ID: strconv.FormatInt(q.PostID, 10), Title: q.Post.Title, URL: discussion(q.PostID), By: d.by(c, h, q),
			Mark: views.MarkQuery(l, q.State, q.ClosesAt.Time, d.o.Now(), n.Useful > 0), Asked: q.Post.PublishedAt.Time,
			Useful: n.Useful, Orgs: n.Organisations, MeToo: n.MeToo, Closed: q.ClosedAt.Time, Outcome: outcomeWord(l, q.Outcome), Days: int(q.Days),
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// by names who asks, as far as it may be known.
func (d *Pages) by(c echo.Context, h *place, q *db.Query) string {
	if q.Anonymous || q.Post.AuthorID == h.group.ActorID {
		return d.Loc(c).Text("through a facilitator, without a name")
	}
	face := d.Face(q.Post.Author)
	if face.Place != "" {
		return face.Name + ", " + face.Place
	}
	return face.Name
}

// waiting are queries that nobody sees yet: for those who look first, and the reader's own.
func (d *Pages) waiting(c echo.Context, h *place, p *views.Queries) error {
	if frame.Me(c) == nil || !h.group.Actor.Local {
		return nil
	}
	ctx := c.Request().Context()
	var err error
	if p.MayOpen, err = d.may(c, h.group, rights.OpenQuery); err != nil {
		return err
	}
	held := db.QuerySearch{GroupID: h.group.ActorID, States: []string{db.QueryWaiting, db.QueryClarifying}, Waiting: true, Decays: true, Limit: pageRows}
	if p.MayOpen {
		list, err := d.store.FindQueries(ctx, held)
		if err != nil {
			return fmt.Errorf("list queries that wait: %w", err)
		}
		if p.Waiting, err = d.words(c, h, list); err != nil {
			return err
		}
	}
	held.AskerID = frame.MyID(c)
	list, err := d.store.FindQueries(ctx, held)
	if err != nil {
		return fmt.Errorf("list own queries that wait: %w", err)
	}
	if p.Mine, err = d.words(c, h, list); err != nil {
		return err
	}
	for i := range p.Mine {
		p.Mine[i].URL = ""
	}
	return nil
}
