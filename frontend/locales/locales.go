// Package locales says things in the reader's language: translated texts with
// plural forms, numbers, and times in the reader's zone.
//
// English sentences are the keys. Catalogues lie beside this file, one per
// language; a missing translation shows the English. After adding texts run
//
//	COPSE_TEST_MESSAGES=write go test ./frontend/locales
//
// which enters them into every catalogue, then translate the empty entries.
//
// The package must not know a page or a request; a door makes one Loc per
// request and hands it to the page. Read catalogue.go next, then format.go.
package locales

import (
	"time"
)

// Language is one the interface speaks.
type Language struct {
	Code string // BCP 47, also the folder of the catalogue
	Name string // in the language itself
	Dir  string // ltr or rtl
}

// Languages lists what the interface speaks, in the order of the menu.
func Languages() []Language { return shipped[:] }

var shipped = [...]Language{
	{"ar", "العربية", "rtl"},
	{"zh", "中文", "ltr"},
	{"en", "English", "ltr"},
	{"fr", "Français", "ltr"},
	{"ru", "Русский", "ltr"},
	{"es", "Español", "ltr"},
}

// Loc is how one reader reads: language, direction, zone, and the time that
// counts as now. It never changes after New and may be shared.
type Loc struct {
	Lang Language
	Zone *time.Location
	Now  time.Time
	cat  *catalogue
	cal  *calendar
}

// New gives the Loc for a language of Languages; anything else reads English.
// A nil zone is UTC.
func New(code string, zone *time.Location, now time.Time) *Loc {
	if zone == nil {
		zone = time.UTC
	}
	lang := shipped[2]
	for _, s := range shipped {
		if s.Code == code {
			lang = s
		}
	}
	return &Loc{Lang: lang, Zone: zone, Now: now, cat: catalogues()[lang.Code], cal: calendars()[lang.Code]}
}

// Text translates a sentence and fills its %s and %d with args in order, or by
// place with %1$s. Numbers are written the reader's way. The first argument
// must be a literal: the catalogue test reads the source.
func (l *Loc) Text(english string, args ...any) string {
	return l.fill(l.cat.text(english), args)
}

// TextIn is Text for an English word that means different things in different
// places; the context tells translators which one.
func (l *Loc) TextIn(context, english string, args ...any) string {
	return l.fill(l.cat.textIn(context, english), args)
}

// Count translates a sentence that depends on n. Without args, n itself fills
// the %d. A form may leave the number out, as Arabic does for one and two.
func (l *Loc) Count(one, many string, n int, args ...any) string {
	if len(args) == 0 {
		args = []any{n}
	}
	return l.fill(l.cat.count(one, many, n), args)
}
