package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
)

// pageSize bounds how many rows a command reads at once.
const pageSize = 200

// office is a command at work: its command line and the parts that it shares with the server.
type office struct {
	*core
	cmd *cobra.Command
}

// inOffice opens the database of the configured instance for one command and closes it after. The
// server may run meanwhile: it reads what is written here, and polls for what is to be sent.
func inOffice(do func(ctx context.Context, o *office, args []string) (table, error)) func(*cobra.Command, []string) (table, error) {
	return func(cmd *cobra.Command, args []string) (t table, err error) {
		ctx := cmd.Context()
		cfg, err := configFrom(cmd)
		if err != nil {
			return table{}, err
		}
		store, err := openStore(ctx, cfg, time.Now)
		if err != nil {
			return table{}, err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		if err := readySchema(ctx, store); err != nil {
			return table{}, err
		}
		c, err := newCore(cfg, store, overrides{Log: newLog(cfg, cmd.ErrOrStderr())})
		if err != nil {
			return table{}, err
		}
		if err := c.addRules(ctx, hooks{}); err != nil {
			return table{}, err
		}
		return do(ctx, &office{core: c, cmd: cmd}, args)
	}
}

// readySchema makes the tables of an empty database; one that lacks only some is left to the admin.
func readySchema(ctx context.Context, store *db.Store) error {
	missing, all, err := missingSchema(ctx, store)
	if err != nil {
		return err
	}
	if missing == all {
		_, err := store.Migrate(ctx)
		return err
	}
	return currentSchema(ctx, store)
}

// currentSchema refuses a database whose schema is older or newer than this version.
func currentSchema(ctx context.Context, store *db.Store) error {
	missing, _, err := missingSchema(ctx, store)
	if err != nil {
		return err
	}
	if missing > 0 {
		return fmt.Errorf("the database lacks %d schema changes of this version: run copse migrate up", missing)
	}
	_, err = store.Migrate(ctx) // nothing to do but to look for a newer schema
	return err
}

func missingSchema(ctx context.Context, store *db.Store) (missing, all int, err error) {
	list, err := store.Migrations(ctx)
	for _, m := range list {
		if !m.Applied {
			missing++
		}
	}
	return missing, len(list), err
}

// localPerson finds a person with an account here by handle or mail address.
func (c *core) localPerson(ctx context.Context, name string) (*db.Account, error) {
	a, err := c.store.AccountByLogin(ctx, name)
	if errors.Is(err, db.ErrNotFound) {
		return nil, fmt.Errorf("nobody here is called %q; copse user list names everybody", name)
	}
	return a, err
}

// localGroup finds a group of this instance by handle.
func (c *core) localGroup(ctx context.Context, handle string) (*db.Group, error) {
	handle = strings.ToLower(strings.TrimPrefix(handle, "@"))
	g, err := c.store.GroupByHandle(ctx, strings.TrimSuffix(handle, "@"+c.iris.Host()), c.iris.Host())
	if errors.Is(err, db.ErrNotFound) {
		return nil, fmt.Errorf("no group here is called %q; copse group list names them all", handle)
	}
	return g, err
}

// passwordFrom reads a password from standard input: its first line. Arguments can be read by every
// user of the machine, so there it is not taken.
func passwordFrom(cmd *cobra.Command) (string, error) {
	fromInput, err := cmd.Flags().GetBool("password-stdin")
	if err != nil {
		return "", err
	}
	if !fromInput {
		return "", usageError{errors.New("give the password on standard input, with --password-stdin")}
	}
	line, err := bufio.NewReader(io.LimitReader(cmd.InOrStdin(), 1<<16)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// need makes flags required, and says so in the help.
func need(cmd *cobra.Command, flags ...string) *cobra.Command {
	for _, f := range flags {
		if err := cmd.MarkFlagRequired(f); err != nil {
			panic(err) // a programmer's error
		}
	}
	return cmd
}
