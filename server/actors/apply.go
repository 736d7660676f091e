package actors

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/query"
)

// act is what an activity does and to what kind of thing; an empty object stands for any other.
type act struct{ activity, object string }

// take applies one kind of activity.
type take func(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error)

// What stands for a kind of object in the table, beside ActivityStreams types.
const (
	anActor     = "actor"
	theFeatured = "featured"   // target of Add and Remove
	theStewards = "moderators" // target of Add and Remove
	theRoles    = "roles"      // target of Add and Remove
	theQueries  = "queries"    // target of Add
	theGroup    = "group"      // target of Remove: a removal from the group (wire.md 5)
)

// table is all that other instances can make us do.
func (d *Door) table() map[act]take {
	c, x := d.community, d.exchange
	return map[act]take{
		{"Create", ""}:      d.takeCreate,
		{"Update", anActor}: d.takeActorUpdate,
		{"Update", ""}:      d.takeUpdate,
		{"Delete", anActor}: d.sanction.TakeDeleteActor,
		{"Delete", ""}:      x.TakeDelete,
		{"Announce", ""}:    x.TakeAnnounce,

		{"Like", ""}:       x.TakeLike,
		{"EmojiReact", ""}: x.TakeLike,
		{"Dislike", ""}:    ignore("dislike"),

		{"Follow", ""}:       d.takeFollow,
		{"Accept", ""}:       d.takeAccept,
		{"Reject", ""}:       d.takeReject,
		{"Reject", "Follow"}: c.TakeReject,
		{"Reject", "Join"}:   c.TakeReject,
		{"Join", ""}:         d.membership.TakeJoin,
		{"Invite", ""}:       d.membership.TakeInvite,
		{"Reject", "Invite"}: d.membership.TakeInviteDeclined,
		{"Undo", "Invite"}:   d.membership.TakeInviteUndone,
		{"Leave", ""}:        c.TakeLeave,
		{"Block", ""}:        c.TakeBlock,
		{"Flag", ""}:         d.moderation.TakeFlag,
		{"Move", anActor}:    d.takeMove,
		{"Move", ""}:         x.TakeMove,

		{"Lock", ""}:            x.TakeLock,
		{"Add", theFeatured}:    x.TakeFeatured,
		{"Remove", theFeatured}: x.TakeFeatured,
		{"Add", theStewards}:    c.TakeAddRemove,
		{"Remove", theStewards}: c.TakeAddRemove,
		{"Add", theRoles}:       c.TakeRole,
		{"Remove", theRoles}:    c.TakeRole,
		{"Remove", theGroup}:    x.TakeDelete,
		{"Add", theQueries}:     d.query.TakeSays,
		{"Add", ""}:             ignore("unknown-target"),
		{"Remove", ""}:          ignore("unknown-target"),

		{"Undo", "Follow"}:     c.TakeUndoFollow,
		{"Undo", "Join"}:       c.TakeLeave,
		{"Undo", "Like"}:       x.TakeUndoLike,
		{"Undo", "EmojiReact"}: x.TakeUndoLike,
		{"Undo", "Dislike"}:    ignore("dislike"),
		{"Undo", "Announce"}:   x.TakeUndoAnnounce,
		{"Undo", "Block"}:      c.TakeUndoBlock,
		{"Undo", "Delete"}:     x.TakeUndoDelete,
		{"Undo", "Remove"}:     x.TakeUndoDelete,
		{"Undo", "Lock"}:       x.TakeLock,
		{"Undo", "Flag"}:       ignore("flag-stands"),
		{"Undo", ""}:           ignore("unknown-undo"),

		{"Resolve", ""}:         d.moderation.TakeResolve,
		{"ChooseAnswer", ""}:    ignore("choose-answer"),
		{"QuoteRequest", ""}:    ignore("quote-request"),
		{"Offer", ""}:           d.takeOffer,
		{"Undo", "Offer"}:       d.moving.TakeWithdrawn,
		{"Reject", "Offer"}:     d.takeOfferRefused,
		{"TentativeAccept", ""}: d.moving.TakeAgreed,
		{"TentativeReject", ""}: ignore("tentative"),
	}
}

func ignore(reason string) take {
	return func(context.Context, *db.Store, *federation.Incoming) (federation.Outcome, error) {
		return federation.Ignored(reason), nil
	}
}

// Apply does what an authentic activity means, in the transaction that also closes its receipt. A
// rule that says no refuses the activity; every other error is ours.
func (d *Door) Apply(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	kind := in.Activity.Type
	if !in.Actor.SuspendedAt.IsZero() && kind != "Delete" && kind != "Undo" {
		return federation.Refused("suspended"), nil
	}
	object, err := d.objectKind(ctx, tx, in)
	if err != nil {
		return federation.Outcome{}, err
	}
	do, known := d.acts[act{kind, object}]
	if !known {
		do, known = d.acts[act{kind, ""}]
	}
	if !known {
		return federation.Ignored("unknown-activity"), nil
	}
	out, err := do(ctx, tx, in)
	if err == nil {
		err = d.passOn(ctx, tx, in, out)
	}
	if no, is := errors.AsType[*community.Refusal](err); is {
		return federation.Refused(no.Code), nil
	}
	if err != nil {
		return out, fmt.Errorf("apply %s %s: %w", kind, in.Activity.ID, err)
	}
	return out, nil
}

// objectKind says what sort of thing an activity is about, as the table names it.
func (d *Door) objectKind(ctx context.Context, tx *db.Store, in *federation.Incoming) (string, error) {
	switch in.Activity.Type {
	case "Update", "Delete", "Move":
		if aboutActor(in) {
			return anActor, nil
		}
	case "Add", "Remove":
		return d.targetKind(ctx, tx, in.Activity)
	case "Reject":
		return d.rejectedKind(ctx, tx, in.Activity.Inner())
	case "Undo":
		if undone := in.Activity.Inner().Object; undone != nil { // federation puts it there
			return undone.Type, nil
		}
	}
	return "", nil
}

// aboutActor tells whether an activity is about somebody rather than something: by the type of
// its object, or because the object is who acts.
func aboutActor(in *federation.Incoming) bool {
	about := in.Activity.Inner()
	if about.Object != nil && vocab.IsActor(about.Object.Type) {
		return true
	}
	if in.Object != nil && vocab.IsActor(in.Object.Doc.Type) {
		return true
	}
	return about.IRI != "" && about.IRI == in.Actor.URI
}

// targetKind says which collection of which group something is added to or removed from.
func (d *Door) targetKind(ctx context.Context, tx *db.Store, a *vocab.Object) (string, error) {
	target := a.Target.IRI
	if target == "" {
		target = a.Origin.IRI
	}
	switch {
	case target == "":
		return "", nil
	case d.iris.Ours(target) && strings.HasSuffix(target, federation.Featured):
		return theFeatured, nil
	case d.iris.Ours(target) && strings.HasSuffix(target, federation.Moderators):
		return theStewards, nil
	case d.iris.Ours(target) && strings.HasSuffix(target, community.Roles):
		return theRoles, nil
	case d.iris.Ours(target) && strings.HasSuffix(target, query.Queries):
		return theQueries, nil
	}
	if _, ok := d.iris.DiscussionID(target); ok && a.Type == "Remove" {
		return theGroup, nil
	}
	return d.remoteTarget(ctx, tx, a, target)
}

// remoteTarget is targetKind where the collection is elsewhere: it counts as that of the group
// which the activity names as its audience, or is in one of a group that we know.
func (d *Door) remoteTarget(ctx context.Context, tx *db.Store, a *vocab.Object, target string) (string, error) {
	for _, iri := range append([]string{target}, a.Audiences()...) {
		g, err := tx.GroupByURI(ctx, iri)
		if errors.Is(err, db.ErrNotFound) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("load group %s: %w", iri, err)
		}
		switch target {
		case g.Actor.URI:
			if a.Type == "Remove" {
				return theGroup, nil
			}
		case g.Actor.FeaturedURI:
			return theFeatured, nil
		case g.Actor.ModeratorsURI:
			return theStewards, nil
		case g.Actor.URI + community.Roles:
			return theRoles, nil
		case g.Actor.URI + query.Queries:
			return theQueries, nil
		}
	}
	return "", nil
}

// rejectedKind is the type of the activity of ours that somebody refuses.
func (d *Door) rejectedKind(ctx context.Context, tx *db.Store, about vocab.Ref) (string, error) {
	if about.Object != nil && vocab.IsActivity(about.Object.Type) {
		return about.Object.Type, nil
	}
	a, err := tx.ActivityByURI(ctx, about.IRI)
	if errors.Is(err, db.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("load rejected %s: %w", about.IRI, err)
	}
	return a.Type, nil
}

// takeReject takes the refusal of something of ours that is no Follow: what is on its way there
// ends, and a post that waits for its group is told so.
func (d *Door) takeReject(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	about, err := d.rejected(ctx, tx, in.Activity.Inner())
	if err != nil {
		return federation.Outcome{}, err
	}
	ended := false
	if d.cancel != nil && d.iris.Ours(about) {
		if ended, err = d.cancel(ctx, tx, about, in.Actor.Host); err != nil {
			return federation.Outcome{}, fmt.Errorf("cancel deliveries of %s to %s: %w", about, in.Actor.Host, err)
		}
	}
	out, err := d.exchange.TakeReject(ctx, tx, in)
	if err == nil && ended {
		out = federation.Done()
	}
	return out, err
}

// rejected names the activity of ours that a Reject is about. NodeBB leaves the id of an Announce
// out and tells what was in it and which group passed it on.
func (d *Door) rejected(ctx context.Context, tx *db.Store, about vocab.Ref) (string, error) {
	if about.IRI != "" || about.Object == nil || about.Object.Type != "Announce" {
		return about.IRI, nil
	}
	group, ours := d.iris.ID("groups", about.Object.Target.IRI)
	if !ours {
		return "", nil
	}
	act, err := tx.LastActivity(ctx, group, "Announce", about.Object.Inner().IRI)
	if errors.Is(err, db.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("load announce of %s: %w", about.Object.Inner().IRI, err)
	}
	return act.URI, nil
}
