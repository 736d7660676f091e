package frame

import (
	"strings"
	"unicode"

	"github.com/copse-social/copse/frontend/views"
)

// mostWords bounds what is compared word by word; longer texts are shown whole on both sides.
const mostWords = 1200

// Differ compares two texts word by word: what went on the left, what came on the right.
func Differ(before, after string) (left, right []views.Span) {
	a, b := wordsOf(before), wordsOf(after)
	if len(a) > mostWords || len(b) > mostWords {
		return whole(before, "del"), whole(after, "ins")
	}
	same := common(a, b)
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && sameWord(a[i], b[j]):
			left, right = span(left, "", a[i]), span(right, "", b[j])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && same[i+1][j] >= same[i][j+1]:
			left = span(left, "del", a[i])
			i++
		default:
			right = span(right, "ins", b[j])
			j++
		}
	}
	return left, right
}

func whole(text, kind string) []views.Span {
	if text == "" {
		return nil
	}
	return []views.Span{{Kind: kind, Text: text}}
}

// span adds a word to the run it belongs to.
func span(list []views.Span, kind, word string) []views.Span {
	if n := len(list); n > 0 && list[n-1].Kind == kind {
		list[n-1].Text += word
		return list
	}
	return append(list, views.Span{Kind: kind, Text: word})
}

// common is, for every pair of ends, how many words two texts have in common from there on.
func common(a, b []string) [][]int {
	n := make([][]int, len(a)+1)
	for i := range n {
		n[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if sameWord(a[i], b[j]) {
				n[i][j] = n[i+1][j+1] + 1
			} else {
				n[i][j] = max(n[i+1][j], n[i][j+1])
			}
		}
	}
	return n
}

// sameWord leaves out the space that follows: the last word of a line is the same when a line is
// added below it.
func sameWord(a, b string) bool {
	return strings.TrimRightFunc(a, unicode.IsSpace) == strings.TrimRightFunc(b, unicode.IsSpace)
}

// wordsOf cuts a text into words, each with the space that follows it.
func wordsOf(text string) []string {
	var words []string
	var b strings.Builder
	space := false
	for _, r := range text {
		if !unicode.IsSpace(r) && space {
			words = append(words, b.String())
			b.Reset()
		}
		space = unicode.IsSpace(r)
		b.WriteRune(r)
	}
	if b.Len() > 0 {
		words = append(words, b.String())
	}
	return words
}
