package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
)

func migrateCommand() *cobra.Command {
	return family("migrate", "The schema of the database",
		listing(&cobra.Command{Use: "status", Short: "List the schema changes and which of them this database has"}, atSchema(schemaStatus)),
		listing(&cobra.Command{Use: "plan", Short: "List the schema changes that \"up\" would make"}, atSchema(schemaPlan)),
		listing(&cobra.Command{Use: "up", Short: "Bring the database to the schema of this version"}, atSchema(schemaUp)),
	)
}

// atSchema opens the database without asking that its schema be current.
func atSchema(do func(context.Context, *db.Store) (table, error)) func(*cobra.Command, []string) (table, error) {
	return func(cmd *cobra.Command, _ []string) (t table, err error) {
		cfg, err := configFrom(cmd)
		if err != nil {
			return table{}, err
		}
		store, err := openStore(cmd.Context(), cfg, time.Now)
		if err != nil {
			return table{}, err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		return do(cmd.Context(), store)
	}
}

func schemaStatus(ctx context.Context, store *db.Store) (table, error) {
	list, err := store.Migrations(ctx)
	if err != nil {
		return table{}, err
	}
	t := table{json: list, head: []string{"CHANGE", "STATE"}}
	for _, m := range list {
		state := "missing"
		if m.Applied {
			state = "applied"
		}
		t.rows = append(t.rows, []string{m.Name, state})
	}
	return t, nil
}

func schemaPlan(ctx context.Context, store *db.Store) (table, error) {
	list, err := store.Migrations(ctx)
	if err != nil {
		return table{}, err
	}
	missing := []db.Migration{}
	t := table{head: []string{"CHANGE"}, none: "The schema is that of this version."}
	for _, m := range list {
		if !m.Applied {
			missing = append(missing, m)
			t.rows = append(t.rows, []string{m.Name})
		}
	}
	t.json = missing
	return t, nil
}

func schemaUp(ctx context.Context, store *db.Store) (table, error) {
	done, err := store.Migrate(ctx)
	if err != nil {
		return table{}, err
	}
	if len(done) == 0 {
		return table{json: []string{}, text: "The schema was that of this version already.\n"}, nil
	}
	err = store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		return tx.Audit(ctx, db.AuditEntry{Who: db.ByCommand, Act: "migrate", Reason: fmt.Sprintf("%d changes", len(done))})
	})
	return table{json: done, text: fmt.Sprintf("%d schema changes made.\n", len(done))}, err
}
