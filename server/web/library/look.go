package library

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/practice"
)

// preview handles POST /a/:id/preview: the draft as it was typed, and how it will look. It keeps
// nothing.
func (d *Pages) preview(c echo.Context) error {
	s, err := d.writing(c)
	if err != nil {
		return err
	}
	in, err := readDraft(c)
	if err != nil {
		return err
	}
	typed := *s.a
	typed.Title, typed.Abstract, typed.Blocks.List = in.Title, in.Abstract, in.Blocks
	typed.Audience, typed.Topics, typed.Links.SeeAlso = in.Facts.Audience, in.Facts.Topics, in.Facts.SeeAlso
	for _, one := range []struct{ into, word *string }{
		{&typed.Licence, &in.Facts.Licence}, {&typed.Maturity, &in.Facts.Maturity}, {&typed.Validity, &in.Facts.Validity},
	} {
		if *one.word != "" {
			*one.into = *one.word
		}
	}
	typed.Revision = in.Revision
	return d.draftPage(c, http.StatusOK, &seen{s.here, &typed}, nil)
}

// previewed are the parts of a draft as they will be read.
func (d *Pages) previewed(l loc, a *db.Artifact) []views.Section {
	return sections(l, practice.Compose(practice.Frozen{Title: a.Title, Abstract: a.Abstract}, a.Blocks.List, d.art.Kinds().Of(a.Kind)))
}

// moved puts a block one place on; an unknown key moves nothing.
func moved(list []db.Block, key string, by int) []db.Block {
	i := slices.IndexFunc(list, func(b db.Block) bool { return key != "" && b.Key == key })
	if to := i + by; i >= 0 && to >= 0 && to < len(list) {
		list[i], list[to] = list[to], list[i]
	}
	return list
}

// draftFiles shows what goes with a draft, what it was made from, and the chapters of a book.
func (d *Pages) draftFiles(c echo.Context, p *views.ArtifactDraft, a *db.Artifact, no *community.Refusal) error {
	ctx, l := c.Request().Context(), p.Loc
	files, err := d.store.ArtifactFiles(ctx, a.ID, 0)
	if err != nil {
		return fmt.Errorf("list files of artifact %d: %w", a.ID, err)
	}
	p.Files = goesWith(l, a, files)
	for i := range p.Files {
		p.Files[i].Typed = "![](" + d.base + p.Files[i].URL + ")"
	}
	p.Attach = []ui.Field{
		{Name: "file", Label: l.Text("File"), Type: "file", Hint: l.Text("Up to %s. Pictures are written anew, without the place where they were taken.", l.Size(16<<20))},
		{Name: "label", Label: l.Text("What it is, or what the picture shows"), Hint: l.Text("Needed for pictures: in words, for those who cannot see it."), Value: c.FormValue("label"), Optional: true, Max: 1500},
	}
	if no != nil {
		for i := range p.Attach {
			if p.Attach[i].Name == no.Field {
				p.Attach[i].Error = p.Error
			}
		}
	}
	made, err := d.store.ImportOf(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("load what artifact %d was made from: %w", a.ID, err)
	}
	if made != nil {
		p.Brought = &views.Brought{Name: made.Name, When: made.At.Time}
		for _, one := range made.Lost.List {
			p.Brought.Lost = append(p.Brought.Lost, lostWords(l, one))
		}
	}
	if c.Path() == "/a/:id/preview" {
		p.Preview = d.previewed(l, a)
	}
	if a.Kind == practice.BookKind {
		return d.draftChapters(c, p, a)
	}
	return nil
}

// draftChapters shows the chapters of the draft of a book, and what could be one.
func (d *Pages) draftChapters(c echo.Context, p *views.ArtifactDraft, book *db.Artifact) error {
	ctx := c.Request().Context()
	p.Book = true
	list, err := d.store.ChaptersOf(ctx, book.ID, 0)
	if err != nil {
		return fmt.Errorf("list chapters of book %d: %w", book.ID, err)
	}
	ids := make([]int64, 0, len(list))
	for _, one := range list {
		ids = append(ids, one.ChapterID)
	}
	known, err := d.store.ArtifactsByID(ctx, ids)
	if err != nil {
		return fmt.Errorf("load chapters of book %d: %w", book.ID, err)
	}
	for _, id := range ids {
		for _, a := range known {
			if a.ID == id {
				p.Chapters = append(p.Chapters, views.ChapterLine{Link: ui.Link{Label: a.Title, URL: practice.Page(a.ID)}, Value: strconv.FormatInt(a.ID, 10)})
			}
		}
	}
	all, err := d.store.Library(ctx, db.LibraryQuery{GroupID: book.GroupID, Limit: 200})
	if err != nil {
		return fmt.Errorf("list what could be a chapter of book %d: %w", book.ID, err)
	}
	for _, a := range all {
		if a.Kind != practice.BookKind && !slices.Contains(ids, a.ID) {
			p.Offered = append(p.Offered, ui.Choice{Value: strconv.FormatInt(a.ID, 10), Label: a.Title})
		}
	}
	return nil
}
