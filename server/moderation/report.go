package moderation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// maxReport bounds the words of a report, in runes; the others how many one person of ours and one
// host elsewhere may send in a day.
const (
	maxReport           = 5000
	maxReports          = 20
	maxReportsElsewhere = 100
)

// ReportOf is what somebody tells moderators: of a post, or of a person where Post is nil.
type ReportOf struct {
	Post    *db.Post
	Target  *db.Actor
	Content string // plain text
}

// Report tells the moderators of a group of a post, or the admins here of a person or of a post
// outside of groups. A group elsewhere gets a Flag in the name of this instance, not of the
// person (wire.md 11).
func (r *Rules) Report(ctx context.Context, tx *db.Store, by *db.Actor, what ReportOf) (*db.Report, error) {
	g, err := r.permitReport(ctx, tx, by, what)
	if err != nil {
		return nil, err
	}
	row := &db.Report{ReporterID: by.ID, Content: clip(what.Content)}
	if what.Target != nil {
		row.TargetID = what.Target.ID
	}
	if what.Post != nil {
		row.PostID, row.TargetID, row.GroupID = what.Post.ID, what.Post.AuthorID, what.Post.GroupID
	}
	row.URI = r.iris.Activity(tx.NewID())
	if g != nil && !g.Actor.Local {
		if row.URI, err = r.flag(ctx, tx, g, what); err != nil {
			return nil, err
		}
	}
	if err := tx.CreateReport(ctx, row); err != nil {
		return nil, err
	}
	row.Reporter = by
	return row, r.hand(ctx, tx, g, row)
}

// hand brings a new report to those who look at it, here and elsewhere.
func (r *Rules) hand(ctx context.Context, tx *db.Store, g *db.Group, row *db.Report) error {
	if err := notifyReport(ctx, tx, row); err != nil || g == nil {
		return err
	}
	to, err := stewards(ctx, tx, g)
	if err != nil {
		return err
	}
	return r.forward(ctx, tx, g, row, to)
}

// permitReport lets people report what they may read, and returns the group it is about.
func (r *Rules) permitReport(ctx context.Context, tx *db.Store, by *db.Actor, what ReportOf) (*db.Group, error) {
	switch {
	case by == nil:
		return nil, community.Refuse(community.Forbidden, "signed-out")
	case !by.Active():
		return nil, community.Refuse(community.Forbidden, "suspended")
	case what.Post == nil && what.Target == nil:
		return nil, community.RefuseField("object", "object-missing")
	}
	if many, err := reportsMany(ctx, tx, by); err != nil || many {
		return nil, cmp.Or(err, error(community.Refuse(community.Limit, "reports-many")))
	}
	switch {
	case what.Post == nil:
		return nil, nil //nolint:nilnil // a person is in no group
	}
	sees, err := sees(ctx, tx, what.Post, func(a *db.Actor) bool { return a.ID == by.ID })
	if err != nil {
		return nil, err
	}
	if !sees {
		return nil, community.Refuse(community.Gone, "post-gone")
	}
	if what.Post.GroupID == 0 {
		return nil, nil //nolint:nilnil // a post outside of groups
	}
	g, err := tx.GroupByID(ctx, what.Post.GroupID)
	if err != nil {
		return nil, fmt.Errorf("load group of post %d: %w", what.Post.ID, err)
	}
	return g, r.com.Permit(ctx, tx, g, by, rights.Read)
}

// reportsMany says that somebody, or their host elsewhere, has sent enough reports for a day.
func reportsMany(ctx context.Context, tx *db.Store, by *db.Actor) (bool, error) {
	most := maxReports
	if !by.Local {
		most = maxReportsElsewhere
	}
	n, err := tx.ReportsSince(ctx, by, db.At(tx.Now().AddDate(0, 0, -1)))
	return n >= most, err
}

// sees says that a private post is between people of whom one passes; other posts are for all.
// Without it a report would open private words to moderators (T47).
func sees(ctx context.Context, s *db.Store, p *db.Post, passes func(*db.Actor) bool) (bool, error) {
	if p.Visibility != db.VisibilityDirect {
		return true, nil
	}
	author, err := authorOf(ctx, s, p)
	if err != nil {
		return false, err
	}
	named, err := s.MentionsOf(ctx, p.ID)
	if err != nil {
		return false, fmt.Errorf("load mentions of post %d: %w", p.ID, err)
	}
	if slices.ContainsFunc(append(named, author), passes) {
		return true, nil
	}
	return false, nil
}

// flag sends a report to a group elsewhere. GoToSocial wants the person beside the post, Lemmy the
// same words in summary and content.
func (r *Rules) flag(ctx context.Context, tx *db.Store, g *db.Group, what ReportOf) (string, error) {
	instance, err := r.com.EnsureInstance(ctx, tx)
	if err != nil {
		return "", err
	}
	author, err := authorOf(ctx, tx, what.Post)
	if err != nil {
		return "", err
	}
	words := clip(what.Content)
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: instance, ObjectURI: what.Post.URI, GroupID: g.ActorID, To: toInboxes(g.Actor),
		Doc: vocab.ActivityDoc{
			Type: "Flag", To: []string{g.Actor.URI}, Audience: g.Actor.URI,
			Object: []string{what.Post.URI, author.URI}, Summary: words, Content: words,
		},
	})
	if err != nil {
		return "", fmt.Errorf("report post %d to %s: %w", what.Post.ID, g.Actor.URI, err)
	}
	return act.URI, nil
}

func notifyReport(ctx context.Context, tx *db.Store, row *db.Report) error {
	n := db.Notification{Kind: db.NotifyReport, ActorID: row.ReporterID, GroupID: row.GroupID, PostID: row.PostID, ReportID: row.ID}
	if row.GroupID == 0 {
		return community.TellAdmins(ctx, tx, n)
	}
	return community.TellStewards(ctx, tx, n)
}

// clip makes plain text of what may be HTML and bounds it.
func clip(words string) string {
	words = content.Text(content.Sanitise(words))
	if utf8.RuneCountInString(words) > maxReport {
		words = string([]rune(words)[:maxReport])
	}
	return words
}
