package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun/migrate"

	"github.com/copse-social/copse/db/migrations"
)

// migrationLock is the key of the PostgreSQL advisory lock under which the schema changes.
const migrationLock = 7262537

// ErrNewerSchema says that a newer Copse has already changed this database.
var ErrNewerSchema = errors.New("the database belongs to a newer version")

// Migration is one schema change and whether this database has it.
type Migration struct {
	Name    string `json:"name"`
	Applied bool   `json:"applied"`
}

func (s *Store) migrator() (*migrate.Migrator, error) {
	all, err := migrations.For(s.root.engine, s.root.write)
	if err != nil {
		return nil, err
	}
	return migrate.NewMigrator(s.root.write, all, migrate.WithMarkAppliedOnSuccess(true)), nil
}

// Migrate brings the schema up to date and returns the names of what it changed. It holds a lock
// that a killed process cannot leave behind, and refuses a schema newer than this binary.
func (s *Store) Migrate(ctx context.Context) ([]string, error) {
	unlock, err := s.lockSchema(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	m, err := s.migrator()
	if err != nil {
		return nil, err
	}
	if err := m.Init(ctx); err != nil {
		return nil, fmt.Errorf("prepare migrations: %w", err)
	}
	if missing, err := m.MissingMigrations(ctx); err != nil {
		return nil, fmt.Errorf("compare migrations: %w", err)
	} else if len(missing) > 0 {
		return nil, ErrNewerSchema
	}
	group, err := m.Migrate(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	var names []string
	for _, done := range group.Migrations {
		names = append(names, done.String())
	}
	return names, nil
}

// lockSchema keeps two processes from changing one PostgreSQL schema at once; the lock falls with
// the connection. SQLite has one writer anyway.
func (s *Store) lockSchema(ctx context.Context) (func(), error) {
	if s.root.engine == migrations.SQLite {
		return func() {}, nil
	}
	conn, err := s.root.write.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock schema: %w", err)
	}
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(?)", migrationLock); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("lock schema: %w", err)
	}
	return func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(?)", migrationLock)
		_ = conn.Close()
	}, nil
}

// Migrations lists all schema changes in order.
func (s *Store) Migrations(ctx context.Context) ([]Migration, error) {
	m, err := s.migrator()
	if err != nil {
		return nil, err
	}
	if err := m.Init(ctx); err != nil {
		return nil, fmt.Errorf("prepare migrations: %w", err)
	}
	list, err := m.MigrationsWithStatus(ctx)
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	var out []Migration
	for _, one := range list {
		out = append(out, Migration{Name: one.String(), Applied: one.IsApplied()})
	}
	return out, nil
}

// Rollback undoes the last group of schema changes. Only tests of the migrations use it: after a
// release the schema moves forward only.
func (s *Store) Rollback(ctx context.Context) error {
	m, err := s.migrator()
	if err != nil {
		return err
	}
	_, err = m.Rollback(ctx)
	return err
}
