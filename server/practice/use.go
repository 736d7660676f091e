package practice

import (
	"slices"
	"strconv"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
)

// Ways of applying an artifact.
const (
	AsItWas = "as-is"
	Adapted = "adapted"
)

// UseTag is the hashtag that makes an answer a report of use (domain.md 3e).
const UseTag = "reuse"

// MaxHours bounds what one report can say it saved: a year's work.
const MaxHours = 2000

// useTags are the hashtags that mean it, in the languages of the interface and others.
func useTags() []string {
	return []string{UseTag, "réutilisation", "reutilisation", "reutilización", "reutilizacion", "إعادة_استخدام", "повтор", "重用", "reutilização"}
}

// UseOf reads an answer to an artifact as a report that it was applied: by the terms of another Copse,
// or by the hashtag. Nil where it is neither.
func UseOf(doc *vocab.Object, uri string) *db.ArtifactUse {
	if doc.Applies == uri {
		u := &db.ArtifactUse{
			Version: min(doc.Version, maxVersion), Place: content.PlainName(doc.Place), Way: among(doc.Way, []string{AsItWas, Adapted}),
			Changed: content.PlainName(doc.Changed), Result: content.PlainName(doc.Practice.Result), Hours: min(doc.HoursSaved, MaxHours),
		}
		return u
	}
	var tags []string
	for _, t := range doc.Tag {
		if t.Type == "Hashtag" {
			tags = append(tags, strings.ToLower(strings.TrimPrefix(content.PlainName(t.Name), "#")))
		}
	}
	return Tagged(tags, content.Text(content.Sanitise(doc.Content)))
}

// Tagged reads an answer by its hashtags and words alone.
func Tagged(tags []string, text string) *db.ArtifactUse {
	if !slices.ContainsFunc(tags, func(t string) bool { return slices.Contains(useTags(), t) }) {
		return nil
	}
	var words []string
	for w := range strings.FieldsSeq(text) {
		if !strings.HasPrefix(w, "#") && !strings.HasPrefix(w, "@") {
			words = append(words, w)
		}
	}
	said := strings.Join(words, " ")
	return &db.ArtifactUse{Way: WayIn(said), Result: content.PlainName(content.Excerpt("<p>"+said+"</p>", 300))}
}

// WayIn finds whether words say that something was taken as it was or adapted.
func WayIn(text string) string {
	text = strings.ToLower(text)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
	}
	switch {
	case has("adapted", "changed", "adapté", "modifié", "adaptado", "عدل", "عدّل", "كيّف", "изменил", "адаптир", "修改", "改编"):
		return Adapted
	case has("as it was", "as is", "as it is", "unchanged", "tel quel", "sin cambios", "كما هو", "كما هي", "как есть", "без изменений", "原样"):
		return AsItWas
	}
	return ""
}

// UseTerms are the terms by which another Copse reads a report as what it is.
func UseTerms(t *vocab.TermsDoc, u *db.ArtifactUse, uri string) {
	t.Applies, t.Version = uri, int(u.Version)
	t.Place, t.Way, t.Changed, t.PracticeDoc.Result, t.HoursSaved = u.Place, u.Way, u.Changed, u.Result, u.Hours
}

// UseWords gives a report the words in which it is read everywhere: Markdown, its hashtag first.
func UseWords(u *db.ArtifactUse, label func(code string) string) string {
	lines := []string{"#" + UseTag}
	for _, one := range []struct{ code, text string }{
		{"use-place", u.Place}, {"use-changed", u.Changed}, {"use-result", u.Result},
	} {
		if one.text != "" {
			lines = append(lines, "**"+label(one.code)+"** "+one.text)
		}
	}
	switch u.Way {
	case AsItWas, Adapted:
		lines = append(lines, label("use-"+u.Way))
	}
	if u.Hours > 0 {
		lines = append(lines, "**"+label("use-hours")+"** "+strconv.FormatInt(u.Hours, 10))
	}
	return strings.Join(lines, "\n\n")
}
