package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/web"
)

func setupCommand() *cobra.Command {
	return family("setup", "The first start", listing(
		&cobra.Command{Use: "token", Short: "Print a link that opens the set-up page once; earlier links end"},
		inOffice(func(ctx context.Context, o *office, _ []string) (table, error) {
			link, err := o.setupLink(ctx, db.ByCommand)
			if err != nil {
				return table{}, err
			}
			return table{json: map[string]string{"url": link}, text: link + "\n"}, nil
		})))
}

// errSetUp says that there is nothing left to set up.
var errSetUp = errors.New("somebody has an account here already: add people with copse user create, or set a password with copse user password")

// setupLink makes a fresh set-up link while nobody has an account. Only its hash is kept.
func (c *core) setupLink(ctx context.Context, who string) (string, error) {
	list, err := c.store.Accounts(ctx, 0, 1)
	if err != nil {
		return "", err
	}
	if len(list) > 0 {
		return "", errSetUp
	}
	var secret [24]byte
	_, _ = rand.Read(secret[:]) // never fails since Go 1.24
	token := base64.RawURLEncoding.EncodeToString(secret[:])
	err = c.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		if err := tx.SetSetting(ctx, db.SettingSetupToken, web.SetupHash(token)); err != nil {
			return err
		}
		return tx.Audit(ctx, db.AuditEntry{Who: who, Act: "setup-link"})
	})
	if err != nil {
		return "", err
	}
	return c.iris.Page("/setup?token=" + token), nil
}
