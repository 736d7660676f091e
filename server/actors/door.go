// Package actors is the door for other instances: it serves our actors, posts and collections as
// ActivityPub, answers WebFinger and NodeInfo, takes what is sent to our inboxes, and turns each
// activity into a call of a rule.
//
// It decides nothing: who may read is asked of the community's rules, what an activity does is
// done by them. It never serves what belongs to another host under an id of ours. Start with the
// route table in Mount; then serve.go for how a document is answered, access.go for whom it is
// answered to, and inbox.go with apply.go for the way in.
package actors

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/membership"
	"github.com/copse-social/copse/server/moderation"
	"github.com/copse-social/copse/server/moving"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/sanction"
	"github.com/copse-social/copse/server/synthesis"
	"github.com/copse-social/copse/server/trust"
)

// Options is what the door needs. Cancel may be nil.
type Options struct {
	Store      *db.Store
	IRIs       federation.IRIs
	Receiver   *federation.Receiver
	Community  *community.Rules
	Exchange   *exchange.Rules
	Charter    *charter.Rules
	Membership *membership.Rules
	Trust      *trust.Rules
	Moderation *moderation.Rules
	Moving     *moving.Rules
	Sanction   *sanction.Rules
	Artifact   *artifact.Rules
	Query      *query.Rules
	Synthesis  *synthesis.Rules
	// Follows asks the home of a group elsewhere whether somebody follows it; nil: nobody does.
	Follows func(ctx context.Context, group *db.Actor, who string) (bool, error)
	// Cancel ends the deliveries of one of our activities to a host that has answered it with a
	// Reject, and says whether there were any: NodeBB leaves the POST itself without an answer.
	Cancel func(ctx context.Context, tx *db.Store, activityURI, host string) (bool, error)
	// Version is what NodeInfo says we run.
	Version string
	Now     func() time.Time
	Log     *slog.Logger
}

// Door serves other instances.
type Door struct {
	store      *db.Store
	iris       federation.IRIs
	receiver   *federation.Receiver
	community  *community.Rules
	exchange   *exchange.Rules
	charter    *charter.Rules
	membership *membership.Rules
	trust      *trust.Rules
	moderation *moderation.Rules
	moving     *moving.Rules
	sanction   *sanction.Rules
	artifact   *artifact.Rules
	query      *query.Rules
	synthesis  *synthesis.Rules
	follows    func(ctx context.Context, group *db.Actor, who string) (bool, error)
	cancel     func(ctx context.Context, tx *db.Store, activityURI, host string) (bool, error)
	version    string
	now        func() time.Time
	log        *slog.Logger
	cache      *cache
	acts       map[act]take
}

// New makes the door.
func New(o Options) *Door {
	d := &Door{
		store: o.Store, iris: o.IRIs, receiver: o.Receiver,
		community: o.Community, exchange: o.Exchange, charter: o.Charter, membership: o.Membership, moderation: o.Moderation, trust: o.Trust, moving: o.Moving, sanction: o.Sanction, artifact: o.Artifact, query: o.Query, synthesis: o.Synthesis, follows: o.Follows, cancel: o.Cancel,
		version: o.Version, now: o.Now, log: o.Log, cache: newCache(),
	}
	d.acts = d.withTrust(d.table())
	return d
}

// Mount adds the routes of the door. All reads answer HEAD like GET (NodeBB asks that way before
// it reads an object).
func (d *Door) Mount(e *echo.Echo) {
	read := func(path string, h echo.HandlerFunc) { e.Match([]string{http.MethodGet, http.MethodHead}, path, h) }

	read("/.well-known/webfinger", d.webfinger)
	read("/.well-known/host-meta", d.hostMeta)
	read("/.well-known/host-meta.json", d.hostMetaJSON)
	read("/.well-known/nodeinfo", d.nodeinfoLinks)
	read("/nodeinfo/2.0", d.nodeinfo)
	read("/nodeinfo/2.1", d.nodeinfo)

	e.POST("/ap/inbox", d.inbox)
	for _, path := range []string{"/ap/instance", "/ap/groups/:id", "/ap/people/:id"} {
		e.POST(path+federation.Inbox, d.inbox)
		read(path, d.actor)
		read(path+federation.Outbox, d.outbox)
		read(path+federation.Followers, d.followers)
		read(path+federation.Following, d.following)
		read(path+federation.Featured, d.featured)
		read(path+federation.FeaturedTags, d.featuredTags)
	}
	read("/ap/groups/:id"+federation.Moderators, d.moderators)
	read("/ap/groups/:id"+federation.CharterPart, d.charterInForce)
	read("/ap/groups/:id"+federation.CharterPart+federation.Versions, d.charterVersions)
	read("/ap/groups/:id"+community.LogPart, d.moderationLog)
	read("/ap/groups/:id/repertoire", d.repertoire)
	read("/ap/groups/:id/events", d.empty)

	read("/ap/objects/:id", d.object)
	read("/ap/objects/:id"+federation.Replies, d.replies)
	read("/ap/objects/:id"+federation.Likes, d.likes)
	read("/ap/objects/:id"+federation.Shares, d.shares)
	read("/ap/objects/:id"+federation.Versions, d.artifactVersions)
	read("/ap/objects/:id"+federation.Versions+"/:number", d.artifactVersion)
	read("/ap/charters/:id", d.charterVersion)
	read("/ap/charters/:id"+conversationOf, d.charterContext)
	read("/ap/contexts/:id", d.conversation)
	read("/ap/activities/:id", d.activity)
	read("/ap/moves/:id/:part/:after", d.archivePage)
}

// Shared are the pages whose addresses also answer ActivityPub, with the handlers that do; the
// server asks Serves which of the two a request wants.
func (d *Door) Shared() map[string]echo.HandlerFunc {
	return map[string]echo.HandlerFunc{
		"/":                  d.instancePage,
		"/c/:handle":         d.actorPage,
		"/c/:handle/charter": d.charterPage,
		"/u/:handle":         d.actorPage,
		"/d/:id":             d.postPage,
		"/p/:id":             d.postPage,
		"/a/:id":             d.postPage,
	}
}
