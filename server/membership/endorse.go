package membership

import (
	"context"
	"fmt"
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
	case topic == "" || utf8.RuneCountInString(topic) > maxLine:
		return community.RefuseField("topic", "text-invalid")
	}
	if same, err := onePerson(ctx, tx, by, who); err != nil || same {
		if err == nil {
			err = community.Refuse(community.Invalid, "endorse-self")
		}
		return err
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
