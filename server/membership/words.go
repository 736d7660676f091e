package membership

import (
	"strings"
	"unicode"
)

// phrases are how people commit themselves in a message, in the languages of the house; a phrase
// before which a no stands is none (domain.md 4.2).
func phrases() []phrase {
	return []phrase{
		{yes: "i commit"},
		{yes: "je m'engage"},
		{yes: "me comprometo", no: "no me comprometo"},
		{yes: "أنا ألتزم", no: "أنا لا ألتزم"},
		{yes: "ألتزم", no: "لا ألتزم"},
		{yes: "التزم", no: "لا التزم"},
		{yes: "أتعهد", no: "لا أتعهد"},
		{yes: "я обязуюсь", no: "не обязуюсь"},
		{yes: "обязуюсь", no: "не обязуюсь"},
		{yes: "我承诺", no: "我不承诺"},
	}
}

type phrase struct{ yes, no string }

// hushes ask that the introduction stays with those who decide.
func hushes() []string {
	return []string{"keep private", "garder privé", "gardez privé", "mantener privado", "مع الخصوصية", "أبقها خاصة", "не публиковать", "不公开"}
}

// committed reads a message: whether it commits, what else it says, and whether that is to stay
// private. Quoted lines and the handles before the first word don't count.
func committed(text string) (rest string, quiet, commits bool) {
	said := unquoted(text)
	low := fold(said)
	for _, p := range phrases() {
		at := wordAt(low, p.yes)
		if at < 0 || p.no != "" && wordAt(low, p.no) >= 0 {
			continue
		}
		rest = string([]rune(said)[:at]) + " " + string([]rune(said)[at+len([]rune(p.yes)):])
		for _, h := range hushes() {
			if i := wordAt(fold(rest), h); i >= 0 {
				quiet = true
				rest = string([]rune(rest)[:i]) + string([]rune(rest)[i+len([]rune(h)):])
			}
		}
		return tidy(rest), quiet, true
	}
	return "", false, false
}

// fold writes text in lower case, rune for rune, with one kind of apostrophe.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '’', 'ʼ', '`', '´':
			return '\''
		}
		return unicode.ToLower(r)
	}, s)
}

// wordAt is where a phrase stands in text as whole words, counted in runes; -1 where it doesn't.
func wordAt(text, phrase string) int {
	runes, want := []rune(text), []rune(phrase)
	for i := 0; i+len(want) <= len(runes); i++ {
		if string(runes[i:i+len(want)]) != phrase {
			continue
		}
		before := i == 0 || !letter(runes[i-1])
		after := i+len(want) == len(runes) || !letter(runes[i+len(want)])
		if before && after {
			return i
		}
	}
	return -1
}

// letter says that a rune goes on with the word beside it; Chinese puts no spaces between words.
func letter(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)) && !unicode.Is(unicode.Han, r)
}

// unquoted drops quoted lines, and the handles that a client puts before an answer.
func unquoted(text string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, ">") {
			lines = append(lines, line)
		}
	}
	words := strings.Fields(strings.Join(lines, "\n"))
	for len(words) > 0 && strings.HasPrefix(words[0], "@") {
		words = words[1:]
	}
	return strings.Join(words, " ")
}

// tidy takes away what held the phrase and the rest together.
func tidy(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("-–—.,;:!،؛，。；：！、", r)
	})
}
