package library

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// Current handles GET /a/:id: the version that is out, or, for members, the draft.
func (d *Pages) Current(c echo.Context) error {
	s, err := d.artifactAt(c)
	if err != nil {
		return d.open(c, err)
	}
	if s.a.Drafted() {
		return frame.See(c, practice.Page(s.a.ID)+"/draft")
	}
	return d.show(c, http.StatusOK, s, s.a.Version)
}

// version handles GET /a/:id/v/:number.
func (d *Pages) version(c echo.Context) error {
	s, n, err := d.versionAt(c)
	if err != nil {
		return err
	}
	return d.show(c, http.StatusOK, s, n)
}

func (d *Pages) versionAt(c echo.Context) (*seen, int64, error) {
	s, err := d.artifactAt(c)
	if err != nil {
		return nil, 0, err
	}
	n, err := strconv.ParseInt(c.Param("number"), 10, 64)
	if err != nil || s.a.Drafted() {
		return nil, 0, echo.ErrNotFound
	}
	return s, n, nil
}

func (d *Pages) show(c echo.Context, status int, s *seen, number int64) error {
	v, err := d.store.VersionOf(c.Request().Context(), s.a.ID, number)
	if err != nil {
		return err
	}
	p, err := d.artifact(c, s, v)
	if err != nil {
		return err
	}
	if err := d.beside(c, s, v, &p); err != nil {
		return err
	}
	files, err := d.store.ArtifactFiles(c.Request().Context(), s.a.ID, number)
	if err != nil {
		return fmt.Errorf("list files of version %d of artifact %d: %w", number, s.a.ID, err)
	}
	p.Files = goesWith(p.Loc, s.a, files)
	if p.Contents, err = d.contents(c, s, number); err != nil {
		return err
	}
	if p.InBooks, err = d.inBooks(c, s); err != nil {
		return err
	}
	if err := d.acts(c, s, &p); err != nil {
		return err
	}
	return d.Page(c, status, p)
}

// artifact is what a version says and who stands behind it.
func (d *Pages) artifact(c echo.Context, s *seen, v *db.ArtifactVersion) (views.Artifact, error) {
	shell, err := d.ShellIn(c, v.Title, s.group)
	if err != nil {
		return views.Artifact{}, err
	}
	l, a := shell.Loc, s.a
	shell.Head.Graph = &views.OpenGraph{
		Title: v.Title, Description: v.Abstract, URL: d.base + practice.Page(a.ID), SiteName: d.Org(s.group.Actor.Host).Name, PublishedTime: v.PublishedAt.Time,
	}
	shell.Head.AltAP = a.URI
	kind := d.art.Kinds().Of(a.Kind)
	p := views.Artifact{
		Shell: shell, Trail: d.trail(l, s, ""), Kind: kind.Label(l.Lang.Code), Icon: kind.Icon, Name: v.Title, Lang: a.Lang, Abstract: v.Abstract,
		Audience: a.Audience, Version: int(v.Number), When: v.PublishedAt.Time, Sections: sections(l, v.Source), Hash: v.Hash,
		Talk: "/d/" + strconv.FormatInt(a.ID, 10), Address: d.address(s, v),
	}
	if p.CommunityHead, err = d.head(c, s.here); err != nil {
		return p, err
	}
	if p.Icon == "" {
		p.Icon = "practice"
	}
	d.people(l, &p, v)
	p.Cite = fmt.Sprintf("%s (%d). %s. %s. %s, %s.", strings.Join(names(v, practice.RoleAuthor), ", "), v.PublishedAt.Year(), v.Title,
		l.Text("Version %d", int(v.Number)), s.group.Actor.Label(), d.Org(s.group.Actor.Host).Name)
	if !s.group.Actor.Local && !a.HeardAt.IsZero() {
		p.Copy = l.Text("A copy kept here. %s was last heard of it on %s.", s.group.Actor.Host, l.Stamp(a.HeardAt.Time))
	}
	if note := d.stale(l, a); note != "" {
		p.Banners = append(p.Banners, note)
	}
	if a.Maturity == practice.Maturities()[0] && p.Reviewed == "" {
		p.Banners = append(p.Banners, l.Text("This is an idea. Nobody has reviewed it."))
	}
	if a.Override != "" {
		p.Banners = append(p.Banners, l.Text("Reviewed within one organisation, because: %s", a.Override))
	}
	if v.Number < a.Version {
		p.Old = &ui.Link{Label: l.Text("Version %d", int(a.Version)), URL: practice.Page(a.ID)}
	}
	return p, nil
}

// address is where a version is found for ever.
func (d *Pages) address(s *seen, v *db.ArtifactVersion) string {
	if s.group.Actor.Local {
		return d.base + practice.VersionPage(s.a.ID, v.Number)
	}
	return v.URI
}

// sections are the parts of a frozen text, with anchors.
func sections(l loc, source string) []views.Section {
	_, parts := practice.Split(source)
	var list []views.Section
	for i, s := range parts {
		list = append(list, views.Section{ID: "s" + strconv.Itoa(i+1), Title: s.Title, Callout: s.Callout, Word: calloutWord(l, s.Callout), Body: ui.HTML(s.Shown("s" + strconv.Itoa(i+1) + "-"))})
	}
	return list
}

func calloutWord(l loc, callout string) string {
	switch callout {
	case "objective":
		return l.Text("Objective")
	case "background":
		return l.Text("Background")
	case "important":
		return l.Text("Important")
	case "attachments":
		return l.Text("Attachments")
	case "memorise":
		return l.Text("Keep in mind")
	case "summary":
		return l.Text("In short")
	}
	return ""
}

func names(v *db.ArtifactVersion, role string) []string {
	var list []string
	for _, p := range v.People.List {
		if p.Role == role {
			list = append(list, p.Name)
		}
	}
	return list
}

// people are who wrote and who reviewed.
func (d *Pages) people(l loc, p *views.Artifact, v *db.ArtifactVersion) {
	p.By = l.Text("By %s", strings.Join(names(v, practice.RoleAuthor), ", "))
	if with := names(v, practice.RoleContributor); len(with) > 0 {
		p.By += " " + l.Text("with %s", strings.Join(with, ", "))
	}
	var orgs []string
	for _, one := range v.People.List {
		if one.Role != practice.RoleReviewer {
			continue
		}
		p.Record = append(p.Record, views.ReviewLine{Name: unnamed(l, one.Name), Org: one.Org, Said: verdictWord(l, one.Verdict), Interest: one.Said})
		if !slices.Contains(orgs, one.Org) {
			orgs = append(orgs, one.Org)
		}
	}
	if n := len(p.Record); n > 0 {
		p.Reviewed = l.Count("Reviewed by %d person", "Reviewed by %d people", n, n) + ", " + l.Count("from %d organisation", "from %d organisations", len(orgs), len(orgs))
	}
}

// unnamed words the place of a name that was taken back; it gives every other name as it is.
func unnamed(l loc, name string) string {
	switch name {
	case practice.Unnamed:
		return l.Text("a reviewer")
	case practice.UnnamedIndependent:
		return l.Text("a reviewer, independent")
	}
	return name
}

func verdictWord(l loc, verdict string) string {
	switch verdict {
	case db.VerdictAccept:
		return l.Text("accepts")
	case db.VerdictChanges:
		return l.Text("asks for changes")
	case db.VerdictReject:
		return l.Text("rejects")
	case db.VerdictDecline:
		return l.Text("can’t review it")
	}
	return l.Text("asked")
}

// beside is what stands beside the text: how settled it is, versions, related artifacts, use.
func (d *Pages) beside(c echo.Context, s *seen, v *db.ArtifactVersion, p *views.Artifact) error {
	ctx, l, a := c.Request().Context(), p.Loc, s.a
	for _, m := range practice.Maturities() {
		p.Ladder = append(p.Ladder, ui.Choice{Label: maturityWord(l, m), Chosen: m == a.Maturity})
	}
	d.facts(l, a, p)
	all, err := d.store.VersionsOf(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("list versions of artifact %d: %w", a.ID, err)
	}
	for i, one := range all {
		line := views.CharterVersion{
			Link: ui.Link{Label: l.Text("Version %d", int(one.Number)), URL: practice.VersionPage(a.ID, one.Number)}, Note: one.ChangeNote,
			When: one.PublishedAt.Time, Current: one.Number == v.Number,
		}
		if i+1 < len(all) {
			line.Compare = fmt.Sprintf("%s/compare?from=%d&to=%d", practice.Page(a.ID), all[i+1].Number, one.Number)
		}
		p.Versions = append(p.Versions, line)
	}
	for _, one := range []struct {
		into *[]ui.Link
		uris []string
	}{{&p.Based, a.Links.BasedOn}, {&p.Adapted, a.Links.Adapted}, {&p.SeeAlso, a.Links.SeeAlso}} {
		if *one.into, err = d.linksTo(ctx, one.uris); err != nil {
			return fmt.Errorf("name what artifact %d is related to: %w", a.ID, err)
		}
	}
	uses, err := d.store.UsesOf(ctx, a.ID, 20)
	if err != nil {
		return fmt.Errorf("list uses of artifact %d: %w", a.ID, err)
	}
	for _, u := range uses {
		p.Uses = append(p.Uses, useLine(l, u, d.Face(u.Actor)))
	}
	p.UsesSum = l.Text("Nobody has reported using it yet")
	if a.UsesCount > 0 {
		p.UsesSum = l.Count("Used %d time", "Used %d times", int(a.UsesCount), int(a.UsesCount)) + ", " +
			l.Count("in %d organisation", "in %d organisations", int(a.UsesOrgs), int(a.UsesOrgs))
	}
	post, err := d.store.PostByID(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("load post of artifact %d: %w", a.ID, err)
	}
	p.Comments = int(post.RepliesCount)
	return nil
}

func useLine(l loc, u *db.ArtifactUse, who ui.Person) views.UseLine {
	line := views.UseLine{Person: who, Place: u.Place, Result: u.Result, When: u.At.Time, Version: int(u.Version)}
	if line.Place == "" {
		line.Place = who.Place
	}
	switch u.Way {
	case practice.AsItWas:
		line.Way = l.Text("as it was")
	case practice.Adapted:
		line.Way = l.Text("adapted")
	}
	if u.Hours > 0 {
		line.Hours = l.Count("about %d hour saved (stated)", "about %d hours saved (stated)", int(u.Hours), int(u.Hours))
	}
	return line
}

func (d *Pages) facts(l loc, a *db.Artifact, p *views.Artifact) {
	add := func(label, value string) {
		if value != "" {
			p.Facts = append(p.Facts, ui.Choice{Label: label, Value: value})
		}
	}
	add(l.Text("For whom"), a.Audience)
	add(l.Text("Strength"), validityWord(l, a.Validity))
	if !a.ReviewBy.IsZero() {
		add(l.Text("Look at it again by"), l.Date(a.ReviewBy.Time))
	}
	if a.Steward != nil {
		add(l.Text("Steward"), a.Steward.Label())
	}
	add(l.Text("Licence"), strings.ReplaceAll(a.Licence, "-", " "))
	add(l.Text("Topics"), strings.TrimSpace(a.Topics))
	if a.UsesHours > 0 {
		add(l.Text("Hours saved, as stated"), l.Number(int(a.UsesHours)))
	}
}

// acts are what the reader may do.
func (d *Pages) acts(c echo.Context, s *seen, p *views.Artifact) error {
	ctx, a := c.Request().Context(), s.a
	base := practice.Page(a.ID)
	file := practice.VersionPage(a.ID, int64(p.Version))
	p.Acts = views.ArtifactActs{Action: base + "/do", Print: file + "/print"}
	if d.press.Ready() {
		p.Acts.Files = append(p.Acts.Files, ui.Link{Label: "PDF", URL: file + "/pdf"})
	}
	for _, f := range []ui.Link{{Label: "EPUB", URL: "/epub"}, {Label: "Word", URL: "/docx"}, {Label: "Markdown", URL: "/md"}} {
		p.Acts.Files = append(p.Acts.Files, ui.Link{Label: f.Label, URL: file + f.URL})
	}
	p.CiteAs = []ui.Link{{Label: "BibTeX", URL: file + "/bib"}, {Label: "RIS", URL: file + "/ris"}}
	if frame.Me(c) == nil {
		return nil
	}
	kept, err := d.store.KeptOf(ctx, d.Account(c).ID, a.ID)
	if err != nil {
		return fmt.Errorf("load what is kept of artifact %d: %w", a.ID, err)
	}
	p.Acts.Save, p.Acts.Saved = true, kept.Saved
	p.Acts.Adapt = base + "/suggest?adapt=1"
	for _, one := range []struct {
		act  rights.Act
		into *string
		path string
	}{{rights.Suggest, &p.Acts.Suggest, "/suggest"}, {rights.Reply, &p.Acts.Use, "/reuse"}, {rights.Write, &p.Acts.Edit, "/draft"}} {
		ok, err := d.may(c, s.group, one.act)
		if err != nil {
			return err
		}
		if ok {
			*one.into = base + one.path
		}
	}
	if !s.group.Actor.Local {
		p.Acts.Edit = ""
	}
	if p.Acts.Retire, err = d.art.Publishes(ctx, d.store, s.group, a, frame.Me(c)); err != nil {
		return err
	}
	p.Acts.Renew = p.Acts.Retire && (a.Overdue(d.store.Now()) || !a.RetiredAt.IsZero())
	p.Acts.Retire = p.Acts.Retire && a.RetiredAt.IsZero()
	p.Acts.Tend = p.Acts.Edit != "" && a.StewardID == 0
	if a.Kind == "learning-module" || a.Kind == "book" {
		p.Module = module(p.Sections, kept)
	}
	return nil
}

func module(parts []views.Section, kept *db.ArtifactKept) *views.Module {
	m := &views.Module{Answer: kept.Progress.Answer}
	for _, s := range parts {
		if s.Title != "" {
			m.Steps = append(m.Steps, ui.Choice{Value: s.Title, Label: s.Title, Chosen: slices.Contains(kept.Progress.Done, s.Title)})
		}
	}
	return m
}

// compare handles GET /a/:id/compare: two versions beside one another, part by part.
func (d *Pages) compare(c echo.Context) error {
	s, err := d.artifactAt(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	var two [2]*db.ArtifactVersion
	for i, name := range []string{"from", "to"} {
		n, _ := strconv.ParseInt(c.QueryParam(name), 10, 64)
		if two[i], err = d.store.VersionOf(ctx, s.a.ID, n); err != nil {
			return err
		}
	}
	shell, err := d.ShellIn(c, d.Loc(c).Text("What changed"), s.group)
	if err != nil {
		return err
	}
	p := views.CharterCompare{Shell: shell, Tab: "/library", From: int(two[0].Number), To: int(two[1].Number), Pairs: pairs(two[0].Source, two[1].Source)}
	if p.CommunityHead, err = d.head(c, s.here); err != nil {
		return err
	}
	all, err := d.store.VersionsOf(ctx, s.a.ID)
	if err != nil {
		return fmt.Errorf("list versions of artifact %d: %w", s.a.ID, err)
	}
	for _, one := range all {
		p.Versions = append(p.Versions, ui.Choice{Value: strconv.FormatInt(one.Number, 10), Label: p.Text("Version %d", int(one.Number))})
	}
	return d.Page(c, http.StatusOK, p)
}

// pairs puts parts with the same heading beside one another, in the order of the later version; what
// is only in the earlier one comes last.
func pairs(before, after string) []views.CharterPair {
	f, old := practice.Split(before)
	g, now := practice.Split(after)
	old, now = append([]practice.Section{{Title: "—", Text: f.Title + "\n\n" + f.Abstract}}, old...), append([]practice.Section{{Title: "—", Text: g.Title + "\n\n" + g.Abstract}}, now...)
	text := func(list []practice.Section, title string) (string, bool) {
		for _, s := range list {
			if s.Title == title {
				return content.Text(s.HTML()), true
			}
		}
		return "", false
	}
	var out []views.CharterPair
	add := func(title string) {
		a, _ := text(old, title)
		b, _ := text(now, title)
		left, right := frame.Differ(a, b)
		out = append(out, views.CharterPair{Title: title, Left: left, Right: right, Same: a == b})
	}
	for _, s := range now {
		add(s.Title)
	}
	for _, s := range old {
		if _, there := text(now, s.Title); !there {
			add(s.Title)
		}
	}
	return out
}
