package desk

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/moderation"
)

// reportPost handles GET /p/:id/report.
func (d *Desk) reportPost(c echo.Context) error {
	post, err := d.reportable(c)
	if err != nil {
		return err
	}
	return d.reportForm(c, http.StatusOK, moderation.ReportOf{Post: post}, views.ReportForm{})
}

// reportable is the post that a path names. Of one that is gone only its place can be read, and the
// form shows the text.
func (d *Desk) reportable(c echo.Context) (*db.Post, error) {
	post, err := d.Readable(c)
	if err == nil && (post.State == db.PostRemoved || post.State == db.PostDeleted) {
		return nil, echo.ErrNotFound
	}
	return post, err
}

// reportPerson handles GET /u/:handle/report.
func (d *Desk) reportPerson(c echo.Context) error {
	who, err := d.Person(c)
	if err != nil {
		return err
	}
	return d.reportForm(c, http.StatusOK, moderation.ReportOf{Target: who}, views.ReportForm{})
}

func (d *Desk) reportForm(c echo.Context, status int, of moderation.ReportOf, p views.ReportForm) error {
	shell, err := d.Shell(c, d.Loc(c).TextIn("noun", "Report"), views.NoTab)
	if err != nil {
		return err
	}
	p.Shell = shell
	p.Head.NoIndex = true
	p.Action = c.Request().URL.Path
	if of.Post == nil {
		p.Who, p.Back = d.Face(of.Target), "/u/"+d.PathHandle(of.Target)
		return d.Page(c, status, p)
	}
	p.Who, p.Back, p.Post = d.Face(of.Post.Author), linkTo(of.Post).URL, casePost(shell.Loc, of.Post)
	if of.Post.GroupID != 0 {
		g, err := d.store.ActorByID(c.Request().Context(), of.Post.GroupID)
		if err != nil {
			return fmt.Errorf("load community of post: %w", err)
		}
		p.Place, p.Away = d.Place(g), !g.Local
	}
	return d.Page(c, status, p)
}

// sendPostReport handles POST /p/:id/report.
func (d *Desk) sendPostReport(c echo.Context) error {
	post, err := d.reportable(c)
	if err != nil {
		return err
	}
	return d.sendReport(c, moderation.ReportOf{Post: post}, linkTo(post).URL)
}

// sendPersonReport handles POST /u/:handle/report.
func (d *Desk) sendPersonReport(c echo.Context) error {
	who, err := d.Person(c)
	if err != nil {
		return err
	}
	return d.sendReport(c, moderation.ReportOf{Target: who}, "/u/"+d.PathHandle(who))
}

func (d *Desk) sendReport(c echo.Context, of moderation.ReportOf, back string) error {
	of.Content = strings.TrimSpace(c.FormValue("words"))
	p := views.ReportForm{Words: ui.Answer{Value: of.Content}}
	if of.Content == "" {
		p.Words.Error = d.Loc(c).Text("Say in a few words what is wrong.")
		return d.reportForm(c, http.StatusUnprocessableEntity, of, p)
	}
	err := d.store.InTx(c.Request().Context(), func(ctx context.Context, tx *db.Store) error {
		_, err := d.mod.Report(ctx, tx, d.reader(c), of)
		return err
	})
	if no, is := refusalIn(err); is {
		p.Error = d.Sentence(d.Loc(c), no)
		return d.reportForm(c, http.StatusUnprocessableEntity, of, p)
	}
	if err != nil {
		return fmt.Errorf("send report: %w", err)
	}
	d.Flash(c, d.Loc(c).Text("Sent. What is decided stands under Reports."), "")
	return c.Redirect(http.StatusSeeOther, back)
}
