package founding

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"rsc.io/qr"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// flyer handles GET /c/:handle/flyer: one page to print.
func (d *Pages) flyer(c echo.Context) error {
	p, err := d.flyerAt(c)
	if err != nil {
		return err
	}
	if d.o.Press.Ready() {
		p.Files = []ui.Link{{Label: p.Text("PDF"), URL: strings.TrimSuffix(p.QR, ".svg") + ".pdf"}}
	}
	return d.Page(c, http.StatusOK, p)
}

// flyerAt is the page to print of the community that an address names.
func (d *Pages) flyerAt(c echo.Context) (views.Flyer, error) {
	none := views.Flyer{}
	h, err := d.groupAt(c)
	if err != nil {
		return none, err
	}
	all, err := d.readable(c, h)
	if err != nil {
		return none, err
	}
	if !h.group.Actor.Local {
		return none, echo.ErrNotFound
	}
	a, l := h.group.Actor, d.Loc(c)
	shell, err := d.ShellIn(c, l.Text("One-page flyer"), h.group)
	if err != nil {
		return none, err
	}
	p := views.Flyer{
		Shell: shell, Name: a.Label(), Address: "@" + a.Acct(), Page: a.URL, Host: shell.Instance.Name, Purpose: h.group.Tagline,
		QR: "/c/" + a.Handle + "/flyer.svg", Back: "/c/" + a.Handle + "/charter",
		How: l.Text("Follow this handle from any server of the fediverse, or open the page and join."),
	}
	if h.group.Openness != db.OpennessOpen {
		p.How = l.Text("Open the page and ask to join, or follow this handle from any server of the fediverse; a facilitator answers.")
	}
	for _, one := range all {
		if one.State == db.CharterAdopted || one.State == db.CharterProposed && len(p.Inside) == 0 {
			f := one.Fields
			p.Purpose, p.Inside, p.Why, p.Who = plain(f.Purpose), f.Inside, plain(f.Why), plain(f.Who)
		}
	}
	return p, nil
}

// plain is Markdown as words.
func plain(markdown string) string { return content.Text(content.Markdown(markdown)) }

// code handles GET /c/:handle/flyer.svg: the address of the page as a code for phones.
func (d *Pages) code(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	if !h.group.Actor.Local {
		return echo.ErrNotFound
	}
	svg, err := drawing(h.group.Actor.URL)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "private, max-age=3600")
	return c.Blob(http.StatusOK, "image/svg+xml", []byte(svg))
}

// margin is the quiet zone around a code, in modules (ISO/IEC 18004 asks for four).
const margin = 4

// drawing is a text as a QR code: black modules on white, in both themes, for printers and phones.
func drawing(text string) (string, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", errors.Join(fmt.Errorf("draw code of %q", text), err)
	}
	side := code.Size + 2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[1]d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path d="`, side)
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+margin, y+margin)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String(), nil
}
