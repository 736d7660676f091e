package library

import (
	"errors"
	"fmt"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/practice"
)

// chapters are those of a version of a book, in order, that the reader may read.
func (d *Pages) chapters(c echo.Context, s *seen, number int64) ([]chapter, error) {
	if s.a.Kind != practice.BookKind {
		return nil, nil
	}
	ctx := c.Request().Context()
	list, err := d.store.ChaptersOf(ctx, s.a.ID, number)
	if err != nil {
		return nil, fmt.Errorf("list chapters of book %d: %w", s.a.ID, err)
	}
	var out []chapter
	for _, one := range list {
		a, err := d.store.ArtifactByID(ctx, one.ChapterID)
		if err != nil {
			return nil, fmt.Errorf("load chapter %d of book %d: %w", one.ChapterID, s.a.ID, err)
		}
		if _, err := d.SeenByID(c, a.ID); errors.Is(err, db.ErrNotFound) || errors.Is(err, echo.ErrNotFound) {
			continue // its post was removed or erased
		} else if err != nil {
			return nil, err
		}
		v, err := d.store.VersionOf(ctx, a.ID, one.Version)
		if err != nil {
			return nil, fmt.Errorf("load version %d of chapter %d: %w", one.Version, a.ID, err)
		}
		out = append(out, chapter{&seen{s.here, a}, v})
	}
	return out, nil
}

// contents is the table of contents of a book.
func (d *Pages) contents(c echo.Context, s *seen, number int64) ([]ui.Link, error) {
	list, err := d.chapters(c, s, number)
	var out []ui.Link
	for _, one := range list {
		out = append(out, ui.Link{Label: one.v.Title, URL: practice.Page(one.a.ID)})
	}
	return out, err
}

// inBooks says where an artifact stands in the books that have it.
func (d *Pages) inBooks(c echo.Context, s *seen) ([]views.InBook, error) {
	books, err := d.store.BooksWith(c.Request().Context(), s.a.ID)
	if err != nil {
		return nil, fmt.Errorf("list books with artifact %d: %w", s.a.ID, err)
	}
	l := d.Loc(c)
	var out []views.InBook
	for _, b := range books {
		if b.GroupID != s.a.GroupID {
			continue
		}
		list, err := d.contents(c, &seen{s.here, b}, b.Version)
		if err != nil {
			return nil, err
		}
		one := views.InBook{Book: ui.Link{Label: b.Title, URL: practice.Page(b.ID)}}
		for i, link := range list {
			if link.URL != practice.Page(s.a.ID) {
				continue
			}
			one.Place = l.Text("Chapter %d of %d", i+1, len(list))
			if i > 0 {
				one.Previous = &list[i-1]
			}
			if i+1 < len(list) {
				one.Next = &list[i+1]
			}
		}
		out = append(out, one)
	}
	return out, nil
}
