package actors

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/practice"
)

// artifactAt finds the artifact of ours that a path names by the post which it begins; a draft has
// none, so that it is not there for anybody.
func (d *Door) artifactAt(ctx context.Context, c echo.Context, who *db.Actor) (*db.Artifact, practice.Wire, error) {
	p, err := d.part(ctx, c, who)
	if err != nil {
		return nil, practice.Wire{}, err
	}
	a, err := d.store.ArtifactByID(ctx, p.ID)
	if err != nil {
		return nil, practice.Wire{}, err
	}
	g, err := d.store.GroupByID(ctx, a.GroupID)
	if err != nil {
		return nil, practice.Wire{}, fmt.Errorf("load group of artifact %d: %w", a.ID, err)
	}
	return a, practice.Wire{IRIs: d.iris, Group: g}, nil
}

// artifactVersions handles GET /ap/objects/:id/versions.
func (d *Door) artifactVersions(c echo.Context) error {
	return d.serve(c, document{lag: lagPost, age: keepChecked, make: func(ctx context.Context, who *db.Actor) (any, error) {
		a, w, err := d.artifactAt(ctx, c, who)
		if err != nil {
			return nil, err
		}
		list, err := d.store.VersionsOf(ctx, a.ID)
		if err != nil {
			return nil, fmt.Errorf("list versions of artifact %d: %w", a.ID, err)
		}
		return w.VersionsDoc(a, list), nil
	}})
}

// artifactVersion handles GET /ap/objects/:id/versions/:number: one version, for ever.
func (d *Door) artifactVersion(c echo.Context) error {
	return d.serve(c, document{
		lag: lagPost, age: keepChecked,
		make: func(ctx context.Context, who *db.Actor) (any, error) {
			a, w, err := d.artifactAt(ctx, c, who)
			if err != nil {
				return nil, err
			}
			n, err := strconv.ParseInt(c.Param("number"), 10, 64)
			if err != nil {
				return nil, db.ErrNotFound
			}
			v, err := d.store.VersionOf(ctx, a.ID, n)
			if err != nil {
				return nil, err
			}
			return w.Version(ctx, d.store, a, v)
		},
	})
}

// repertoire handles GET /ap/groups/:id/repertoire: the library of a group of ours, newest first.
func (d *Door) repertoire(c echo.Context) error {
	return d.collection(c, func(ctx context.Context, of owner) (any, error) {
		ids := []string{}
		if of.group != nil {
			list, err := d.store.Library(ctx, db.LibraryQuery{GroupID: of.group.ActorID, Limit: maxRepertoire})
			if err != nil {
				return nil, fmt.Errorf("list library of %s: %w", of.actor.URI, err)
			}
			for _, a := range list {
				ids = append(ids, a.URI)
			}
		}
		doc := vocab.Ordered(of.actor.URI+artifact.Repertoire, ids)
		doc.AttributedTo = of.actor.URI
		return doc, nil
	})
}

// maxRepertoire bounds the list: the newest.
const maxRepertoire = 500

// takeOffer gives an Offer about an artifact to the rules of artifacts, and every other one to those
// of moving.
func (d *Door) takeOffer(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if d.artifact != nil {
		out, about, err := d.artifact.TakeOffer(ctx, tx, in)
		if err != nil || about {
			return out, err
		}
	}
	if d.moving == nil {
		return federation.Ignored("not-for-us"), nil
	}
	return d.moving.TakeOffer(ctx, tx, in)
}

// takeOfferRefused gives the refusal of an Offer to the rules that sent it.
func (d *Door) takeOfferRefused(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if d.artifact != nil {
		if taken, err := d.artifact.TakeRefused(ctx, tx, in); err != nil || taken {
			return federation.Done(), err
		}
	}
	return d.moving.TakeRefusal(ctx, tx, in)
}

// hearArtifact gives what answers an artifact with a verdict or a text to its rules.
func (d *Door) hearArtifact(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	if d.artifact == nil {
		return federation.Outcome{}, false, nil
	}
	out, heard, err := d.artifact.TakeReply(ctx, tx, in)
	if errors.Is(err, db.ErrNotFound) {
		return federation.Outcome{}, false, nil
	}
	return out, heard, err
}
