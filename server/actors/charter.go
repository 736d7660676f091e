package actors

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/charter"
)

// charterVersion handles GET /ap/charters/:id: one version of what a group of ours agreed on, for
// ever, with what became of it.
func (d *Door) charterVersion(c echo.Context) error {
	return d.serve(c, document{
		lag: lagPost, age: keepChecked,
		make: func(ctx context.Context, who *db.Actor) (any, error) {
			one, g, err := d.versionAt(ctx, c, who)
			if err != nil {
				return nil, err
			}
			return d.charter.Doc(ctx, d.store, g, one, false)
		},
		page: func(ctx context.Context) (string, error) {
			one, g, err := d.versionAt(ctx, c, nil)
			if err != nil {
				return "", err
			}
			return d.charter.VersionPage(g, one.Version), nil
		},
	})
}

// versionAt finds the version that a path names, readable by who.
func (d *Door) versionAt(ctx context.Context, c echo.Context, who *db.Actor) (*db.Charter, *db.Group, error) {
	id, err := number(c)
	if err != nil {
		return nil, nil, err
	}
	one, err := d.store.CharterByID(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if one.URI != d.iris.Charter(id) {
		return nil, nil, db.ErrNotFound
	}
	g, err := d.store.GroupByID(ctx, one.GroupID)
	if err != nil {
		return nil, nil, fmt.Errorf("load group of charter %d: %w", id, err)
	}
	if err := living(g.Actor); err != nil {
		return nil, nil, err
	}
	return one, g, d.readableCharter(ctx, g, one, who)
}

// readableCharter answers nil where who, or with nil everybody, may read a version.
func (d *Door) readableCharter(ctx context.Context, g *db.Group, one *db.Charter, who *db.Actor) error {
	if g.SignedFetch && who == nil {
		return errSigned
	}
	ok, err := d.charter.Readable(ctx, d.store, g, one, who)
	switch {
	case err != nil || ok:
		return err
	case who == nil:
		return errSigned
	}
	return errHidden
}

// charterInForce handles GET /ap/groups/:id/charter: the one address of whatever is in force, or,
// before there is anything, of what is proposed.
func (d *Door) charterInForce(c echo.Context) error {
	return d.serve(c, document{lag: lagActor, age: keepChecked, make: func(ctx context.Context, who *db.Actor) (any, error) {
		g, err := d.groupAt(ctx, c)
		if err != nil {
			return nil, err
		}
		one, err := d.store.AdoptedCharter(ctx, g.ActorID)
		if errors.Is(err, db.ErrNotFound) {
			one, err = d.store.ProposedCharter(ctx, g.ActorID)
		}
		if err != nil {
			return nil, err
		}
		if err := d.readableCharter(ctx, g, one, who); err != nil {
			return nil, err
		}
		return d.charter.Doc(ctx, d.store, g, one, true)
	}})
}

// groupAt is the living group that a path names.
func (d *Door) groupAt(ctx context.Context, c echo.Context) (*db.Group, error) {
	a, err := d.actorAt(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := living(a); err != nil {
		return nil, err
	}
	return d.store.GroupByID(ctx, a.ID)
}

// charterVersions handles GET /ap/groups/:id/charter/versions.
func (d *Door) charterVersions(c echo.Context) error {
	return d.serve(c, document{lag: lagActor, age: keepChecked, make: func(ctx context.Context, who *db.Actor) (any, error) {
		g, err := d.groupAt(ctx, c)
		if err != nil {
			return nil, err
		}
		list, err := d.store.ChartersOf(ctx, g.ActorID)
		if err != nil {
			return nil, fmt.Errorf("list charters of %s: %w", g.Actor.URI, err)
		}
		if err := d.readableCharter(ctx, g, &db.Charter{GroupID: g.ActorID, State: db.CharterAdopted}, who); err != nil {
			return nil, err
		}
		return d.charter.VersionsDoc(g, list), nil
	}})
}

// charterContext handles GET /ap/charters/:id/context: the conversation about a version, which is
// the group's. Answers lie where they were written, and often are for the group alone.
func (d *Door) charterContext(c echo.Context) error {
	return d.serve(c, document{lag: lagPost, age: keepChecked, make: func(ctx context.Context, who *db.Actor) (any, error) {
		one, g, err := d.versionAt(ctx, c, who)
		if err != nil {
			return nil, err
		}
		doc := vocab.Ordered(one.URI+conversationOf, []string{one.URI})
		doc.AttributedTo = g.Actor.URI
		return doc, nil
	}})
}

// conversationOf is the path of a version's conversation below its id.
const conversationOf = "/context"

// charterPage answers ActivityPub at the page of a charter with the charter in force.
func (d *Door) charterPage(c echo.Context) error {
	handle, _, elsewhere := strings.Cut(c.Param("handle"), "@")
	if elsewhere {
		return hidden(nil)
	}
	ctx := c.Request().Context()
	a, err := d.store.LocalActor(ctx, handle)
	if err != nil || a.Type != db.ActorGroup || !a.Active() {
		return hidden(err)
	}
	g, err := d.store.GroupByID(ctx, a.ID)
	if err != nil || g.Openness == db.OpennessConfidential { // its address would say that the handle is taken
		return hidden(err)
	}
	return d.elsewhere(c, a.URI+federation.CharterPart)
}

// takeCreate gives what answers a charter to the rules of charters, a charter too, what is about
// belonging to those of membership, appeals to those of moderation, and all else to conversation.
func (d *Door) takeCreate(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if in.Object != nil && charter.IsCharter(in.Object.Doc) {
		return d.charter.TakeCharter(ctx, tx, in)
	}
	out, taken, err := d.charter.TakeReply(ctx, tx, in)
	if err != nil || taken {
		return out, err
	}
	out, heard, err := d.hearArtifact(ctx, tx, in)
	if err != nil || heard {
		return out, err
	}
	out, heard, err = d.query.Hear(ctx, tx, in)
	if err != nil || heard {
		return out, err
	}
	out, heard, err = d.synthesis.Hear(ctx, tx, in)
	if err != nil || heard {
		return out, err
	}
	out, heard, err = d.membership.Hear(ctx, tx, in)
	if err != nil || heard {
		return out, err
	}
	if out, heard, err = d.moderation.Hear(ctx, tx, in); err != nil || heard {
		return out, err
	}
	if out, err = d.exchange.TakeCreate(ctx, tx, in); err != nil || d.artifact == nil {
		return out, err
	}
	return out, d.artifact.AskBack(ctx, tx, in)
}

// takeFollow lets somebody follow, and tells those whose server knows no Join how to belong.
func (d *Door) takeFollow(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	out, err := d.community.TakeFollow(ctx, tx, in)
	if err != nil || out != federation.Done() {
		return out, err
	}
	return out, d.membership.Followed(ctx, tx, in)
}

// takeUpdate is takeCreate for a change.
func (d *Door) takeUpdate(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if in.Object != nil && charter.IsCharter(in.Object.Doc) {
		return d.charter.TakeCharter(ctx, tx, in)
	}
	if d.artifact != nil {
		if out, taken, err := d.artifact.TakeVersion(ctx, tx, in); err != nil || taken {
			return out, err
		}
	}
	return d.exchange.TakeUpdate(ctx, tx, in)
}

// takeActorUpdate takes what an actor says anew of itself, and tells communities of ours that a
// group elsewhere calls them its kin.
func (d *Door) takeActorUpdate(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	out, err := d.community.TakeActorUpdate(ctx, tx, in)
	if err != nil || out != federation.Done() {
		return out, err
	}
	if in.Actor.Type != db.ActorGroup {
		return out, d.membership.TakeNames(ctx, tx, in.Actor.URI)
	}
	return out, d.charter.NoticeKin(ctx, tx, in.Actor)
}
