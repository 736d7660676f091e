// Package db keeps what Copse knows: one file per noun with its struct, the invariants that need
// no other row, and its queries, on SQLite and PostgreSQL alike.
//
// It knows nothing of HTTP, ActivityPub or permissions. Rules decide, doors and workers open
// transactions with Store.InTx; rules and queries never do. Start with store.go, then post.go;
// the tables are in migrations.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"modernc.org/sqlite"

	"github.com/copse-social/copse/db/migrations"
)

// Options says where the database is.
type Options struct {
	// URL is empty for the SQLite file copse.db in Data, or a postgres:// address.
	URL  string
	Data string
	// MaxConns bounds the PostgreSQL pool; 0 means 4 per core, at least 8.
	MaxConns int
	// Now is the clock for ids and timestamps.
	Now func() time.Time
}

// Open connects, without changing the schema; see Migrate.
func Open(ctx context.Context, opt Options) (*Store, error) {
	if opt.URL == "" {
		return openSQLite(ctx, filepath.Join(opt.Data, "copse.db"), opt)
	}
	if strings.HasPrefix(opt.URL, "postgres://") || strings.HasPrefix(opt.URL, "postgresql://") {
		return openPostgres(ctx, opt)
	}
	return nil, fmt.Errorf("open database: neither empty nor a postgres:// address")
}

// openSQLite opens one writing connection and a pool of readers: SQLite has a single writer, and
// a transaction that turns from reading to writing fails at once, so writers begin IMMEDIATE. With
// synchronous FULL each commit is on the disk when it returns: NORMAL would lose the last ones in a
// power cut, and with them what others were told is stored.
func openSQLite(ctx context.Context, file string, opt Options) (*Store, error) {
	open := func(mode, cache string) (*bun.DB, error) {
		pragmas := url.Values{"_pragma": {
			"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "foreign_keys(ON)",
			"temp_store(MEMORY)", "mmap_size(268435456)", cache,
		}}
		connector, err := sqlite.NewConnector("file:" + file + "?" + pragmas.Encode() + mode)
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", file, err)
		}
		return bun.NewDB(sql.OpenDB(liteConnector{connector}), liteDialect{sqlitedialect.New()}), nil
	}
	write, err := open("&_txlock=immediate", "cache_size(-16000)")
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	if err := write.PingContext(ctx); err != nil { // creates the file and switches it to WAL
		_ = write.Close()
		return nil, fmt.Errorf("open %s: %w", file, err)
	}
	// Readers look at the mapped file: what they keep besides is what the log has that the file has not.
	read, err := open("&_query_only=1", "cache_size(-2000)")
	if err != nil {
		_ = write.Close()
		return nil, err
	}
	read.SetMaxOpenConns(max(4, 2*runtime.NumCPU()))
	read.SetMaxIdleConns(max(4, 2*runtime.NumCPU()))
	return newStore(write, read, migrations.SQLite, opt.Now), nil
}

func openPostgres(ctx context.Context, opt Options) (*Store, error) {
	cfg, err := pgx.ParseConfig(opt.URL)
	if err != nil {
		return nil, fmt.Errorf("read database address: %w", redactDSN(err))
	}
	// A pooler between that does not pass statements on is told so by default_query_exec_mode.
	keeps := cfg.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement
	cfg.StatementCacheCapacity = keptStatements
	conns := opt.MaxConns
	if conns == 0 {
		conns = max(8, 4*runtime.NumCPU())
	}
	pool := bun.NewDB(sql.OpenDB(pgConnector{stdlib.GetConnector(*cfg, stdlib.OptionAfterConnect(presume)), keeps}), pgDialect{pgdialect.New()})
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("connect to database %s at %s: %w", cfg.Database, cfg.Host, err)
	}
	return newStore(pool, pool, migrations.Postgres, opt.Now), nil
}

// presume tells a connection what a page of a disk of today costs, unless whoever runs the server has
// said so. By the factory setting, of 1996, any row out of order costs four times one in order: a page
// of a discussion is then read by reading and sorting the whole of it.
func presume(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "SELECT set_config('random_page_cost', '1.1', false) WHERE current_setting('random_page_cost') = '4'")
	return err
}

// redactDSN keeps a password in the address out of messages.
func redactDSN(error) error { return fmt.Errorf("not a PostgreSQL connection address") }
