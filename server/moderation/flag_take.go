package moderation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
)

// maxFlagged bounds how many objects of one Flag are looked up.
const maxFlagged = 50

// TakeFlag turns a report from elsewhere into one report for each group of ours that its posts
// belong to; what is in no group of ours goes to the admins. Mastodon and GoToSocial send a list
// of posts and their author in the name of their instance actor. The same Flag counts once.
func (r *Rules) TakeFlag(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if !in.Vouched && in.Via == nil {
		return federation.Refused("not-vouched"), nil
	}
	if in.Activity.ID == "" {
		return federation.Ignored("no-id"), nil
	}
	if many, err := reportsMany(ctx, tx, in.Actor); err != nil || many {
		return federation.Refused("reports-many"), err
	}
	if out, is, err := r.takeAppeal(ctx, tx, in); is || err != nil {
		return out, err
	}
	f, err := flagged(ctx, tx, in)
	if err != nil {
		return fault(err)
	}
	if err := f.fromGroup(ctx, tx, in); err != nil {
		return fault(err)
	}
	if len(f.posts) == 0 {
		if f.target == nil {
			return federation.Ignored("unknown-object"), nil
		}
		f.posts[0] = nil
	}
	out := federation.Ignored("reported-before")
	for i, groupID := range slices.Sorted(maps.Keys(f.posts)) {
		fresh, err := r.storeFlag(ctx, tx, in, flagRow(in, f, i, groupID))
		if err != nil {
			return fault(err)
		}
		if fresh {
			out = federation.Done()
		}
	}
	return out, nil
}

// flaggedThings are the things of ours that a Flag names: posts by group, 0 for none of ours, and
// the person it is about.
type flaggedThings struct {
	posts  map[int64][]*db.Post
	target *db.Actor
}

func flagged(ctx context.Context, tx *db.Store, in *federation.Incoming) (flaggedThings, error) {
	f := flaggedThings{posts: make(map[int64][]*db.Post)}
	for i, ref := range in.Activity.Object {
		if i == maxFlagged {
			break
		}
		p, err := tx.PostByURI(ctx, ref.IRI)
		if errors.Is(err, db.ErrNotFound) {
			a, err := known(ctx, tx, ref.IRI)
			if err != nil {
				return f, err
			}
			if a != nil && a.Local {
				f.target = a
			}
			continue
		}
		if err != nil {
			return f, fmt.Errorf("load reported post %s: %w", ref.IRI, err)
		}
		if err := f.add(ctx, tx, in, p); err != nil {
			return f, err
		}
	}
	return f, nil
}

// add sorts a post to its group, unless its reporter could not have read it.
func (f *flaggedThings) add(ctx context.Context, tx *db.Store, in *federation.Incoming, p *db.Post) error {
	seen, err := sees(ctx, tx, p, func(a *db.Actor) bool { return a.Host == in.Actor.Host })
	if err != nil || !seen {
		return err
	}
	groupID := int64(0)
	if p.GroupID != 0 {
		g, err := tx.GroupByID(ctx, p.GroupID)
		if err != nil {
			return fmt.Errorf("load group of post %d: %w", p.ID, err)
		}
		ours, err := looksAfter(ctx, tx, in, g)
		if err != nil {
			return err
		}
		if ours {
			groupID = g.ActorID
		}
	}
	if groupID == 0 && !p.Local {
		return nil // neither the post nor its group is ours
	}
	f.posts[groupID] = append(f.posts[groupID], p)
	return nil
}

// flagRow is the report of a Flag for one group; further posts are named in its words.
func flagRow(in *federation.Incoming, f flaggedThings, i int, groupID int64) *db.Report {
	row := &db.Report{URI: in.Activity.ID, GroupID: groupID, ReporterID: in.Actor.ID, Content: clip(in.Activity.Content)}
	if !in.Vouched { // a group passed it on: it reports, not the one whose name it gives
		row.ReporterID = in.Via.ID
	}
	if row.Content == "" {
		row.Content = clip(in.Activity.Summary)
	}
	if i > 0 { // one Flag, several groups: each row has an address of its own
		row.URI += "#" + strconv.FormatInt(groupID, 10)
	}
	if f.target != nil {
		row.TargetID = f.target.ID
	}
	posts := f.posts[groupID]
	if len(posts) == 0 || posts[0] == nil {
		if in.Via != nil && len(in.Activity.Object) > 0 { // it is not here: its address is all there is
			row.Content = strings.TrimSpace(row.Content + "\n" + in.Activity.Object[0].IRI)
		}
		return row
	}
	row.PostID, row.TargetID = posts[0].ID, posts[0].AuthorID
	for _, p := range posts[1:] {
		row.Content = strings.TrimSpace(row.Content + "\n" + p.URI)
	}
	return row
}

// fromGroup keeps a report that a group elsewhere passes on to its moderators here, of something
// that never came here: better seen by its address alone than not at all.
func (f *flaggedThings) fromGroup(ctx context.Context, tx *db.Store, in *federation.Incoming) error {
	if len(f.posts) > 0 || in.Via == nil {
		return nil
	}
	g, err := tx.GroupByURI(ctx, in.Via.URI)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load group %s: %w", in.Via.URI, err)
	}
	ours, err := looksAfter(ctx, tx, in, g)
	if err != nil || !ours || g.Actor.Local {
		return err
	}
	if f.target == nil {
		if n := len(in.Activity.Object); n > 0 {
			f.target, err = known(ctx, tx, in.Activity.Object[min(n, maxFlagged)-1].IRI)
		}
	}
	f.posts[g.ActorID] = []*db.Post{nil}
	return err
}

// looksAfter says that reports in a group are for somebody here: the group is ours, or it passed the
// report on itself and one of ours moderates it.
func looksAfter(ctx context.Context, tx *db.Store, in *federation.Incoming, g *db.Group) (bool, error) {
	if g.Actor.Local {
		return true, nil
	}
	if in.Via == nil || in.Via.ID != g.ActorID {
		return false, nil
	}
	list, err := stewards(ctx, tx, g)
	return slices.ContainsFunc(list, func(a *db.Actor) bool { return a.Local }), err
}

// storeFlag stores a report once, and says whether it is new. The savepoint keeps the transaction
// usable when it is not.
func (r *Rules) storeFlag(ctx context.Context, tx *db.Store, in *federation.Incoming, row *db.Report) (bool, error) {
	err := tx.InTx(ctx, func(ctx context.Context, tx *db.Store) error { return tx.CreateReport(ctx, row) })
	if errors.Is(err, db.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("store Flag %s: %w", in.Activity.ID, err)
	}
	if row.Reporter = in.Actor; !in.Vouched {
		row.Reporter = in.Via
	}
	var g *db.Group
	if row.GroupID != 0 {
		if g, err = tx.GroupByID(ctx, row.GroupID); err != nil {
			return false, fmt.Errorf("load group of report %d: %w", row.ID, err)
		}
	}
	if err := r.hand(ctx, tx, g, row); err != nil || g != nil {
		return true, err
	}
	return true, r.tellGroup(ctx, tx, row)
}

// tellGroup passes a report on to the group elsewhere in which one of ours wrote what it is about:
// Mastodon reports to the author's server alone (wire.md 4.6).
func (r *Rules) tellGroup(ctx context.Context, tx *db.Store, row *db.Report) error {
	if row.PostID == 0 {
		return nil
	}
	p, err := tx.PostByID(ctx, row.PostID)
	if err != nil {
		return fmt.Errorf("load reported post %d: %w", row.PostID, err)
	}
	if p.GroupID == 0 || p.Visibility == db.VisibilityDirect || row.Reporter.Type == db.ActorGroup {
		return nil
	}
	g, err := tx.GroupByID(ctx, p.GroupID)
	if err != nil {
		return fmt.Errorf("load group of post %d: %w", p.ID, err)
	}
	if g.Actor.Local || g.Actor.Host == row.Reporter.Host {
		return nil
	}
	_, err = r.flag(ctx, tx, g, ReportOf{Post: p, Content: row.Content})
	return err
}
