package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
)

// table is what a command found: for machines, and for people either as rows below a head or as
// text.
type table struct {
	json any
	head []string
	rows [][]string
	text string
	none string // said to people where there are no rows
	err  error  // the result of the command although there is something to print
}

// listing gives a command --json and prints what its function answers.
func listing(cmd *cobra.Command, do func(*cobra.Command, []string) (table, error)) *cobra.Command {
	var asJSON bool
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	if cmd.Args == nil {
		cmd.Args = cobra.NoArgs
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		t, err := do(cmd, args)
		if err != nil {
			return err
		}
		if asJSON {
			enc := json.NewEncoder(cmd.OutOrStdout())
			enc.SetIndent("", "  ")
			enc.SetEscapeHTML(false)
			return errors.Join(enc.Encode(t.json), t.err)
		}
		return errors.Join(t.print(cmd), t.err)
	}
	return cmd
}

func (t table) print(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	if len(t.head) == 0 {
		_, err := fmt.Fprint(out, t.text)
		return err
	}
	if len(t.rows) == 0 {
		_, err := fmt.Fprintln(out, t.none)
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(t.head, "\t"))
	for _, row := range t.rows {
		for i := range row {
			row[i] = printable(row[i])
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprint(out, t.text)
	return err
}

// printable takes out what would move a terminal's cursor: some of what is shown others have said.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}

// moment writes a time for people, to the minute and in UTC; "-" where there is none.
func moment(t db.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// stamp writes a time for machines; null where there is none.
func stamp(t db.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t.Time
}
