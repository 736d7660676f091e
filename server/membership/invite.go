package membership

import (
	"context"
	"errors"
	"fmt"
	"html"
	"strings"
	"unicode/utf8"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// maxInvites is how many people one person may invite in a day, so that no community is spam.
const maxInvites = 30

// Invite asks a person anywhere to belong to a group of ours. Copse gets an Invite, and everybody
// else a direct message of the group that says how (wire.md 6).
func (r *Rules) Invite(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, d Decision) error {
	if err := r.permitInvite(ctx, tx, by, g, d.Who); err != nil {
		return err
	}
	if d.Text = plain(d.Text); utf8.RuneCountInString(d.Text) > MaxText {
		return community.RefuseField("text", "text-long")
	}
	uri := r.iris.Activity(tx.NewID())
	i := &db.Invitation{URI: uri, GroupID: g.ActorID, ActorID: d.Who.ID, ByID: by.ID, Text: d.Text, State: db.InviteOpen}
	if err := tx.PutInvitation(ctx, i); err != nil {
		return err
	}
	if d.Who.Local {
		return community.Notify(ctx, tx, d.Who.ID, db.Notification{Kind: db.NotifyJoin, ActorID: by.ID, GroupID: g.ActorID, Note: "invited"})
	}
	_, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: uri, To: []db.Audience{federation.ToActors(d.Who)},
		Doc: vocab.ActivityDoc{
			ID: uri, Type: "Invite", To: []string{d.Who.URI}, Object: g.Actor.URI, Target: d.Who.URI,
			Content: paragraph(d.Text), Instrument: by.URI, EndTime: i.EndsAt.Time,
		},
	})
	if err != nil {
		return fmt.Errorf("invite %s: %w", d.Who.URI, err)
	}
	_, err = r.com.Tell(ctx, tx, g, community.Notice{To: d.Who, Code: "join-invited", Person: by.Label(), Link: r.iris.GroupPage(g.Actor.Handle) + "/join"})
	return err
}

func (r *Rules) permitInvite(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, who *db.Actor) error {
	if !g.Actor.Local {
		return community.Refuse(community.Forbidden, "not-ours")
	}
	if err := r.com.Permit(ctx, tx, g, by, rights.Invite); err != nil {
		return err
	}
	if who.Type != db.ActorPerson {
		return community.RefuseField("who", "not-a-person")
	}
	if err := r.com.Permit(ctx, tx, g, who, rights.Join); err != nil {
		return err
	}
	st, err := r.com.Standing(ctx, tx, g, who)
	if err != nil {
		return err
	}
	if st.Belongs {
		return community.RefuseField("who", "member-already")
	}
	old, err := tx.InvitationOf(ctx, g.ActorID, who.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load invitation: %w", err)
	}
	if err == nil && old.State == db.InviteDeclined && old.EndsAt.After(tx.Now().Time) {
		return community.RefuseField("who", "invite-declined") // no is no, for the time it stood
	}
	n, err := tx.InvitationsSince(ctx, by.ID, db.At(tx.Now().AddDate(0, 0, -1)))
	if err != nil {
		return err
	}
	if n >= maxInvites {
		return community.Refuse(community.Limit, "invites-many")
	}
	return nil
}

// invited says whether an invitation stands.
func (r *Rules) invited(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) (bool, error) {
	i, err := tx.InvitationOf(ctx, g.ActorID, who.ID)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("load invitation of %s: %w", who.URI, err)
	}
	return i.Stands(tx.Now().Time), nil
}

// Decline says no to an invitation.
func (r *Rules) Decline(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error {
	i, err := tx.InvitationOf(ctx, g.ActorID, who.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load invitation: %w", err)
	}
	if err != nil || !i.Stands(tx.Now().Time) {
		return community.Refuse(community.Gone, "invite-gone")
	}
	if _, err := tx.EndInvitation(ctx, g.ActorID, who.ID, db.InviteDeclined); err != nil {
		return err
	}
	if g.Actor.Local {
		return nil
	}
	_, err = r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: who, ObjectURI: i.URI, To: []db.Audience{federation.ToActors(g.Actor)},
		Doc: vocab.ActivityDoc{Type: "Reject", To: []string{g.Actor.URI}, Object: i.URI},
	})
	if err != nil {
		return fmt.Errorf("decline %s: %w", i.URI, err)
	}
	return nil
}

// WithdrawInvitation takes an invitation back.
func (r *Rules) WithdrawInvitation(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, who *db.Actor) error {
	if err := r.com.Permit(ctx, tx, g, by, rights.Invite); err != nil {
		return err
	}
	i, err := tx.InvitationOf(ctx, g.ActorID, who.ID)
	if err != nil {
		return err
	}
	was, err := tx.EndInvitation(ctx, g.ActorID, who.ID, db.InviteWithdrawn)
	if err != nil || !was || who.Local {
		return err
	}
	_, err = r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: i.URI, To: []db.Audience{federation.ToActors(who)},
		Doc: vocab.ActivityDoc{
			Type: "Undo", To: []string{who.URI}, Object: &vocab.ActivityDoc{ID: i.URI, Type: "Invite", Actor: g.Actor.URI, Object: g.Actor.URI},
		},
	})
	return err
}

// TakeInvite keeps the invitation of one of ours into a group elsewhere.
func (r *Rules) TakeInvite(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	act := in.Activity
	if !in.Vouched || in.Via != nil {
		return federation.Refused("not-vouched"), nil
	}
	if in.Actor.Type != db.ActorGroup || act.Inner().IRI != in.Actor.URI {
		return federation.Ignored("not-a-group"), nil
	}
	var who *db.Actor
	for _, iri := range act.Audiences() {
		a, err := tx.ActorByURI(ctx, iri)
		if err == nil && a.Local && a.Type == db.ActorPerson {
			who = a
			break
		}
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return federation.Outcome{}, fmt.Errorf("load invited %s: %w", iri, err)
		}
	}
	if who == nil {
		return federation.Ignored("not-ours"), nil
	}
	if blocked, err := tx.Blocked(ctx, who.ID, in.Actor.ID); err != nil || blocked {
		return federation.Refused("blocked"), err
	}
	i := &db.Invitation{URI: act.ID, GroupID: in.Actor.ID, ActorID: who.ID, ByID: in.Actor.ID, Text: plain(content.Text(act.Content)), State: db.InviteOpen}
	if err := tx.PutInvitation(ctx, i); err != nil {
		return federation.Outcome{}, err
	}
	return federation.Done(), community.Notify(ctx, tx, who.ID, db.Notification{Kind: db.NotifyJoin, ActorID: in.Actor.ID, GroupID: in.Actor.ID, Note: "invited"})
}

// TakeInviteUndone learns that an invitation was taken back.
func (r *Rules) TakeInviteUndone(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if !in.Vouched || in.Via != nil {
		return federation.Refused("not-vouched"), nil
	}
	undone := in.Activity.Inner()
	iri := undone.IRI
	if iri == "" && undone.Object != nil {
		iri = undone.Object.ID
	}
	n, err := tx.EndInvitationByURI(ctx, in.Actor.ID, iri)
	if err != nil || n == 0 {
		return federation.Ignored("not-invited"), err
	}
	return federation.Done(), nil
}

// TakeInviteDeclined learns that somebody elsewhere said no to an invitation of ours.
func (r *Rules) TakeInviteDeclined(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if !in.Vouched || in.Via != nil {
		return federation.Refused("not-vouched"), nil
	}
	i, err := tx.InvitationByURI(ctx, in.Activity.Inner().IRI)
	if errors.Is(err, db.ErrNotFound) {
		return federation.Ignored("not-invited"), nil
	}
	if err != nil {
		return federation.Outcome{}, err
	}
	if i.ActorID != in.Actor.ID {
		return federation.Refused("not-yours"), nil
	}
	_, err = tx.EndInvitation(ctx, i.GroupID, i.ActorID, db.InviteDeclined)
	return federation.Done(), err
}

// directNote is a private message of one of ours to one actor.
func (r *Rules) directNote(from, to *db.Actor, uri, text string) *vocab.PostDoc {
	page := to.URL
	if page == "" {
		page = to.URI
	}
	words := fmt.Sprintf(`<p><span class="h-card"><a href="%s" class="u-url mention">@<span>%s</span></a></span> %s</p>`,
		html.EscapeString(page), html.EscapeString(to.Handle), strings.ReplaceAll(html.EscapeString(text), "\n", "<br>"))
	return &vocab.PostDoc{
		ID: uri, Type: "Note", AttributedTo: from.URI, To: []string{to.URI}, Content: words, Published: r.pub.Now(),
		Tag: []vocab.TagDoc{{Type: "Mention", Href: to.URI, Name: "@" + to.Acct()}},
	}
}

func paragraph(text string) string {
	if text == "" {
		return ""
	}
	return "<p>" + strings.ReplaceAll(html.EscapeString(text), "\n", "<br>") + "</p>"
}
