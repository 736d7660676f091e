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
// requests should come here: 503 names the parts that fail and nothing more, the log says why. What
// works without a part stays ready, degraded: to take all processes out because Redis is away would
// make a small loss a large one.
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
	failing := s.failing(ctx, append([]Check{{Name: "database", Run: s.o.Store.Ping}}, s.o.Ready...))
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	if len(failing) > 0 {
		return c.JSON(http.StatusServiceUnavailable, map[string]any{"ready": false, "failing": failing})
	}
	if degraded := s.failing(ctx, s.o.Degrades); len(degraded) > 0 {
		return c.JSON(http.StatusOK, map[string]any{"ready": true, "degraded": degraded})
	}
	return c.JSON(http.StatusOK, map[string]any{"ready": true})
}

// failing names the parts that do not work.
func (s *Server) failing(ctx context.Context, checks []Check) []string {
	var names []string
	for _, check := range checks {
		if err := check.Run(ctx); err != nil {
			names = append(names, check.Name)
			s.log.WarnContext(ctx, "health", "part", check.Name, "err", err)
		}
	}
	slices.Sort(names)
	return names
}
