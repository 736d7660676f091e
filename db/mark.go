package db

import (
	"database/sql/driver"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
)

// bun writes values into the text of a query. Texts and bytes it writes as marks, outside of any
// quotes: bind turns them, and whole numbers as long as ids and times, into parameters. So the same
// question about another row is the same text, which is parsed and planned once, and nothing that
// somebody wrote ever stands in a statement. What the code itself says, to which a partial index
// may be bound, stays in the text.
const (
	markByte  = '\x01' // begins a mark; no text of ours has it
	markText  = 's'
	markBytes = 'b'
)

// liteDialect and pgDialect are the dialects of bun, with marks for values.
type (
	liteDialect struct{ *sqlitedialect.Dialect }
	pgDialect   struct{ *pgdialect.Dialect }
)

// AppendString implements schema.Dialect.
func (d liteDialect) AppendString(b []byte, s string) []byte {
	if strings.IndexByte(s, 0) >= 0 {
		return d.Dialect.AppendString(b, s) // bun refuses it
	}
	return appendMark(b, markText, s)
}

// AppendBytes implements schema.Dialect.
func (d liteDialect) AppendBytes(b, raw []byte) []byte {
	if raw == nil {
		return d.Dialect.AppendBytes(b, raw)
	}
	return appendMark(b, markBytes, raw)
}

// AppendString implements schema.Dialect.
func (d pgDialect) AppendString(b []byte, s string) []byte {
	if strings.IndexByte(s, 0) >= 0 {
		return d.Dialect.AppendString(b, s)
	}
	return appendMark(b, markText, s)
}

// AppendBytes implements schema.Dialect.
func (d pgDialect) AppendBytes(b, raw []byte) []byte {
	if raw == nil {
		return d.Dialect.AppendBytes(b, raw)
	}
	return appendMark(b, markBytes, raw)
}

// appendMark writes a value behind its kind and length, as it is.
func appendMark[T string | []byte](b []byte, kind byte, value T) []byte {
	b = append(b, markByte, kind)
	b = strconv.AppendInt(b, int64(len(value)), 10)
	b = append(b, ':')
	return append(b, value...)
}

// readMark takes the value of a mark from the front of s and says how long the mark is.
func readMark(s string) (kind byte, value string, size int) {
	colon := strings.IndexByte(s, ':')
	n, _ := strconv.Atoi(s[2:colon]) // appendMark wrote it
	return s[1], s[colon+1 : colon+1+n], colon + 1 + n
}

// Bounds of a statement worth keeping: what is longer comes once, as a batch of rows does.
const (
	longNumber = 11 // digits; ids and times have more, what our code says has fewer
	maxBound   = 250
	maxKept    = 8 << 10
)

// binder makes a statement out of a query with marks.
type binder struct {
	postgres bool
	text     []byte
	values   []driver.NamedValue
	// plain writes values into the text again instead.
	plain bool
}

// bind turns the values in a query into parameters. again is false for what is not worth or not
// capable of being kept as a statement: its values stand in its text again.
func bind(query string, postgres bool) (text string, values []driver.NamedValue, again bool) {
	b := binder{postgres: postgres, text: make([]byte, 0, len(query)+64)}
	if keepable(query) && b.read(query) && len(b.values) <= maxBound && len(b.text) <= maxKept {
		return string(b.text), b.values, true
	}
	return unbound(query, postgres), nil, false
}

// unbound is a query with its values in its text.
func unbound(query string, postgres bool) string {
	if strings.IndexByte(query, markByte) < 0 {
		return query
	}
	b := binder{postgres: postgres, text: make([]byte, 0, 2*len(query)), plain: true}
	b.read(query)
	return string(b.text)
}

// keepable says that a query is one of those that repeat.
func keepable(query string) bool {
	word := strings.TrimLeft(query, " \t\n(")
	for _, verb := range [...]string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"} {
		if len(word) > len(verb) && strings.EqualFold(word[:len(verb)], verb) {
			return true
		}
	}
	return false
}

// read goes through a query; it is false where that is more than one statement, or has parameters
// already.
func (b *binder) read(query string) (single bool) {
	single = true
	done := 0 // up to here it is in the text
	for i := 0; i < len(query); {
		size := 1
		switch c := query[i]; {
		case c == markByte:
			b.text = append(b.text, query[done:i]...)
			var kind byte
			var value string
			kind, value, size = readMark(query[i:])
			b.put(kind, value)
			done = i + size
		case isName(c):
			size = nameLength(query[i:])
			if n, ok := number(query[i : i+size]); ok && !b.plain {
				b.text = append(b.text, query[done:i]...)
				b.param(n)
				done = i + size
			}
		case c == '\'' || c == '"':
			size = quoted(query[i:])
		case c == ';' || c == '?' || c == '$', strings.HasPrefix(query[i:], "--"), strings.HasPrefix(query[i:], "/*"):
			single = false
		}
		i += size
	}
	b.text = append(b.text, query[done:]...)
	return single
}

// put adds the value of a mark.
func (b *binder) put(kind byte, value string) {
	switch {
	case kind == markText && !utf8.ValidString(value):
		b.put(markText, strings.ToValidUTF8(value, "\uFFFD"))
	case kind == markText && b.plain:
		b.text = append(b.text, '\'')
		b.text = append(b.text, strings.ReplaceAll(value, "'", "''")...)
		b.text = append(b.text, '\'')
	case kind == markText:
		b.param(value)
	case b.plain && b.postgres:
		b.text = append(b.text, `'\x`...)
		b.text = append(hex.AppendEncode(b.text, []byte(value)), '\'')
	case b.plain:
		b.text = append(b.text, "X'"...)
		b.text = append(hex.AppendEncode(b.text, []byte(value)), '\'')
	default:
		b.param([]byte(value))
	}
}

// param adds a parameter. PostgreSQL is told that a number is as wide as the literal would be.
func (b *binder) param(value any) {
	b.values = append(b.values, driver.NamedValue{Ordinal: len(b.values) + 1, Value: value})
	if !b.postgres {
		b.text = append(b.text, '?')
		return
	}
	b.text = append(b.text, '$')
	b.text = strconv.AppendInt(b.text, int64(len(b.values)), 10)
	if _, wide := value.(int64); wide {
		b.text = append(b.text, "::int8"...)
	}
}

// quoted is the length of a literal or name with its quotes, or of all the rest when it doesn't
// end; two quotes inside are one.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != s[0] {
			continue
		}
		if i+1 == len(s) || s[i+1] != s[0] {
			return i + 1
		}
		i++
	}
	return len(s)
}

// number is the value of a long whole number. Fractions are left alone: their dot keeps them
// together.
func number(word string) (int64, bool) {
	if len(word) < longNumber || word[0] < '1' || word[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(word, 10, 64)
	return n, err == nil
}

func nameLength(s string) int {
	n := 0
	for n < len(s) && isName(s[n]) {
		n++
	}
	return n
}

// names are the bytes that words and numbers are made of.
var names = func() (is [256]bool) {
	for b := range is {
		is[b] = b == '_' || b == '.' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
	}
	return is
}()

func isName(b byte) bool { return names[b] }
