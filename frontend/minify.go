package frontend

import "bytes"

// Minify takes comments and needless space out of a style sheet and changes
// nothing else: no renaming, no merging, no re-ordering, so what a developer
// reads in the source is what the browser applies. Strings stay as they are;
// space inside selectors and calc() stays where it carries meaning.
func Minify(css []byte) []byte {
	out := make([]byte, 0, len(css))
	for i := 0; i < len(css); {
		switch c := css[i]; {
		case c == '/' && i+1 < len(css) && css[i+1] == '*':
			end := bytes.Index(css[i+2:], []byte("*/"))
			if end < 0 {
				return out // an open comment runs to the end of the sheet
			}
			i += end + 4
			out = space(out)
		case c == '"' || c == '\'':
			n := stringLength(css[i:])
			out = append(out, css[i:i+n]...)
			i += n
		case isSpace(c):
			i++
			out = space(out)
		case c == '}':
			out = append(bytes.TrimRight(out, " ;"), c)
			i++
		case c == '{' || c == ';' || c == ',' || c == '>':
			out = append(bytes.TrimRight(out, " "), c)
			i++
		default:
			out = append(out, c)
			i++
		}
	}
	return bytes.TrimSpace(out)
}

// space adds one blank unless the byte before makes it needless. Before ':'
// and '(' a blank can part two selectors or two words, so it is kept there.
func space(out []byte) []byte {
	if len(out) == 0 || bytes.IndexByte([]byte(" {};,:>("), out[len(out)-1]) >= 0 {
		return out
	}
	return append(out, ' ')
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

// stringLength counts a quoted string with its quotes; a backslash hides the
// byte after it.
func stringLength(css []byte) int {
	for i := 1; i < len(css); i++ {
		switch css[i] {
		case '\\':
			i++
		case css[0]:
			return i + 1
		}
	}
	return len(css)
}
