package locales

import (
	"fmt"
	"strconv"
	"strings"
)

// fill puts args into the %s, %d, %1$s and %2$d of a text. It is not
// fmt.Sprintf: a translation may leave an argument out or use it twice, and
// must never print %!d(MISSING) at a reader.
func (l *Loc) fill(text string, args []any) string {
	if len(args) == 0 || !strings.Contains(text, "%") {
		return text
	}
	var b strings.Builder
	next := 0
	for {
		before, rest, found := strings.Cut(text, "%")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		place, verb, size := verbOf(rest)
		text = rest[size:]
		switch {
		case verb == '%':
			b.WriteByte('%')
			continue
		case verb == 0:
			b.WriteByte('%') // a lone percent sign, as in "40 % done"
			continue
		case place == 0:
			next++
			place = next
		}
		if place <= len(args) {
			b.WriteString(l.word(args[place-1]))
		}
	}
}

// verbOf reads what follows a percent sign: s, d, % or 1$s. A verb of 0 means
// the sign stands for itself.
func verbOf(s string) (place int, verb byte, size int) {
	digits := 0
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	if digits > 0 {
		if digits+1 >= len(s) || s[digits] != '$' || !isVerb(s[digits+1]) {
			return 0, 0, 0
		}
		place, _ = strconv.Atoi(s[:digits])
		return place, s[digits+1], digits + 2
	}
	if len(s) > 0 && (isVerb(s[0]) || s[0] == '%') {
		return 0, s[0], 1
	}
	return 0, 0, 0
}

func isVerb(c byte) bool { return c == 's' || c == 'd' }

func (l *Loc) word(arg any) string {
	switch v := arg.(type) {
	case string:
		return v
	case int:
		return l.Number(v)
	case int64:
		return l.Number(int(v))
	}
	return fmt.Sprint(arg)
}
