package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/blocklist"
)

// planShown is a line of a block list as it is printed before it is applied.
type planShown struct {
	Host      string `json:"host"`
	Now       string `json:"now"`
	Then      string `json:"then"`
	Followed  int64  `json:"followed"`
	Following int64  `json:"following"`
	Members   int64  `json:"members"`
	Waiting   int64  `json:"waiting"`
}

// hostImportCommand takes a block list in. Without --apply it only says what the list would break.
func hostImportCommand() *cobra.Command {
	var apply bool
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Show what a block list would break; with --apply decide as it says (- reads standard input)",
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().BoolVar(&apply, "apply", false, "decide as the list says")
	return listing(cmd, inOffice(func(ctx context.Context, o *office, args []string) (table, error) {
		list, err := readList(cmd, args[0])
		if err != nil {
			return table{}, err
		}
		plan, err := blocklist.Plan(ctx, o.store, o.iris.Host(), list)
		if err != nil {
			return table{}, err
		}
		if apply {
			if err := o.decideAll(ctx, plan); err != nil {
				return table{}, err
			}
		}
		return planTable(plan, apply), nil
	}))
}

// readList reads a list. A line that names no server stops it: a typing error must not leave a server
// out without a word.
func readList(cmd *cobra.Command, name string) ([]blocklist.Entry, error) {
	in := cmd.InOrStdin()
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("open the list: %w", err)
		}
		defer f.Close() //nolint:errcheck // it was only read
		in = f
	}
	list, wrong, err := blocklist.Read(io.LimitReader(in, 16<<20))
	if err != nil {
		return nil, err
	}
	if len(wrong) > 0 {
		lines := make([]string, 0, 5)
		for _, w := range wrong[:min(len(wrong), 5)] {
			lines = append(lines, fmt.Sprintf("line %d: %q", w.Line, w.Text))
		}
		return nil, usageError{fmt.Errorf("%d lines name no server, nothing was changed: %s", len(wrong), strings.Join(lines, "; "))}
	}
	return list, nil
}

func (o *office) decideAll(ctx context.Context, plan []blocklist.Change) error {
	return o.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		if err := blocklist.Apply(ctx, tx, plan); err != nil {
			return err
		}
		for _, host := range blocklist.Blocked(plan) {
			if _, err := tx.EndHostDeliveries(ctx, host, db.DeliveryCancelled, "host blocked"); err != nil {
				return fmt.Errorf("drop what waits for %s: %w", host, err)
			}
		}
		return tx.Audit(ctx, db.AuditEntry{Who: db.ByCommand, Act: "import-blocks", Reason: strconv.Itoa(len(plan))})
	})
}

func planTable(plan []blocklist.Change, applied bool) table {
	shown := []planShown{}
	t := table{head: []string{"HOST", "NOW", "THEN", "FOLLOWED", "FOLLOWERS", "MEMBERS", "WAITING"}, none: "The list changes nothing."}
	for _, ch := range plan {
		shown = append(shown, planShown{ch.Host, ch.Now, ch.Policy, ch.Breaks.Followed, ch.Breaks.Following, ch.Breaks.Members, ch.Breaks.Waiting})
		row := []string{ch.Host, dash(ch.Now), ch.Policy}
		for _, n := range []int64{ch.Breaks.Followed, ch.Breaks.Following, ch.Breaks.Members, ch.Breaks.Waiting} {
			row = append(row, strconv.FormatInt(n, 10))
		}
		t.rows = append(t.rows, row)
	}
	t.json = map[string]any{"applied": applied, "changes": shown}
	return t
}

// hostExportCommand writes what was decided in the form of Mastodon.
func hostExportCommand() *cobra.Command {
	return listing(&cobra.Command{Use: "export", Short: "Print what was decided about hosts as a block list in the form of Mastodon", Args: cobra.NoArgs},
		inOffice(func(ctx context.Context, o *office, _ []string) (table, error) {
			hosts, err := o.store.HostsWithPolicy(ctx)
			if err != nil {
				return table{}, err
			}
			var b strings.Builder
			if err := blocklist.Write(&b, hosts); err != nil {
				return table{}, err
			}
			list := []hostShown{}
			for _, h := range hosts {
				list = append(list, hostAsShown(h))
			}
			return table{json: list, text: b.String()}, nil
		}))
}
