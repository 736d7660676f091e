package server

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/labstack/echo/v4"
)

// observe stands around everything: it gives the request an id, turns a panic into an error, has
// errors answered, and writes one line and one count about it. The line holds no query, body,
// cookie, token or address of a person.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start, req := s.o.Now(), c.Request()
		id := newRequestID()
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		if err := s.guarded(next, c); err != nil {
			c.Error(err)
		}
		took, status, door := s.o.Now().Sub(start), c.Response().Status, doorOf(req)
		s.metrics.count(door, status, took)
		level := slog.LevelInfo
		if door == doorHealth || door == doorAssets {
			level = slog.LevelDebug
		}
		s.log.LogAttrs(req.Context(), level, "request",
			slog.String("request_id", id), slog.String("method", req.Method), slog.String("route", routeOf(c)),
			slog.Int("status", status), slog.Int64("bytes", c.Response().Size), slog.Duration("took", took))
		return nil
	}
}

// guarded runs a handler and makes an error of a panic, except the one by which net/http ends a
// connection.
func (s *Server) guarded(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p)
		default:
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return next(c)
}

// newRequestID draws 64 bits: enough to find a line, short enough to read out.
func newRequestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}

// routeOf is the pattern that a request met, so that lines of one kind can be counted.
func routeOf(c echo.Context) string {
	if p := c.Path(); p != "" {
		return p
	}
	return "none"
}

// Doors, as metrics and logs name them.
const (
	doorWeb    = "web"
	doorActors = "actors"
	doorInbox  = "inbox"
	doorAssets = "assets"
	doorHealth = "health"
)

func doorOf(req *http.Request) string {
	switch path := req.URL.Path; {
	case isInbox(req):
		return doorInbox
	case peersOnly(path):
		return doorActors
	case strings.HasPrefix(path, "/assets/"):
		return doorAssets
	case path == "/livez" || path == "/readyz":
		return doorHealth
	}
	return doorWeb
}
