package server_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
)

func TestPacked(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 2000)
	h := newHouse(t, pages{more: func(e *echo.Echo) {
		e.GET("/tagged", func(c echo.Context) error {
			c.Response().Header().Set("ETag", `"abc"`)
			return c.HTML(http.StatusOK, long)
		})
		e.GET("/parts", func(c echo.Context) error {
			c.Response().Header().Set("Content-Type", "text/html")
			for range 400 {
				if _, err := io.WriteString(c.Response(), "a few bytes "); err != nil {
					return err
				}
			}
			return nil
		})
		e.GET("/zip", func(c echo.Context) error { return c.Blob(http.StatusOK, "application/zip", []byte(long)) })
		e.GET("/packed", func(c echo.Context) error {
			c.Response().Header().Set("Content-Encoding", "gzip")
			return c.HTML(http.StatusOK, long)
		})
		e.GET("/stream", func(c echo.Context) error {
			c.Response().Header().Set("Content-Type", "text/event-stream")
			_, err := io.WriteString(c.Response(), "data: 1\n\n")
			c.Response().Flush()
			return err
		})
		e.GET("/none", func(c echo.Context) error { return c.NoContent(http.StatusNotModified) })
		e.GET("/wrong", func(echo.Context) error { return echo.ErrTeapot })
	}})
	for path, packed := range map[string]bool{
		"/page": true, "/tagged": true, "/parts": true, "/small": false, "/zip": false, "/stream": false, "/none": false, "/wrong": false,
	} {
		rec := h.ask(http.MethodGet, path, "Accept-Encoding", "gzip, br")
		if got := rec.Header().Get("Content-Encoding") == "gzip"; got != packed {
			t.Errorf("%s: packed %v", path, got)
		}
		plain := h.ask(http.MethodGet, path)
		if plain.Header().Get("Content-Encoding") != "" || plain.Code != rec.Code {
			t.Errorf("%s unpacked: %d, %v", path, plain.Code, plain.Header())
		}
		if !packed {
			if rec.Body.String() != plain.Body.String() {
				t.Errorf("%s: other bytes", path)
			}
			continue
		}
		z, err := gzip.NewReader(rec.Body)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if body, err := io.ReadAll(z); err != nil || string(body) != plain.Body.String() {
			t.Errorf("%s: %d bytes, %v", path, len(body), err)
		}
		if !strings.Contains(strings.Join(rec.Header().Values("Vary"), ","), "Accept-Encoding") {
			t.Errorf("%s: Vary %v", path, rec.Header().Values("Vary"))
		}
	}
	if tag := h.ask(http.MethodGet, "/tagged", "Accept-Encoding", "gzip").Header().Get("ETag"); tag != `W/"abc"` {
		t.Errorf("tag of other bytes: %s", tag)
	}
	if rec := h.ask(http.MethodGet, "/packed", "Accept-Encoding", "gzip"); rec.Body.String() != long {
		t.Error("packed twice")
	}
}
