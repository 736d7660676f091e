package query

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
)

// A word list is what one thing is called, by language.
type wordList map[string][]string

// askWords are the words, written as hashtags, that make a post a query, by what it asks for (domain.md
// 3e). Each language of a community counts in it, and English everywhere.
func askWords() map[string]wordList {
	return map[string]wordList{
		"": {
			"en": {"query"}, "fr": {"requete", "requête"}, "es": {"consulta"}, "ar": {"استفسار"}, "ru": {"запрос"}, "zh": {"求助"},
		},
		db.AsksProblem: {
			"en": {"problem"}, "fr": {"probleme", "problème"}, "es": {"problema"}, "ar": {"مشكلة"}, "ru": {"проблема"}, "zh": {"问题"},
		},
		db.AsksInformation: {
			"en": {"info"}, "fr": {"info"}, "es": {"info"}, "ar": {"معلومة"}, "ru": {"инфо"}, "zh": {"信息"},
		},
		db.AsksExperience: {
			"en": {"experience"}, "fr": {"experience", "expérience"}, "es": {"experiencia"}, "ar": {"تجربة"}, "ru": {"опыт"}, "zh": {"经验"},
		},
	}
}

// answerWords are the words, written as hashtags, that say what kind of response a post is.
func answerWords() map[string]wordList {
	return map[string]wordList{
		db.Experience: askWords()[db.AsksExperience],
		db.Advice: {
			"en": {"advice"}, "fr": {"conseil"}, "es": {"consejo"}, "ar": {"نصيحة"}, "ru": {"совет"}, "zh": {"建议"},
		},
		db.Resource: {
			"en": {"resource"}, "fr": {"ressource"}, "es": {"recurso"}, "ar": {"مورد"}, "ru": {"ресурс"}, "zh": {"资源"},
		},
		db.Contact: {
			"en": {"contact"}, "fr": {"contact"}, "es": {"contacto"}, "ar": {"جهة_اتصال"}, "ru": {"контакт"}, "zh": {"联系人"},
		},
	}
}

// sighs are words with which somebody says that they have the same need, and little else.
func sighs() []string {
	return []string{
		"me too", "same here", "same problem", "we have this too", "i have this too",
		"moi aussi", "nous aussi", "pareil ici", "même problème",
		"yo también", "nosotros también", "lo mismo aquí", "mismo problema",
		"وأنا أيضا", "أنا أيضا", "ونحن أيضا", "نفس المشكلة",
		"я тоже", "мы тоже", "у меня тоже", "у нас тоже", "та же проблема",
		"我也是", "我们也是", "同样的问题", "同问",
	}
}

// outcomeWords are how an asker answers what came of a query; the longer stand first.
func outcomeWords() map[string][]string {
	return map[string][]string{
		db.OutcomeHelped: {"helped", "a aidé", "ça a aidé", "ayudó", "sirvió", "ساعدني", "أفاد", "помогло", "有帮助"},
		db.OutcomePartly: {"partly", "en partie", "en parte", "جزئيا", "جزئيًا", "частично", "部分"},
		db.OutcomeNo:     {"no", "non", "لا", "нет", "没有"},
	}
}

// withdrawWords take a query back.
func withdrawWords() []string {
	return []string{"withdraw", "retirer", "retirar", "سحب", "отозвать", "撤回"}
}

// maxSigh is how long a text may be to be nothing but a sigh, in letters.
const maxSigh = 80

// fold writes text for comparing: small letters, one kind of apostrophe, marks of Arabic vowels and
// the hamza's seats left as they are.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '’', 'ʼ', '`', '´':
			return '\''
		}
		return unicode.ToLower(r)
	}, s)
}

// plain is what a post says without quotes and without the handles that a client puts before it.
func plain(html string) string {
	var lines []string
	for line := range strings.SplitSeq(content.Text(html), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, ">") {
			lines = append(lines, line)
		}
	}
	words := strings.Fields(strings.Join(lines, " "))
	for len(words) > 0 && strings.HasPrefix(words[0], "@") {
		words = words[1:]
	}
	return fold(strings.Join(words, " "))
}

// begins says that a text starts with a phrase as whole words. Chinese parts no words.
func begins(text, phrase string) bool {
	rest, ok := strings.CutPrefix(text, phrase)
	if !ok || rest == "" {
		return ok
	}
	last, _ := utf8.DecodeLastRuneInString(phrase)
	next, _ := utf8.DecodeRuneInString(rest)
	return unicode.Is(unicode.Han, last) || !unicode.IsLetter(next) && !unicode.IsDigit(next) && !unicode.IsMark(next)
}

// hashtags are the tags of a post, small, without their sign.
func hashtags(doc *vocab.Object) []string {
	var list []string
	for _, t := range doc.Tag {
		if t.Type == "Hashtag" {
			list = append(list, fold(strings.TrimPrefix(content.PlainName(t.Name), "#")))
		}
	}
	return list
}

// tagged finds which of some lists a post is tagged with, in some languages; "" may be one of them.
func tagged(tags []string, lists map[string]wordList, langs []string) (which string, is bool) {
	for _, kind := range []string{
		db.AsksProblem, db.AsksInformation, db.AsksExperience, db.Advice, db.Resource, db.Contact, "",
	} {
		for _, lang := range langs {
			for _, w := range lists[kind][lang] {
				if slices.Contains(tags, w) {
					return kind, true
				}
			}
		}
	}
	return "", false
}

// languages are those whose words count in a group.
func languages(g *db.Group) []string { return append(strings.Fields(g.Languages), "en") }

// kindOf says whether a post from elsewhere that starts a discussion is a query: another Copse says so,
// somebody on a client writes one of the words. In a copy the group says it.
func kindOf(doc *vocab.Object, _ *db.Post, g *db.Group) string {
	if doc.Kind == db.KindQuery {
		return db.KindQuery
	}
	if doc.Kind != "" || !g.Actor.Local {
		return ""
	}
	if _, is := tagged(hashtags(doc), askWords(), languages(g)); is {
		return db.KindQuery
	}
	return ""
}

// asked is what a query from elsewhere asks for.
func asked(doc *vocab.Object, _ *db.Post, g *db.Group) string {
	if slices.Contains(askKinds(), doc.QueryKind) {
		return doc.QueryKind
	}
	if kind, is := tagged(hashtags(doc), askWords(), languages(g)); is && kind != "" {
		return kind
	}
	return db.AsksProblem
}

// responseKind is what an answer from elsewhere is: as its author's server says, as tagged in any of
// our languages, or a sigh.
func responseKind(doc *vocab.Object, p *db.Post) string {
	if slices.Contains(db.ResponseKinds(), doc.ResponseKind) {
		return doc.ResponseKind
	}
	if doc.Kind != "" {
		return "" // its author had the choice
	}
	if kind, is := tagged(hashtags(doc), answerWords(), []string{"en", "fr", "es", "ar", "ru", "zh"}); is {
		return kind
	}
	text := plain(p.Content)
	if utf8.RuneCountInString(text) > maxSigh {
		return ""
	}
	for _, sigh := range sighs() {
		if begins(text, sigh) {
			return db.MeToo
		}
	}
	return ""
}

// outcomeOf reads an answer about the outcome; "" where it is none.
func outcomeOf(text string) string {
	for _, outcome := range []string{db.OutcomeHelped, db.OutcomePartly, db.OutcomeNo} {
		for _, w := range outcomeWords()[outcome] {
			if begins(text, w) {
				return outcome
			}
		}
	}
	return ""
}

// withdraws says that a text takes a query back.
func withdraws(text string) bool {
	return slices.ContainsFunc(withdrawWords(), func(w string) bool { return begins(text, w) && utf8.RuneCountInString(text) <= maxSigh })
}
