package practice

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
)

// VersionURI is the address of one version of an artifact of ours, for ever.
func VersionURI(a *db.Artifact, number int64) string {
	return a.URI + federation.Versions + "/" + strconv.FormatInt(number, 10)
}

// Page is the path of the page of an artifact, and VersionPage that of one version.
func Page(id int64) string { return "/a/" + strconv.FormatInt(id, 10) }

// VersionPage is the path of the page of one version.
func VersionPage(id, number int64) string { return Page(id) + "/v/" + strconv.FormatInt(number, 10) }

// Wire is what an artifact needs to become a document.
type Wire struct {
	IRIs  federation.IRIs
	Group *db.Group
}

// Article turns the document of the post that an artifact begins into an Article (wire.md 3): name,
// abstract, the version that is current, and who stands behind it. Address and audience stay as they
// are.
func (w Wire) Article(ctx context.Context, s *db.Store, doc *vocab.PostDoc, id int64) error {
	a, err := s.ArtifactByID(ctx, id)
	if err != nil {
		return fmt.Errorf("load artifact %d: %w", id, err)
	}
	v, err := s.VersionOf(ctx, a.ID, a.Version)
	if err != nil {
		return fmt.Errorf("load version %d of artifact %d: %w", a.Version, a.ID, err)
	}
	w.fill(doc, a, v)
	doc.Contributors = tended(doc.Contributors, a)
	doc.URL = w.IRIs.Page(Page(a.ID))
	doc.Versions, doc.Current = a.URI+federation.Versions, v.URI
	doc.Stage = a.Stage
	if a.Stage != db.StageRetired && a.Stage != db.StageSuperseded {
		doc.Stage = db.StagePublished // what is being worked on is nobody else's business
	}
	if err := w.files(ctx, s, doc, v); err != nil {
		return err
	}
	return cites(ctx, s, doc, a)
}

// FilePath is where a file of an artifact lies.
func FilePath(id int64, digest string) string { return Page(id) + "/files/" + digest }

// files names what goes with a version: each as a Document with size, kind and digest (FEP-1311).
func (w Wire) files(ctx context.Context, s *db.Store, doc *vocab.PostDoc, v *db.ArtifactVersion) error {
	list, err := s.ArtifactFiles(ctx, v.ArtifactID, v.Number)
	if err != nil {
		return fmt.Errorf("list files of version %s: %w", v.URI, err)
	}
	for _, f := range list {
		name := f.Label
		if name == "" {
			name = f.Name
		}
		doc.Attachment = append(doc.Attachment, vocab.AttachmentDoc{
			Type: "Document", URL: w.IRIs.Page(FilePath(v.ArtifactID, f.Digest)), MediaType: f.MediaType, Name: name, Size: f.Size, Digest: multibase(f.Digest),
		})
	}
	return nil
}

// multibase writes a SHA-256 as a multihash in base64url.
func multibase(digest string) string {
	sum, err := hex.DecodeString(digest)
	if err != nil {
		return ""
	}
	return "u" + base64.RawURLEncoding.EncodeToString(append([]byte{0x12, byte(len(sum))}, sum...))
}

// tended puts who looks after an artifact now in the place of who did when the version came out.
func tended(list []vocab.Contributor, a *db.Artifact) []vocab.Contributor {
	list = slices.DeleteFunc(list, func(c vocab.Contributor) bool { return c.Role == RoleSteward })
	if a.StewardID == 0 || a.Steward == nil {
		return list
	}
	return append(list, vocab.Contributor{Actor: a.Steward.URI, Name: a.Steward.Label(), Role: RoleSteward})
}

// cites names the query that a consolidated reply answers, and the responses it stands on (wire.md 9).
func cites(ctx context.Context, s *db.Store, doc *vocab.PostDoc, a *db.Artifact) error {
	y, err := s.SynthesisBy(ctx, a.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load synthesis %d: %w", a.ID, err)
	}
	list, err := s.SourcesOf(ctx, y.QueryID)
	if err != nil {
		return fmt.Errorf("load sources of artifact %d: %w", a.ID, err)
	}
	ids := []int64{y.QueryID}
	for _, one := range list {
		if one.Place != "" && one.Place != db.SourceLeftOut {
			ids = append(ids, one.PostID)
		}
	}
	posts, err := s.PostsByID(ctx, ids)
	if err != nil {
		return fmt.Errorf("load what artifact %d cites: %w", a.ID, err)
	}
	slices.SortFunc(posts, func(x, y *db.Post) int { return cmp.Compare(x.ID, y.ID) })
	for _, p := range posts {
		if p.ID == y.QueryID {
			doc.Consolidates = p.URI
		} else if p.Author != nil {
			doc.Sources = append(doc.Sources, vocab.Cited{Object: p.URI, Author: p.Author.URI, Used: "paraphrased"})
		}
	}
	return nil
}

// Version is the document of one version: read-only, under its own address.
func (w Wire) Version(ctx context.Context, s *db.Store, a *db.Artifact, v *db.ArtifactVersion) (vocab.PostDoc, error) {
	p, err := s.PostByID(ctx, a.ID)
	if err != nil {
		return vocab.PostDoc{}, fmt.Errorf("load post of artifact %d: %w", a.ID, err)
	}
	g := w.Group.Actor
	doc := vocab.PostDoc{
		AtContext: vocab.ObjectContext, ID: v.URI, AttributedTo: p.Author.URI, Audience: g.URI, To: []string{g.URI, vocab.Public},
		Cc: []string{g.FollowersURI}, Context: w.IRIs.Context(a.ID), Published: v.PublishedAt.Time,
		Tag: []vocab.TagDoc{{Type: "Mention", Href: g.URI, Name: "@" + g.Acct()}},
	}
	if w.Group.Openness != db.OpennessOpen {
		doc.To, doc.Cc = []string{g.URI, g.FollowersURI}, nil
	}
	w.fill(&doc, a, v)
	doc.Conversation, doc.URL = doc.Context, w.IRIs.Page(VersionPage(a.ID, v.Number))
	doc.VersionOf, doc.Versions = a.URI, a.URI+federation.Versions
	doc.Stage = db.StagePublished
	if v.Number < a.Version {
		doc.Stage = db.StageSuperseded
	}
	return doc, w.files(ctx, s, &doc, v)
}

// fill is what both have in common.
func (w Wire) fill(doc *vocab.PostDoc, a *db.Artifact, v *db.ArtifactVersion) {
	no := false
	g := w.Group.Actor
	page := w.IRIs.Page(Page(a.ID))
	link := content.Sanitise(fmt.Sprintf(`<p><a href="%s">%s</a></p>`, html.EscapeString(page), html.EscapeString(v.Title)))
	doc.Type, doc.Name, doc.Summary, doc.Sensitive = "Article", v.Title, summary(v), &no
	doc.Content = content.WithVia(content.Reduce(HTML(v.Source))+link, pageOf(g), g.Acct())
	doc.ContentMap = map[string]string{language(a): doc.Content}
	doc.Source = vocab.Markdown(v.Source)
	doc.Preview = &vocab.PostDoc{
		Type: "Note", AttributedTo: doc.AttributedTo, Content: content.WithTitle(v.Title, "<p>"+html.EscapeString(doc.Summary)+"</p>"),
	}
	terms := vocab.TermsDoc{
		Kind: db.KindArtifact, ArtifactKind: a.Kind, Version: int(v.Number), ChangeNote: v.ChangeNote, License: a.Licence,
		DerivedFrom: a.Links.BasedOn,
	}
	terms.PracticeDoc = vocab.PracticeDoc{
		ContentHash: v.Hash, Maturity: a.Maturity, Validity: a.Validity, For: a.Audience, SeeAlso: a.Links.SeeAlso,
	}
	if !a.ReviewBy.IsZero() {
		terms.ReviewBy = a.ReviewBy.Format(time.DateOnly)
	}
	for _, p := range v.People.List {
		terms.Contributors = append(terms.Contributors, vocab.Contributor{Actor: p.URI, Name: p.Name, Role: p.Role, Verdict: p.Verdict})
	}
	doc.TermsDoc = terms
}

func pageOf(a *db.Actor) string {
	if a.URL != "" {
		return a.URL
	}
	return a.URI
}

func language(a *db.Artifact) string {
	if a.Lang == "" {
		return "en"
	}
	return a.Lang
}

// summary is the abstract that its writer gave, else whole sentences of the text.
func summary(v *db.ArtifactVersion) string {
	if v.Abstract != "" {
		return v.Abstract
	}
	return content.Abstract(HTML(v.Source), MaxAbstract)
}

// VersionsDoc is the collection of all versions, oldest first.
func (w Wire) VersionsDoc(a *db.Artifact, newestFirst []*db.ArtifactVersion) *vocab.CollectionDoc {
	ids := make([]string, 0, len(newestFirst))
	for i := len(newestFirst) - 1; i >= 0; i-- {
		ids = append(ids, newestFirst[i].URI)
	}
	doc := vocab.Ordered(a.URI+federation.Versions, ids)
	doc.AttributedTo = w.Group.Actor.URI
	return doc
}

// Is says that a document is an artifact that a group speaks for: it lies on the group's own server,
// which alone publishes (domain.md 3a.2), its text is what its hash says, and it has a version. All
// else that calls itself an artifact is talk like any other.
func Is(doc *vocab.Object, group *db.Actor) bool {
	switch {
	case doc.Type != "Article" || !code.MatchString(doc.ArtifactKind) || doc.ArtifactKind == charterKind:
		return false
	case group == nil || !vocab.SameOrigin(doc.ID, group.URI) || len(doc.InReplyTo) > 0:
		return false
	case doc.Version < 1 || doc.Version > maxVersion:
		return false
	case doc.Current != doc.ID+federation.Versions+"/"+strconv.FormatInt(doc.Version, 10):
		return false
	case doc.Source == nil || !strings.HasPrefix(doc.Source.MediaType, "text/markdown") || len(doc.Source.Content) > MaxSource:
		return false
	}
	return doc.ContentHash == HashOf(doc.Source.Content)
}

// maxVersion is more than anybody publishes.
const maxVersion = 100_000

// Stands says that what a document says of an artifact can be kept beside what is here: no older
// version than the last one, and no other text under a version that is known.
func Stands(ctx context.Context, s *db.Store, doc *vocab.Object) (bool, error) {
	a, err := s.ArtifactByURI(ctx, doc.ID)
	if errors.Is(err, db.ErrNotFound) {
		return true, nil
	}
	if err != nil || doc.Version < a.Version {
		return false, err
	}
	v, err := s.VersionOf(ctx, a.ID, doc.Version)
	if errors.Is(err, db.ErrNotFound) {
		return true, nil
	}
	return err == nil && v.Hash == doc.ContentHash, err
}

// Place is the id that a copy of an artifact has here already, because somebody of ours was asked to
// review its draft; 0 where it has none. Its post takes the same.
func Place(ctx context.Context, s *db.Store, uri string) (int64, error) {
	a, err := s.ArtifactByURI(ctx, uri)
	if errors.Is(err, db.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("load artifact %s: %w", uri, err)
	}
	return a.ID, nil
}

// Keep stores the copy of an artifact whose post is here, with the version that it is at now. Is and
// Stands have looked at it.
func Keep(ctx context.Context, tx *db.Store, p *db.Post, doc *vocab.Object) error {
	a, err := tx.ArtifactByURI(ctx, doc.ID)
	fresh := errors.Is(err, db.ErrNotFound)
	if fresh {
		a, err = &db.Artifact{ID: p.ID, URI: doc.ID, GroupID: p.GroupID, PublishedAt: p.PublishedAt}, nil
	}
	if err != nil {
		return fmt.Errorf("load artifact %s: %w", doc.ID, err)
	}
	people, err := PeopleOf(ctx, tx, doc)
	if err != nil {
		return err
	}
	a.AuthorID, a.StewardID = p.AuthorID, 0
	for _, one := range people {
		switch {
		case one.Role == RoleSteward && one.Actor != 0:
			a.StewardID = one.Actor
		case one.Role == RoleAuthor && one.Actor != 0 && a.AuthorID == p.AuthorID:
			a.AuthorID = one.Actor
		}
	}
	f := said(tx, a, doc)
	if fresh {
		err = tx.CreateArtifact(ctx, a)
	} else {
		err = tx.SaveArtifact(ctx, a)
	}
	if err != nil {
		return fmt.Errorf("keep artifact %s: %w", doc.ID, err)
	}
	return keepVersion(ctx, tx, a, doc, db.ArtifactVersion{Title: f.Title, People: db.VersionPeople{List: people}})
}

// said writes into a copy what its home says of the artifact.
func said(tx *db.Store, a *db.Artifact, doc *vocab.Object) Frozen {
	f, _ := Split(doc.Source.Content)
	a.Kind, a.Title, a.Lang, a.Version = doc.ArtifactKind, f.Title, doc.Language, doc.Version
	a.Abstract = content.Excerpt(content.Sanitise(doc.Summary), MaxAbstract)
	a.Audience, a.Licence = content.PlainName(doc.For), content.PlainName(doc.License)
	a.Maturity, a.Validity = among(doc.Maturity, Maturities()), among(doc.Validity, Validities())
	a.Links.BasedOn, a.Links.SeeAlso = doc.DerivedFrom, doc.SeeAlso
	a.Stage = db.StagePublished
	if doc.Stage == db.StageRetired || doc.Stage == db.StageSuperseded {
		a.Stage = doc.Stage
		a.RetiredAt = tx.Now()
	}
	a.ReviewBy = db.Time{}
	if t, err := time.Parse(time.DateOnly, doc.ReviewBy); err == nil {
		a.ReviewBy = db.At(t)
	}
	var topics []string
	for _, t := range doc.Tag {
		if t.Type == "Hashtag" {
			topics = append(topics, t.Name)
		}
	}
	a.Topics, a.HeardAt = Topics(strings.Join(topics, " ")), tx.Now()
	return f
}

// keepVersion stores the version that a copy is at now; v has its title and its people.
func keepVersion(ctx context.Context, tx *db.Store, a *db.Artifact, doc *vocab.Object, v db.ArtifactVersion) error {
	v.ArtifactID, v.Number, v.URI, v.Abstract = a.ID, doc.Version, doc.Current, a.Abstract
	v.Source, v.Hash, v.ChangeNote, v.PublishedAt = doc.Source.Content, doc.ContentHash, content.PlainName(doc.ChangeNote), tx.Now()
	if doc.Updated != nil {
		v.PublishedAt = db.At(*doc.Updated)
	} else if doc.Published != nil {
		v.PublishedAt = db.At(*doc.Published)
	}
	if err := tx.CreateVersion(ctx, &v); errors.Is(err, db.ErrConflict) {
		return tx.NameVersion(ctx, &v) // the same text: only who is named may differ
	} else if err != nil {
		return fmt.Errorf("keep version of %s: %w", doc.ID, err)
	}
	return nil
}

func among(word string, list []string) string {
	for _, one := range list {
		if one == word {
			return one
		}
	}
	return ""
}

// How those are called under a version who took their names back, here and on the wire.
const (
	Unnamed            = "a reviewer"
	UnnamedIndependent = "a reviewer, independent"
)

// Roles of the people under a version.
const (
	RoleAuthor      = "author"
	RoleContributor = "contributor"
	RoleReviewer    = "reviewer"
	RoleSteward     = "steward"
)

// PeopleOf reads who stands behind an artifact: people we have met with their names, others by what
// they are called there or by their server.
func PeopleOf(ctx context.Context, s *db.Store, doc *vocab.Object) ([]db.VersionPerson, error) {
	var list []db.VersionPerson
	for _, c := range doc.Contributors {
		one := db.VersionPerson{URI: c.Actor, Name: content.PlainName(c.Name), Role: content.PlainName(c.Role), Verdict: content.PlainName(c.Verdict)}
		if c.Actor != "" {
			who, err := s.ActorByURI(ctx, c.Actor)
			switch {
			case err == nil:
				one.Actor, one.Name, one.Org = who.ID, who.Label(), who.Organisation
				if one.Org == "" {
					one.Org = who.Host
				}
			case !errors.Is(err, db.ErrNotFound):
				return nil, fmt.Errorf("load %s: %w", c.Actor, err)
			default: // nobody has met them here: they are called what the home calls them, of their server
				one.Org = hostOf(c.Actor)
				one.Name = cmp.Or(one.Name, one.Org)
			}
		}
		list = append(list, one)
	}
	return list, nil
}

func hostOf(iri string) string {
	_, rest, _ := strings.Cut(iri, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}
