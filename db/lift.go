package db

import (
	"strconv"
	"strings"
)

// Bounds of what is lifted: ids and times have at least as many digits, the words that queries
// and indexes are written with are shorter.
const (
	liftDigits = 13
	liftText   = 25
)

// lift takes the ids, times and long texts out of a SELECT that bun has written them into, and
// leaves a question mark for each: so that the same question about another row is the same text
// again and need not be parsed and planned anew. What a partial index may depend on, small numbers
// and single words, stays. ok is false for what is better left as it is.
func lift(query string) (text string, values []any, ok bool) {
	if !strings.HasPrefix(query, "SELECT") {
		return "", nil, false
	}
	var out strings.Builder
	done := 0 // how much of the query is in out
	for i := 0; i < len(query); {
		size, value := 1, any(nil)
		switch b := query[i]; {
		case b == '\'':
			if size = quoted(query[i:]); size == 0 || i > 0 && isName(query[i-1]) {
				return "", nil, false // unclosed, or a blob
			}
			if size-2 >= liftText {
				value = strings.ReplaceAll(query[i+1:i+size-1], "''", "'")
			}
		case b == '"':
			if size = quoted(query[i:]); size == 0 {
				return "", nil, false
			}
		case b == ';' || b == '?' || b == 0, strings.HasPrefix(query[i:], "--"), strings.HasPrefix(query[i:], "/*"):
			return "", nil, false
		case isName(b):
			size = nameLength(query[i:])
			value = number(query[i : i+size])
		}
		if value != nil {
			out.WriteString(query[done:i])
			out.WriteByte('?')
			values, done = append(values, value), i+size
		}
		i += size
	}
	out.WriteString(query[done:])
	return out.String(), values, true
}

// quoted is the length of a literal or name with its quotes, 0 when it doesn't end; two quotes
// inside are one.
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
	return 0
}

// number is the value of a long whole number, nil for anything else. Fractions are left alone:
// their dot keeps them together.
func number(word string) any {
	if len(word) < liftDigits {
		return nil
	}
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		return nil
	}
	return n
}

func nameLength(s string) int {
	n := 0
	for n < len(s) && isName(s[n]) {
		n++
	}
	return n
}

func isName(b byte) bool {
	return b == '_' || b == '.' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}
