package community

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// AnnounceObject passes on a post whose activity we don't have, by its id: readers fetch it at its
// origin. Posts found while walking up a thread travel this way, to forum software and unknown
// hosts; microblogs get the start of a discussion by Boost.
func (r *Rules) AnnounceObject(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	if g.Openness != db.OpennessOpen {
		return nil
	}
	_, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: p.URI, GroupID: g.ActorID, PostID: p.ID, Public: true,
		Doc: vocab.ActivityDoc{
			Type: "Announce", To: []string{vocab.Public}, Cc: []string{g.Actor.FollowersURI}, Object: p.URI,
		},
		To: []db.Audience{{FollowersOf: g.ActorID, Families: []string{db.FamilyForum, ""}}},
	})
	if err != nil {
		return fmt.Errorf("announce post %d: %w", p.ID, err)
	}
	return nil
}
