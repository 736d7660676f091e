package trust

import (
	"slices"
	"strings"
	"unicode"
)

// agrees reads an answer to a question that wants yes or no: "yes", "no", or "" where it says
// neither. It must begin with the words; what is quoted, and the handles a client puts first, don't
// count.
func agrees(text string) string {
	said := firstWords(text)
	for _, no := range []string{"no", "i do not agree", "i don't agree", "non", "je ne suis pas d'accord", "no estoy de acuerdo", "لا", "لا أوافق", "нет", "не согласен", "не согласна", "不同意"} {
		if begins(said, no) {
			return "no"
		}
	}
	for _, yes := range []string{"yes", "i agree", "oui", "je suis d'accord", "d'accord", "sí", "estoy de acuerdo", "de acuerdo", "نعم", "أوافق", "موافق", "да", "согласен", "согласна", "同意"} {
		if begins(said, yes) {
			return "yes"
		}
	}
	return ""
}

// begins says that a text starts with a phrase as whole words.
func begins(text, phrase string) bool {
	rest, is := strings.CutPrefix(text, phrase)
	if !is {
		return false
	}
	for _, next := range rest {
		return !unicode.IsLetter(next) && !unicode.IsDigit(next) && !unicode.IsMark(next)
	}
	return true
}

// firstWords is a text in lower case without quoted lines and the handles before it.
func firstWords(text string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(strings.TrimSpace(line), ">") {
			lines = append(lines, line)
		}
	}
	words := strings.Fields(strings.Join(lines, " "))
	at := slices.IndexFunc(words, func(w string) bool { return !strings.HasPrefix(w, "@") })
	if at < 0 {
		return ""
	}
	return strings.ReplaceAll(strings.ToLower(strings.Join(words[at:], " ")), "’", "'")
}
