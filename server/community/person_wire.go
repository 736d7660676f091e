package community

import (
	"context"
	"fmt"
	"html"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// actorDoc holds the members that all actors of ours have. GoToSocial asks each for featured,
// followers, following and outbox.
func actorDoc(a *db.Actor) vocab.ActorDoc {
	doc := vocab.ActorDoc{
		AtContext: vocab.ActorContext, ID: a.URI, Type: a.Type, PreferredUsername: a.Handle, Webfinger: a.Acct(),
		Name: a.Label(), Summary: a.Summary, URL: a.URL, Inbox: a.Inbox, Outbox: a.Outbox, Followers: a.FollowersURI,
		Following: a.FollowingURI, Featured: a.FeaturedURI, ManuallyApprovesFollowers: &a.Locked,
		Discoverable: &a.Discoverable, Indexable: &a.Indexable,
		Endpoints:       &vocab.EndpointsDoc{SharedInbox: a.SharedInbox},
		PublicKey:       &vocab.KeyDoc{ID: a.PublicKeyID, Owner: a.URI, PublicKeyPem: a.PublicKey},
		AssertionMethod: []vocab.MultikeyDoc{{ID: a.ProofKeyID, Type: "Multikey", Controller: a.URI, PublicKeyMultibase: a.ProofKey}},
		Generator:       &vocab.GeneratorDoc{Type: "Application", Name: "Copse", Implements: implements()},
		Published:       a.CreatedAt.Time, Updated: a.UpdatedAt.Time, AlsoKnownAs: strings.Fields(a.AlsoKnownAs), MovedTo: a.MovedTo,
	}
	if a.SummarySource != "" {
		doc.Source = vocab.Markdown(a.SummarySource)
	}
	if a.IconURI != "" {
		doc.Icon = &vocab.ImageDoc{Type: "Image", URL: a.IconURI}
	}
	return doc
}

// implements is what others may count on. Keeping what is for members among members is a promise.
func implements() []vocab.FeatureDoc {
	return []vocab.FeatureDoc{{Href: rfc9421}, {Href: vocab.MembersOnly}}
}

// personDoc adds what a person shows: the affiliation and what they know as lines of the profile,
// which Mastodon reads as HTML.
func personDoc(ctx context.Context, s *db.Store, a *db.Actor, doc *vocab.ActorDoc) error {
	if a.Organisation != "" {
		doc.Attachment = []vocab.FieldDoc{{Type: "PropertyValue", Name: "Organisation", Value: html.EscapeString(a.Organisation)}}
	}
	known, err := s.ProfilesOf(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("load profile of %s: %w", a.URI, err)
	}
	p := known[a.ID]
	if p == nil || p.Shown != db.ShownPublic {
		return nil
	}
	list, err := s.EndorsementsOf(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("load endorsements of %s: %w", a.URI, err)
	}
	doc.Attachment = append(doc.Attachment, federation.KnowingFields(p, db.VouchedFor(list))...)
	return nil
}

// instanceDoc adds what the server's own actor says for the server (FEP-d556, FEP-844e).
func instanceDoc(ctx context.Context, s *db.Store, doc *vocab.ActorDoc) error {
	name, err := s.Setting(ctx, db.SettingName)
	if err != nil {
		return fmt.Errorf("load name of instance: %w", err)
	}
	if name != "" {
		doc.Name = name
	}
	doc.Generator, doc.Implements = nil, implements()
	return nil
}
