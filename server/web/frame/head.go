package frame

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// CommunityHead is the top of every page in a community, for a reader (nil when signed out) with a
// standing there. What a community elsewhere offers is on the pages of its own server.
func (fr *Frame) CommunityHead(ctx context.Context, com *community.Rules, g *db.Group, who *db.Actor, st community.Standing) (views.CommunityHead, error) {
	a := g.Actor
	out := views.CommunityHead{
		Name: a.Label(), Handle: fr.PathHandle(a), Address: "@" + a.Acct(), Org: fr.Org(a.Host), Openness: OpennessOf(g),
		Members: int(g.MembersCount), Followers: int(a.FollowersCount),
	}
	if !a.Local {
		return out, nil
	}
	var err error
	if out.Log, err = fr.ShowsLog(ctx, g, st); err != nil {
		return out, err
	}
	err = com.Permit(ctx, fr.o.Store, g, who, rights.EditGroup)
	if _, no := Refusal(err); no {
		return out, nil
	}
	out.MayManage = err == nil
	return out, err
}

// ShowsLog says whether somebody with a standing in a group of ours is led to its log.
func (fr *Frame) ShowsLog(ctx context.Context, g *db.Group, st community.Standing) (bool, error) {
	readers, err := fr.o.Store.LogReaders(ctx, g.ActorID)
	if err != nil {
		return false, fmt.Errorf("see who reads the log of %s: %w", g.Actor.URI, err)
	}
	return st.Moderates() || readers != db.LogModerators && st.Belongs || readers == db.LogPublic && g.Openness == db.OpennessOpen, nil
}
