package moving

import (
	"context"

	"github.com/copse-social/copse/db"
)

// posts puts what was said on the page, with its authors, answers below what they answer: ids grow
// with time, so no answer comes before it.
func (b *binder) posts(ctx context.Context) error {
	list, err := b.s.ArchivePosts(ctx, b.move, b.after, pagePosts)
	if err != nil || len(list) == 0 {
		return err
	}
	b.more = len(list) == pagePosts
	ids := make([]int64, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	files, err := b.s.AttachmentsOf(ctx, ids)
	if err != nil {
		return err
	}
	for _, p := range list {
		item, err := b.post(ctx, p, files[p.ID])
		if err != nil {
			return err
		}
		if fits, err := b.add(p.ID, item); err != nil || !fits {
			return err
		}
	}
	return nil
}

func (b *binder) post(ctx context.Context, p *db.Post, files []*db.Attachment) (postItem, error) {
	item := postItem{
		ID: p.URI, URL: p.URL, Author: b.who(p.Author), ReplyTo: p.ReplyToURI, Context: p.ContextURI, Kind: p.Kind,
		Title: p.Title, Content: p.Content, Source: p.Source, SourceType: p.SourceType, Summary: p.Summary,
		Sensitive: p.Sensitive, Lang: p.Lang, Visibility: p.Visibility, State: p.State, Reason: p.StateReason,
		Door: p.Door, Published: p.PublishedAt.Time, Edited: p.EditedAt.Time, Locked: p.LockedAt.Time, Pinned: p.PinnedAt.Time,
	}
	if item.URL == "" && p.Local {
		item.URL = b.r.iris.PostPage(p.ID)
		if p.Starts() {
			item.URL = b.r.iris.DiscussionPage(p.ID)
		}
	}
	if p.Starts() && item.Context == "" && p.Local {
		item.Context = b.r.iris.Context(p.ID)
	}
	var err error
	if item.By, err = b.whoIs(ctx, p.StateBy); err != nil {
		return item, err
	}
	if item.Tags, err = b.s.TagsOf(ctx, p.ID); err != nil {
		return item, err
	}
	named, err := b.s.MentionsOf(ctx, p.ID)
	if err != nil {
		return item, err
	}
	for _, a := range named {
		item.Mentions = append(item.Mentions, b.who(a))
	}
	for _, f := range files {
		item.Files = append(item.Files, fileItem{
			Type: f.Type, URL: f.URL, MediaType: f.MediaType, Name: f.Name, Size: f.Size, Width: f.Width, Height: f.Height, Digest: f.Digest,
		})
	}
	if err := b.likes(ctx, p, &item); err != nil {
		return item, err
	}
	return item, b.revisions(ctx, p, &item)
}

func (b *binder) likes(ctx context.Context, p *db.Post, item *postItem) error {
	if p.LikesCount == 0 {
		return nil
	}
	list, err := b.s.ArchiveLikes(ctx, p.ID, itemLikes)
	if err != nil {
		return err
	}
	ids := make([]int64, len(list))
	for i, l := range list {
		ids[i] = l.ActorID
	}
	who, err := b.s.ActorsByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, l := range list {
		item.Likes = append(item.Likes, likeItem{Actor: b.who(who[l.ActorID]), ID: l.URI})
	}
	return nil
}

func (b *binder) revisions(ctx context.Context, p *db.Post, item *postItem) error {
	if p.EditedAt.IsZero() {
		return nil
	}
	list, err := b.s.RevisionsOf(ctx, p.ID)
	if err != nil {
		return err
	}
	for _, v := range list[:min(len(list), itemEdits)] {
		item.Revisions = append(item.Revisions, revisionItem{Title: v.Title, Content: v.Content, Written: v.WrittenAt.Time})
	}
	return nil
}
