package query

import (
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
)

// six are the languages in which words count.
func six() []string { return []string{"en", "fr", "es", "ar", "ru", "zh"} }

func taggedNote(tag, text string) *vocab.Object {
	return &vocab.Object{Type: "Note", Content: "<p>" + text + "</p>", Tag: []vocab.Tag{{Type: "Hashtag", Name: "#" + tag}}}
}

// Every kind word of every language, written large or small, makes a query of its kind in a community
// of that language; the words of a language that the community does not speak make none.
func TestKindWords(t *testing.T) {
	t.Parallel()
	for kind, list := range askWords() {
		want := kind
		if want == "" {
			want = db.AsksProblem
		}
		for _, lang := range six() {
			if len(list[lang]) == 0 {
				t.Errorf("%q has no word in %s", kind, lang)
			}
			g := &db.Group{Languages: lang, Actor: &db.Actor{Local: true}}
			other := &db.Group{Languages: "en", Actor: &db.Actor{Local: true}}
			for _, w := range list[lang] {
				for _, written := range []string{w, strings.ToUpper(w)} {
					doc := taggedNote(written, "Fridge fails.")
					if got := kindOf(doc, nil, g); got != db.KindQuery {
						t.Errorf("#%s in %s makes %q", written, lang, got)
					}
					if got := asked(doc, nil, g); got != want {
						t.Errorf("#%s in %s asks %q, want %q", written, lang, got, want)
					}
					_, english := tagged([]string{w}, askWords(), []string{"en"})
					if got := kindOf(doc, nil, other) == db.KindQuery; got != english {
						t.Errorf("#%s makes a query of an English community: %t", written, got)
					}
				}
			}
		}
	}
}

// A word of an answer counts in all six languages, whatever the community speaks.
func TestAnswerWords(t *testing.T) {
	t.Parallel()
	for kind, list := range answerWords() {
		for _, lang := range six() {
			for _, w := range list[lang] {
				if got := responseKind(taggedNote(strings.ToUpper(w), "Ring Oru."), &db.Post{Content: "<p>Ring Oru.</p>"}); got != kind {
					t.Errorf("#%s is %q, want %q", w, got, kind)
				}
			}
		}
	}
	for _, sigh := range sighs() {
		for text, want := range map[string]string{
			sigh: db.MeToo, "@water " + sigh + "!": db.MeToo, strings.ToUpper(sigh): db.MeToo, "&gt; quoted<br>" + sigh: db.MeToo,
			sigh + " " + strings.Repeat("and we opened the vents ", 5): "", "Nobody says " + sigh: "",
		} {
			if got := responseKind(&vocab.Object{}, &db.Post{Content: "<p>" + text + "</p>"}); got != want {
				t.Errorf("%q is %q, want %q", text, got, want)
			}
		}
	}
}

// Reply words of all six languages say what came of it and take a query back; a word that only begins
// like one does not.
func TestReplyWords(t *testing.T) {
	t.Parallel()
	for outcome, words := range outcomeWords() {
		if len(words) < len(six())-1 { // English and Spanish share one
			t.Errorf("%s has %d words", outcome, len(words))
		}
		for _, w := range words {
			for _, text := range []string{w, strings.ToUpper(w) + "!", "@water@rco.example " + w + ", moved the fridge"} {
				if got := outcomeOf(plain("<p>" + text + "</p>")); got != outcome {
					t.Errorf("%q is %q, want %q", text, got, outcome)
				}
			}
		}
	}
	for _, text := range []string{"", "nobody", "Nothing", "helpedx", "partlyx", "maybe", "нетто", "لازم"} {
		if got := outcomeOf(plain("<p>" + text + "</p>")); got != "" {
			t.Errorf("%q is %q", text, got)
		}
	}
	if n := len(withdrawWords()); n != len(six()) {
		t.Errorf("%d words take back", n)
	}
	for _, w := range withdrawWords() {
		if !withdraws(plain("<p>@water " + strings.ToUpper(w) + ".</p>")) {
			t.Errorf("%q does not take back", w)
		}
	}
	for _, text := range []string{"withdrawn money", "do not withdraw", "withdraw " + strings.Repeat("x", 200)} {
		if withdraws(plain("<p>" + text + "</p>")) {
			t.Errorf("%q takes back", text)
		}
	}
}
