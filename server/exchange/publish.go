package exchange

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// peopleIn lists whom a post concerns by name: who is named, who is answered, and who began the
// discussion. They get it directly, whatever their software makes of groups.
func (r *Rules) peopleIn(ctx context.Context, tx *db.Store, p *db.Post) ([]*db.Actor, error) {
	people, err := tx.MentionsOf(ctx, p.ID)
	if err != nil {
		return nil, fmt.Errorf("load mentions of post %d: %w", p.ID, err)
	}
	if p.Starts() || p.Visibility == db.VisibilityDirect || p.Kind == db.KindNote {
		return people, nil
	}
	for _, id := range []int64{p.ReplyToID, p.DiscussionID} {
		above, err := tx.PostByID(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("load post above %d: %w", p.ID, err)
		}
		if above.AuthorID != p.AuthorID {
			people = append(people, above.Author)
		}
	}
	return people, nil
}

// publishCreate sends a post of ours: to the people in it, and by its group to the followers, or
// to the group's own server.
func (r *Rules) publishCreate(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	people, err := r.peopleIn(ctx, tx, p)
	if err != nil {
		return err
	}
	to := directly(g, p, people)
	spoken := g != nil && p.AuthorID == g.ActorID && forAll(g) // its followers get what it says itself as Create (wire.md 0.3)
	if spoken {
		to = append(to, db.Audience{FollowersOf: g.ActorID})
	}
	row, err := r.publishAbout(ctx, tx, act{kind: "Create", group: g}, p, to)
	if err != nil {
		return err
	}
	p.CreateActivityID = row.ID
	if err := tx.SavePost(ctx, p); err != nil {
		return err
	}
	if g == nil || !g.Actor.Local || spoken {
		return nil
	}
	if err := r.com.Announce(ctx, tx, g, row, p.URI); err != nil {
		return err
	}
	if !p.Starts() {
		return nil
	}
	return r.com.Boost(ctx, tx, g, p)
}

// directly is who gets an activity about a post from its author. What is for members only the group
// alone passes on: whom it names may be none.
func directly(g *db.Group, p *db.Post, people []*db.Actor) []db.Audience {
	if !forAll(g) && p.Visibility != db.VisibilityDirect {
		return []db.Audience{federation.ToActors(g.Actor)}
	}
	if g != nil && !g.Actor.Local {
		people = append(people, g.Actor)
	}
	to := []db.Audience{federation.ToActors(people...)}
	if p.WithFollowers {
		to = append(to, db.Audience{FollowersOf: p.AuthorID})
	}
	return to
}

// act is what is done to a post, in which group (nil outside of groups).
type act struct {
	kind  string // Create or Update
	group *db.Group
}

// forAll says that what is said in a group is for the public; outside of groups it is.
func forAll(g *db.Group) bool { return g == nil || g.Openness == db.OpennessOpen }

// audience is who an act in a group is addressed to besides people by name.
func audience(g *db.Group) []string {
	switch {
	case g == nil:
		return []string{vocab.Public}
	case forAll(g):
		return []string{g.Actor.URI, vocab.Public}
	}
	return []string{g.Actor.URI, g.Actor.FollowersURI}
}

// publishAbout publishes a Create or Update with the whole post in it, signed by its author.
func (r *Rules) publishAbout(ctx context.Context, tx *db.Store, a act, p *db.Post, to []db.Audience) (*db.Activity, error) {
	doc, err := r.PostDoc(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	doc.AtContext = ""
	wire := vocab.ActivityDoc{Type: a.kind, To: doc.To, Cc: doc.Cc, Audience: doc.Audience, Object: &doc}
	if a.kind == "Update" {
		wire.Updated = r.pub.Now()
	}
	return r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: p.Author, Doc: wire, ObjectURI: p.URI, GroupID: p.GroupID, PostID: p.ID,
		Public: p.Visibility != db.VisibilityDirect && forAll(a.group), To: to,
	})
}

// publishUpdate sends an edited post. Besides its group's passing it on, followers on microblogs
// who were shown the start of a discussion get the author's own Update, and so does NodeBB, which
// rereads a wrapped one through a cache.
func (r *Rules) publishUpdate(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	people, err := r.peopleIn(ctx, tx, p)
	if err != nil {
		return err
	}
	to := directly(g, p, people)
	home := passedOn(g, p)
	if home && forAll(g) {
		to = append(to, db.Audience{FollowersOf: g.ActorID, Software: []string{"nodebb"}})
		if p.Starts() {
			to = append(to, microblogs(g))
		}
	}
	row, err := r.publishAbout(ctx, tx, act{kind: "Update", group: g}, p, to)
	if err != nil || !home || p.State != db.PostPublished {
		return err
	}
	return r.com.Announce(ctx, tx, g, row, p.URI)
}

// passedOn says that a group of ours gives what becomes of a post to its followers: of all but
// private messages.
func passedOn(g *db.Group, p *db.Post) bool {
	return g != nil && g.Actor.Local && p.Visibility != db.VisibilityDirect
}

// microblogs is where the starts of discussions were boosted to.
func microblogs(g *db.Group) db.Audience {
	return db.Audience{FollowersOf: g.ActorID, Families: []string{db.FamilyMicroblog, ""}}
}

// publishDelete tells everybody who has a post of ours that its author took it away.
func (r *Rules) publishDelete(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post, people []*db.Actor) error {
	to := directly(g, p, people)
	home := passedOn(g, p)
	if home && p.Starts() && forAll(g) {
		to = append(to, microblogs(g))
	}
	wire := vocab.ActivityDoc{Type: "Delete", To: audience(g), Object: r.Tombstone(p)}
	if g != nil {
		wire.Audience = g.Actor.URI
	}
	if p.Visibility == db.VisibilityDirect {
		wire.To = nil
		for _, a := range people {
			wire.To = append(wire.To, a.URI)
		}
	}
	row, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: p.Author, Doc: wire, ObjectURI: p.URI, GroupID: p.GroupID, PostID: p.ID,
		Public: p.Visibility != db.VisibilityDirect && forAll(g), To: to,
	})
	if err != nil || !home {
		return err
	}
	return r.com.Announce(ctx, tx, g, row, p.URI)
}
