package founding

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// print handles GET /c/:handle/charter/:version/print: one version as it looks on paper, its title,
// version and date first.
func (d *Pages) print(c echo.Context) error {
	v, err := d.viewAt(c)
	if err != nil {
		return err
	}
	p, err := d.printed(c, v)
	if err != nil {
		return err
	}
	return d.Page(c, http.StatusOK, p)
}

// printed is one version for paper.
func (d *Pages) printed(c echo.Context, v view) (views.CharterPrint, error) {
	var whole views.Charter
	var err error
	if whole.Shell, err = d.ShellIn(c, d.Loc(c).Text("Charter"), v.group); err != nil {
		return views.CharterPrint{}, err
	}
	d.text(&whole, v)
	if err := d.said(c, &whole, v); err != nil {
		return views.CharterPrint{}, err
	}
	a, l := v.group.Actor, whole.Loc
	p := views.CharterPrint{
		Shell: whole.Shell, Name: a.Label(), Address: "@" + a.Acct(), Version: whole.Version, State: whole.State, When: whole.When,
		Lang: whole.Lang, Clauses: whole.Clauses, Body: whole.Body, Signed: whole.Signed, Page: v.one.URI,
		Back: d.versionPath(v), Files: d.files(l, v),
	}
	if a.Local {
		p.Page = d.charter.VersionPage(v.group, v.one.Version)
		p.Facts = append(p.Facts, ui.Choice{Label: l.Text("Decided"), Value: strings.TrimSuffix(ruleWord(l, v.one.Fields.Rule), ".")})
	}
	if v.one.Fields.ReviewIn > 0 && !v.one.AdoptedAt.IsZero() {
		p.Facts = append(p.Facts, ui.Choice{Label: l.Text("Looked at again"), Value: l.Date(v.one.AdoptedAt.AddDate(0, v.one.Fields.ReviewIn, 0))})
	}
	return p, nil
}

func (d *Pages) versionPath(v view) string {
	return fmt.Sprintf("/c/%s/charter/%d", d.PathHandle(v.group.Actor), v.one.Version)
}

// files are the other forms in which a version can be taken along.
func (d *Pages) files(l loc, v view) []ui.Link {
	var list []ui.Link
	if d.o.Press.Ready() {
		list = append(list, ui.Link{Label: l.Text("PDF"), URL: d.versionPath(v) + "/pdf"})
	}
	if v.one.Source != "" {
		list = append(list, ui.Link{Label: l.Text("Markdown"), URL: d.versionPath(v) + "/markdown"})
	}
	return list
}

// ruleWord is a rule in one or two words.
func ruleWord(l loc, rule string) string {
	for _, one := range rules(l) {
		if one.Value == rule {
			word, _, _ := strings.Cut(one.Label, ":")
			return word
		}
	}
	return ""
}
