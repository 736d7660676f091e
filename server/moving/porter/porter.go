// Package porter carries communities from instance to instance: it takes the next step of each move
// that is due, fetching what that needs outside of transactions, and goes on after a kill with the
// step that was not stored.
//
// It decides nothing; the rules are in server/moving. Start with Step.
package porter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/moving"
)

// poll is how often it looks for moves that another process has begun.
const poll = 10 * time.Second

// Options is what a Porter needs.
type Options struct {
	Store    *db.Store
	Rules    *moving.Rules
	Resolver *federation.Resolver
	// Fetch reads a document at an address, signed by the instance.
	Fetch func(ctx context.Context, iri string) ([]byte, error)
	Host  string // of this instance
	Log   *slog.Logger
}

// Porter takes the steps of moves.
type Porter struct{ o Options }

// New makes a porter.
func New(o Options) *Porter { return &Porter{o: o} }

// Run takes steps until ctx ends.
func (p *Porter) Run(ctx context.Context) error {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		worked, err := p.Step(ctx)
		if err != nil && ctx.Err() == nil {
			p.o.Log.ErrorContext(ctx, "take a step of a move", "err", err)
		}
		if worked && err == nil && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Step takes one step of one move, and says whether there was one to take.
func (p *Porter) Step(ctx context.Context) (bool, error) {
	list, err := p.o.Store.MovesDue(ctx, 1)
	if err != nil || len(list) == 0 {
		return false, err
	}
	m := list[0]
	id := m.ID
	err = p.step(ctx, m)
	if err == nil || errors.Is(err, db.ErrConflict) { // another process was faster
		return true, nil
	}
	if ctx.Err() != nil {
		return false, nil // goes on at the next start
	}
	p.o.Log.WarnContext(ctx, "a move waits", "move", id, "host", m.Host, "err", err)
	return true, p.wait(ctx, id, codeOf(err))
}

// wait puts the next step off.
func (p *Porter) wait(ctx context.Context, id int64, code string) error {
	return p.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		m, err := tx.MoveByID(ctx, id)
		if err != nil {
			return fmt.Errorf("load move %d: %w", id, err)
		}
		return p.o.Rules.Wait(ctx, tx, m, code)
	})
}

// codeOf is why a step failed, as the page shows it.
func codeOf(err error) string {
	if no, is := errors.AsType[*community.Refusal](err); is {
		return no.Code
	}
	switch {
	case errors.Is(err, moving.ErrArchive):
		return "archive-malformed"
	case errors.Is(err, federation.ErrRefusedHost):
		return "blocked-host"
	case errors.Is(err, federation.ErrNotFound), errors.Is(err, federation.ErrGone):
		return "archive-closed"
	case federation.Temporary(err):
		return "host-away"
	}
	return "fault"
}

func (p *Porter) step(ctx context.Context, m *db.Move) error {
	switch {
	case m.State == db.MoveCancelled:
		return p.inTx(ctx, m, p.o.Rules.Drop)
	case m.State == db.MoveReady:
		return p.inTx(ctx, m, p.o.Rules.Switch)
	case m.Side == db.MoveLeaving && m.State == db.MoveCopying:
		return p.confirm(ctx, m)
	case m.Side == db.MoveArriving && (m.State == db.MoveCopying || moving.InArchive(m)):
		return p.page(ctx, m)
	}
	return p.inTx(ctx, m, p.o.Rules.Settle)
}

func (p *Porter) inTx(ctx context.Context, m *db.Move, do func(context.Context, *db.Store, *db.Move) error) error {
	return p.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error { return do(ctx, tx, m) })
}

// confirm reads the new home of one of ours and sees that it names the old one.
func (p *Porter) confirm(ctx context.Context, m *db.Move) error {
	heir, err := p.o.Resolver.Refresh(ctx, m.Part)
	if err != nil {
		return fmt.Errorf("read the new home: %w", err)
	}
	return p.inTx(ctx, m, func(ctx context.Context, tx *db.Store, m *db.Move) error { return p.o.Rules.Ready(ctx, tx, m, heir) })
}

// page fetches the next page of an archive and everybody and everything that it names.
func (p *Porter) page(ctx context.Context, m *db.Move) error {
	body, err := p.o.Fetch(ctx, moving.PageURL(m))
	if err != nil {
		return fmt.Errorf("fetch the archive: %w", err)
	}
	pg, err := moving.ReadPage(m, body)
	if err != nil {
		return err
	}
	d := moving.Delivery{Page: pg, Met: map[string]*db.Actor{}, Origins: map[string]*federation.Fetched{}, Gone: map[string]bool{}}
	if err := p.meet(ctx, pg, &d); err != nil {
		return err
	}
	if err := p.origins(ctx, m, pg, &d); err != nil {
		return err
	}
	if m.Heir == 0 {
		if d.Heir, err = p.o.Rules.Prepare(p.o.Store); err != nil {
			return err
		}
	}
	return p.inTx(ctx, m, func(ctx context.Context, tx *db.Store, m *db.Move) error { return p.o.Rules.Unpack(ctx, tx, m, d) })
}

// meet finds the people of a page. Who can't be reached is known by their card; who is refused is not.
func (p *Porter) meet(ctx context.Context, pg *moving.Page, d *moving.Delivery) error {
	for _, c := range pg.Actors {
		if !vocab.IsWebIRI(c.ID) || d.Met[c.ID] != nil {
			continue
		}
		a, err := p.o.Resolver.Actor(ctx, c.ID)
		switch {
		case err == nil:
			d.Met[c.ID] = a
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, federation.ErrRefusedHost):
		default:
			if errors.Is(err, federation.ErrGone) {
				c.Name = ""
			}
			d.Unmet = append(d.Unmet, c)
		}
	}
	return nil
}

// origins asks third servers for what the old home says their people wrote, where that is for all to
// read: nobody's word counts for another's (T17).
func (p *Porter) origins(ctx context.Context, m *db.Move, pg *moving.Page, d *moving.Delivery) error {
	g, err := p.o.Store.GroupByID(ctx, m.Group)
	if err != nil {
		return fmt.Errorf("load group %d: %w", m.Group, err)
	}
	if g.Openness != db.OpennessOpen {
		return nil
	}
	for id, author := range pg.Posts() {
		host := vocab.Host(author)
		if host == m.Host || host == p.o.Host || d.Met[author] == nil {
			continue
		}
		known, err := p.o.Store.HasPost(ctx, id)
		if err != nil {
			return err
		}
		if known {
			continue
		}
		f, err := p.o.Resolver.Object(ctx, id)
		switch {
		case err == nil && f.Author.URI == author:
			d.Origins[id] = f
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil, errors.Is(err, federation.ErrGone):
			d.Gone[id] = true
		}
	}
	return nil
}
