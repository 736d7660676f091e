package moderation

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
)

// TakeResolve closes a report by the word of somebody elsewhere: one in a group of ours by the word
// of one of its moderators, who meets the same rule as on our pages; one that is for a group
// elsewhere by the word of that group alone.
func (r *Rules) TakeResolve(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	report, err := tx.ReportByURI(ctx, object(in.Activity))
	if errors.Is(err, db.ErrNotFound) {
		return federation.Ignored("unknown-object"), nil
	}
	if err != nil {
		return fault(fmt.Errorf("load report %s: %w", object(in.Activity), err))
	}
	if report.GroupID == 0 {
		return federation.Refused("not-moderator"), nil
	}
	g, err := tx.GroupByID(ctx, report.GroupID)
	if err != nil {
		return fault(fmt.Errorf("load group of report %d: %w", report.ID, err))
	}
	if g.Actor.Local {
		return r.takeResolveHere(ctx, tx, in, g, report)
	}
	if !in.Vouched || !from(in, g) {
		return federation.Refused("not-from-the-group"), nil
	}
	if report.State != db.ReportOpen {
		return federation.Ignored("resolved-before"), nil
	}
	report.Resolution, report.ResolvedBy = decision(in), in.Actor.ID
	return outcome(r.close(ctx, tx, g, report, &db.Activity{ActorID: in.Actor.ID}))
}

// from says that an activity is a group's own, or passed on by it.
func from(in *federation.Incoming, g *db.Group) bool {
	if in.Via != nil {
		return in.Via.ID == g.ActorID
	}
	return in.Actor.ID == g.ActorID
}

// decision are the words of a Resolve, as plain text of one line.
func decision(in *federation.Incoming) string {
	return content.PlainName(cmp.Or(content.Text(content.Sanitise(in.Activity.Content)), in.Activity.Summary))
}

func (r *Rules) takeResolveHere(ctx context.Context, tx *db.Store, in *federation.Incoming, g *db.Group, report *db.Report) (federation.Outcome, error) {
	if !in.Vouched || in.Via != nil {
		return federation.Refused("not-vouched"), nil
	}
	if _, err := r.permitResolve(ctx, tx, in.Actor, report); err != nil {
		return outcome(err)
	}
	if report.State != db.ReportOpen {
		return federation.Ignored("resolved-before"), nil
	}
	act := &db.Activity{
		URI: in.Activity.ID, ActorID: in.Actor.ID, Type: in.Activity.Type, ObjectURI: object(in.Activity), GroupID: g.ActorID, Body: in.Body,
	}
	if act.URI != "" {
		if err := tx.KeepActivity(ctx, act); err != nil {
			return fault(err)
		}
	}
	report.Resolution, report.ResolvedBy = decision(in), in.Actor.ID
	return outcome(r.close(ctx, tx, g, report, act))
}
