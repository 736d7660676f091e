// Package library is the part of the web door about what communities know and keep: their libraries,
// the pages of artifacts, where they are written, reviewed, compared and reported as used.
//
// Like the rest of the door it decides nothing; the rules are in server/artifact, what an artifact is
// in server/practice. Start with Mount; page.go shows a version, draft.go is where one is written.
package library

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/media"
	"github.com/copse-social/copse/server/paper"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// Options is what the pages need.
type Options struct {
	Store     *db.Store
	Community *community.Rules
	Artifact  *artifact.Rules
	Frame     *frame.Frame
	Shelf     *media.Shelf // where files lie
	Press     *paper.Press // what makes PDFs; nil makes none
	Base      string
	Log       *slog.Logger
	// Open shows a post that its community released to a reader who does not belong.
	Open func(c echo.Context, before error) error
}

// Pages serves them.
type Pages struct {
	*frame.Frame
	store *db.Store
	com   *community.Rules
	art   *artifact.Rules
	shelf *media.Shelf
	press *paper.Press
	base  string
	log   *slog.Logger
	open  func(c echo.Context, before error) error
}

// New makes the pages.
func New(o Options) *Pages {
	return &Pages{Frame: o.Frame, store: o.Store, com: o.Community, art: o.Artifact, shelf: o.Shelf, press: o.Press, base: o.Base, log: o.Log, open: o.Open}
}

// Mount adds the routes to a group that has the web door's reader around it.
func (d *Pages) Mount(g *echo.Group) {
	in := d.SignedIn
	g.GET("/c/:handle/library", d.library)
	g.GET("/c/:handle/library/new", d.beginForm, in)
	g.POST("/c/:handle/library/new", d.begin, in)
	g.GET("/c/:handle/library/import", d.importForm, in)
	g.POST("/c/:handle/library/import", d.importFile, in)
	g.GET("/a/:id/v/:number", d.version)
	g.GET("/a/:id/v/:number/:form", d.export)
	g.GET("/a/:id/compare", d.compare)
	g.POST("/a/:id/files", d.attach, in)
	g.GET("/a/:id/files/:digest", d.file)
	g.POST("/a/:id/preview", d.preview, in)
	g.GET("/a/:id/draft", d.draft, in)
	g.POST("/a/:id/draft", d.save, in)
	g.GET("/a/:id/review", d.reviewForm)
	g.POST("/a/:id/review", d.judge, in)
	g.GET("/a/:id/suggest", d.suggestForm, in)
	g.POST("/a/:id/suggest", d.suggest, in)
	g.GET("/a/:id/reuse", d.reuseForm, in)
	g.POST("/a/:id/reuse", d.reuse, in)
	g.POST("/a/:id/do/:act", d.act, in)
}

type loc = *locales.Loc

// here is a community as the reader of a page meets it.
type here struct {
	group    *db.Group
	standing community.Standing
}

// groupAt loads the community that an address names. Whoever may not know of it finds nothing.
func (d *Pages) groupAt(c echo.Context) (*here, error) {
	a, err := d.Person(c)
	if err != nil {
		return nil, err
	}
	if a.Type != db.ActorGroup {
		return nil, echo.ErrNotFound
	}
	g, err := d.store.GroupByID(c.Request().Context(), a.ID)
	if err != nil {
		return nil, fmt.Errorf("load group %s: %w", a.URI, err)
	}
	return d.meet(c, g)
}

func (d *Pages) meet(c echo.Context, g *db.Group) (*here, error) {
	h := &here{group: g}
	var err error
	if h.standing, err = d.com.Standing(c.Request().Context(), d.store, g, frame.Me(c)); err != nil {
		return nil, err
	}
	if g.Openness == db.OpennessConfidential && !h.standing.Belongs && !h.standing.Moderates() {
		return nil, echo.ErrNotFound
	}
	return h, nil
}

// may turns a rule's answer into yes or no; the act itself asks again.
func (d *Pages) may(c echo.Context, g *db.Group, act rights.Act) (bool, error) {
	err := d.com.Permit(c.Request().Context(), d.store, g, frame.Me(c), act)
	if _, is := frame.Refusal(err); is {
		return false, nil
	}
	return err == nil, err
}

func (d *Pages) head(c echo.Context, h *here) (views.CommunityHead, error) {
	return d.CommunityHead(c.Request().Context(), d.com, h.group, frame.Me(c), h.standing)
}

// onPage is how many artifacts a page of a library has.
const onPage = 30

// library handles GET /c/:handle/library.
func (d *Pages) library(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	reads, err := d.may(c, h.group, rights.Read)
	if err != nil {
		return err
	}
	if !reads && h.group.Openness != db.OpennessRestricted {
		return echo.ErrNotFound
	}
	shell, err := d.ShellIn(c, d.Loc(c).Text("Practice"), h.group)
	if err != nil {
		return err
	}
	p := views.Library{Shell: shell, Words: c.QueryParam("words")}
	if p.CommunityHead, err = d.head(c, h); err != nil {
		return err
	}
	if reads {
		if err := d.fill(c, h, &p); err != nil {
			return err
		}
	}
	return d.Page(c, http.StatusOK, p)
}

// fill lists what is kept, and for members what is in the making.
func (d *Pages) fill(c echo.Context, h *here, p *views.Library) error {
	ctx, l := c.Request().Context(), p.Loc
	q := db.LibraryQuery{
		GroupID: h.group.ActorID, Kind: c.QueryParam("kind"), Topic: c.QueryParam("topic"), Maturity: c.QueryParam("maturity"), Host: c.QueryParam("org"),
		Lang: c.QueryParam("lang"), Fresh: c.QueryParam("fresh"), Words: p.Words, Limit: onPage + 1,
	}
	q.Before, _ = strconv.ParseInt(c.QueryParam("before"), 10, 64)
	if q.Fresh == "saved" && d.Account(c) != nil {
		q.Fresh, q.SavedBy = "", d.Account(c).ID
	}
	for _, f := range []string{q.Kind, q.Topic, q.Maturity, q.Host, q.Lang, c.QueryParam("fresh"), q.Words} {
		p.Narrow = p.Narrow || f != ""
	}
	list, err := d.store.Library(ctx, q)
	if err != nil {
		return fmt.Errorf("list library of %s: %w", h.group.Actor.URI, err)
	}
	if len(list) > onPage {
		list = list[:onPage]
		more := c.QueryParams()
		more.Set("before", strconv.FormatInt(list[onPage-1].ID, 10))
		p.Next = c.Request().URL.Path + "?" + more.Encode()
	}
	for _, a := range list {
		p.Items = append(p.Items, d.item(l, a))
	}
	facets, err := d.store.FacetsOf(ctx, h.group.ActorID)
	if err != nil {
		return err
	}
	p.Filters = d.filters(c, facets, q)
	if p.Begin, err = d.may(c, h.group, rights.Write); err != nil || !p.Begin {
		return err
	}
	drafts, err := d.store.ArtifactDrafts(ctx, h.group.ActorID, onPage)
	if err != nil {
		return fmt.Errorf("list drafts of %s: %w", h.group.Actor.URI, err)
	}
	for _, a := range drafts {
		if !h.group.Actor.Local && a.AuthorID != frame.MyID(c) {
			continue // of another server's draft the reader has only their own
		}
		one := d.item(l, a)
		one.Link.URL, one.State, one.When, one.Note = practice.Page(a.ID)+"/draft", stageWord(l, a.Stage), a.UpdatedAt.Time, ""
		p.Drafts = append(p.Drafts, one)
	}
	return nil
}

func (d *Pages) item(l loc, a *db.Artifact) views.LibraryItem {
	one := views.LibraryItem{
		Link: ui.Link{Label: a.Title, URL: practice.Page(a.ID)}, Kind: d.art.Kinds().Of(a.Kind).Label(l.Lang.Code), Sum: a.Abstract,
		Maturity: maturityWord(l, a.Maturity), Pips: slices.Index(practice.Maturities(), a.Maturity) + 1, Version: int(a.Version),
		When: a.UpdatedAt.Time, Uses: int(a.UsesCount), UsesOrgs: int(a.UsesOrgs), Note: d.stale(l, a),
	}
	if a.Author != nil {
		face := d.Face(a.Author)
		one.Org, one.Place = face.Org, face.Place
	}
	return one
}

// stale says what is the matter with an artifact, "" where nothing is.
func (d *Pages) stale(l loc, a *db.Artifact) string {
	switch {
	case !a.RetiredAt.IsZero():
		return l.Text("Retired")
	case a.Stale(d.store.Now()):
		return l.Text("Not reviewed since %s", l.Date(a.ReviewBy.Time))
	case a.Overdue(d.store.Now()):
		return l.Text("Due to be looked at again since %s", l.Date(a.ReviewBy.Time))
	case a.StewardID == 0 && a.Version > 0:
		return l.Text("Nobody looks after it")
	}
	return ""
}

// filters are the ways to narrow a library that make a difference in it.
func (d *Pages) filters(c echo.Context, f db.ArtifactFacets, q db.LibraryQuery) []views.Pick {
	l := d.Loc(c)
	var picks []views.Pick
	add := func(name, label, chosen string, values []string, word func(string) string) {
		choices := []ui.Choice{{Value: "", Label: l.Text("All")}}
		for _, v := range values {
			if v != "" {
				choices = append(choices, ui.Choice{Value: v, Label: word(v), Chosen: v == chosen})
			}
		}
		picks = append(picks, views.Pick{Field: ui.Field{Name: name, Label: label}, Choices: choices})
	}
	plain := func(s string) string { return s }
	var topics []string
	for _, line := range f.Topics {
		for t := range strings.FieldsSeq(line) {
			if !slices.Contains(topics, t) {
				topics = append(topics, t)
			}
		}
	}
	slices.Sort(topics)
	add("kind", l.Text("Kind"), q.Kind, f.Kinds, func(s string) string { return d.art.Kinds().Of(s).Label(l.Lang.Code) })
	add("topic", l.Text("Topic"), q.Topic, topics, plain)
	add("maturity", l.Text("How settled"), q.Maturity, f.Maturities, func(s string) string { return maturityWord(l, s) })
	add("org", l.Text("From"), q.Host, f.Hosts, func(s string) string { return d.Org(s).Name })
	add("lang", l.Text("Language"), q.Lang, f.Langs, plain)
	fresh := []string{"due", "orphan", db.StageRetired}
	if d.Account(c) != nil {
		fresh = append(fresh, "saved")
	}
	add("fresh", l.Text("Show"), c.QueryParam("fresh"), fresh, func(s string) string {
		switch s {
		case "due":
			return l.Text("What has to be looked at again")
		case "orphan":
			return l.Text("What nobody looks after")
		case "saved":
			return l.Text("What I saved")
		}
		return l.Text("What is retired")
	})
	return picks
}

func maturityWord(l loc, code string) string {
	switch code {
	case "idea":
		return l.Text("Idea")
	case "practice":
		return l.Text("Practice")
	case "good-practice":
		return l.Text("Good practice")
	case "guideline":
		return l.Text("Guideline")
	}
	return ""
}

func validityWord(l loc, code string) string {
	switch code {
	case "could":
		return l.Text("Could, a possibility")
	case "should":
		return l.Text("Should, not must")
	case "must":
		return l.Text("Must")
	}
	return ""
}

func stageWord(l loc, stage string) string {
	switch stage {
	case db.StageReview:
		return l.Text("In review")
	case db.StageChanges:
		return l.Text("Changes are asked for")
	case db.StagePublished:
		return l.Text("Published")
	case db.StageRetired:
		return l.Text("Retired")
	}
	return l.Text("Draft")
}

// seen is an artifact that the reader may see.
type seen struct {
	*here
	a *db.Artifact
}

// artifactAt finds the artifact of an address, for who may read it; for everybody else there is none.
func (d *Pages) artifactAt(c echo.Context) (*seen, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return nil, echo.ErrNotFound
	}
	ctx := c.Request().Context()
	a, err := d.store.ArtifactByID(ctx, id)
	if err != nil {
		return nil, err
	}
	g, err := d.store.GroupByID(ctx, a.GroupID)
	if err != nil {
		return nil, fmt.Errorf("load group of artifact %d: %w", id, err)
	}
	ok, err := d.art.Readable(ctx, d.store, g, a, frame.Me(c))
	if err != nil || !ok {
		return nil, errors.Join(err, echo.ErrNotFound)
	}
	if a.Version > 0 {
		if _, err := d.SeenByID(c, id); err != nil { // its post may be held, removed or erased
			return nil, err
		}
	}
	h, err := d.meet(c, g)
	if err != nil {
		return nil, err
	}
	return &seen{h, a}, nil
}

// trail leads from a page of an artifact back to its library.
func (d *Pages) trail(l loc, s *seen, here string) []ui.Link {
	path := "/c/" + d.PathHandle(s.group.Actor)
	list := []ui.Link{{Label: s.group.Actor.Label(), URL: path}, {Label: l.Text("Practice"), URL: path + "/library"}}
	if here == "" {
		return append(list, ui.Link{Label: s.a.Title})
	}
	up := practice.Page(s.a.ID)
	if s.a.Drafted() {
		up += "/draft"
	}
	return append(list, ui.Link{Label: s.a.Title, URL: up}, ui.Link{Label: here})
}

func chosen(value string, choices []ui.Choice) []ui.Choice {
	for i := range choices {
		choices[i].Chosen = choices[i].Value == value
	}
	return choices
}

// linksTo names an address: what is here by its title, everything else by its server.
func (d *Pages) linksTo(ctx context.Context, uris []string) ([]ui.Link, error) {
	known, err := d.store.ArtifactsWithin(ctx, uris)
	if err != nil {
		return nil, err
	}
	var list []ui.Link
	for _, uri := range uris {
		one := ui.Link{Label: uri, URL: uri}
		if u, err := url.Parse(uri); err == nil {
			one.Label = u.Host
		}
		for _, a := range known {
			if a.URI == uri {
				one = ui.Link{Label: a.Title, URL: practice.Page(a.ID)}
			}
		}
		list = append(list, one)
	}
	return list, nil
}
