package founding

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// write handles GET /c/:handle/charter/write: the version in force as a form.
func (d *Pages) write(c echo.Context) error {
	h, f, first, err := d.writable(c)
	if err != nil {
		return err
	}
	return d.writePage(c, http.StatusOK, h, views.CharterForm{First: first, Fields: d.writeFields(c, f, ""), Weights: leanings(d.Loc(c), f.Weights)})
}

// writable loads a community of ours for who may propose a version, and what is in force.
func (d *Pages) writable(c echo.Context) (*here, db.CharterFields, bool, error) {
	h, err := d.groupAt(c)
	if err != nil {
		return nil, db.CharterFields{}, false, err
	}
	if !h.group.Actor.Local {
		return nil, db.CharterFields{}, false, echo.ErrNotFound
	}
	ctx := c.Request().Context()
	if err := d.com.Permit(ctx, d.store, h.group, frame.Me(c), rights.Propose); err != nil {
		return nil, db.CharterFields{}, false, err
	}
	one, err := d.store.AdoptedCharter(ctx, h.group.ActorID)
	if errors.Is(err, db.ErrNotFound) {
		return h, db.CharterFields{}, true, nil
	}
	if err != nil {
		return nil, db.CharterFields{}, false, fmt.Errorf("load charter of %s: %w", h.group.Actor.URI, err)
	}
	return h, one.Fields, false, nil
}

// writeFields are those of the whole charter and of the line that says what is different.
func (d *Pages) writeFields(c echo.Context, f db.CharterFields, note string) []views.FoundingField {
	l := d.Loc(c)
	return append(charterFields(l, "", f),
		area("activities", l.Text("What do you do together?"), strings.Join(f.Activities, "\n"), l.Text("One a line")),
		views.FoundingField{Field: ui.Field{Name: "note", Label: l.Text("What is different, in one line"), Value: note, Optional: true, Max: 200}})
}

func (d *Pages) writePage(c echo.Context, status int, h *here, p views.CharterForm) error {
	var err error
	if p.Shell, err = d.ShellIn(c, d.Loc(c).Text("Charter"), h.group); err != nil {
		return err
	}
	if p.CommunityHead, err = d.head(c, h); err != nil {
		return err
	}
	return d.Page(c, status, p)
}

// saveDraft handles POST /c/:handle/charter/write.
func (d *Pages) saveDraft(c echo.Context) error {
	h, _, first, err := d.writable(c)
	if err != nil {
		return err
	}
	text := func(name string) string {
		return strings.ReplaceAll(strings.TrimSpace(c.FormValue(name)), "\r\n", "\n")
	}
	var f db.CharterFields
	for _, step := range []string{"domain", "community", "practice", "governance"} {
		hearFields(text, lines(text("activities")), step, &f)
	}
	var made *db.Charter
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		var err error
		made, err = d.charter.Draft(ctx, tx, charter.Version{Group: h.group, By: frame.Me(c), Fields: f, Note: text("note")})
		return err
	})
	if no, is := frame.Refusal(err); is {
		p := views.Founding{Fields: d.writeFields(c, f, text("note"))}
		mark(&p, no.Field, frame.Sentence(d.Loc(c), no))
		return d.writePage(c, http.StatusUnprocessableEntity, h, views.CharterForm{First: first, Fields: p.Fields, Weights: leanings(d.Loc(c), f.Weights), Error: p.Error})
	}
	if err != nil {
		return fmt.Errorf("draft charter of %s: %w", h.group.Actor.URI, err)
	}
	return frame.See(c, "/c/"+h.group.Actor.Handle+"/charter/"+strconv.FormatInt(made.Version, 10))
}

// compare handles GET /c/:handle/charter/compare: two versions side by side, clause by clause.
func (d *Pages) compare(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	all, err := d.readable(c, h)
	if err != nil {
		return err
	}
	from, to := versionOf(all, c.QueryParam("from")), versionOf(all, c.QueryParam("to"))
	if from == nil || to == nil || !h.group.Actor.Local {
		return echo.ErrNotFound
	}
	p := views.CharterCompare{Tab: "/charter", From: int(from.Version), To: int(to.Version)}
	if p.Shell, err = d.ShellIn(c, d.Loc(c).Text("Charter"), h.group); err != nil {
		return err
	}
	if p.CommunityHead, err = d.head(c, h); err != nil {
		return err
	}
	for _, one := range all {
		p.Versions = append(p.Versions, ui.Choice{Value: strconv.FormatInt(one.Version, 10), Label: p.Text("Version %d", int(one.Version))})
	}
	p.Pairs = pairs(d.charter.Clauses(from.Language, from.Fields), d.charter.Clauses(to.Language, to.Fields))
	return d.Page(c, http.StatusOK, p)
}

func versionOf(all []*db.Charter, number string) *db.Charter {
	for _, one := range all {
		if strconv.FormatInt(one.Version, 10) == number {
			return one
		}
	}
	return nil
}

// pairs puts clauses of one kind beside one another, in the order of the later version; what is only
// in the earlier one comes last.
func pairs(before, after []charter.Clause) []views.CharterPair {
	text := func(list []charter.Clause, code string) string {
		for _, c := range list {
			if c.Code == code {
				return content.Text(content.Markdown(c.Text))
			}
		}
		return ""
	}
	var out []views.CharterPair
	add := func(c charter.Clause) {
		a, b := text(before, c.Code), text(after, c.Code)
		left, right := frame.Differ(a, b)
		out = append(out, views.CharterPair{Title: c.Title, Left: left, Right: right, Same: a == b})
	}
	for _, c := range after {
		add(c)
	}
	for _, c := range before {
		if text(after, c.Code) == "" {
			add(c)
		}
	}
	return out
}
