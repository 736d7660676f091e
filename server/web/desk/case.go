package desk

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
	"github.com/copse-social/copse/server/community"
)

// reportAt loads the report of an address for those whom it is for. To others it isn't there (T47).
func (d *Desk) reportAt(c echo.Context) (*db.Report, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return nil, echo.ErrNotFound
	}
	ctx, account := c.Request().Context(), d.Account(c)
	r, err := d.store.ReportByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.GroupID == 0 {
		if !account.IsAdmin() {
			return nil, echo.ErrNotFound
		}
		return r, nil
	}
	if err := d.permit(ctx, r.GroupID, account.ActorID, community.ActSeeReports); err != nil {
		return nil, notThere(err)
	}
	return r, nil
}

// notThere turns a refusal into "there is none".
func notThere(err error) error {
	if _, is := refusalIn(err); is {
		return echo.ErrNotFound
	}
	return err
}

// report handles GET /reports/:id.
func (d *Desk) report(c echo.Context) error {
	r, err := d.reportAt(c)
	if err != nil {
		return err
	}
	return d.reportPage(c, http.StatusOK, r, views.Case{})
}

func (d *Desk) reportPage(c echo.Context, status int, r *db.Report, p views.Case) error {
	ctx := c.Request().Context()
	shell, err := d.Shell(c, d.Loc(c).TextIn("noun", "Report"), views.Reports)
	if err != nil {
		return err
	}
	p.Shell, p.Title, p.Words, p.At = shell, reportTitle(shell.Loc, r), r.Content, r.CreatedAt.Time
	p.Reporter, p.Closed, p.Decision = reporterOf(shell.Loc, r), r.ResolvedAt.Time, r.Resolution
	people, err := d.store.ActorsByID(ctx, []int64{r.GroupID, r.ResolvedBy})
	if err != nil {
		return fmt.Errorf("load who a report is about: %w", err)
	}
	if by := people[r.ResolvedBy]; by != nil {
		p.By = by.Label()
	}
	if r.Target != nil {
		p.Target = d.Face(r.Target)
	}
	if g := people[r.GroupID]; g != nil {
		p.Place = d.Place(g)
		if g.Local && r.Target != nil {
			p.Care = p.Place.URL + "/people/" + d.PathHandle(r.Target)
		}
	}
	if p.Appeal, err = d.appealCase(ctx, r); err != nil {
		return err
	}
	p.MayBan = r.GroupID != 0 && r.TargetID != 0 && p.Appeal == nil && d.mayBan(c, r)
	if r.Post != nil {
		p.Post = casePost(shell.Loc, r.Post)
		p.MayPull = r.GroupID != 0 && r.Post.State != db.PostRemoved && r.Post.State != db.PostDeleted
	}
	return d.Page(c, status, p)
}

func casePost(l loc, post *db.Post) *views.CasePost {
	out := &views.CasePost{Link: linkTo(post), Title: post.Title, Body: ui.HTML(post.Content), Lang: post.Lang}
	switch post.State {
	case db.PostRemoved:
		out.State = l.Text("It is removed.")
	case db.PostDeleted:
		out.State = l.Text("Its author took it back.")
	case db.PostHeld:
		out.State, out.Link = l.Text("It is held; nobody else has seen it."), ui.Link{}
	case db.PostRefused:
		out.State, out.Link = l.Text("It was refused."), ui.Link{}
	}
	return out
}

// resolve handles POST /reports/:id: it closes the report and, where asked, removes the text with
// it, in one act.
func (d *Desk) resolve(c echo.Context) error {
	r, err := d.reportAt(c)
	if err != nil {
		return err
	}
	note, me := strings.TrimSpace(c.FormValue("note")), d.reader(c)
	p := views.Case{Note: ui.Answer{Value: note}}
	if note == "" {
		p.Note.Error = d.Loc(c).Text("Say what was decided, for those who read the log.")
		return d.reportPage(c, http.StatusUnprocessableEntity, r, p)
	}
	err = d.store.InTx(c.Request().Context(), func(ctx context.Context, tx *db.Store) error {
		return d.decideCase(ctx, tx, decision{me, r, c.FormValue("act"), note, d.banEnd(c.FormValue("days"))})
	})
	if no, is := refusalIn(err); is {
		p.Error = d.Sentence(d.Loc(c), no)
		return d.reportPage(c, http.StatusUnprocessableEntity, r, p)
	}
	if err != nil {
		return fmt.Errorf("resolve report %d: %w", r.ID, err)
	}
	d.Flash(c, d.Loc(c).Text("The report is closed."), "")
	return c.Redirect(http.StatusSeeOther, "/reports")
}

// heldAt loads a post that waits, for those who may let it through.
func (d *Desk) heldAt(c echo.Context) (*db.Post, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return nil, echo.ErrNotFound
	}
	ctx := c.Request().Context()
	post, err := d.store.PostByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if post.GroupID == 0 || post.Visibility == db.VisibilityDirect {
		return nil, echo.ErrNotFound
	}
	if err := d.permit(ctx, post.GroupID, d.Account(c).ActorID, community.ActRemove); err != nil {
		return nil, notThere(err)
	}
	if post.State != db.PostHeld { // to decide is not to read what was decided (T45)
		if _, err := d.SeenByID(c, id); err != nil {
			return nil, err
		}
	}
	return post, nil
}

// held handles GET /held/:id.
func (d *Desk) held(c echo.Context) error {
	post, err := d.heldAt(c)
	if err != nil {
		return err
	}
	if post.State != db.PostHeld {
		return c.Redirect(http.StatusSeeOther, linkTo(post).URL)
	}
	return d.heldPage(c, http.StatusOK, post, views.Case{})
}

func (d *Desk) heldPage(c echo.Context, status int, post *db.Post, p views.Case) error {
	shell, err := d.Shell(c, titleOf(post), views.Reports)
	if err != nil {
		return err
	}
	p.Shell, p.Held, p.Title, p.At = shell, true, titleOf(post), post.CreatedAt.Time
	p.Target, p.Post = d.Face(post.Author), casePost(shell.Loc, post)
	g, err := d.store.ActorByID(c.Request().Context(), post.GroupID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load community of held post: %w", err)
	}
	if err == nil {
		p.Place = d.Place(g)
		p.Care = p.Place.URL + "/people/" + d.PathHandle(post.Author)
	}
	return d.Page(c, status, p)
}

// decideHeld handles POST /held/:id.
func (d *Desk) decideHeld(c echo.Context) error {
	post, err := d.heldAt(c)
	if err != nil {
		return err
	}
	act, note, me := c.QueryParam("act"), strings.TrimSpace(c.FormValue("note")), d.reader(c)
	if act == "" {
		act = c.FormValue("act")
	}
	done := d.Loc(c).Text("It is let through.")
	err = d.store.InTx(c.Request().Context(), func(ctx context.Context, tx *db.Store) error {
		if act == "refuse" {
			done = d.Loc(c).Text("It is refused.")
			return d.ex.Refuse(ctx, tx, me, post, note)
		}
		return d.ex.Approve(ctx, tx, me, post)
	})
	if no, is := refusalIn(err); is {
		p := views.Case{Error: d.Sentence(d.Loc(c), no), Note: ui.Answer{Value: note}}
		return d.heldPage(c, http.StatusUnprocessableEntity, post, p)
	}
	if err != nil {
		return fmt.Errorf("decide about held post %d: %w", post.ID, err)
	}
	d.Flash(c, done, "")
	return c.Redirect(http.StatusSeeOther, "/reports")
}
