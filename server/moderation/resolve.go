package moderation

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// copseSoftware names ourselves in NodeInfo: what shows a Resolve to the one who reported.
const copseSoftware = "copse"

// Resolve closes a report: a steward of the group or an admin for a group's, an admin for the
// instance's. The reporter hears what was decided, wherever they are, and so do the other
// moderators. In a group elsewhere its server is asked to.
func (r *Rules) Resolve(ctx context.Context, tx *db.Store, by *db.Actor, report *db.Report, resolution string) error {
	g, err := r.permitResolve(ctx, tx, by, report)
	if err != nil {
		return err
	}
	if report.State != db.ReportOpen {
		return community.Refuse(community.Conflict, "report-resolved")
	}
	report.Resolution, report.ResolvedBy = content.PlainName(resolution), by.ID
	act := &db.Activity{ActorID: by.ID}
	if g != nil {
		if act, err = r.publishResolve(ctx, tx, by, g, report); err != nil {
			return err
		}
	}
	return r.close(ctx, tx, g, report, act)
}

// publishResolve is a moderator's word that a report is done: to a group elsewhere, or kept for our
// own to pass on. It names the Flag that moderators know.
func (r *Rules) publishResolve(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, report *db.Report) (*db.Activity, error) {
	flag, to := report.URI, toInboxes(g.Actor)
	if g.Actor.Local {
		copied, err := tx.ReportCopy(ctx, report.ID)
		if err != nil {
			return nil, fmt.Errorf("load the copy of report %d: %w", report.ID, err)
		}
		if copied == "" {
			return &db.Activity{ActorID: by.ID}, nil // no moderator elsewhere knows of it
		}
		flag = copied
	}
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: by, ObjectURI: flag, GroupID: g.ActorID, To: to,
		Doc: vocab.ActivityDoc{
			Type: "Resolve", To: []string{g.Actor.URI}, Audience: g.Actor.URI, Object: flag,
			Summary: report.Resolution, Content: report.Resolution,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", flag, err)
	}
	return act, nil
}

// close writes that a report is done, and tells whom it concerns.
func (r *Rules) close(ctx context.Context, tx *db.Store, g *db.Group, report *db.Report, act *db.Activity) error {
	if err := tx.ResolveReport(ctx, report); err != nil {
		return fmt.Errorf("resolve report %d: %w", report.ID, err)
	}
	if err := r.answer(ctx, tx, g, report); err != nil {
		return err
	}
	if g != nil && !g.Actor.Local {
		return nil // its own server keeps the log
	}
	entry := &db.ModerationEntry{
		GroupID: report.GroupID, ActorID: report.ResolvedBy, Act: "resolve", PostID: report.PostID,
		TargetID: report.TargetID, Reason: report.Resolution,
	}
	if err := tx.LogModeration(ctx, entry); err != nil || g == nil {
		return err
	}
	list, err := stewards(ctx, tx, g)
	if err != nil {
		return err
	}
	by, err := tx.ActorByID(ctx, report.ResolvedBy)
	if err != nil {
		return fmt.Errorf("load who resolved report %d: %w", report.ID, err)
	}
	return r.passOn(ctx, tx, g, act, elsewhere(list, by))
}

// answer tells the reporter what was decided, on the way they came: in their inbox here, by Resolve
// to their server, and in words where that server would show none.
func (r *Rules) answer(ctx context.Context, tx *db.Store, g *db.Group, report *db.Report) error {
	reporter, err := tx.ActorByID(ctx, report.ReporterID)
	if err != nil {
		return fmt.Errorf("load reporter of %d: %w", report.ID, err)
	}
	if reporter.Local {
		n := db.Notification{Kind: db.NotifyDecided, ActorID: report.ResolvedBy, GroupID: report.GroupID, PostID: report.PostID, ReportID: report.ID}
		return community.Notify(ctx, tx, reporter.ID, n)
	}
	if g == nil || !g.Actor.Local || reporter.Type == db.ActorGroup {
		return nil
	}
	flag := strings.TrimSuffix(report.URI, "#"+strconv.FormatInt(g.ActorID, 10))
	_, err = r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: flag, GroupID: g.ActorID, To: toInboxes(reporter),
		Doc: vocab.ActivityDoc{
			Type: "Resolve", To: []string{reporter.URI}, Audience: g.Actor.URI, Object: flag,
			Summary: report.Resolution, Content: report.Resolution,
		},
	})
	if err != nil {
		return fmt.Errorf("tell %s of report %d: %w", reporter.URI, report.ID, err)
	}
	return r.answerInWords(ctx, tx, g, reporter, report)
}

// answerInWords is for people whose server knows no Resolve: a direct message of the group.
func (r *Rules) answerInWords(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, report *db.Report) error {
	if who.Type != db.ActorPerson || report.Resolution == "" {
		return nil
	}
	host, err := tx.DialectOf(ctx, who.Host)
	if err != nil {
		return fmt.Errorf("load host %s: %w", who.Host, err)
	}
	if host.Software == copseSoftware {
		return nil
	}
	_, err = r.com.Tell(ctx, tx, g, community.Notice{To: who, Code: "report-decided", Words: report.Resolution})
	return err
}

// permitResolve also returns the group of the report, nil where it is the instance's.
func (r *Rules) permitResolve(ctx context.Context, tx *db.Store, by *db.Actor, report *db.Report) (*db.Group, error) {
	if report.GroupID != 0 {
		g, err := tx.GroupByID(ctx, report.GroupID)
		if err != nil {
			return nil, fmt.Errorf("load group of report %d: %w", report.ID, err)
		}
		if err := r.com.Permit(ctx, tx, g, by, rights.SeeReports); err != nil {
			return nil, err
		}
		return g, r.permitJudge(ctx, tx, by, g, report)
	}
	if by == nil || !by.Active() {
		return nil, community.Refuse(community.Forbidden, "not-admin")
	}
	admin, err := community.IsAdmin(ctx, tx, by)
	if err != nil {
		return nil, fmt.Errorf("see whether %s is an admin: %w", by.URI, err)
	}
	if !admin {
		return nil, community.Refuse(community.Forbidden, "not-admin")
	}
	return nil, nil //nolint:nilnil // the instance's own
}
