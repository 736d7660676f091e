package moving

import (
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

// Delivery is a page of an archive with what had to be looked up for it, outside of transactions.
type Delivery struct {
	Page *Page
	// Met are the people of the page that are known here, by address; Unmet those who could not be
	// reached, whom their card stands for. Who is in neither is kept out: of a blocked host.
	Met   map[string]*db.Actor
	Unmet []Card
	// Origins are posts as a third server has them, by address; Gone are those that it calls gone.
	Origins map[string]*federation.Fetched
	Gone    map[string]bool
	// Heir is an actor made for the community, on the first page.
	Heir *db.Actor
}

// Unpack takes one page of an archive in and notes which one is next, all in one transaction. The
// same page may be taken twice.
func (r *Rules) Unpack(ctx context.Context, tx *db.Store, m *db.Move, d Delivery) error {
	was := *m
	u := &unpacking{r: r, tx: tx, m: m, d: d, again: m.State == db.MoveSwitched}
	if d.Met == nil {
		u.d.Met = make(map[string]*db.Actor)
	}
	if err := u.meet(ctx); err != nil {
		return err
	}
	if err := u.take(ctx); err != nil {
		return fmt.Errorf("take in %s of move %d: %w", d.Page.Part, m.ID, err)
	}
	m.Part, m.Cursor, m.Problem, m.NextAt, m.Tally.Failures = d.Page.nextPart, d.Page.next, "", tx.Now(), 0
	if m.Tally.Bytes += d.Page.size; m.Tally.Bytes > maxArchive {
		return fmt.Errorf("%w: over %d bytes", ErrArchive, int64(maxArchive))
	}
	if d.Page.nextPart != "" {
		return tx.StepMove(ctx, m, was)
	}
	if u.again {
		m.Part = settleInvite
		if m.Into != 0 {
			m.Part = uniteThreads
		}
		return tx.StepMove(ctx, m, was)
	}
	return r.copied(ctx, tx, m, was)
}

// copied tells the old home that all is here, and where.
func (r *Rules) copied(ctx context.Context, tx *db.Store, m *db.Move, was db.Move) error {
	m.State, m.CopiedAt = db.MoveReady, tx.Now()
	if err := tx.StepMove(ctx, m, was); err != nil {
		return err
	}
	heir, err := tx.ActorByID(ctx, m.Home())
	if err != nil {
		return fmt.Errorf("load the group of move %d: %w", m.ID, err)
	}
	_, err = r.say(ctx, tx, m.Peer, vocab.ActivityDoc{Type: "Accept", Object: m.URI, Result: heir.URI})
	return err
}

// unpacking is one page on its way into the database.
type unpacking struct {
	r     *Rules
	tx    *db.Store
	m     *db.Move
	d     Delivery
	again bool // the second time, after the switch
	group *db.Group

	before *db.Group // at its old home
}

// meet stores those who could not be reached by their cards: they are found again when their server
// answers. A card says nothing about anybody here.
func (u *unpacking) meet(ctx context.Context) error {
	for _, c := range u.d.Unmet {
		if !vocab.IsWebIRI(c.ID) || u.r.iris.Ours(c.ID) || !vocab.IsActor(c.Type) || u.d.Met[c.ID] != nil {
			continue
		}
		a := &db.Actor{URI: c.ID, Type: c.Type, Handle: content.PlainName(c.Handle), Host: vocab.Host(c.ID), Name: content.PlainName(c.Name)}
		known, err := found(u.tx.ActorByURI(ctx, c.ID))
		if err == nil && known == nil {
			known, err = a, u.tx.CreateActor(ctx, a)
		}
		if err != nil {
			return fmt.Errorf("note %s: %w", c.ID, err)
		}
		u.d.Met[c.ID] = known
	}
	return nil
}

func (u *unpacking) left(ctx context.Context, kind, what, code string) error {
	return u.tx.LeaveBehind(ctx, db.MoveLeft{MoveID: u.m.ID, Kind: kind, What: what, Why: code})
}

func (u *unpacking) take(ctx context.Context) error {
	var err error
	if u.before, err = u.tx.GroupByID(ctx, u.m.Group); err != nil {
		return fmt.Errorf("load group %d: %w", u.m.Group, err)
	}
	if u.m.Heir != 0 {
		if u.group, err = u.tx.GroupByID(ctx, u.m.Heir); err != nil {
			return fmt.Errorf("load group %d: %w", u.m.Heir, err)
		}
	} else if u.d.Page.Part != partGroup {
		return fmt.Errorf("%w: no group yet", ErrArchive)
	}
	p := u.d.Page
	switch p.Part {
	case partGroup:
		return each(p, func(i groupItem) error { return u.settings(ctx, i) })
	case partTrusts:
		return each(p, func(i trustItem) error { return u.trust(ctx, i) })
	case partCharters:
		return each(p, func(i charterItem) error { return u.charter(ctx, i) })
	case partMembers:
		return each(p, func(i memberItem) error { return u.member(ctx, i) })
	case partRoles:
		return each(p, func(i roleItem) error { return u.role(ctx, i) })
	case partBans:
		return each(p, func(i banItem) error { return u.ban(ctx, i) })
	case partFollowers:
		return each(p, func(followerItem) error { u.count(&u.m.Tally.Followers); return nil })
	case partPosts:
		return each(p, func(i postItem) error { return u.post(ctx, i) })
	case partLog:
		return each(p, func(i logItem) error { return u.entry(ctx, i) })
	}
	return nil
}

// count counts what came, the first time.
func (u *unpacking) count(n *int64) {
	if !u.again {
		*n++
	}
}

// settings opens the group here, in no list until the switch, or brings it to the last word of its old
// home.
func (u *unpacking) settings(ctx context.Context, i groupItem) error {
	if i.Openness != u.before.Openness && i.Openness != db.OpennessOpen && guarded(&db.Group{Openness: i.Openness}) {
		return fmt.Errorf("%w: it is %.20q there", ErrArchive, i.Openness) // its own document says otherwise
	}
	if !u.again {
		u.m.Tally.AllPosts, u.m.Tally.AllMembers = i.Posts, i.Members
	}
	if u.group == nil {
		if err := u.open(ctx, i); err != nil {
			return err
		}
	}
	g := u.group
	g.HidesCounts, g.AnnouncesComment, g.SignedFetch = i.HidesCounts, i.AnnouncesComments, i.SignedFetch
	if !u.again {
		g.Actor.Discoverable = false // it stands open, but nobody is led to it before the switch
	}
	if u.m.Into == 0 {
		g.Actor.AlsoKnownAs = u.before.Actor.URI
	}
	if err := errors.Join(u.tx.SaveActor(ctx, g.Actor), u.tx.SaveGroup(ctx, g)); err != nil {
		return err
	}
	if i.Private > 0 {
		if err := u.left(ctx, "private", fmt.Sprint(i.Private), "stays"); err != nil {
			return err
		}
	}
	return u.tx.PutLife(ctx, &db.GroupLife{
		GroupID: g.ActorID, Kind: i.Life.Kind, Stage: i.Life.Stage, StageAt: db.At(i.Life.StageAt), Recognition: i.Life.Recognition,
		RecognisedBy: content.PlainName(i.Life.RecognisedBy), RecognisedAt: db.At(i.Life.RecognisedAt), ReviewAt: db.At(i.Life.ReviewAt),
	})
}

func (u *unpacking) open(ctx context.Context, i groupItem) error {
	handle := u.m.Handle
	if u.m.Into != 0 {
		handle = storeroom(u.m)
	}
	g, err := u.r.com.CreateGroup(ctx, u.tx, community.NewGroup{
		Handle: handle, Name: i.Name, Tagline: i.Tagline, Summary: i.Summary, Openness: i.Openness,
		PostPolicy: i.Posting, HoldPolicy: i.Hold, Languages: i.Languages, Actor: u.d.Heir,
	})
	if err != nil {
		return err
	}
	u.group, u.m.Heir = g, g.ActorID
	return nil
}

// charter keeps a version under its own address: who agreed on it, agreed on that one.
func (u *unpacking) charter(ctx context.Context, i charterItem) error {
	if u.m.Into != 0 {
		return u.left(ctx, "charter", i.ID, "charter-of-its-own")
	}
	if !slices.Contains([]string{db.CharterDraft, db.CharterProposed, db.CharterAdopted, db.CharterSuperseded}, i.State) || !vocab.IsWebIRI(i.ID) || u.r.iris.Ours(i.ID) {
		return u.left(ctx, "charter", i.ID, "not-its-own")
	}
	c := &db.Charter{
		ID: u.tx.NewID(), GroupID: u.group.ActorID, Version: i.Version, State: i.State, URI: i.ID, Language: i.Language, Fields: i.Fields,
		Text: content.Sanitise(i.Text), Source: i.Source, ChangeNote: content.PlainName(i.Note), CreatedAt: db.At(i.Created),
		ProposedAt: db.At(i.Proposed), DecideAt: db.At(i.Decide), AdoptedAt: db.At(i.Adopted), SupersededAt: db.At(i.Superseded),
	}
	if a := u.d.Met[i.Author]; a != nil {
		c.AuthorID = a.ID
	}
	fresh, err := u.tx.CarryCharter(ctx, c)
	if err != nil {
		return err
	}
	u.count(&u.m.Tally.Charters)
	if !fresh {
		return u.charterAgain(ctx, c)
	}
	return u.sign(ctx, c.ID, i.Signatures)
}

// charterAgain brings a version that is here to what the old home last said of it.
func (u *unpacking) charterAgain(ctx context.Context, c *db.Charter) error {
	known, err := found(u.tx.CharterByURI(ctx, c.URI))
	if err != nil || known == nil || known.GroupID != c.GroupID || known.State == c.State {
		return err
	}
	known.State, known.DecideAt, known.AdoptedAt, known.SupersededAt = c.State, c.DecideAt, c.AdoptedAt, c.SupersededAt
	return u.tx.SaveCharter(ctx, known)
}

func (u *unpacking) sign(ctx context.Context, charterID int64, list []signatureItem) error {
	for _, s := range list {
		a := u.d.Met[s.Actor]
		if a == nil {
			continue
		}
		_, err := u.tx.SignCharter(ctx, &db.CharterSignature{
			CharterID: charterID, ActorID: a.ID, At: db.At(s.At), Text: plain(s.Text), Door: s.Door, ActivityURI: s.Activity,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// member keeps one membership: one for a person, whatever was here before.
func (u *unpacking) member(ctx context.Context, i memberItem) error {
	a := u.d.Met[i.Actor]
	known := []string{db.MemberPending, db.MemberNewcomer, db.MemberFull, db.MemberDormant, db.MemberAlumni, db.MemberRemoved}
	if a != nil && i.Status == statusStays {
		return errors.Join(u.left(ctx, "member", i.Actor, "chose-to-stay"), u.tx.DropMembership(ctx, u.group.ActorID, a.ID))
	}
	if a == nil || a.Type == db.ActorGroup || !slices.Contains(known, i.Status) {
		return u.left(ctx, "member", i.Actor, "unknown-person")
	}
	old, err := found(u.tx.MembershipOf(ctx, u.group.ActorID, a.ID))
	if err != nil {
		return err
	}
	u.count(&u.m.Tally.Members)
	if old == nil || u.sinceCopied(i.Joined) || u.sinceCopied(i.Left) {
		m := &db.Membership{GroupID: u.group.ActorID, ActorID: a.ID, Status: i.Status, Door: i.Door, JoinedAt: db.At(i.Joined), LeftAt: db.At(i.Left)}
		if err := u.tx.PutMembership(ctx, m); err != nil {
			return err
		}
	}
	if i.Shown != "" {
		choice := &db.MemberChoice{GroupID: u.group.ActorID, ActorID: a.ID, Shown: i.Shown, LeftWhy: plain(i.LeftWhy)}
		if err := u.tx.SaveMemberChoice(ctx, choice); err != nil {
			return err
		}
	}
	for _, c := range i.Commitments {
		err := u.tx.CarryCommitment(ctx, &db.Commitment{
			GroupID: u.group.ActorID, ActorID: a.ID, CharterVersion: c.Version, CharterURI: c.Charter, Words: plain(c.Words),
			Link: plain(c.Link), Introduction: plain(c.Introduction), Quiet: c.Quiet, Door: c.Door, CreatedAt: db.At(c.At),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sinceCopied says that something happened at the old home after the first round.
func (u *unpacking) sinceCopied(at time.Time) bool {
	return u.again && at.After(u.m.CopiedAt.Time)
}

func (u *unpacking) role(ctx context.Context, i roleItem) error {
	a := u.d.Met[i.Actor]
	if a == nil || a.Type != db.ActorPerson || !slices.Contains(db.Roles(), i.Role) {
		return u.left(ctx, "role", i.Role+" "+i.Actor, "unknown-person")
	}
	return u.tx.CarryRole(ctx, &db.RoleGrant{GroupID: u.group.ActorID, ActorID: a.ID, Role: i.Role, Since: db.At(i.Since)})
}

func (u *unpacking) ban(ctx context.Context, i banItem) error {
	a := u.d.Met[i.Actor]
	if a == nil {
		return u.left(ctx, "ban", i.Actor, "unknown-person")
	}
	return u.tx.CarryBan(ctx, &db.Ban{GroupID: u.group.ActorID, ActorID: a.ID, Reason: plain(i.Reason), Until: db.At(i.Until), CreatedAt: db.At(i.At)})
}

// entry keeps a line of the log; what it is about may not have come along.
func (u *unpacking) entry(ctx context.Context, i logItem) error {
	a := u.d.Met[i.Actor]
	if a == nil || len(i.Act) > 40 {
		return u.left(ctx, "entry", i.Act+" "+i.Actor, "unknown-person")
	}
	e := &db.ModerationEntry{GroupID: u.group.ActorID, ActorID: a.ID, Act: content.PlainName(i.Act), Reason: plain(i.Reason), CreatedAt: db.At(i.At)}
	if t := u.d.Met[i.Target]; t != nil {
		e.TargetID = t.ID
	}
	if i.Post != "" {
		p, err := found(u.tx.PostByURI(ctx, i.Post))
		if err != nil {
			return err
		}
		if p != nil {
			e.PostID = p.ID
		}
	}
	fresh, err := u.tx.CarryEntry(ctx, e)
	if fresh {
		u.count(&u.m.Tally.Log)
	}
	return err
}
