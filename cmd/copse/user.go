package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/password"
)

func userCommand() *cobra.Command {
	return family("user", "People with an account here",
		userCreateCommand(), userListCommand(), userPasswordCommand(),
		userChangeCommand("promote", "Make somebody an admin of this instance", func(a *db.Account, _ db.Time) { a.Role = db.RoleAdmin }),
		userChangeCommand("demote", "Take the admin's rights away", func(a *db.Account, _ db.Time) { a.Role = db.RoleUser }),
		userChangeCommand("disable", "Close an account: no sign-in, all sessions end", func(a *db.Account, now db.Time) { a.DisabledAt = now }),
		userChangeCommand("enable", "Open a disabled account again", func(a *db.Account, _ db.Time) { a.DisabledAt = db.Time{} }),
		userSanctionCommand("silence", "Let what somebody anywhere writes wait for a facilitator", silencing),
		userSanctionCommand("suspend", "Let somebody anywhere do nothing here any more", suspending),
		userSanctionCommand("reinstate", "End a silence and a suspension", lifting),
		userSanctionCommand("purge", "Remove for ever what somebody anywhere left here", purging),
	)
}

// person is an account as it is printed.
type person struct {
	Handle       string     `json:"handle"`
	Name         string     `json:"name"`
	Organisation string     `json:"organisation"`
	Email        string     `json:"email"`
	Role         string     `json:"role"`
	Disabled     bool       `json:"disabled"`
	ID           string     `json:"id"`
	URL          string     `json:"url"`
	CreatedAt    *time.Time `json:"created_at"`
	SeenAt       *time.Time `json:"seen_at"`
}

func personShown(a *db.Account) person {
	return person{
		Handle: a.Actor.Handle, Name: a.Actor.Name, Organisation: a.Actor.Organisation, Email: a.Email, Role: a.Role,
		Disabled: !a.DisabledAt.IsZero(), ID: a.Actor.URI, URL: a.Actor.URL, CreatedAt: stamp(a.CreatedAt), SeenAt: stamp(a.SeenAt),
	}
}

func userCreateCommand() *cobra.Command {
	n := community.NewPerson{}
	cmd := &cobra.Command{
		Use: "create NAME --email E --password-stdin", Short: "Add a person; prints the address of their page",
		Example: "  printf 'long secret words' | copse user create amina --email amina@example.org --password-stdin --admin",
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&n.Email, "email", "", "mail address, for signing in; never shown")
	cmd.Flags().Bool("password-stdin", false, "read the password from standard input (the only way to give it)")
	cmd.Flags().BoolVar(&n.Admin, "admin", false, "make them an admin of this instance")
	cmd.Flags().StringVar(&n.Name, "name", "", "name to show; without it the handle is shown")
	cmd.Flags().StringVar(&n.Organisation, "organisation", "", "where they work, shown beside the name")
	return need(listing(cmd, inOffice(func(ctx context.Context, o *office, args []string) (table, error) {
		secret, err := passwordFrom(cmd)
		if err != nil {
			return table{}, err
		}
		n.Handle = args[0]
		a, err := o.createPerson(ctx, n, secret)
		if err != nil {
			return table{}, err
		}
		return table{json: personShown(a), text: a.Actor.URL + "\n"}, nil
	})), "email")
}

// createPerson hashes the password and makes the keys before the transaction: both are slow.
func (c *core) createPerson(ctx context.Context, n community.NewPerson, secret string) (*db.Account, error) {
	var err error
	if n.PasswordHash, err = password.Hash(secret); err != nil {
		return nil, err
	}
	if n.Actor, err = c.community.PrepareActor(c.store, db.ActorPerson); err != nil {
		return nil, err
	}
	var a *db.Account
	err = c.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		if a, err = c.community.CreatePerson(ctx, tx, n); err != nil {
			return err
		}
		if err := tx.SetSetting(ctx, db.SettingSetupToken, ""); err != nil { // a set-up link in an old log opens nothing more
			return err
		}
		return tx.Audit(ctx, db.AuditEntry{Who: db.ByCommand, Act: "create-account", Object: a.Actor.Handle, Reason: a.Role})
	})
	return a, err
}

func userListCommand() *cobra.Command {
	return listing(&cobra.Command{Use: "list", Short: "List everybody with an account"},
		inOffice(func(ctx context.Context, o *office, _ []string) (table, error) {
			list := []person{}
			t := table{head: []string{"HANDLE", "NAME", "EMAIL", "ROLE", "SEEN", "STATE"}, none: "Nobody has an account yet: copse user create, or copse setup token."}
			for after := int64(0); ; {
				page, err := o.store.Accounts(ctx, after, pageSize)
				if err != nil {
					return table{}, err
				}
				for _, a := range page {
					p, state := personShown(a), "open"
					if p.Disabled {
						state = "disabled"
					}
					list, after = append(list, p), a.ID
					t.rows = append(t.rows, []string{p.Handle, p.Name, p.Email, p.Role, moment(a.SeenAt), state})
				}
				if len(page) < pageSize {
					t.json = list
					return t, nil
				}
			}
		}))
}

func userPasswordCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "password NAME --password-stdin", Short: "Set a password and end all sessions of the account",
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().Bool("password-stdin", false, "read the password from standard input (the only way to give it)")
	return listing(cmd, inOffice(func(ctx context.Context, o *office, args []string) (table, error) {
		secret, err := passwordFrom(cmd)
		if err != nil {
			return table{}, err
		}
		hash, err := password.Hash(secret)
		if err != nil {
			return table{}, err
		}
		return o.changePerson(ctx, "password", args[0], func(a *db.Account) { a.PasswordHash = hash })
	}))
}

// userChangeCommand is a command that sets one thing about an account.
func userChangeCommand(verb, short string, change func(a *db.Account, now db.Time)) *cobra.Command {
	return listing(&cobra.Command{Use: verb + " NAME", Short: short, Args: cobra.ExactArgs(1)},
		inOffice(func(ctx context.Context, o *office, args []string) (table, error) {
			return o.changePerson(ctx, verb, args[0], func(a *db.Account) { change(a, o.store.Now()) })
		}))
}

// changePerson writes an account and ends its sessions: whoever is signed in must not keep rights
// that were taken away.
func (o *office) changePerson(ctx context.Context, act, name string, change func(*db.Account)) (table, error) {
	a, err := o.localPerson(ctx, name)
	if err != nil {
		return table{}, err
	}
	err = o.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		if a, err = tx.AccountByID(ctx, a.ID); err != nil {
			return err
		}
		change(a)
		if err := errors.Join(tx.SaveAccess(ctx, a), tx.SavePassword(ctx, a)); err != nil {
			return err
		}
		if err := tx.RevokeSessions(ctx, a.ID, ""); err != nil {
			return err
		}
		return tx.Audit(ctx, db.AuditEntry{Who: db.ByCommand, Act: act, Object: a.Actor.Handle})
	})
	if err != nil {
		return table{}, err
	}
	return table{json: personShown(a), text: "Done. All sessions of " + a.Actor.Handle + " have ended.\n"}, nil
}
