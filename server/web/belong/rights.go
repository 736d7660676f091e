package belong

import (
	"cmp"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// rights handles GET /c/:handle/rights: the table the rules ask, in words, with where the reader
// stands in it.
func (d *Pages) rights(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	l := d.Loc(c)
	p := views.Rights{}
	if p.Shell, err = d.ShellIn(c, l.Text("Who may do what"), h.group); err != nil {
		return err
	}
	if p.CommunityHead, err = d.head(c, h); err != nil {
		return err
	}
	for _, st := range h.standing.Columns {
		p.Stands = append(p.Stands, frame.StandingWord(l, st))
	}
	for _, row := range rights.Table() {
		if row.Act == rights.Start {
			row = rights.StartBy(h.group.PostPolicy, h.group.Openness)
		}
		if len(row.In(h.group.Openness).Who()) == 0 {
			continue // nothing of the kind here
		}
		line := views.Right{Act: frame.ActWord(l, row.Act), Who: frame.WhoWords(l, row.In(h.group.Openness).Who()), You: true}
		if err := d.com.Permit(c.Request().Context(), d.store, h.group, frame.Me(c), row.Act); err != nil {
			no, is := frame.Refusal(err)
			if !is {
				return err
			}
			line.You, line.Why = false, cmp.Or(frame.Why(l, no.Code), d.Sentence(l, no))
		}
		p.Rows = append(p.Rows, line)
	}
	return d.Page(c, http.StatusOK, p)
}
