package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Why the database cannot be used. Neither says anything about the request: the same may succeed
// later.
var (
	// ErrUnavailable: it cannot be reached, takes no connections, starts, ends or is read-only.
	ErrUnavailable = errors.New("database unavailable")
	// ErrFull: there is no space to write.
	ErrFull = errors.New("no space for the database")
)

// outage says which of the two an error of a driver is; nil means neither.
func outage(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil // whoever asked has left; the driver closes the connection then
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return postgresOutage(pg.Code)
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return sqliteOutage(lite.Code())
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[*net.OpError](err)
	switch {
	case connecting, network, pgconn.SafeToRetry(err), errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return ErrUnavailable
	}
	return nil
}

// postgresOutage reads an SQLSTATE (PostgreSQL, appendix A).
func postgresOutage(code string) error {
	switch {
	case code == "53100": // disk_full
		return ErrFull
	case strings.HasPrefix(code, "08"), // connection exceptions
		strings.HasPrefix(code, "53"),   // insufficient resources: too_many_connections
		strings.HasPrefix(code, "57P0"), // shutdown, crash, cannot_connect_now
		code == "25006":                 // read_only_sql_transaction: a primary that was demoted
		return ErrUnavailable
	}
	return nil
}

// sqliteOutage reads a result code; extended ones hold the primary one in their low byte.
func sqliteOutage(code int) error {
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return ErrFull
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY:
		return ErrUnavailable
	}
	return nil
}
