package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
)

const (
	// chartersAtOnce bounds what one round decides and whom it asks.
	chartersAtOnce = 50
	// askAgain is how long a founder whose server was away is left alone.
	askAgain = 6 * time.Hour
)

// tendCharters adopts what silence has decided and asks founders again whose servers were away.
func (i *instance) tendCharters(ctx context.Context) error {
	due, err := i.store.ChartersDue(ctx, chartersAtOnce)
	if err != nil {
		return fmt.Errorf("list charters that are due: %w", err)
	}
	for _, c := range due {
		err = errors.Join(err, i.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			return i.charter.BySilence(ctx, tx, c)
		}))
	}
	return errors.Join(err, i.askFounders(ctx))
}

// askFounders looks once more for founders who could not be found, outside any transaction.
func (i *instance) askFounders(ctx context.Context) error {
	list, err := i.store.FoundersToAsk(ctx, db.At(i.now().Add(-askAgain)), chartersAtOnce)
	if err != nil {
		return fmt.Errorf("list founders to ask: %w", err)
	}
	for _, f := range list {
		who, missed := i.resolver.Handle(ctx, f.Address)
		if missed != nil {
			i.log.InfoContext(ctx, "founder not reached", "founder", f.ID, "err", missed)
			who = nil
		}
		err = errors.Join(err, i.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			return i.charter.Reached(ctx, tx, f, who)
		}))
	}
	return err
}
