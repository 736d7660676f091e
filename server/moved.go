package server

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
)

// moved leads people from the pages of a community that carries on elsewhere to where it does: who has
// a session here to what this instance shows of the new place, everybody else to the new place itself.
// Servers are served the old documents, by which a Move is checked; the page about the move itself stays
// where it is.
func (s *Server) moved(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		req := c.Request()
		handle, rest, ok := page(req.URL.Path)
		if !ok || rest == "/move" || s.o.Moved == nil || req.Method != http.MethodGet && req.Method != http.MethodHead || s.o.Actors.Serves(req) {
			return next(c)
		}
		list, err := s.o.Moved(req.Context())
		if err != nil {
			return err
		}
		for _, m := range list {
			if m.Hidden { // its members find it at the old address, nobody else may know
				continue
			}
			if handle == m.Handle+"@"+m.Host || m.Local && handle == m.Handle {
				return c.Redirect(http.StatusFound, target(m, len(req.Cookies()) > 0)+rest)
			}
		}
		return next(c)
	}
}

// page is the handle in the address of a page of a community, and what follows it.
func page(path string) (handle, rest string, ok bool) {
	after, ok := strings.CutPrefix(path, "/c/")
	handle, _, _ = strings.Cut(after, "/")
	return strings.ToLower(handle), strings.TrimPrefix(after, handle), ok && handle != ""
}

func target(m *db.Moved, known bool) string {
	switch {
	case m.HeirHome:
		return "/c/" + m.HeirName
	case known || m.HeirPage == "":
		return "/c/" + m.HeirName + "@" + m.HeirHost
	}
	return m.HeirPage
}

// MovedList lists the communities that carry on elsewhere.
type MovedList func(ctx context.Context) ([]*db.Moved, error)
