package sanction

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// PurgeHost begins to remove all that a host ever sent. It is blocked at once, so that nothing comes
// after; the rest is done in steps, each in a transaction of its own: see StepPurge. A host that the
// admin deals with again later begins anew, but its people stay suspended.
func (r *Rules) PurgeHost(ctx context.Context, tx *db.Store, host, reason string) error {
	err := tx.PutHostPurge(ctx, &db.HostPurge{Host: host, Reason: reason})
	if errors.Is(err, db.ErrConflict) {
		return community.Refuse(community.Conflict, "purge-going")
	}
	if err != nil {
		return fmt.Errorf("begin to purge %s: %w", host, err)
	}
	if err := tx.SetHostPolicy(ctx, host, db.HostBlocked, reason); err != nil {
		return fmt.Errorf("block %s: %w", host, err)
	}
	if _, err := tx.EndHostDeliveries(ctx, host, db.DeliveryCancelled, "host purged"); err != nil {
		return fmt.Errorf("drop what waits for %s: %w", host, err)
	}
	return nil
}

// StepPurge does the next bounded part of it and says how far it is. Who calls it goes on until it is
// done; one that two do at once, they do one after the other.
func (r *Rules) StepPurge(ctx context.Context, tx *db.Store, host string) (*db.HostPurge, error) {
	p, err := tx.TakeHostPurge(ctx, host)
	if errors.Is(err, db.ErrNotFound) {
		return tx.HostPurgeOf(ctx, host)
	}
	if err != nil {
		return nil, fmt.Errorf("take up the purge of %s: %w", host, err)
	}
	switch p.Part {
	case db.PurgePeople:
		err = r.purgeOne(ctx, tx, p)
	case db.PurgeGroups:
		err = r.purgeGroup(ctx, tx, p)
	default:
		err = purgeRest(ctx, tx, p)
	}
	if err != nil {
		return nil, err
	}
	return p, tx.SaveHostPurge(ctx, p)
}

// purgeOne takes the next person of a host: what they said goes in bounded bits, the last of which
// takes them too.
func (r *Rules) purgeOne(ctx context.Context, tx *db.Store, p *db.HostPurge) error {
	list, err := tx.PeopleOn(ctx, p.Host, p.Cursor, 1)
	if err != nil {
		return fmt.Errorf("list people of %s: %w", p.Host, err)
	}
	if len(list) == 0 {
		p.Part, p.Cursor = db.PurgeGroups, 0
		return nil
	}
	who := list[0]
	if err := r.o.Trust.Forget(ctx, tx, who); err != nil {
		return err
	}
	n, err := tx.EraseAuthored(ctx, who.ID, eraseAtOnce)
	if err != nil {
		return fmt.Errorf("erase what %s wrote: %w", who.URI, err)
	}
	p.Posts += int64(n)
	if n == eraseAtOnce {
		return nil
	}
	if err := r.Purge(ctx, tx, who); err != nil {
		return fmt.Errorf("purge %s: %w", who.URI, err)
	}
	p.Cursor = who.ID
	p.People++
	return nil
}

// purgeGroup takes the next community of a host: what others said in it, as it came from there, and
// what ties ours to it. What ours said there stays theirs.
func (r *Rules) purgeGroup(ctx context.Context, tx *db.Store, p *db.HostPurge) error {
	list, err := tx.GroupsOn(ctx, p.Host, p.Cursor, 1)
	if err != nil {
		return fmt.Errorf("list communities of %s: %w", p.Host, err)
	}
	if len(list) == 0 {
		p.Part, p.Cursor = db.PurgeMarks, 0
		return nil
	}
	g := list[0]
	n, err := tx.EraseCopies(ctx, g.ID, eraseAtOnce)
	if err != nil {
		return fmt.Errorf("erase copies of what was said in %s: %w", g.URI, err)
	}
	p.Posts += int64(n)
	if n == eraseAtOnce {
		return nil
	}
	if err := tx.ForgetTies(ctx, g); err != nil {
		return err
	}
	if err := tx.SetSuspended(ctx, g.ID, tx.Now()); err != nil {
		return fmt.Errorf("suspend %s: %w", g.URI, err)
	}
	p.Cursor = g.ID
	p.Groups++
	return nil
}

func purgeRest(ctx context.Context, tx *db.Store, p *db.HostPurge) error {
	n, err := tx.EraseMarks(ctx, p.Host, eraseAtOnce)
	if err != nil {
		return fmt.Errorf("erase marks of %s: %w", p.Host, err)
	}
	p.Marks += n
	if n > 0 {
		return nil
	}
	if err := tx.ForgetHost(ctx, p.Host); err != nil {
		return err
	}
	p.DoneAt = tx.Now()
	return nil
}
