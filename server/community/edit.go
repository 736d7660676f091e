package community

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
)

// EditPerson stores the settings of an account and what its person says of itself, and tells the
// followers. Fill in a.Actor; its summary is made from the Markdown in SummarySource.
func (r *Rules) EditPerson(ctx context.Context, tx *db.Store, a *db.Account) error {
	if a.Actor == nil || !a.Actor.Active() {
		return Refuse(Forbidden, "suspended")
	}
	if err := settleActor(a.Actor); err != nil {
		return err
	}
	if err := tx.SaveAccount(ctx, a); err != nil {
		return fmt.Errorf("save account %d: %w", a.ID, err)
	}
	return r.saveAndTell(ctx, tx, a.Actor, true)
}

// ShowPerson tells others anew what a person of ours shows, where something beside the account changed.
func (r *Rules) ShowPerson(ctx context.Context, tx *db.Store, a *db.Actor) error {
	return r.saveAndTell(ctx, tx, a, true)
}

// EditGroup stores the settings of a group of ours and its actor, and tells the followers.
func (r *Rules) EditGroup(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group) error {
	if !g.Actor.Local {
		return Refuse(Forbidden, "not-ours")
	}
	if err := r.Permit(ctx, tx, g, by, ActEditGroup); err != nil {
		return err
	}
	if err := settleGroup(g); err != nil {
		return err
	}
	if err := tx.SaveGroup(ctx, g); err != nil {
		return fmt.Errorf("save group %d: %w", g.ActorID, err)
	}
	return r.saveAndTell(ctx, tx, g.Actor, g.Openness == db.OpennessOpen)
}

// maxHomes bounds how many communities of a person hear of a change.
const maxHomes = 200

// saveAndTell stores an actor of ours and publishes Update{actor}. GoToSocial reads the pins of a
// group again on it, and on nothing else. The homes of a person's communities hear of it as well:
// their lists of members show what the person tells.
func (r *Rules) saveAndTell(ctx context.Context, tx *db.Store, a *db.Actor, public bool) error {
	if err := tx.SaveActor(ctx, a); err != nil {
		return err
	}
	doc, err := r.ActorDoc(ctx, tx, a)
	if err != nil {
		return err
	}
	doc.AtContext = ""
	act := vocab.ActivityDoc{
		// The context of actors, so that readers of JSON-LD find the keys inside.
		AtContext: vocab.ActorContext, Type: "Update", Object: &doc, Updated: r.pub.Now(),
		To: []string{vocab.Public}, Cc: []string{a.FollowersURI},
	}
	if !public {
		act.To, act.Cc = []string{a.FollowersURI}, nil
	}
	to := []db.Audience{{FollowersOf: a.ID}}
	if a.Type == db.ActorPerson {
		groups, err := tx.GroupsOf(ctx, a.ID, maxHomes)
		if err != nil {
			return fmt.Errorf("load groups of %s: %w", a.URI, err)
		}
		homes := make([]*db.Actor, len(groups))
		for i, g := range groups {
			homes[i] = g.Actor
		}
		to = append(to, toPeople(homes...)...)
	}
	_, err = r.pub.Publish(ctx, tx, federation.Outgoing{Actor: a, Doc: act, ObjectURI: a.URI, Public: public, To: to})
	return err
}

// settleActor brings what an actor of ours says of itself into the form that is kept.
func settleActor(a *db.Actor) error {
	if len(a.SummarySource) > maxSummary {
		return RefuseField("summary", "summary-long")
	}
	if !utf8.ValidString(a.SummarySource) || strings.ContainsRune(a.SummarySource, 0) {
		return RefuseField("summary", "summary-invalid")
	}
	a.Name, a.Organisation = content.PlainName(a.Name), content.PlainName(a.Organisation)
	a.Summary = content.Markdown(a.SummarySource)
	return nil
}

// settleGroup checks the settings of a group, fills in what was left out, and keeps its actor in
// step with its openness (domain.md 3g).
func settleGroup(g *db.Group) error {
	if err := settleActor(g.Actor); err != nil {
		return err
	}
	if g.Actor.Name == "" {
		return RefuseField("name", "name-missing")
	}
	g.Tagline = content.PlainName(g.Tagline)
	g.Languages = strings.Join(strings.Fields(g.Languages), " ")
	choices := []struct {
		value *string
		field string
		of    []string
	}{
		{&g.Openness, "openness", []string{db.OpennessOpen, db.OpennessRestricted, db.OpennessPrivate, db.OpennessConfidential}},
		{&g.PostPolicy, "post_policy", []string{db.PostAnyone, db.PostFollowers, db.PostMembers, db.PostModerators}},
		{&g.HoldPolicy, "hold_policy", []string{db.HoldLinks, db.HoldNone, db.HoldFirst}},
	}
	for _, c := range choices {
		if *c.value == "" {
			*c.value = c.of[0]
		}
		if !slices.Contains(c.of, *c.value) {
			return RefuseField(c.field, "choice-unknown")
		}
	}
	g.Actor.Locked = g.Openness != db.OpennessOpen
	g.Actor.Discoverable = g.Openness != db.OpennessConfidential
	return nil
}
