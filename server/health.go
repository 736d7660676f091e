package server

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"
)

// checkTimeout bounds a check of readiness; a proxy does not wait longer.
const checkTimeout = 2 * time.Second

// headerHost says on /livez which Host arrived here: copse doctor finds with it a proxy that changes
// what other servers sign.
const headerHost = "Copse-Host"

// mountHealth adds /livez, which says that the process answers, and /readyz, which says whether
// requests should come here: 503 names the parts that fail and nothing more, the log says why.
func (s *Server) mountHealth() {
	s.echo.GET("/livez", func(c echo.Context) error {
		c.Response().Header().Set(headerHost, c.Request().Host)
		return c.String(http.StatusOK, "ok\n")
	})
	s.echo.GET("/readyz", s.ready)
}

func (s *Server) ready(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), checkTimeout)
	defer cancel()
	checks := append([]Check{{Name: "database", Run: s.o.Store.Ping}}, s.o.Ready...)
	var failing []string
	for _, check := range checks {
		if err := check.Run(ctx); err != nil {
			failing = append(failing, check.Name)
			s.log.WarnContext(ctx, "not ready", "part", check.Name, "err", err)
		}
	}
	slices.Sort(failing)
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	if len(failing) > 0 {
		return c.JSON(http.StatusServiceUnavailable, map[string]any{"ready": false, "failing": failing})
	}
	return c.JSON(http.StatusOK, map[string]any{"ready": true})
}
