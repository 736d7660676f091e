package exchange

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// Like marks a post as helpful, once per person.
func (r *Rules) Like(ctx context.Context, tx *db.Store, who *db.Actor, p *db.Post) error {
	if !p.Public() {
		return community.Refuse(community.Gone, "post-gone")
	}
	g, err := r.groupOf(ctx, tx, p)
	if err != nil {
		return err
	}
	if g != nil {
		if err := r.com.Permit(ctx, tx, g, who, community.ActLike); err != nil {
			return err
		}
	}
	like := &db.Like{PostID: p.ID, ActorID: who.ID, URI: r.iris.Activity(tx.NewID())}
	fresh, err := tx.AddLike(ctx, like)
	if err != nil || !fresh {
		return err
	}
	if err := r.kinds.marked(ctx, tx, who, p); err != nil {
		return err
	}
	act := vocab.ActivityDoc{ID: like.URI, Type: "Like", Object: p.URI}
	if err := r.publishMark(ctx, tx, mark{group: g, by: who, post: p}, act); err != nil {
		return err
	}
	return community.Notify(ctx, tx, p.AuthorID, db.Notification{Kind: db.NotifyLike, ActorID: who.ID, GroupID: p.GroupID, PostID: p.ID})
}

// permitMark is the question of Like for somebody elsewhere: in a group of ours the same rule
// holds for them; of another group its own server decides.
func (r *Rules) permitMark(ctx context.Context, tx *db.Store, who *db.Actor, p *db.Post) error {
	g, err := r.groupOf(ctx, tx, p)
	if err != nil || !ours(g) {
		return err
	}
	return r.com.Permit(ctx, tx, g, who, community.ActLike)
}

// Unlike takes a helpful mark back.
func (r *Rules) Unlike(ctx context.Context, tx *db.Store, who *db.Actor, p *db.Post) error {
	like, err := tx.LikeOf(ctx, p.ID, who.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load like: %w", err)
	}
	if _, err := tx.RemoveLike(ctx, p.ID, who.ID); err != nil {
		return err
	}
	g, err := r.groupOf(ctx, tx, p)
	if err != nil {
		return err
	}
	undone := &vocab.ActivityDoc{ID: like.URI, Type: "Like", Actor: who.URI, Object: p.URI}
	return r.publishMark(ctx, tx, mark{group: g, by: who, post: p}, vocab.ActivityDoc{Type: "Undo", Object: undone})
}

// mark is one person's mark on one post; the group is nil for a post outside of groups.
type mark struct {
	group *db.Group
	by    *db.Actor
	post  *db.Post
}

// publishMark sends a like or its withdrawal to the author's server and through the group.
func (r *Rules) publishMark(ctx context.Context, tx *db.Store, m mark, act vocab.ActivityDoc) error {
	g, who, p := m.group, m.by, m.post
	to := []*db.Actor{p.Author}
	act.To = []string{p.Author.URI}
	if g != nil {
		act.Audience = g.Actor.URI
		act.To = append([]string{g.Actor.URI}, act.To...)
		if !g.Actor.Local {
			to = append(to, g.Actor)
		}
		if !forAll(g) {
			to = []*db.Actor{g.Actor}
		}
	}
	row, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: who, Doc: act, ObjectURI: p.URI, GroupID: p.GroupID, PostID: p.ID, Public: forAll(g),
		Class: db.ClassBulk, To: []db.Audience{federation.ToActors(to...)},
	})
	if err != nil || g == nil || !g.Actor.Local {
		return err
	}
	return r.com.AnnounceMark(ctx, tx, g, row, p.URI)
}

// TakeLike counts a like from elsewhere. One that is only a hint counts as well, as hearsay: it was
// passed on by the server of the post or of its group, which vouches for the count and not for the
// name (wire.md 1). Nobody is told of it, and what its actor says later takes its place.
func (r *Rules) TakeLike(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	p, out, err := r.markable(ctx, tx, in)
	if p == nil {
		return out, err
	}
	fresh, err := addLike(ctx, tx, in, p)
	if err != nil || !fresh {
		return federation.Ignored("liked-before"), err
	}
	if in.Vouched {
		n := db.Notification{Kind: db.NotifyLike, ActorID: in.Actor.ID, GroupID: p.GroupID, PostID: p.ID}
		if err := community.Notify(ctx, tx, p.AuthorID, n); err != nil {
			return federation.Outcome{}, err
		}
		if err := r.kinds.marked(ctx, tx, in.Actor, p); err != nil {
			return federation.Outcome{}, err
		}
	}
	return r.passOnMark(ctx, tx, in, p)
}

// addLike stores a like, or hearsay of one, and says whether that is news.
func addLike(ctx context.Context, tx *db.Store, in *federation.Incoming, p *db.Post) (fresh bool, err error) {
	if !in.Vouched {
		return tx.AddLike(ctx, &db.Like{PostID: p.ID, ActorID: in.Actor.ID})
	}
	like := &db.Like{PostID: p.ID, ActorID: in.Actor.ID, URI: in.Activity.ID}
	if fresh, err = tx.AddLike(ctx, like); err != nil || fresh {
		return fresh, err
	}
	return tx.ProveLike(ctx, like)
}

// TakeUndoLike takes a like from elsewhere back. It may overtake the like. Hearsay takes back
// nothing but hearsay.
func (r *Rules) TakeUndoLike(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	undone := inner(in.Activity)
	p, out, err := r.markedPost(ctx, tx, undone)
	if p == nil {
		return out, errors.Join(err, buryEarly(ctx, tx, in, out, undone))
	}
	if !in.Vouched {
		if had, err := tx.RemoveHearsay(ctx, p.ID, in.Actor.ID); err != nil || !had {
			return federation.Ignored("not-liked"), err
		}
		return r.passOnMark(ctx, tx, in, p)
	}
	had, err := tx.RemoveLike(ctx, p.ID, in.Actor.ID)
	if err != nil {
		return federation.Outcome{}, err
	}
	if !had {
		return federation.Ignored("not-liked"), buryIfOwn(ctx, tx, in.Actor, undone.ID)
	}
	if err := tx.ReleaseActivity(ctx, undone.ID, in.Actor.URI); err != nil {
		return federation.Outcome{}, err
	}
	return r.passOnMark(ctx, tx, in, p)
}

// markable is the post that a new Like or Announce is about; nil with an outcome where it may not
// count.
func (r *Rules) markable(ctx context.Context, tx *db.Store, in *federation.Incoming) (*db.Post, federation.Outcome, error) {
	p, out, err := r.markedPost(ctx, tx, in.Activity)
	switch {
	case p == nil && err == nil && out.Reason == unknownObject && in.Early():
		return nil, out, fmt.Errorf("look for marked post: %w", federation.ErrEarly)
	case p == nil:
		return nil, out, err
	}
	if err := r.permitMark(ctx, tx, in.Actor, p); err != nil {
		return nil, federation.Outcome{}, err
	}
	buried := tx.Exhume
	if !in.Vouched {
		buried = tx.Buried // what others say uses nothing up
	}
	if gone, err := buried(ctx, in.Activity.ID, in.Actor.URI); err != nil || gone {
		return nil, federation.Ignored("undone-before"), err
	}
	return p, federation.Done(), nil
}

// markedPost is the post a Like, Announce or their Undo is about; nil with an outcome where there
// is none of that name here.
func (r *Rules) markedPost(ctx context.Context, tx *db.Store, act *vocab.Object) (*db.Post, federation.Outcome, error) {
	if act == nil || len(act.Object) == 0 {
		return nil, federation.Ignored("no-object"), nil
	}
	p, err := tx.PostByURI(ctx, act.Object[0].IRI)
	if errors.Is(err, db.ErrNotFound) {
		return nil, federation.Ignored(unknownObject), nil
	}
	if err != nil {
		return nil, federation.Outcome{}, fmt.Errorf("load post %s: %w", act.Object[0].IRI, err)
	}
	if !p.Public() {
		return nil, federation.Ignored("object-not-public"), nil
	}
	return p, federation.Done(), nil
}

// buryIfOwn remembers that something ended before it came. Only who is going to send it can end it:
// else anybody could keep away what others are going to write (T22).
func buryIfOwn(ctx context.Context, tx *db.Store, who *db.Actor, uri string) error {
	if uri == "" || !vocab.SameOrigin(uri, who.URI) {
		return nil
	}
	return tx.Bury(ctx, uri, who.URI)
}

// unknownObject is the reason for ignoring what is about nothing that is here.
const unknownObject = "unknown-object"

// buryEarly remembers a mark that was taken back before even its post came.
func buryEarly(ctx context.Context, tx *db.Store, in *federation.Incoming, out federation.Outcome, undone *vocab.Object) error {
	if out.Reason != unknownObject || !in.Vouched {
		return nil
	}
	return buryIfOwn(ctx, tx, in.Actor, undone.ID)
}

// inner is the activity inside an Undo or Announce, nil when only its id came.
func inner(act *vocab.Object) *vocab.Object {
	if len(act.Object) == 0 {
		return nil
	}
	return act.Object[0].Object
}

// passOnMark gives a like that reached us to those who count it too: followers of a group of
// ours, or the group's server where only the author's was told.
func (r *Rules) passOnMark(ctx context.Context, tx *db.Store, in *federation.Incoming, p *db.Post) (federation.Outcome, error) {
	g, err := r.groupOf(ctx, tx, p)
	if err != nil || g == nil || in.Via != nil {
		return federation.Done(), err
	}
	if !g.Actor.Local {
		return federation.Done(), r.forward(ctx, tx, g, in, p)
	}
	row, err := r.keep(ctx, tx, in, g, p)
	if err != nil {
		return federation.Outcome{}, err
	}
	if !in.Vouched {
		return federation.Done(), r.com.AnnounceHint(ctx, tx, g, row, p.URI)
	}
	return federation.Done(), r.com.AnnounceMark(ctx, tx, g, row, p.URI)
}
