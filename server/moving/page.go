package moving

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// ErrNoPage is what Page answers to everybody who has no business with an archive, and for pages that
// there are none of.
var ErrNoPage = errors.New("no page of an archive")

// Wanted names one page of an archive.
type Wanted struct {
	Move  int64
	Part  string
	After int64
}

// Page is one page of the archive of a move, for the instance that was asked to be its new home and
// has agreed; who is nil or anybody else gets ErrNoPage, as for a move that never was (T45).
func (r *Rules) Page(ctx context.Context, s *db.Store, w Wanted, who *db.Actor) (*PageDoc, error) {
	m, err := found(s.MoveByID(ctx, w.Move))
	switch {
	case err != nil:
		return nil, fmt.Errorf("load move %d: %w", w.Move, err)
	case m == nil || who == nil || m.Side != db.MoveLeaving || m.Peer != who.ID || !m.Going():
		return nil, ErrNoPage
	case m.State != db.MoveCopying && m.State != db.MoveReady && m.State != db.MoveSwitched:
		return nil, ErrNoPage
	case !slices.Contains(parts(), w.Part) || w.After < 0:
		return nil, ErrNoPage
	}
	g, err := s.GroupByID(ctx, m.Group)
	if err != nil {
		return nil, fmt.Errorf("load group %d: %w", m.Group, err)
	}
	switch err := r.trusted(ctx, s, g, m.Host); {
	case err == nil:
	default:
		if _, no := errors.AsType[*community.Refusal](err); no { // trust has ended since
			return nil, ErrNoPage
		}
		return nil, err
	}
	b := &binder{r: r, s: s, g: g, move: m, part: w.Part, after: w.After, known: make(map[int64]bool)}
	if err := b.fill(ctx); err != nil {
		return nil, fmt.Errorf("write page %s after %d of move %d: %w", w.Part, w.After, m.ID, err)
	}
	return b.doc(), nil
}

// archive is where the pages of an archive lie, without part and number.
func (r *Rules) archive(moveID int64) string {
	return r.iris.Base() + "/ap/moves/" + strconv.FormatInt(moveID, 10)
}

// pageURL is where one page of an archive lies.
func pageURL(archive, part string, after int64) string {
	return archive + "/" + part + "/" + strconv.FormatInt(after, 10)
}

// binder puts one page together.
type binder struct {
	r     *Rules
	s     *db.Store
	g     *db.Group
	move  *db.Move
	part  string
	after int64

	last  int64 // id of the last item
	more  bool  // there may be more in this part
	size  int
	items []vocab.Raw
	cards []Card
	known map[int64]bool
}

func (b *binder) doc() *PageDoc {
	p := &PageDoc{
		AtContext: vocab.ActivityContext, ID: pageURL(b.r.archive(b.move.ID), b.part, b.after), Type: pageType, PartOf: b.move.URI,
		Part: b.part, Digest: digestOf(b.items), Actors: b.cards, Items: b.items,
	}
	if p.Items == nil {
		p.Items = []vocab.Raw{}
	}
	if b.more {
		p.Next = pageURL(b.r.archive(b.move.ID), b.part, b.last)
	} else if i := slices.Index(parts(), b.part); i+1 < len(parts()) {
		p.Next = pageURL(b.r.archive(b.move.ID), parts()[i+1], 0)
	}
	return p
}

// add puts an item on the page; false says that it is full, and this one comes on the next.
func (b *binder) add(id int64, item any) (bool, error) {
	raw, err := vocab.Encode(item)
	if err != nil {
		return false, err
	}
	if len(b.items) > 0 && b.size+len(raw) > pageBytes {
		b.more = true
		return false, nil
	}
	b.items, b.size, b.last = append(b.items, raw), b.size+len(raw), id
	return true, nil
}

// who names an actor on the page.
func (b *binder) who(a *db.Actor) string {
	if a == nil {
		return ""
	}
	if !b.known[a.ID] {
		b.known[a.ID] = true
		b.cards = append(b.cards, Card{ID: a.URI, Type: a.Type, Handle: a.Handle, Host: a.Host, Name: a.Name})
		b.size += len(a.URI) + len(a.Name) + 150
	}
	return a.URI
}

// whoIs is who by id; "" where there is none.
func (b *binder) whoIs(ctx context.Context, id int64) (string, error) {
	if id == 0 {
		return "", nil
	}
	a, err := found(b.s.ActorByID(ctx, id))
	return b.who(a), err
}

func (b *binder) fill(ctx context.Context) error {
	switch b.part {
	case partGroup:
		return b.group(ctx)
	case partTrusts:
		return b.trusts(ctx)
	case partCharters:
		return b.charters(ctx)
	case partMembers:
		return b.members(ctx)
	case partRoles:
		return b.roles(ctx)
	case partBans:
		return b.bans(ctx)
	case partFollowers:
		return b.followers(ctx)
	case partPosts:
		return b.posts(ctx)
	case partLog:
		return b.log(ctx)
	}
	posts, members, err := b.s.ArchiveCounts(ctx, b.g.ActorID)
	if err != nil {
		return err
	}
	_, err = b.add(0, endItem{Posts: posts, Members: members})
	return err
}

func (b *binder) group(ctx context.Context) error {
	life, err := b.s.LifeOf(ctx, b.g.ActorID)
	if err != nil {
		return err
	}
	private, err := b.s.CountPrivate(ctx, b.g.ActorID)
	if err != nil {
		return err
	}
	posts, members, err := b.s.ArchiveCounts(ctx, b.g.ActorID)
	if err != nil {
		return err
	}
	g := b.g
	_, err = b.add(0, groupItem{
		Name: g.Actor.Name, Tagline: g.Tagline, Summary: g.Actor.SummarySource, Languages: g.Languages,
		Openness: g.Openness, Posting: g.PostPolicy, Hold: g.HoldPolicy, HidesCounts: g.HidesCounts,
		AnnouncesComments: g.AnnouncesComment, SignedFetch: g.SignedFetch, Private: private,
		Followers: g.Actor.FollowersCount, Members: members, Posts: posts,
		Life: lifeItem{
			Kind: life.Kind, Stage: life.Stage, StageAt: life.StageAt.Time, Recognition: life.Recognition,
			RecognisedBy: life.RecognisedBy, RecognisedAt: life.RecognisedAt.Time, ReviewAt: life.ReviewAt.Time,
		},
	})
	return err
}

func (b *binder) charters(ctx context.Context) error {
	list, err := b.s.ChartersOf(ctx, b.g.ActorID)
	if err != nil {
		return err
	}
	slices.Reverse(list) // oldest first, by version
	for _, c := range list {
		if c.Version <= b.after {
			continue
		}
		item, err := b.charter(ctx, c)
		if err != nil {
			return err
		}
		if fits, err := b.add(c.Version, item); err != nil || !fits {
			return err
		}
	}
	return nil
}

func (b *binder) charter(ctx context.Context, c *db.Charter) (charterItem, error) {
	item := charterItem{
		ID: c.URI, Version: c.Version, State: c.State, Language: c.Language, Fields: c.Fields, Text: c.Text, Source: c.Source,
		Note: c.ChangeNote, Created: c.CreatedAt.Time, Proposed: c.ProposedAt.Time, Decide: c.DecideAt.Time,
		Adopted: c.AdoptedAt.Time, Superseded: c.SupersededAt.Time,
	}
	var err error
	if item.Author, err = b.whoIs(ctx, c.AuthorID); err != nil {
		return item, err
	}
	signed, err := b.s.SignaturesOf(ctx, c.ID)
	if err != nil {
		return item, err
	}
	for _, sig := range signed {
		who, err := b.whoIs(ctx, sig.ActorID)
		if err != nil {
			return item, err
		}
		item.Signatures = append(item.Signatures, signatureItem{Actor: who, At: sig.At.Time, Text: sig.Text, Door: sig.Door, Activity: sig.ActivityURI})
	}
	return item, nil
}

func (b *binder) members(ctx context.Context) error {
	list, err := b.s.ArchiveMembers(ctx, b.g.ActorID, b.after, pageRows)
	if err != nil {
		return err
	}
	b.more = len(list) == pageRows
	for _, m := range list {
		if stay, err := b.s.Stays(ctx, stays(b.move, m.Actor)); err != nil || stay {
			if err != nil {
				return err
			}
			if fits, err := b.add(m.ID, memberItem{Actor: b.who(m.Actor), Status: statusStays}); err != nil || !fits {
				return err
			}
			continue
		}
		choice, err := b.s.MemberChoiceOf(ctx, m.GroupID, m.ActorID)
		if err != nil {
			return err
		}
		item := memberItem{
			Actor: b.who(m.Actor), Status: m.Status, Door: m.Door, Joined: m.JoinedAt.Time, Left: m.LeftAt.Time,
			LeftWhy: choice.LeftWhy, Shown: choice.Shown,
		}
		said, err := b.s.ArchiveCommitments(ctx, m.GroupID, m.ActorID)
		if err != nil {
			return err
		}
		for _, c := range said[max(0, len(said)-itemWords):] {
			item.Commitments = append(item.Commitments, commitmentItem{
				Version: c.CharterVersion, Charter: c.CharterURI, Words: c.Words, Link: c.Link,
				Introduction: c.Introduction, Quiet: c.Quiet, Door: c.Door, At: c.CreatedAt.Time,
			})
		}
		if fits, err := b.add(m.ID, item); err != nil || !fits {
			return err
		}
	}
	return nil
}

func (b *binder) roles(ctx context.Context) error {
	list, err := b.s.ArchiveRoles(ctx, b.g.ActorID, b.after, pageRows)
	if err != nil {
		return err
	}
	b.more = len(list) == pageRows
	for _, g := range list {
		if fits, err := b.add(g.ID, roleItem{Actor: b.who(g.Actor), Role: g.Role, Since: g.Since.Time}); err != nil || !fits {
			return err
		}
	}
	return nil
}

func (b *binder) bans(ctx context.Context) error {
	list, err := b.s.ArchiveBans(ctx, b.g.ActorID, b.after, pageRows)
	if err != nil {
		return err
	}
	b.more = len(list) == pageRows
	for _, ban := range list {
		item := banItem{Actor: b.who(ban.Actor), Reason: ban.Reason, At: ban.CreatedAt.Time, Until: ban.Until.Time}
		if fits, err := b.add(ban.ActorID, item); err != nil || !fits {
			return err
		}
	}
	return nil
}

func (b *binder) followers(ctx context.Context) error {
	list, err := b.s.ArchiveFollowers(ctx, b.g.ActorID, b.after, pageRows)
	if err != nil {
		return err
	}
	b.more = len(list) == pageRows
	for _, f := range list {
		if fits, err := b.add(f.ID, followerItem{Actor: b.who(f.Follower), Since: f.AcceptedAt.Time}); err != nil || !fits {
			return err
		}
	}
	return nil
}

func (b *binder) log(ctx context.Context) error {
	list, err := b.s.ArchiveLog(ctx, b.g.ActorID, b.after, pageRows)
	if err != nil {
		return err
	}
	b.more = len(list) == pageRows
	for _, e := range list {
		item := logItem{Actor: b.who(e.Actor), Act: e.Act, Reason: e.Reason, At: e.CreatedAt.Time}
		if item.Target, err = b.whoIs(ctx, e.TargetID); err != nil {
			return err
		}
		if e.PostID != 0 {
			p, err := found(b.s.PostByID(ctx, e.PostID))
			if err != nil {
				return err
			}
			if p != nil {
				item.Post = p.URI
			}
		}
		if fits, err := b.add(e.ID, item); err != nil || !fits {
			return err
		}
	}
	return nil
}
