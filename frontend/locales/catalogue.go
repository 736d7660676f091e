package locales

import (
	"embed"
	"fmt"
	"strings"
	"sync"

	"github.com/leonelquinteros/gotext"
	"github.com/leonelquinteros/gotext/plurals"
)

//go:embed */LC_MESSAGES/copse.po
var files embed.FS

// catalogue is one language as plain maps: unlike gotext's own store it needs
// no lock for reading and keeps no format strings of its own.
type catalogue struct {
	texts    map[string]string
	contexts map[string]string // context NUL english
	counted  map[string][]string
	form     func(n int) int
}

var catalogues = sync.OnceValue(func() map[string]*catalogue {
	all := map[string]*catalogue{}
	for _, lang := range shipped {
		po, err := files.ReadFile(lang.Code + "/LC_MESSAGES/copse.po")
		if err != nil {
			panic(err) // embedded: only a broken build lacks it
		}
		c, err := parse(po)
		if err != nil {
			panic(fmt.Sprintf("catalogue %s: %v", lang.Code, err))
		}
		all[lang.Code] = c
	}
	return all
})

func parse(po []byte) (*catalogue, error) {
	file := gotext.NewPo()
	file.Parse(po)
	form, err := pluralForm(file.PluralForms)
	if err != nil {
		return nil, err
	}
	c := &catalogue{texts: map[string]string{}, contexts: map[string]string{}, counted: map[string][]string{}, form: form}
	for id, t := range file.GetDomain().GetTranslations() {
		switch {
		case t.PluralID != "":
			if forms, complete := formsOf(t); complete {
				c.counted[id] = forms
			}
		case t.IsTranslated():
			c.texts[id] = t.Get()
		}
	}
	for context, entries := range file.GetDomain().GetCtxTranslations() {
		for id, t := range entries {
			if t.IsTranslated() {
				c.contexts[context+"\x00"+id] = t.Get()
			}
		}
	}
	return c, nil
}

// formsOf refuses half-translated plurals: English for some numbers and
// another language for the rest would read worse than English throughout.
func formsOf(t *gotext.Translation) (forms []string, complete bool) {
	forms = make([]string, len(t.Trs))
	for i := range forms {
		if !t.IsTranslatedN(i) {
			return nil, false
		}
		forms[i] = t.GetN(i)
	}
	return forms, len(forms) > 0
}

// pluralForm reads the Plural-Forms header, for example
// "nplurals=2; plural=(n != 1);".
func pluralForm(header string) (func(int) int, error) {
	_, rule, found := strings.Cut(header, "plural=")
	if _, r, again := strings.Cut(rule, "plural="); again {
		rule = r // the first was the end of nplurals=
	}
	rule = strings.TrimSuffix(strings.TrimSpace(rule), ";")
	if !found || rule == "" {
		return nil, fmt.Errorf("no plural rule in %q", header)
	}
	expr, err := plurals.Compile(rule)
	if err != nil {
		return nil, fmt.Errorf("plural rule %q: %w", rule, err)
	}
	return func(n int) int { return expr.Eval(uint32(max(n, 0))) }, nil
}

func (c *catalogue) text(english string) string {
	if s, ok := c.texts[english]; ok {
		return s
	}
	return english
}

func (c *catalogue) textIn(context, english string) string {
	if s, ok := c.contexts[context+"\x00"+english]; ok {
		return s
	}
	return english
}

func (c *catalogue) count(one, many string, n int) string {
	if forms := c.counted[one]; forms != nil {
		if i := c.form(n); i >= 0 && i < len(forms) {
			return forms[i]
		}
	}
	if n == 1 {
		return one
	}
	return many
}
