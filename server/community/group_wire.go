package community

import (
	"context"
	"fmt"
	"html"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// Parts of a group that hold knowledge, events and what was done in it, as paths below its id.
const (
	repertoire = "/repertoire"
	events     = "/events"
	LogPart    = "/moderation-log"
)

// rfc9421 is what a server that understands RFC 9421 signatures says it implements (FEP-844e).
const rfc9421 = "https://datatracker.ietf.org/doc/html/rfc9421"

// ActorDoc is the document of an actor of ours as it is served and sent (wire.md 2).
func (r *Rules) ActorDoc(ctx context.Context, s *db.Store, a *db.Actor) (vocab.ActorDoc, error) {
	doc := actorDoc(a)
	var err error
	switch a.Type {
	case db.ActorGroup:
		err = groupDoc(ctx, s, a, &doc)
	case db.ActorApplication:
		err = instanceDoc(ctx, s, &doc)
	case db.ActorPerson:
		err = personDoc(ctx, s, a, &doc)
	}
	return doc, err
}

// groupDoc adds what a community has beyond its actor. Moderators are one address (Lemmy). One
// that is listed with name and contact only says nothing of itself.
func groupDoc(ctx context.Context, s *db.Store, a *db.Actor, doc *vocab.ActorDoc) error {
	g, err := s.GroupByID(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("write group %s for the wire: %w", a.URI, err)
	}
	no, restricted := false, g.PostPolicy == db.PostModerators
	doc.AttributedTo, doc.Repertoire, doc.UpcomingEvents = a.ModeratorsURI, a.URI+repertoire, a.URI+events
	doc.PostingRestrictedToMods, doc.AccessType, doc.Sensitive = &restricted, g.Openness, &no
	if g.Openness == db.OpennessPrivate || g.Openness == db.OpennessConfidential {
		doc.Summary, doc.Source = "", nil
		return nil
	}
	if err := lifeDoc(ctx, s, g, doc); err != nil {
		return err
	}
	readers, err := s.LogReaders(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("see who reads the log of %s: %w", a.URI, err)
	}
	if readers != db.LogModerators {
		doc.ModerationLog = a.URI + LogPart
	}
	if doc.Summary == "" && g.Tagline != "" {
		doc.Summary = "<p>" + html.EscapeString(g.Tagline) + "</p>"
	}
	return nil
}

// ModeratorsDoc is the collection of those who look after a group of ours, whole; their roles are
// beside it for readers that tell facilitators and moderators apart (wire.md 11).
func (r *Rules) ModeratorsDoc(ctx context.Context, s *db.Store, a *db.Actor) (*vocab.CollectionDoc, error) {
	stewards, err := s.Stewards(ctx, a.ID)
	if err != nil {
		return nil, fmt.Errorf("load stewards of %s: %w", a.URI, err)
	}
	var ids []string
	roles := make(map[string]string)
	for _, st := range stewards {
		if !st.Actor.Active() {
			continue
		}
		if roles[st.Actor.URI] == "" {
			ids = append(ids, st.Actor.URI)
		}
		if roles[st.Actor.URI] != db.RoleFacilitator {
			roles[st.Actor.URI] = st.Role
		}
	}
	doc := vocab.Ordered(a.URI+federation.Moderators, ids)
	doc.Roles = roles
	return doc, nil
}

// lifeDoc adds where a community stands: its charter, its stage, and who carries on after its end.
func lifeDoc(ctx context.Context, s *db.Store, g *db.Group, doc *vocab.ActorDoc) error {
	said, err := s.SaidBy(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load life of %s: %w", g.Actor.URI, err)
	}
	doc.Stage, doc.Successor, doc.Archived = said.Stage, said.SuccessorURI, g.ArchivedAt.Time
	doc.SisterOf, doc.ChapterOf, doc.Chapters = said.Kin[db.KinSisterOf], said.Kin[db.KinChapterOf], said.Kin[db.KinHasChapter]
	if said.Recognition != db.RecognitionInformal {
		doc.Recognition, doc.RecognisedBy = said.Recognition, said.RecognisedBy
	}
	if said.Charter {
		doc.Charter = g.Actor.URI + federation.CharterPart
	}
	return nil
}
