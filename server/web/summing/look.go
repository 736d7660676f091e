package summing

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/synthesis"
	"github.com/copse-social/copse/server/web/frame"
)

// look handles GET /d/:id/synthesis/look.
func (d *Pages) look(c echo.Context) error {
	return d.lookPage(c, http.StatusOK, nil)
}

func (d *Pages) lookPage(c echo.Context, status int, no *community.Refusal) error {
	f, err := d.asked(c)
	if err != nil {
		return err
	}
	k, err := d.rules.Look(c.Request().Context(), d.store, f.Post.ID, frame.Me(c))
	if errors.Is(err, db.ErrNotFound) {
		return echo.ErrNotFound
	}
	if err != nil {
		return err
	}
	l := d.Loc(c)
	p := views.SynthesisLook{Trail: d.trail(c, f.Group, f.Post), Heading: k.Artifact.Title}
	if p.Shell, err = d.ShellIn(c, l.Text("Consolidated reply"), f.Group); err != nil {
		return err
	}
	p.Head.NoIndex = true
	if k.State == db.SynthesisShown {
		p.Until = k.ObjectionsUntil.Time
		if k.Contributed(frame.Me(c)) {
			p.Object = deskPath(f.Post.ID) + "/object"
		}
	}
	if _, err := d.rules.Open(c.Request().Context(), d.store, f.Post.ID, frame.Me(c)); err == nil {
		p.Back = deskPath(f.Post.ID)
	}
	for _, b := range d.rules.Filled(k) {
		if b.Text != "" {
			p.Parts = append(p.Parts, views.LookPart{Key: b.Key, Heading: b.Title, Body: ui.HTML(content.Markdown(b.Text))})
		}
	}
	p.Objected = d.objections(k, nil)
	p.Wrong = ui.Field{Name: "text", Label: l.Text("What is wrong, and what should stand there"), Max: 2000, Value: c.FormValue("text")}
	if no != nil {
		p.Error = d.Sentence(l, no)
		p.Wrong.Error = p.Error
	}
	return d.Page(c, status, p)
}

// object handles POST /d/:id/synthesis/object.
func (d *Pages) object(c echo.Context) error {
	f, err := d.asked(c)
	if err != nil {
		return err
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		return d.rules.Object(ctx, tx, f.Post.ID, synthesis.Protest{
			By: frame.Me(c), Block: c.FormValue("block"), Quote: c.FormValue("quote"), Text: c.FormValue("text"), Door: "web",
		})
	})
	if errors.Is(err, db.ErrNotFound) {
		return echo.ErrNotFound
	}
	if no, is := frame.Refusal(err); is {
		if no.Field == "" {
			return err
		}
		return d.lookPage(c, http.StatusUnprocessableEntity, no)
	}
	if err != nil {
		return fmt.Errorf("object to reply to %d: %w", f.Post.ID, err)
	}
	d.Flash(c, d.Loc(c).Text("Sent to those who write it."), "")
	return frame.See(c, deskPath(f.Post.ID)+"/look")
}

// objections lists what was said, about one part or, without one, all of it.
func (d *Pages) objections(k *synthesis.Desk, block *string) []views.Objected {
	var list []views.Objected
	for _, o := range k.Objections {
		if block != nil && o.Block != *block {
			continue
		}
		one := views.Objected{ID: o.ID, At: o.At.Time, Quote: o.Quote, Text: o.Text, Answer: o.Answer, Settled: !o.SettledAt.IsZero()}
		if o.Actor != nil {
			one.By = d.Face(o.Actor)
		}
		list = append(list, one)
	}
	return list
}
