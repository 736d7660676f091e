package moving

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/exchange"
)

// post keeps one contribution under its own address and in its place. The old home speaks for its own
// people's words; for those of others only where their own server could not be asked (T17), and for
// those of people here never.
func (u *unpacking) post(ctx context.Context, i postItem) error {
	known, err := found(u.tx.PostByURI(ctx, i.ID))
	if err != nil {
		return err
	}
	u.count(&u.m.Tally.Posts)
	if known != nil {
		return u.knownPost(ctx, i, known)
	}
	author := u.d.Met[i.Author]
	switch {
	case u.r.iris.Ours(i.ID):
		return u.left(ctx, "post", i.ID, "not-ours")
	case !vocab.IsWebIRI(i.ID) || !vocab.SameOrigin(i.ID, i.Author):
		return u.left(ctx, "post", i.ID, "author-elsewhere")
	case author == nil:
		return u.left(ctx, "post", i.ID, "unknown-person")
	case u.d.Gone[i.ID]:
		return u.left(ctx, "post", i.ID, "gone-at-origin")
	case i.Visibility != db.VisibilityPublic && i.Visibility != db.VisibilityUnlisted:
		return u.left(ctx, "post", i.ID, "private")
	}
	parent, err := found(u.tx.PostByURI(ctx, i.ReplyTo))
	if err != nil {
		return err
	}
	if parent == nil && i.ReplyTo != "" {
		return u.left(ctx, "post", i.ID, "answered-missing")
	}
	p, err := u.store(ctx, i, author, parent)
	if err != nil {
		return err
	}
	return u.around(ctx, i, p)
}

// store writes a post as its origin has it, or as the archive says.
func (u *unpacking) store(ctx context.Context, i postItem, author *db.Actor, parent *db.Post) (*db.Post, error) {
	state := i.State
	if !slices.Contains([]string{db.PostPublished, db.PostHeld, db.PostRemoved, db.PostDeleted}, state) {
		state = db.PostHeld
	}
	if f := u.d.Origins[i.ID]; f != nil {
		p, err := u.r.ex.Carry(ctx, u.tx, f, exchange.Carried{Group: u.group, Before: u.before, Parent: parent})
		if err != nil || state == db.PostPublished {
			return p, err
		}
		return p, u.tx.SetPostState(ctx, p, state, content.PlainName(i.Reason), u.idOf(i.By))
	}
	if vocab.Host(i.Author) != u.m.Host && !u.again {
		u.m.Tally.Trusted++
	}
	p := &db.Post{
		URI: i.ID, GroupID: u.group.ActorID, AuthorID: author.ID, Author: author, Kind: kindOf(i, parent),
		Title: content.PlainName(i.Title), Content: content.Sanitise(i.Content), Source: i.Source, SourceType: i.SourceType,
		Summary: content.PlainName(i.Summary), Sensitive: i.Sensitive, Lang: i.Lang, Visibility: i.Visibility,
		State: state, StateReason: content.PlainName(i.Reason), StateBy: u.idOf(i.By), Door: i.Door,
		PublishedAt: db.At(i.Published), EditedAt: db.At(i.Edited),
	}
	if vocab.SameOrigin(i.URL, i.ID) { // another host's page could pose as the author's (T19)
		p.URL = i.URL
	}
	if parent == nil && vocab.IsWebIRI(i.Context) {
		p.ContextURI = i.Context
	}
	if state == db.PostDeleted {
		p.Title, p.Content, p.Source, p.Summary = "", "", "", ""
	}
	if err := u.tx.CreatePost(ctx, p, parent); err != nil {
		return nil, err
	}
	return p, u.parts(ctx, i, p)
}

// kindOf is the kind of a post that came along.
func kindOf(i postItem, parent *db.Post) string {
	switch {
	case i.Kind == db.KindNote:
		return db.KindNote
	case parent != nil:
		return db.KindComment
	case i.Kind == db.KindIntroduction:
		return i.Kind
	}
	return db.KindDiscussion
}

func (u *unpacking) idOf(uri string) int64 {
	if a := u.d.Met[uri]; a != nil {
		return a.ID
	}
	return 0
}

// parts keeps what goes with a post. Files stay at their addresses.
func (u *unpacking) parts(ctx context.Context, i postItem, p *db.Post) error {
	if p.State == db.PostDeleted {
		return nil
	}
	var named []int64
	for _, uri := range i.Mentions {
		if id := u.idOf(uri); id != 0 && !slices.Contains(named, id) {
			named = append(named, id)
		}
	}
	var tags []string
	for _, t := range i.Tags {
		if t = strings.ToLower(content.PlainName(t)); t != "" && !slices.Contains(tags, t) {
			tags = append(tags, t)
		}
	}
	var files []*db.Attachment
	for _, f := range i.Files {
		if vocab.IsWebIRI(f.URL) && slices.Contains([]string{"Link", "Image", "Document", "Audio", "Video"}, f.Type) {
			files = append(files, &db.Attachment{
				Type: f.Type, URL: f.URL, MediaType: f.MediaType, Name: content.PlainName(f.Name), Size: f.Size, Width: f.Width, Height: f.Height, Digest: f.Digest,
			})
		}
	}
	if len(named) > 0 {
		if err := u.tx.PutMentions(ctx, p.ID, named); err != nil {
			return err
		}
	}
	if len(tags) > 0 {
		if err := u.tx.PutTags(ctx, p.ID, tags); err != nil {
			return err
		}
	}
	if err := u.tx.PutAttachments(ctx, p.ID, files); err != nil {
		return fmt.Errorf("keep files of post %d: %w", p.ID, err)
	}
	return u.tx.IndexPost(ctx, p.ID, p.Title, content.Text(p.Content))
}

// around keeps what is not part of a post: locks, pins, who found it helpful, what it said before.
func (u *unpacking) around(ctx context.Context, i postItem, p *db.Post) error {
	if !i.Locked.IsZero() || !i.Pinned.IsZero() {
		p.LockedAt, p.PinnedAt = db.At(i.Locked), db.At(i.Pinned)
		if err := u.tx.SavePost(ctx, p); err != nil {
			return err
		}
	}
	for _, l := range i.Likes {
		a := u.d.Met[l.Actor]
		if a == nil || !vocab.SameOrigin(l.ID, a.URI) {
			continue
		}
		if _, err := u.tx.AddLike(ctx, &db.Like{PostID: p.ID, ActorID: a.ID, URI: l.ID}); err != nil {
			return err
		}
	}
	for _, v := range i.Revisions {
		err := u.tx.CarryRevision(ctx, db.Revision{
			PostID: p.ID, Title: content.PlainName(v.Title), Content: content.Sanitise(v.Content), WrittenAt: db.At(v.Written),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// knownPost brings a post that is here to what moderators last decided at the old home. Its text is
// what its author's server told us.
func (u *unpacking) knownPost(ctx context.Context, i postItem, p *db.Post) error {
	switch {
	case p.GroupID == u.m.Group: // our copy of it; it comes over at the switch
		return nil
	case p.GroupID == u.m.Into && u.m.Into != 0: // it was said in the community that stays
		return nil
	case p.GroupID != u.group.ActorID:
		return u.left(ctx, "post", i.ID, "in-another-group")
	case !u.again:
		return u.around(ctx, i, p)
	}
	if err := u.edited(ctx, i, p); err != nil {
		return err
	}
	state := i.State
	moderated := state == db.PostRemoved || state == db.PostPublished || state == db.PostHeld || state == db.PostDeleted && !p.Local
	if moderated && p.State != state && p.State != db.PostDeleted && !p.StateAt.After(u.m.SwitchedAt.Time) {
		if err := u.tx.SetPostState(ctx, p, state, content.PlainName(i.Reason), u.idOf(i.By)); err != nil {
			return err
		}
		if state == db.PostDeleted {
			if err := u.tx.ErasePost(ctx, p); err != nil {
				return err
			}
		}
	}
	return u.around(ctx, i, p)
}

// edited takes over a later text of a post by somebody of the old home.
func (u *unpacking) edited(ctx context.Context, i postItem, p *db.Post) error {
	if p.Local || vocab.Host(p.URI) != u.m.Host || !i.Edited.After(p.EditedAt.Time) {
		return nil
	}
	old := db.Revision{Title: p.Title, Content: p.Content, WrittenAt: p.EditedAt}
	if old.WrittenAt.IsZero() {
		old.WrittenAt = p.PublishedAt
	}
	p.Title, p.Content, p.Source, p.EditedAt = content.PlainName(i.Title), content.Sanitise(i.Content), i.Source, db.At(i.Edited)
	p.Summary, p.Sensitive, p.Lang = content.PlainName(i.Summary), i.Sensitive, i.Lang
	if err := u.tx.EditPost(ctx, p, old); err != nil {
		return err
	}
	return u.tx.ReindexPost(ctx, p.ID, p.Title, content.Text(p.Content))
}
