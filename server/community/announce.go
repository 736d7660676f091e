package community

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// nodebb is the forum that asks the origin of a wrapped activity for it and drops what it can't get.
const nodebb = "nodebb"

// gotosocial serves none of its activities (peers.md B5).
const gotosocial = "gotosocial"

// Announce passes an activity on to the group's followers on forums and on servers that we don't
// know, embedded byte for byte (FEP-1b12). The activity is ours or kept with its exact Body; about
// is the address of what it is about, which keeps the order. Its author's server gets it too, as
// the sign that the group has taken it. Of a group that is not open it goes to its members' own
// inboxes alone, where software keeps it among members (T46).
func (r *Rules) Announce(ctx context.Context, tx *db.Store, g *db.Group, a *db.Activity, about string) error {
	return r.wrap(ctx, tx, g, a, passing{about: about, class: db.ClassNormal})
}

// AnnounceMark is Announce for likes and what takes them back: they wait until all else is sent,
// and go nowhere in a group that hides counts.
func (r *Rules) AnnounceMark(ctx context.Context, tx *db.Store, g *db.Group, a *db.Activity, about string) error {
	if g.HidesCounts {
		return nil
	}
	return r.wrap(ctx, tx, g, a, passing{about: about, class: db.ClassBulk})
}

// AnnounceHint is AnnounceMark for a mark that nobody proved and only the server of the post
// vouches for. It goes to other Copse servers, which count it and name nobody (wire.md 1); all
// others would show the name.
func (r *Rules) AnnounceHint(ctx context.Context, tx *db.Store, g *db.Group, a *db.Activity, about string) error {
	if g.HidesCounts {
		return nil
	}
	return r.wrap(ctx, tx, g, a, passing{about: about, class: db.ClassBulk, hint: true})
}

// passing is how an activity is passed on.
type passing struct {
	about string
	class int16
	hint  bool
}

func (r *Rules) wrap(ctx context.Context, tx *db.Store, g *db.Group, a *db.Activity, p passing) error {
	if !distributes(g) || a.URI == "" {
		return nil
	}
	if g.Openness != db.OpennessOpen {
		return r.wrapForMembers(ctx, tx, g, a, p)
	}
	author := a.Actor
	if author == nil {
		var err error
		if author, err = tx.ActorByID(ctx, a.ActorID); err != nil {
			return fmt.Errorf("load author of %s: %w", a.URI, err)
		}
	}
	host, err := profile(ctx, tx, author)
	if err != nil {
		return err
	}
	doc := envelope(g, a)
	doc.To, doc.Cc = []string{g.Actor.URI, vocab.Public}, []string{g.Actor.FollowersURI}
	// Stored under the address of what it wraps: the plain announce is found under the post's.
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: a.URI, GroupID: g.ActorID, PostID: a.PostID, Public: !p.hint, Doc: doc, Within: a,
	})
	if err != nil {
		return fmt.Errorf("announce %s: %w", a.URI, err)
	}
	to := db.Audience{FollowersOf: g.ActorID, Families: []string{db.FamilyForum, ""}}
	if p.hint {
		to.Software = []string{copse}
	}
	if unservable(host) {
		to.ExceptSoftware = []string{nodebb}
		if err := r.announceToNodeBB(ctx, tx, g, a); err != nil {
			return err
		}
	}
	audiences := []db.Audience{to}
	if p.class == db.ClassNormal && host.Family != db.FamilyMicroblog {
		audiences = append(audiences, toPeople(author)...)
	}
	return r.pub.Send(ctx, tx, act, federation.Outgoing{Actor: g.Actor, ObjectURI: p.about, Class: p.class, To: audiences})
}

// envelope is an Announce around an activity, without addressees.
func envelope(g *db.Group, a *db.Activity) vocab.ActivityDoc {
	doc := vocab.ActivityDoc{Type: "Announce", Audience: g.Actor.URI, Object: vocab.Raw(a.Body)}
	if !a.Local {
		doc.AtContext = vocab.EmbedContext
	}
	return doc
}

// wrapForMembers is wrap in a group that is not open: never Public, nowhere (wire.md 6).
func (r *Rules) wrapForMembers(ctx context.Context, tx *db.Store, g *db.Group, a *db.Activity, p passing) error {
	doc := envelope(g, a)
	doc.To = []string{g.Actor.URI, g.Actor.FollowersURI}
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{Actor: g.Actor, ObjectURI: a.URI, GroupID: g.ActorID, PostID: a.PostID, Doc: doc})
	if err != nil {
		return fmt.Errorf("announce %s to members: %w", a.URI, err)
	}
	to := db.Audience{FollowersOf: g.ActorID, Promise: db.PromiseKept}
	if p.hint {
		to.Software = []string{copse}
	}
	err = r.pub.Send(ctx, tx, act, federation.Outgoing{Actor: g.Actor, ObjectURI: p.about, Class: p.class, To: []db.Audience{to}})
	if err != nil || r.closed.Passed == nil {
		return err
	}
	return r.closed.Passed(ctx, tx, g, a)
}

// announceToNodeBB gives NodeBB the address of an answer whose activity it could not fetch: the
// wrapped form is answered 424 and lost. Starts of discussions get there by Boost.
func (r *Rules) announceToNodeBB(ctx context.Context, tx *db.Store, g *db.Group, a *db.Activity) error {
	if a.Type != "Create" || a.PostID == 0 {
		return nil
	}
	p, err := tx.PostByID(ctx, a.PostID)
	if err != nil {
		return fmt.Errorf("load post %d: %w", a.PostID, err)
	}
	if p.Starts() {
		return nil
	}
	return r.plain(ctx, tx, g, p, db.Audience{FollowersOf: g.ActorID, Software: []string{nodebb}})
}

// Boost announces the address of a post, once, to followers on microblogs and on servers that we
// don't know. Only starts of discussions are boosted, unless the group announces comments too:
// every comment in every home would drown them (LemmyNet/lemmy#2606).
func (r *Rules) Boost(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	if !boosts(g) || !p.Public() || (!p.Starts() && !g.AnnouncesComment) {
		return nil
	}
	audiences := []db.Audience{{FollowersOf: g.ActorID, Families: []string{db.FamilyMicroblog, ""}}}
	author, err := authorOf(ctx, tx, p)
	if err != nil {
		return err
	}
	host, err := profile(ctx, tx, author)
	if err != nil {
		return err
	}
	if unservable(host) {
		audiences = append(audiences, db.Audience{FollowersOf: g.ActorID, Software: []string{nodebb}})
	}
	if host.Family == db.FamilyMicroblog { // the author sees that the group took it
		audiences = append(audiences, toPeople(author)...)
	}
	return r.plain(ctx, tx, g, p, audiences...)
}

// AnnounceObject passes on a post whose activity we don't have, by its id: readers fetch it at its
// origin. Posts found while walking up a thread travel this way, to forums and to servers that we
// don't know; microblogs get the start of a discussion by Boost.
func (r *Rules) AnnounceObject(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	if !boosts(g) || !p.Public() {
		return nil
	}
	return r.plain(ctx, tx, g, p, db.Audience{FollowersOf: g.ActorID, Families: []string{db.FamilyForum, ""}})
}

// plain sends Announce{object id}: the one that stands, or else a new one. No inbox gets one
// activity twice. Published is now: Mastodon shows a boost in home feeds only while it is fresh.
func (r *Rules) plain(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post, to ...db.Audience) error {
	boost, err := boostOf(ctx, tx, g, p)
	if err != nil {
		return err
	}
	out := federation.Outgoing{Actor: g.Actor, ObjectURI: p.URI, GroupID: g.ActorID, PostID: p.ID, Public: true, To: to}
	if boost != nil {
		return r.pub.Send(ctx, tx, boost, out)
	}
	author, err := authorOf(ctx, tx, p)
	if err != nil {
		return err
	}
	out.Doc = vocab.ActivityDoc{
		Type: "Announce", To: []string{vocab.Public}, Cc: []string{g.Actor.FollowersURI, author.URI}, Object: p.URI,
	}
	if _, err = r.pub.Publish(ctx, tx, out); err != nil {
		return fmt.Errorf("boost post %d: %w", p.ID, err)
	}
	return nil
}

// Unboost takes the boost of a post back. The whole Announce is inside: an id alone is ignored
// (peers.md B5).
func (r *Rules) Unboost(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	boost, err := boostOf(ctx, tx, g, p)
	if err != nil || boost == nil {
		return err
	}
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: boost.URI, GroupID: g.ActorID, PostID: p.ID, Public: true,
		Doc: vocab.ActivityDoc{
			Type: "Undo", To: []string{vocab.Public}, Cc: []string{g.Actor.FollowersURI}, Object: vocab.Raw(boost.Body),
		},
	})
	if err != nil {
		return fmt.Errorf("take back boost of post %d: %w", p.ID, err)
	}
	author, err := authorOf(ctx, tx, p)
	if err != nil {
		return err
	}
	to := append(toPeople(author),
		db.Audience{FollowersOf: g.ActorID, Families: []string{db.FamilyMicroblog, ""}},
		db.Audience{FollowersOf: g.ActorID, Software: []string{nodebb}})
	return r.pub.Send(ctx, tx, act, federation.Outgoing{Actor: g.Actor, ObjectURI: p.URI, To: to})
}

// boostOf is the plain announce of a post that stands, nil where there is none or it was taken back.
func boostOf(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) (*db.Activity, error) {
	boost, err := tx.LastActivity(ctx, g.ActorID, "Announce", p.URI)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	if err != nil {
		return nil, fmt.Errorf("load boost of post %d: %w", p.ID, err)
	}
	_, err = tx.LastActivity(ctx, g.ActorID, "Undo", boost.URI)
	if err == nil {
		return nil, nil //nolint:nilnil // taken back
	}
	if !errors.Is(err, db.ErrNotFound) {
		return nil, fmt.Errorf("see whether boost of post %d stands: %w", p.ID, err)
	}
	return boost, nil
}

// distributes says that a group of ours passes on.
func distributes(g *db.Group) bool { return g.Actor.Local && g.Actor.Active() }

// boosts says that it does so by address alone too, for all to read.
func boosts(g *db.Group) bool { return distributes(g) && g.Openness == db.OpennessOpen }

// unservable says that activities written at a host can't be fetched by others.
func unservable(h *db.Host) bool { return h.WantsObjects || h.Software == gotosocial }

// profile is what we know of an actor's server; of one never met, nothing.
func profile(ctx context.Context, s *db.Store, a *db.Actor) (*db.Host, error) {
	if a.Local {
		return &db.Host{Name: a.Host, Software: copse, Family: db.FamilyForum}, nil
	}
	h, err := s.DialectOf(ctx, a.Host)
	if err != nil {
		return nil, fmt.Errorf("load host %s: %w", a.Host, err)
	}
	return h, nil
}

func authorOf(ctx context.Context, s *db.Store, p *db.Post) (*db.Actor, error) {
	if p.Author != nil {
		return p.Author, nil
	}
	a, err := s.ActorByID(ctx, p.AuthorID)
	if err != nil {
		return nil, fmt.Errorf("load author of post %d: %w", p.ID, err)
	}
	return a, nil
}
