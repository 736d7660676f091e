package summing

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/synthesis"
	"github.com/copse-social/copse/server/web/frame"
)

// emptyRows is how many lines of the table are offered beside those that are filled.
const emptyRows = 2

// deskPage shows the desk as it is, or, after a refusal, as its reader sent it.
func (d *Pages) deskPage(c echo.Context, status int, k *synthesis.Desk, sent *synthesis.Draft, no *community.Refusal) error {
	l, ctx := d.Loc(c), c.Request().Context()
	p := views.Synthesis{
		Trail: d.trail(c, k.Group, k.Query.Post), Action: deskPath(k.QueryID), Preview: deskPath(k.QueryID) + "/look",
		Revision: k.Artifact.Revision, Saved: k.Artifact.UpdatedAt.Time, Most: synthesis.MaxShort,
		Title: ui.Field{Name: "title", Label: l.Text("Title"), Max: 200, Value: k.Artifact.Title},
	}
	var err error
	if p.Shell, err = d.ShellIn(c, l.Text("Consolidated reply"), k.Group); err != nil {
		return err
	}
	p.Head.NoIndex = true
	if sent != nil {
		overlay(k, sent)
		p.Revision, p.Title.Value = sent.Revision, sent.Title
	}
	if no != nil {
		p.Error = d.Sentence(l, no)
	}
	d.stand(l, k, &p)
	p.Editors = editors(l, k, frame.MyID(c))
	for i := range k.Sources {
		p.Slips = append(p.Slips, d.slip(l, k, &k.Sources[i], no))
	}
	d.texts(texting{l, k, frame.MyID(c)}, &p)
	p.Sections = sections(l, k)
	whole := ""
	p.Objected = d.objections(k, &whole)
	if p.Reach, err = d.reach(ctx, l, k); err != nil {
		return err
	}
	return d.Page(c, status, p)
}

// overlay puts what was sent over what is stored, so that a form that comes back keeps it.
func overlay(k *synthesis.Desk, sent *synthesis.Draft) {
	for i := range k.Artifact.Blocks.List {
		b := &k.Artifact.Blocks.List[i]
		if text, is := sent.Texts[b.Key]; is {
			b.Text = text
		}
		if name, is := sent.Names[b.Key]; is {
			b.Title = name
		}
		if b.Key == synthesis.PartCompared && sent.Rows != nil {
			b.Text = synthesis.Table(sent.Rows)
		}
	}
	for i := range k.Sources {
		if p, is := sent.Places[int(k.Sources[i].Number)]; is {
			k.Sources[i].Place, k.Sources[i].Reason = p.In, p.Reason
		}
	}
}

// stand says how far the reply is.
func (d *Pages) stand(l *locales.Loc, k *synthesis.Desk, p *views.Synthesis) {
	switch k.State {
	case db.SynthesisPublished:
		p.State, p.Stands, p.Added = "go", l.Text("Published"), len(k.Added())
		return
	case db.SynthesisShown:
		p.State, p.Stands, p.Shown = "wait", l.Text("Shown to contributors"), true
		p.Due = l.Text("They can object until %s", l.Stamp(k.ObjectionsUntil.Time))
		p.MayPublish = len(k.Lacks()) == 0 && k.OpenObjections() == 0 && !l.Now.Before(k.ObjectionsUntil.Time)
		return
	}
	p.State, p.Stands, p.Due = "info", l.Text("Draft"), l.Text("due %s", l.Date(k.DueAt.Time))
	p.MayShow = len(k.Lacks()) == 0
}

// recently is how long somebody counts as being at the desk.
const recently = 10 * time.Minute

func editors(l *locales.Loc, k *synthesis.Desk, me int64) string {
	var names []string
	for _, e := range k.Editors {
		if e.ActorID != me && e.Actor != nil {
			names = append(names, e.Actor.Label())
		}
	}
	if len(names) == 0 {
		return ""
	}
	return l.Text("with %s", strings.Join(names, ", "))
}

// slip is one response.
func (d *Pages) slip(l *locales.Loc, k *synthesis.Desk, s *synthesis.Source, no *community.Refusal) views.Slip {
	one := views.Slip{
		Number: int(s.Number), Kind: views.ResponseKind(l, s.Response.Kind), Said: content.Excerpt(s.Post.Content, 400), Late: s.Late,
		URL: "/d/" + strconv.FormatInt(k.QueryID, 10) + "#p" + strconv.FormatInt(s.PostID, 10), Places: []ui.Choice{{Label: l.Text("Not used yet")}},
	}
	if s.Post.Author != nil {
		one.By = d.Face(s.Post.Author)
	}
	add := func(value, label string) { one.Places = append(one.Places, ui.Choice{Value: value, Label: label}) }
	add(synthesis.PartShort, l.Text("Short answer"))
	for i, t := range k.Themes() {
		add(t.Key, themeName(l, i, t.Title))
	}
	add(synthesis.PartCompared, l.Text("Experiences compared"))
	add(synthesis.PartResources, l.Text("Resources"))
	add(synthesis.PartDisagree, l.Text("Disagreements and limits"))
	add(db.SourceLeftOut, l.Text("Leave out"))
	for i := range one.Places {
		one.Places[i].Chosen = one.Places[i].Value == s.Place
	}
	if s.Place == db.SourceLeftOut {
		one.Reason = ui.Field{
			Name: "why-" + strconv.Itoa(one.Number), Label: l.Text("Why it is left out"), Value: s.Reason, Max: 200, Optional: true,
			Hint: l.Text("Off topic, said by another, or its author asked not to be used."),
		}
		if no != nil && no.Code == "synthesis-unplaced" && s.Reason == "" {
			one.Reason.Error = l.Text("Say why.")
		}
	}
	return one
}

func themeName(l *locales.Loc, i int, title string) string {
	if title == "" {
		return l.Text("Theme %d", i+1)
	}
	return strconv.Itoa(i+1) + " " + title
}

// texting is what the texts of a desk are shown by: in whose language, which desk, and to whom.
type texting struct {
	l  *locales.Loc
	k  *synthesis.Desk
	me int64
}

// texts fills the middle of the desk.
func (d *Pages) texts(t texting, p *views.Synthesis) {
	l, k := t.l, t.k
	short := k.Part(synthesis.PartShort)
	p.Words = synthesis.Words(short.Text)
	p.Short = d.passage(t, short, l.Text("Short answer"), 5)
	p.Short.Text.Hint = l.Text("%d of %d words. Say what to do first, and when not to.", p.Words, p.Most)
	if p.Words > p.Most {
		p.Short.Text.Error = l.Text("It is longer than %d words.", p.Most)
	}
	for i, b := range k.Themes() {
		one := d.passage(t, b, l.Text("Theme %d", i+1), 3)
		one.Name = &ui.Field{Name: "n-" + b.Key, Label: l.Text("Name of theme %d", i+1), Value: b.Title, Max: 200}
		one.Text.Label = l.Text("Text of theme %d", i+1)
		one.Bare = synthesis.Unsupported(b.Text)
		p.Themes = append(p.Themes, one)
	}
	for _, r := range synthesis.Rows(k.Part(synthesis.PartCompared).Text) {
		p.Rows = append(p.Rows, views.TableRow(r))
	}
	p.Rows = append(p.Rows, make([]views.TableRow, emptyRows)...)
	for _, r := range []struct{ key, label string }{
		{synthesis.PartResources, l.Text("Resources")}, {synthesis.PartDisagree, l.Text("Disagreements and limits")},
	} {
		p.Rest = append(p.Rest, d.passage(t, k.Part(r.key), r.label, 3))
	}
}

// passage is one text with what it draws on and what was said against it.
func (d *Pages) passage(t texting, b db.Block, heading string, rows int) views.Passage {
	l, k, me, key := t.l, t.k, t.me, b.Key
	one := views.Passage{
		Key: key, Heading: heading, Rows: rows, Objected: d.objections(k, &key),
		Text: ui.Field{Name: "t-" + key, Label: heading, Value: b.Text, Max: practice.MaxBlock},
	}
	cited := synthesis.Cited(b.Text)
	for _, s := range k.Sources {
		if s.Place != key && !slices.Contains(cited, int(s.Number)) {
			continue
		}
		name := strconv.FormatInt(s.Number, 10)
		if s.Post.Author != nil {
			name += " " + s.Post.Author.Label()
		}
		one.Draws = append(one.Draws, ui.Link{Label: name, URL: "#r" + strconv.FormatInt(s.Number, 10)})
		one.Said = append(one.Said, views.Said{By: name, Text: content.Excerpt(s.Post.Content, 240)})
	}
	if b.Clash != nil {
		one.Clash = &views.PassageClash{Text: b.Clash.Text}
		for _, e := range k.Editors {
			if e.ActorID == b.Clash.By && e.Actor != nil {
				one.Clash.By = e.Actor.Label()
			}
		}
	}
	for _, e := range k.Editors {
		if e.ActorID != me && e.Block == key && e.Actor != nil && l.Now.Sub(e.SeenAt.Time) < recently {
			one.Here = l.Text("%s is at this part", e.Actor.Label())
		}
	}
	return one
}

// sections says how far each part is.
func sections(l *locales.Loc, k *synthesis.Desk) []views.SynthesisPart {
	var list []views.SynthesisPart
	add := func(label, key, empty string) {
		full := strings.TrimSpace(k.Part(key).Text) != ""
		list = append(list, views.SynthesisPart{Label: label, Done: full, Word: empty})
	}
	list = append(list, views.SynthesisPart{Label: l.Text("Query as asked"), Done: true})
	add(l.Text("Short answer"), synthesis.PartShort, l.Text("to write"))
	rows := len(synthesis.Rows(k.Part(synthesis.PartCompared).Text))
	list = append(list, views.SynthesisPart{Label: l.Text("Experiences compared"), Done: rows > 0, Word: l.Text("to write")})
	add(l.Text("Resources"), synthesis.PartResources, l.Text("to write"))
	add(l.Text("Disagreements and limits"), synthesis.PartDisagree, l.Text("to write"))
	add(l.Text("What the asker did next"), synthesis.PartNext, l.Text("later"))
	for _, label := range []string{l.Text("Responses in full"), l.Text("Contributors"), l.Text("Note on consensus")} {
		list = append(list, views.SynthesisPart{Label: label, Word: l.Text("by itself")})
	}
	return list
}

// reach says where the reply will go.
func (d *Pages) reach(ctx context.Context, l *locales.Loc, k *synthesis.Desk) (string, error) {
	hosts, err := d.store.HostsOfFollowers(ctx, k.GroupID)
	if err != nil {
		return "", fmt.Errorf("list servers of followers: %w", err)
	}
	return l.Text("Contributors get 48 hours to object.") + " " + l.Count("It is then sent to %d server, in full.", "It is then sent to %d servers, in full.", len(hosts)), nil
}
