package membership

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
)

// Endorse says of somebody that they know about something. Only who shares a community with them
// can know, and nobody praises themselves.
func (r *Rules) Endorse(ctx context.Context, tx *db.Store, by, who *db.Actor, topic string) error {
	topic = strings.ToLower(content.PlainName(topic))
	switch {
	case by == nil:
		return community.Refuse(community.Forbidden, "signed-out")
	case !by.Active():
		return community.Refuse(community.Forbidden, "suspended")
	case by.ID == who.ID:
		return community.Refuse(community.Invalid, "endorse-self")
	case topic == "" || utf8.RuneCountInString(topic) > maxLine:
		return community.RefuseField("topic", "text-invalid")
	}
	if blocked, err := tx.Blocked(ctx, by.ID, who.ID); err != nil || blocked {
		if err == nil {
			err = community.Refuse(community.Forbidden, "blocked")
		}
		return err
	}
	shared, err := tx.ShareGroup(ctx, by.ID, who.ID)
	if err != nil {
		return fmt.Errorf("look for a community of both: %w", err)
	}
	if !shared {
		return community.Refuse(community.Forbidden, "endorse-stranger")
	}
	if err := tx.Endorse(ctx, &db.Endorsement{ActorID: who.ID, Topic: topic, ByID: by.ID}); err != nil {
		return err
	}
	return r.showEndorsed(ctx, tx, who)
}

// showEndorsed tells others who vouches for one of ours, where that is for everybody.
func (r *Rules) showEndorsed(ctx context.Context, tx *db.Store, who *db.Actor) error {
	known, err := tx.ProfilesOf(ctx, who.ID)
	if err != nil {
		return fmt.Errorf("load profile of %s: %w", who.URI, err)
	}
	if p := known[who.ID]; !who.Local || p == nil || p.Shown != db.ShownPublic {
		return nil
	}
	return r.com.ShowPerson(ctx, tx, who)
}

// Unendorse takes it back.
func (r *Rules) Unendorse(ctx context.Context, tx *db.Store, by, who *db.Actor, topic string) error {
	if err := tx.WithdrawEndorsement(ctx, who.ID, by.ID, strings.ToLower(content.PlainName(topic))); err != nil {
		return err
	}
	return r.showEndorsed(ctx, tx, who)
}

// OpenDoor makes an account elsewhere a further way in for a person of ours: one person, one
// membership. That account must name the person's own address, as rel=me does on the web; the
// person names it by asking. Who was somewhere by both is there once, as what they were longest.
func (r *Rules) OpenDoor(ctx context.Context, tx *db.Store, me, other *db.Actor) error {
	switch {
	case me.ID == other.ID || other.Type != db.ActorPerson || other.Local:
		return community.RefuseField("door", "door-not-elsewhere")
	case !other.Active():
		return community.RefuseField("door", "actor-gone")
	}
	named, err := names(ctx, tx, other, me)
	if err != nil {
		return err
	}
	if !named {
		return community.RefuseField("door", "door-unproved")
	}
	behind, err := tx.PersonBehind(ctx, other.ID)
	if err != nil {
		return err
	}
	if behind != other.ID && behind != me.ID {
		return community.RefuseField("door", "door-taken")
	}
	if err := tx.PutPersonDoor(ctx, &db.PersonDoor{ActorID: other.ID, PersonID: me.ID, Proof: "links"}); err != nil {
		return err
	}
	return r.merge(ctx, tx, me, other)
}

// CloseDoor forgets a way in. What came by it stays with the person.
func (r *Rules) CloseDoor(ctx context.Context, tx *db.Store, me, other *db.Actor) error {
	return tx.ClosePersonDoor(ctx, me.ID, other.ID)
}

// names says that an account elsewhere gives the address of one of ours as its own: as an alias, in
// a line of its profile, or by a link in what it says of itself.
func names(ctx context.Context, tx *db.Store, other, me *db.Actor) (bool, error) {
	known, err := tx.ProfilesOf(ctx, other.ID)
	if err != nil {
		return false, fmt.Errorf("load profile of %s: %w", other.URI, err)
	}
	given := strings.Fields(other.AlsoKnownAs)
	if p := known[other.ID]; p != nil {
		given = append(given, p.LinkList()...)
	}
	if slices.Contains(given, me.URI) || slices.Contains(given, me.URL) {
		return true, nil
	}
	return strings.Contains(other.Summary, `href="`+me.URL+`"`) || strings.Contains(other.Summary, `href="`+me.URI+`"`), nil
}

// merge gives the living memberships of one to the other.
func (r *Rules) merge(ctx context.Context, tx *db.Store, me, other *db.Actor) error {
	theirs, err := tx.MembershipsOf(ctx, other.ID)
	if err != nil {
		return fmt.Errorf("load memberships of %s: %w", other.URI, err)
	}
	for _, m := range theirs {
		if !m.Belongs() {
			continue
		}
		mine, err := tx.MembershipOf(ctx, m.GroupID, me.ID)
		if err != nil || !mine.Belongs() {
			moved := *m
			moved.ActorID = me.ID
			if err := tx.PutMembership(ctx, &moved); err != nil {
				return fmt.Errorf("move membership: %w", err)
			}
		}
		m.Status, m.LeftAt = db.MemberAlumni, tx.Now()
		if err := tx.PutMembership(ctx, m); err != nil {
			return fmt.Errorf("end membership: %w", err)
		}
	}
	return nil
}
