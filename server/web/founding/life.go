package founding

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// lifeLines say on the page of the charter where the community stands.
func (d *Pages) lifeLines(c echo.Context, g *db.Group, p *views.Charter) error {
	ctx := c.Request().Context()
	life, err := d.store.LifeOf(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load life of %s: %w", g.Actor.URI, err)
	}
	if says, err := d.store.SaysLife(ctx, g.ActorID); err != nil || !g.Actor.Local && !says {
		return err // a server that knows no such words
	}
	p.Stage = stageName(p.Loc, life.Stage)
	if !g.ArchivedAt.IsZero() {
		p.Life = append(p.Life, ui.Choice{Label: p.Text("Closed"), Value: p.Date(g.ArchivedAt.Time)})
	}
	if !life.StageAt.IsZero() {
		p.Life = append(p.Life, ui.Choice{Label: p.Text("Since"), Value: p.Date(life.StageAt.Time)})
	}
	if life.Recognition != db.RecognitionInformal {
		p.Life = append(p.Life, ui.Choice{Label: recognitionName(p.Loc, life.Recognition), Value: life.RecognisedBy})
	}
	if life.SuccessorURI != "" {
		p.Life = append(p.Life, ui.Choice{Label: p.Text("Carried on by"), Value: d.successor(ctx, life.SuccessorURI)})
	}
	if !life.ReviewAt.IsZero() {
		p.Life = append(p.Life, ui.Choice{Label: p.Text("Looked at again"), Value: p.Date(life.ReviewAt.Time)})
	}
	if !g.Actor.Local {
		return nil
	}
	p.Acts.Live, err = d.may(ctx, g, frame.Me(c), rights.EditGroup)
	return err
}

// successor names a group by its handle, or by its address where it is not known here.
func (d *Pages) successor(ctx context.Context, uri string) string {
	a, err := d.store.ActorByURI(ctx, uri)
	if err != nil {
		return uri
	}
	return "@" + a.Acct()
}

// livable loads a community for those who may say where it stands.
func (d *Pages) livable(c echo.Context) (*here, error) {
	h, err := d.groupAt(c)
	if err != nil {
		return nil, err
	}
	if !h.group.Actor.Local {
		return nil, echo.ErrNotFound
	}
	return h, d.com.Permit(c.Request().Context(), d.store, h.group, frame.Me(c), rights.EditGroup)
}

// life handles GET /c/:handle/life.
func (d *Pages) life(c echo.Context) error {
	h, err := d.livable(c)
	if err != nil {
		return err
	}
	life, err := d.store.LifeOf(c.Request().Context(), h.group.ActorID)
	if err != nil {
		return fmt.Errorf("load life of %s: %w", h.group.Actor.URI, err)
	}
	return d.lifePage(c, http.StatusOK, h, life, nil)
}

func (d *Pages) lifePage(c echo.Context, status int, h *here, life *db.GroupLife, no *community.Refusal) error {
	shell, err := d.ShellIn(c, d.Loc(c).Text("Stage of life"), h.group)
	if err != nil {
		return err
	}
	l := shell.Loc
	p := views.CharterLife{Shell: shell, Archived: !h.group.ArchivedAt.IsZero(), Fixed: life.Stage == db.StagePotential}
	if p.CommunityHead, err = d.head(c, h); err != nil {
		return err
	}
	var stages, recognitions []ui.Choice
	for _, s := range charter.Stages() {
		if (s == db.StagePotential) == p.Fixed {
			stages = append(stages, ui.Choice{Value: s, Label: stageName(l, s)})
		}
	}
	for _, r := range charter.Recognitions() {
		recognitions = append(recognitions, ui.Choice{Value: r, Label: recognitionName(l, r)})
	}
	p.Fields = []views.FoundingField{
		options("stage", l.Text("Stage of life"), "", chosen(stages, life.Stage)),
		options("recognition", l.Text("Recognition"), l.Text("By an organisation: from a word to a budget."), chosen(recognitions, life.Recognition)),
		{Field: ui.Field{Name: "recognised_by", Label: l.Text("Recognised by"), Value: life.RecognisedBy, Optional: true, Max: 200}},
	}
	if p.Kin, err = d.kinLines(c, h.group); err != nil {
		return err
	}
	p.KinForm = []views.FoundingField{
		{Field: ui.Field{Name: "kin", Label: l.Text("Another community"), Value: c.FormValue("kin"), Code: true, Max: 300, Hint: l.Text("Its handle on any server: @name@host")}},
		options("relation", l.Text("What this one is to it"), "", chosen(relations(l), c.FormValue("relation"))),
	}
	if no != nil {
		k := views.Founding{Fields: p.KinForm}
		mark(&k, no.Field, frame.Sentence(l, no))
		f := views.Founding{Fields: p.Fields}
		mark(&f, no.Field, frame.Sentence(l, no))
		if k.Error != "" { // it is about none of those
			p.Error = f.Error
		}
	}
	orgs, err := d.store.CountOrganisations(c.Request().Context(), []int64{h.group.ActorID})
	if err != nil {
		return fmt.Errorf("count organisations: %w", err)
	}
	p.Facts = []ui.Choice{
		{Label: l.Text("Members"), Value: l.Number(int(h.group.MembersCount))},
		{Label: l.Text("Organisations"), Value: l.Number(orgs[h.group.ActorID])},
		{Label: l.Text("Discussions"), Value: l.Number(int(h.group.DiscussionsCount))},
	}
	return d.Page(c, status, p)
}

// saveLife handles POST /c/:handle/life.
func (d *Pages) saveLife(c echo.Context) error {
	h, err := d.livable(c)
	if err != nil {
		return err
	}
	life, err := d.store.LifeOf(c.Request().Context(), h.group.ActorID)
	if err != nil {
		return fmt.Errorf("load life of %s: %w", h.group.Actor.URI, err)
	}
	life.Stage, life.Recognition, life.RecognisedBy = c.FormValue("stage"), c.FormValue("recognition"), c.FormValue("recognised_by")
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		return d.charter.Live(ctx, tx, frame.Me(c), h.group, life)
	})
	if no, is := frame.Refusal(err); is {
		return d.lifePage(c, http.StatusUnprocessableEntity, h, life, no)
	}
	if err != nil {
		return fmt.Errorf("say where %s stands: %w", h.group.Actor.URI, err)
	}
	d.Flash(c, d.Loc(c).Text("Saved."), "")
	return frame.See(c, "/c/"+h.group.Actor.Handle+"/charter")
}

// archive handles POST /c/:handle/life/archive: closes a community, or opens it again.
func (d *Pages) archive(c echo.Context) error {
	h, err := d.livable(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	successor, err := d.carriesOn(ctx, strings.TrimSpace(c.FormValue("successor")))
	if err == nil {
		err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
			if c.FormValue("open") != "" {
				return d.charter.Reopen(ctx, tx, frame.Me(c), h.group)
			}
			return d.charter.Archive(ctx, tx, frame.Me(c), h.group, successor)
		})
	}
	if no, is := frame.Refusal(err); is {
		life, err := d.store.LifeOf(ctx, h.group.ActorID)
		if err != nil {
			return fmt.Errorf("load life of %s: %w", h.group.Actor.URI, err)
		}
		return d.lifePage(c, http.StatusUnprocessableEntity, h, life, no)
	}
	if err != nil {
		return fmt.Errorf("archive %s: %w", h.group.Actor.URI, err)
	}
	return frame.See(c, "/c/"+h.group.Actor.Handle+"/charter")
}

// carriesOn finds the community that carries on; nil where none is named.
func (d *Pages) carriesOn(ctx context.Context, handle string) (*db.Actor, error) {
	if handle == "" {
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	a, err := d.o.Resolve(ctx, strings.TrimPrefix(handle, "@"))
	if err != nil {
		return nil, errors.Join(community.RefuseField("successor", "successor-no-group"), err)
	}
	return a, nil
}

func stageName(l loc, stage string) string {
	switch stage {
	case db.StagePotential:
		return l.Text("Potential: founders are gathering")
	case db.StageMaturing:
		return l.Text("Maturing: people rely on it")
	case db.StageStewardship:
		return l.Text("Stewardship: it keeps its practice fresh")
	case db.StageTransformation:
		return l.Text("Transformation: it ends, splits, merges or moves on")
	}
	return l.Text("Coalescing: open to join")
}

func recognitionName(l loc, r string) string {
	switch r {
	case db.RecognitionRecognised:
		return l.Text("Recognised by")
	case db.RecognitionChartered:
		return l.Text("Chartered by")
	case db.RecognitionBudgeted:
		return l.Text("Given a budget by")
	}
	return l.Text("Informal")
}
