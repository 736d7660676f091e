package trust

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// gotosocial is how NodeInfo names the software that ends an accepted follow at a Block alone.
const gotosocial = "gotosocial"

// blockFor is how long such a Block stands (wire.md 6; tried there: the follow is gone by then).
const blockFor = time.Minute

// SentAway says that somebody is a follower of a group of ours no more in the ways that servers
// understand who hold a follow for good once it was accepted: Reject, for GoToSocial Block, which ends
// the follow, and Undo{Block}, so that they can ask again, and Remove (wire.md 6). Software that
// promises nothing shows what comes for one to all whom it counts as followers: until it has taken
// that word, delivery holds back what the group says to others there.
func (r *Rules) SentAway(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, f *db.Follow) error {
	if who.Local {
		return nil
	}
	if err := r.tellEnd(ctx, tx, g, who, f.URI); err != nil {
		return err
	}
	_, err := r.reply(ctx, tx, g.Actor, who, vocab.ActivityDoc{
		Type: "Remove", Audience: g.Actor.URI, Object: who.URI, Target: g.Actor.FollowersURI,
	})
	return err
}

// TellAgain tells a server once more that a follow has ended, which has not taken the word of it.
func (r *Rules) TellAgain(ctx context.Context, tx *db.Store, e *db.FollowEnd) error {
	g, err := tx.GroupByID(ctx, e.GroupID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load group %d: %w", e.GroupID, err)
	}
	if err != nil || g.Openness == db.OpennessOpen {
		return tx.DropFollowEnd(ctx, e.GroupID, e.ActorID)
	}
	who, err := tx.ActorByID(ctx, e.ActorID)
	if err != nil {
		return fmt.Errorf("load who was sent away: %w", err)
	}
	return r.tellEnd(ctx, tx, g, who, e.FollowURI)
}

// GoOnWithout gives up waiting for a server to confirm whom a group sent away: what is held back for
// others there goes out, and the one who was sent away may be shown it too.
func (r *Rules) GoOnWithout(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, host string) error {
	if err := r.permit(ctx, tx, by, g); err != nil {
		return err
	}
	n, err := tx.WaiveEnds(ctx, g.ActorID, host)
	if err != nil {
		return fmt.Errorf("go on without the word of %s: %w", host, err)
	}
	if n == 0 {
		return nil
	}
	return log(ctx, tx, db.ModerationEntry{GroupID: g.ActorID, ActorID: by.ID, Act: "go-without", Reason: host})
}

// tellEnd publishes the word that ends a follow, and remembers which one must be taken.
func (r *Rules) tellEnd(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, follow string) error {
	word, err := r.reply(ctx, tx, g.Actor, who, vocab.ActivityDoc{Type: "Reject", Object: asked("Follow", follow, who.URI, g.Actor.URI)})
	if err != nil {
		return err
	}
	host, err := tx.HostByName(ctx, who.Host)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load host %s: %w", who.Host, err)
	}
	if err == nil && host.Software == gotosocial {
		if word, err = r.block(ctx, tx, g, who); err != nil {
			return err
		}
	}
	kept, err := tx.PromisingHosts(ctx, []string{who.Host})
	if err != nil {
		return fmt.Errorf("see what %s promises: %w", who.Host, err)
	}
	if len(kept) > 0 { // it keeps members' words among those whom we name with each of them (FEP-8fcf)
		return nil
	}
	e := &db.FollowEnd{GroupID: g.ActorID, ActorID: who.ID, Host: who.Host, FollowURI: follow, ActivityID: word.ID}
	if err := tx.PutFollowEnd(ctx, e); err != nil {
		return fmt.Errorf("remember the end of %s: %w", follow, err)
	}
	return nil
}

// block ends a follow on GoToSocial, and takes the Block back a minute later: the other server ends
// the follow in its own time. It waits for nothing else that is said to them.
func (r *Rules) block(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) (*db.Activity, error) {
	doc := vocab.ActivityDoc{ID: r.iris.Activity(tx.NewID()), Type: "Block", Actor: g.Actor.URI, Object: who.URI}
	undone := doc
	doc.To = []string{who.URI}
	out := federation.Outgoing{Actor: g.Actor, ObjectURI: doc.ID, Doc: doc}
	out.To = []db.Audience{{Inboxes: []db.FollowerInbox{{Inbox: who.Inbox, Host: who.Host}}}}
	word, err := r.pub.Publish(ctx, tx, out)
	if err != nil {
		return nil, fmt.Errorf("block %s: %w", who.URI, err)
	}
	out.Doc = vocab.ActivityDoc{Type: "Undo", To: []string{who.URI}, Object: &undone}
	out.To[0].NotBefore = db.At(tx.Now().Add(blockFor))
	if _, err := r.pub.Publish(ctx, tx, out); err != nil {
		return nil, fmt.Errorf("take back block of %s: %w", who.URI, err)
	}
	return word, nil
}
