// Package trusted answers the commands about the organisations that communities which are not open
// trust with what their members read: who is on a list, who is put on it or taken off, and what
// this server answers to communities elsewhere that ask.
//
// It decides nothing: server/trust does, in the name of the facilitator that the command names.
// cmd/copse gives each command its database and prints the Answers. Start with Commands.
package trusted

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/trust"
)

// page bounds how many rows are read at once.
const page = 200

// Desk is one instance at which a command is at work.
type Desk struct {
	Store *db.Store
	Rules *trust.Rules
	// Host is the name of the instance.
	Host string
	// Group finds a community by handle, here or elsewhere; Person somebody with an account here.
	Group  func(ctx context.Context, handle string) (*db.Group, error)
	Person func(ctx context.Context, name string) (*db.Account, error)
	// Instance finds the actor of the server itself at a host, over the network where need be.
	Instance func(ctx context.Context, host string) (*db.Actor, error)
}

// Answer is what a command found: JSON for machines, and for people rows below a head, or text;
// None where there are no rows.
type Answer struct {
	JSON any
	Head []string
	Rows [][]string
	Text string
	None string
}

// Do is a command at work.
type Do func(ctx context.Context, d *Desk, args []string) (Answer, error)

// Commands are the commands, each given its database and its printer by wrap.
func Commands(wrap func(*cobra.Command, Do) *cobra.Command) []*cobra.Command {
	return []*cobra.Command{list(wrap), add(wrap), end(wrap), copies(wrap), answer(wrap)}
}

// named makes a flag required that says in whose name something is done.
func named(cmd *cobra.Command, who *string) *cobra.Command {
	cmd.Flags().StringVar(who, "as", "", "handle of the facilitator in whose name it is done")
	if err := cmd.MarkFlagRequired("as"); err != nil {
		panic(err) // a programmer's error
	}
	return cmd
}

// oneOf takes a community and one of some words.
func oneOf(words ...string) cobra.PositionalArgs {
	return cobra.MatchAll(cobra.ExactArgs(2), func(_ *cobra.Command, args []string) error {
		return cobra.OnlyValidArgs(&cobra.Command{ValidArgs: words}, args[1:])
	})
}
