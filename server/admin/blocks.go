package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/blocklist"
)

// maxList bounds a list that is sent as a file, in bytes.
const maxList = 1 << 20

// blocks handles GET /admin/federation/lists.
func (d *Door) blocks(c echo.Context) error {
	return d.blocksPage(c, http.StatusOK, views.BlockLists{})
}

func (d *Door) blocksPage(c echo.Context, status int, p views.BlockLists) error {
	var err error
	if p.Shell, err = d.Shell(c, d.loc(c).Text("Block lists"), views.Federation); err != nil {
		return err
	}
	return d.Page(c, status, p)
}

// exportBlocks handles GET /admin/federation/lists.csv.
func (d *Door) exportBlocks(c echo.Context) error {
	hosts, err := d.store.HostsWithPolicy(c.Request().Context())
	if err != nil {
		return fmt.Errorf("list decisions about hosts: %w", err)
	}
	var b strings.Builder
	if err := blocklist.Write(&b, hosts); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="domain_blocks.csv"`)
	c.Response().Header().Set("Cache-Control", "private, no-store")
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", []byte(b.String()))
}

// importBlocks handles POST /admin/federation/lists: first it shows what the list would break, and
// only when that was seen it is applied.
func (d *Door) importBlocks(c echo.Context) error {
	l := d.loc(c)
	text, err := listSent(c)
	if err != nil {
		return d.blocksPage(c, http.StatusUnprocessableEntity, views.BlockLists{List: ui.Answer{Error: l.Text("The file could not be read. Try it again, or copy its lines into the field.")}})
	}
	p := views.BlockLists{List: ui.Answer{Value: text}}
	list, wrong, err := blocklist.Read(strings.NewReader(text))
	switch {
	case errors.Is(err, blocklist.ErrTooLong):
		p.List.Error = l.Text("The list is too long to look through. Divide it.")
	case err != nil:
		p.List.Error = l.Text("This could not be read as a list: it needs one server on each line.")
	case len(list) == 0:
		p.List.Error = l.Text("No server is named here.")
	}
	if p.List.Error != "" {
		return d.blocksPage(c, http.StatusUnprocessableEntity, p)
	}
	changes, err := blocklist.Plan(c.Request().Context(), d.store, d.o.Host, list)
	if err != nil {
		return err
	}
	if c.FormValue("act") == "apply" {
		return d.applyBlocks(c, changes)
	}
	p.Looked = true
	for _, w := range wrong {
		p.Wrong = append(p.Wrong, views.WrongLine{Number: w.Line, Text: w.Text})
	}
	for _, ch := range changes {
		p.Rows = append(p.Rows, views.BlockRow{
			Host: ch.Host, Now: ch.Now, Then: ch.Policy, Reason: ch.Reason, Known: len(ch.Under) > 0, Followed: int(ch.Breaks.Followed),
			Following: int(ch.Breaks.Following), Members: int(ch.Breaks.Members), Waiting: int(ch.Breaks.Waiting),
		})
	}
	p.Same = len(list) - len(changes)
	return d.blocksPage(c, http.StatusOK, p)
}

// listSent is the list of a form: a file where one came, else the lines in the field.
func listSent(c echo.Context) (string, error) {
	text := c.FormValue("list")
	if file, err := c.FormFile("file"); err == nil && file.Size > 0 {
		f, err := file.Open()
		if err != nil {
			return "", fmt.Errorf("open block list: %w", err)
		}
		raw, err := io.ReadAll(io.LimitReader(f, maxList))
		if err := errors.Join(err, f.Close()); err != nil {
			return "", fmt.Errorf("read block list: %w", err)
		}
		text = string(raw)
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\r\n", "\n"), nil
}

// applyBlocks decides as the list says. What waits for blocked hosts is dropped after the decision
// stands.
func (d *Door) applyBlocks(c echo.Context, list []blocklist.Change) error {
	ctx, l := c.Request().Context(), d.loc(c)
	err := d.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		if err := blocklist.Apply(ctx, tx, list); err != nil {
			return err
		}
		return d.note(ctx, tx, c, db.ModerationEntry{Act: "import-blocks", Reason: strconv.Itoa(len(list))})
	})
	if err != nil {
		return fmt.Errorf("apply a block list: %w", err)
	}
	for _, host := range blocklist.Blocked(list) {
		if err := d.o.Drop(ctx, host); err != nil {
			return fmt.Errorf("drop what waits for %s: %w", host, err)
		}
	}
	return d.done(c, l.Count("The list is applied: %d server.", "The list is applied: %d servers.", len(list)), "/admin/federation?show=blocked")
}
