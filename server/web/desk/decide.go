package desk

import (
	"context"
	"errors"
	"fmt"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
)

// decision is what somebody decides about a report, in one act.
type decision struct {
	by     *db.Actor
	report *db.Report
	act    string // resolve, remove, ban or lift
	note   string
	until  db.Time // of a ban
}

// decideCase does what was decided, and closes the report with it.
func (d *Desk) decideCase(ctx context.Context, tx *db.Store, do decision) error {
	if do.act == "lift" {
		return d.mod.Lift(ctx, tx, do.by, do.report, do.note)
	}
	if do.act == "remove" || do.act == "ban" {
		if err := d.pull(ctx, tx, do); err != nil {
			return err
		}
	}
	if do.act == "ban" && do.report.GroupID != 0 && do.report.Target != nil {
		g, err := tx.GroupByID(ctx, do.report.GroupID)
		if err != nil {
			return fmt.Errorf("load community of report: %w", err)
		}
		b := community.BanOf{Who: do.report.Target, Reason: do.note, Until: do.until}
		if err := d.com.Ban(ctx, tx, do.by, g, b); err != nil {
			return err
		}
	}
	return d.mod.Resolve(ctx, tx, do.by, do.report, do.note)
}

// pull removes the text that a report is about, where it stands.
func (d *Desk) pull(ctx context.Context, tx *db.Store, do decision) error {
	if do.report.PostID == 0 {
		return nil
	}
	post, err := tx.PostByID(ctx, do.report.PostID)
	if err != nil {
		return fmt.Errorf("load reported post: %w", err)
	}
	if do.act == "ban" && (post.State == db.PostRemoved || post.State == db.PostDeleted) {
		return nil // it is gone already
	}
	return d.ex.Remove(ctx, tx, do.by, post, do.note)
}

// mayBan says whether the reader may keep the one a report is about out of its community.
func (d *Desk) mayBan(c echo.Context, r *db.Report) bool {
	me := d.reader(c)
	return me.ID != r.TargetID && d.permit(c.Request().Context(), r.GroupID, me.ID, community.ActBan) == nil
}

// appealCase is the ban behind an appeal; nil for any other report.
func (d *Desk) appealCase(ctx context.Context, r *db.Report) (*views.AppealCase, error) {
	a, err := d.store.AppealOf(ctx, r.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // no appeal is an answer, not a fault
	}
	if err != nil {
		return nil, fmt.Errorf("load appeal: %w", err)
	}
	ban, err := d.store.BanByURI(ctx, a.BanURI)
	if errors.Is(err, db.ErrNotFound) {
		return &views.AppealCase{Over: true}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("load ban: %w", err)
	}
	out := &views.AppealCase{Reason: ban.Reason, Since: ban.CreatedAt.Time, Until: ban.Until.Time}
	by, err := d.store.ActorByID(ctx, ban.BannedBy)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, fmt.Errorf("load who banned: %w", err)
	}
	if err == nil {
		out.By, out.Org = by.Label(), d.Org(by.Host)
	}
	return out, nil
}
