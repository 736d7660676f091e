package db

import (
	"container/list"
	"context"
	"database/sql/driver"
	"fmt"
	"hash/maphash"
)

// keptStatements bounds the prepared statements of one connection: some ten kilobytes each.
const keptStatements = 96

// preparing opens SQLite connections that keep the statements they are asked again and again.
// Parsing and planning was a third of a page's time in the database.
type preparing struct{ driver.Connector }

// Connect implements driver.Connector.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	inner, ok := c.(sqliteConn)
	if !ok {
		return nil, fmt.Errorf("keep statements of %T: it lacks what database/sql asks of a connection", c)
	}
	return &keeper{sqliteConn: inner, kept: map[string]*list.Element{}, order: list.New(), seed: maphash.MakeSeed()}, nil
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
	driver.StmtQueryContext
}

// keeper is a connection with its statements, last used first. database/sql uses it from one
// goroutine at a time.
type keeper struct {
	sqliteConn
	kept  map[string]*list.Element // of *keptStatement, by text
	order *list.List
	// met are texts that came once: only what comes again is kept, so that a search for a name
	// pushes nothing out.
	met  [256]uint64
	seed maphash.Seed
}

type keptStatement struct {
	text string
	stmt sqliteStmt
	lent bool // rows of it are open
}

// QueryContext implements driver.QueryerContext.
func (k *keeper) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if len(args) > 0 {
		return k.sqliteConn.QueryContext(ctx, query, args)
	}
	text, values, ok := lift(query)
	if !ok {
		return k.sqliteConn.QueryContext(ctx, query, nil)
	}
	st := k.statement(ctx, text)
	if st == nil {
		return k.sqliteConn.QueryContext(ctx, query, nil)
	}
	named := make([]driver.NamedValue, len(values))
	for i, v := range values {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	rows, err := st.stmt.QueryContext(ctx, named)
	if err != nil {
		return nil, err
	}
	st.lent = true
	return &lentRows{Rows: rows, st: st}, nil
}

// statement finds or makes the statement of a text. It is nil where keeping does not pay yet, where
// the one there is is in use, and where the text is wrong: the driver says so when asked directly.
func (k *keeper) statement(ctx context.Context, text string) *keptStatement {
	if at := k.kept[text]; at != nil {
		k.order.MoveToFront(at)
		if st, _ := at.Value.(*keptStatement); !st.lent {
			return st
		}
		return nil
	}
	sum := maphash.String(k.seed, text)
	if place := &k.met[sum%uint64(len(k.met))]; *place != sum {
		*place = sum
		return nil
	}
	stmt, err := k.PrepareContext(ctx, text)
	if err != nil {
		return nil
	}
	asked, ok := stmt.(sqliteStmt)
	if !ok {
		_ = stmt.Close()
		return nil
	}
	st := &keptStatement{text: text, stmt: asked}
	k.kept[text] = k.order.PushFront(st)
	k.drop(keptStatements)
	return st
}

// drop closes the statements that were not used for longest, down to so many.
func (k *keeper) drop(most int) {
	for at := k.order.Back(); at != nil && k.order.Len() > most; {
		before := at.Prev()
		if st, _ := at.Value.(*keptStatement); !st.lent {
			k.order.Remove(at)
			delete(k.kept, st.text)
			_ = st.stmt.Close() // it only gives back memory
		}
		at = before
	}
}

// Close implements driver.Conn.
func (k *keeper) Close() error {
	k.drop(0)
	return k.sqliteConn.Close()
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
