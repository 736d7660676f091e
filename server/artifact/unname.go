package artifact

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/practice"
)

// Unname takes a reviewer's name from all versions of an artifact, and tells those who have copies.
func (r *Rules) Unname(ctx context.Context, tx *db.Store, a *db.Artifact, who *db.Actor) error {
	g, err := r.home(ctx, tx, a)
	if err != nil {
		return err
	}
	if who == nil {
		return community.Refuse(community.Forbidden, "signed-out")
	}
	list, err := tx.VersionsOf(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("list versions of artifact %d: %w", a.ID, err)
	}
	instead, err := r.instead(ctx, tx, who)
	if err != nil {
		return err
	}
	found := false
	for _, v := range list {
		if !unname(v, who, instead) {
			continue
		}
		found = true
		if err := tx.NameVersion(ctx, v); err != nil {
			return fmt.Errorf("name version %d of artifact %d: %w", v.Number, a.ID, err)
		}
		if v.Number == a.Version {
			continue // the artifact itself says so
		}
		if err := r.tellNames(ctx, tx, g, a, v.Number); err != nil {
			return err
		}
	}
	if !found {
		return community.Refuse(community.Conflict, "not-named")
	}
	return r.changed(ctx, tx, a)
}

// instead is how somebody is called who took the name back (scenarios.md 3.15).
func (r *Rules) instead(ctx context.Context, tx *db.Store, who *db.Actor) (string, error) {
	if who.Local || who.Organisation != "" {
		return practice.Unnamed, nil
	}
	h, err := tx.DialectOf(ctx, who.Host)
	if err != nil {
		return "", fmt.Errorf("load host %s: %w", who.Host, err)
	}
	if h.Software == "copse" {
		return practice.Unnamed, nil
	}
	return practice.UnnamedIndependent, nil
}

func unname(v *db.ArtifactVersion, who *db.Actor, instead string) bool {
	found := false
	for i := range v.People.List {
		p := &v.People.List[i]
		if p.Actor != who.ID || p.Role != practice.RoleReviewer {
			continue
		}
		p.Actor, p.URI, p.Name, p.Org, p.Said = 0, "", instead, "", ""
		found = true
	}
	return found
}

// tellNames sends the document of one earlier version to those who may have a copy: an Update of its
// own, for the artifact's tells of its last version alone.
func (r *Rules) tellNames(ctx context.Context, tx *db.Store, g *db.Group, a *db.Artifact, number int64) error {
	v, err := tx.VersionOf(ctx, a.ID, number)
	if err != nil {
		return fmt.Errorf("load version %d of artifact %d: %w", number, a.ID, err)
	}
	p, err := tx.PostByID(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("load post of artifact %d: %w", a.ID, err)
	}
	doc, err := practice.Wire{IRIs: r.iris, Group: g}.Version(ctx, tx, a, v)
	if err != nil {
		return err
	}
	to := db.Audience{FollowersOf: g.ActorID, Software: []string{"copse"}}
	if g.Openness != db.OpennessOpen {
		to.Promise = db.PromiseKept
	}
	doc.AtContext, doc.Updated = "", r.pub.Now()
	_, err = r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: p.Author, ObjectURI: v.URI, GroupID: g.ActorID, PostID: p.ID, Public: g.Openness == db.OpennessOpen, To: []db.Audience{to},
		Doc: vocab.ActivityDoc{Type: "Update", To: doc.To, Cc: doc.Cc, Audience: doc.Audience, Updated: r.pub.Now(), Object: &doc},
	})
	if err != nil {
		return fmt.Errorf("tell names under version %d of artifact %d: %w", number, a.ID, err)
	}
	return nil
}

// TakeVersion takes who is named under a version of which there is a copy here. The text of a version
// never changes: what says so is refused. False is for every other Update.
func (r *Rules) TakeVersion(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	if in.Object == nil || in.Object.Doc.Type != "Article" || in.Object.Doc.VersionOf == "" || in.Object.Doc.ID == in.Object.Doc.VersionOf {
		return federation.Outcome{}, false, nil
	}
	doc := in.Object.Doc
	a, err := tx.ArtifactByURI(ctx, doc.VersionOf)
	if errors.Is(err, db.ErrNotFound) || err == nil && a.Drafted() {
		return federation.Ignored("unknown-object"), true, nil
	}
	if err != nil {
		return federation.Outcome{}, true, fmt.Errorf("load artifact %s: %w", doc.VersionOf, err)
	}
	p, err := tx.PostByID(ctx, a.ID)
	if err != nil {
		return federation.Outcome{}, true, fmt.Errorf("load post of artifact %d: %w", a.ID, err)
	}
	if p.Local || p.AuthorID != in.Object.Author.ID || doc.ID != practice.VersionURI(a, doc.Version) {
		return federation.Refused("not-author"), true, nil
	}
	v, err := tx.VersionOf(ctx, a.ID, doc.Version)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return federation.Ignored("unknown-object"), true, nil
	case err != nil:
		return federation.Outcome{}, true, fmt.Errorf("load version %d of artifact %d: %w", doc.Version, a.ID, err)
	case v.Hash != doc.ContentHash:
		return federation.Refused("hash"), true, nil
	}
	if v.People.List, err = practice.PeopleOf(ctx, tx, doc); err != nil {
		return federation.Outcome{}, true, err
	}
	return federation.Done(), true, tx.NameVersion(ctx, v)
}
