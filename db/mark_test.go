package db

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
)

// gens are the generators of queries of both engines, PostgreSQL's under true.
func gens() map[bool]schema.QueryGen {
	return map[bool]schema.QueryGen{
		false: schema.NewQueryGen(liteDialect{sqlitedialect.New()}),
		true:  schema.NewQueryGen(pgDialect{pgdialect.New()}),
	}
}

func TestBind(t *testing.T) {
	t.Parallel()
	const id = int64(116000000000000001)
	for _, test := range []struct {
		query        string
		args         []any
		lite, pg     string
		values       []any
		plain, plPGs string
	}{
		{
			query: "SELECT a FROM t WHERE id = ? AND x <> 0 AND s <> 'direct' LIMIT ?", args: []any{id, 51},
			lite:   "SELECT a FROM t WHERE id = ? AND x <> 0 AND s <> 'direct' LIMIT 51",
			pg:     "SELECT a FROM t WHERE id = $1::int8 AND x <> 0 AND s <> 'direct' LIMIT 51",
			values: []any{id},
		},
		{
			query: "INSERT INTO t (u, b, n) VALUES (?, ?, ?)", args: []any{"it's 'one'; -- \x01s9:?", []byte{0, 1, ':', '\''}, -id},
			lite:   "INSERT INTO t (u, b, n) VALUES (?, ?, -?)",
			pg:     "INSERT INTO t (u, b, n) VALUES ($1, $2, -$3::int8)",
			values: []any{"it's 'one'; -- \x01s9:?", []byte{0, 1, ':', '\''}, id},
			plain:  "INSERT INTO t (u, b, n) VALUES ('it''s ''one''; -- \x01s9:?', X'00013a27', -116000000000000001)",
			plPGs:  `INSERT INTO t (u, b, n) VALUES ('it''s ''one''; -- ` + "\x01" + `s9:?', '\x00013a27', -116000000000000001)`,
		},
		{
			query:  `UPDATE "t1160000000000" SET t1160000000000 = ?, x = 1160000000000.5, y = 99999999999999999999 WHERE z = 'in 1160000000000'`,
			args:   []any{""},
			lite:   `UPDATE "t1160000000000" SET t1160000000000 = ?, x = 1160000000000.5, y = 99999999999999999999 WHERE z = 'in 1160000000000'`,
			pg:     `UPDATE "t1160000000000" SET t1160000000000 = $1, x = 1160000000000.5, y = 99999999999999999999 WHERE z = 'in 1160000000000'`,
			values: []any{""},
		},
		{
			query: "DELETE FROM t WHERE u = ?", args: []any{"half a \xe2\x82 sign"},
			lite: "DELETE FROM t WHERE u = ?", pg: "DELETE FROM t WHERE u = $1", values: []any{"half a \uFFFD sign"},
			plain: "DELETE FROM t WHERE u = 'half a \uFFFD sign'",
		},
	} {
		for postgres, gen := range gens() {
			query, want, plain := gen.FormatQuery(test.query, test.args...), test.lite, test.plain
			if postgres {
				want = test.pg
				if test.plPGs != "" {
					plain = test.plPGs
				}
			}
			text, values, again := bind(query, postgres)
			if text != want || !again {
				t.Errorf("%q\nbecomes %q (%v)\nwant    %q", query, text, again, want)
			}
			var got []any
			for i, v := range values {
				got = append(got, v.Value)
				if v.Ordinal != i+1 {
					t.Errorf("value %d of %q is numbered %d", i+1, text, v.Ordinal)
				}
			}
			if diff := cmp.Diff(test.values, got); diff != "" {
				t.Errorf("values of %q (-want +got):\n%s", query, diff)
			}
			if plain != "" && unbound(query, postgres) != plain {
				t.Errorf("%q\nplain is %q\nwant     %q", query, unbound(query, postgres), plain)
			}
		}
	}
}

// What is no single statement of the usual kinds, or too long to come again, keeps its values.
func TestBind_leavesAlone(t *testing.T) {
	t.Parallel()
	many := make([]any, maxBound+1)
	for i := range many {
		many[i] = fmt.Sprint("value ", i)
	}
	for _, test := range []struct {
		query string
		args  []any
	}{
		{"CREATE INDEX x ON t (a) WHERE b = ?", []any{"c"}},
		{"UPDATE t SET a = ?; UPDATE t SET b = 1", []any{"c"}},
		{"SELECT a -- ?", []any{"c"}},
		{"SELECT a /* ' */ FROM t", nil},
		{"SAVEPOINT x1160000000000", nil},
		{"SELECT a FROM t WHERE u IN (" + strings.Repeat("?, ", maxBound) + "?)", many},
		{"SELECT a FROM t WHERE " + strings.Repeat("a = 1 AND ", maxKept/10) + "b = ?", []any{"c"}},
	} {
		for postgres, gen := range gens() {
			query := gen.FormatQuery(test.query, test.args...)
			text, values, again := bind(query, postgres)
			if again || len(values) != 0 || strings.IndexByte(text, markByte) >= 0 {
				t.Errorf("%.80q becomes %.80q with %d values, again %v", query, text, len(values), again)
			}
		}
	}
}

// No text that somebody writes may end up outside of its quotes, whichever way it goes.
func FuzzUnbound(f *testing.F) {
	for _, seed := range []string{"", "'", "''", "\x01s3:'", "\\'", "a'; DROP TABLE t; --", "\xff'", "?", "$1"} {
		f.Add(seed)
	}
	all := gens()
	f.Fuzz(func(t *testing.T, s string) {
		if strings.IndexByte(s, 0) >= 0 {
			return // bun refuses it
		}
		for postgres, gen := range all {
			query := gen.FormatQuery("SELECT ?, 'end'", s)
			text, values, again := bind(query, postgres)
			if !again || len(values) != 1 || strings.ContainsAny(strings.TrimSuffix(text, "'end'"), "'") {
				t.Fatalf("%q becomes %q with %d values", s, text, len(values))
			}
			plain := unbound(query, postgres)
			rest, ok := strings.CutPrefix(plain, "SELECT ")
			if size := quoted(rest); !ok || rest[size:] != ", 'end'" {
				t.Fatalf("%q is quoted as %q", s, plain)
			}
		}
	})
}
