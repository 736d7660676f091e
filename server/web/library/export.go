package library

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/edition"
	"github.com/copse-social/copse/server/media"
	"github.com/copse-social/copse/server/paper"
	"github.com/copse-social/copse/server/practice"
)

// taking is a version that somebody takes away.
type taking struct {
	*seen
	v        *db.ArtifactVersion
	chapters []chapter
}

// chapter is one of a book, in the version that the book has.
type chapter struct {
	*seen
	v *db.ArtifactVersion
}

// export handles GET /a/:id/v/:number/:form: a version as a file or as a page to print.
func (d *Pages) export(c echo.Context) error {
	s, n, err := d.versionAt(c)
	if err != nil {
		return err
	}
	t := &taking{seen: s}
	if t.v, err = d.store.VersionOf(c.Request().Context(), s.a.ID, n); err != nil {
		return err
	}
	if t.chapters, err = d.chapters(c, s, n); err != nil {
		return err
	}
	switch form := c.Param("form"); form {
	case "print":
		p, err := d.printed(c, t)
		if err != nil {
			return err
		}
		p.NoPDF = !d.press.Ready()
		return d.Page(c, http.StatusOK, *p)
	case "pdf":
		return d.pdf(c, t)
	default:
		return d.download(c, t, form)
	}
}

// made is a form in which a version is taken away.
type made struct {
	mediaType string
	make      func(w *edition.Work) ([]byte, error)
}

// forms are those of files that are made here.
func forms() map[string]made {
	return map[string]made{
		"epub": {"application/epub+zip", (*edition.Work).EPUB},
		"docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", (*edition.Work).Word},
		"md":   {"text/markdown; charset=utf-8", func(w *edition.Work) ([]byte, error) { return w.Markdown(), nil }},
		"bib":  {"application/x-bibtex; charset=utf-8", func(w *edition.Work) ([]byte, error) { return w.BibTeX(), nil }},
		"ris":  {"application/x-research-info-systems; charset=utf-8", func(w *edition.Work) ([]byte, error) { return w.RIS(), nil }},
	}
}

// download answers with a file of its own, which no browser shows as a page. What a version says never
// changes; who is named under it may take the name back, so that the tag has both.
func (d *Pages) download(c echo.Context, t *taking, form string) error {
	how, known := forms()[form]
	if !known {
		return echo.ErrNotFound
	}
	if d.fresh(c, t, form) {
		return c.NoContent(http.StatusNotModified)
	}
	body, err := how.make(d.work(c, t))
	if err != nil {
		return fmt.Errorf("make %s of version %s: %w", form, t.v.URI, err)
	}
	d.named(c, t, "attachment", form)
	return c.Blob(http.StatusOK, how.mediaType, body)
}

func (d *Pages) named(c echo.Context, t *taking, how, form string) {
	c.Response().Header().Set("Content-Disposition", fmt.Sprintf(`%s; filename="artifact-%d-v%d.%s"`, how, t.a.ID, t.v.Number, form))
}

// fresh sets what caches go by, and says that the reader has this file.
func (d *Pages) fresh(c echo.Context, t *taking, form string) bool {
	sum := sha256.New()
	say := func(v *db.ArtifactVersion) {
		fmt.Fprintln(sum, v.URI, v.Hash)
		for _, p := range v.People.List {
			fmt.Fprintln(sum, p.Name, p.Org, p.Role, p.Verdict)
		}
	}
	fmt.Fprintln(sum, form, d.Loc(c).Lang.Code, t.a.Licence, t.group.Actor.Label())
	say(t.v)
	for _, one := range t.chapters {
		say(one.v)
	}
	tag := `"` + hex.EncodeToString(sum.Sum(nil)[:16]) + `"`
	h := c.Response().Header()
	h.Set("ETag", tag)
	h.Set("Vary", "Accept-Language, Cookie")
	h.Set("Cache-Control", "private, no-cache")
	if t.group.Openness == db.OpennessOpen {
		h.Set("Cache-Control", "private, max-age=86400, immutable")
	}
	return c.Request().Header.Get("If-None-Match") == tag
}

// work is a version as it is taken away, with the words around it in the reader's language.
func (d *Pages) work(c echo.Context, t *taking) *edition.Work {
	w := d.one(c, t.seen, t.v)
	for _, one := range t.chapters {
		w.Chapters = append(w.Chapters, *d.one(c, one.seen, one.v))
	}
	return w
}

func (d *Pages) one(c echo.Context, s *seen, v *db.ArtifactVersion) *edition.Work {
	l := d.Loc(c)
	w := &edition.Work{
		Title: v.Title, Abstract: v.Abstract, Lang: s.a.Lang, Group: s.group.Actor.Label(), Publisher: d.Org(s.group.Actor.Host).Name, Version: v.Number,
		Published: v.PublishedAt.Time, Authors: names(v, practice.RoleAuthor), Contributors: names(v, practice.RoleContributor),
		Licence: s.a.Licence, Hash: v.Hash, Address: d.address(s, v), Source: v.Source,
		Says: map[string]string{
			edition.SaysBy: l.Text("By"), edition.SaysWith: l.Text("With"), edition.SaysVersion: l.Text("Version"), edition.SaysDate: l.Text("Published"),
			edition.SaysReviewed: l.Text("Reviewed by"), edition.SaysLicence: l.Text("Licence"), edition.SaysAddress: l.Text("Address"), edition.SaysHash: "SHA-256",
			edition.SaysContents: l.Text("Contents"),
		},
	}
	if w.Lang == "" {
		w.Lang = "en"
	}
	for _, p := range v.People.List {
		if p.Role == practice.RoleReviewer {
			w.Reviewers = append(w.Reviewers, strings.Trim(p.Name+", "+p.Org, ", ")+": "+verdictWord(l, p.Verdict))
		}
	}
	w.Picture = func(address string) ([]byte, string) { return d.pictureAt(c.Request().Context(), s.a, v, address) }
	return w
}

// pictureAt is a picture of a version by its address; nil where it has none there.
func (d *Pages) pictureAt(ctx context.Context, a *db.Artifact, v *db.ArtifactVersion, address string) (body []byte, mediaType string) {
	digest, ok := strings.CutPrefix(address, d.base+practice.FilePath(a.ID, ""))
	if !ok || !media.IsDigest(digest) {
		return nil, ""
	}
	f, err := d.store.ArtifactFileIn(ctx, a.ID, 1, digest)
	if err != nil || !media.Shown(f.MediaType) || f.Number > v.Number {
		return nil, ""
	}
	if body, err = d.shelf.Read(digest); err != nil {
		d.log.WarnContext(ctx, "picture not on the shelf", "err", err)
		return nil, ""
	}
	return body, f.MediaType
}

// maxOnPaper is how many bytes of pictures a printed document holds; the rest are their words.
const maxOnPaper = 2 << 20

// printed is a version as a page to print, its pictures within it.
func (d *Pages) printed(c echo.Context, t *taking) (*views.ArtifactPrint, error) {
	first, err := d.artifact(c, t.seen, t.v)
	if err != nil {
		return nil, err
	}
	d.facts(first.Loc, t.a, &first)
	p := &views.ArtifactPrint{Shell: first.Shell, Artifact: first, Group: t.group.Actor.Label(), Back: practice.VersionPage(t.a.ID, t.v.Number)}
	for _, one := range t.chapters {
		a, err := d.artifact(c, one.seen, one.v)
		if err != nil {
			return nil, err
		}
		for i := range a.Sections { // each chapter begins its addresses anew
			a.Sections[i].ID = ""
			a.Sections[i].Body = ui.HTML(strings.NewReplacer(`="#s`, `="#c`+strconv.FormatInt(one.a.ID, 10)+`-`, `id="s`, `id="c`+strconv.FormatInt(one.a.ID, 10)+`-`).Replace(string(a.Sections[i].Body)))
		}
		p.Chapters = append(p.Chapters, a)
	}
	return p, nil
}

// pdf handles the form of that name: printed by what the admin names. Without it the page says so and
// what there is instead.
func (d *Pages) pdf(c echo.Context, t *taking) error {
	other := practice.VersionPage(t.a.ID, t.v.Number) + "/print"
	if !d.press.Ready() {
		d.Flash(c, d.Loc(c).Text("This server makes no PDF. Your browser’s print window saves this page as PDF too; there are EPUB and Markdown as well."), "")
		return c.Redirect(http.StatusSeeOther, other)
	}
	if d.fresh(c, t, "pdf") {
		return c.NoContent(http.StatusNotModified)
	}
	p, err := d.printed(c, t)
	if err != nil {
		return err
	}
	room := maxOnPaper
	d.inPage(c, t.seen, t.v, p.Artifact.Sections, &room)
	for i, one := range t.chapters {
		d.inPage(c, one.seen, one.v, p.Chapters[i].Sections, &room)
	}
	ctx := c.Request().Context()
	var body bytes.Buffer
	if err := p.Paper().Render(ctx, &body); err != nil {
		return fmt.Errorf("render version %s: %w", t.v.URI, err)
	}
	sheet := paper.Sheet{Lang: t.a.Lang, Dir: edition.Dir(t.a.Lang), Title: t.v.Title, Style: frontend.Files().Body("copse.css"), Body: body.Bytes()}
	pdf, err := d.press.PDF(ctx, sheet.HTML())
	if errors.Is(err, context.Canceled) {
		return err
	}
	if err != nil {
		d.log.WarnContext(ctx, "document not printed", "err", err)
		c.Response().Header().Del("ETag")
		c.Response().Header().Set("Cache-Control", "no-store")
		d.Flash(c, d.Loc(c).Text("The PDF could not be made just now. Your browser’s print window saves this page as PDF too."), "")
		return c.Redirect(http.StatusSeeOther, other)
	}
	d.named(c, t, "inline", "pdf")
	return c.Blob(http.StatusOK, "application/pdf", pdf)
}

// inPage puts the pictures of a version into its page, as long as there is room: a renderer fetches
// nothing.
func (d *Pages) inPage(c echo.Context, s *seen, v *db.ArtifactVersion, list []views.Section, room *int) {
	before := `src="` + d.base + practice.FilePath(s.a.ID, "")
	for i := range list {
		parts := strings.Split(string(list[i].Body), before)
		for k, part := range parts[1:] {
			digest, rest, _ := strings.Cut(part, `"`)
			body, kind := d.pictureAt(c.Request().Context(), s.a, v, d.base+practice.FilePath(s.a.ID, digest))
			if *room -= len(body); body == nil || *room < 0 {
				parts[k+1] = `src=""` + rest
				continue
			}
			parts[k+1] = `src="` + paper.Picture(kind, body) + `"` + rest
		}
		list[i].Body = ui.HTML(strings.Join(parts, ""))
	}
}
