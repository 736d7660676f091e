package moderation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// Appeal asks for a second look at one's own ban, once for each ban. Somebody else than who banned
// looks at it: a moderator of another organisation where the group has one (domain.md 4.12). Other
// servers get it as Flag of the Block; it is in the name of the person, who wants an answer.
func (r *Rules) Appeal(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, words string) error {
	ban, err := r.permitAppeal(ctx, tx, by, g)
	if err != nil {
		return err
	}
	if words = clip(words); words == "" {
		return community.RefuseField("words", "appeal-empty")
	}
	row := &db.Report{URI: r.iris.Activity(tx.NewID()), GroupID: g.ActorID, ReporterID: by.ID, TargetID: by.ID, Content: words, Reporter: by, Target: by}
	if !g.Actor.Local {
		act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
			Actor: by, ObjectURI: ban.URI, GroupID: g.ActorID, To: toInboxes(g.Actor),
			Doc: vocab.ActivityDoc{
				Type: "Flag", To: []string{g.Actor.URI}, Audience: g.Actor.URI, Object: []string{ban.URI, by.URI}, Summary: words, Content: words,
			},
		})
		if err != nil {
			return fmt.Errorf("appeal to %s: %w", g.Actor.URI, err)
		}
		row.URI = act.URI
	}
	return r.keepAppeal(ctx, tx, g, row, ban)
}

func (r *Rules) permitAppeal(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group) (*db.Ban, error) {
	if by == nil {
		return nil, community.Refuse(community.Forbidden, "signed-out")
	}
	ban, err := tx.BanOf(ctx, g.ActorID, by.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, community.Refuse(community.Gone, "ban-gone")
	}
	if err != nil {
		return nil, fmt.Errorf("load ban: %w", err)
	}
	_, err = tx.AppealAgainst(ctx, g.ActorID, ban.URI)
	if err == nil {
		return nil, community.Refuse(community.Conflict, "appealed-before")
	}
	if !errors.Is(err, db.ErrNotFound) {
		return nil, fmt.Errorf("load appeal: %w", err)
	}
	row, _ := rights.Of(rights.Appeal)
	if !row.In(g.Openness).Allow(rights.Person) || !by.Active() {
		return nil, community.Refuse(community.Forbidden, "suspended")
	}
	return ban, nil
}

// keepAppeal stores an appeal and brings it to its judge.
func (r *Rules) keepAppeal(ctx context.Context, tx *db.Store, g *db.Group, row *db.Report, ban *db.Ban) error {
	if err := tx.CreateReport(ctx, row); err != nil {
		return err
	}
	appeal := &db.Appeal{ReportID: row.ID, GroupID: g.ActorID, BanURI: ban.URI}
	if !g.Actor.Local {
		return tx.CreateAppeal(ctx, appeal)
	}
	judge, err := judgeOf(ctx, tx, g, ban)
	if err != nil {
		return err
	}
	n := toJudge(ban, row.ID)
	if judge != nil {
		appeal.JudgeID = judge.ID
	}
	if err := tx.CreateAppeal(ctx, appeal); err != nil {
		return err
	}
	switch {
	case judge == nil:
		return community.TellAdmins(ctx, tx, n)
	case judge.Local:
		return community.Notify(ctx, tx, judge.ID, n)
	}
	row.Reporter = nil // its judge gets it even from a colleague
	return r.forward(ctx, tx, g, row, []*db.Actor{judge})
}

// judgeOf is who looks at an appeal: a steward of another organisation than who banned, else
// another steward, else nobody, which leaves it to the admins.
func judgeOf(ctx context.Context, tx *db.Store, g *db.Group, ban *db.Ban) (*db.Actor, error) {
	list, err := stewards(ctx, tx, g)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(a *db.Actor) bool { return a.ID == ban.BannedBy || a.ID == ban.ActorID || !a.Active() })
	by, err := tx.ActorByID(ctx, ban.BannedBy)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, fmt.Errorf("load who banned: %w", err)
	}
	for _, a := range list {
		if by == nil || !sameOrganisation(a, by) {
			return a, nil
		}
	}
	if len(list) == 0 {
		return nil, nil //nolint:nilnil // nobody is an answer, not a fault
	}
	return list[0], nil
}

// sameOrganisation says that two people are of one organisation: of one server, unless both say
// which they are of.
func sameOrganisation(a, b *db.Actor) bool {
	if a.Organisation != "" && b.Organisation != "" {
		return a.Organisation == b.Organisation
	}
	return a.Host == b.Host
}

// appealed is what makes a report an appeal, nil for all others.
func appealed(ctx context.Context, s *db.Store, row *db.Report) (*db.Appeal, error) {
	a, err := s.AppealOf(ctx, row.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	if err != nil {
		return nil, fmt.Errorf("load appeal %d: %w", row.ID, err)
	}
	return a, nil
}

// permitJudge keeps those away from an appeal who made the ban, and their organisation where the
// group has somebody of another. Any other report it lets pass.
func (r *Rules) permitJudge(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, row *db.Report) error {
	appeal, err := appealed(ctx, tx, row)
	if err != nil || appeal == nil || !g.Actor.Local {
		return err
	}
	ban, err := tx.BanByURI(ctx, appeal.BanURI)
	if errors.Is(err, db.ErrNotFound) {
		return nil // it has ended: all that is left is to say so
	}
	if err != nil {
		return fmt.Errorf("load ban %s: %w", appeal.BanURI, err)
	}
	if by.ID == ban.BannedBy || by.ID == ban.ActorID {
		return community.Refuse(community.Forbidden, "appeal-own-ban")
	}
	judge, err := judgeOf(ctx, tx, g, ban)
	if err != nil || judge == nil {
		return err
	}
	banner, err := tx.ActorByID(ctx, ban.BannedBy)
	if err != nil {
		return fmt.Errorf("load who banned: %w", err)
	}
	if !sameOrganisation(judge, banner) && sameOrganisation(by, banner) {
		return community.Refuse(community.Forbidden, "appeal-other-organisation")
	}
	return nil
}

// Lift grants an appeal: the ban ends, and the person is told.
func (r *Rules) Lift(ctx context.Context, tx *db.Store, by *db.Actor, row *db.Report, answer string) error {
	appeal, err := appealed(ctx, tx, row)
	if err != nil {
		return err
	}
	if appeal == nil || row.Target == nil {
		return community.Refuse(community.Invalid, "not-an-appeal")
	}
	g, err := r.permitResolve(ctx, tx, by, row)
	if err != nil {
		return err
	}
	if err := r.com.LiftBan(ctx, tx, by, g, row.Target); err != nil {
		return err
	}
	return r.Resolve(ctx, tx, by, row, answer)
}

// takeAppeal reads a Flag of a ban: from the banned person to a group of ours, or passed on by a
// group elsewhere to who is asked to judge here. Any other Flag is none.
func (r *Rules) takeAppeal(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	if len(in.Activity.Object) == 0 {
		return federation.Outcome{}, false, nil
	}
	ban, err := tx.BanByURI(ctx, in.Activity.Object[0].IRI)
	if errors.Is(err, db.ErrNotFound) {
		return federation.Outcome{}, false, nil
	}
	if err != nil {
		return federation.Outcome{}, true, fmt.Errorf("load ban %s: %w", in.Activity.Object[0].IRI, err)
	}
	g, err := tx.GroupByID(ctx, ban.GroupID)
	if err != nil {
		return federation.Outcome{}, true, fmt.Errorf("load group of ban: %w", err)
	}
	switch {
	case !in.Vouched:
		return federation.Refused("not-vouched"), true, nil
	case g.Actor.Local && (in.Via != nil || in.Actor.ID != ban.ActorID):
		return federation.Refused("not-own-ban"), true, nil
	case !g.Actor.Local && (in.Via == nil || in.Via.ID != g.ActorID):
		return federation.Refused("not-from-the-group"), true, nil
	}
	out, err := r.storeAppeal(ctx, tx, in, g, ban)
	return out, true, err
}

func (r *Rules) storeAppeal(ctx context.Context, tx *db.Store, in *federation.Incoming, g *db.Group, ban *db.Ban) (federation.Outcome, error) {
	if _, err := tx.AppealAgainst(ctx, g.ActorID, ban.URI); !errors.Is(err, db.ErrNotFound) {
		return r.askedToJudge(ctx, tx, g, ban, err)
	}
	row := &db.Report{
		URI: in.Activity.ID, GroupID: g.ActorID, ReporterID: in.Actor.ID, TargetID: ban.ActorID, Content: clip(in.Activity.Content), Reporter: in.Actor,
	}
	err := tx.InTx(ctx, func(ctx context.Context, tx *db.Store) error { return r.keepAppeal(ctx, tx, g, row, ban) })
	if errors.Is(err, db.ErrConflict) {
		return federation.Ignored("reported-before"), nil
	}
	if err != nil || g.Actor.Local {
		return outcome(err)
	}
	return outcome(community.TellStewards(ctx, tx, toJudge(ban, row.ID)))
}

// toJudge is the line for who is asked to look at an appeal.
func toJudge(ban *db.Ban, reportID int64) db.Notification {
	return db.Notification{Kind: db.NotifyReport, ActorID: ban.ActorID, GroupID: ban.GroupID, ReportID: reportID, Note: "appeal"}
}

// askedToJudge is for an appeal that is here already: one of ours made it, and now its group asks
// another of ours to look at it.
func (r *Rules) askedToJudge(ctx context.Context, tx *db.Store, g *db.Group, ban *db.Ban, err error) (federation.Outcome, error) {
	if err != nil {
		return fault(fmt.Errorf("load appeal: %w", err))
	}
	if g.Actor.Local {
		return federation.Ignored("appealed-before"), nil
	}
	appeal, err := tx.AppealAgainst(ctx, g.ActorID, ban.URI)
	if err != nil {
		return fault(fmt.Errorf("load appeal: %w", err))
	}
	return outcome(community.TellStewards(ctx, tx, toJudge(ban, appeal.ReportID)))
}
