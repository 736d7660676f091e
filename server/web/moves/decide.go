package moves

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/moving"
	"github.com/copse-social/copse/server/web/frame"
)

// deed is one thing that somebody decides about a move.
type deed func(moving.Stepper, context.Context, *db.Store, *db.Move) error

func deeds() map[string]deed {
	return map[string]deed{
		"countersign": moving.Stepper.Countersign, "agree": moving.Stepper.Agree, "refuse": moving.Stepper.Refuse,
		"switch": moving.Stepper.Switch, "cancel": moving.Stepper.Cancel, "resume": moving.Stepper.Resume,
		"stay": moving.Stepper.Stay, "go": moving.Stepper.Go,
	}
}

// decide handles POST /c/:handle/move/:act. The move is read anew inside of the transaction: two who
// decide at once decide one after the other.
func (d *Pages) decide(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	do := deeds()[c.Param("act")]
	if h.move == nil || !h.insider || do == nil {
		return echo.ErrNotFound
	}
	by := moving.Stepper{Rules: d.rules, By: frame.Me(c), Handle: c.FormValue("handle"), Words: c.FormValue("words")}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		m, err := tx.MoveByID(ctx, h.move.ID)
		if err != nil {
			return fmt.Errorf("load move %d: %w", h.move.ID, err)
		}
		return do(by, ctx, tx, m)
	})
	if no, is := frame.Refusal(err); is {
		return d.movePage(c, http.StatusUnprocessableEntity, h, no)
	}
	if err != nil {
		return fmt.Errorf("%s the move of %s: %w", c.Param("act"), h.group.Actor.URI, err)
	}
	d.Flash(c, done(d.Loc(c), c.Param("act")), "")
	return frame.See(c, d.path(h.group)+"/move")
}
