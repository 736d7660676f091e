package moderation

import (
	"context"
	"fmt"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// forward hands a report in a group of ours to its moderators elsewhere: a Flag by this instance,
// in which no reporter is named, passed on by the group (wire.md 11). It goes to moderators' own
// inboxes and nowhere else. Their hosts get none of what their own people report: they have it.
func (r *Rules) forward(ctx context.Context, tx *db.Store, g *db.Group, row *db.Report, to []*db.Actor) error {
	away := elsewhere(to, row.Reporter)
	if !g.Actor.Local || len(away) == 0 {
		return nil
	}
	instance, err := r.com.EnsureInstance(ctx, tx)
	if err != nil {
		return err
	}
	objects, err := r.objects(ctx, tx, row)
	if err != nil || len(objects) == 0 {
		return err
	}
	names := addresses(away)
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: instance, ObjectURI: objects[0], GroupID: g.ActorID,
		Doc: vocab.ActivityDoc{
			Type: "Flag", To: names, Audience: g.Actor.URI, Object: objects, Summary: row.Content, Content: row.Content,
		},
	})
	if err != nil {
		return fmt.Errorf("write report %d anew: %w", row.ID, err)
	}
	if err := tx.CopyReport(ctx, row.ID, act.URI); err != nil {
		return fmt.Errorf("note the copy of report %d: %w", row.ID, err)
	}
	return r.passOn(ctx, tx, g, act, away)
}

// passOn has a group of ours wrap an activity for some moderators elsewhere.
func (r *Rules) passOn(ctx context.Context, tx *db.Store, g *db.Group, act *db.Activity, to []*db.Actor) error {
	if len(to) == 0 || act.URI == "" {
		return nil
	}
	doc := vocab.ActivityDoc{Type: "Announce", To: addresses(to), Audience: g.Actor.URI, Object: vocab.Raw(act.Body)}
	if !act.Local {
		doc.AtContext = vocab.EmbedContext
	}
	_, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: act.URI, GroupID: g.ActorID, Doc: doc, To: toInboxes(to...), Within: act,
	})
	if err != nil {
		return fmt.Errorf("pass %s on to moderators: %w", act.URI, err)
	}
	return nil
}

// objects are the addresses of what a report is about: the post and its author, as GoToSocial wants
// them, or the ban that an appeal is against.
func (r *Rules) objects(ctx context.Context, tx *db.Store, row *db.Report) ([]string, error) {
	var list []string
	if row.PostID != 0 {
		p, err := tx.PostByID(ctx, row.PostID)
		if err != nil {
			return nil, fmt.Errorf("load reported post %d: %w", row.PostID, err)
		}
		list = append(list, p.URI)
	}
	ban, err := appealed(ctx, tx, row)
	if err != nil {
		return nil, err
	}
	if ban != nil {
		list = append(list, ban.BanURI)
	}
	if row.TargetID != 0 {
		a, err := tx.ActorByID(ctx, row.TargetID)
		if err != nil {
			return nil, fmt.Errorf("load reported %d: %w", row.TargetID, err)
		}
		list = append(list, a.URI)
	}
	return list, nil
}

// stewards are the people who look after a group.
func stewards(ctx context.Context, tx *db.Store, g *db.Group) ([]*db.Actor, error) {
	grants, err := tx.Stewards(ctx, g.ActorID)
	if err != nil {
		return nil, fmt.Errorf("load stewards of %s: %w", g.Actor.URI, err)
	}
	var list []*db.Actor
	seen := make(map[int64]bool)
	for _, st := range grants {
		if !seen[st.ActorID] {
			seen[st.ActorID] = true
			list = append(list, st.Actor)
		}
	}
	return list, nil
}

// elsewhere are those on other hosts than ours, and than that of whoever is left out.
func elsewhere(list []*db.Actor, except *db.Actor) []*db.Actor {
	var away []*db.Actor
	for _, a := range list {
		if !a.Local && (except == nil || !strings.EqualFold(a.Host, except.Host)) {
			away = append(away, a)
		}
	}
	return away
}

func addresses(list []*db.Actor) []string {
	var out []string
	for _, a := range list {
		out = append(out, a.URI)
	}
	return out
}
