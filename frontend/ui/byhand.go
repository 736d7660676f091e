package ui

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/copse-social/copse/frontend/locales"
)

// The parts in this file are written by hand, like Icon, and not as views: each of the fifty replies
// of a page has all of them, and as views they were half of what printing it took. Every value goes
// through templ.EscapeString, every address through safe.

// Avatar is the round person with the organisation at its corner. Size is "",
// s or l.
func Avatar(p Person, size string) templ.Component {
	var b strings.Builder
	put(&b, `<span class="`, classes("avatar", size), `" aria-hidden="true">`, templ.EscapeString(p.Initials), ` `)
	if p.Org.Mark != "" {
		put(&b, orgMark(p.Org, ""))
	}
	b.WriteString(`</span>`)
	return markup(b.String())
}

// Name links to the person where there is a page for them.
func Name(p Person) templ.Component {
	name := templ.EscapeString(p.Name)
	if p.URL == "" {
		return markup(`<b dir="auto">` + name + `</b>`)
	}
	return markup(`<a href="` + templ.EscapeString(safe(p.URL)) + `" dir="auto">` + name + `</a>`)
}

// Bdi keeps a name of unknown direction from turning the sentence around it.
func Bdi(name string) templ.Component { return markup(bdi(name)) }

func bdi(name string) string { return `<bdi>` + templ.EscapeString(name) + `</bdi>` }

// Time is the short form with the exact one in the title.
func Time(l *locales.Loc, t time.Time) templ.Component {
	return markup(`<time datetime="` + t.UTC().Format(time.RFC3339) + `" title="` + templ.EscapeString(l.Exact(t)) + `">` +
		templ.EscapeString(l.When(t)) + `</time>`)
}

// Note says through which door something came.
func (o Origin) Note(l *locales.Loc) templ.Component {
	var words templ.Component
	switch o.Door {
	case ByMail:
		words = markup(templ.EscapeString(l.Text("by mail")))
	case ByClient, ByPeer:
		words = Fill(l.Text("from {1}"), Bdi(o.From))
	default:
		words = markup(templ.EscapeString(l.Text("on the web")))
	}
	return templ.Join(markup(`<span class="with-icon">`+smallIcon(o.icon())), words, markup(`</span>`))
}

// actsSize is room for the buttons and the menu of somebody who may do much, so that it is taken once.
const actsSize = 1536

// ReplyActs are the small buttons under a post: helpful, reply, and the rest
// behind More.
func ReplyActs(l *locales.Loc, r Reply) templ.Component {
	var b strings.Builder
	b.Grow(actsSize)
	b.WriteString(`<div class="acts">`)
	id := templ.EscapeString(r.ID)
	if r.May.Like {
		helpful(&b, l, r)
	} else if r.Helpful > 0 {
		put(&b, `<span class="sm dim">`, templ.EscapeString(l.Count("%d found it helpful", "%d found it helpful", r.Helpful)), `</span>`)
	}
	if r.May.Reply {
		put(&b, `<a class="btn quiet small" href="`, templ.EscapeString(safe(r.May.Thread)), `?to=`, id, `#write">`,
			replyIcon, templ.EscapeString(l.Text("Reply")), `</a> `)
	}
	if r.May.menu() {
		more(&b, l, r)
	}
	b.WriteString(`</div>`)
	return markup(b.String())
}

func helpful(b *strings.Builder, l *locales.Loc, r Reply) {
	state := `" name="on" value="1" aria-pressed="false">`
	if r.Liked {
		state = `" name="on" value="0" aria-pressed="true">`
	}
	put(b, `<button class="btn quiet small" form="`, ActForm, `" formaction="/p/`, templ.EscapeString(r.ID), `/like`, state,
		helpfulIcon, templ.EscapeString(l.Text("Helpful")), ` `)
	if r.Helpful > 0 {
		put(b, `<span class="num">`, templ.EscapeString(l.Number(r.Helpful)), `</span>`)
	}
	b.WriteString(`</button>`)
}

// more is the menu of a post. Its entries are words without icons, which in fifty menus that few
// open would be a tenth of the page.
func more(b *strings.Builder, l *locales.Loc, r Reply) {
	put(b, `<details class="menu"><summary class="btn quiet small icon-only">`, moreIcon, `<span class="sr">`,
		templ.EscapeString(l.Text("More for what %s wrote", r.Author.Name)), `</span></summary><ul class="list">`)
	id := templ.EscapeString(r.ID)
	entry := func(may bool, path, label string) {
		if may {
			put(b, `<li><a href="/p/`, id, `/`, path, `">`, templ.EscapeString(label), `</a></li>`)
		}
	}
	entry(r.May.Edit, "edit", l.Text("Edit"))
	entry(r.May.Delete, "delete", l.Text("Delete"))
	entry(r.May.Pin, "pin", pinLabel(l, r.May.Pinned))
	entry(r.May.Lock, "lock", lockLabel(l, r.Locked != nil))
	entry(r.May.Slow, "slow", l.Text("Slow down"))
	entry(r.May.Move, "move", l.TextIn("discussion", "Move"))
	entry(r.May.Hide, "hide", l.Text("Hide for a day"))
	entry(r.May.Remove, "remove", l.Text("Remove"))
	entry(r.May.Receipts, "receipts", l.Text("Where it has arrived"))
	entry(r.May.Release, "release", l.Text("Open to everybody"))
	entry(r.May.Report, "report", l.Text("Report"))
	b.WriteString(`</ul></details>`)
}

// The icons of the buttons that each reply has.
var replyIcon, helpfulIcon, moreIcon = smallIcon("reply"), smallIcon("helpful"), smallIcon("more")

func put(b *strings.Builder, parts ...string) {
	for _, p := range parts {
		b.WriteString(p)
	}
}
