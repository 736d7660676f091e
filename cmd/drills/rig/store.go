package rig

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// Database opens the instance's database beside it.
func (r *Rig) Database() (*sql.DB, error) {
	if r.Postgres != nil {
		return sql.Open("pgx", r.Postgres.URL)
	}
	return sql.Open("sqlite", "file:"+filepath.Join(r.Data(), "copse.db")+"?_pragma=busy_timeout(10000)")
}

// query reads rows of a query into scan, one call a row.
func (r *Rig) query(ctx context.Context, text string, scan func(*sql.Rows) error) error {
	base, err := r.Database()
	if err != nil {
		return err
	}
	defer func() { _ = base.Close() }()
	rows, err := base.QueryContext(ctx, text)
	if err != nil {
		return fmt.Errorf("read the database: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fmt.Errorf("read the database: %w", err)
		}
	}
	return rows.Err()
}

// Count is the one number that a query gives.
func (r *Rig) Count(ctx context.Context, text string) (n int, err error) {
	err = r.query(ctx, text, func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n, err
}

// unfinished counts what the instance still has to do, apart from what SeedPending made.
const unfinished = `SELECT (SELECT count(*) FROM outbox WHERE done_at = 0) + (SELECT count(*) FROM deliveries WHERE state = 0 AND host >= 'i')
	+ (SELECT count(*) FROM receipts WHERE state = 0)`

// Settle waits until nothing is on its way in the instance, and says how long that took.
func (r *Rig) Settle(ctx context.Context, limit time.Duration) (time.Duration, error) {
	from := time.Now()
	var left int
	for {
		n, err := r.Count(ctx, unfinished)
		if err == nil && n == 0 {
			return time.Since(from), nil
		}
		if left = n; time.Since(from) > limit {
			return limit, errors.Join(fmt.Errorf("%d deliveries and receipts are left after %s", left, limit), err)
		}
		if ctx.Err() != nil {
			return time.Since(from), ctx.Err()
		}
		Pause(ctx, 100*time.Millisecond)
	}
}

// delivery is a row of the database's ledger.
type delivery struct {
	id, okey       int64
	activity, host string
	state          int
}

// deliveries are those made since the laboratory was filled, in the order in which they were made.
func (r *Rig) deliveries(ctx context.Context) ([]delivery, error) {
	var list []delivery
	err := r.query(ctx, fmt.Sprintf(`SELECT d.id, d.okey, a.uri, d.host, d.state FROM deliveries d
		JOIN activities a ON a.id = d.activity_id WHERE d.id > %d ORDER BY d.id`, r.settled),
		func(rows *sql.Rows) error {
			var d delivery
			err := rows.Scan(&d.id, &d.okey, &d.activity, &d.host, &d.state)
			list = append(list, d)
			return err
		})
	return list, err
}

// posts counts the rows of each title, for our own posts, and of each IRI for the others.
func (r *Rig) posts(ctx context.Context) (titles, objects map[string]int, err error) {
	titles, objects = map[string]int{}, map[string]int{}
	err = r.query(ctx, "SELECT uri, title, local FROM posts", func(rows *sql.Rows) error {
		var uri, title string
		var local bool
		err := rows.Scan(&uri, &title, &local)
		objects[uri]++
		if local && title != "" {
			titles[title]++
		}
		return err
	})
	return titles, objects, err
}

// Sound asks SQLite whether its file is whole.
func (r *Rig) Sound(ctx context.Context) (bool, error) {
	var text string
	err := r.query(ctx, "PRAGMA integrity_check", func(rows *sql.Rows) error { return rows.Scan(&text) })
	return text == "ok", err
}
