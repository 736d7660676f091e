package moving

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// What is settled after a switch, in this order, as far as it is a side's to settle.
const (
	settleDoor    = "door"    // the new home has opened
	settleFollows = "follows" // our people follow the new home
	settleThreads = "threads" // discussions go on there
	settleMembers = "belong"  // our people belong there
	settleInvite  = "invite"  // the new home asks members of a closed community to follow
	settleWait    = "wait"    // for the word of the new home
)

// Settle does the next bit of what hangs on a switch, and stores how far it came.
func (r *Rules) Settle(ctx context.Context, tx *db.Store, m *db.Move) error {
	was := *m
	from, err := tx.GroupByID(ctx, m.Group)
	if err != nil {
		return fmt.Errorf("load group %d: %w", m.Group, err)
	}
	to, err := tx.GroupByID(ctx, m.Heir)
	if err != nil {
		return fmt.Errorf("load group %d: %w", m.Heir, err)
	}
	s := settling{r: r, tx: tx, m: m, from: from, to: to}
	if err := s.onward(ctx); err != nil {
		return err
	}
	m.NextAt, m.Problem = tx.Now(), ""
	switch m.Part {
	case uniteThreads:
		err = s.threads(ctx)
	case uniteMembers:
		err = s.members(ctx)
	case uniteRest:
		err = s.rest(ctx)
	case settleFollows:
		err = s.follows(ctx)
	case settleThreads:
		err = s.threads(ctx)
	case settleMembers:
		err = s.members(ctx)
	case settleInvite:
		err = s.invite(ctx)
	case settleWait, settleDoor:
		err = s.wait()
	default:
		return fmt.Errorf("settle move %d: no step %q", m.ID, m.Part)
	}
	if err != nil {
		return fmt.Errorf("settle %s of move %d: %w", was.Part, m.ID, err)
	}
	return tx.StepMove(ctx, m, was)
}

type settling struct {
	r        *Rules
	tx       *db.Store
	m        *db.Move
	from, to *db.Group
	room     *db.Group // where the archive came to lie, while it goes on from there into to; else nil
}

// onward turns to the second half of a merger with a community of another instance, at the home of the
// one that stays: from where the archive came to lie into it.
func (s *settling) onward(ctx context.Context) error {
	if s.m.Into == 0 || s.m.Side != db.MoveArriving {
		return nil
	}
	switch s.m.Part {
	case uniteThreads, uniteMembers, uniteRest, settleInvite:
	default:
		return nil
	}
	into, err := s.tx.GroupByID(ctx, s.m.Into)
	if err != nil {
		return fmt.Errorf("load group %d: %w", s.m.Into, err)
	}
	s.room, s.to = s.to, into
	if s.m.Part != settleInvite {
		s.from = s.room
	}
	return nil
}

// next goes on to another step.
func (s settling) next(part string) {
	s.m.Part, s.m.Cursor = part, 0
}

// done ends the move.
func (s settling) done() {
	s.m.State, s.m.Part, s.m.EndedAt = db.MoveDone, "", s.tx.Now()
}

// follows lets people here who follow the old place follow the new one. They were told; who may not
// follow there stays where they are.
func (s settling) follows(ctx context.Context) error {
	list, err := s.tx.ArchiveFollowers(ctx, s.from.ActorID, s.m.Cursor, atOnce)
	if err != nil {
		return err
	}
	for _, f := range list {
		s.m.Cursor = f.ID
		if !f.Follower.Local || f.FollowerID == s.to.ActorID {
			continue
		}
		if stay, err := s.tx.Stays(ctx, stays(s.m, f.Follower)); err != nil || stay {
			if err != nil {
				return err
			}
			continue
		}
		if err := s.follow(ctx, f.Follower); err != nil {
			return err
		}
		s.m.Tally.Followers++
	}
	if len(list) < atOnce {
		s.next(settleThreads)
	}
	return nil
}

// follow makes one of ours a follower of the new place. In a community that both homes agreed to move
// a follow of a closed one is carried too: the new home has the membership (T24 is about the word of
// one side).
func (s settling) follow(ctx context.Context, who *db.Actor) error {
	if s.to.Actor.Local {
		old, err := found(s.tx.FollowBetween(ctx, who.ID, s.to.ActorID))
		if err != nil || old != nil && old.State == db.FollowAccepted {
			return err
		}
		f := &db.Follow{URI: s.r.iris.Activity(s.tx.NewID()), FollowerID: who.ID, FolloweeID: s.to.ActorID, State: db.FollowAccepted}
		return s.tx.PutFollow(ctx, f, who)
	}
	_, err := s.r.com.Follow(ctx, s.tx, who, s.to.Actor)
	if _, no := errors.AsType[*community.Refusal](err); no {
		return s.tx.LeaveBehind(ctx, db.MoveLeft{MoveID: s.m.ID, Kind: "follower", What: who.URI, Why: "may-not-follow"})
	}
	return err
}

// threads puts what was said into the new place: whoever answers here answers there. It never makes
// readable for more people what was for few.
func (s settling) threads(ctx context.Context) error {
	if wider(s.from.Openness, s.to.Openness) {
		s.next(s.afterThreads())
		return s.tx.LeaveBehind(ctx, db.MoveLeft{MoveID: s.m.ID, Kind: "posts", What: s.from.Actor.URI, Why: "open-to-more"})
	}
	n, err := s.tx.RebindPosts(ctx, s.from.ActorID, s.to.ActorID, atOnce)
	if err != nil {
		return err
	}
	if s.m.Side != db.MoveArriving {
		s.m.Tally.Posts += n
	}
	if s.m.Cursor++; n == atOnce {
		return nil
	}
	if err := errors.Join(s.tx.RecountGroup(ctx, s.from.ActorID), s.tx.RecountGroup(ctx, s.to.ActorID)); err != nil {
		return err
	}
	next := s.afterThreads()
	s.next(next)
	if next == partGroup { // and now the last word of the old home
		return s.tx.RebindCharters(ctx, s.from.ActorID, s.to.ActorID)
	}
	return nil
}

// afterThreads is what follows when all discussions are where they go on.
func (s settling) afterThreads() string {
	switch {
	case s.m.Part == uniteThreads:
		return uniteMembers
	case s.m.Side == db.MoveArriving:
		return partGroup
	}
	return settleMembers
}

// wider says that more people read in a group of the second openness than in one of the first.
func wider(from, to string) bool {
	order := []string{db.OpennessOpen, db.OpennessRestricted, db.OpennessPrivate, db.OpennessConfidential}
	return slices.Index(order, to) < slices.Index(order, from)
}

// members lets our people belong to the new place as they did to the old one, each once. Where two
// communities of ours become one, all of their people are ours to unite.
func (s settling) members(ctx context.Context) error {
	list, err := s.tx.ArchiveMembers(ctx, s.from.ActorID, s.m.Cursor, atOnce)
	if err != nil {
		return err
	}
	for _, old := range list {
		s.m.Cursor = old.ID
		if !old.Actor.Local && s.m.Side != db.MoveMerging && s.m.Part != uniteMembers {
			continue
		}
		if stay, err := s.tx.Stays(ctx, stays(s.m, old.Actor)); err != nil || stay {
			if err != nil {
				return err
			}
			continue
		}
		if err := s.unite(ctx, old); err != nil {
			return err
		}
	}
	switch {
	case len(list) == atOnce:
	case s.m.Part == uniteMembers:
		s.next(uniteRest)
	case s.m.Side == db.MoveMerging:
		return s.merged(ctx)
	case s.m.Side == db.MoveSeen:
		s.done()
	default:
		s.next(settleWait)
	}
	return nil
}

// unite makes of two memberships of one person the better one, with the earlier beginning.
func (s settling) unite(ctx context.Context, old *db.Membership) error {
	there, err := found(s.tx.MembershipOf(ctx, s.to.ActorID, old.ActorID))
	if err != nil {
		return err
	}
	if there != nil && (rank(there.Status) > rank(old.Status) || rank(there.Status) == rank(old.Status) && !old.JoinedAt.Before(there.JoinedAt.Time)) {
		return nil
	}
	m := *old
	m.GroupID, m.Actor = s.to.ActorID, nil
	if there != nil {
		m.URI = there.URI
		if there.Belongs() && there.JoinedAt.Before(m.JoinedAt.Time) {
			m.JoinedAt = there.JoinedAt
		}
	}
	if s.m.Part != uniteMembers { // counted when it came
		s.m.Tally.Members++
	}
	return s.tx.PutMembership(ctx, &m)
}

// rank orders standings. Who was sent away is not let in again by a merger.
func rank(status string) int {
	return slices.Index([]string{db.MemberPending, db.MemberAlumni, db.MemberNewcomer, db.MemberDormant, db.MemberFull, db.MemberRemoved}, status)
}

// invite asks the members of a closed community who are elsewhere to follow its new home: their
// servers don't take them there by themselves (T24). They are let in at once, because they belong.
func (s settling) invite(ctx context.Context) error {
	var list []*db.Membership
	whose := s.to
	if s.room != nil {
		whose = s.room // those of the other have their follow
	}
	if s.to.Openness != db.OpennessOpen {
		var err error
		if list, err = s.tx.ArchiveMembers(ctx, whose.ActorID, s.m.Cursor, atOnce); err != nil {
			return err
		}
	}
	for _, mem := range list {
		s.m.Cursor = mem.ID
		if !mem.Belongs() {
			continue
		}
		if err := s.inviteOne(ctx, mem.Actor); err != nil {
			return err
		}
	}
	if len(list) == atOnce {
		return nil
	}
	return s.confirm(ctx)
}

func (s settling) inviteOne(ctx context.Context, who *db.Actor) error {
	if who.Local {
		return s.follow(ctx, who)
	}
	f, err := found(s.tx.FollowBetween(ctx, who.ID, s.to.ActorID))
	if err != nil || f != nil && f.State == db.FollowAccepted || who.Host == s.m.Host { // the old home sees to its own
		return err
	}
	uri := s.r.iris.Activity(s.tx.NewID())
	i := &db.Invitation{URI: uri, GroupID: s.to.ActorID, ActorID: who.ID, ByID: s.to.ActorID, State: db.InviteOpen}
	if err := s.tx.PutInvitation(ctx, i); err != nil {
		return err
	}
	_, err = s.r.pub.Publish(ctx, s.tx, federation.Outgoing{
		Actor: s.to.Actor, ObjectURI: uri, To: []db.Audience{federation.ToActors(who)},
		Doc: vocab.ActivityDoc{ID: uri, Type: "Invite", To: []string{who.URI}, Object: s.to.Actor.URI, Target: who.URI, EndTime: i.EndsAt.Time},
	})
	return err
}

// confirm tells the old home that all has come.
func (s settling) confirm(ctx context.Context) error {
	act, err := s.tx.LastActivity(ctx, s.from.ActorID, "Move", s.from.Actor.URI)
	if err != nil {
		return fmt.Errorf("load the Move: %w", err)
	}
	if _, err := s.r.say(ctx, s.tx, s.m.Peer, vocab.ActivityDoc{Type: "Accept", Object: act.URI, Result: s.to.Actor.URI}); err != nil {
		return err
	}
	s.m.ConfirmedAt = s.tx.Now()
	if s.room != nil {
		s.m.Heir = s.to.ActorID
		if err := s.tx.DropGroup(ctx, s.room.ActorID); err != nil {
			return fmt.Errorf("drop the storeroom of move %d: %w", s.m.ID, err)
		}
	}
	s.done()
	return s.r.arrived(ctx, s.tx, s.m)
}

// arrived leaves a line for those who look after the group at its new home.
func (r *Rules) arrived(ctx context.Context, tx *db.Store, m *db.Move) error {
	n := db.Notification{Kind: db.NotifyMove, ActorID: m.Heir, GroupID: m.Heir, Note: "arrived"}
	return errors.Join(community.NotifyStewards(ctx, tx, n), notifyAdmins(ctx, tx, n))
}

// wait rests until the new home has said that all has come.
func (s settling) wait() error {
	if !s.m.ConfirmedAt.IsZero() {
		s.done()
		return nil
	}
	s.m.NextAt = db.At(s.tx.Now().AddDate(100, 0, 0))
	return nil
}

// ofOurs is the move that a word about a Move of one of our groups is about; nil with an outcome for
// who has no say in it, and ours false for a word about anything else.
func (r *Rules) ofOurs(ctx context.Context, tx *db.Store, in *federation.Incoming) (m *db.Move, out federation.Outcome, ours bool, err error) {
	iri := in.Activity.Inner().IRI
	if !r.iris.Ours(iri) {
		return nil, out, false, nil
	}
	act, err := found(tx.ActivityByURI(ctx, iri))
	if err != nil || act == nil || act.Type != "Move" {
		return nil, out, false, err
	}
	m, err = found(tx.MoveOf(ctx, act.ActorID))
	switch {
	case err != nil || m == nil:
		return nil, federation.Ignored("unknown-move"), true, err
	case !in.Vouched || in.Via != nil || m.Peer != in.Actor.ID:
		return nil, federation.Refused("not-yours"), true, nil
	case m.Side != db.MoveLeaving || m.State != db.MoveSwitched:
		return nil, federation.Ignored("not-switched"), true, nil
	}
	return m, out, true, nil
}

// takeConfirmed learns from the new home that all has come. ours is false for an Accept of anything
// but a Move of one of our groups.
func (r *Rules) takeConfirmed(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	m, out, ours, err := r.ofOurs(ctx, tx, in)
	if m == nil {
		return out, ours, err
	}
	m.ConfirmedAt, m.NextAt = tx.Now(), tx.Now()
	if err := tx.SaveMove(ctx, m); err != nil {
		return federation.Outcome{}, true, err
	}
	return federation.Done(), true, r.tell(ctx, tx, m, "done")
}
