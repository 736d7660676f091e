package db

import (
	"bytes"
	"context"
	"fmt"
	"strings"
)

// BodyBytes is how much of the body of an activity lies in its row.
func (s *Store) BodyBytes(ctx context.Context, id int64) (n int, err error) {
	err = s.read.NewRaw("SELECT length(body) FROM activities WHERE id = ?", id).Scan(ctx, &n)
	return n, err
}

// Learned are the dictionaries of the instance, beside the words.
func (s *Store) Learned(ctx context.Context) (list []string, err error) {
	var rows []*dictionary
	err = s.read.NewSelect().Model(&rows).Scan(ctx)
	for _, d := range rows {
		list = append(list, string(d.Body[len(words):]))
	}
	return list, err
}

// Unpack writes the body of an activity as versions did that packed nothing.
func (s *Store) Unpack(ctx context.Context, a *Activity) error {
	_, err := s.exec(ctx, "UPDATE activities SET body = ? WHERE id = ?", a.Body, a.ID)
	return err
}

// Lengthen writes what an activity is about as versions did that shortened nothing.
func (s *Store) Lengthen(ctx context.Context, a *Activity) error {
	_, err := s.exec(ctx, "UPDATE activities SET object_uri = ? WHERE id = ?", a.ObjectURI, a.ID)
	return err
}

// AboutBytes is how much of what an activity is about lies in its row.
func (s *Store) AboutBytes(ctx context.Context, id int64) (n int, err error) {
	err = s.read.NewRaw("SELECT length(object_uri) FROM activities WHERE id = ?", id).Scan(ctx, &n)
	return n, err
}

// Repacked packs and unpacks a body, whole and around what stands in it, and says what differs.
func Repacked(body, inner []byte) error {
	p := newPacker()
	for _, packed := range [][]byte{p.whole(body), p.about(7, inner, body)} {
		back, err := p.open(packed, inner)
		if err != nil || !bytes.Equal(back, body) {
			return fmt.Errorf("%q became %q: %w", body, back, err)
		}
		_, _ = p.open(body, inner) // what nobody packed must not panic
	}
	return nil
}

// PlanOfUnreadThere is how the engine finds what MarkThreadRead marks: PostgreSQL with how many rows it
// met on the way.
func (s *Store) PlanOfUnreadThere(ctx context.Context, accountID, discussionID int64) (string, error) {
	explain := "EXPLAIN QUERY PLAN "
	if s.Engine() == "postgres" {
		explain = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) "
	}
	return s.plan(ctx, explain+"SELECT id FROM "+unreadThere, accountID, discussionID)
}

// PlanOfDuties is how SQLite finds the duties of a kind.
func (s *Store) PlanOfDuties(ctx context.Context, kind string) (string, error) {
	return s.plan(ctx, "EXPLAIN QUERY PLAN "+dutyRows(kind), s.dutyArgs([]int64{1, 2})...)
}

func (s *Store) plan(ctx context.Context, sql string, args ...any) (string, error) {
	rows, err := s.root.write.QueryContext(ctx, sql, args...)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	var plan strings.Builder
	for rows.Next() {
		row := make([]any, len(columns))
		for i := range row {
			row[i] = new(any)
		}
		if err := rows.Scan(row...); err != nil {
			return "", err
		}
		fmt.Fprintln(&plan, *row[len(row)-1].(*any))
	}
	return plan.String(), rows.Err()
}

// PricePerPage is what the connections of the engine take a page out of order to cost, in pages read in
// order: "" with SQLite, which has no such figure.
func (s *Store) PricePerPage(ctx context.Context) (string, error) {
	if s.Engine() != "postgres" {
		return "", nil
	}
	var price string
	err := s.read.NewRaw("SHOW random_page_cost").Scan(ctx, &price)
	return price, err
}

// Run runs a statement that no query of this package would.
func (s *Store) Run(ctx context.Context, sql string) error {
	_, err := s.exec(ctx, sql)
	return err
}
