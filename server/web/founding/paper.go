package founding

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
	"rsc.io/qr"

	"github.com/copse-social/copse/frontend"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/paper"
)

// onPaper is what is printed, and what it is called.
type onPaper struct {
	shell views.Shell
	paper templ.Component
	name  string // of the file, without its end
	other string // page that shows the same, for when it can't be printed
}

// versionPDF handles GET /c/:handle/charter/:version/pdf.
func (d *Pages) versionPDF(c echo.Context) error {
	v, err := d.viewAt(c)
	if err != nil {
		return err
	}
	p, err := d.printed(c, v)
	if err != nil {
		return err
	}
	return d.sendPDF(c, onPaper{p.Shell, p.Paper(), fmt.Sprintf("%s-charter-%d", v.group.Actor.Handle, v.one.Version), p.Back + "/print"})
}

// markdown handles GET /c/:handle/charter/:version/markdown: the text as it was written.
func (d *Pages) markdown(c echo.Context) error {
	v, err := d.viewAt(c)
	if err != nil {
		return err
	}
	if v.one.Source == "" {
		return echo.ErrNotFound
	}
	c.Response().Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", fmt.Sprintf("%s-charter-%d.md", v.group.Actor.Handle, v.one.Version)))
	c.Response().Header().Set("Cache-Control", "private, no-cache")
	return c.Blob(http.StatusOK, "text/markdown; charset=utf-8", []byte(v.one.Source))
}

// flyerPDF handles GET /c/:handle/flyer.pdf.
func (d *Pages) flyerPDF(c echo.Context) error {
	p, err := d.flyerAt(c)
	if err != nil {
		return err
	}
	code, err := qr.Encode(p.Page, qr.M)
	if err != nil {
		return fmt.Errorf("draw code of %q: %w", p.Page, err)
	}
	p.QR = paper.Picture("image/png", code.PNG())
	return d.sendPDF(c, onPaper{p.Shell, p.Paper(), c.Param("handle") + "-flyer", "/c/" + c.Param("handle") + "/flyer"})
}

// sendPDF prints a page. Where that does not work now, the reader is led to the page itself, which a
// browser prints as well.
func (d *Pages) sendPDF(c echo.Context, o onPaper) error {
	if !d.o.Press.Ready() {
		return echo.ErrNotFound
	}
	ctx := c.Request().Context()
	var body bytes.Buffer
	if err := o.paper.Render(ctx, &body); err != nil {
		return fmt.Errorf("render %s: %w", o.name, err)
	}
	sheet := paper.Sheet{Lang: o.shell.Lang.Code, Dir: o.shell.Lang.Dir, Title: o.shell.Title, Style: frontend.Files().Body("copse.css"), Body: body.Bytes()}
	pdf, err := d.o.Press.PDF(ctx, sheet.HTML())
	if errors.Is(err, context.Canceled) {
		return err
	}
	if err != nil {
		d.o.Log.WarnContext(ctx, "document not printed", "err", err)
		d.Flash(c, d.Loc(c).Text("The PDF could not be made just now. Your browser’s print window saves this page as PDF too."), "")
		return c.Redirect(http.StatusSeeOther, o.other)
	}
	c.Response().Header().Set("Content-Disposition", fmt.Sprintf("inline; filename=%q", o.name+".pdf"))
	c.Response().Header().Set("Cache-Control", "private, no-cache")
	return c.Blob(http.StatusOK, "application/pdf", pdf)
}
