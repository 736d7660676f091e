package db

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLift(t *testing.T) {
	t.Parallel()
	long := "a text that is longer than words are"
	for _, test := range []struct {
		query, text string
		values      []any
	}{
		{"SELECT a FROM t WHERE id = 116000000000000001", "SELECT a FROM t WHERE id = ?", []any{int64(116000000000000001)}},
		{"SELECT a FROM t WHERE x <> 0 AND s <> 'direct' LIMIT 51", "SELECT a FROM t WHERE x <> 0 AND s <> 'direct' LIMIT 51", nil},
		{"SELECT a FROM t WHERE id IN (1160000000000, 1160000000001)", "SELECT a FROM t WHERE id IN (?, ?)", []any{int64(1160000000000), int64(1160000000001)}},
		{"SELECT a FROM t WHERE u = '" + long + "' AND n = -1160000000000", "SELECT a FROM t WHERE u = ? AND n = -?", []any{long, int64(1160000000000)}},
		{"SELECT a FROM t WHERE u = 'it''s " + long + "?'", "SELECT a FROM t WHERE u = ?", []any{"it's " + long + "?"}},
		{`SELECT "t1160000000000" FROM "t" WHERE x = 1160000000000.5`, `SELECT "t1160000000000" FROM "t" WHERE x = 1160000000000.5`, nil},
		{"SELECT t1160000000000 FROM t WHERE x = 99999999999999999999", "SELECT t1160000000000 FROM t WHERE x = 99999999999999999999", nil},
		{"SELECT a FROM t WHERE u = 'short 1160000000000'", "SELECT a FROM t WHERE u = 'short 1160000000000'", nil},
	} {
		text, values, ok := lift(test.query)
		if !ok || text != test.text {
			t.Errorf("%s\nbecomes %s (%v)\nwant    %s", test.query, text, ok, test.text)
		}
		if diff := cmp.Diff(test.values, values); diff != "" {
			t.Errorf("values of %s (-want +got):\n%s", test.query, diff)
		}
	}
}

func TestLift_leavesAlone(t *testing.T) {
	t.Parallel()
	for _, query := range []string{
		"UPDATE t SET a = 1160000000000", "SELECT 1; SELECT 2", "SELECT X'00ff' FROM t", "SELECT 'open FROM t",
		"SELECT a -- 1160000000000", "SELECT a /* ' */ FROM t", "SELECT a FROM t WHERE b = ?", "SELECT 'a' \x00",
	} {
		if text, _, ok := lift(query); ok {
			t.Errorf("%q becomes %q", query, text)
		}
	}
}
