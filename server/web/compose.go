package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/web/frame"
)

// compose handles GET /c/:handle/new.
func (d *Door) compose(c echo.Context) error {
	g, err := d.groupAt(c)
	if err != nil {
		return err
	}
	p, err := d.composePage(c, g, written{})
	if err != nil {
		return err
	}
	if p.draft != nil {
		p.Subject.Value, p.Body.Value, p.Restored = p.draft.Title, p.draft.Body, p.draft.UpdatedAt.Time
	}
	if err := d.com.Permit(c.Request().Context(), d.store, g, frame.Me(c), community.ActStart); err != nil {
		no, is := frame.Refusal(err)
		if !is {
			return err
		}
		p.Refusal = frame.Sentence(frame.At(c).Loc, no)
	}
	return d.Page(c, http.StatusOK, p)
}

// start handles POST /c/:handle/new.
func (d *Door) start(c echo.Context) error {
	var form written
	if err := bind(c, &form); err != nil {
		return err
	}
	g, err := d.groupAt(c)
	if err != nil {
		return err
	}
	switch here := d.groupPath(g.Actor) + "/new"; {
	case form.Discard != "":
		return d.dropDraft(c, formDiscussion, g.ActorID, here)
	case form.Preview != "":
		return d.composeAgain(c, http.StatusOK, g, form, nil)
	case form.Save != "":
		if err := d.keepDraft(c, formDiscussion, target(g.ActorID), form); err != nil {
			return err
		}
		d.Flash(c, frame.At(c).Loc.Text("Draft kept."), "")
		return frame.See(c, here)
	}
	draft := d.draftOf(c, form)
	draft.Group = g
	var p *db.Post
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		var err error
		if p, err = d.ex.Start(ctx, tx, draft); err != nil {
			return err
		}
		return tx.DropDraft(ctx, frame.At(c).Account.ID, formDiscussion, target(g.ActorID))
	})
	if no, is := frame.Refusal(err); is {
		if err := d.keepDraft(c, formDiscussion, target(g.ActorID), form); err != nil {
			return err
		}
		return d.composeAgain(c, http.StatusUnprocessableEntity, g, form, no)
	}
	if err != nil {
		return fmt.Errorf("start discussion: %w", err)
	}
	d.Flash(c, d.sentNote(c, p), "")
	d.forget(c, formDiscussion, g.ActorID)
	if p.Visibility == db.VisibilityDirect {
		return frame.See(c, postPath(p.ID))
	}
	return frame.See(c, discussionPath(p.ID))
}

// composeAgain shows the form as it was typed: for a preview, or with what is wrong.
func (d *Door) composeAgain(c echo.Context, status int, g *db.Group, form written, no *community.Refusal) error {
	p, err := d.composePage(c, g, form)
	if err != nil {
		return err
	}
	if form.Preview != "" {
		p.Preview = d.preview(c, g, form, true)
	}
	p.mend(frame.At(c).Loc, no)
	return d.Page(c, status, p)
}

// composing is the page of a form that may come back.
type composing struct {
	views.Compose
	draft *db.Draft // kept for this form
}

// mend puts a refusal where its field is.
func (p *composing) mend(l *locales.Loc, no *community.Refusal) {
	if no == nil {
		return
	}
	switch say := frame.Sentence(l, no); {
	case no.Field == "title" && p.Subject != nil:
		p.Subject.Error = say
	case no.Field == "text":
		p.Body.Error = say
	default:
		p.Error = say
	}
}

func (d *Door) composePage(c echo.Context, g *db.Group, form written) (*composing, error) {
	loc := frame.At(c).Loc
	shell, err := d.ShellIn(c, loc.Text("Start a discussion"), g)
	if err != nil {
		return nil, err
	}
	here := d.groupPath(g.Actor)
	p := &composing{Compose: views.Compose{
		Shell: shell, Heading: shell.Title, Action: here + "/new", Cancel: here, MaySave: true,
		Trail:   []ui.Link{d.communityLink(g.Actor), {Label: loc.TextIn("menu", "New")}},
		Subject: &ui.Answer{Value: form.Title}, MaxTitle: exchange.MaxTitle,
		Body: ui.Answer{Value: form.Text}, MaxText: exchange.MaxText,
		DraftKey: draftKey(c, formDiscussion, g.ActorID), Languages: languagesFor(loc, g, form.Language),
		Submit: loc.Text("Start the discussion"), Drafts: shell.Viewer.Drafts,
	}}
	p.Head.NoIndex = true
	if p.draft, err = d.draftFor(c, formDiscussion, g.ActorID); err != nil {
		return nil, err
	}
	if p.draft != nil {
		p.Drafts--
	}
	stewards, err := d.store.Stewards(c.Request().Context(), g.ActorID)
	if err != nil {
		return nil, fmt.Errorf("load facilitators: %w", err)
	}
	if p.Audiences, err = d.audiences(c, g, stewards, form.Audience); err != nil {
		return nil, err
	}
	if n := p.Audiences[0].People; n > 1 {
		p.Submit = loc.Count("Start for %d person", "Start for %d people", n)
	}
	if !g.Actor.Local {
		p.Waits = loc.Text("%s takes it first and passes it on. Until then only you see it.", g.Actor.Host)
	}
	return p, nil
}

// audiences are the choices of who can see a post, with how far each goes.
func (d *Door) audiences(c echo.Context, g *db.Group, stewards []*db.RoleGrant, chosen string) ([]views.Audience, error) {
	loc, ctx := frame.At(c).Loc, c.Request().Context()
	all := views.Audience{
		Value: toEveryone, Label: loc.Text("Everyone"), Chosen: chosen != toFacilitators,
		Note: loc.Text("A public page. Members, followers, and whoever finds it."),
	}
	if g == nil {
		return []views.Audience{all}, nil
	}
	if g.Openness != db.OpennessOpen {
		all.Label, all.Note = loc.Text("Members"), loc.Text("Those who belong to this community, here and on their own servers.")
	}
	if g.Actor.Local {
		told, err := d.reach(ctx, g)
		if err != nil {
			return nil, err
		}
		all.People, all.Hosts = told.people, told.hosts
	} else {
		all.People, all.Hosts = int(g.Actor.FollowersCount), 1
	}
	private := views.Audience{
		Value: toFacilitators, Label: loc.Text("Only the facilitators"), Chosen: chosen == toFacilitators,
		Note: loc.Text("Goes nowhere else."),
	}
	names, hosts := map[int64]string{}, map[string]bool{}
	for _, s := range stewards {
		names[s.ActorID] = s.Actor.Label()
		hosts[s.Actor.Host] = true
	}
	private.People, private.Hosts = len(names), len(hosts)
	if len(stewards) == 0 && g.Actor.Local {
		private.Note = loc.Text("Nobody looks after this community now: the admins of this server read it.")
	}
	return []views.Audience{all, private}, nil
}

// preview is how a text reads here and, when it is a post of its own, on microblogs.
func (d *Door) preview(c echo.Context, g *db.Group, form written, starts bool) *views.Preview {
	html := d.ex.Preview(strings.ReplaceAll(form.Text, "\r\n", "\n"))
	p := &views.Preview{Here: ui.HTML(html), Author: d.Face(frame.Me(c))}
	if starts {
		p.Heading = content.PlainName(form.Title)
	}
	if g == nil || form.Audience == toFacilitators {
		return p
	}
	reduced := content.Reduce(html)
	if starts {
		reduced, p.By = content.WithTitle(p.Heading, reduced), g.Actor.Label()
	}
	p.Client = ui.HTML(content.WithVia(reduced, d.o.Base+d.groupPath(g.Actor), g.Actor.Acct()))
	return p
}

// languagesFor are the languages a text can be in: the community's, the reader's, and all that the
// pages speak.
func languagesFor(loc *locales.Loc, g *db.Group, chosen string) []ui.Choice {
	tags := strings.Fields(g.Languages)
	tags = append(tags, loc.Lang.Code)
	for _, l := range locales.Languages() {
		tags = append(tags, l.Code)
	}
	if chosen == "" {
		chosen = tags[0]
	}
	var list []ui.Choice
	seen := map[string]bool{}
	for _, tag := range tags {
		if seen[tag] || languageTag(tag) == "" {
			continue
		}
		seen[tag] = true
		list = append(list, ui.Choice{Value: tag, Label: languageName(tag), Chosen: tag == chosen})
	}
	return list
}

// languageName is what a language calls itself, where we know it.
func languageName(tag string) string {
	for _, l := range locales.Languages() {
		if l.Code == tag {
			return l.Name
		}
	}
	return tag
}

// languageTag is a language tag as it was sent, or "" for what is none.
func languageTag(s string) string {
	if len(s) < 2 || len(s) > 35 {
		return ""
	}
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-') {
			return ""
		}
	}
	return s
}
