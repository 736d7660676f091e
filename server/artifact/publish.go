package artifact

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/giving"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/rights"
)

// Publishing is a draft that becomes the next version.
type Publishing struct {
	By       *db.Actor // nil: nobody, of a reply that its asker's words change
	Note     string    // what is different
	Months   int       // until it is looked at again, 0 = a year
	Steward  *db.Actor
	AsAnIdea bool // by a facilitator, without review, with a banner that says so
	// Looked says that those it credits have looked at it, in place of reviews: of a consolidated reply.
	Looked bool
	Credit []*db.Actor // who contributed beside those who wrote, in order
}

// May says why the draft can't be published yet: nil where it can.
func (r *Rules) May(ctx context.Context, s *db.Store, a *db.Artifact, p Publishing) error {
	g, err := r.home(ctx, s, a)
	if err != nil {
		return err
	}
	ok, err := true, error(nil)
	if p.By != nil || !p.Looked {
		ok, err = r.Publishes(ctx, s, g, a, p.By)
	}
	switch {
	case err != nil:
		return err
	case !ok:
		return community.Refuse(community.Forbidden, "not-steward")
	case !a.RetiredAt.IsZero():
		return community.Refuse(community.Conflict, "artifact-retired")
	}
	if err := r.ready(a); err != nil {
		return err
	}
	if err := r.said(ctx, s, a); err != nil {
		return err
	}
	if p.Looked {
		return nil
	}
	if p.AsAnIdea {
		return r.com.Permit(ctx, s, g, p.By, rights.PublishVersion)
	}
	st, err := r.Stands(ctx, s, a)
	switch {
	case err != nil:
		return err
	case st.Accepts < st.Needed:
		return community.Refuse(community.Conflict, "verdicts-few")
	case st.Open > 0:
		return community.Refuse(community.Conflict, "verdict-open")
	case st.Outside || a.Override != "":
		return nil
	}
	hosts, err := s.MemberHosts(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("list organisations of group %d: %w", g.ActorID, err)
	}
	if len(hosts) > 1 {
		return community.Refuse(community.Conflict, "verdicts-inside")
	}
	return nil
}

// Publish freezes the draft as the next version, as the rule of reviews allows, and tells everybody:
// the first one begins its discussion, a later one is an Update of it and one Note of the group.
func (r *Rules) Publish(ctx context.Context, tx *db.Store, a *db.Artifact, p Publishing) (*db.ArtifactVersion, error) {
	if err := r.May(ctx, tx, a, p); err != nil {
		return nil, err
	}
	if p.Note = strings.TrimSpace(p.Note); a.Version > 0 && p.Note == "" {
		return nil, community.RefuseField("note", "note-missing")
	}
	if len([]rune(p.Note)) > practice.MaxAbstract {
		return nil, community.RefuseField("note", "abstract-long")
	}
	g, err := tx.GroupByID(ctx, a.GroupID)
	if err != nil {
		return nil, fmt.Errorf("load group of artifact %d: %w", a.ID, err)
	}
	v, err := r.freeze(ctx, tx, a, p)
	if err != nil {
		return nil, err
	}
	if err := r.settlePublished(ctx, tx, a, p, v); err != nil {
		return nil, err
	}
	if err := giving.Version(ctx, tx, a, v); err != nil {
		return nil, err
	}
	tell := r.renew
	if v.Number == 1 {
		tell = r.begin
	}
	if err := tell(ctx, tx, g, a, v); err != nil {
		return nil, err
	}
	return v, r.index(ctx, tx, a)
}

// freeze makes the version.
func (r *Rules) freeze(ctx context.Context, tx *db.Store, a *db.Artifact, p Publishing) (*db.ArtifactVersion, error) {
	source := practice.Compose(practice.Frozen{Title: a.Title, Abstract: a.Abstract}, a.Blocks.List, r.kinds.Of(a.Kind))
	people, err := r.people(ctx, tx, a, p)
	if err != nil {
		return nil, err
	}
	number := a.Version + 1
	v := &db.ArtifactVersion{
		ArtifactID: a.ID, Number: number, URI: practice.VersionURI(a, number), Title: a.Title, Abstract: a.Abstract, Source: source,
		Hash: practice.HashOf(source), ChangeNote: p.Note, People: db.VersionPeople{List: people}, PublishedAt: tx.Now(),
	}
	if err := tx.CreateVersion(ctx, v); err != nil {
		return nil, err
	}
	if err := tx.FreezeArtifactFiles(ctx, a.ID, number); err != nil {
		return nil, fmt.Errorf("keep files of version %d of artifact %d: %w", number, a.ID, err)
	}
	return v, r.freezeChapters(ctx, tx, a, number)
}

// people are the names under the version: who wrote it, whose suggestions were taken, in order, who
// reviewed it with what verdict, and who looks after it.
func (r *Rules) people(ctx context.Context, tx *db.Store, a *db.Artifact, p Publishing) ([]db.VersionPerson, error) {
	var list []db.VersionPerson
	add := func(who *db.Actor, role string) *db.VersionPerson {
		if who == nil || slices.ContainsFunc(list, func(o db.VersionPerson) bool { return o.Actor == who.ID && o.Role == role }) {
			return new(db.VersionPerson)
		}
		org := who.Organisation
		if org == "" {
			org = who.Host
		}
		list = append(list, db.VersionPerson{Actor: who.ID, URI: who.URI, Name: who.Label(), Org: org, Role: role})
		return &list[len(list)-1]
	}
	author, err := tx.ActorByID(ctx, a.AuthorID)
	if err != nil {
		return nil, fmt.Errorf("load author of artifact %d: %w", a.ID, err)
	}
	add(author, practice.RoleAuthor)
	for _, who := range others(p.Credit, a.AuthorID) {
		add(who, practice.RoleContributor)
	}
	saves, err := tx.ArtifactSaves(ctx, a.ID, 500)
	if err != nil {
		return nil, fmt.Errorf("list saves of artifact %d: %w", a.ID, err)
	}
	slices.Reverse(saves)
	for _, s := range saves {
		if s.ActorID != a.AuthorID && s.Actor != nil {
			add(s.Actor, practice.RoleContributor)
		}
	}
	suggested, err := tx.SuggestionsOn(ctx, a.ID)
	if err != nil {
		return nil, fmt.Errorf("list suggestions on artifact %d: %w", a.ID, err)
	}
	for _, s := range suggested {
		if s.State == db.SuggestionAccepted && s.ActorID != a.AuthorID {
			add(s.Actor, practice.RoleContributor)
		}
	}
	st, err := r.Stands(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	for _, v := range st.Reviews {
		if v.Verdict != "" && v.Verdict != db.VerdictDecline {
			one := add(v.Reviewer, practice.RoleReviewer)
			one.Verdict, one.Said = v.Verdict, v.Interest
		}
	}
	steward := p.Steward
	if steward == nil && a.StewardID != 0 {
		if steward, err = tx.ActorByID(ctx, a.StewardID); err != nil {
			return nil, fmt.Errorf("load steward of artifact %d: %w", a.ID, err)
		}
	}
	add(steward, practice.RoleSteward)
	return list, nil
}

// others are those of a list who are not the author.
func others(list []*db.Actor, author int64) []*db.Actor {
	return slices.DeleteFunc(slices.Clone(list), func(who *db.Actor) bool { return who.ID == author })
}

// settlePublished writes what a published artifact is from now on.
func (r *Rules) settlePublished(ctx context.Context, tx *db.Store, a *db.Artifact, p Publishing, v *db.ArtifactVersion) error {
	a.Version, a.Stage = v.Number, db.StagePublished
	if a.PublishedAt.IsZero() {
		a.PublishedAt = tx.Now()
	}
	if p.Steward != nil {
		a.StewardID = p.Steward.ID
	}
	if p.AsAnIdea {
		a.Maturity = practice.Maturities()[0]
	}
	months := p.Months
	if months < 1 || months > 60 {
		months = reviewIn
	}
	a.ReviewBy = db.At(tx.Now().AddDate(0, months, 0))
	return tx.SaveArtifact(ctx, a)
}

// begin starts the discussion of an artifact with its first version. Its post is its author's own,
// where its author is of this server; what others wrote the group publishes (wire.md 1: an object and
// its author share a server).
func (r *Rules) begin(ctx context.Context, tx *db.Store, g *db.Group, a *db.Artifact, v *db.ArtifactVersion) error {
	author, err := tx.ActorByID(ctx, a.AuthorID)
	if err != nil {
		return fmt.Errorf("load author of artifact %d: %w", a.ID, err)
	}
	if !author.Local || !author.Active() {
		author = g.Actor
	}
	p := &db.Post{
		ID: a.ID, URI: a.URI, AuthorID: author.ID, Author: author, Title: v.Title, Content: practice.HTML(v.Source), Source: v.Source,
		SourceType: "text/markdown", Lang: a.Lang, Door: "web",
	}
	if err := r.ex.Bring(ctx, tx, g, p, strings.Fields(a.Topics)); err != nil {
		return err
	}
	return r.offerBack(ctx, tx, a)
}

// renew gives the discussion the text of a later version.
func (r *Rules) renew(ctx context.Context, tx *db.Store, g *db.Group, a *db.Artifact, v *db.ArtifactVersion) error {
	p, err := tx.PostByID(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("load post of artifact %d: %w", a.ID, err)
	}
	p.Source = v.Source
	if err := r.ex.Renew(ctx, tx, g, p, db.Revision{Title: v.Title, Content: practice.HTML(v.Source)}); err != nil {
		return err
	}
	return r.say(ctx, tx, g, a, v)
}

// Retire says that an artifact is out of use. It stays readable, with a banner.
func (r *Rules) Retire(ctx context.Context, tx *db.Store, a *db.Artifact, by *db.Actor) error {
	return r.mark(ctx, tx, a, by, func() {
		a.RetiredAt, a.Stage = tx.Now(), db.StageRetired
	})
}

// Confirm says that an artifact was looked at again and holds for another while.
func (r *Rules) Confirm(ctx context.Context, tx *db.Store, a *db.Artifact, by *db.Actor) error {
	return r.mark(ctx, tx, a, by, func() {
		a.ReviewBy, a.RetiredAt, a.Stage = db.At(tx.Now().AddDate(0, reviewIn, 0)), db.Time{}, db.StagePublished
	})
}

// LookAfter makes a member the steward of an artifact that has none.
func (r *Rules) LookAfter(ctx context.Context, tx *db.Store, a *db.Artifact, by *db.Actor) error {
	if a.StewardID != 0 {
		return community.Refuse(community.Conflict, "steward-there")
	}
	if err := r.permitWriting(ctx, tx, a, by); err != nil {
		return err
	}
	a.StewardID = by.ID
	return r.changed(ctx, tx, a)
}

func (r *Rules) mark(ctx context.Context, tx *db.Store, a *db.Artifact, by *db.Actor, do func()) error {
	g, err := r.home(ctx, tx, a)
	if err != nil {
		return err
	}
	ok, err := r.Publishes(ctx, tx, g, a, by)
	switch {
	case err != nil:
		return err
	case !ok:
		return community.Refuse(community.Forbidden, "not-steward")
	case a.Drafted():
		return community.Refuse(community.Conflict, "artifact-draft")
	}
	do()
	return r.changed(ctx, tx, a)
}

// changed keeps and tells what is new about an artifact beside its text.
func (r *Rules) changed(ctx context.Context, tx *db.Store, a *db.Artifact) error {
	if err := tx.SaveArtifact(ctx, a); err != nil || a.Drafted() {
		return err
	}
	g, err := tx.GroupByID(ctx, a.GroupID)
	if err != nil {
		return fmt.Errorf("load group of artifact %d: %w", a.ID, err)
	}
	p, err := tx.PostByID(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("load post of artifact %d: %w", a.ID, err)
	}
	if err := r.ex.Renew(ctx, tx, g, p, db.Revision{}); err != nil {
		return err
	}
	return r.index(ctx, tx, a)
}
