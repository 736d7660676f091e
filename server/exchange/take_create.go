package exchange

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// TakeCreate takes a post from elsewhere. For a group of ours it meets the rules that a post
// typed here meets; from a group elsewhere that we follow it comes into our copy.
func (r *Rules) TakeCreate(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if in.Object == nil {
		return r.confirmed(ctx, tx, in)
	}
	for _, above := range in.Thread {
		if out, err := r.take(ctx, tx, above, &federation.Incoming{Via: in.Via}); err != nil {
			return out, err
		}
	}
	return r.take(ctx, tx, in.Object, in)
}

// confirmed handles a group elsewhere passing on a post of ours: it has taken it.
func (r *Rules) confirmed(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if in.Via == nil || len(in.Activity.Object) == 0 {
		return federation.Ignored("no-object"), nil
	}
	p, err := tx.PostByURI(ctx, in.Activity.Object[0].IRI)
	if errors.Is(err, db.ErrNotFound) {
		return federation.Ignored("unknown-object"), nil
	}
	if err != nil {
		return federation.Outcome{}, err
	}
	return r.publishWaiting(ctx, tx, in.Via, p)
}

// publishWaiting shows a post of ours that its group elsewhere has passed on.
func (r *Rules) publishWaiting(ctx context.Context, tx *db.Store, group *db.Actor, p *db.Post) (federation.Outcome, error) {
	if p.GroupID != group.ID || (p.State != db.PostWaiting && p.State != db.PostRefused) {
		return federation.Ignored("known"), nil
	}
	if err := tx.SetPostState(ctx, p, db.PostPublished, "", group.ID); err != nil {
		return federation.Outcome{}, err
	}
	g, err := r.groupOf(ctx, tx, p)
	if err != nil {
		return federation.Outcome{}, err
	}
	return federation.Done(), r.notifyNew(ctx, tx, g, p)
}

// take puts one fetched post where it belongs.
func (r *Rules) take(ctx context.Context, tx *db.Store, f *federation.Fetched, in *federation.Incoming) (federation.Outcome, error) {
	known, buried, err := tx.Met(ctx, f.Doc.ID, f.Author.URI)
	switch {
	case err != nil:
		return federation.Outcome{}, fmt.Errorf("look for post %s: %w", f.Doc.ID, err)
	case buried:
		return federation.Ignored("deleted-before"), nil
	case known:
		return r.takeKnown(ctx, tx, f.Doc.ID, in)
	}
	at, err := r.find(ctx, tx, f.Doc, in.Via)
	if err != nil {
		return federation.Outcome{}, err
	}
	switch {
	case at.group == nil && (at.parent != nil && at.parent.Local || at.toPerson):
		return r.takePersonal(ctx, tx, f, at)
	case at.group == nil:
		return federation.Ignored("not-for-us"), nil
	case ours(at.group):
		if in.Via != nil {
			return federation.Ignored("not-the-groups-own"), nil
		}
		return r.takeHome(ctx, tx, f, at, in)
	}
	return r.takeCopy(ctx, tx, f, at, in)
}

// takeKnown handles a post that is here already: passed on by its group it becomes visible.
func (r *Rules) takeKnown(ctx context.Context, tx *db.Store, uri string, in *federation.Incoming) (federation.Outcome, error) {
	if in.Via == nil {
		return federation.Ignored("known"), nil
	}
	p, err := tx.PostByURI(ctx, uri)
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("load post %s: %w", uri, err)
	}
	return r.publishWaiting(ctx, tx, in.Via, p)
}

// takeHome takes a post for a group of ours, or says no in words.
func (r *Rules) takeHome(ctx context.Context, tx *db.Store, f *federation.Fetched, at place, in *federation.Incoming) (federation.Outcome, error) {
	if at.visibility == db.VisibilityDirect {
		return r.takePrivate(ctx, tx, f, at, in)
	}
	if err := r.permitTaken(ctx, tx, f.Author, at); err != nil {
		no, is := errors.AsType[*community.Refusal](err)
		if !is {
			return federation.Outcome{}, err
		}
		return federation.Refused(no.Code), r.sayNo(ctx, tx, f, in, denial{at.group, no.Code, no.Until})
	}
	p, with, err := r.read(ctx, tx, f, at)
	if err != nil {
		return federation.Outcome{}, err
	}
	held, err := r.com.Hold(ctx, tx, at.group, f.Author, leadsAway(with))
	if err != nil {
		return federation.Outcome{}, err
	}
	if !held {
		if held, err = r.kinds.hold(ctx, tx, at.group, p); err != nil {
			return federation.Outcome{}, err
		}
	}
	held = held || below(db.PostHeld, at.parent)
	p.State = db.PostPublished
	if held {
		p.State = db.PostHeld
	}
	create, err := r.store(ctx, tx, taken{p, with, at, f.Doc}, in)
	if err != nil {
		return federation.Outcome{}, err
	}
	if at.retold {
		if err := r.remind(ctx, tx, at.group, f); err != nil {
			return federation.Outcome{}, err
		}
	}
	if held {
		if _, err := r.com.Tell(ctx, tx, at.group, community.Notice{To: f.Author, Code: "held", About: p}); err != nil {
			return federation.Outcome{}, err
		}
		return federation.Done(), r.notifyHeld(ctx, tx, at.group, p)
	}
	if err := r.announceTaken(ctx, tx, at.group, create, p); err != nil {
		return federation.Outcome{}, err
	}
	var named []*db.Actor
	if len(with.mentions) > 0 {
		if named, err = tx.MentionsOf(ctx, p.ID); err != nil {
			return federation.Outcome{}, fmt.Errorf("load mentions: %w", err)
		}
	}
	if err := r.notifyNamed(ctx, tx, at.group, p, named); err != nil {
		return federation.Outcome{}, err
	}
	return federation.Done(), r.kinds.shown(ctx, tx, at.group, p)
}

// leadsAway says that a post has links: as it was written, for the line that becomes its title
// loses them here and keeps them wherever it is passed on.
func leadsAway(with parts) bool {
	linked := func(f *db.Attachment) bool { return f.Type == fileTypes["Link"] }
	return content.HasLinks(with.body) || slices.ContainsFunc(with.files, linked)
}

// below says that a post answers one in a state; what answers a held post can't be shown before it.
func below(state string, parent *db.Post) bool { return parent != nil && parent.State == state }

func (r *Rules) permitTaken(ctx context.Context, tx *db.Store, who *db.Actor, at place) error {
	if at.parent != nil {
		return r.permitReply(ctx, tx, at.group, who, at.parent)
	}
	return r.PermitStart(ctx, tx, at.group, who)
}

// taken is a post from the wire on its way into the database.
type taken struct {
	post *db.Post
	with parts
	at   place
	doc  *vocab.Object
}

// store writes a post from the wire with its parts and, for a group of ours, the activity as it
// came, to be passed on byte for byte: it is nil where there is none.
func (r *Rules) store(ctx context.Context, tx *db.Store, t taken, in *federation.Incoming) (create *db.Activity, err error) {
	p, at := t.post, t.at
	p.ID = cmp.Or(p.ID, tx.NewID())
	if ours(at.group) && in.Activity != nil && in.Activity.ID != "" {
		if at.retold {
			if in.Body, err = carried(in.Body, at); err != nil {
				return nil, err
			}
		}
		if create, err = r.keep(ctx, tx, in, at.group, p); err != nil {
			return nil, fmt.Errorf("keep activity of post %s: %w", p.URI, err)
		}
		p.CreateActivityID = create.ID
	}
	if err := tx.CreatePost(ctx, p, at.parent); err != nil {
		return nil, err
	}
	if err := r.kinds.stored(ctx, tx, p, t.doc); err != nil {
		return nil, err
	}
	return create, r.keepParts(ctx, tx, p, t.with)
}

// announceTaken passes a post from elsewhere on by its Create; one that was found while walking up a
// thread has none and travels by its id alone.
func (r *Rules) announceTaken(ctx context.Context, tx *db.Store, g *db.Group, create *db.Activity, p *db.Post) error {
	if create == nil {
		return r.com.AnnounceObject(ctx, tx, g, p)
	}
	return r.announceNew(ctx, tx, g, create, p)
}

// takePrivate handles what is not for the public. For the group's facilitators it is a message to
// them; a followers-only start is refused, because its writer meant it for others.
func (r *Rules) takePrivate(ctx context.Context, tx *db.Store, f *federation.Fetched, at place, in *federation.Incoming) (federation.Outcome, error) {
	toFollowers := f.Author.FollowersURI != "" && f.Doc.Addresses(f.Author.FollowersURI)
	if at.parent == nil && toFollowers {
		return federation.Refused("followers-only"), r.sayNo(ctx, tx, f, in, denial{group: at.group, code: "followers-only"})
	}
	if err := confidesMuch(ctx, tx, at.group, f.Author); err != nil {
		if no, is := errors.AsType[*community.Refusal](err); is {
			return federation.Refused(no.Code), nil // no word back: it would answer a flood with one
		}
		return federation.Outcome{}, err
	}
	p, with, err := r.read(ctx, tx, f, at)
	if err != nil {
		return federation.Outcome{}, err
	}
	p.State, p.Kind, p.Visibility = db.PostPublished, db.KindComment, db.VisibilityDirect
	if _, err := r.store(ctx, tx, taken{p, with, at, f.Doc}, &federation.Incoming{}); err != nil {
		return federation.Outcome{}, err
	}
	if at.parent != nil {
		notice := community.Notice{To: f.Author, Code: "private-reply", About: p}
		if _, err := r.com.Tell(ctx, tx, at.group, notice); err != nil {
			return federation.Outcome{}, err
		}
	}
	return federation.Done(), r.notifyDirect(ctx, tx, at.group, p)
}

// denial is a group saying no, its stable code, and until when it says so; zero: for good.
type denial struct {
	group *db.Group
	code  string
	until time.Time
}

// sayNo answers a post that can't be taken: Reject for machines, plain words for the writer.
func (r *Rules) sayNo(ctx context.Context, tx *db.Store, f *federation.Fetched, in *federation.Incoming, no denial) error {
	if in.Activity == nil {
		return nil // found while walking up a thread; nobody asked us
	}
	if err := r.reject(ctx, tx, no.group, f.Author, rejection{create: in.Activity.ID, post: f.Doc.ID, code: no.code}); err != nil {
		return err
	}
	about := &db.Post{URI: f.Doc.ID, Author: f.Author, AuthorID: f.Author.ID, GroupID: no.group.ActorID, Content: bodyOf(f.Doc)}
	_, err := r.com.Tell(ctx, tx, no.group, community.Notice{To: f.Author, Code: no.code, About: about, Until: no.until})
	return err
}

// rejection names what a group does not take.
type rejection struct{ create, post, code string }

// reject tells the author's server that a group does not take a post; one that shows posts as
// waiting until they come back from the group ends that.
func (r *Rules) reject(ctx context.Context, tx *db.Store, g *db.Group, author *db.Actor, no rejection) error {
	_, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: no.post, GroupID: g.ActorID,
		Doc: vocab.ActivityDoc{
			Type: "Reject", To: []string{author.URI}, Summary: no.code,
			Object: &vocab.ActivityDoc{ID: no.create, Type: "Create", Actor: author.URI, Object: no.post},
		},
		To: []db.Audience{federation.ToActors(author)},
	})
	return err
}
