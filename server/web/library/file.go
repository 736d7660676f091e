package library

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/edition"
	"github.com/copse-social/copse/server/media"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/web/frame"
)

// attach handles POST /a/:id/files: one more file beside a draft.
func (d *Pages) attach(c echo.Context) error {
	s, err := d.writing(c)
	if err != nil {
		return err
	}
	name, body, no, err := sent(c, media.MaxFile)
	if err != nil {
		return err
	}
	if no != nil {
		return d.draftPage(c, http.StatusUnprocessableEntity, s, no)
	}
	f := db.ArtifactFile{Name: name, Label: c.FormValue("label"), MediaType: media.KindOf(name, body)}
	if media.IsPicture(body) {
		p, err := media.ReadPicture(body)
		if err != nil {
			return d.draftPage(c, http.StatusUnprocessableEntity, s, community.RefuseField("file", "picture-unread"))
		}
		body, f.MediaType, f.Width, f.Height = p.Body, p.MediaType, int64(p.Width), int64(p.Height)
	}
	f.Size, f.Words = int64(len(body)), edition.Words(f.MediaType, name, body)
	if f.Digest, err = d.shelf.Put(body); err != nil {
		return err
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		return d.art.AddFile(ctx, tx, s.a, artifact.Bringing{By: frame.Me(c), File: f})
	})
	if no, is := frame.Refusal(err); is {
		return d.draftPage(c, http.StatusUnprocessableEntity, s, no)
	}
	if err != nil {
		return fmt.Errorf("put a file to artifact %d: %w", s.a.ID, err)
	}
	d.Flash(c, d.Loc(c).Text("The file is there."), "")
	return frame.See(c, practice.Page(s.a.ID)+"/draft#files")
}

// file handles GET /a/:id/files/:digest. It is for whoever reads the artifact; one that only the draft
// has, for whoever writes it. Nothing that it answers runs, is read as a document of ours, or is told
// to be what its sender called it (T30, T37).
func (d *Pages) file(c echo.Context) error {
	s, err := d.artifactAt(c)
	if err != nil {
		return err
	}
	digest := c.Param("digest")
	if !media.IsDigest(digest) {
		return echo.ErrNotFound
	}
	ctx := c.Request().Context()
	least := int64(1)
	if ok, err := d.art.Writes(ctx, d.store, s.group, s.a, frame.Me(c)); err != nil {
		return err
	} else if ok {
		least = 0
	}
	f, err := d.store.ArtifactFileIn(ctx, s.a.ID, least, digest)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("ETag", `"`+digest+`"`)
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	if s.group.Openness != db.OpennessOpen || least == 0 {
		h.Set("Cache-Control", "private, no-cache")
	}
	if c.Request().Header.Get("If-None-Match") == `"`+digest+`"` {
		return c.NoContent(http.StatusNotModified)
	}
	in, err := d.shelf.Open(digest)
	if errors.Is(err, fs.ErrNotExist) {
		return echo.ErrNotFound.WithInternal(err)
	}
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	how := "attachment"
	if media.Shown(f.MediaType) {
		how = "inline"
	}
	h.Set("Content-Disposition", fmt.Sprintf(`%s; filename="%s"`, how, plainName(f.Name)))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	return c.Stream(http.StatusOK, f.MediaType, in)
}

// plainName is a name that a header can carry.
func plainName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\/;%`, r) {
			return '_'
		}
		return r
	}, name)
	return name[:min(len(name), 120)]
}
