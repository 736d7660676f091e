package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Icon is always beside a word, or beside an element of class sr with one. It
// is written by hand, not as a view: a thread has hundreds of them.
func Icon(name string) templ.Component {
	return markup(`<svg class="icon" aria-hidden="true"><use href="#i-` + templ.EscapeString(name) + `"/></svg>`)
}

// SmallIcon is Icon for meta lines and small buttons.
func SmallIcon(name string) templ.Component { return markup(smallIcon(name)) }

func smallIcon(name string) string {
	return `<svg class="icon s" aria-hidden="true"><use href="#i-` + templ.EscapeString(name) + `"/></svg>`
}

// OrgMark is the square of an organisation. Size is "", l or xl. The name of
// the organisation always stands in words nearby.
func OrgMark(o Org, size string) templ.Component { return markup(orgMark(o, size)) }

func orgMark(o Org, size string) string {
	return `<span class="` + classes("orgmark", size) + `" data-org="` + o.hue() +
		`" aria-hidden="true">` + templ.EscapeString(o.Mark) + `</span>`
}

// markup prints what this file put together from escaped parts.
func markup(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	})
}
