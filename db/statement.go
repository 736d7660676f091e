package db

import (
	"container/list"
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// keptStatements bounds the prepared statements of one connection: some ten kilobytes each.
const keptStatements = 96

// liteConnector opens SQLite connections that keep their statements. Parsing and planning was a
// third of what taking in an activity costs.
type liteConnector struct{ driver.Connector }

// Connect implements driver.Connector.
func (c liteConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	inner, ok := conn.(sqliteConn)
	if !ok {
		return nil, fmt.Errorf("keep statements of %T: it lacks what database/sql asks of a connection", conn)
	}
	return &liteConn{sqliteConn: inner, kept: map[string]*list.Element{}, order: list.New()}, nil
}

// sqliteConn is what the driver's connections offer to database/sql.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// liteConn is a connection with its statements, last used first. database/sql uses it from one
// goroutine at a time.
type liteConn struct {
	sqliteConn
	kept  map[string]*list.Element // of *keptStatement, by text
	order *list.List
}

type keptStatement struct {
	sqliteStmt
	text string
	lent bool // rows of it are open
}

// QueryContext implements driver.QueryerContext.
func (c *liteConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	st, text, values, err := c.prepare(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return c.sqliteConn.QueryContext(ctx, text, values)
	}
	rows, err := st.QueryContext(ctx, values)
	if err != nil {
		return nil, err
	}
	st.lent = true
	return &lentRows{Rows: rows, st: st}, nil
}

// ExecContext implements driver.ExecerContext.
func (c *liteConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	st, text, values, err := c.prepare(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return c.sqliteConn.ExecContext(ctx, text, values)
	}
	return st.ExecContext(ctx, values)
}

// prepare finds or makes the statement of a query. It is nil where there is none to keep, or it is
// in use: text and values are to be run as they are.
func (c *liteConn) prepare(ctx context.Context, query string, args []driver.NamedValue) (*keptStatement, string, []driver.NamedValue, error) {
	if len(args) > 0 {
		return nil, query, args, nil
	}
	text, values, again := bind(query, false)
	if !again {
		return nil, text, values, nil
	}
	if at := c.kept[text]; at != nil {
		c.order.MoveToFront(at)
		if st, _ := at.Value.(*keptStatement); !st.lent {
			return st, text, values, nil
		}
		return nil, text, values, nil
	}
	stmt, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, "", nil, err
	}
	asked, ok := stmt.(sqliteStmt)
	if !ok {
		return nil, text, values, stmt.Close()
	}
	st := &keptStatement{text: text, sqliteStmt: asked}
	c.kept[text] = c.order.PushFront(st)
	c.drop(keptStatements)
	return st, text, values, nil
}

// drop closes the statements that were not used for longest, down to so many.
func (c *liteConn) drop(most int) {
	for at := c.order.Back(); at != nil && c.order.Len() > most; {
		before := at.Prev()
		if st, _ := at.Value.(*keptStatement); !st.lent {
			c.order.Remove(at)
			delete(c.kept, st.text)
			_ = st.Close() // it only gives back memory
		}
		at = before
	}
}

// Close implements driver.Conn.
func (c *liteConn) Close() error {
	c.drop(0)
	return c.sqliteConn.Close()
}

// lentRows are the rows of a statement that is used again afterwards.
type lentRows struct {
	driver.Rows
	st *keptStatement
}

// Close implements driver.Rows.
func (r *lentRows) Close() error {
	r.st.lent = false
	return r.Rows.Close()
}

// pgConnector opens PostgreSQL connections that have the server keep their statements; pgx holds
// the list. With keeps false, for a pooler between that does not pass statements on, values go
// in the text.
type pgConnector struct {
	driver.Connector
	keeps bool
}

// Connect implements driver.Connector.
func (c pgConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	inner, ok := conn.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("keep statements of %T: not a connection of pgx", conn)
	}
	return &pgConn{Conn: inner, keeps: c.keeps}, nil
}

type pgConn struct {
	*stdlib.Conn
	keeps bool
}

// QueryContext implements driver.QueryerContext.
func (c *pgConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	query, args = c.bound(query, args)
	return c.Conn.QueryContext(ctx, query, args)
}

// ExecContext implements driver.ExecerContext.
func (c *pgConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	query, args = c.bound(query, args)
	return c.Conn.ExecContext(ctx, query, args)
}

// bound is a query as pgx is to run it: the way it goes is the first argument.
func (c *pgConn) bound(query string, args []driver.NamedValue) (string, []driver.NamedValue) {
	if len(args) > 0 {
		return query, args
	}
	text, values, again := bind(query, true)
	mode := pgx.QueryExecModeCacheStatement
	if !again || !c.keeps {
		text, values, mode = unbound(query, true), nil, pgx.QueryExecModeSimpleProtocol
	}
	return text, append([]driver.NamedValue{{Value: mode}}, values...)
}
