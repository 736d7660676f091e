package moving

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// knownAs says that an actor names another as what it was before: one half of the proof that both
// want it (T24).
func knownAs(heir, before *db.Actor) bool {
	return slices.Contains(strings.Fields(heir.AlsoKnownAs), before.URI)
}

// announce tells the followers where the community goes and when, as a discussion in the name of a
// facilitator: a server that knows no Move shows it like any other (LemmyNet/lemmy#4619).
func (r *Rules) announce(ctx context.Context, tx *db.Store, g *db.Group, m *db.Move) error {
	by, err := r.speaker(ctx, tx, m)
	if err != nil || by == nil || r.words == nil {
		return err
	}
	heir, err := tx.ActorByID(ctx, m.Heir)
	if err != nil {
		return fmt.Errorf("load new home of %s: %w", g.Actor.URI, err)
	}
	lang, _, _ := strings.Cut(g.Languages, " ")
	if lang == "" {
		lang = "en"
	}
	args := map[string]string{"group": g.Actor.Label(), "to": "@" + heir.Acct(), "link": heir.URL, "date": m.SwitchAt.Format("2006-01-02")}
	_, err = r.ex.Start(ctx, tx, &exchange.Draft{
		Author: by, Group: g, Lang: lang, Door: "web",
		Title: r.words(lang, "move-title", args), Source: r.words(lang, "move-text", args),
	})
	if no, is := errors.AsType[*community.Refusal](err); is { // nobody may speak: the Move itself still goes out
		r.log.InfoContext(ctx, "followers were not told ahead", "group", g.Actor.URI, "code", no.Code)
		return nil
	}
	return err
}

// speaker is the facilitator here in whose name followers are told: who proposed, else any; nil where
// there is none.
func (r *Rules) speaker(ctx context.Context, tx *db.Store, m *db.Move) (*db.Actor, error) {
	stewards, err := tx.Stewards(ctx, m.Group)
	if err != nil {
		return nil, fmt.Errorf("load stewards of group %d: %w", m.Group, err)
	}
	var id int64
	for _, st := range stewards {
		if st.Role == db.RoleFacilitator && st.Actor.Local && st.Actor.Active() && (id == 0 || st.ActorID == m.ByID) {
			id = st.ActorID
		}
	}
	if id == 0 {
		return nil, nil //nolint:nilnil // nobody is an answer, not a fault
	}
	return found(tx.ActorByID(ctx, id))
}

// SwitchNow lets a facilitator end the notice.
func (r *Rules) SwitchNow(ctx context.Context, tx *db.Store, by *db.Actor, m *db.Move) error {
	g, err := tx.GroupByID(ctx, m.Group)
	if err != nil {
		return fmt.Errorf("load group %d: %w", m.Group, err)
	}
	if err := r.permit(ctx, tx, by, g); err != nil {
		return err
	}
	if m.State != db.MoveReady || m.Side == db.MoveArriving {
		return community.Refuse(community.Conflict, "move-not-ready")
	}
	if guarded(g) && tx.Now().Before(m.SwitchAt.Time) {
		return community.Refuse(community.Conflict, "move-members-choose") // they have the whole notice
	}
	if err := r.log1(ctx, tx, by, m, "move-switch"); err != nil {
		return err
	}
	return r.Switch(ctx, tx, m)
}

// Switch tells the world: the group says where it carries on, takes nothing new, and sends Move to
// its followers. From here on there is no way back.
func (r *Rules) Switch(ctx context.Context, tx *db.Store, m *db.Move) error {
	was := *m
	g, err := tx.GroupByID(ctx, m.Group)
	if err != nil {
		return fmt.Errorf("load group %d: %w", m.Group, err)
	}
	heir, err := tx.ActorByID(ctx, m.Heir)
	if err != nil {
		return fmt.Errorf("load new home of %s: %w", g.Actor.URI, err)
	}
	if !knownAs(heir, g.Actor) || !heir.Active() {
		return community.Refuse(community.Conflict, "no-link-back")
	}
	if m.Side == db.MoveLeaving {
		if err := r.trusted(ctx, tx, g, m.Host); err != nil {
			return err
		}
	}
	m.State, m.SwitchedAt, m.Part, m.Cursor, m.NextAt, m.Problem = db.MoveSwitched, tx.Now(), settleDoor, 0, tx.Now(), ""
	if m.Side == db.MoveMerging {
		m.Part = settleFollows
	}
	m.Tally.Failures = 0
	if err := tx.StepMove(ctx, m, was); err != nil {
		return err
	}
	if err := r.handOver(ctx, tx, g, heir); err != nil {
		return err
	}
	first := db.Audience{FollowersOf: g.ActorID}
	if m.Side == db.MoveLeaving {
		peer, err := tx.ActorByID(ctx, m.Peer)
		if err != nil {
			return fmt.Errorf("load the other home: %w", err)
		}
		first = federation.ToActors(peer)
	}
	if err := r.publishMove(ctx, tx, g, heir, first); err != nil {
		return err
	}
	r.changed(tx)
	return r.tell(ctx, tx, m, "switched")
}

// handOver writes down who carries on.
func (r *Rules) handOver(ctx context.Context, tx *db.Store, g *db.Group, heir *db.Actor) error {
	g.ArchivedAt, g.Actor.MovedTo = tx.Now(), heir.URI
	if err := tx.SaveGroup(ctx, g); err != nil {
		return fmt.Errorf("close group %d: %w", g.ActorID, err)
	}
	if err := tx.SaveActor(ctx, g.Actor); err != nil {
		return err
	}
	life, err := tx.LifeOf(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load life of group %d: %w", g.ActorID, err)
	}
	life.Stage, life.StageAt, life.SuccessorURI = db.StageTransformation, tx.Now(), heir.URI
	if err := tx.PutLife(ctx, life); err != nil {
		return fmt.Errorf("store life of group %d: %w", g.ActorID, err)
	}
	return nil
}

// publishMove sends the new form of the group and then its Move (FEP-7628): first to the new home, and
// to followers when it has opened its door, because who came before would be turned away. Nothing in them is for members alone, so they go the same way whatever the openness.
func (r *Rules) publishMove(ctx context.Context, tx *db.Store, g *db.Group, heir *db.Actor, audience db.Audience) error {
	doc, err := r.com.ActorDoc(ctx, tx, g.Actor)
	if err != nil {
		return err
	}
	doc.AtContext = ""
	open := g.Openness == db.OpennessOpen
	to, cc := []string{g.Actor.FollowersURI}, []string(nil)
	if open {
		to, cc = []string{vocab.Public}, to
	}
	for _, act := range []vocab.ActivityDoc{
		{AtContext: vocab.ActorContext, Type: "Update", Object: &doc, Updated: r.pub.Now(), To: to, Cc: cc},
		{Type: "Move", Object: g.Actor.URI, Target: heir.URI, To: to, Cc: cc},
	} {
		_, err := r.pub.Publish(ctx, tx, federation.Outgoing{
			Actor: g.Actor, ObjectURI: g.Actor.URI, GroupID: g.ActorID, Public: open, Doc: act, To: []db.Audience{audience},
		})
		if err != nil {
			return fmt.Errorf("publish %s of %s: %w", act.Type, g.Actor.URI, err)
		}
	}
	return nil
}

// opened tells the followers, now that the new home takes them. Mastodon, GoToSocial and Copse follow
// by themselves (peers.md).
func (r *Rules) opened(ctx context.Context, tx *db.Store, m *db.Move) error {
	g, err := tx.GroupByID(ctx, m.Group)
	if err != nil {
		return fmt.Errorf("load group %d: %w", m.Group, err)
	}
	heir, err := tx.ActorByID(ctx, m.Heir)
	if err != nil {
		return fmt.Errorf("load new home of %s: %w", g.Actor.URI, err)
	}
	if err := r.publishMove(ctx, tx, g, heir, db.Audience{FollowersOf: g.ActorID}); err != nil {
		return err
	}
	m.Part, m.NextAt = settleFollows, tx.Now()
	return tx.SaveMove(ctx, m)
}
