package exchange

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/practice"
)

// read is a post from the wire, made ours to show: clean text, a title for a starter, its parts.
func (r *Rules) read(ctx context.Context, tx *db.Store, f *federation.Fetched, at place) (*db.Post, parts, error) {
	doc := f.Doc
	p := &db.Post{
		URI: doc.ID, AuthorID: f.Author.ID, Author: f.Author, Door: doorOf(f), Kind: db.KindComment,
		Summary: content.PlainName(doc.Summary), Sensitive: doc.Sensitive || doc.Summary != "",
		Lang: doc.Language, Visibility: at.visibility, ContextURI: doc.Context,
	}
	if doc.URL != doc.ID && vocab.SameOrigin(doc.URL, doc.ID) { // another host's page could pose as the author's (T19)
		p.URL = doc.URL
	}
	if doc.Published != nil {
		p.PublishedAt = db.At(*doc.Published)
	}
	if doc.Updated != nil && (doc.Published == nil || doc.Updated.After(*doc.Published)) {
		p.EditedAt = db.At(*doc.Updated)
	}
	group := append(r.names(at.group), at.before...)
	html := content.StripQuotedVia(bodyOf(doc), group...)
	if at.group != nil {
		p.GroupID = at.group.ActorID
	}
	p.Content = html
	if at.parent == nil {
		if p.Kind = db.KindDiscussion; doc.Kind == db.KindIntroduction {
			p.Kind = doc.Kind
		}
		p.Title, p.Content = titled(doc, html, group)
		if kind := r.kinds.of(doc, p, at.group); kind != "" {
			p.Kind = kind
		}
	} else {
		p.ContextURI = "" // kept once, with the starter
	}
	with, err := r.readParts(ctx, tx, doc, group)
	with.body = html
	switch {
	case at.group == nil || err != nil:
	case at.parent != nil && at.parent.Kind == db.KindArtifact:
		with.use = practice.UseOf(doc, at.parent.URI)
	case at.parent == nil && !ours(at.group) && practice.Is(doc, at.group.Actor):
		p.Kind, p.Title, p.Content, p.Summary, p.Sensitive = db.KindArtifact, content.PlainName(doc.Name), practice.HTML(doc.Source.Content), "", doc.Sensitive
		with.article = doc
		p.ID, err = practice.Place(ctx, tx, doc.ID)
	}
	return p, with, err
}

// bodyOf is the text of a post as clean HTML, whatever form it came in.
func bodyOf(doc *vocab.Object) string {
	switch {
	case doc.Content == "" && doc.Source != nil && isMarkdown(doc.Source.MediaType):
		return content.Markdown(doc.Source.Content)
	case isMarkdown(doc.MediaType):
		return content.Markdown(doc.Content)
	}
	return content.Sanitise(doc.Content)
}

func isMarkdown(mediaType string) bool { return strings.HasPrefix(mediaType, "text/markdown") }

// titled finds the title of a discussion: its own, Copse's term, a name (Lemmy, NodeBB), or the
// first line (microblogs).
func titled(doc *vocab.Object, html string, group []string) (title, rest string) {
	first, rest := content.Title(html, group...)
	name := content.PlainName(doc.Name)
	if t := content.PlainName(doc.Title); t != "" {
		if first == t {
			return t, rest
		}
		return t, html
	}
	if name != "" {
		if first == name {
			return name, rest
		}
		return name, html
	}
	if first == "" {
		first = content.Excerpt(html, 120)
	}
	return first, rest
}

// names are the spellings under which a text may name its group.
func (r *Rules) names(g *db.Group) []string {
	if g == nil {
		return nil
	}
	a := g.Actor
	return []string{a.URI, a.URL, "@" + a.Acct(), "@" + a.Handle}
}

func doorOf(f *federation.Fetched) string {
	if f.Doc.Title != "" || f.Doc.Kind != "" {
		return "peer"
	}
	return "client"
}

// readParts finds who is named, the hashtags and the files of a post.
func (r *Rules) readParts(ctx context.Context, tx *db.Store, doc *vocab.Object, group []string) (parts, error) {
	var with parts
	for _, tag := range doc.Tag {
		switch tag.Type {
		case "Mention":
			if slices.Contains(group, tag.Href) {
				continue // the group is not a person in the text
			}
			a, err := tx.ActorByURI(ctx, tag.Href)
			if errors.Is(err, db.ErrNotFound) {
				continue // somebody we have never met
			}
			if err != nil {
				return with, fmt.Errorf("load mentioned %s: %w", tag.Href, err)
			}
			if a.Type == db.ActorPerson && !slices.Contains(with.mentions, a.ID) {
				with.mentions = append(with.mentions, a.ID)
			}
		case "Hashtag":
			if t := strings.ToLower(strings.TrimPrefix(content.PlainName(tag.Name), "#")); t != "" && !slices.Contains(with.tags, t) {
				with.tags = append(with.tags, t)
			}
		}
	}
	for _, f := range doc.Attachment {
		if kind, ok := fileTypes[f.Type]; ok && vocab.IsWebIRI(f.URL) {
			with.files = append(with.files, &db.Attachment{
				Type: kind, URL: f.URL, MediaType: f.MediaType, Name: content.PlainName(f.Name),
				Size: f.Size, Width: int64(f.Width), Height: int64(f.Height), Digest: f.Digest,
			})
		}
	}
	return with, nil
}

// fileTypes are the attachments we keep, and as what.
var fileTypes = map[string]string{
	"Link": "Link", "Page": "Link", "Image": "Image", "Document": "Document", "Audio": "Audio", "Video": "Video",
}
