package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
)

func auditCommand() *cobra.Command {
	return family("audit", "What was done here with more than everybody's rights; kept for a year",
		auditListCommand(), auditVerifyCommand(), auditExportCommand())
}

// auditShown is an entry as it is printed and exported.
type auditShown struct {
	Position int64  `json:"position"`
	At       string `json:"at"`
	Who      string `json:"who"`
	Act      string `json:"act"`
	Object   string `json:"object"`
	Reason   string `json:"reason"`
	From     string `json:"from"` // an address; after a week its network
	Previous string `json:"previous"`
	Hash     string `json:"hash"`
}

func auditEntryShown(e *db.AuditEntry) auditShown {
	s := auditShown{
		Position: e.Position, At: e.At.Format("2006-01-02T15:04:05.000Z07:00"), Who: e.Who, Act: e.Act, Object: e.Object, Reason: e.Reason,
		From: e.Address, Previous: fmt.Sprintf("%x", e.Previous), Hash: fmt.Sprintf("%x", e.Hash),
	}
	if s.From == "" {
		s.From = e.Network
	}
	return s
}

func auditListCommand() *cobra.Command {
	var most int
	cmd := &cobra.Command{Use: "list", Short: "List the newest entries"}
	cmd.Flags().IntVar(&most, "last", 50, "how many")
	return listing(cmd, inOffice(func(ctx context.Context, o *office, _ []string) (table, error) {
		list, err := o.store.AuditLog(ctx, 0, max(most, 1))
		if err != nil {
			return table{}, err
		}
		shown := []auditShown{}
		t := table{head: []string{"NO", "WHEN", "WHO", "ACT", "OBJECT", "REASON", "FROM"}, none: "Nothing was done yet."}
		for _, e := range list {
			s := auditEntryShown(e)
			shown = append(shown, s)
			t.rows = append(t.rows, []string{strconv.FormatInt(s.Position, 10), moment(e.At), s.Who, s.Act, dash(s.Object), dash(s.Reason), dash(s.From)})
		}
		t.json = shown
		return t, nil
	}))
}

func auditVerifyCommand() *cobra.Command {
	var noted string
	cmd := &cobra.Command{
		Use: "verify", Short: "Check that no entry was changed or taken out",
		Long: "Walks the whole chain and prints the link of its last entry. Note that link outside of this machine:\n" +
			"whoever can write the database could make another chain, but none that holds a link noted before.",
	}
	cmd.Flags().StringVar(&noted, "noted", "", "a link that was noted before, which must be in the chain")
	return listing(cmd, inOffice(func(ctx context.Context, o *office, _ []string) (table, error) {
		n, head, err := o.store.VerifyAudit(ctx, noted)
		if err != nil {
			if errors.Is(err, db.ErrAuditBroken) {
				err = fmt.Errorf("%w; the %d entries before that are in order", err, n)
			}
			return table{}, err
		}
		return table{
			json: map[string]any{"entries": n, "head": head},
			text: fmt.Sprintf("%d entries, all in order. The last is\n%s\n", n, head),
		}, nil
	}))
}

func auditExportCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "export", Short: "Print all entries, oldest first, one JSON object a line", Args: cobra.NoArgs}
	do := inOffice(func(ctx context.Context, o *office, _ []string) (table, error) {
		err := o.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			return tx.Audit(ctx, db.AuditEntry{Who: db.ByCommand, Act: "export-audit"})
		})
		if err != nil {
			return table{}, err
		}
		return table{}, o.exportAudit(ctx, cmd.OutOrStdout())
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		_, err := do(cmd, args)
		return err
	}
	return cmd
}

func (c *core) exportAudit(ctx context.Context, out io.Writer) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for after := int64(0); ; {
		page, err := c.store.AuditSince(ctx, after, pageSize)
		if err != nil {
			return err
		}
		for _, e := range page {
			if err := enc.Encode(auditEntryShown(e)); err != nil {
				return err
			}
			after = e.Position
		}
		if len(page) < pageSize {
			return nil
		}
	}
}
