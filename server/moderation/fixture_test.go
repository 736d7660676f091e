package moderation_test

import (
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community/comtest"
	"github.com/copse-social/copse/server/moderation"
)

// home is one instance without doors, with the rules of this room at hand.
type home struct {
	*comtest.Home
	r *moderation.Rules
}

func newHome(t testing.TB) *home {
	t.Helper()
	h := comtest.New(t)
	return &home{Home: h, r: moderation.New(moderation.Options{Pub: h.Pub, Community: h.Com})}
}

func replace(body string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(body) }

// acts are what the log of a group says, newest first.
func (h *home) acts(g *db.Group) []string {
	h.T.Helper()
	list, err := h.Store.ModerationLog(h.Ctx, g.ActorID, 0, 50)
	h.OK(err)
	acts := []string{}
	for _, e := range list {
		acts = append(acts, e.Act)
	}
	return acts
}

// moderates gives somebody a role without a word.
func (h *home) moderates(g *db.Group, who *db.Actor, role string) {
	h.T.Helper()
	h.OK(h.Store.GrantRole(h.Ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: who.ID, Role: role}))
}

// bans closes a group to somebody, by somebody.
func (h *home) bans(g *db.Group, by, who *db.Actor) *db.Ban {
	h.T.Helper()
	b := &db.Ban{GroupID: g.ActorID, ActorID: who.ID, URI: by.URI + "/bans/" + who.Handle, Reason: "off topic", BannedBy: by.ID}
	h.OK(h.Store.PutBan(h.Ctx, b))
	return b
}
