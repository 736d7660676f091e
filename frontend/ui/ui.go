// Package ui holds the parts pages are made of: icons, people, rows, fields,
// menus, the composer and the tree of replies. Class names and markup follow
// the style sheet in frontend/assets; a part appears here when two pages use it.
//
// Parts get plain values and the reader's locales.Loc. They must not query,
// decide permission, or print HTML that people wrote except through Prose.
// Read parts.templ first, tree.go for how talk is laid out, then views.
package ui

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// ActForm is the id of the empty POST form every page carries. Buttons that do
// one thing belong to it and name their own formaction: fifty forms less on a
// long page, and it works without scripts.
const ActForm = "act"

// Answer is what somebody typed into a field and what is wrong with it.
type Answer struct {
	Value string
	Error string
}

// Org is the organisation that runs an instance: its letters and one of the
// eight hues of the style sheet are all that is shown of it beside its name.
type Org struct {
	// Name is unique: of an organisation elsewhere the name of its host is a part.
	Name  string
	Title string // what a server elsewhere calls itself; a claim, "" where it says nothing
	Mark  string // two letters
	Hue   int    // 1 to 8
}

// Person is somebody as pages show them: a name, the letters in the disc, and
// the organisation at its corner.
type Person struct {
	Name     string
	Initials string
	Handle   string // @ana@health.example
	URL      string // "" when there is no page to open
	Org      Org
	Place    string // what stands after the name, usually the organisation
}

// Link is a label and where it leads.
type Link struct {
	Label string
	URL   string
}

// HTML is markup that the sanitiser of the rules let through. Never convert
// anything else to it: Prose prints it as it is.
type HTML string

// Hue keeps a stored number inside the eight hues there are.
func (o Org) hue() string {
	if o.Hue < 1 || o.Hue > 8 {
		return "8"
	}
	return strconv.Itoa(o.Hue)
}

// Fill prints a translated sentence whose {1}, {2} … stand for components, so
// that translators may move a handle or a link inside the sentence.
func Fill(sentence string, parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for {
			before, rest, found := strings.Cut(sentence, "{")
			if _, err := io.WriteString(w, templ.EscapeString(before)); err != nil || !found {
				return err
			}
			number, after, closed := strings.Cut(rest, "}")
			n, err := strconv.Atoi(number)
			if !closed || err != nil || n < 1 || n > len(parts) {
				number, after = "", rest // a brace that means itself
				if _, err := io.WriteString(w, "{"); err != nil {
					return err
				}
			} else if err := parts[n-1].Render(ctx, w); err != nil {
				return err
			}
			sentence = after
		}
	})
}

// classes joins the class names that aren't empty.
func classes(names ...string) string {
	out := ""
	for _, n := range names {
		if n == "" {
			continue
		}
		if out != "" {
			out += " "
		}
		out += n
	}
	return out
}

func when(yes bool, word string) string {
	if yes {
		return word
	}
	return ""
}

func or(word, otherwise string) string {
	if word == "" {
		return otherwise
	}
	return word
}

// number is for attributes; in text use the reader's Loc.
func number(n int) string { return strconv.Itoa(n) }

// safe is what templ does to href and action by itself, for formaction: an
// address with another scheme than the net's becomes one that fails.
func safe(url string) string { return string(templ.URL(url)) }
