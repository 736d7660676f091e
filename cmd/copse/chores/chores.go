// Package chores holds what a running server does without being asked: it ends what has run out,
// decides what silence decides, and looks after memberships and communities that nobody looks after.
//
// Each chore lists what is due, outside any transaction, and hands one thing at a time to a rule, in
// a transaction of its own; a round that dies is taken up by the next one. What is due and what
// follows is for the rules to say: see charter/silence, membership/stay.go and membership/tend.go.
package chores

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/media"
	"github.com/copse-social/copse/server/membership"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/trust"
)

const (
	// atOnce bounds one list of what is due.
	atOnce = 50
	// pages bounds how many such lists of members one round works through; the next one goes on.
	pages = 20
	// askAgain is how long a founder whose server was away is left alone.
	askAgain = 6 * time.Hour
)

// Options is what the chores need.
type Options struct {
	Store      *db.Store
	Charter    *charter.Rules
	Membership *membership.Rules
	Exchange   *exchange.Rules
	Query      *query.Rules
	Trust      *trust.Rules
	Artifact   *artifact.Rules
	// Resolve finds somebody by handle, asking their server.
	Resolve func(ctx context.Context, handle string) (*db.Actor, error)
	// Files are swept of what no row names; nil keeps none.
	Files *media.Shelf
	// Audit is how long the record of visits is kept.
	Audit time.Duration
	Now   func() time.Time
	Log   *slog.Logger
}

// Chores does one round after the other.
type Chores struct{ o Options }

// New makes the chores.
func New(o Options) *Chores { return &Chores{o} }

// Round does everything once. What fails does not keep the rest from being done.
func (c *Chores) Round(ctx context.Context) error {
	return errors.Join(
		c.o.Store.DropExpiredSessions(ctx), c.o.Store.TidyAudit(ctx, c.o.Audit),
		c.charters(ctx), c.founders(ctx), c.returned(ctx), c.silent(ctx), c.untended(ctx), c.hidden(ctx), c.queries(ctx), c.artifacts(ctx), c.ended(ctx), c.files(ctx),
	)
}

// unnamed is how long a file lies that no row names: a form that was never sent (T50).
const unnamed = 24 * time.Hour

// files sweeps one folder of the shelf; all come up in time.
func (c *Chores) files(ctx context.Context) error {
	if c.o.Files == nil {
		return nil
	}
	n, err := c.o.Files.Sweep(byte(rand.IntN(256)), time.Now().Add(-unnamed), func(digest string) (bool, error) { return c.o.Store.FileNamed(ctx, digest) })
	if n > 0 {
		c.o.Log.InfoContext(ctx, "files swept that nobody names", "files", n)
	}
	return err
}

// charters adopts what silence has decided.
func (c *Chores) charters(ctx context.Context) error {
	due, err := c.o.Store.ChartersDue(ctx, atOnce)
	if err != nil {
		return fmt.Errorf("list charters that are due: %w", err)
	}
	for _, one := range due {
		err = errors.Join(err, c.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			return c.o.Charter.BySilence(ctx, tx, one)
		}))
	}
	return err
}

// founders asks those again whose servers were away, outside any transaction.
func (c *Chores) founders(ctx context.Context) error {
	list, err := c.o.Store.FoundersToAsk(ctx, db.At(c.o.Now().Add(-askAgain)), atOnce)
	if err != nil {
		return fmt.Errorf("list founders to ask: %w", err)
	}
	for _, f := range list {
		who, missed := c.o.Resolve(ctx, f.Address)
		if missed != nil {
			c.o.Log.InfoContext(ctx, "founder not reached", "founder", f.ID, "err", missed)
			who = nil
		}
		err = errors.Join(err, c.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			return c.o.Charter.Reached(ctx, tx, f, who)
		}))
	}
	return err
}

// hidden shows posts again that were hidden for a day and about which nobody decided.
func (c *Chores) hidden(ctx context.Context) error {
	list, err := c.o.Store.HidesOver(ctx, atOnce)
	if err != nil {
		return fmt.Errorf("list posts to show again: %w", err)
	}
	for _, h := range list {
		err = errors.Join(err, c.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			return c.o.Exchange.HideOver(ctx, tx, h)
		}))
	}
	return err
}

// artifacts reminds of what has to be looked at again, and finds what nobody looks after any more.
func (c *Chores) artifacts(ctx context.Context) error {
	ids, err := c.o.Store.ArtifactsToTend(ctx, atOnce)
	if err != nil {
		return err
	}
	for _, id := range ids {
		err = errors.Join(err, c.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			return c.o.Artifact.Tend(ctx, tx, id)
		}))
	}
	return err
}
