package moderation

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// SetLogReaders says who reads what was done in a group of ours.
func (r *Rules) SetLogReaders(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, who string) error {
	if err := r.com.Permit(ctx, tx, g, by, rights.EditGroup); err != nil {
		return err
	}
	if !g.Actor.Local {
		return community.Refuse(community.Forbidden, "not-ours")
	}
	if who != db.LogPublic && who != db.LogMembers && who != db.LogModerators {
		return community.RefuseField("log", "choice-unknown")
	}
	was, err := tx.LogReaders(ctx, g.ActorID)
	if err != nil || was == who {
		return err
	}
	if err := tx.SetLogReaders(ctx, g.ActorID, who); err != nil {
		return fmt.Errorf("set who reads the log of %s: %w", g.Actor.URI, err)
	}
	e := &db.ModerationEntry{GroupID: g.ActorID, ActorID: by.ID, Act: "log-readers", Reason: who}
	if err := tx.LogModeration(ctx, e); err != nil {
		return fmt.Errorf("log who reads the log: %w", err)
	}
	return nil
}

// ReadsLog says whether somebody, nil who is signed out, reads the log of a group of ours: as the group
// chose, and never who may not read the group (T45).
func (r *Rules) ReadsLog(ctx context.Context, s *db.Store, g *db.Group, who *db.Actor) (bool, error) {
	if !g.Actor.Local {
		return false, nil
	}
	readers, err := s.LogReaders(ctx, g.ActorID)
	if err != nil {
		return false, fmt.Errorf("see who reads the log of %s: %w", g.Actor.URI, err)
	}
	cares, err := r.may(ctx, s, g, who, rights.SeeReports)
	if err != nil || cares || readers == db.LogModerators {
		return cares, err
	}
	reads, err := r.may(ctx, s, g, who, rights.Read)
	if err != nil || !reads || readers == db.LogPublic {
		return reads, err
	}
	st, err := r.com.Standing(ctx, s, g, who)
	return st.Belongs && st.Banned == nil, err
}

func (r *Rules) may(ctx context.Context, s *db.Store, g *db.Group, who *db.Actor, act rights.Act) (bool, error) {
	err := r.com.Permit(ctx, s, g, who, act)
	if _, no := errors.AsType[*community.Refusal](err); no {
		return false, nil
	}
	return err == nil, err
}

// LogDocs are entries of the log of a group as other servers read them (wire.md 11): what was done as
// an activity without an id, by whom, when and why. What nobody was to see is not named: posts that
// were held, and what reports were about.
func (r *Rules) LogDocs(ctx context.Context, s *db.Store, g *db.Group, list []*db.ModerationEntry) ([]vocab.ActivityDoc, error) {
	var people []int64
	for _, e := range list {
		people = append(people, e.TargetID)
	}
	whom, err := s.ActorsByID(ctx, people)
	if err != nil {
		return nil, fmt.Errorf("load whom the log is about: %w", err)
	}
	docs := []vocab.ActivityDoc{}
	for _, e := range list {
		doc := logged(g, e, whom[e.TargetID])
		if doc.Type == "" || e.Actor == nil {
			continue
		}
		if about := shownIn(e.Act); about && e.PostID != 0 {
			p, err := s.PostByID(ctx, e.PostID)
			if err != nil && !errors.Is(err, db.ErrNotFound) {
				return nil, fmt.Errorf("load post %d of the log: %w", e.PostID, err)
			}
			if err == nil {
				put(&doc, p.URI)
			}
		}
		doc.Actor, doc.Summary, doc.Published, doc.Audience = e.Actor.URI, e.Reason, e.CreatedAt.Time, g.Actor.URI
		docs = append(docs, doc)
	}
	return docs, nil
}

// shownIn says that an act is about a post that readers saw.
func shownIn(act string) bool { return act != "approve" && act != "refuse" && act != "resolve" }

// put names what an activity, or the one inside its Undo, is about.
func put(doc *vocab.ActivityDoc, iri string) {
	if undone, is := doc.Object.(*vocab.ActivityDoc); is {
		undone.Object = iri
		return
	}
	doc.Object = iri
}

func logged(g *db.Group, e *db.ModerationEntry, whom *db.Actor) vocab.ActivityDoc {
	undo := func(kind string) vocab.ActivityDoc {
		return vocab.ActivityDoc{Type: "Undo", Object: &vocab.ActivityDoc{Type: kind}}
	}
	doc := vocab.ActivityDoc{}
	switch e.Act {
	case "remove", "hide":
		doc.Type = "Delete"
	case "restore":
		doc = undo("Delete")
	case "lock":
		doc.Type = "Lock"
	case "unlock":
		doc = undo("Lock")
	case "pin":
		doc.Type, doc.Target = "Add", g.Actor.FeaturedURI
	case "unpin":
		doc.Type, doc.Target = "Remove", g.Actor.FeaturedURI
	case "ban":
		doc.Type, doc.Target = "Block", g.Actor.URI
	case "unban":
		doc = undo("Block")
	case "approve":
		doc.Type = "Accept"
	case "refuse":
		doc.Type = "Reject"
	case "resolve":
		doc.Type = "Resolve"
	case "grant":
		doc.Type, doc.Target = "Add", g.Actor.URI+federation.Moderators
	case "withdraw":
		doc.Type, doc.Target = "Remove", g.Actor.URI+federation.Moderators
	case "move-out":
		doc.Type, doc.Origin = "Move", g.Actor.URI
	case "move-in":
		doc.Type, doc.Target = "Move", g.Actor.URI
	case "slow", "unslow":
		doc.Type, doc.Object = "Update", g.Actor.URI
	}
	if whom != nil && e.PostID == 0 && e.Act != "resolve" && doc.Type != "" {
		put(&doc, whom.URI)
	}
	return doc
}
