// Package migrations holds the numbered schema changes of Copse as SQL Files and turns them
// into bun migrations for one engine. It runs nothing itself; db does, under a lock.
//
// Files are written in PostgreSQL's dialect and must be re-runnable (IF NOT EXISTS), because a
// kill between the change and its mark runs them again. Where the engines truly differ a file
// carries the engine in its name: 0004_search.sqlite.up.sql beside 0004_search.postgres.up.sql.
package migrations

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
)

// Files holds the SQL of all migrations.
//
//go:embed *.sql
var Files embed.FS

// Engine names a database engine in file names.
type Engine string

// The two engines Copse runs on.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// For collects the migrations of one engine in order of their numbers; they run on db.
func For(engine Engine, db *bun.DB) (*migrate.Migrations, error) {
	names, err := fs.Glob(Files, "*.up.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	all := migrate.NewMigrations()
	for _, name := range names {
		stem := strings.TrimSuffix(name, ".up.sql")
		title, only, tied := strings.Cut(stem, ".")
		if tied && only != string(engine) {
			continue
		}
		number, comment, _ := strings.Cut(title, "_")
		all.Add(migrate.Migration{
			Name: number, Comment: comment,
			Up: func(ctx context.Context, _ *migrate.Migrator, _ *migrate.Migration) error {
				return run(ctx, db, engine, name)
			},
			Down: func(ctx context.Context, _ *migrate.Migrator, _ *migrate.Migration) error {
				return run(ctx, db, engine, stem+".down.sql")
			},
		})
	}
	return all, nil
}

// SQL returns the text of a migration file as the engine runs it.
func SQL(engine Engine, name string) (string, error) {
	raw, err := Files.ReadFile(path.Base(name))
	if err != nil {
		return "", fmt.Errorf("read migration %s: %w", name, err)
	}
	text := string(raw)
	if engine == SQLite {
		// BIGINT PRIMARY KEY would be a second index beside the row id.
		text = strings.ReplaceAll(text, "BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY")
		text = strings.ReplaceAll(text, "BYTEA", "BLOB")
		text = strings.ReplaceAll(text, "CREATE UNLOGGED TABLE", "CREATE TABLE")
	}
	return text, nil
}

func run(ctx context.Context, db *bun.DB, engine Engine, name string) error {
	text, err := SQL(engine, name)
	if err != nil {
		return err
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("run %s: %w", name, err)
		}
		return nil
	})
}
