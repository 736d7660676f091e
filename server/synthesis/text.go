package synthesis

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rivo/uniseg"
)

// MaxShort is how many words the short answer may have (domain.md 3f).
const MaxShort = 120

// mark is what refers to responses in a text: [2], [2, 5], [2-4]. A Markdown link such as [2](…)
// or [2][…] is none.
var mark = regexp.MustCompile(`\[(\d{1,4}(?:\s*[-–,]\s*\d{1,4})*)\]`)

// widest bounds what a span such as [1-9999] names.
const widest = 200

// Cited lists the numbers of the responses that a text refers to, each once, smallest first.
func Cited(text string) []int {
	var list []int
	eachMark(text, func(_, _ int, numbers []int) { list = append(list, numbers...) })
	slices.Sort(list)
	return slices.Compact(list)
}

// eachMark visits what refers to responses, with where it stands.
func eachMark(text string, visit func(from, to int, numbers []int)) {
	for _, at := range mark.FindAllStringSubmatchIndex(text, -1) {
		if rest := text[at[1]:]; strings.HasPrefix(rest, "(") || strings.HasPrefix(rest, "[") && !mark.MatchString(rest[:min(len(rest), 8)]) {
			continue
		}
		if at[0] > 0 && (text[at[0]-1] == '\\' || text[at[0]-1] == '!') {
			continue
		}
		if numbers := numbersIn(text[at[2]:at[3]]); len(numbers) > 0 {
			visit(at[0], at[1], numbers)
		}
	}
}

func numbersIn(s string) []int {
	var list []int
	for part := range strings.SplitSeq(strings.ReplaceAll(s, "–", "-"), ",") {
		from, to, span := strings.Cut(part, "-")
		a, err := strconv.Atoi(strings.TrimSpace(from))
		if err != nil || a == 0 {
			continue
		}
		b := a
		if span {
			if b, err = strconv.Atoi(strings.TrimSpace(to)); err != nil || b < a || b-a > widest {
				b = a
			}
		}
		for n := a; n <= b; n++ {
			list = append(list, n)
		}
	}
	return list
}

// Linked writes what refers to responses as links to them; numbers without an address stay text.
func Linked(text string, address func(number int) string) string {
	var b strings.Builder
	done := 0
	eachMark(text, func(from, to int, numbers []int) {
		b.WriteString(text[done:from])
		done = to
		for i, n := range numbers {
			if i > 0 {
				b.WriteByte(' ')
			}
			label := `\[` + strconv.Itoa(n) + `\]`
			if url := address(n); url != "" {
				label = "[" + label + "](<" + url + ">)"
			}
			b.WriteString(label)
		}
	})
	b.WriteString(text[done:])
	return b.String()
}

// Words counts words by the rules of Unicode (UAX 29); of scripts without spaces each character that
// stands for a word or syllable counts.
func Words(text string) int {
	n, state := 0, -1
	for len(text) > 0 {
		var word string
		word, text, state = uniseg.FirstWordInString(text, state)
		if strings.IndexFunc(word, isWordRune) >= 0 {
			n++
		}
	}
	return n
}

// joiner takes the place of what refers to a response while a text is split: it belongs to what
// stands before it, also behind a full stop (UAX 29, SB5).
const joiner = "\u2060"

// Unsupported lists the sentences of a text that refer to no response. Headings, tables, and lines
// that only lead to a list, claim nothing.
func Unsupported(text string) []string {
	var b strings.Builder
	text = strings.ReplaceAll(text, joiner, "")
	done := 0
	eachMark(text, func(from, to int, _ []int) {
		b.WriteString(text[done:from] + joiner)
		done = to
	})
	b.WriteString(text[done:])
	var list []string
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "|") || strings.HasSuffix(line, ":") {
			continue
		}
		line, state := strings.TrimLeft(line, "*->+ \t"), -1
		for len(line) > 0 {
			var s string
			s, line, state = uniseg.FirstSentenceInString(line, state)
			if strings.IndexFunc(s, isWordRune) >= 0 && !strings.Contains(s, joiner) {
				list = append(list, strings.TrimSpace(s))
			}
		}
	}
	return list
}
