package exchange

import (
	"context"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/practice"
)

// wireTags bounds the hashtags of a post on the wire: Mastodon shows more as spam.
const wireTags = 3

// PostDoc is the object of a post of ours as it is served and sent (wire.md 3): a Note without
// name, its title as the first paragraph, reduced to what microblogs show, with the mention of
// its group last so that answers written anywhere come back.
func (r *Rules) PostDoc(ctx context.Context, s *db.Store, p *db.Post) (vocab.PostDoc, error) {
	w, err := r.gather(ctx, s, p)
	if err != nil {
		return vocab.PostDoc{}, fmt.Errorf("write post %d for the wire: %w", p.ID, err)
	}
	no, open := false, p.LockedAt.IsZero()
	doc := vocab.PostDoc{
		AtContext: vocab.ObjectContext, ID: p.URI, Type: "Note", AttributedTo: p.Author.URI,
		InReplyTo: w.inReplyTo(), Content: w.content(), URL: r.page(p), Published: p.PublishedAt.Time,
		Updated: p.EditedAt.Time, Sensitive: &no, CommentsEnabled: &open, Summary: p.Summary,
		Source:            &vocab.SourceDoc{Content: p.Source, MediaType: "text/markdown"},
		InteractionPolicy: &vocab.PolicyDoc{CanQuote: &vocab.PermissionDoc{AutomaticApproval: []string{vocab.Public}}},
		TermsDoc:          vocab.TermsDoc{Kind: p.Kind, Title: p.Title},
	}
	if p.Visibility == db.VisibilityDirect || !forAll(w.group) {
		doc.InteractionPolicy = nil // nobody is invited to quote it
	}
	if p.Sensitive {
		yes := true
		doc.Sensitive = &yes
	}
	if p.Starts() {
		doc.Source.Content = content.SourceOf(p.Title, p.Source)
	}
	doc.ContentMap = map[string]string{language(p.Lang, w.group): doc.Content}
	r.address(&doc, p, w)
	r.attach(&doc, w)
	doc.Replies = r.repliesStub(p, w.answers)
	if w.group == nil || !w.group.HidesCounts {
		doc.Likes = vocab.Count(p.URI+federation.Likes, int(p.LikesCount))
		doc.Shares = vocab.Count(p.URI+federation.Shares, int(p.SharesCount))
	}
	if p.Kind == db.KindArtifact {
		return doc, practice.Wire{IRIs: r.iris, Group: w.group}.Article(ctx, s, &doc, p.ID)
	}
	if r.kinds.Terms != nil {
		if err := r.kinds.Terms(ctx, s, w.starter, p, &doc); err != nil {
			return doc, err
		}
	}
	return doc, r.useTerms(ctx, s, &doc, w)
}

// wirePost is a post with all that its document names.
type wirePost struct {
	post    *db.Post
	group   *db.Group
	parent  *db.Post
	starter *db.Post
	people  []*db.Actor
	tags    []string
	files   []*db.Attachment
	answers int64
}

func (r *Rules) gather(ctx context.Context, s *db.Store, p *db.Post) (*wirePost, error) {
	w := &wirePost{post: p, starter: p, answers: p.RepliesCount}
	var err error
	if w.group, err = r.groupOf(ctx, s, p); err != nil {
		return nil, err
	}
	if !p.Starts() {
		if w.parent, err = s.PostByID(ctx, p.ReplyToID); err != nil {
			return nil, err
		}
		w.starter = w.parent
		if w.parent.ID != p.DiscussionID {
			if w.starter, err = s.PostByID(ctx, p.DiscussionID); err != nil {
				return nil, err
			}
		}
	}
	if w.people, err = s.MentionsOf(ctx, p.ID); err != nil {
		return nil, err
	}
	for _, above := range []*db.Post{w.parent, w.starter} {
		if p.Visibility == db.VisibilityDirect || p.Kind == db.KindNote {
			break // for those it names, whatever it is about
		}
		if above != nil && above.AuthorID != p.AuthorID && !slices.ContainsFunc(w.people, func(a *db.Actor) bool { return a.ID == above.AuthorID }) {
			w.people = append(w.people, above.Author)
		}
	}
	if w.tags, err = s.TagsOf(ctx, p.ID); err != nil {
		return nil, err
	}
	files, err := s.AttachmentsOf(ctx, []int64{p.ID})
	w.files = files[p.ID]
	if err == nil && p.Starts() && p.RepliesCount > 0 {
		w.answers, err = s.CountReplies(ctx, p.ID)
	}
	return w, err
}

func (w *wirePost) inReplyTo() string {
	if w.parent == nil {
		return ""
	}
	return w.parent.URI
}

func (w *wirePost) content() string {
	html := content.Reduce(w.post.Content)
	if w.post.Starts() {
		html = content.WithTitle(w.post.Title, html)
	}
	if w.group != nil {
		html = content.WithVia(html, pageOf(w.group.Actor), w.group.Actor.Acct())
	}
	return html
}

// page is where people read a post of ours.
func (r *Rules) page(p *db.Post) string {
	if p.Starts() {
		return r.iris.DiscussionPage(p.ID)
	}
	return r.iris.PostPage(p.ID)
}

// address fills in who a post is for, the group first (Lemmy), and the conversation it is part of.
func (r *Rules) address(doc *vocab.PostDoc, p *db.Post, w *wirePost) {
	if w.group != nil {
		doc.Audience = w.group.Actor.URI
		doc.To = append(doc.To, doc.Audience)
	}
	var people []string
	for _, a := range w.people {
		people = append(people, a.URI)
	}
	switch {
	case p.Visibility == db.VisibilityDirect:
		doc.To = append(doc.To, people...)
	case p.Visibility == db.VisibilityUnlisted && forAll(w.group):
		doc.Cc = append(people, vocab.Public)
	case forAll(w.group):
		doc.To, doc.Cc = append(doc.To, vocab.Public), people
	default: // members only: never the public, nowhere (wire.md 6)
		doc.To, doc.Cc = append(doc.To, w.group.Actor.FollowersURI), people
	}
	if p.WithFollowers && forAll(w.group) {
		doc.Cc = append(doc.Cc, p.Author.FollowersURI)
	}
	doc.Context = r.contextOf(w.starter)
	doc.Conversation = doc.Context
}

// contextOf is the collection that holds a whole discussion: ours, or the one its home serves.
func (r *Rules) contextOf(starter *db.Post) string {
	if starter.ContextURI != "" {
		return starter.ContextURI
	}
	return r.iris.Context(starter.ID)
}

func (r *Rules) attach(doc *vocab.PostDoc, w *wirePost) {
	if w.group != nil {
		g := w.group.Actor
		doc.Tag = append(doc.Tag, vocab.TagDoc{Type: "Mention", Href: g.URI, Name: "@" + g.Acct()})
	}
	for _, a := range w.people {
		doc.Tag = append(doc.Tag, vocab.TagDoc{Type: "Mention", Href: a.URI, Name: "@" + a.Acct()})
	}
	for _, tag := range w.tags[:min(len(w.tags), wireTags)] {
		doc.Tag = append(doc.Tag, vocab.TagDoc{Type: "Hashtag", Href: r.iris.Page("/tags/" + tag), Name: "#" + tag})
	}
	doc.Attachment = community.Attached(w.files)
}

// repliesStub is the answers collection with an embedded first page, the one form that all crawl.
func (r *Rules) repliesStub(p *db.Post, total int64) *vocab.CollectionDoc {
	id, next := p.URI+federation.Replies, ""
	if total > 0 {
		next = id + "?page=1"
	}
	return vocab.Replies(id, int(total), []string{}, next)
}

// Tombstone stands where a post of ours was (FEP-4f05).
func (r *Rules) Tombstone(p *db.Post) *vocab.TombstoneDoc {
	return &vocab.TombstoneDoc{ID: p.URI, Type: "Tombstone", FormerType: "Note", Deleted: p.StateAt.Time}
}
