package library

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/document"
	"github.com/copse-social/copse/server/edition"
	"github.com/copse-social/copse/server/media"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// importForm handles GET /c/:handle/library/import.
func (d *Pages) importForm(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	return d.importing(c, h, nil)
}

func (d *Pages) importing(c echo.Context, h *here, no *community.Refusal) error {
	if ok, err := d.may(c, h.group, rights.Write); err != nil || !ok {
		return d.refuse(c, h, err)
	}
	l := d.Loc(c)
	path := "/c/" + d.PathHandle(h.group.Actor)
	var choices []ui.Choice
	for _, k := range d.art.Kinds().Offered() {
		choices = append(choices, ui.Choice{Value: k.Code, Label: k.Label(l.Lang.Code)})
	}
	return d.form(c, h, views.ArtifactForm{
		Trail:   []ui.Link{{Label: h.group.Actor.Label(), URL: path}, {Label: l.Text("Practice"), URL: path + "/library"}, {Label: l.Text("Bring in a file")}},
		Heading: l.Text("Bring in a file"),
		Explain: l.Text("A Word, HTML or Markdown file becomes a draft: headings, lists, tables, pictures, links and footnotes. What cannot be taken over is listed, nothing is dropped in silence."),
		Action:  path + "/library/import", Upload: true, Submit: l.Text("Bring it in"), Back: path + "/library",
		Picks: []views.Pick{{Field: ui.Field{Name: "kind", Label: l.Text("Kind")}, Choices: chosen(c.FormValue("kind"), choices)}},
		Fields: []ui.Field{
			{Name: "file", Label: l.Text("File"), Hint: l.Text("docx, html or md, up to %s", l.Size(edition.MaxTaken)), Type: "file"},
			{Name: "title", Label: l.Text("Title"), Hint: l.Text("Empty: the one in the file"), Value: c.FormValue("title"), Optional: true, Max: 200},
		},
	}, no)
}

// importFile handles POST /c/:handle/library/import.
func (d *Pages) importFile(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	if ok, err := d.may(c, h.group, rights.Write); err != nil || !ok {
		return d.refuse(c, h, err)
	}
	name, body, no, err := sent(c, edition.MaxTaken)
	if err != nil {
		return err
	}
	if no != nil {
		return d.importing(c, h, no)
	}
	taken, err := edition.Take(name, body)
	switch {
	case errors.Is(err, document.ErrForm):
		return d.importing(c, h, community.RefuseField("file", "file-unread"))
	case errors.Is(err, document.ErrLarge):
		return d.importing(c, h, community.RefuseField("file", "file-large"))
	case err != nil:
		return err
	}
	a, err := d.keepTaken(c, h, name, taken)
	if no, is := frame.Refusal(err); is {
		return d.importing(c, h, no)
	}
	if err != nil {
		return fmt.Errorf("bring a file into %s: %w", h.group.Actor.URI, err)
	}
	return frame.See(c, practice.Page(a.ID)+"/draft")
}

// keepTaken makes the draft. Pictures are on the shelf before the rows that name them are.
func (d *Pages) keepTaken(c echo.Context, h *here, name string, taken *edition.Taken) (*db.Artifact, error) {
	b := artifact.Beginning{
		ID: d.store.NewID(), Group: h.group, Author: frame.Me(c), Kind: c.FormValue("kind"), Title: strings.TrimSpace(c.FormValue("title")), Abstract: taken.Abstract,
	}
	if b.Title == "" {
		b.Title = taken.Title
	}
	if b.Title == "" {
		b.Title, _, _ = strings.Cut(name, ".")
	}
	in := artifact.Brought{Name: name}
	for _, p := range taken.Pictures {
		if p.Digest == "" {
			continue
		}
		if _, err := d.shelf.Put(p.Body); err != nil {
			return nil, err
		}
		in.Files = append(in.Files, db.ArtifactFile{
			Digest: p.Digest, Name: p.Name, Label: p.Words, MediaType: p.MediaType, Size: int64(len(p.Body)), Width: int64(p.Width), Height: int64(p.Height),
		})
	}
	for _, one := range taken.Lost {
		in.Lost = append(in.Lost, db.ImportLoss(one))
	}
	lang, _, _ := strings.Cut(h.group.Languages, " ")
	text := taken.Text(func(digest string) string { return d.base + practice.FilePath(b.ID, digest) })
	b.Blocks = practice.Blocks(practice.FromMarkdown(b.Title, text), lang, d.art.Kinds().Of(b.Kind))
	var a *db.Artifact
	err := d.InTx(c, func(ctx context.Context, tx *db.Store) (err error) {
		a, err = d.art.Import(ctx, tx, b, in)
		return err
	})
	return a, err
}

// sent is the file of a form; a refusal where there is none or too much of it.
func sent(c echo.Context, most int64) (name string, body []byte, no *community.Refusal, err error) {
	head, err := c.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) || err == nil && head.Size == 0 {
		return "", nil, community.RefuseField("file", "file-none"), nil
	}
	if err != nil {
		return "", nil, nil, echo.ErrBadRequest.WithInternal(err)
	}
	if head.Size > most {
		return "", nil, community.RefuseField("file", "file-large"), nil
	}
	in, err := head.Open()
	if err != nil {
		return "", nil, nil, fmt.Errorf("open what was sent: %w", err)
	}
	defer func() { _ = in.Close() }()
	body, err = io.ReadAll(io.LimitReader(in, most))
	if err != nil {
		return "", nil, nil, fmt.Errorf("read what was sent: %w", err)
	}
	return head.Filename, body, nil, nil
}

// lostWords say what was not understood.
func lostWords(l loc, one db.ImportLoss) string {
	what := lostWord(l, one.What)
	if one.Detail != "" {
		what += ": " + one.Detail
	}
	if one.Count > 1 {
		what += " ×" + l.Number(one.Count)
	}
	return what
}

func lostWord(l loc, code string) string {
	switch code {
	case document.LostElement:
		return l.Text("Not a part of a text, left out")
	case document.LostObject:
		return l.Text("A drawing, chart or sheet, left out")
	case document.LostPicture:
		return l.Text("A picture that cannot be shown, left out")
	case document.LostFetch:
		return l.Text("A picture elsewhere, now a link")
	case document.LostEquation:
		return l.Text("A formula, now plain letters")
	case document.LostComment:
		return l.Text("A comment, left out")
	case document.LostDeletion:
		return l.Text("Text struck while changes were tracked, left out")
	case document.LostTextBox:
		return l.Text("A text box, now below its paragraph")
	case document.LostMargin:
		return l.Text("Header or footer of the pages, left out")
	case document.LostCells:
		return l.Text("Joined cells, now apart")
	case document.LostNested:
		return l.Text("A list or table within a cell, now lines")
	case document.LostSymbol:
		return l.Text("A sign of a special typeface")
	case document.LostHTML:
		return l.Text("HTML within the text, shown as typed")
	case document.LostMoving:
		return l.Text("A moving picture, its first frame is kept")
	}
	return l.Text("A detail that has no place here, left out")
}

// goesWith are the files of a draft or a version, to show.
func goesWith(l loc, a *db.Artifact, list []*db.ArtifactFile) []views.GoesWith {
	var out []views.GoesWith
	for _, f := range list {
		one := views.GoesWith{
			Name: f.Name, Label: f.Label, URL: practice.FilePath(a.ID, f.Digest), Size: l.Size(f.Size), Digest: f.Digest, Picture: media.Shown(f.MediaType),
		}
		one.Unsaid = one.Picture && f.Label == ""
		out = append(out, one)
	}
	return out
}
