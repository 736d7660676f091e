package content

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPlain is how many runes a display name or a title keeps.
const maxPlain = 200

// PlainName makes one line of plain text for names and titles: no controls,
// nothing that turns the reading direction or hides between letters (T26),
// no tower of accents, at most 200 runes. The joiners of Persian, Indic
// scripts and emoji stay where they join something. It is not escaped.
func PlainName(s string) string {
	runes := []rune(strings.ToValidUTF8(clip(s, maxPlain*40), ""))
	var b strings.Builder
	marks, kept := 0, 0
	space := false
	for i, r := range runes {
		if unicode.IsSpace(r) || r == '\u2028' || r == '\u2029' {
			space = b.Len() > 0
			continue
		}
		if hidden(r) && !joins(runes, i) {
			continue
		}
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
			if marks++; marks > 4 {
				continue
			}
		} else {
			marks = 0
		}
		if space {
			b.WriteByte(' ')
			kept++
			space = false
		}
		if kept++; kept > maxPlain {
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// hidden runes have no shape of their own or change that of others.
func hidden(r rune) bool {
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) ||
		unicode.Is(unicode.Cs, r) || r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0' ||
		r == '\u034f' || r == '\u17b4' || r == '\u17b5' || r == utf8.RuneError
}

// joins tells whether the joiner or tag at i stands between two runes that
// are written together in their script or picture.
func joins(runes []rune, i int) bool {
	if r := runes[i]; r != '\u200c' && r != '\u200d' {
		return false
	}
	if i == 0 || i == len(runes)-1 {
		return false
	}
	return joinable(runes[i-1]) && joinable(runes[i+1])
}

func joinable(r rune) bool {
	if r < 0x0600 {
		return false // Latin, Greek, Cyrillic and Hebrew join nothing
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r)
}

// cleanText drops from running text what no reader needs: controls, and the
// overrides that print a sentence backwards. Marks of direction stay, people
// writing Arabic and Hebrew use them.
func cleanText(s string) string {
	clean := true
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' || c >= 0x7f {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.IsControl(r) || r == '\u202d' || r == '\u202e' || r == '\ufeff' || r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
}

// clip cuts s to at most n bytes, between two runes.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
