package server

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"
)

// packFrom is the size from which packing pays.
const packFrom = 1024

var packers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed+2) // a level it knows
	return w
}}

// packed gzips pages and JSON for those who take it. What is small, packed already or a stream
// goes as it is.
func packed(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !strings.Contains(c.Request().Header.Get(echo.HeaderAcceptEncoding), "gzip") || peersOnly(c.Request().URL.Path) {
			return next(c) // the actors door keeps documents packed
		}
		was := c.Response().Writer
		p := &packer{ResponseWriter: was}
		c.Response().Writer = p
		defer func() { c.Response().Writer = was }()
		err := next(c)
		if cerr := p.close(); err == nil {
			err = cerr
		}
		return err
	}
}

// packer holds the first bytes back until it is clear whether packing pays.
type packer struct {
	http.ResponseWriter
	status int
	held   []byte
	begun  bool
	zip    *gzip.Writer
}

// WriteHeader waits for the first bytes.
func (p *packer) WriteHeader(status int) {
	if p.begun {
		return
	}
	p.status = status
	if status < http.StatusOK || status == http.StatusNoContent || status == http.StatusNotModified {
		p.begin(false)
	}
}

func (p *packer) Write(b []byte) (int, error) {
	if !p.begun {
		if len(p.held)+len(b) < packFrom && !p.streams() {
			p.held = append(p.held, b...)
			return len(b), nil
		}
		p.begin(true)
	}
	if p.zip != nil {
		return p.zip.Write(b)
	}
	return p.ResponseWriter.Write(b)
}

// begin sends the headers, and what was held back.
func (p *packer) begin(pays bool) {
	p.begun = true
	h := p.Header()
	h.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
	if pays && h.Get(echo.HeaderContentEncoding) == "" && packable(h.Get(echo.HeaderContentType)) {
		h.Set(echo.HeaderContentEncoding, "gzip")
		h.Del(echo.HeaderContentLength)
		if tag := h.Get("ETag"); strings.HasPrefix(tag, `"`) {
			h.Set("ETag", "W/"+tag) // other bytes, same page
		}
		p.zip = packers.Get().(*gzip.Writer)
		p.zip.Reset(p.ResponseWriter)
	}
	if p.status != 0 {
		p.ResponseWriter.WriteHeader(p.status)
	}
	held := p.held
	p.held = nil
	if len(held) > 0 {
		_, _ = p.Write(held) // the next write meets the same error
	}
}

func (p *packer) close() error {
	if !p.begun {
		if p.status == 0 && len(p.held) == 0 {
			return nil // nothing was answered; an error will be
		}
		p.begin(false)
	}
	if p.zip == nil {
		return nil
	}
	err := p.zip.Close()
	packers.Put(p.zip)
	p.zip = nil
	return err
}

// Flush sends what there is: a stream must not wait.
func (p *packer) Flush() {
	if !p.begun {
		p.begin(false)
	}
	if p.zip != nil {
		_ = p.zip.Flush()
	}
	_ = http.NewResponseController(p.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController find the writer below.
func (p *packer) Unwrap() http.ResponseWriter { return p.ResponseWriter }

func (p *packer) streams() bool {
	return strings.HasPrefix(p.Header().Get(echo.HeaderContentType), "text/event-stream")
}

func packable(kind string) bool {
	kind, _, _ = strings.Cut(kind, ";")
	switch kind {
	case "text/html", "text/plain", "text/css", "text/xml", "application/json", "application/problem+json",
		"application/activity+json", "application/atom+xml", "application/manifest+json", "image/svg+xml":
		return true
	}
	return false
}
