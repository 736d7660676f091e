package library

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// form shows a page with one form, with what was wrong with it.
func (d *Pages) form(c echo.Context, h *here, p views.ArtifactForm, no *community.Refusal) error {
	var err error
	if p.Shell, err = d.ShellIn(c, p.Heading, h.group); err != nil {
		return err
	}
	p.Head.NoIndex = true
	if no == nil {
		return d.Page(c, http.StatusOK, p)
	}
	p.Error = d.Sentence(p.Loc, no)
	for _, list := range [][]ui.Field{p.Fields, p.Areas} {
		for i := range list {
			if list[i].Name == no.Field {
				list[i].Error = p.Error
			}
		}
	}
	return d.Page(c, http.StatusUnprocessableEntity, p)
}

// beginForm handles GET /c/:handle/library/new.
func (d *Pages) beginForm(c echo.Context) error { return d.beginning(c, nil) }

func (d *Pages) beginning(c echo.Context, no *community.Refusal) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	if ok, err := d.may(c, h.group, rights.Write); err != nil || !ok {
		return d.refuse(c, h, err)
	}
	l := d.Loc(c)
	var choices []ui.Choice
	for _, k := range d.art.Kinds().Offered() {
		choices = append(choices, ui.Choice{Value: k.Code, Label: k.Label(l.Lang.Code)})
	}
	path := "/c/" + d.PathHandle(h.group.Actor) + "/library"
	return d.form(c, h, views.ArtifactForm{
		Trail:   []ui.Link{{Label: h.group.Actor.Label(), URL: "/c/" + d.PathHandle(h.group.Actor)}, {Label: l.Text("Practice"), URL: path}, {Label: l.Text("Begin a page")}},
		Heading: l.Text("Begin a page"), Explain: l.Text("Members see the draft, nobody else. It is published after review."),
		Action: path + "/new", Submit: l.Text("Begin"), Back: path,
		Picks: []views.Pick{{Field: ui.Field{Name: "kind", Label: l.Text("Kind")}, Choices: chosen(c.FormValue("kind"), choices)}},
		Fields: []ui.Field{
			{Name: "title", Label: l.Text("Title"), Value: c.FormValue("title"), Max: 200},
			{Name: "based", Label: l.Text("Based on"), Hint: l.Text("The address of what it is made from, if there is one"), Value: c.FormValue("based"), Optional: true, Type: "url"},
		},
		Areas: []ui.Field{{Name: "text", Label: l.Text("Text to begin with"), Hint: l.Text("Markdown, or leave it empty for the template. Headings become blocks."), Value: c.FormValue("text"), Optional: true}},
	}, no)
}

// refuse answers who may not: with what the group hides nothing is told.
func (d *Pages) refuse(_ echo.Context, h *here, err error) error {
	if err != nil {
		return err
	}
	if h.group.Openness == db.OpennessOpen {
		return echo.ErrForbidden
	}
	return echo.ErrNotFound
}

// begin handles POST /c/:handle/library/new.
func (d *Pages) begin(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	if ok, err := d.may(c, h.group, rights.Write); err != nil || !ok {
		return d.refuse(c, h, err)
	}
	b := artifact.Beginning{
		Group: h.group, Author: frame.Me(c), Kind: c.FormValue("kind"), Title: c.FormValue("title"), BasedOn: practice.Addresses(c.FormValue("based")),
	}
	if text := strings.TrimSpace(c.FormValue("text")); text != "" {
		lang, _, _ := strings.Cut(h.group.Languages, " ")
		b.Blocks = practice.Blocks(practice.FromMarkdown(b.Title, text), lang, d.art.Kinds().Of(b.Kind))
	}
	var a *db.Artifact
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) (err error) {
		a, err = d.art.Begin(ctx, tx, b)
		return err
	})
	if no, is := frame.Refusal(err); is {
		return d.beginning(c, no)
	}
	if err != nil {
		return fmt.Errorf("begin artifact in %s: %w", h.group.Actor.URI, err)
	}
	return frame.See(c, practice.Page(a.ID)+"/draft")
}

// reviewForm handles GET /a/:id/review: the frozen draft, and the form of a verdict.
func (d *Pages) reviewForm(c echo.Context) error {
	if frame.Me(c) == nil && c.QueryParam("key") != "" {
		return d.keyed(c)
	}
	return d.SignedIn(func(c echo.Context) error { return d.reviewing(c, nil) })(c)
}

// keyed shows the frozen draft to a reviewer who has no account here, and answers where they were asked.
func (d *Pages) keyed(c echo.Context) error {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return echo.ErrNotFound
	}
	ctx := c.Request().Context()
	who, err := d.store.ReadKeyed(ctx, id, c.QueryParam("key"))
	if err != nil {
		return err
	}
	a, err := d.store.ArtifactByID(ctx, id)
	if err != nil {
		return err
	}
	review, err := d.store.ReviewBy(ctx, id, a.Version+1, who)
	if err != nil {
		return err
	}
	g, err := d.store.GroupByID(ctx, a.GroupID)
	if err != nil {
		return fmt.Errorf("load group of artifact %d: %w", id, err)
	}
	if !g.Actor.Active() || !a.DiscardedAt.IsZero() {
		return echo.ErrNotFound
	}
	l := d.Loc(c)
	return d.form(c, &here{group: g}, views.ArtifactForm{
		Trail: []ui.Link{{Label: g.Actor.Label(), URL: "/c/" + d.PathHandle(g.Actor)}}, Heading: l.Text("Review: %s", a.Title), Lang: a.Lang, Abstract: a.Abstract,
		Sections: sections(l, d.frozen(ctx, a, review)),
		Explain:  l.Text("This draft is frozen for the review. Answer the message that brought you here: accept, changes or reject, and then why."),
	}, nil)
}

// frozen is the text of a draft as a reviewer was asked about it.
func (d *Pages) frozen(ctx context.Context, a *db.Artifact, review *db.ArtifactReview) string {
	kind := d.art.Kinds().Of(a.Kind)
	if save, err := d.store.ArtifactSaveAt(ctx, a.ID, review.Revision); err == nil {
		return practice.Compose(practice.Frozen{Title: save.Title, Abstract: save.Abstract}, save.Blocks.List, kind)
	}
	return practice.Compose(practice.Frozen{Title: a.Title, Abstract: a.Abstract}, a.Blocks.List, kind)
}

func (d *Pages) reviewing(c echo.Context, no *community.Refusal) error {
	s, review, err := d.reviewAt(c)
	if err != nil {
		return err
	}
	l := d.Loc(c)
	source := d.frozen(c.Request().Context(), s.a, review)
	p := views.ArtifactForm{
		Trail: d.trail(l, s, l.Text("Review")), Heading: l.Text("Review: %s", s.a.Title), Lang: s.a.Lang, Abstract: s.a.Abstract, Sections: sections(l, source),
		Explain: l.Text("This draft is frozen for the review. What others say you see after you have sent yours."), Action: practice.Page(s.a.ID) + "/review", Submit: l.Text("Send the verdict"), Back: "/notifications",
	}
	answers := func(name, label, value string, list ...ui.Choice) {
		p.Picks = append(p.Picks, views.Pick{Field: ui.Field{Name: name, Label: label}, Choices: chosen(value, list)})
	}
	for _, code := range practice.Criteria() {
		answers("is-"+code, criterionWord(l, code), c.FormValue("is-"+code), ui.Choice{Value: "yes", Label: l.Text("Yes")}, ui.Choice{Value: "partly", Label: l.Text("Partly")}, ui.Choice{Value: "no", Label: l.Text("No")})
	}
	answers("verdict", l.Text("Verdict"), c.FormValue("verdict"),
		ui.Choice{Value: db.VerdictAccept, Label: l.Text("I accept it.")}, ui.Choice{Value: db.VerdictChanges, Label: l.Text("I ask for changes.")},
		ui.Choice{Value: db.VerdictReject, Label: l.Text("I reject it.")}, ui.Choice{Value: db.VerdictDecline, Label: l.Text("I can’t review it.")})
	p.Fields = []ui.Field{{Name: "interest", Label: l.Text("Statement of interest"), Hint: l.Text("What connects you with it: work, money, friends. Or: none."), Value: c.FormValue("interest"), Max: 300}}
	p.Areas = []ui.Field{{Name: "comment", Label: l.Text("Comment"), Value: c.FormValue("comment"), Optional: true, Max: 20_000}}
	return d.form(c, s.here, p, no)
}

// reviewAt is what the reader was asked to judge; who was not asked finds nothing.
func (d *Pages) reviewAt(c echo.Context) (*seen, *db.ArtifactReview, error) {
	s, err := d.artifactAt(c)
	if err != nil {
		return nil, nil, err
	}
	review, err := d.store.ReviewBy(c.Request().Context(), s.a.ID, s.a.Version+1, frame.MyID(c))
	return s, review, err
}

// judge handles POST /a/:id/review.
func (d *Pages) judge(c echo.Context) error {
	s, review, err := d.reviewAt(c)
	if err != nil {
		return err
	}
	j := artifact.Judgement{
		By: frame.Me(c), Verdict: c.FormValue("verdict"), Interest: c.FormValue("interest"), Comment: c.FormValue("comment"), Door: "web",
		Criteria: make(map[string]string), Revision: review.Revision,
	}
	for _, code := range practice.Criteria() {
		j.Criteria[code] = c.FormValue("is-" + code)
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		if s.group.Actor.Local {
			return d.art.Judge(ctx, tx, s.a, j)
		}
		return d.art.JudgeElsewhere(ctx, tx, s.a, j)
	})
	if no, is := frame.Refusal(err); is {
		return d.reviewing(c, no)
	}
	if err != nil {
		return fmt.Errorf("judge artifact %d: %w", s.a.ID, err)
	}
	d.Flash(c, d.Loc(c).Text("Your verdict is sent. Thank you."), "")
	if s.group.Actor.Local {
		return frame.See(c, practice.Page(s.a.ID)+"/draft")
	}
	return frame.See(c, practice.Page(s.a.ID)+"/review")
}

// suggestForm handles GET /a/:id/suggest: another text for one part.
func (d *Pages) suggestForm(c echo.Context) error { return d.suggesting(c, nil) }

func (d *Pages) suggesting(c echo.Context, no *community.Refusal) error {
	s, err := d.artifactAt(c)
	if err != nil {
		return err
	}
	if ok, err := d.may(c, s.group, rights.Suggest); err != nil || !ok {
		return d.refuse(c, s.here, err)
	}
	l := d.Loc(c)
	if c.QueryParam("adapt") != "" {
		return frame.See(c, d.adaptPath(c, s))
	}
	list, err := d.blocksOf(c, s.a)
	if err != nil {
		return err
	}
	var choices []ui.Choice
	text := c.FormValue("text")
	for _, b := range list {
		choices = append(choices, ui.Choice{Value: b.Key, Label: b.Title})
		if b.Key == c.FormValue("block") && text == "" {
			text = b.Text
		}
	}
	p := views.ArtifactForm{
		Trail: d.trail(l, s, l.Text("Suggest an edit")), Heading: l.Text("Suggest an edit"), Explain: l.Text("Choose a part and write it as it should be. Who looks after the page takes it or says why not; you are named when it is taken."),
		Action: practice.Page(s.a.ID) + "/suggest", Submit: l.Text("Suggest it"), Back: practice.Page(s.a.ID),
		Picks:  []views.Pick{{Field: ui.Field{Name: "block", Label: l.Text("Part")}, Choices: chosen(c.FormValue("block"), choices)}},
		Fields: []ui.Field{{Name: "reason", Label: l.Text("Why"), Value: c.FormValue("reason"), Optional: true, Max: 300}},
		Areas:  []ui.Field{{Name: "text", Label: l.Text("Text"), Value: text}},
	}
	return d.form(c, s.here, p, no)
}

// adaptPath leads to a new page made from this one, in the reader's own community where there is one.
func (d *Pages) adaptPath(c echo.Context, s *seen) string {
	return "/c/" + d.PathHandle(s.group.Actor) + "/library/new?kind=" + s.a.Kind + "&based=" + s.a.URI
}

// blocksOf are the parts that can be rewritten: of the draft at home, else of the version that is here.
func (d *Pages) blocksOf(c echo.Context, a *db.Artifact) ([]db.Block, error) {
	filled := slices.DeleteFunc(slices.Clone(a.Blocks.List), func(b db.Block) bool { return b.Text == "" })
	if len(filled) > 0 || a.Drafted() {
		return a.Blocks.List, nil
	}
	v, err := d.store.VersionOf(c.Request().Context(), a.ID, a.Version)
	if err != nil {
		return nil, fmt.Errorf("load version %d of artifact %d: %w", a.Version, a.ID, err)
	}
	return practice.Blocks(v.Source, a.Lang, d.art.Kinds().Of(a.Kind)), nil
}

// suggest handles POST /a/:id/suggest.
func (d *Pages) suggest(c echo.Context) error {
	s, err := d.artifactAt(c)
	if err != nil {
		return err
	}
	in := artifact.Suggesting{By: frame.Me(c), Block: c.FormValue("block"), Text: c.FormValue("text"), Reason: c.FormValue("reason")}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		if s.group.Actor.Local {
			return d.art.Suggest(ctx, tx, s.a, in)
		}
		return d.art.SuggestElsewhere(ctx, tx, s.group, s.a, in)
	})
	if no, is := frame.Refusal(err); is {
		return d.suggesting(c, no)
	}
	if err != nil {
		return fmt.Errorf("suggest an edit of artifact %d: %w", s.a.ID, err)
	}
	d.Flash(c, d.Loc(c).Text("Suggested. You hear what becomes of it."), "")
	return frame.See(c, practice.Page(s.a.ID))
}

// reuseForm handles GET /a/:id/reuse.
func (d *Pages) reuseForm(c echo.Context) error { return d.reusing(c, nil) }

func (d *Pages) reusing(c echo.Context, no *community.Refusal) error {
	s, err := d.artifactAt(c)
	if err != nil {
		return err
	}
	if ok, err := d.may(c, s.group, rights.Reply); err != nil || !ok {
		return d.refuse(c, s.here, err)
	}
	l := d.Loc(c)
	return d.form(c, s.here, views.ArtifactForm{
		Trail: d.trail(l, s, l.Text("I used this")), Heading: l.Text("I used this"), Explain: l.Text("Your report stands under the page and counts for your organisation, here and on other servers."),
		Action: practice.Page(s.a.ID) + "/reuse", Submit: l.Text("Send the report"), Back: practice.Page(s.a.ID),
		Picks: []views.Pick{{Field: ui.Field{Name: "way", Label: l.Text("As it was, or adapted?")}, Choices: chosen(c.FormValue("way"), []ui.Choice{
			{Value: practice.AsItWas, Label: l.Text("As it was")}, {Value: practice.Adapted, Label: l.Text("Adapted")},
		})}},
		Fields: []ui.Field{
			{Name: "place", Label: l.Text("Where"), Value: c.FormValue("place"), Max: 200},
			{Name: "changed", Label: l.Text("What you changed"), Value: c.FormValue("changed"), Optional: true, Max: 300},
			{Name: "result", Label: l.Text("What came of it"), Value: c.FormValue("result"), Optional: true, Max: 300},
			{Name: "hours", Label: l.Text("Hours saved, about"), Type: "number", Value: c.FormValue("hours"), Optional: true},
		},
	}, no)
}

// reuse handles POST /a/:id/reuse.
func (d *Pages) reuse(c echo.Context) error {
	s, err := d.artifactAt(c)
	if err != nil {
		return err
	}
	hours, _ := strconv.ParseInt(c.FormValue("hours"), 10, 64)
	use := &db.ArtifactUse{
		Place: c.FormValue("place"), Way: c.FormValue("way"), Changed: c.FormValue("changed"), Result: c.FormValue("result"), Hours: hours, Version: s.a.Version,
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		_, err := d.art.Report(ctx, tx, s.a, frame.Me(c), use)
		return err
	})
	if no, is := frame.Refusal(err); is {
		return d.reusing(c, no)
	}
	if err != nil {
		return fmt.Errorf("report use of artifact %d: %w", s.a.ID, err)
	}
	d.Flash(c, d.Loc(c).Text("Thank you. It counts."), "")
	return frame.See(c, practice.Page(s.a.ID))
}
